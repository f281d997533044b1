//! The gateway before a sidecar that checks every voucher by itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use secp256k1::ecdsa::Signature;
use secp256k1::{PublicKey, Secp256k1};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use whence_app::people::gateway::chain::{Books, Later};
use whence_app::people::gateway::forward::{Gateway, http, router};
use whence_app::people::gateway::ledger::{Ledger, State as Spent};
use whence_app::people::gateway::payer::{Payer, Standing};
use whence_app::people::session::SessionKey;
use whence_canon::voucher::Price;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::whence::attribution::v1::{Escrow, Voucher};

const CHAIN: &str = "whence-test-1";
const PRICE: Price =
    Price { per_1k_prompt_tokens: 10_000, per_1k_completion_tokens: 20_000, min_fee: 100 };
/// What the sidecar quotes: 10 tokens in, 20 out.
const QUOTE: u128 = 500;
/// What its answers cost.
const FEE: u128 = 320;

/// What the test's sidecar saw, and how it is to behave.
#[derive(Default)]
struct Sidecar {
    key: Vec<u8>,
    vouchers: Vec<Voucher>,
    bodies: Vec<Vec<u8>>,
    /// Vouchers that are refused as too small before one is taken.
    refusals: usize,
    quote: Option<u128>,
    broken: bool,
}

type Shared = Arc<Mutex<Sidecar>>;

fn coin(amount: u128) -> Option<Coin> {
    Some(Coin { denom: "uwhn".into(), amount: amount.to_string() })
}

fn amount(coin: &Option<Coin>) -> u128 {
    coin.as_ref().unwrap().amount.parse().unwrap()
}

/// A voucher's 169 bytes, put together here from the documented table.
fn bytes_of(v: &Voucher) -> Vec<u8> {
    let text = |text: &str| Sha256::digest(text.as_bytes()).to_vec();
    [
        b"whence/voucher/v1".to_vec(),
        text(&v.chain_id),
        v.escrow_id.to_be_bytes().to_vec(),
        v.sequence.to_be_bytes().to_vec(),
        text(&v.max_fee.as_ref().unwrap().denom),
        amount(&v.cumulative).to_be_bytes().to_vec(),
        amount(&v.max_fee).to_be_bytes().to_vec(),
        v.request_digest.clone(),
        v.adapter_id.to_be_bytes().to_vec(),
    ]
    .concat()
}

fn check(sidecar: &Sidecar, headers: &HeaderMap, body: &[u8]) -> Voucher {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let voucher = STANDARD.decode(header("x-whence-voucher")).unwrap();
    let voucher = Voucher::decode(voucher.as_slice()).unwrap();
    let salt = hex::decode(header("x-whence-salt")).unwrap();
    assert_eq!(salt.len(), 32);
    let request = [b"whence/request/v1", salt.as_slice(), body].concat();
    assert_eq!(voucher.request_digest, Sha256::digest(request).to_vec());
    let bytes = bytes_of(&voucher);
    assert_eq!(bytes.len(), 169);
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let signature = Signature::from_compact(&voucher.signature).unwrap();
    let key = PublicKey::from_slice(&sidecar.key).unwrap();
    Secp256k1::verification_only()
        .verify_ecdsa(secp256k1::Message::from_digest(digest), &signature, &key)
        .expect("the session key signed");
    assert_eq!((voucher.chain_id.as_str(), voucher.escrow_id, voucher.adapter_id), (CHAIN, 7, 3));
    voucher
}

async fn quote(State(shared): State<Shared>, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    if request["model"] == "nobody" {
        let error = json!({ "error": { "message": "no such model", "code": "model_not_found" } });
        return (StatusCode::NOT_FOUND, axum::Json(error)).into_response();
    }
    let fee = shared.lock().unwrap().quote.unwrap_or(QUOTE);
    axum::Json(json!({
        "chain_id": CHAIN,
        "provider_id": 2,
        "adapter_id": 3,
        "prompt_tokens": 10,
        "max_completion_tokens": 20,
        "max_fee": { "denom": "uwhn", "amount": fee.to_string() },
    }))
    .into_response()
}

