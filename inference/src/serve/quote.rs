//! `POST /v1/quote`: the body of a chat request in, the most that it may cost out.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde_json::{Value, json};
use whence_canon::voucher::Price;
use whence_proto::whence::attribution::v1::Provider;

use super::error::ApiError;
use super::openai::Request;
use super::server::Server;

/// A provider's price as canon computes with it, and its denomination.
pub fn price(provider: &Provider) -> Option<(Price, String)> {
    let price = provider.price.as_ref()?;
    let amount = |coin: &Option<whence_proto::cosmos::base::v1beta1::Coin>| {
        coin.as_ref().and_then(|coin| coin.amount.parse().ok())
    };
    let denom = price.min_fee.as_ref()?.denom.clone();
    let plain = Price {
        per_1k_prompt_tokens: amount(&price.per_1k_prompt_tokens)?,
        per_1k_completion_tokens: amount(&price.per_1k_completion_tokens)?,
        min_fee: amount(&price.min_fee)?,
    };
    Some((plain, denom))
}

/// Tokens of a request's prompt, and the most that the request may cost.
pub fn cost(server: &Server, request: &Request, price: Price) -> Result<(u32, u128), ApiError> {
    let tokenizer = server.engine.tokenizer();
    let prompt = tokenizer.encode(&tokenizer.prompt(&request.messages()?)?)?;
    let limit = server.engine.model().config().context.saturating_sub(1);
    if prompt.len() > limit {
        return Err(crate::Error::PromptTooLong { tokens: prompt.len(), limit }.into());
    }
    let room = request.max_tokens()?.min(limit.saturating_add(1).saturating_sub(prompt.len()));
    let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
    let fee = price.fee(count(prompt.len()), count(room));
    let fee = fee.ok_or_else(|| ApiError::invalid("the request's price does not fit 128 bits"))?;
    Ok((count(prompt.len()), fee))
}

/// The handler.
pub async fn quote(
    State(server): State<Arc<Server>>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let request = Request::parse(&body)?;
    let adapter_id = server.ids.get(&request.model)?;
    let (price, denom) = server.price().await?;
    let (prompt_tokens, cost_max) = cost(&server, &request, price)?;
    Ok(Json(json!({
        "chain_id": server.till.chain_id,
        "provider_id": server.till.provider_id,
        "adapter_id": adapter_id,
        "prompt_tokens": prompt_tokens,
        "max_completion_tokens": request.max_tokens()?,
        "max_fee": { "denom": denom, "amount": cost_max.to_string() },
        "price": {
            "per_1k_prompt_tokens": price.per_1k_prompt_tokens.to_string(),
            "per_1k_completion_tokens": price.per_1k_completion_tokens.to_string(),
            "min_fee": price.min_fee.to_string(),
        },
    })))
}
