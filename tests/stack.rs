//! The local stack as the tests start it: a program of their own, so that it is built with them.

fn main() -> std::process::ExitCode {
    local::main()
}
