//! Our own socket loop: a Unix socket in the home, one thread per connection, one message at a
//! time.

use std::io::{self, BufReader, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::unistd::Pid;
use prost::Message;
use tendermint_abci::Application;
use tendermint_proto::v0_38::abci::Request;
use tendermint_proto::v0_38::abci::request::Value;

use super::dispatch::{dispatch, exception};
use super::frame;
use super::guard::{ConnectionId, Guard, Peer};
use crate::fatal;

/// CometBFT opens four connections; a few more may look (Info, Query).
const CONNECTIONS_MAX: usize = 16;
/// Bytes buffered each way on a connection.
const BUFFER_BYTES: usize = 256 * 1024;
/// Longest path of a Unix socket on Linux is 107 bytes.
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// A listener on a Unix socket that only its owner may use.
pub struct Server {
    listener: UnixListener,
}

impl Server {
    /// Binds the socket, replacing one that a dead process left; its directory becomes the owner's
    /// own.
    pub fn bind(socket: &Path) -> io::Result<Self> {
        if socket.as_os_str().len() > SOCKET_PATH_BYTES_MAX {
            let why = format!("{} is longer than {SOCKET_PATH_BYTES_MAX} bytes", socket.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        if let Some(dir) = socket.parent() {
            std::fs::create_dir_all(dir)?;
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
        }
        match std::fs::remove_file(socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(socket)?;
        std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener })
    }

    /// Serves connections until the process ends; the guard says who may drive consensus.
    pub fn serve<A: Application>(self, app: A, guard: Guard) -> io::Result<()> {
        let guard = Arc::new(guard);
        let open = Arc::new(AtomicUsize::new(0));
        let mut next: ConnectionId = 0;
        for stream in self.listener.incoming() {
            let stream = stream?;
            if open.load(Ordering::SeqCst) >= CONNECTIONS_MAX {
                tracing::warn!(limit = CONNECTIONS_MAX, "ABCI connection refused: too many");
                continue;
            }
            next = next.saturating_add(1);
            open.fetch_add(1, Ordering::SeqCst);
            let connection = Connection { id: next, guard: Arc::clone(&guard), app: app.clone() };
            let open = Arc::clone(&open);
            std::thread::Builder::new().name(format!("abci-{next}")).spawn(move || {
                connection.run(&stream);
                open.fetch_sub(1, Ordering::SeqCst);
            })?;
        }
        Ok(())
    }
}

struct Connection<A> {
    id: ConnectionId,
    guard: Arc<Guard>,
    app: A,
}

impl<A: Application> Connection<A> {
    fn run(&self, stream: &UnixStream) {
        if let Err(error) = self.answer_all(stream) {
            tracing::warn!(connection = self.id, %error, "ABCI connection broke");
        }
        if self.guard.release(self.id) {
            tracing::info!(connection = self.id, "the consensus connection closed");
        }
    }

    fn answer_all(&self, stream: &UnixStream) -> io::Result<()> {
        let peer = Peer { connection: self.id, process: process_of(stream)? };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, stream.try_clone()?);
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, stream.try_clone()?);
        while let Some(message) = frame::read(&mut reader)? {
            let flush = self.answer(&peer, message, &mut writer)?;
            if flush || reader.buffer().is_empty() {
                writer.flush()?;
            }
        }
        writer.flush()
    }

    /// Answers one message; true when the caller asked for a flush.
    fn answer(&self, peer: &Peer, message: Vec<u8>, writer: &mut impl Write) -> io::Result<bool> {
        let request = match Request::decode(bytes::Bytes::from(message)) {
            Ok(request) => request,
            Err(error) => {
                frame::write(writer, &exception(format!("request does not decode: {error}")))?;
                return Ok(true);
            }
        };
        let Some(call) = request.value else {
            frame::write(writer, &exception("unknown request: expected one of ABCI 2.0.0"))?;
            return Ok(true);
        };
        if let Err(violation) = self.guard.check(peer, &call) {
            fatal::stop(&violation);
        }
        let flush = matches!(call, Value::Flush(_));
        frame::write(writer, &dispatch(&self.app, call))?;
        Ok(flush)
    }
}

/// The process at the other end, as it was when it connected: nobody can say that he is another.
fn process_of(stream: &UnixStream) -> io::Result<Pid> {
    Ok(Pid::from_raw(getsockopt(stream, PeerCredentials)?.pid()))
}
