//! Chains in which a CA has several certificates, or two CAs have one name.

use super::made::{AUTHORITY, Case, GOOD, Issuer, LEAF, SERVER, SIGNS, USAGE};

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
    // A CA with a new key, which its old one signed.
    (&["renewed", "older"], &["root"]),
    (&["renewed"], &["root", "older"]),
    (&["renewed"], &["root"]),
    (&["between"], &["wrong-root", "root"]),
    (&["between"], &["root", "wrong-root"]),
];

const OTHER_KEY: &str = "2.5.29.35=DER:3006800478787878";
const OTHER_SERIAL: &str = "2.5.29.35=DER:3018a113a411300f310d300b06035504030c04526f6f74820105";

/// The same of a CA below a root.
const BELOW_ROOT: &[&[&str]] = &[&[AUTHORITY, SIGNS, OTHER_KEY], &[AUTHORITY, SIGNS, OTHER_SERIAL]];

/// What the authorityKeyIdentifier says: another key, another serial number, another issuer, and the right ones.
const IDENTIFIERS: &[&str] = &[
    OTHER_KEY,
    OTHER_SERIAL,
    "2.5.29.35=DER:3018a113a411300f310d300b06035504030c04526f6f73820105",
    "authorityKeyIdentifier=issuer:always",
    "authorityKeyIdentifier=keyid:always",
    "authorityKeyIdentifier=keyid:always,issuer:always",
];

/// Each of them.
pub(crate) fn cases() -> Vec<Case> {
    let chains = CHAINS.iter().map(|(sent, held)| Case { issuer: Issuer::Crossed(sent, held), ..GOOD });
    let identifiers = IDENTIFIERS.iter().flat_map(|identifier| {
        let between = Issuer::BetweenWith(&[AUTHORITY, SIGNS, "subjectKeyIdentifier=hash"]);
        [Issuer::Root, between].map(|issuer| {
            let extensions = vec![USAGE, SERVER, LEAF, *identifier].leak();
            Case { issuer, extensions, ..GOOD }
        })
    });
    let above = BELOW_ROOT.iter().map(|extensions| Case { issuer: Issuer::BetweenWith(extensions), ..GOOD });
    chains.chain(identifiers).chain(above).collect()
}