async fn chat(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let mut sidecar = shared.lock().unwrap();
    let voucher = check(&sidecar, &headers, &body);
    sidecar.vouchers.push(voucher);
    sidecar.bodies.push(body.to_vec());
    if sidecar.refusals > 0 {
        sidecar.refusals -= 1;
        let error = json!({ "error": { "message": "too small", "code": "voucher_too_small" } });
        return (StatusCode::PAYMENT_REQUIRED, axum::Json(error)).into_response();
    }
    let attribution = json!({ "fee": { "denom": "uwhn", "amount": FEE.to_string() } });
    let request: Value = serde_json::from_slice(&body).unwrap();
    if request["stream"] != true {
        let answer = json!({ "object": "chat.completion", "attribution": attribution });
        return axum::Json(answer).into_response();
    }
    let last = match sidecar.broken {
        true => json!({ "choices": [] }),
        false => json!({ "choices": [], "attribution": attribution }),
    };
    let first = json!({ "choices": ["a"] });
    let text = format!("data: {first}\n\ndata: {last}\n\ndata: [DONE]\n\n");
    // In pieces that end anywhere.
    let pieces: Vec<_> =
        text.as_bytes().chunks(7).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let body = Body::from_stream(tokio_stream::iter(pieces));
    ([("content-type", "text/event-stream")], body).into_response()
}

async fn models() -> &'static str {
    "{\"object\":\"list\"}"
}

/// The chain's books, which a test may write.
struct Written(Arc<Mutex<Escrow>>);

impl Books for Written {
    fn standing(&self) -> Later<'_, Standing> {
        let escrow = self.0.lock().unwrap().clone();
        Box::pin(async move { Ok(Standing { escrow, price: PRICE }) })
    }
}

struct Scene {
    sidecar: Shared,
    gateway: Arc<Gateway>,
    escrow: Arc<Mutex<Escrow>>,
    base: String,
    client: reqwest::Client,
    _home: tempfile::TempDir,
}

async fn listen(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("http://{address}")
}

async fn scene(limit: Option<u128>) -> Scene {
    let home = tempfile::tempdir().unwrap();
    let key = SessionKey::create(home.path()).unwrap();
    let key = SessionKey::find(home.path(), &key.public()).unwrap();
    let sidecar = Shared::default();
    sidecar.lock().unwrap().key = key.public();
    let app = Router::new()
        .route("/v1/quote", post(quote))
        .route("/v1/chat/completions", post(chat))
        .route("/v1/models", get(models))
        .with_state(Arc::clone(&sidecar));
    let escrow = Escrow {
        id: 7,
        provider_id: 2,
        balance: coin(10_000),
        reported: coin(0),
        withdrawing: coin(0),
        ..Escrow::default()
    };
    let escrow = Arc::new(Mutex::new(escrow));
    let ledger = Ledger::open(&Ledger::path(home.path(), CHAIN, 7)).unwrap();
    let payer = Payer {
        chain_id: CHAIN.into(),
        escrow_id: 7,
        provider_id: 2,
        denom: "uwhn".into(),
        limit,
        key,
        ledger: Mutex::new(ledger),
    };
    let gateway = Arc::new(Gateway {
        payer,
        books: Box::new(Written(Arc::clone(&escrow))),
        endpoint: listen(app).await,
        http: http().unwrap(),
    });
    let base = listen(router(Arc::clone(&gateway))).await;
    Scene { sidecar, gateway, escrow, base, client: reqwest::Client::new(), _home: home }
}

