//! How Meilisearch is talked to: with time limits, whole bodies, and faults told apart by what they ask of us. What the
//! server says is for logs and for those who keep the bank: its error texts list what readers must not see.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{AsyncRead, AsyncReadExt};
use meilisearch_sdk::{
    errors::Error as SdkError,
    request::{HttpClient, Method, parse_response},
};
use reqwest::{
    Client, RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

const CONNECT: Duration = Duration::from_secs(2);

/// Why Meilisearch did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    #[error("Meilisearch cannot be reached: {0}")]
    Unreachable(String),
    /// With the time that the server asks to be left alone for.
    #[error("Meilisearch is busy")]
    Busy(Option<Duration>),
    #[error("Meilisearch answers {status} {code}: {message}")]
    Refused { status: u16, code: String, message: String },
    #[error("an answer of Meilisearch cannot be read: {0}")]
    Unreadable(String),
    #[error("Meilisearch is left alone for a while, because it failed several times in a row")]
    Resting,
}

impl Fault {
    /// Whether the server is in trouble, as against a question that it does not take.
    pub fn is_of_the_server(&self) -> bool {
        !matches!(self, Self::Refused { status: 400..500, .. })
    }

    /// The index is not there: it was never made, or the server came back empty.
    pub fn is_index_missing(&self) -> bool {
        self.has_code("index_not_found")
    }

    pub fn is_unknown_document(&self) -> bool {
        self.has_code("document_not_found")
    }

    pub fn is_unknown_task(&self) -> bool {
        self.has_code("task_not_found")
    }

    /// How long the server asks to be left alone for.
    pub fn wait(&self) -> Option<Duration> {
        if let Self::Busy(wait) = self { *wait } else { None }
    }

    fn has_code(&self, expected: &str) -> bool {
        matches!(self, Self::Refused { code, .. } if code == expected)
    }
}

/// A client with one limit on the time that an answer may take.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    message: String,
}

impl Http {
    /// # Errors
    /// When the key cannot stand in a header.
    pub(super) fn new(key: Option<&str>, limit: Duration) -> Result<Self, Fault> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let value = HeaderValue::from_str(&format!("Bearer {key}"));
            let mut value = value.map_err(|_| {
                Fault::Unreadable("the key holds a character that no header may".to_owned())
            })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let builder = Client::builder().default_headers(headers).connect_timeout(CONNECT);
        let client = builder.timeout(limit).build().map_err(|error| unreachable(&error))?;
        Ok(Self { client })
    }

    pub(super) fn get(&self, url: &str) -> RequestBuilder {
        self.client.get(url)
    }

    pub(super) fn post(&self, url: &str) -> RequestBuilder {
        self.client.post(url)
    }

    pub(super) fn patch(&self, url: &str) -> RequestBuilder {
        self.client.patch(url)
    }

    /// Sends a request and reads the whole answer as JSON.
    pub(super) async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Fault> {
        let Answer { status, wait, body } = send(request).await?;
        if status < 300 {
            let unreadable = |error: serde_json::Error| Fault::Unreadable(error.to_string());
            return serde_json::from_slice(&body).map_err(unreadable);
        }
        if matches!(status, 429 | 503) {
            return Err(Fault::Busy(wait));
        }
        let refusal = serde_json::from_slice(&body).unwrap_or_else(|_| Refusal {
            code: "unknown".to_owned(),
            message: String::from_utf8_lossy(&body).chars().take(200).collect(),
        });
        Err(Fault::Refused { status, code: refusal.code, message: refusal.message })
    }
}

struct Answer {
    status: u16,
    /// What `Retry-After` says in seconds; its other form, a date, is not sent by Meilisearch.
    wait: Option<Duration>,
    body: Vec<u8>,
}

async fn send(request: RequestBuilder) -> Result<Answer, Fault> {
    let response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status().as_u16();
    let wait =
        response.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
    let body = response.bytes().await.map_err(|error| unreachable(&error))?;
    Ok(Answer { status, wait: wait.map(Duration::from_secs), body: body.to_vec() })
}

/// The address stays out of the text: it may hold a password.
fn unreachable(error: &reqwest::Error) -> Fault {
    let kind = match error {
        e if e.is_timeout() => "it takes too long",
        e if e.is_connect() => "nothing answers there",
        e if e.is_body() || e.is_decode() => "its answer was cut off",
        _ => "the connection broke",
    };
    Fault::Unreachable(kind.to_owned())
}

impl From<SdkError> for Fault {
    fn from(error: SdkError) -> Self {
        match error {
            SdkError::Other(other) => match other.downcast::<Self>() {
                Ok(fault) => *fault,
                Err(other) => Self::Unreadable(other.to_string()),
            },
            SdkError::Meilisearch(error) => Self::Refused {
                status: 400,
                code: error.error_code.to_string(),
                message: error.error_message,
            },
            other => Self::Unreadable(other.to_string()),
        }
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn stream_request<
        Query: Serialize + Send + Sync,
        Body: AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    >(
        &self,
        url: &str,
        method: Method<Query, Body>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, SdkError> {
        let verb = match &method {
            Method::Get { .. } => reqwest::Method::GET,
            Method::Post { .. } => reqwest::Method::POST,
            Method::Patch { .. } => reqwest::Method::PATCH,
            Method::Put { .. } => reqwest::Method::PUT,
            Method::Delete { .. } => reqwest::Method::DELETE,
        };
        let other = |fault: Fault| SdkError::Other(Box::new(fault));
        let mut request = self.client.request(verb, url).query(method.query());
        if let Some(body) = method.into_body() {
            // Whole and with its length, so that it can be sent again.
            let (mut body, mut bytes) = (std::pin::pin!(body), Vec::new());
            let read = body.read_to_end(&mut bytes).await;
            read.map_err(|error| other(Fault::Unreadable(error.to_string())))?;
            request = request.header(CONTENT_TYPE, content_type).body(bytes);
        }
        let Answer { status, wait, body } = send(request).await.map_err(other)?;
        if matches!(status, 429 | 503) {
            return Err(other(Fault::Busy(wait)));
        }
        let body = if body.is_empty() { "null".into() } else { String::from_utf8_lossy(&body) };
        parse_response(status, expected_status_code, &body, String::new())
    }

    fn is_tokio(&self) -> bool {
        true
    }
}
