//! Query: services, `/app/…`, `/store/<name>/key`, `/p2p/filter/…`, in the SDK's order.
//!
//! It reads a snapshot at one height and takes no lock that consensus takes.

use bytes::Bytes;
use prost::Message;
use tendermint_proto::v0_38::abci::{RequestQuery, ResponseQuery};
use tendermint_proto::v0_38::crypto::{ProofOp, ProofOps};
use tonic::{Code, Status};
use whence_base::Error;
use whence_base::error::SDK;

use super::wire_height;
use crate::app::App;
use crate::exec::block::simulate;
use crate::serve::{self, version};

/// Answers a query of any kind.
pub fn query(app: &App, request: &RequestQuery) -> ResponseQuery {
    let served = app.inner.services.get().filter(|table| table.has(&request.path));
    let answer = match served {
        Some(table) => service(app, table, request),
        None if app.modules().queries().has(&request.path) => modules(app, request),
        None => return query_store(app, request),
    };
    finish(app, request, answer)
}

/// Answers everything but services.
pub fn query_store(app: &App, request: &RequestQuery) -> ResponseQuery {
    let path = request.path.trim_start_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let answer = match parts.as_slice() {
        ["app", "version"] => Ok(plain(version::VERSION.as_bytes().to_vec())),
        ["app", "simulate"] => app_simulate(app, request),
        ["store", name, "key"] => store_key(app, name, request),
        ["p2p", "filter", _, ..] => Ok(plain(Vec::new())),
        _ => Err(Error::unknown_request(format!("unknown query path {:?}", request.path))),
    };
    finish(app, request, answer)
}

fn plain(value: Vec<u8>) -> ResponseQuery {
    ResponseQuery { value: value.into(), ..ResponseQuery::default() }
}

/// Every answer has a height that is not zero: CosmJS refuses others.
fn finish(
    app: &App,
    request: &RequestQuery,
    answer: Result<ResponseQuery, Error>,
) -> ResponseQuery {
    let latest = app.store().latest().map_or(1, |at| at.height);
    let mut answer = answer.unwrap_or_else(|error| ResponseQuery {
        code: error.code,
        codespace: error.codespace.to_owned(),
        log: error.message,
        ..ResponseQuery::default()
    });
    if answer.height == 0 {
        answer.height = if request.height > 0 { request.height } else { wire_height(latest) };
    }
    answer
}

fn asked_height(request: &RequestQuery) -> Result<Option<u64>, Error> {
    match u64::try_from(request.height) {
        Ok(0) => Ok(None),
        Ok(height) => Ok(Some(height)),
        Err(_) => Err(Error::invalid_height("cannot query with height < 0")),
    }
}

fn refuse_proof(request: &RequestQuery) -> Result<(), Error> {
    if request.prove {
        return Err(Error::invalid_request("only store queries can be proven"));
    }
    Ok(())
}

fn service(
    app: &App,
    table: &std::sync::Arc<serve::Table>,
    request: &RequestQuery,
) -> Result<ResponseQuery, Error> {
    if app.modules().queries().has(&request.path) {
        return modules(app, request);
    }
    refuse_proof(request)?;
    let call = serve::Request { bytes: request.data.clone(), height: asked_height(request)? };
    let (value, height) =
        table.answer_blocking(&request.path, call).map_err(|status| to_error(&status))?;
    Ok(ResponseQuery { value, height: wire_height(height), ..ResponseQuery::default() })
}

fn modules(app: &App, request: &RequestQuery) -> Result<ResponseQuery, Error> {
    refuse_proof(request)?;
    let height = asked_height(request)?;
    if let Some(height) = height {
        check_height(app, height)?;
    }
    let call = serve::Request { bytes: request.data.clone(), height };
    let (value, height) =
        serve::ask_modules(app, &request.path, &call).map_err(|status| to_error(&status))?;
    Ok(ResponseQuery { value, height: wire_height(height), ..ResponseQuery::default() })
}

fn app_simulate(app: &App, request: &RequestQuery) -> Result<ResponseQuery, Error> {
    use whence_proto::cosmos::base::abci::v1beta1::{GasInfo, SimulationResponse};
    let (state, mut block) =
        app.committed(None).map_err(|e| Error::invalid_height(e.to_string()))?;
    block.height = block.height.saturating_add(1);
    let outcome = simulate(app.modules(), &state, &block, &request.data)?;
    if let Some(error) = outcome.error {
        return Err(error);
    }
    let gas = GasInfo { gas_wanted: outcome.gas_wanted, gas_used: outcome.gas_used };
    let answer = SimulationResponse { gas_info: Some(gas), result: None };
    Ok(plain(answer.encode_to_vec()))
}

/// A value by its raw key, with its two-op ICS-23 proof when asked.
fn store_key(app: &App, name: &str, request: &RequestQuery) -> Result<ResponseQuery, Error> {
    if !app.store().stores().any(|known| known == name) {
        return Err(Error::unknown_request(format!("no such store: {name}")));
    }
    let height = match asked_height(request)? {
        Some(height) => height,
        None => app.store().latest().map_or(0, |at| at.height),
    };
    if request.prove && height <= 1 {
        return Err(Error::invalid_request(
            "cannot query with proof when height <= 1; please provide a valid height",
        ));
    }
    check_height(app, height)?;
    let view = app.store().view(Some(height)).map_err(|e| Error::invalid_height(e.to_string()))?;
    let (value, proof_ops) = if request.prove {
        let proof =
            view.prove(name, &request.data).map_err(|e| Error::invalid_request(e.to_string()))?;
        let op =
            |op: whence_store::ProofOp| ProofOp { r#type: op.type_, key: op.key, data: op.data };
        (proof.value, Some(ProofOps { ops: proof.ops.into_iter().map(op).collect() }))
    } else {
        (view.get(name, &request.data), None)
    };
    Ok(ResponseQuery {
        key: request.data.clone(),
        value: value.map(Bytes::from).unwrap_or_default(),
        proof_ops,
        height: wire_height(height),
        ..ResponseQuery::default()
    })
}

fn check_height(app: &App, height: u64) -> Result<(), Error> {
    let latest = app.store().latest().map_or(0, |at| at.height);
    if height > latest {
        return Err(Error::invalid_height(
            "cannot query with height in the future; please provide a valid height",
        ));
    }
    let earliest = app.store().earliest();
    if height < earliest {
        return Err(Error::invalid_request(format!(
            "failed to load state at height {height}; it is pruned, the earliest is {earliest}"
        )));
    }
    Ok(())
}

/// gRPC statuses in the SDK's codes and words.
fn to_error(status: &Status) -> Error {
    let code = match status.code() {
        Code::NotFound => 22,
        Code::InvalidArgument | Code::FailedPrecondition => 18,
        Code::Unauthenticated => 4,
        _ => 6,
    };
    let text = format!("rpc error: code = {:?} desc = {}", status.code(), status.message());
    Error::new(SDK, code, text)
}
