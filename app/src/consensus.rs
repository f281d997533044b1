//! `consensus`: the parameters that CometBFT runs by, as the chain keeps them.
//!
//! Owns: the `consensus` store (parameters; the last block's chain id, height and time).
//! Queries: `cosmos.consensus.v1.Query/Params`. Changing them by governance is not there yet.
//! Genesis: none of its own; InitChain brings the parameters.

use tendermint_proto::v0_38::types::ConsensusParams;
use whence_base::module::ValidatorUpdate;
use whence_base::{Ctx, Error, Module, QueryCtx, QueryRouter, Result, ensure};

use crate::exec::header;

/// Largest block in bytes that CometBFT takes.
const BLOCK_BYTES_MAX: i64 = 104_857_600;

struct Consensus;

/// `cosmos.consensus.v1.QueryParamsRequest`; the SDK crate does not export the package.
#[derive(Clone, PartialEq, prost::Message)]
pub struct QueryParamsRequest {}

/// `cosmos.consensus.v1.QueryParamsResponse`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct QueryParamsResponse {
    /// The parameters in force.
    #[prost(message, optional, tag = "1")]
    pub params: Option<ConsensusParams>,
}

/// The module.
pub fn module() -> impl Module {
    Consensus
}

/// Checks the parameters of genesis: a block must have a limit of gas.
pub fn validate(params: &ConsensusParams) -> Result<()> {
    let block = params.block.as_ref();
    let block = block.ok_or_else(|| Error::invalid_request("consensus.params.block is missing"))?;
    ensure(
        (1..=BLOCK_BYTES_MAX).contains(&block.max_bytes),
        Error::invalid_request(format!(
            "consensus.params.block.max_bytes is {}, expected 1 to {BLOCK_BYTES_MAX}",
            block.max_bytes
        )),
    )?;
    ensure(
        block.max_gas > 0 || block.max_gas == -1,
        Error::invalid_request(format!(
            "consensus.params.block.max_gas is {}, expected a positive number or -1",
            block.max_gas
        )),
    )
}

impl Module for Consensus {
    fn name(&self) -> &'static str {
        header::STORE
    }

    fn genesis_type(&self) -> &'static str {
        "google.protobuf.Empty"
    }

    fn default_genesis(&self) -> Vec<u8> {
        Vec::new()
    }

    fn validate_genesis(&self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn init_genesis(&self, _: &mut Ctx<'_>, _: &[u8]) -> Result<Vec<ValidatorUpdate>> {
        Ok(Vec::new())
    }

    fn export_genesis(&self, _: &QueryCtx<'_>) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn queries(&self, router: &mut QueryRouter) {
        router.add(
            "/cosmos.consensus.v1.Query/Params",
            |ctx: &QueryCtx<'_>, _: QueryParamsRequest| {
                let params = header::PARAMS.get(ctx)?;
                Ok(QueryParamsResponse { params })
            },
        );
    }
}
