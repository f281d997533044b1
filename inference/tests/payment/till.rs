//! Vouchers at the till: each that could not be paid is refused before anything is answered.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey};
use tempfile::TempDir;
use whence_canon::voucher;
use whence_inference::report::{Chain, Outbox};
use whence_inference::serve::till::{Reserved, Tender, Till};
use whence_inference::serve::{ApiError, receipt};
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::whence::attribution::v1::{Escrow, QueryReport, Voucher};

use super::node::{Books, Node};

const CHAIN: &str = "whence-local-1";
const PROVIDER: u64 = 7;
const WINDOW: u32 = 256;
const BODY: &[u8] = b"{}";
/// The escrow of most vouchers: 1,000 in it, of which 100 are being withdrawn, and 500 reported up
/// to sequence 300.
const ESCROW: u64 = 1;
/// Another provider's escrow.
const OTHERS: u64 = 2;

fn coin(amount: u128) -> Option<Coin> {
    Some(Coin { denom: "uwhn".into(), amount: amount.to_string() })
}

fn secret() -> SecretKey {
    SecretKey::from_byte_array([3; 32]).unwrap()
}

fn escrow(id: u64, provider_id: u64) -> Escrow {
    Escrow {
        id,
        provider_id,
        session_key: PublicKey::from_secret_key(&Secp256k1::new(), &secret()).serialize().to_vec(),
        balance: coin(1_000),
        withdrawing: coin(100),
        reported: coin(500),
        high_sequence: 300,
        ..Escrow::default()
    }
}

/// A voucher that its escrow's session key signed.
fn signed(escrow_id: u64, sequence: u64, cumulative: u128, max_fee: u128) -> Voucher {
    let voucher = Voucher {
        chain_id: CHAIN.into(),
        escrow_id,
        sequence,
        cumulative: coin(cumulative),
        request_digest: voucher::request_digest(&[0; 32], BODY).to_vec(),
        adapter_id: 1,
        max_fee: coin(max_fee),
        signature: Vec::new(),
    };
    let digest = receipt::canonical(&voucher).unwrap().digest();
    let signature = Secp256k1::new().sign_ecdsa(Message::from_digest(digest), &secret());
    Voucher { signature: signature.serialize_compact().to_vec(), ..voucher }
}

struct Scene {
    till: Arc<Till>,
    _home: TempDir,
}

impl Scene {
    async fn open() -> Self {
        let escrows = [(ESCROW, escrow(ESCROW, PROVIDER)), (OTHERS, escrow(OTHERS, 8))];
        let books = Books { escrows: escrows.into(), window: WINDOW, ..Books::default() };
        Self::at(Node::start(books).await)
    }

    fn at(chain: Chain) -> Self {
        let home = tempfile::tempdir().unwrap();
        let outbox = Arc::new(Outbox::open(home.path()).unwrap());
        let till = Arc::new(Till::new(chain, PROVIDER, outbox, CHAIN.into()));
        Self { till, _home: home }
    }

    async fn take(&self, voucher: &Voucher) -> Result<Reserved, ApiError> {
        let header = STANDARD.encode(voucher.encode_to_vec());
        let salt = "00".repeat(32);
        let (voucher, salt) = (Some(header.as_str()), Some(salt.as_str()));
        self.till.take(Tender { voucher, salt, body: BODY, adapter_id: 1, cost_max: 10 }).await
    }

    async fn check(&self, what: &str, voucher: Voucher, expected: Option<(u16, &str)>) {
        let taken = self.take(&voucher).await;
        let refused = taken.err().map(|why| (why.status.as_u16(), why.code));
        assert_eq!(refused, expected, "{what}");
    }
}

#[tokio::test]
async fn each_is_refused_with_its_code() {
    let scene = Scene::open().await;
    let high = 10_000;
    let table = [
        ("an escrow that is not there", signed(9, 301, high, 10), Some("escrow_unknown")),
        ("another provider's escrow", signed(OTHERS, 301, high, 10), Some("escrow_other_provider")),
        ("all that is left", signed(ESCROW, 301, high, 900), None),
        ("more than is left", signed(ESCROW, 301, high, 901), Some("escrow_too_small")),
        ("all that was allowed", signed(ESCROW, 301, 510, 10), None),
        ("more than was allowed", signed(ESCROW, 301, 509, 10), Some("voucher_too_small")),
        ("the oldest that is taken", signed(ESCROW, 44, high, 10), None),
        ("older", signed(ESCROW, 43, high, 10), Some("voucher_too_old")),
        ("the highest again", signed(ESCROW, 300, high, 10), Some("voucher_used")),
        ("a fee below the cost", signed(ESCROW, 301, high, 9), Some("voucher_too_small")),
    ];
    for (what, voucher, expected) in table {
        scene.check(what, voucher, expected.map(|code| (402, code))).await;
    }
    let nobody = Scene::at(Chain::at("http://127.0.0.1:1").unwrap());
    nobody.check("no node", signed(ESCROW, 301, high, 10), Some((503, "node_unreachable"))).await;
}

/// Its report could follow one that lies so far above it that the chain no longer takes it.
#[tokio::test]
async fn a_sequence_far_below_one_that_waits_or_runs_is_too_old() {
    let scene = Scene::open().await;
    let (far, old, near) = (601, signed(ESCROW, 344, 10_000, 10), signed(ESCROW, 345, 10_000, 10));
    let too_old = Some((402, "voucher_too_old"));
    scene.check("nothing far above it", old.clone(), None).await;

    let running = scene.take(&signed(ESCROW, far, 10_000, 10)).await.ok();
    assert!(running.is_some());
    scene.check("far below one that runs", old.clone(), too_old).await;
    scene.check("not so far below it", near.clone(), None).await;
    drop(running);

    let voucher = Some(signed(ESCROW, far, 10_000, 10));
    let waiting = QueryReport { voucher, fee: coin(10), ..QueryReport::default() };
    scene.till.outbox.put(waiting).unwrap();
    scene.check("far below one that waits", old, too_old).await;
    scene.check("not so far below it", near, None).await;
}

/// What runs and what waits is spoken for, each once.
#[tokio::test]
async fn what_is_spoken_for_counts() {
    let scene = Scene::open().await;
    let running = scene.take(&signed(ESCROW, 301, 10_000, 400)).await.ok();
    assert!(running.is_some());
    let voucher = Some(signed(ESCROW, 302, 10_000, 400));
    let waiting = QueryReport { voucher, fee: coin(300), ..QueryReport::default() };
    scene.till.outbox.put(waiting).unwrap();
    let too_small = |code| Some((402, code));
    scene.check("200 are left", signed(ESCROW, 303, 10_000, 200), None).await;
    let over = signed(ESCROW, 303, 10_000, 201);
    scene.check("and not more", over, too_small("escrow_too_small")).await;
    let fits = signed(ESCROW, 303, 1_400, 200);
    scene.check("1,200 were allowed before", fits, None).await;
    let over = signed(ESCROW, 303, 1_399, 200);
    scene.check("and not more", over, too_small("voucher_too_small")).await;
    let again = signed(ESCROW, 301, 10_000, 10);
    scene.check("runs already", again, too_small("voucher_used")).await;
    let again = signed(ESCROW, 302, 10_000, 10);
    scene.check("waits already", again, too_small("voucher_used")).await;
}
