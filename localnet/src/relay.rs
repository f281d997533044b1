//! A TCP relay between a caller and a server: it keeps what callers sent, and can hold a request
//! back.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

/// What a held request is known by.
const VOUCHER: &str = "x-whence-voucher: ";

/// A running relay; it ends with the program.
#[derive(Clone)]
pub struct Relay {
    state: Arc<State>,
}

struct State {
    to: u16,
    hold: AtomicBool,
    /// What callers sent on each connection, in the order of their vouchers.
    paid: Mutex<Vec<Arc<Mutex<Vec<u8>>>>>,
}

impl Relay {
    /// Relays a port of the loopback interface to another one.
    pub fn start(from: u16, to: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", from)).context("cannot relay")?;
        let state =
            Arc::new(State { to, hold: AtomicBool::new(false), paid: Mutex::new(Vec::new()) });
        let relay = Self { state };
        let of = relay.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let of = of.clone();
                thread::spawn(move || of.connection(stream));
            }
        });
        Ok(relay)
    }

    /// Whether requests with a voucher are swallowed.
    pub fn hold(&self, hold: bool) {
        self.state.hold.store(hold, Ordering::SeqCst);
    }

    /// How many requests with a voucher came by, held ones too.
    pub fn paid(&self) -> usize {
        lock(&self.state.paid).len()
    }

    /// The last voucher that came by, in base64, with its salt and its body.
    pub fn last_paid(&self) -> Option<Paid> {
        let bytes = lock(&lock(&self.state.paid).last()?.clone()).clone();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // A connection is used again: the last request on it is the one that is asked for.
        let start = text.rfind("POST /v1/chat/completions")?;
        let (head, body) = text.get(start..)?.split_once("\r\n\r\n")?;
        let header = |name: &str| {
            let lines = head.lines().map(str::to_owned);
            lines.filter_map(|line| line.strip_prefix(name).map(str::to_owned)).next_back()
        };
        Some(Paid {
            voucher: header(VOUCHER)?,
            salt: header("x-whence-salt: ")?,
            body: body.to_owned(),
        })
    }

    fn connection(&self, mut caller: TcpStream) {
        let Ok(mut server) = TcpStream::connect(("127.0.0.1", self.state.to)) else { return };
        let (Ok(mut back), Ok(mut answer)) = (caller.try_clone(), server.try_clone()) else {
            return;
        };
        thread::spawn(move || {
            let _copied = std::io::copy(&mut answer, &mut back);
            let _closed = back.shutdown(Shutdown::Both);
        });
        let sent = Arc::new(Mutex::new(Vec::new()));
        let mut piece = [0; 16 << 10];
        while let Ok(length @ 1..) = caller.read(&mut piece) {
            let Some(new) = piece.get(..length) else { break };
            lock(&sent).extend_from_slice(new);
            let voucher = String::from_utf8_lossy(new).contains(VOUCHER);
            if voucher {
                lock(&self.state.paid).push(Arc::clone(&sent));
            }
            if voucher && self.state.hold.load(Ordering::SeqCst) {
                // The caller waits for an answer until it, or this relay, ends.
                continue;
            }
            if server.write_all(new).is_err() {
                break;
            }
        }
        let _closed = server.shutdown(Shutdown::Both);
    }
}

/// A request that came by with a voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The voucher, in base64.
    pub voucher: String,
    /// The salt of the request's digest.
    pub salt: String,
    /// The request, byte for byte.
    pub body: String,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
