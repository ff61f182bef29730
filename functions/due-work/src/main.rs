#![doc = include_str!("../README.md")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    due_work::run(runtime::Runtime::from_environment()?).await
}
