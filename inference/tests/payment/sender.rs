//! The loop that empties the outbox outlives a panic.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use whence_inference::report::sender::Sender;
use whence_inference::report::{Outbox, ReportKey};
use whence_inference::serve::receipt;
use whence_proto::cosmos::base::v1beta1::Coin;
use whence_proto::whence::attribution::v1::{QueryReport, Voucher};

use super::node::{Books, Node};

const PROVIDER: u64 = 7;
/// Many times what two rounds of the loop and the rest between them take.
const WAIT: Duration = Duration::from_secs(60);

/// Panics when the loop first says that the chain has a report, right before it would take it out
/// of the outbox; counts the errors that follow.
struct Faulty {
    panics: Arc<AtomicU32>,
    errors: Arc<AtomicU32>,
}

impl<S: Subscriber> Layer<S> for Faulty {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let seen = event.metadata();
        if !seen.target().ends_with("report::sender") {
            return;
        }
        if *seen.level() == Level::ERROR {
            self.errors.fetch_add(1, Ordering::SeqCst);
        }
        if *seen.level() == Level::INFO && self.panics.fetch_add(1, Ordering::SeqCst) == 0 {
            panic!("planted");
        }
    }
}

fn report() -> QueryReport {
    let coin = || Some(Coin { denom: "uwhn".into(), amount: "7".into() });
    let voucher = Voucher {
        escrow_id: 1,
        sequence: 2,
        cumulative: coin(),
        max_fee: coin(),
        request_digest: vec![0; 32],
        ..Voucher::default()
    };
    QueryReport {
        voucher: Some(voucher),
        prompt_digest: vec![0; 32],
        output_digest: vec![0; 32],
        index_root: vec![0; 32],
        fee: coin(),
        ..QueryReport::default()
    }
}

#[tokio::test]
async fn reporting_goes_on_after_a_panic() {
    let (panics, errors) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let faulty = Faulty { panics: Arc::clone(&panics), errors: Arc::clone(&errors) };
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry().with(faulty));
    let home = tempfile::tempdir().unwrap();
    let outbox = Arc::new(Outbox::open(home.path()).unwrap());
    outbox.put(report()).unwrap();
    let digest = receipt::digest(PROVIDER, &report());
    assert_eq!(digest.len(), 32);
    let books = Books { reported: [((1, 2), digest)].into(), ..Books::default() };
    let sender = Sender {
        chain: Node::start(books).await,
        key: ReportKey::load_or_create(home.path()).unwrap(),
        provider_id: PROVIDER,
        outbox: Arc::clone(&outbox),
        bell: Arc::new(Notify::new()),
    };
    let reporting = tokio::spawn(sender.run());
    let emptied = async {
        while !outbox.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(WAIT, emptied).await.expect("the report leaves the outbox");
    assert_eq!(panics.load(Ordering::SeqCst), 2, "the first of the two was a panic");
    assert_eq!(errors.load(Ordering::SeqCst), 1, "and was logged");
    assert!(!reporting.is_finished());
}
