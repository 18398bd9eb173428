//! What was found, written for people or for programs: one output format per folder.

pub mod json;
pub mod reference;
pub mod text;

/// `remote.contoso.com`, with the U-labels behind an internationalised name: `xn--bcher-kva.de (bücher.de)`.
pub(crate) fn with_unicode(entry: &crate::facts::GeneralName) -> String {
    match entry.name().and_then(|name| name.unicode()) {
        Some(unicode) => format!("{entry} ({unicode})"),
        None => entry.to_string(),
    }
}

/// `AA:BB:…` in upper case, as OpenSSL and browsers show a fingerprint.
pub(crate) fn colons(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// `aabb…` in lower case, as Windows shows a thumbprint.
pub(crate) fn plain_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
