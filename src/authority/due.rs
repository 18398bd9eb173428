//! When a certificate is to be renewed.

use super::acme::Window;
use crate::facts::{Certificate, Moment};

/// The moment from which `cert` is due: the one that its authority's window has for it, but not later than when a tenth of
/// its life is left; without a window when a third is left.
pub fn due_from(cert: &Certificate, window: Option<&Window>) -> Moment {
    let left = |part: i64| cert.not_after.plus_seconds((cert.not_before.unix() - cert.not_after.unix()) / part);
    window.map_or_else(|| left(3), |window| window.moment_for(cert).min(left(10)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{day, leaf};

    #[test]
    fn a_third_of_the_life_is_left_unless_the_authority_says_otherwise() {
        let cert =
            Certificate { not_before: day("2026-01-01"), not_after: day("2026-04-01"), ..leaf(["remote.contoso.com"]) };
        assert_eq!(due_from(&cert, None), day("2026-03-02"));
        let window = Window { start: day("2026-01-10"), end: day("2026-01-12"), explanation: None };
        assert!((window.start..window.end).contains(&due_from(&cert, Some(&window))));
        let never = Window { start: day("2099-01-10"), end: day("2099-01-12"), explanation: None };
        assert_eq!(due_from(&cert, Some(&never)), day("2026-03-23"));
    }
}
