//! The verdicts, and their order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reason::Reason;
use crate::domain::{cell_line::coded, lang::Lang};

/// What is known of a criterion, or of all. The order is that of severity, and of several the worst holds: a
/// known fault before one that somebody must decide on, before evidence that cannot be judged, before none,
/// before evidence that was good once.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    NotApplicable,
    Pass,
    /// There is a result, and nothing to judge it by.
    Reported,
    Expired,
    Missing,
    Indeterminate,
    HoldForReview,
    Fail,
}

coded!(Verdict {
    NotApplicable = "not_applicable", "Not applicable", "対象外";
    Pass = "pass", "Pass", "適合";
    Reported = "reported", "Reported", "参考値";
    Expired = "expired", "Expired", "期限切れ";
    Missing = "missing", "Missing", "未実施";
    Indeterminate = "indeterminate", "Indeterminate", "判定保留";
    HoldForReview = "hold_for_review", "Hold for review", "要確認";
    Fail = "fail", "Fail", "不適合";
});

/// A verdict on one value or result, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
}

impl Judgement {
    pub(super) fn pass() -> Self {
        Self { verdict: Verdict::Pass, reason: Reason::Meets }
    }

    pub(super) fn fail(reason: Reason) -> Self {
        Self { verdict: Verdict::Fail, reason }
    }

    pub(super) fn hold(reason: Reason) -> Self {
        Self { verdict: Verdict::HoldForReview, reason }
    }

    pub(super) fn indeterminate(reason: Reason) -> Self {
        Self { verdict: Verdict::Indeterminate, reason }
    }

    /// The worse of the two; of equals the first.
    pub(super) fn worse(self, other: Self) -> Self {
        if other.verdict > self.verdict { other } else { self }
    }

    /// Whether no later result makes up for it.
    pub(super) fn stands(&self) -> bool {
        self.verdict == Verdict::Fail || self.reason == Reason::Abnormal
    }
}
