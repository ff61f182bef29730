#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    api_channels::run(runtime::Runtime::from_environment()?).await
}
