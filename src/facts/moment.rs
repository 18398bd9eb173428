//! Points in time, to the second.

use std::fmt;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// Seconds in a day, as the Baseline Requirements count it (BR 6.3.2).
pub const DAY: i64 = 86_400;

/// `00` to `99`.
const PAIRS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354\
                     555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// A point in time in UTC: seconds since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// `seconds` since 1970-01-01 00:00 UTC.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Midnight UTC of a day. Only for constants: an impossible date is a compile error or a panic.
    pub const fn from_date(date: Date) -> Self {
        Self(date.midnight().assume_utc().unix_timestamp())
    }

    /// `2026-09-01` (its midnight) or an RFC 3339 time such as `2026-09-01T12:00:00Z`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
            return Some(Self::from_date(date));
        }
        OffsetDateTime::parse(text, &Rfc3339).ok().map(|time| Self(time.unix_timestamp()))
    }

    /// Seconds since 1970-01-01 00:00 UTC.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The moment `days` days of 86,400 s later.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY)))
    }

    /// The moment `seconds` later.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Whole days from here to `later`, rounded down; negative when `later` is earlier.
    pub const fn days_until(self, later: Self) -> i64 {
        later.0.saturating_sub(self.0).div_euclid(DAY)
    }

    /// `2026-09-01T12:00:00Z` (RFC 3339); seconds since 1970 where no calendar date of four digits exists.
    pub fn rfc3339(self) -> String {
        let Some(pairs) = self.pairs() else { return self.to_string() };
        let mut text = String::with_capacity("2026-09-01T12:00:00Z".len());
        for (pair, after) in pairs.zip(["", "-", "-", "T", ":", ":", "Z"]) {
            text.push_str(pair);
            text.push_str(after);
        }
        text
    }

    /// The digits of year, month, day, hour, minute and second, two by two; none where no calendar date of four digits
    /// exists.
    fn pairs(self) -> Option<impl Iterator<Item = &'static str>> {
        let time = OffsetDateTime::from_unix_timestamp(self.0).ok()?;
        let (year, (hour, minute, second)) = (u16::try_from(time.year()).ok()?, time.to_hms());
        let (century, year) = (u8::try_from(year / 100).ok()?, (year % 100) as u8);
        let numbers = [century, year, time.month().into(), time.day(), hour, minute, second];
        Some(numbers.into_iter().map(|number| &PAIRS[2 * usize::from(number)..][..2]))
    }

    /// `2026-09-01`.
    pub fn date(self) -> String {
        let text = self.to_string();
        text.split(' ').next().unwrap_or_default().to_owned()
    }
}

/// `2026-09-01 12:00:00 UTC`; seconds since 1970 where no calendar date exists.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pairs() {
            Some(pairs) => pairs.zip(["", "-", "-", " ", ":", ":", " UTC"]).try_for_each(|(pair, after)| {
                out.write_str(pair)?;
                out.write_str(after)
            }),
            None => write!(out, "{} s after 1970", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_day_and_a_time() {
        assert_eq!(Moment::parse("2026-09-01"), Moment::parse("2026-09-01T00:00:00Z"));
        assert_eq!(Moment::parse("2026-09-01T02:00:00+02:00"), Moment::parse("2026-09-01"));
        assert_eq!(Moment::parse("1.9.2026"), None);
    }

    #[test]
    fn counts_whole_days() {
        let start = Moment::parse("2026-09-01").unwrap();
        assert_eq!(start.days_until(start.plus_days(30)), 30);
        assert_eq!(start.days_until(start.plus_seconds(-1)), -1);
        assert_eq!(start.plus_days(1).to_string(), "2026-09-02 00:00:00 UTC");
    }
}
