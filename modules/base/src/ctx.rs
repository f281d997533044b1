//! What a message or a query sees: state at one height, the block, and where events go.

use prost::{Message, Name};

use crate::error::Result;
use crate::event::Event;
use crate::state::{Entries, KeyRange, Overlay, StateRead, StateWrite};

/// Block time (BFT time of CometBFT).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Seconds since the Unix epoch.
    pub seconds: i64,
    /// Nanoseconds within the second, 0 to 999,999,999.
    pub nanos: i32,
}

impl Time {
    /// This time plus whole seconds, saturating.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Self { seconds: self.seconds.saturating_add(seconds), nanos: self.nanos }
    }
}

/// A validator's part in the last commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Consensus address, 20 bytes.
    pub address: Vec<u8>,
    /// Voting power at that height.
    pub power: i64,
    /// Whether it signed.
    pub signed: bool,
}

/// The block that a context belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Chain id, such as `whence-local-1`.
    pub chain_id: String,
    /// Height of the block being executed (queries: of the committed state).
    pub height: u64,
    /// Header time.
    pub time: Time,
    /// Consensus address of the proposer.
    pub proposer: Vec<u8>,
    /// Votes of the last commit.
    pub last_votes: Vec<Vote>,
}

/// What a message's execution may read, change and emit.
pub struct Ctx<'a> {
    state: &'a mut dyn StateWrite,
    block: &'a Block,
    events: Vec<Event>,
}

impl<'a> Ctx<'a> {
    /// A context over a state for one transaction, message or block phase.
    pub fn new(state: &'a mut dyn StateWrite, block: &'a Block) -> Self {
        Self { state, block, events: Vec::new() }
    }

    /// The block.
    pub fn block(&self) -> &'a Block {
        self.block
    }

    /// Height of the block.
    pub fn height(&self) -> u64 {
        self.block.height
    }

    /// Time of the block.
    pub fn time(&self) -> Time {
        self.block.time
    }

    /// Chain id.
    pub fn chain_id(&self) -> &'a str {
        &self.block.chain_id
    }

    /// Emits an event.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Emits a typed event: the one way in which our trades emit.
    pub fn emit_typed<M: Message + Name>(&mut self, event: &M) -> Result<()> {
        self.emit(Event::typed(event)?);
        Ok(())
    }

    /// Takes the events emitted so far.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Runs a step whose changes and events stay only when it succeeds.
    pub fn atomically<T>(&mut self, step: impl FnOnce(&mut Ctx<'_>) -> Result<T>) -> Result<T> {
        let mut overlay = Overlay::over(&*self.state);
        let (result, events) = {
            let mut inner = Ctx::new(&mut overlay, self.block);
            let result = step(&mut inner);
            (result, inner.events)
        };
        let value = result?;
        let changes = overlay.into_changes();
        changes.apply_to(self.state);
        self.events.extend(events);
        Ok(value)
    }

    /// The same state, for reading only.
    pub fn as_query(&self) -> QueryCtx<'_> {
        QueryCtx { state: &*self.state, block: self.block }
    }
}

impl StateRead for Ctx<'_> {
    fn get(&self, store: &'static str, key: &[u8]) -> Option<Vec<u8>> {
        self.state.get(store, key)
    }
    fn range(&self, store: &'static str, range: KeyRange, reverse: bool) -> Entries<'_> {
        self.state.range(store, range, reverse)
    }
}

impl StateWrite for Ctx<'_> {
    fn set(&mut self, store: &'static str, key: Vec<u8>, value: Vec<u8>) {
        self.state.set(store, key, value);
    }
    fn delete(&mut self, store: &'static str, key: Vec<u8>) {
        self.state.delete(store, key);
    }
}

/// What a query sees: it cannot write.
pub struct QueryCtx<'a> {
    state: &'a dyn StateRead,
    block: &'a Block,
}

impl<'a> QueryCtx<'a> {
    /// A read-only context at a committed height.
    pub fn new(state: &'a dyn StateRead, block: &'a Block) -> Self {
        Self { state, block }
    }

    /// The committed block that the state belongs to.
    pub fn block(&self) -> &'a Block {
        self.block
    }

    /// Height of the state.
    pub fn height(&self) -> u64 {
        self.block.height
    }
}

impl StateRead for QueryCtx<'_> {
    fn get(&self, store: &'static str, key: &[u8]) -> Option<Vec<u8>> {
        self.state.get(store, key)
    }
    fn range(&self, store: &'static str, range: KeyRange, reverse: bool) -> Entries<'_> {
        self.state.range(store, range, reverse)
    }
}
