//! What is counted and measured of a running process, for Prometheus. Handles are cheap to clone and lead to the same
//! numbers; two catalogues in one process have numbers of their own.

use std::sync::{Arc, atomic::AtomicU64};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Metric, Registry},
};

/// Which engine answered a search.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    pub engine: &'static str,
    /// Whether it stood in for the configured one.
    pub degraded: u8,
}

/// A number that is not always known: then it is `NaN`.
pub type Measure = Gauge<f64, AtomicU64>;

#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    pub searches: Family<Answered, Counter>,
    pub log_head: Gauge,
    pub mirror_leads: Gauge,
    pub mirror_position: Gauge,
    pub mirror_lag_revisions: Measure,
    pub mirror_lag_seconds: Measure,
    pub turns_failed: Counter,
    pub documents_sent: Counter,
    pub documents_set_aside: Gauge,
    pub drift_found: Counter,
    pub drift_repaired: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut r = Registry::with_prefix("stemma");
        Self {
            searches: add(
                &mut r,
                "searches",
                "Searches answered, by engine; degraded ones stood in",
            ),
            log_head: add(&mut r, "log_head", "Number of the newest revision"),
            mirror_leads: add(&mut r, "mirror_leads", "1 while this process keeps the mirror"),
            mirror_position: add(
                &mut r,
                "mirror_position",
                "Revision up to which this process knows the mirror to be complete",
            ),
            mirror_lag_revisions: add(
                &mut r,
                "mirror_lag_revisions",
                "Revisions that are not mirrored yet; NaN where that is not known here",
            ),
            mirror_lag_seconds: add(
                &mut r,
                "mirror_lag_seconds",
                "Age of the oldest revision that is not mirrored yet; NaN as above",
            ),
            turns_failed: add(
                &mut r,
                "mirror_turns_failed",
                "Turns of the mirror that met a fault",
            ),
            documents_sent: add(&mut r, "mirror_documents_sent", "Documents sent to Meilisearch"),
            documents_set_aside: add(
                &mut r,
                "mirror_documents_set_aside",
                "Documents that Meilisearch would not have",
            ),
            drift_found: add(&mut r, "mirror_drift_found", "Documents that differed when compared"),
            drift_repaired: add(&mut r, "mirror_drift_repaired", "Documents repaired after that"),
            registry: Arc::new(r),
        }
    }
}

impl Metrics {
    /// All of it in the text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        text::encode(&mut text, &self.registry).expect("a text can be written to");
        text
    }
}

fn add<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}
