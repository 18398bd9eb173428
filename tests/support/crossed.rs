//! Chains in which a CA has several certificates, or two CAs have one name.

use super::made::{Case, GOOD, Issuer};

/// What a server sends besides its own certificate, and what is trusted.
const CHAINS: &[(&[&str], &[&str])] = &[
    (&["crossed", "between"], &["root"]),
    (&["between", "crossed"], &["root"]),
    (&["ended", "between"], &["root"]),
    (&["early", "between"], &["root"]),
    (&["between", "ended"], &["root"]),
    (&["unfit", "between"], &["root"]),
    (&["ended-crossed", "between"], &["root"]),
    (&["crossed", "other", "between"], &["root"]),
    (&["crossed"], &["root", "between"]),
    (&["crossed", "between"], &["root", "between"]),
    (&["crossed", "between"], &["between"]),
    (&["crossed", "between"], &["root", "ended-other"]),
    (&["crossed", "between"], &["root", "other"]),
    (&["ended-crossed", "crossed", "between"], &["root"]),
    (&["between", "crossed-root"], &["root"]),
    (&["wrong-between", "between"], &["root"]),
    (&["between", "wrong-between"], &["root"]),
    (&["wrong-unfit", "between"], &["root"]),
    (&["wrong-between", "crossed", "between"], &["root"]),
    (&["between", "crossed-root"], &["other"]),
    (&["crossed-root", "between"], &["other"]),
    (&["crossed-root", "between", "crossed-root"], &["other"]),
    (&["ended-other", "between"], &["root"]),
    (&["between"], &["wrong-root", "root"]),
    (&["between"], &["root", "wrong-root"]),
];

/// Each of them.
pub(crate) fn cases() -> Vec<Case> {
    CHAINS.iter().map(|(sent, held)| Case { issuer: Issuer::Crossed(sent, held), ..GOOD }).collect()
}
