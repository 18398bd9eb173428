//! Host name tables of other projects, answered by the models; every difference carries its reason.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use certfix::clients::{Client, compare};
use certfix::facts::{Certificate, Target};
use serde_json::Value;

/// Where the data lies; `README.md` there says where it comes from.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/hostnames")
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder().join(name)).unwrap()).unwrap()
}

/// Certificates by path, each read once.
#[derive(Default)]
struct Certificates(BTreeMap<String, Certificate>);

impl Certificates {
    fn of(&mut self, case: &Value) -> &Certificate {
        let path = case["cert"].as_str().unwrap();
        self.0.entry(path.to_owned()).or_insert_with(|| {
            let text = fs::read(folder().join(path)).unwrap();
            let block = pem::parse(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            Certificate::from_der(block.contents()).unwrap_or_else(|error| panic!("{path}: {error}"))
        })
    }

    /// What a model says to a case.
    fn answer(&mut self, client: &str, case: &Value) -> bool {
        let client = Client::find(client).unwrap();
        let host = match case["host_hex"].as_str() {
            Some(hex) => {
                (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
            }
            None => case["host"].as_str().unwrap().as_bytes().to_vec(),
        };
        compare(&client.names, &self.of(case).identity, &Target::typed(&host)).matches
    }
}

/// Compares the differences found with those that are explained: neither more nor fewer.
fn only_explained(found: &BTreeMap<String, String>, explained: &[(&str, &[&str])]) {
    let known: BTreeSet<&str> = explained.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    let new: Vec<_> = found.iter().filter(|(id, _)| !known.contains(id.as_str())).collect();
    let gone: Vec<_> = known.iter().filter(|id| !found.contains_key(**id)).collect();
    assert!(new.is_empty() && gone.is_empty(), "not explained: {new:#?}\nno longer different: {gone:?}");
}

fn describe(case: &Value, answer: bool) -> String {
    format!("answered {answer}: {} asked of CN {} SAN {}", case["host"], case["cn"], case["san"])
}

const REFERENCES: [(&str, &str); 4] =
    [("rfc9525", "rfc9525"), ("rfc6125", "rfc6125_cn"), ("cn-only", "cn_only"), ("outlook2007", "outlook2007")];

#[test]
fn every_case_is_answered_like_the_reference() {
    let mut certs = Certificates::default();
    let mut found = BTreeMap::new();
    for case in json("all.json").as_array().unwrap() {
        for (client, key) in REFERENCES {
            let answer = certs.answer(client, case);
            if Some(answer) != case["ref"][key].as_bool() {
                found.insert(format!("{client} {}", case["id"].as_str().unwrap()), describe(case, answer));
            }
        }
    }
    only_explained(&found, AGAINST_THE_REFERENCE);
}

const AGAINST_THE_REFERENCE: &[(&str, &[&str])] = &[(
    "The SAN cannot be read, so nobody can say that it holds no dNSName (RFC 6125 §6.4.4)",
    &["rfc6125 x509-limbo-names-0001"],
)];

#[test]
fn what_all_sources_agree_on_is_answered_so() {
    let (mut certs, mut found) = (Certificates::default(), BTreeMap::new());
    for (file, client, agreed) in [("consensus.json", "rfc9525", 148), ("consensus-cn.json", "rfc6125", 69)] {
        let mut count = 0;
        for case in json(file).as_array().unwrap() {
            if case["status"] != "agreed" {
                continue;
            }
            count += 1;
            let answer = certs.answer(client, case);
            if Some(answer) != case["expected"].as_bool() {
                found.insert(case["id"].as_str().unwrap().to_owned(), describe(case, answer));
            }
        }
        assert_eq!(count, agreed, "{file}");
    }
    only_explained(&found, &[]);
}

/// The model that each upstream table is about.
const TABLES: &[(&str, &str)] = &[
    ("boringssl-names", "boringssl"),
    ("curl-unit1397", "curl"),
    ("go-matchhostnames", "go"),
    ("libressl-libtls", "libtls"),
    ("ruby-openssl", "openssl"),
    ("cpython-match-hostname", "rfc6125"),
    ("node-checkserveridentity", "rfc2818"),
    ("service-identity", "rfc9525"),
    ("urllib3-match-hostname", "rfc9525"),
    ("x509-limbo-names", "rfc9525"),
];

#[test]
fn every_upstream_table_is_answered_by_its_model() {
    let mut certs = Certificates::default();
    let mut found = BTreeMap::new();
    let models: BTreeMap<&str, &str> = TABLES.iter().copied().collect();
    for case in json("all.json").as_array().unwrap() {
        let answer = certs.answer(models[case["source"].as_str().unwrap()], case);
        if Some(answer) != case["expected"].as_bool() {
            found.insert(case["id"].as_str().unwrap().to_owned(), describe(case, answer));
        }
    }
    only_explained(&found, AGAINST_UPSTREAM);
}

const AGAINST_UPSTREAM: &[(&str, &[&str])] = &[
    (
        "A NUL is in no host name; the tests compare strings only (RFC 1034 §3.5)",
        &["cpython-match-hostname-0017", "ruby-openssl-0002"],
    ),
    (
        "The unit test compares one pattern; curl as a whole compares an address with iPAddress only (RFC 9525 §6.4)",
        &["curl-unit1397-0013", "curl-unit1397-0046"],
    ),
    (
        "The unit test compares octets; curl as a whole makes A-labels first, and these are not UTF-8 (RFC 5891 §4)",
        &["curl-unit1397-0008", "curl-unit1397-0026"],
    ),
    (
        "Node drops a dot at the end of a name in the certificate; a dNSName has none (RFC 5280 §4.2.1.6)",
        &["node-checkserveridentity-0004"],
    ),
    ("Node takes any common name; RFC 2818 §3.1 takes the most specific one", &["node-checkserveridentity-0018"]),
    ("Node refuses a star over a top level label; RFC 2818 §3.1 does not", &["node-checkserveridentity-0020"]),
    (
        "urllib3 takes a lone star and partial stars; RFC 9525 §6.3 takes whole first labels",
        &["urllib3-match-hostname-0004", "urllib3-match-hostname-0005", "urllib3-match-hostname-0006"],
    ),
    (
        "Stars over public suffixes are for CAs to avoid (BR 3.2.2.6); RFC 9525 §6.3 lets a client match them",
        &["x509-limbo-names-0020", "x509-limbo-names-0021", "x509-limbo-names-0022"],
    ),
];

#[test]
fn go_agrees_on_what_a_host_name_is() {
    let mut found = BTreeMap::new();
    for case in json("tables/validity-go.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let ours = Target::typed(name.as_bytes()).name().is_some();
        if Some(ours) != case["valid_reference"].as_bool() {
            found.insert(name.to_owned(), format!("{ours} to {name}"));
        }
    }
    only_explained(&found, AGAINST_GO_NAMES);
}

const AGAINST_GO_NAMES: &[(&str, &[&str])] =
    &[("A label does not end in a hyphen (RFC 1034 §3.5, RFC 5890 §2.3.1)", &["eXample123-.com"])];
