#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    api_helpdesk::run(runtime::Runtime::from_environment()?).await
}
