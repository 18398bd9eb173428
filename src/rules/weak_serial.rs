//! A serial number that is not one, or that can be guessed.

use super::{Authority, Check, Context, Hit, Remedy, Rule, Source};
use crate::facts::Certificate;

pub(super) const RULE: Rule = Rule {
    code: "weak-serial",
    title: "the serial number is not as it must be",
    why: "A serial number is a positive number of at most 20 octets and, from a public CA, holds 64 random bits. \
          Some programs do not read other certificates; two certificates with equal numbers lock clients out.",
    fix: "Have a new certificate issued; the number is the CA's work.",
    source: Source::BaselineRequirements("7.1.2.7"),
    fault: None,
    check: Check::Certificate(check),
};

/// Octets (RFC 5280 §4.1.2.2)
const LONGEST: usize = 20;
/// A number of 64 random bits has fewer than this in 1 of 65,536 cases only.
const LEAST_BITS: u32 = 48;

fn check(cert: &Certificate, ctx: &Context<'_>) -> Option<Hit> {
    let serial = &cert.serial;
    // One without octets is no number: `malformed-encoding`.
    let detail = if serial.0.is_empty() {
        return None;
    } else if serial.is_zero() {
        "it is zero".to_owned()
    } else if serial.is_negative() {
        format!("it is negative: {serial}")
    } else if serial.0.len() > LONGEST {
        format!("it has {} octets, {LONGEST} are allowed", serial.0.len())
    } else if ctx.authority == Authority::Public && serial.bits() < LEAST_BITS {
        format!("it has {} bits, public CAs use 64 random ones: {serial}", serial.bits())
    } else {
        return None;
    };
    Some(Hit::new(ctx.authority.forbids_or_warns(), detail).remedy(Remedy::Reissue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Serial;
    use crate::facts::fixture::leaf;

    fn judged(octets: &[u8], ctx: &Context<'_>) -> Option<Hit> {
        check(&Certificate { serial: Serial(octets.into()), ..leaf(["mail.contoso.com"]) }, ctx)
    }

    #[test]
    fn reports_zero_negative_and_long_numbers() {
        for octets in [[0].as_slice(), &[0x80, 1, 2], &[1; 21]] {
            assert!(judged(octets, &Context::private()).is_some(), "{octets:?}");
        }
    }

    #[test]
    fn accepts_a_small_number_from_a_private_authority_only() {
        assert_eq!(judged(&[1], &Context::private()), None);
        assert!(judged(&[1], &Context::public()).is_some());
        assert_eq!(judged(&[], &Context::public()), None);
        assert_eq!(judged(&[1; 20], &Context::public()), None);
    }
}
