//! How the functions' binaries are linked: the build script of each.

use std::env::var_os;

/// Gives what is deployed a fixed address (`-no-pie`). The 14,000 addresses in its tables are then right as they are in the
/// file; else each start writes them all, and copies a quarter of a megabyte of pages to do so: a tenth of webhook-intake's
/// start. Stack, heap and libraries lie at random addresses all the same.
#[expect(clippy::print_stdout, reason = "a build script speaks to cargo")]
fn main() {
    println!("cargo::rerun-if-changed=../../infra/link.rs");
    let linux = var_os("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "linux");
    let deployed = var_os("PROFILE").is_some_and(|profile| profile == "release");
    if linux && deployed {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
