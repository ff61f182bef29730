#![doc = include_str!("../README.md")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    media_download::run(runtime::Runtime::from_environment()?).await
}
