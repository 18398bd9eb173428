//! What a file is when it is nothing that can be read here.

/// How files of other kinds begin.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "it is a ZIP archive: unpack it first"),
    (b"\xfe\xed\xfe\xed", "it is a Java keystore (JKS)"),
    (b"\x1f\x8b", "it is compressed with gzip: unpack it first"),
    (b"%PDF", "it is a PDF document"),
    (b"ssh-", "it is an SSH public key"),
    (b"\x7fELF", "it is a program"),
    (b"MZ", "it is a program"),
];

/// Says in a few words what `bytes` are.
pub(super) fn cause(bytes: &[u8]) -> String {
    if let Some((_, cause)) = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
        return (*cause).to_owned();
    }
    let head = bytes[..bytes.len().min(256)].trim_ascii_start().to_ascii_lowercase();
    if head.starts_with(b"<!doctype html") || head.starts_with(b"<html") {
        return "it is a web page".to_owned();
    }
    match bytes.first() {
        Some(0x30) if super::asn1::split(bytes).is_none() => "its DER breaks off".to_owned(),
        Some(0x30) => "its DER is neither a certificate, a request nor a key".to_owned(),
        _ => "it holds neither PEM nor DER".to_owned(),
    }
}
