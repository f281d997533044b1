//! Messages: parsed once from protobuf, checked, executed; dispatched by type URL.
//!
//! Gas is a fixed table: [`Message::gas`] says what the message costs before any work is done, from
//! its own size alone, so that gas is equal on every node and simulation equals execution.

use std::collections::BTreeMap;

use prost::Name;

use crate::address::Address;
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// One message of a trade.
pub trait Message: Sized + Send + 'static {
    /// Its protobuf form.
    type Proto: prost::Message + Name + Default;
    /// Its protobuf answer.
    type Response: prost::Message + Name;
    /// What it needs from other trades.
    type Ports: ?Sized + Sync + 'static;

    /// Reads the protobuf form; impossible values cannot be built.
    fn parse(pb: Self::Proto) -> Result<Self>;
    /// Who must have signed, in the order of the message's signer fields.
    fn signers(&self) -> Vec<Address>;
    /// Checks that need no state.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
    /// Cost of the execution, known beforehand.
    fn gas(&self) -> u64;
    /// Checks against the state, then effects, then the event.
    fn execute(&self, ctx: &mut Ctx<'_>, ports: &Self::Ports) -> Result<Self::Response>;
}

/// A parsed message of any trade.
pub trait AnyMessage: Send {
    /// Type URL, such as `/cosmos.bank.v1beta1.MsgSend`.
    fn type_url(&self) -> String;
    /// Who must have signed.
    fn signers(&self) -> Vec<Address>;
    /// Checks that need no state.
    fn validate(&self) -> Result<()>;
    /// Cost of the execution.
    fn gas(&self) -> u64;
    /// Executes; the answer is protobuf under a type URL (an element of `TxMsgData.msg_responses`).
    fn execute(&self, ctx: &mut Ctx<'_>) -> Result<whence_proto::Any>;
}

struct Parsed<M: Message> {
    message: M,
    ports: &'static M::Ports,
}

impl<M: Message> AnyMessage for Parsed<M> {
    fn type_url(&self) -> String {
        M::Proto::type_url()
    }
    fn signers(&self) -> Vec<Address> {
        self.message.signers()
    }
    fn validate(&self) -> Result<()> {
        self.message.validate()
    }
    fn gas(&self) -> u64 {
        self.message.gas()
    }
    fn execute(&self, ctx: &mut Ctx<'_>) -> Result<whence_proto::Any> {
        let response = self.message.execute(ctx, self.ports)?;
        let value = prost::Message::encode_to_vec(&response);
        Ok(whence_proto::Any { type_url: M::Response::type_url(), value })
    }
}

type Parse = Box<dyn Fn(&[u8]) -> Result<Box<dyn AnyMessage>> + Send + Sync>;

/// The table of messages by type URL.
#[derive(Default)]
pub struct Router {
    table: BTreeMap<String, Parse>,
}

impl Router {
    /// Registers a message with what it needs from other trades.
    pub fn add<M: Message>(&mut self, ports: &'static M::Ports) -> &mut Self {
        let parse = move |bytes: &[u8]| -> Result<Box<dyn AnyMessage>> {
            let pb = <M::Proto as prost::Message>::decode(bytes)
                .map_err(|e| Error::tx_decode(format!("{}: {e}", M::Proto::full_name())))?;
            Ok(Box::new(Parsed::<M> { message: M::parse(pb)?, ports }))
        };
        self.table.insert(<M::Proto as Name>::type_url(), Box::new(parse));
        self
    }

    /// Parses a message; an unknown type URL is an error that names it.
    pub fn parse(&self, any: &whence_proto::Any) -> Result<Box<dyn AnyMessage>> {
        let parse = self.table.get(&any.type_url).ok_or_else(|| {
            Error::unknown_request(format!("no message handler for {:?}", any.type_url))
        })?;
        parse(&any.value)
    }

    /// All type URLs, sorted.
    pub fn type_urls(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }
}
