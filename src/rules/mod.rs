//! What can be wrong with a certificate, a request or a chain. Each rule is a pure function of facts.
//!
//! Adding a rule: a file here with a `pub(super) const RULE`, named by its code, and its two lines below.

mod address_does_not_answer;
mod broken_signature;
mod certificate_unreadable;
mod chain_out_of_order;
mod client_auth_removed;
mod common_name_mismatch;
mod common_name_not_copied;
mod common_name_not_in_san;
mod common_name_only;
mod common_name_too_long;
mod connects_by_address;
mod differs_between_addresses;
mod differs_between_services;
mod duplicate_name;
mod expired;
mod expires_soon;
mod incomplete_chain;
mod internal_name;
mod is_a_ca;
mod issuer_not_valid_now;
mod key_does_not_match;
mod key_not_proved;
mod key_readable_by_others;
mod key_usage_unfit;
mod life_too_long;
mod malformed_encoding;
mod malformed_name;
mod missing_alias;
mod missing_key_identifier;
mod must_staple;
mod name_constraints_in_leaf;
mod name_in_reverse_zone;
mod name_mismatch;
mod name_not_first;
mod named_as_issuer;
mod nameless_issuer;
mod needs_sni;
mod netscape_type_unfit;
mod no_certificate;
mod no_server_auth;
mod no_server_name;
mod not_tls;
mod not_yet_valid;
mod old_tls;
mod old_version;
mod organizational_unit;
mod other_kind_of_name;
mod points_elsewhere;
mod purpose_beyond_tls;
mod repeated_extension;
mod request_not_proved;
mod reserved_address;
mod reserved_label;
mod san_critical_mismatch;
mod self_signed;
mod several_common_names;
mod signature_algorithms_differ;
mod signing_usage_in_leaf;
mod starttls_not_offered;
mod starttls_refused;
mod stops_answering;
mod text_after_starttls;
mod unconverted_idn;
mod underscore_in_name;
mod unfit_issuer;
mod unfit_root;
mod unknown_critical_extension;
mod unknown_to_dns;
mod untrusted_issuer;
mod unusable_key;
mod unvalidated_subject;
mod weak_key;
mod weak_serial;
mod weak_signature;
mod wildcard_not_for_exchange;
mod wildcard_partial;
mod wildcard_too_broad;

mod context;
mod endpoints;
mod hit;
mod named;
mod source;

use std::path::Path;

use crate::clients::{Demands, Fault};
use crate::error::{self, Error};
use crate::facts::{Certificate, CertificationPath, Endpoint, Identity, Item, Subject, Survey, Trouble, Verification};

pub use context::{Authority, Context};
pub use endpoints::each;
pub use hit::{Hit, Level, Mend, Placed, Remedy};
pub use named::{Coverage, Mismatch, Named};
pub use source::Source;

/// Every rule, in the order of reports.
pub const ALL: &[&Rule] = &[
    &name_mismatch::RULE,
    &name_not_first::RULE,
    &common_name_mismatch::RULE,
    &common_name_only::RULE,
    &no_server_name::RULE,
    &common_name_not_in_san::RULE,
    &common_name_not_copied::RULE,
    &several_common_names::RULE,
    &common_name_too_long::RULE,
    &connects_by_address::RULE,
    &internal_name::RULE,
    &name_in_reverse_zone::RULE,
    &reserved_address::RULE,
    &duplicate_name::RULE,
    &wildcard_too_broad::RULE,
    &wildcard_partial::RULE,
    &wildcard_not_for_exchange::RULE,
    &underscore_in_name::RULE,
    &reserved_label::RULE,
    &malformed_name::RULE,
    &unconverted_idn::RULE,
    &other_kind_of_name::RULE,
    &san_critical_mismatch::RULE,
    &expired::RULE,
    &not_yet_valid::RULE,
    &expires_soon::RULE,
    &life_too_long::RULE,
    &weak_key::RULE,
    &unusable_key::RULE,
    &weak_signature::RULE,
    &signature_algorithms_differ::RULE,
    &request_not_proved::RULE,
    &no_server_auth::RULE,
    &client_auth_removed::RULE,
    &purpose_beyond_tls::RULE,
    &key_usage_unfit::RULE,
    &netscape_type_unfit::RULE,
    &must_staple::RULE,
    &is_a_ca::RULE,
    &name_constraints_in_leaf::RULE,
    &signing_usage_in_leaf::RULE,
    &old_version::RULE,
    &named_as_issuer::RULE,
    &nameless_issuer::RULE,
    &missing_key_identifier::RULE,
    &malformed_encoding::RULE,
    &repeated_extension::RULE,
    &unknown_critical_extension::RULE,
    &weak_serial::RULE,
    &organizational_unit::RULE,
    &unvalidated_subject::RULE,
    &self_signed::RULE,
    &untrusted_issuer::RULE,
    &unfit_issuer::RULE,
    &unfit_root::RULE,
    &issuer_not_valid_now::RULE,
    &incomplete_chain::RULE,
    &broken_signature::RULE,
    &chain_out_of_order::RULE,
    &key_does_not_match::RULE,
    &key_readable_by_others::RULE,
    &no_certificate::RULE,
    &certificate_unreadable::RULE,
    &starttls_refused::RULE,
    &starttls_not_offered::RULE,
    &not_tls::RULE,
    &text_after_starttls::RULE,
    &stops_answering::RULE,
    &old_tls::RULE,
    &key_not_proved::RULE,
    &needs_sni::RULE,
    &differs_between_addresses::RULE,
    &differs_between_services::RULE,
    &address_does_not_answer::RULE,
    &points_elsewhere::RULE,
    &unknown_to_dns::RULE,
    &missing_alias::RULE,
];

