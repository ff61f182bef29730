#![doc = include_str!("../README.md")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    quota_reset::run(runtime::Runtime::from_environment()?).await
}
