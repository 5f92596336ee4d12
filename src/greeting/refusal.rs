//! Answers that say no, as JSON.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{BadName, GreetingError};

/// Why a request gets no greeting. The body is `{"error": "…"}`.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The name cannot be one.
    #[error(transparent)]
    Name(#[from] BadName),
    /// The name in the address cannot be read.
    #[error("the request cannot be read: {0}")]
    Unreadable(String),
    /// The proxy does not say for whom it asks.
    #[error("the proxy must send the client's address in one X-Real-IP header")]
    UnknownOrigin,
    /// There is nothing at this path.
    #[error("there is nothing here; ask for /, /greet/NAME or /greet?name=NAME")]
    NotFound,
    /// The path exists, for other methods.
    #[error("only GET and HEAD are answered here")]
    Method,
    /// The service itself failed; the log says how.
    #[error("the service cannot remember right now; its log says why")]
    Broken(#[from] GreetingError),
}

/// What the log should say about a response beyond its status.
#[derive(Debug, Clone)]
pub struct Cause(pub String);

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Name(_) | Self::Unreadable(_) | Self::UnknownOrigin => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response =
            (self.status(), Json(json!({ "error": self.to_string() }))).into_response();
        if let Self::Broken(error) = &self {
            response.extensions_mut().insert(Cause(error.to_string()));
        }
        response
    }
}
