//! Bytes → facts: certificates, requests and keys out of any file that administrators have. One container format per
//! file; adding one is a file, its `mod` line and its entry in `ALL`.

mod asn1;
mod base64;
mod ber;
mod claim;
mod decrypt;
mod encrypted_key;
mod files;
mod foreign;
mod legacy_pem_key;
mod mark;
mod object;
mod passphrase;
mod pem;
mod pkcs12;
mod pkcs7;
mod private_key;
mod repair;
mod roots;
mod unicode;

use std::fmt;

use zeroize::Zeroizing;

use crate::Error;
use crate::error::Given;
use crate::facts::{Evidence, KeyEntry, PrivateKey, Repair, Source, Text};

pub(crate) use base64::url_safe as from_base64url;
pub use claim::is_named_like_one;
pub use files::{LIMIT, files_in, mode, read_file, read_stdin, read_text};
pub(crate) use files::{bytes_of, file_bytes};
pub(crate) use pkcs7::signed_content;
pub(crate) use private_key::is_in as holds_private_key;
pub use private_key::key_from_pkcs8;
pub use roots::system_roots;
pub(crate) use unicode::characters;

/// A password. `Debug` hides it; wiped from memory when dropped.
#[derive(Clone)]
pub struct Password {
    text: Zeroizing<String>,
    given: Given,
}

impl Password {
    /// Takes the password over, as somebody typed it.
    pub fn new(password: String) -> Self {
        Self { text: Zeroizing::new(password), given: Given::Typed }
    }

    /// The same, given in this way.
    #[must_use]
    pub fn given(self, given: Given) -> Self {
        Self { given, ..self }
    }

    /// The password, to be handed on and not kept.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Password(hidden)")
    }
}

/// One container format.
struct Format {
    /// What people call it.
    name: &'static str,
    /// Whether it is text around objects or an object itself.
    layer: Layer,
    /// Whether these bytes look like it. Cheap.
    fits: fn(&[u8]) -> bool,
    /// Reads what is in it.
    read: fn(&[u8], &mut Finds<'_>) -> Result<(), Fault>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// A DER object, also inside PEM.
    Object,
    /// Text that holds objects in base64.
    Text,
}

/// All formats; the first that fits reads.
const ALL: &[Format] = &[
    object::CERTIFICATE,
    object::REQUEST,
    object::REVOCATION_LIST,
    object::PUBLIC_KEY,
    pkcs7::FORMAT,
    pkcs12::FORMAT,
    private_key::FORMAT,
    encrypted_key::FORMAT,
    pem::FORMAT,
    pem::BARE_BASE64,
];

/// Why an object was not read.
#[derive(Debug)]
enum Fault {
    /// It is damaged or of an unknown kind.
    Unreadable(String),
    /// It is encrypted and no password was given.
    NeedsPassword,
    /// The password does not fit.
    WrongPassword,
}

impl Fault {
    fn unreadable(cause: &str) -> Self {
        Self::Unreadable(cause.to_owned())
    }
}

/// What has been found so far, and what it takes to open more.
struct Finds<'a> {
    evidence: Evidence,
    password: Option<&'a Password>,
    work: passphrase::Work,
    /// Passed over beyond the notes kept.
    unnamed: usize,
}

/// More notes than this help nobody.
const MOST_NOTES: usize = 100;

impl Finds<'_> {
    /// Notes a part that was passed over.
    fn ignore(&mut self, note: String) {
        if self.evidence.ignored.len() < MOST_NOTES { self.evidence.ignored.push(note) } else { self.unnamed += 1 }
    }

    /// Takes a key out of a file that is locked as a whole, unless with the empty password.
    fn found_key(&mut self, key: PrivateKey) {
        let is_locked = self.password.is_some_and(|password| !password.as_str().is_empty());
        self.evidence.keys.push(if is_locked { KeyEntry::Opened(key) } else { KeyEntry::Open(key) });
    }

    /// Notes a mend.
    fn repaired(&mut self, note: String) {
        if self.evidence.repairs.len() < MOST_NOTES {
            self.evidence.repairs.push(Repair(note));
        }
    }

    /// Reads the objects that follow each other in `bytes`; after a certificate, trust data of OpenSSL is left aside. What
    /// else follows is noted.
    fn read_objects(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let mut rest = bytes;
        loop {
            if ber::is_indefinite(rest) {
                let (der, after) = ber::to_der(rest).ok_or_else(|| Fault::unreadable("its BER cannot be read"))?;
                self.read_object(&der)?;
                self.note_rest(after);
                return Ok(());
            }
            let after = asn1::split(rest).map(|(_, after)| after);
            self.read_object(rest)?;
            match after {
                Some(after) if object_format(after).is_some() => rest = after,
                after => {
                    self.note_rest(after.unwrap_or_default());
                    return Ok(());
                }
            }
        }
    }

    /// Notes bytes after the last object.
    fn note_rest(&mut self, rest: &[u8]) {
        if !rest.is_empty() && !object::is_trust_data(rest) {
            let unit = if rest.len() == 1 { "byte" } else { "bytes" };
            self.ignore(format!("{} {unit} after the end of the DER", rest.len()));
        }
    }

    fn read_object(&mut self, der: &[u8]) -> Result<(), Fault> {
        match object_format(der) {
            Some(format) => (format.read)(der, self),
            None => Err(Fault::Unreadable(foreign::cause(der))),
        }
    }
}

/// The format of the object that `bytes` begin with.
fn object_format(bytes: &[u8]) -> Option<&'static Format> {
    ALL.iter().find(|format| format.layer == Layer::Object && (format.fits)(bytes))
}

