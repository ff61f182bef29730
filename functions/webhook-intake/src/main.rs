#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    webhook_intake::run(runtime::Runtime::from_environment()?).await
}
