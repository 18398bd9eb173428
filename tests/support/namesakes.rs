//! Certificates of servers whose subject is the name of the CA that signed them.

use super::super::made::{AUTHORITY, Case, GOOD, Issuer, LEAF, NO_ISSUER, NO_OWN_KEY, OWN_KEY, SERVER, SIGNS, USAGE};

/// The dNSName of the usual case alone.
const HOST: &str = "300b82096c6f63616c686f7374";

/// Which keys the certificate says are its own and its issuer's.
const IDENTIFIERS: &[&[&str]] = &[
    &[USAGE, SERVER, LEAF, NO_OWN_KEY, NO_ISSUER],
    &[USAGE, SERVER, LEAF, OWN_KEY, NO_ISSUER],
    &[USAGE, SERVER, LEAF, NO_OWN_KEY, "authorityKeyIdentifier=keyid:always"],
    &[USAGE, SERVER, LEAF, NO_OWN_KEY, "authorityKeyIdentifier=issuer:always"],
    &[USAGE, SERVER, LEAF, OWN_KEY, "authorityKeyIdentifier=keyid:always"],
    &[USAGE, SERVER, LEAF, OWN_KEY, "authorityKeyIdentifier=keyid:always,issuer:always"],
];

/// Each of them below a root and below a CA that a root signed.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    let between = Issuer::BetweenWith(&[AUTHORITY, SIGNS, OWN_KEY]);
    IDENTIFIERS.iter().flat_map(move |extensions| {
        [("Root", Issuer::Root), ("Root", Issuer::Stranger), ("Root", Issuer::Sent), ("between", between)]
            .map(|(name, issuer)| Case { name, names: HOST, extensions, issuer, ..GOOD })
    })
}
