//! Prints the OpenAPI document: `cargo run -p api-helpdesk --example openapi > infra/openapi.json`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(api_helpdesk::openapi().as_bytes())
}
