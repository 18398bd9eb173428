//! Properties of name matching that hold for whatever people type and strangers write.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/named.rs"]
mod named;

use certfix::clients::{ALL, Client, compare};
use certfix::facts::Target;
use named::{ask_all, identity};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn fits(client: &str, presented: &str, host: &str) -> bool {
    let identity = identity(&[presented.as_bytes().to_vec()], None);
    compare(&Client::find(client).unwrap().names, &identity, &Target::typed(host.as_bytes())).matches
}

/// RFC 9525 §6.3 as one would write it on a blackboard.
fn blackboard(presented: &str, host: &str) -> bool {
    let (presented, host) = (presented.to_ascii_lowercase(), host.to_ascii_lowercase());
    match presented.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
        None => presented == host,
    }
}

/// Bytes made of the characters on which matchers stumble.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let letter = prop::sample::select(b"aAwx-.*_n0 1:[]%\0\xff\xc3\xbc".to_vec());
    prop_oneof![prop::collection::vec(letter, 0..24), prop::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(9525),
        ..ProptestConfig::with_cases(2_000)
    })]

    #[test]
    fn no_model_panics(names in prop::collection::vec(nasty(), 0..4), name in nasty(), host in nasty()) {
        ask_all(&Target::typed(&host), &identity(&names, Some(&name)));
    }

    #[test]
    fn rfc9525_is_the_blackboard_rule(
        presented in "(\\*\\.)?[a-cA-C]{1,2}(\\.[a-cA-C]{1,2}){0,3}",
        host in "[a-cA-C]{1,2}(\\.[a-cA-C]{1,2}){0,3}",
    ) {
        prop_assert_eq!(fits("rfc9525", &presented, &host), blackboard(&presented, &host));
    }

    #[test]
    fn a_star_covers_one_label_in_every_modern_library(
        label in "[a-z][a-z0-9]{0,9}",
        parent in "[a-w]{1,8}\\.[a-w]{2,8}",
    ) {
        let (presented, host) = (format!("*.{parent}"), format!("{label}.{parent}"));
        for client in ["rfc9525", "openssl", "gnutls", "go", "rustls", "thunderbird", "android", "curl", "jsse"] {
            prop_assert!(fits(client, &presented, &host), "{client}: {presented} {host}");
            prop_assert!(!fits(client, &presented, &format!("x.{host}")), "{client}: {presented} x.{host}");
        }
    }

    #[test]
    fn case_never_matters(name in "[a-z*]{1,3}(\\.[a-z]{1,3}){0,3}", host in "[a-z]{1,3}(\\.[a-z]{1,3}){0,3}") {
        for client in ALL {
            let lower = fits(client.id, &name, &host);
            prop_assert_eq!(lower, fits(client.id, &name.to_ascii_uppercase(), &host), "{}", client.id);
            prop_assert_eq!(lower, fits(client.id, &name, &host.to_ascii_uppercase()), "{}", client.id);
        }
    }
}