/// Reads everything that `bytes` hold, in the order in which it stands there.
///
/// # Errors
/// Nothing in it, nothing that can be read, or a password that is missing or wrong.
pub fn read(bytes: &[u8], source: Source, password: Option<&Password>) -> Result<Evidence, Error> {
    let work = passphrase::Work::new(password);
    let mut finds = Finds { evidence: Evidence::new(source), password, work, unnamed: 0 };
    let outcome = if object_format(bytes).is_some() || ber::is_indefinite(bytes) {
        finds.read_objects(bytes)
    } else {
        let text = unicode::text(bytes);
        if text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            return Err(Error::Empty { source: finds.evidence.source.to_string() });
        }
        match ALL.iter().find(|format| format.layer == Layer::Text && (format.fits)(&text)) {
            Some(format) => (format.read)(&text, &mut finds),
            None => Err(Fault::Unreadable(foreign::cause(bytes))),
        }
    };
    if let Err(Fault::Unreadable(cause)) = &outcome
        && claim::is_made_by_name(bytes, &finds.evidence.source)
    {
        finds.evidence.damaged.get_or_insert_with(|| cause.clone());
    }
    finds.finish(outcome)
}

impl Finds<'_> {
    fn finish(self, outcome: Result<(), Fault>) -> Result<Evidence, Error> {
        let Self { mut evidence, unnamed, password, .. } = self;
        // Labels and attribute values in the notes are strangers' text.
        let shown = |note: &str| Text::from(note).to_string();
        evidence.ignored.iter_mut().for_each(|note| *note = shown(note));
        evidence.repairs.iter_mut().for_each(|repair| repair.0 = shown(&repair.0));
        evidence.damaged.iter_mut().for_each(|cause| *cause = shown(cause));
        let outcome = outcome.map_err(|fault| match fault {
            Fault::Unreadable(cause) => Fault::Unreadable(shown(&cause)),
            other => other,
        });
        let source = || evidence.source.to_string();
        match outcome {
            Err(Fault::NeedsPassword) => return Err(Error::NeedsPassword { source: source() }),
            Err(Fault::WrongPassword) => {
                let given = password.map_or(Given::Typed, |password| password.given);
                return Err(Error::WrongPassword { source: source(), given });
            }
            Err(Fault::Unreadable(cause)) if evidence.is_empty() => {
                let is_damaged = evidence.damaged.is_some();
                return Err(Error::NotACertificate { source: source(), cause: Some(cause), is_damaged });
            }
            Err(Fault::Unreadable(cause)) => evidence.ignored.push(cause),
            Ok(()) => {}
        }
        if evidence.is_empty() {
            let is_damaged = evidence.damaged.is_some();
            let cause = evidence.damaged.as_ref().or_else(|| evidence.ignored.first()).cloned();
            return Err(Error::NotACertificate { source: source(), cause, is_damaged });
        }
        if unnamed > 0 {
            evidence.ignored.push(format!("{unnamed} more parts"));
        }
        Ok(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> Error {
        read(bytes, Source::Stdin, None).unwrap_err()
    }

    #[test]
    fn says_that_nothing_is_in_it() {
        for bytes in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf\n", b"\xff\xfe\n\0", b"\0\0\0"] {
            assert!(matches!(fault(bytes), Error::Empty { .. }));
        }
    }

    #[test]
    fn says_what_it_is_instead() {
        let shown = fault(b"<!DOCTYPE html><html></html>").to_string();
        assert_eq!(shown, "'standard input' is not a certificate: it is a web page");
        let shown = fault(b"PK\x03\x04\x14\0").to_string();
        assert_eq!(shown, "'standard input' is not a certificate: it is a ZIP archive: unpack it first");
        let shown = fault(b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n").to_string();
        assert_eq!(shown, "'standard input' is not a certificate: block 1 (X509 CRL, line 1) holds a revocation list");
    }

    #[test]
    fn notes_what_follows_the_der() {
        let certificate = issue_free_certificate();
        let ignored = |tail: &[u8]| {
            let bytes = [&certificate, tail].concat();
            read(&bytes, Source::Stdin, None).unwrap().ignored
        };
        assert_eq!(ignored(b""), [""; 0]);
        assert_eq!(ignored(b"\n"), ["1 byte after the end of the DER"]);
        assert_eq!(ignored(&[0x30, 0x82, 9]), ["3 bytes after the end of the DER"]);
        // OpenSSL's CertAux with an alias.
        assert_eq!(ignored(&[0x30, 3, 0x0c, 1, b'a']), [""; 0]);
    }

    fn issue_free_certificate() -> Vec<u8> {
        rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap().cert.der().to_vec()
    }

    #[test]
    fn escapes_what_strangers_wrote_into_labels() {
        let text = pem_of(&issue_free_certificate()).replace("BEGIN CERTIFICATE", "BEGIN CERTIF\u{1b}CATE");
        let evidence = read(text.as_bytes(), Source::Stdin, None).unwrap();
        assert_eq!(evidence.repairs[0].0, "line 1: CERTIF\\u{1b}CATE taken for CERTIFICATE");
    }

    fn pem_of(der: &[u8]) -> String {
        ::pem::encode(&::pem::Pem::new("CERTIFICATE", der))
    }

    #[test]
    fn hides_passwords() {
        assert_eq!(format!("{:?}", Password::new("secret".to_owned())), "Password(hidden)");
    }

    #[test]
    fn names_every_format_once() {
        let names: std::collections::HashSet<_> = ALL.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
