//! The paths of the service and what they answer.

use std::{sync::Arc, time::SystemTime};

use axum::{
    Json, Router,
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use serde::{Deserialize, Serialize};
use tokio::{task::spawn_blocking, time::Instant};

use super::{
    Acquaintances, GreetingError, Meeting, PersonName,
    origin::Origin,
    refusal::{Cause, Refusal},
    request_log::{Answered, RequestLog},
};

/// What every request shares.
#[derive(Clone)]
pub struct Service {
    /// Whom the service has met.
    pub acquaintances: Arc<Acquaintances>,
    /// Where requests are written down.
    pub log: Arc<RequestLog>,
    /// Tells the operator what has no place in the log.
    pub tell: fn(&str),
}

/// The answer of `GET /`.
#[derive(Serialize)]
struct Status {
    status: &'static str,
    version: &'static str,
    acquaintances: u64,
}

/// The answer to a name.
#[derive(Serialize)]
struct Greeting {
    message: String,
}

#[derive(Deserialize)]
struct GreetQuery {
    #[serde(default)]
    name: String,
}

/// The service's paths over `service`.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/", get(status))
        .route("/greet", get(greet_by_query))
        .route("/greet/{name}", get(greet_by_path))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn_with_state(service.clone(), write_down))
        .with_state(service)
}

async fn status(State(service): State<Service>) -> Result<Json<Status>, Refusal> {
    let acquaintances = off_thread(&service, |known| known.count(SystemTime::now())).await?;
    Ok(Json(Status {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        acquaintances,
    }))
}

async fn greet_by_path(
    State(service): State<Service>,
    origin: Origin,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<Greeting>, Refusal> {
    let Path(name) = name.map_err(|rejection| Refusal::Unreadable(rejection.body_text()))?;
    greet(&service, origin, name).await
}

async fn greet_by_query(
    State(service): State<Service>,
    origin: Origin,
    query: Result<Query<GreetQuery>, QueryRejection>,
) -> Result<Json<Greeting>, Refusal> {
    let Query(GreetQuery { name }) =
        query.map_err(|rejection| Refusal::Unreadable(rejection.body_text()))?;
    greet(&service, origin, name).await
}

async fn greet(
    service: &Service,
    Origin(origin): Origin,
    name: String,
) -> Result<Json<Greeting>, Refusal> {
    let name = PersonName::new(name)?;
    let asked = name.clone();
    let meeting = off_thread(service, move |known| {
        known.meet(&asked, origin, SystemTime::now())
    })
    .await?;
    let message = match meeting {
        Meeting::First => format!("Nice to meet you {name}"),
        Meeting::Again => format!("Hello again {name}"),
    };
    Ok(Json(Greeting { message }))
}

/// Runs a database call where it may block.
async fn off_thread<T: Send + 'static>(
    service: &Service,
    call: impl FnOnce(&Acquaintances) -> Result<T, GreetingError> + Send + 'static,
) -> Result<T, GreetingError> {
    let acquaintances = Arc::clone(&service.acquaintances);
    let answer = spawn_blocking(move || call(&acquaintances)).await;
    answer.unwrap_or(Err(GreetingError::Interrupted))
}

async fn write_down(State(service): State<Service>, request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let origin = Origin::of_request(request.extensions(), request.headers());
    let begun = Instant::now();
    let response = next.run(request).await;
    let answered = Answered {
        at: SystemTime::now(),
        origin: origin.map(|Origin(address)| address),
        method: &method,
        uri: &uri,
        status: response.status(),
        took: begun.elapsed(),
        cause: response
            .extensions()
            .get::<Cause>()
            .map(|Cause(text)| text.as_str()),
    };
    if let Err(error) = service.log.record(&answered) {
        (service.tell)(&format!(
            "the log cannot be written: {error}; the request was: {answered}"
        ));
    }
    response
}