impl Scene {
    async fn ask(&self, body: &str) -> (u16, String) {
        let url = format!("{}/v1/chat/completions", self.base);
        let answer = self.client.post(url).body(body.to_owned()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    fn spent(&self) -> Spent {
        self.gateway.payer.ledger().state().clone()
    }

    fn vouchers(&self) -> Vec<(u64, u128, u128)> {
        let sidecar = self.sidecar.lock().unwrap();
        let each = |v: &Voucher| (v.sequence, amount(&v.cumulative), amount(&v.max_fee));
        sidecar.vouchers.iter().map(each).collect()
    }
}

// Spaces and order as a client chose them: the body must arrive byte for byte.
const PLAIN: &str = "{ \"messages\" : [ ], \"model\":\"m\" }";
const STREAM: &str = "{\"model\":\"m\",\"stream\":true}";

#[tokio::test]
async fn a_plain_request_is_paid_and_counted() {
    let scene = scene(None).await;
    let (status, text) = scene.ask(PLAIN).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("attribution"));
    assert_eq!(scene.sidecar.lock().unwrap().bodies[0], PLAIN.as_bytes());
    assert_eq!(scene.ask(PLAIN).await.0, 200);
    // The second promises what the first cost and no more.
    assert_eq!(scene.vouchers(), [(1, QUOTE, QUOTE), (2, FEE + QUOTE, QUOTE)]);
    let spent = scene.spent();
    assert_eq!((spent.spent, spent.answered, spent.open.len()), (2 * FEE, 2, 0));
}

#[tokio::test]
async fn a_stream_passes_through_and_its_fee_is_read() {
    let scene = scene(None).await;
    let (status, text) = scene.ask(STREAM).await;
    assert_eq!(status, 200);
    assert!(text.ends_with("data: [DONE]\n\n"), "{text}");
    assert_eq!(scene.spent().spent, FEE);
}

#[tokio::test]
async fn a_stream_without_a_fee_stays_promised() {
    let scene = scene(None).await;
    scene.sidecar.lock().unwrap().broken = true;
    scene.ask(STREAM).await;
    let spent = scene.spent();
    assert_eq!((spent.spent, spent.at_most(), spent.last), (0, QUOTE, 1));
}

#[tokio::test]
async fn over_the_limit_is_refused_in_openais_shape() {
    let scene = scene(Some(FEE + QUOTE - 1)).await;
    assert_eq!(scene.ask(PLAIN).await.0, 200);
    let (status, text) = scene.ask(PLAIN).await;
    let error: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 402);
    assert_eq!(error["error"]["code"], "spending_limit_reached", "{text}");
    assert_eq!(error["error"]["type"], "insufficient_quota");
    assert_eq!(scene.vouchers().len(), 1);
}

#[tokio::test]
async fn what_is_not_in_the_escrow_is_not_promised() {
    let scene = scene(None).await;
    scene.escrow.lock().unwrap().withdrawing = coin(9_501);
    assert_eq!(scene.ask(PLAIN).await.0, 402);
    scene.escrow.lock().unwrap().withdrawing = coin(9_500);
    assert_eq!(scene.ask(PLAIN).await.0, 200);
}

#[tokio::test]
async fn an_overtaken_voucher_is_written_anew() {
    let scene = scene(None).await;
    scene.sidecar.lock().unwrap().refusals = 2;
    assert_eq!(scene.ask(PLAIN).await.0, 200);
    let sequences: Vec<_> = scene.vouchers().iter().map(|voucher| voucher.0).collect();
    assert_eq!(sequences, [1, 2, 3]);
    assert_eq!((scene.spent().spent, scene.spent().open.len()), (FEE, 0));
    scene.sidecar.lock().unwrap().refusals = 9;
    let (status, text) = scene.ask(PLAIN).await;
    assert_eq!(status, 402);
    assert!(text.contains("voucher_too_small"));
}

#[tokio::test]
async fn a_quote_above_the_registered_price_is_not_paid() {
    let scene = scene(None).await;
    scene.sidecar.lock().unwrap().quote = Some(QUOTE + 1);
    let (status, text) = scene.ask(PLAIN).await;
    assert_eq!(status, 502);
    assert!(text.contains("quote_wrong") && text.contains("above the registered price"), "{text}");
    assert!(scene.vouchers().is_empty());
}

#[tokio::test]
async fn the_providers_refusals_and_lists_pass_through() {
    let scene = scene(None).await;
    let (status, text) = scene.ask("{\"model\":\"nobody\"}").await;
    assert_eq!(status, 404);
    assert!(text.contains("model_not_found"));
    let models = scene.client.get(format!("{}/v1/models", scene.base)).send().await.unwrap();
    assert_eq!(models.text().await.unwrap(), "{\"object\":\"list\"}");
    let other = scene.client.get(format!("{}/v1/files", scene.base)).send().await.unwrap();
    assert_eq!(other.status(), 404);
    assert!(other.text().await.unwrap().contains("not_found"));
}

#[tokio::test]
async fn many_at_once_each_have_a_sequence_of_their_own() {
    let scene = Arc::new(scene(None).await);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let scene = Arc::clone(&scene);
        asked.spawn(async move { scene.ask(PLAIN).await.0 });
    }
    let answers = asked.join_all().await;
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    let mut sequences: Vec<_> = scene.vouchers().iter().map(|voucher| voucher.0).collect();
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences.len(), 12);
    assert_eq!(scene.spent().spent, 12 * FEE);
}
