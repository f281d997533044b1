//! Refusals as HTTP answers, in the shape that OpenAI's clients read.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::report::ReportError;

/// Why a request has no answer. The `code` is stable; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// What was wrong, and what was expected.
    pub message: String,
}

impl ApiError {
    /// A refusal.
    pub fn new(status: StatusCode, code: &'static str, message: impl ToString) -> Self {
        Self { status, code, message: message.to_string() }
    }

    /// The request is malformed (400).
    pub fn invalid(message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// The request is not paid for (402).
    pub fn unpaid(code: &'static str, message: impl ToString) -> Self {
        Self::new(StatusCode::PAYMENT_REQUIRED, code, message)
    }

    fn kind(&self) -> &'static str {
        match self.status {
            StatusCode::PAYMENT_REQUIRED => "payment_required",
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_client_error() => "invalid_request_error",
            _ => "server_error",
        }
    }

    /// The answer's body.
    pub fn body(&self) -> serde_json::Value {
        let fields = json!({ "message": self.message, "type": self.kind(), "code": self.code });
        json!({ "error": fields })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}

impl From<crate::Error> for ApiError {
    fn from(why: crate::Error) -> Self {
        let (status, code) = match &why {
            crate::Error::UnknownAdapter(_) => (StatusCode::NOT_FOUND, "model_not_found"),
            crate::Error::PromptTooLong { .. } => {
                (StatusCode::BAD_REQUEST, "context_length_exceeded")
            }
            crate::Error::Request(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "engine_failed"),
        };
        Self::new(status, code, why)
    }
}

impl From<ReportError> for ApiError {
    fn from(why: ReportError) -> Self {
        let (status, code) = match &why {
            ReportError::Node(status) if status.code() == tonic::Code::NotFound => {
                (StatusCode::SERVICE_UNAVAILABLE, "provider_unknown")
            }
            ReportError::Node(_) | ReportError::Incomplete(..) => {
                (StatusCode::SERVICE_UNAVAILABLE, "node_unreachable")
            }
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "outbox_failed"),
        };
        Self::new(status, code, why)
    }
}
