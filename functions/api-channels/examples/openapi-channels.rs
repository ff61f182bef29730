//! Prints the OpenAPI document: `cargo run -p api-channels --example openapi-channels > infra/openapi-channels.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(api_channels::openapi().as_bytes())
}