/// One thing that can be wrong.
#[derive(Debug)]
pub struct Rule {
    /// The fault in kebab case; equal to the file name. Never renamed.
    pub code: &'static str,
    /// One line: what is wrong.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Who says so.
    pub source: Source,
    /// What clients complain of when it hits. None: verdicts stay as they are.
    pub fault: Option<Fault>,
    /// The check, by what it needs to see.
    pub check: Check,
}

/// Asks of a certificate, what came with it, and its ways to trusted roots.
pub type Trusts =
    fn(&Certificate, &[&Certificate], &[CertificationPath<'_>], Option<&Demands>, &Context<'_>) -> Option<Hit>;

/// What a rule needs to see. Missing evidence makes a rule "not checked", never "fine".
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Names and key, of a certificate or a request.
    Identity(fn(&Identity, &Context<'_>) -> Option<Hit>),
    /// A certificate.
    Certificate(fn(&Certificate, &Context<'_>) -> Option<Hit>),
    /// A certificate or request.
    Item(fn(Item<'_>, &Context<'_>) -> Option<Hit>),
    /// A certificate or request: once by the standards, and once by what clients demand.
    ClientItem(fn(Item<'_>, Option<&Demands>, &Context<'_>) -> Option<Hit>),
    /// As `ClientItem`, with the other certificates that came along, where some did.
    ClientChain(fn(Item<'_>, &[&Certificate], Option<&Demands>, &Context<'_>) -> Option<Hit>),
    /// A certificate: once by the standards, and once by what clients demand.
    ClientCertificate(fn(&Certificate, Option<&Demands>, &Context<'_>) -> Option<Hit>),
    /// As `ClientCertificate`, with the others that came with it; they are all that there is.
    ClientSent(fn(&Certificate, &[&Certificate], Option<&Demands>, &Context<'_>) -> Option<Hit>),
    /// What one client compared, for the clients that mismatch in this way. Needs a target.
    Name(Mismatch, fn(&Named<'_>, &Context<'_>) -> Option<Hit>),
    /// A certificate or request of which nobody said what people type, for the clients that read no common name.
    Nameless(fn(Item<'_>, &Context<'_>) -> Option<Hit>),
    /// A certificate and where it stands among the others that came with it.
    Order(fn(&Subject<'_>, &Context<'_>) -> Option<Hit>),
    /// A certificate, what came with it, and the ways to trusted roots, where there are some: once by the standards, and once
    /// by what clients mind on the way. It is asked when something stands in each of them.
    Trust(Trusts),
    /// A private key in the clear that came with it.
    Key(fn(&Subject<'_>, &Context<'_>) -> Option<Hit>),
    /// The permission bits (Unix) of the file that held a private key in the clear, and its path where it held nothing else.
    KeyFile(fn(u32, Option<&Path>, &Context<'_>) -> Option<Hit>),
    /// Whether a request was signed with the key that it asks for.
    Possession(fn(Verification, &Context<'_>) -> Option<Hit>),
    /// What kept a live service from showing a certificate.
    Defeat(fn(&Trouble, &Endpoint, &Survey) -> Option<Hit>),
    /// Live services, beside the certificates that they present.
    Survey(fn(&Survey, &Context<'_>) -> Vec<Placed>),
}

impl Check {
    /// True when it is asked for each client.
    pub const fn is_per_client(&self) -> bool {
        match self {
            Self::ClientItem(_)
            | Self::ClientChain(_)
            | Self::ClientCertificate(_)
            | Self::ClientSent(_)
            | Self::Trust(_)
            | Self::Nameless(_)
            | Self::Name(..) => true,
            Self::Identity(_)
            | Self::Certificate(_)
            | Self::Item(_)
            | Self::Possession(_)
            | Self::Order(_)
            | Self::Key(_)
            | Self::KeyFile(_)
            | Self::Defeat(_)
            | Self::Survey(_) => false,
        }
    }
}

impl Rule {
    /// The rule with this code.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|rule| rule.code == code)
    }

    /// The rule with this code, however it is written.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the code that was probably meant.
    pub fn find_or_suggest(code: &str) -> Result<&'static Self, Error> {
        let plain = code.trim().to_ascii_lowercase();
        Self::find(&plain).ok_or_else(|| Error::Unknown { what: "rule", name: code.to_owned(), nearest: nearest(code) })
    }
}

/// The code meant by what was typed; also the first one that holds it.
fn nearest(typed: &str) -> Option<&'static str> {
    let typed = typed.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    let codes = || ALL.iter().map(|rule| rule.code);
    error::nearest(&typed, codes()).or_else(|| codes().find(|code| typed.len() > 3 && code.contains(&typed)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Files in this folder that hold what rules share.
    const SHARED: [&str; 6] = ["mod", "context", "endpoints", "hit", "named", "source"];

    fn files() -> Vec<(String, String)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let stem = |path: &std::path::Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let read = |path: std::path::PathBuf| (stem(&path), std::fs::read_to_string(&path).unwrap());
        entries.map(read).filter(|(stem, _)| !SHARED.contains(&stem.as_str())).collect()
    }

    #[test]
    fn lists_exactly_the_files_of_this_folder() {
        let listed: HashSet<String> = ALL.iter().map(|rule| rule.code.replace('-', "_")).collect();
        let there: HashSet<String> = files().into_iter().map(|(stem, _)| stem).collect();
        assert_eq!(listed, there);
        assert_eq!(listed.len(), ALL.len(), "a code is there twice");
    }

    #[test]
    fn writes_codes_in_kebab_case() {
        for rule in ALL {
            let letters = rule.code.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-');
            assert!(letters && !rule.code.starts_with('-') && !rule.code.ends_with('-'), "{}", rule.code);
        }
    }

    #[test]
    fn says_of_every_rule_what_why_and_what_to_do() {
        for rule in ALL {
            assert!(rule.source.link().starts_with("https://"), "{}", rule.code);
            assert!(!rule.title.is_empty() && !rule.title.ends_with('.'), "{}", rule.code);
            for text in [rule.why, rule.fix] {
                assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", rule.code);
            }
        }
    }

    #[test]
    fn speaks_of_most_clients_where_some_match_all_the_same() {
        use crate::clients::{self, Client, DnsScan, compare};
        use crate::facts::fixture::{identity, target};
        for (code, presented, typed) in [
            ("wildcard-partial", "w*.contoso.com", "www.contoso.com"),
            ("malformed-name", "www.contoso.com.", "www.contoso.com"),
            ("unconverted-idn", "bücher.contoso.com", "bücher.contoso.com"),
            ("connects-by-address", "192.0.2.5", "192.0.2.5"),
        ] {
            let mut of = identity([presented]);
            if code == "connects-by-address" {
                of.names = crate::facts::Names::default();
            }
            let reads = |client: &&&Client| client.names.scan != DnsScan::Unchecked;
            let some =
                clients::ALL.iter().filter(reads).any(|client| compare(&client.names, &of, &target(typed)).matches);
            assert!(some && Rule::find(code).unwrap().why.contains("Most clients"), "{code}");
        }
    }

    #[test]
    fn tests_a_hit_and_a_miss_of_every_rule() {
        for (stem, text) in files() {
            let (_, tests) = text.split_once("mod tests").unwrap_or_else(|| panic!("{stem} has no tests"));
            assert!(tests.matches("#[test]").count() >= 2, "{stem} needs a hit and a miss");
            assert!(tests.contains("None") || tests.contains("nothing("), "{stem} needs a miss");
        }
    }

    #[test]
    fn suggests_the_code_that_was_meant() {
        for (typed, meant) in [
            ("name-mismach", Some("name-mismatch")),
            ("Weak_Key", Some("weak-key")),
            ("order", Some("chain-out-of-order")),
            ("bananas", None),
        ] {
            let Err(Error::Unknown { nearest, .. }) = Rule::find_or_suggest(typed) else { panic!("{typed} was found") };
            assert_eq!(nearest, meant, "{typed}");
        }
        assert_eq!(Rule::find_or_suggest("expired").unwrap().code, "expired");
        assert_eq!(Rule::find_or_suggest("NAME-NOT-FIRST").unwrap().code, "name-not-first");
    }
}
