//! Time and fresh ids as parameters, so that tests give stable ones.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::{Builder, Uuid};

/// Where the time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    System,
    /// Starts at a moment and moves on by one microsecond a look.
    Fixed {
        start: DateTime<Utc>,
        looks: Arc<AtomicU64>,
    },
}

impl Clock {
    pub fn fixed(start: DateTime<Utc>) -> Self {
        Self::Fixed { start, looks: Arc::default() }
    }

    /// Now, cut to microseconds: what PostgreSQL keeps.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => Utc::now(),
            Self::Fixed { start, looks } => {
                let looks = looks.fetch_add(1, Ordering::Relaxed);
                *start + TimeDelta::microseconds(looks.try_into().unwrap_or(i64::MAX))
            }
        };
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }
}

/// Where new ids come from: `UUIDv7`, in the order of their making within one process.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    made: Arc<AtomicU64>,
    random: bool,
}

impl Ids {
    pub fn new(clock: Clock) -> Self {
        Self { clock, made: Arc::default(), random: true }
    }

    /// Ids that depend on the clock and on their order alone.
    pub fn seeded(clock: Clock) -> Self {
        Self { clock, made: Arc::default(), random: false }
    }

    pub fn next(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        let mut bytes: [u8; 10] = if self.random { rand::random() } else { [0; 10] };
        // Eighteen bits of a counter keep the order within one millisecond; version and variant take the
        // upper bits of the first and third byte.
        bytes[0] = (made >> 14 & 0x0f) as u8;
        bytes[1] = (made >> 6 & 0xff) as u8;
        bytes[2] = (made & 0x3f) as u8;
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_in_the_order_of_their_making() {
        let ids = Ids::new(Clock::fixed(DateTime::UNIX_EPOCH));
        let made: Vec<Uuid> = (0..1000).map(|_| ids.next()).collect();
        assert!(made.is_sorted());
        assert_eq!(made[0].get_version_num(), 7);
    }
}
