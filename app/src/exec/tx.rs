//! One transaction in a block: the checks, then all its messages or none.

use bytes::Bytes;
use prost::Message;
use tendermint_proto::v0_38::abci::ExecTxResult;
use whence_base::{AnyMessage, Ctx, Error, Event, Result};
use whence_proto::Any;
use whence_proto::cosmos::base::abci::v1beta1::TxMsgData;

use super::events::to_abci;
use crate::ante::{self, Candidate, Mode};

/// What a transaction did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Gas limit.
    pub gas_wanted: u64,
    /// Gas that it cost.
    pub gas_used: u64,
    /// Events that stay.
    pub events: Vec<Event>,
    /// The messages' answers.
    pub responses: Vec<Any>,
    /// Why it failed.
    pub error: Option<Error>,
}

/// Runs a transaction. When the checks fail nothing stays; when a message fails only the fee and
/// the sequence stay.
pub fn deliver(ctx: &mut Ctx<'_>, candidate: &Candidate, mode: Mode<'_>) -> Outcome {
    let mut outcome = Outcome { gas_wanted: candidate.tx.gas_limit, ..Outcome::default() };
    let checked = ctx.atomically(|ctx| ante::run(ctx, candidate, mode));
    outcome.events = ctx.take_events();
    match checked {
        Ok(cost) => outcome.gas_used = cost,
        Err(error) => {
            outcome.error = Some(error);
            return outcome;
        }
    }
    match ctx.atomically(|ctx| run_messages(ctx, &candidate.tx.messages)) {
        Ok(responses) => outcome.responses = responses,
        Err(error) => outcome.error = Some(error),
    }
    outcome.events.extend(ctx.take_events());
    outcome
}

fn run_messages(ctx: &mut Ctx<'_>, messages: &[Box<dyn AnyMessage>]) -> Result<Vec<Any>> {
    let mut responses = Vec::with_capacity(messages.len());
    let mut events = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        ctx.emit(action(message.as_ref()));
        let response = message.execute(ctx).map_err(|e| at_message(index, e))?;
        responses.push(response);
        events.extend(ctx.take_events().into_iter().map(|e| e.attr("msg_index", index)));
    }
    events.into_iter().for_each(|event| ctx.emit(event));
    Ok(responses)
}

/// `message{action, sender, module}`, as explorers search for it.
fn action(message: &dyn AnyMessage) -> Event {
    let type_url = message.type_url();
    let sender = message.signers().first().map(ToString::to_string).unwrap_or_default();
    let module = type_url.trim_start_matches('/').split('.').nth(1).unwrap_or_default().to_owned();
    Event::new("message").attr("action", type_url).attr("sender", sender).attr("module", module)
}

fn at_message(index: usize, error: Error) -> Error {
    let message = format!("failed to execute message; message index: {index}: {}", error.message);
    Error { message, ..error }
}

impl Outcome {
    /// A transaction that never came as far as its checks.
    pub fn refused(error: Error) -> Self {
        Self { error: Some(error), ..Self::default() }
    }

    /// The form that CometBFT keeps; `code`, `data` and both gas numbers are hashed into the next
    /// header.
    pub fn into_abci(self) -> ExecTxResult {
        let (code, codespace, log) = match self.error {
            None => (0, String::new(), String::new()),
            Some(error) => (error.code, error.codespace.to_owned(), error.message),
        };
        let data = if code == 0 { encode_responses(self.responses) } else { Bytes::new() };
        ExecTxResult {
            code,
            data,
            log,
            info: String::new(),
            gas_wanted: i64::try_from(self.gas_wanted).unwrap_or(i64::MAX),
            gas_used: i64::try_from(self.gas_used).unwrap_or(i64::MAX),
            events: self.events.into_iter().map(to_abci).collect(),
            codespace,
        }
    }
}

/// `TxMsgData` of the messages' answers.
pub fn encode_responses(responses: Vec<Any>) -> Bytes {
    TxMsgData { msg_responses: responses, ..TxMsgData::default() }.encode_to_vec().into()
}
