#![doc = include_str!("../README.md")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    ticket_creation::run(runtime::Runtime::from_environment()?).await
}
