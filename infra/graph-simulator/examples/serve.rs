//! The simulator alone, by the machine's clock: `serve ADDRESS DATA_FILE WEBHOOK_URL`, with the app's secret in `APP_SECRET`.
//! `infra/try-deploy` puts it beside an AWS that is not the local stack's.

use std::path::Path;
use std::sync::Arc;
use std::{env, error};

use graph_simulator::{Settings, Simulator};
use tokio::net::TcpListener;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "a main has no other clock and no other environment than the machine's")]
async fn main() -> Result<(), Box<dyn error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, data, webhook_url] = arguments.as_slice() else {
        return Err("serve ADDRESS DATA_FILE WEBHOOK_URL".into());
    };
    let settings = Settings { app_secret: env::var("APP_SECRET")?, webhook_url: Some(webhook_url.clone()) };
    let simulator = Simulator::open(Path::new(data), Arc::new(jiff::Timestamp::now), settings)?;
    simulator.serve(TcpListener::bind(address).await?).await?;
    Ok(())
}
