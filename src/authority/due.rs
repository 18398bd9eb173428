//! When a certificate is to be renewed.

use aws_lc_rs::digest::{SHA256, digest};

use crate::facts::{Certificate, Moment};

/// When an authority wants to be asked for the next certificate (RFC 9773 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub start: Moment,
    /// Its last.
    pub end: Moment,
}

/// The moment from which `cert` is due: a moment of the window, or else when a third of its life is left.
///
/// Certificates are spread over the window as RFC 9773 §4.2 asks. The moment depends on the certificate alone, so that a
/// program that is run once a day comes to the same answer each time.
pub fn due_from(cert: &Certificate, window: Option<Window>) -> Moment {
    let Some(Window { start, end }) = window else {
        let life = cert.not_after.unix() - cert.not_before.unix();
        return cert.not_after.plus_seconds(-life / 3);
    };
    let digest = digest(&SHA256, &cert.der);
    let random = digest.as_ref().iter().take(4).fold(0, |number, byte| number << 8 | i64::from(*byte));
    let length = end.unix().saturating_sub(start.unix()).max(0);
    start.plus_seconds(i64::try_from((i128::from(length) * i128::from(random)) >> 32).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};

    fn ninety_days() -> Certificate {
        Certificate { not_before: day("2026-01-01"), not_after: day("2026-04-01"), ..leaf(["remote.contoso.com"]) }
    }

    #[test]
    fn a_third_of_the_life_is_left() {
        assert_eq!(due_from(&ninety_days(), None), day("2026-03-02"));
    }

    #[test]
    fn certificates_are_spread_over_the_window_and_stay_where_they_are() {
        let window = Window { start: day("2026-02-01"), end: day("2026-02-03") };
        let mut seen = Vec::new();
        for number in 0..64 {
            let cert = Certificate { der: vec![number].into(), ..ninety_days() };
            let due = due_from(&cert, Some(window));
            assert_eq!(due, due_from(&cert, Some(window)));
            assert!((window.start..=window.end).contains(&due), "{due}");
            seen.push(due);
        }
        seen.sort();
        assert!(
            seen[0] < day("2026-02-01").plus_seconds(6 * 3600) && seen[63] > day("2026-02-02").plus_seconds(18 * 3600)
        );
        let backwards = Window { start: day("2026-02-03"), end: day("2026-02-01") };
        assert_eq!(due_from(&ninety_days(), Some(backwards)), backwards.start);
    }
}
