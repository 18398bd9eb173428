//! CAs that may sign certain names alone, of kinds beside DNS names and addresses.

use super::super::made::{AUTHORITY, Case, GOOD, Issuer, SIGNS};

const MAIL: &str = "301b82096c6f63616c686f7374810e614066616272696b616d2e636f6d";
const PAGE: &str = "302282096c6f63616c686f7374861568747470733a2f2f66616272696b616d2e636f6d2f";

/// Name constraints, and the names of the certificate where they are others than `localhost`, whose common name is that too.
const LIMITS: &[(&str, &str)] = &[
    ("permitted;dirName:dn\n[dn]\nCN=localhost", ""),
    ("permitted;dirName:dn\n[dn]\nCN=other", ""),
    ("excluded;dirName:dn\n[dn]\nCN=localhost", ""),
    ("excluded;dirName:dn\n[dn]\nCN=other", ""),
    ("permitted;email:contoso.com", ""),
    ("permitted;email:contoso.com", MAIL),
    ("permitted;email:fabrikam.com", MAIL),
    ("excluded;email:fabrikam.com", MAIL),
    ("excluded;email:contoso.com", MAIL),
    ("permitted;URI:contoso.com", ""),
    ("permitted;URI:contoso.com", PAGE),
    ("permitted;URI:fabrikam.com", PAGE),
    ("excluded;URI:fabrikam.com", PAGE),
    ("excluded;URI:contoso.com", PAGE),
];

/// A dNSName alone, beside a subject with an e-mail address.
const HOST: &str = "300b82096c6f63616c686f7374";
const SUBJECT_MAIL: &[&str] =
    &["permitted;email:contoso.com", "permitted;email:fabrikam.com", "excluded;email:fabrikam.com"];

/// Each of them, critical and not, in a CA below the root, and in the root.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    let own = SUBJECT_MAIL.iter().map(|limits| (*limits, HOST, "localhost/emailAddress=a@fabrikam.com"));
    let all = LIMITS.iter().map(|(limits, names)| (*limits, *names, GOOD.name)).chain(own);
    all.flat_map(|(limits, names, name)| {
        let own = |critical: &str| -> &'static [&'static str] {
            vec![AUTHORITY, SIGNS, &*format!("nameConstraints={critical}{limits}").leak()].leak()
        };
        [
            Issuer::BetweenWith(own("critical,")),
            Issuer::BetweenWith(own("")),
            Issuer::RootWith((-1, 9000), own("critical,")),
            Issuer::RootWith((-1, 9000), own("")),
        ]
        .map(|issuer| Case { issuer, names, name, ..GOOD })
    })
}
