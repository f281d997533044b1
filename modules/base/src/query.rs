//! Queries: one table of handlers behind gRPC, `abci_query` and REST, and pagination.

use std::collections::BTreeMap;

use prost::Message;
use whence_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};

use crate::ctx::QueryCtx;
use crate::error::Error;
use crate::state::{Key, Map, StateRead};

/// gRPC status codes that queries answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request is malformed.
    InvalidArgument = 3,
    /// The thing is not there.
    NotFound = 5,
    /// The state does not allow the answer.
    FailedPrecondition = 9,
    /// The method does not exist.
    Unimplemented = 12,
    /// The node is at fault.
    Internal = 13,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rpc error: code = {code:?} desc = {message}")]
pub struct Status {
    /// gRPC code.
    pub code: Code,
    /// What was wrong; not-found texts end with `: key not found`, as clients expect.
    pub message: String,
}

impl Status {
    /// The thing is not there.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self { code: Code::NotFound, message: format!("{what}: key not found") }
    }
    /// The request is malformed.
    pub fn invalid(what: impl std::fmt::Display) -> Self {
        Self { code: Code::InvalidArgument, message: what.to_string() }
    }
    /// The node is at fault.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self { code: Code::Internal, message: what.to_string() }
    }
}

impl From<Error> for Status {
    fn from(e: Error) -> Self {
        let code = match (e.codespace, e.code) {
            (crate::error::SDK, 22 | 38) => Code::NotFound,
            (crate::error::SDK, 35) => Code::Internal,
            _ => Code::InvalidArgument,
        };
        Self { code, message: e.message }
    }
}

/// Result of a query.
pub type Answer<T> = Result<T, Status>;

type Handler = Box<dyn Fn(&QueryCtx<'_>, &[u8]) -> Answer<Vec<u8>> + Send + Sync>;

/// The table of query handlers by gRPC path (`/cosmos.bank.v1beta1.Query/Balance`).
#[derive(Default)]
pub struct QueryRouter {
    table: BTreeMap<String, Handler>,
}

impl QueryRouter {
    /// Registers a handler.
    pub fn add<Q, A>(
        &mut self,
        path: &str,
        handler: impl Fn(&QueryCtx<'_>, Q) -> Answer<A> + Send + Sync + 'static,
    ) -> &mut Self
    where
        Q: Message + Default,
        A: Message,
    {
        let erased = move |ctx: &QueryCtx<'_>, bytes: &[u8]| {
            let request = Q::decode(bytes).map_err(Status::invalid)?;
            handler(ctx, request).map(|answer| answer.encode_to_vec())
        };
        self.table.insert(path.to_owned(), Box::new(erased));
        self
    }

    /// Answers a request; `None` when no such method is registered.
    pub fn answer(&self, path: &str, ctx: &QueryCtx<'_>, bytes: &[u8]) -> Option<Answer<Vec<u8>>> {
        self.table.get(path).map(|handler| handler(ctx, bytes))
    }

    /// Whether the path is registered.
    pub fn has(&self, path: &str) -> bool {
        self.table.contains_key(path)
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }
}

/// Longest page of Cosmos' own queries (wallets ask for 1,000).
pub const PAGE_MAX_COSMOS: u64 = 1000;
/// Longest page of our trades' queries.
pub const PAGE_MAX: u64 = 100;
/// Most entries that `count_total` walks.
const COUNT_MAX: usize = 1_000_000;

/// One page of a map's entries under an encoded key prefix (SDK `query.Paginate`): key XOR offset,
/// default limit 100, `next_key` opaque, total counted only when asked.
pub fn paginate<K: Key, V: Message + Default>(
    state: &(impl StateRead + ?Sized),
    map: &Map<K, V>,
    prefix: &impl Key,
    page: (Option<PageRequest>, u64),
) -> Answer<(Vec<(K, V)>, PageResponse)> {
    paginate_where(state, map, prefix, page, |_, _| true)
}

/// As [`paginate`], over the entries that satisfy a condition; offset, limit and total count those
/// alone. At most a million entries are looked at.
pub fn paginate_where<K: Key, V: Message + Default>(
    state: &(impl StateRead + ?Sized),
    map: &Map<K, V>,
    prefix: &impl Key,
    page: (Option<PageRequest>, u64),
    keep: impl Fn(&K, &V) -> bool,
) -> Answer<(Vec<(K, V)>, PageResponse)> {
    let wanted = |entry: &crate::error::Result<(K, V)>| match entry {
        Ok((key, value)) => keep(key, value),
        Err(_) => true,
    };
    let (request, cap) = (page.0.unwrap_or_default(), page.1);
    if !request.key.is_empty() && request.offset > 0 {
        return Err(Status::invalid("invalid request, either offset or key is expected, got both"));
    }
    let mut raw = Vec::new();
    prefix.encode(&mut raw);
    let limit = if request.limit == 0 { 100 } else { request.limit }.min(cap);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let skip = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let from = (!request.key.is_empty()).then_some(request.key.as_slice());

    let mut entries = Vec::new();
    let mut next_key = Vec::new();
    let scan = map.scan(state, &raw, from, request.reverse).take(COUNT_MAX);
    for entry in scan.filter(wanted).skip(skip) {
        let entry = entry?;
        if entries.len() == limit {
            next_key = map.raw_key(&entry.0).get(1..).unwrap_or_default().to_vec();
            break;
        }
        entries.push(entry);
    }
    let total = if request.count_total && request.key.is_empty() {
        map.scan(state, &raw, None, false).take(COUNT_MAX).filter(wanted).count() as u64
    } else {
        0
    };
    Ok((entries, PageResponse { next_key, total }))
}
