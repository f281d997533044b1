//! The gateway's refusals, in the shape that OpenAI's clients read.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::ledger::LedgerError;

/// Why a request was not passed on. The `code` is stable; the text says what was expected.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// What was wrong, and what was expected.
    pub message: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(status: StatusCode, code: &'static str, message: impl ToString) -> Self {
        Self { status, code, message: message.to_string() }
    }

    /// The provider cannot be reached or does not make sense (502).
    pub fn provider(code: &'static str, message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, code, message)
    }

    fn kind(&self) -> &'static str {
        match self.status {
            StatusCode::PAYMENT_REQUIRED => "insufficient_quota",
            status if status.is_client_error() => "invalid_request_error",
            _ => "server_error",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let kind = self.kind();
        let fields =
            json!({ "message": self.message, "type": kind, "param": null, "code": self.code });
        (self.status, Json(json!({ "error": fields }))).into_response()
    }
}

impl From<LedgerError> for Refusal {
    fn from(why: LedgerError) -> Self {
        match why {
            LedgerError::OverLimit { .. } => {
                Self::new(StatusCode::PAYMENT_REQUIRED, "spending_limit_reached", why)
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "ledger_failed", why),
        }
    }
}
