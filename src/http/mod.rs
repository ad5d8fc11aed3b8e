//! The way in over HTTP: routes, request ids, compression, health. No SQL and no rule of the bank.

pub mod graphiql;
pub mod graphql;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::any,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{
    catalogue::Catalogue,
    graphql::{self as schema, cursor::CursorKey, limits::Limits},
    web,
};

/// Everything the server answers to the public.
pub fn router(catalogue: &Catalogue, cursor_key: CursorKey) -> Router {
    let api =
        graphql::GraphQl::new(schema::schema(catalogue.clone(), cursor_key), Limits::default(), {
            let catalogue = catalogue.clone();
            move |request, _| schema::request_data(request, &catalogue)
        });
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(TraceLayer::new_for_http())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new());
    Router::new()
        .route("/graphql", any(graphql::handle))
        .with_state(api)
        .merge(graphiql::routes())
        .merge(health(catalogue.clone()))
        .merge(web::routes(catalogue.clone()))
        .layer(layers)
}

/// Answers connections until it is told to stop, and then ends those under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// What is measured, for a listener of its own that the public does not reach.
pub fn metrics(catalogue: Catalogue) -> Router {
    Router::new().route("/metrics", axum::routing::get(measured)).with_state(catalogue)
}

async fn measured(State(catalogue): State<Catalogue>) -> impl IntoResponse {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match catalogue.measured().await {
        Ok(text) => (StatusCode::OK, [(CONTENT_TYPE, OPEN_METRICS)], text),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            let text = "the database does not answer\n".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, "text/plain")], text)
        }
    }
}

fn health(catalogue: Catalogue) -> Router {
    Router::new().route("/healthz", axum::routing::get(healthz)).with_state(catalogue)
}

/// Whether the database answers.
async fn healthz(State(catalogue): State<Catalogue>) -> impl IntoResponse {
    match catalogue.counts().await {
        Ok((_, head)) => (StatusCode::OK, format!("ok, revision {}\n", head.seq)),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned())
        }
    }
}
