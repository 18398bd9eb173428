//! What a file is when it is nothing that can be read here.

/// JKS and JCEKS, which `keytool` made before Java 9 (JEP 229).
const JAVA: &str = "it is a Java keystore: keytool -importkeystore -srckeystore FILE -destkeystore NEW -deststoretype pkcs12 makes one to read";

/// How files of other kinds begin.
const BEGINNINGS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "it is a ZIP archive: unpack it first"),
    (b"\xfe\xed\xfe\xed", JAVA),
    (b"\xce\xce\xce\xce", JAVA),
    (
        b"\0\0\0\0CERT",
        "it is a Windows certificate store (SST): certutil -split -dump FILE writes its certificates to files",
    ),
    (b"SQLite format 3", "it is a database: of one of NSS, certutil -L -d FOLDER -n NAME -a prints a certificate"),
    (b"\xd0\xcf\x11\xe0", "it is an Office or Outlook document: save what it holds first"),
    (b"\x1f\x8b", "it is compressed with gzip: unpack it first"),
    (b"BZh", "it is compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "it is compressed with xz: unpack it first"),
    (b"7z\xbc\xaf", "it is a 7-Zip archive: unpack it first"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_other_files_are() {
        for (bytes, expected) in [
            (&b"\xfe\xed\xfe\xed\0\0\0\x02"[..], "keytool -importkeystore"),
            (b"\xce\xce\xce\xce\0\0\0\x02", "keytool -importkeystore"),
            (b"\0\0\0\0CERT\x20\0\0\0", "certutil -split -dump"),
            (b"SQLite format 3\0", "certutil -L"),
            (b"\xfd7zXZ\0", "xz"),
            (b" <!DOCTYPE html><title>404</title>", "a web page"),
            (b"\x30\x82\x01\0\0", "breaks off"),
            (b"\x30\x00", "neither a certificate"),
            (b"", "neither PEM nor DER"),
        ] {
            assert!(cause(bytes).contains(expected), "{bytes:?}: {}", cause(bytes));
        }
    }
}
