//! A running sidecar: engine, till, outbox and routes, with a limit on everything.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};
use whence_canon::voucher::Price;
use whence_proto::whence::attribution::v1::QueryReport;

use super::adapters::{Ids, Serving, check_name};
use super::error::ApiError;
use super::till::Till;
use super::turns::Turns;
use super::{chat, quote};
use crate::engine::Engine;
use crate::report::sender::Sender;
use crate::report::{Chain, Outbox, ReportError, ReportKey};

/// Largest body of a request.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long a price is believed before the chain is asked again.
const PRICE_AGE_MAX: Duration = Duration::from_secs(30);
/// How often the node is asked at the start until it answers.
const NODE_RETRY: Duration = Duration::from_secs(2);

/// How to serve.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder of key and outbox.
    pub home: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The node's gRPC.
    pub node: String,
    /// Whose answers these are.
    pub provider_id: u64,
    /// What is served from the start.
    pub adapters: Vec<Serving>,
    /// Requests that may wait for their turn; more get 429.
    pub queue_max: usize,
    /// Whether `POST /v1/load_lora_adapter` is served.
    pub allow_runtime_lora: bool,
}

/// A running sidecar.
pub struct Server {
    /// Answers.
    pub engine: Engine,
    /// Takes vouchers.
    pub till: Arc<Till>,
    /// What is served.
    pub ids: Ids,
    /// Whose turn it is at the engine.
    pub turns: Turns,
    bell: Arc<Notify>,
    price: Mutex<Option<(Instant, Price, String)>>,
}

impl Server {
    /// The provider's price on the chain, at most half a minute old.
    pub async fn price(&self) -> Result<(Price, String), ApiError> {
        let mut known = self.price.lock().await;
        if let Some((at, price, denom)) = known.as_ref().filter(|k| k.0.elapsed() < PRICE_AGE_MAX) {
            let _ = at;
            return Ok((*price, denom.clone()));
        }
        let provider = self.till.chain.provider(self.till.provider_id).await?;
        let (price, denom) = quote::price(&provider).ok_or_else(|| {
            let text = "the provider's price on the chain is malformed";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "price_malformed", text)
        })?;
        *known = Some((Instant::now(), price, denom.clone()));
        Ok((price, denom))
    }

    /// Keeps a report on disk and wakes the sender.
    pub fn keep(&self, report: QueryReport) -> Result<(), ReportError> {
        self.till.outbox.put(report)?;
        self.bell.notify_one();
        Ok(())
    }

    fn load(&self, serving: &Serving) -> crate::Result<()> {
        self.engine.load_adapter(&serving.name, &serving.folder)?;
        self.ids.set(&serving.name, serving.id);
        tracing::info!(name = serving.name, adapter = serving.id, "adapter is served");
        Ok(())
    }
}

/// Serves until the process ends.
pub async fn serve(engine: Engine, settings: Settings) -> anyhow::Result<()> {
    let key = ReportKey::load_or_create(&settings.home)?;
    let chain = Chain::at(&settings.node)?;
    let outbox = Arc::new(Outbox::open(&settings.home)?);
    tracing::info!(reporter = key.address(), waiting = outbox.len(), "outbox is open");
    let bell = Arc::new(Notify::new());
    let chain_id = chain_id(&chain).await;
    let till = Till::new(chain.clone(), settings.provider_id, Arc::clone(&outbox), chain_id);
    let server = Arc::new(Server {
        engine,
        till: Arc::new(till),
        ids: Ids::default(),
        turns: Turns::new(settings.queue_max),
        bell: Arc::clone(&bell),
        price: Mutex::default(),
    });
    for serving in &settings.adapters {
        server.load(serving)?;
    }
    let sender = Sender { chain, key, provider_id: settings.provider_id, outbox, bell };
    tokio::spawn(sender.run());
    let listener = TcpListener::bind(settings.listen).await?;
    tracing::info!(listen = %listener.local_addr()?, "serving");
    axum::serve(listener, routes(server, settings.allow_runtime_lora)).await?;
    Ok(())
}

/// The chain's id, as soon as the node answers.
async fn chain_id(chain: &Chain) -> String {
    loop {
        match chain.chain_id().await {
            Ok(id) => return id,
            Err(why) => tracing::warn!(error = %why, "waiting for the node"),
        }
        tokio::time::sleep(NODE_RETRY).await;
    }
}

/// All routes.
fn routes(server: Arc<Server>, runtime_lora: bool) -> Router {
    let router = Router::new()
        .route("/v1/chat/completions", post(chat::chat))
        .route("/v1/quote", post(quote::quote))
        .route("/v1/models", get(models))
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(ready));
    let router = if runtime_lora {
        router.route("/v1/load_lora_adapter", post(load_lora_adapter))
    } else {
        router
    };
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(server)
}

async fn ready(State(server): State<Arc<Server>>) -> Result<Json<Value>, ApiError> {
    server.price().await?;
    let device = server.engine.chosen().to_string();
    Ok(Json(json!({ "ready": true, "device": device, "outbox": server.till.outbox.len() })))
}

async fn models(State(server): State<Arc<Server>>) -> Json<Value> {
    let base = hex::encode(server.engine.base_digest());
    let cards = server.ids.all().into_iter().map(|(name, id)| {
        json!({
            "id": name,
            "object": "model",
            "created": 0,
            "owned_by": format!("provider-{}", server.till.provider_id),
            "root": base,
            "adapter_id": id,
        })
    });
    Json(json!({ "object": "list", "data": cards.collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoadRequest {
    lora_name: String,
    lora_path: PathBuf,
    adapter_id: u64,
}

async fn load_lora_adapter(
    State(server): State<Arc<Server>>,
    Json(request): Json<LoadRequest>,
) -> Result<Json<Value>, ApiError> {
    check_name(&request.lora_name).map_err(ApiError::invalid)?;
    let serving =
        Serving { name: request.lora_name, id: request.adapter_id, folder: request.lora_path };
    let name = serving.name.clone();
    let loaded = tokio::task::spawn_blocking(move || server.load(&serving)).await;
    loaded
        .map_err(|why| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "engine_failed", why))??;
    Ok(Json(json!({ "loaded": name })))
}
