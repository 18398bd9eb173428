//! Whether what cannot be read claims to be a certificate or a request: then it is damaged, not merely something else.

use std::path::Path;

use zeroize::Zeroizing;

use super::pem::READABLE;
use super::{Format, asn1, base64, object, object_format, pkcs7, pkcs12};
use crate::facts::Source;

/// Endings of names that only certificates and requests have.
const OURS_ALONE: &[&str] = &["cer", "crt", "csr", "p7b", "p7c", "pfx", "p12"];
/// Endings that keys, parameters and other things have as well.
const OURS_TOO: &[&str] = &["pem", "der"];

/// True when a PEM block with this label is to hold a certificate or a request.
pub(super) fn is_made_by_label(label: &str) -> bool {
    READABLE.contains(&label) && !label.ends_with("PRIVATE KEY")
}

/// True when what a block holds is no placeholder: it begins like DER and goes on for a line.
pub(super) fn is_made_by_content(content: &[u8]) -> bool {
    const LINE: usize = 48;
    content.len() >= LINE && begins_like_der(content)
}

/// True for a file that is named like a certificate, a request, or a file of them and keys.
pub fn is_named_like_one(path: &Path) -> bool {
    ends_in(path, OURS_ALONE) || ends_in(path, OURS_TOO)
}

/// The same of any source.
pub(super) fn is_ours_by_name(source: &Source) -> bool {
    matches!(source, Source::File(path) if is_named_like_one(path))
}

/// True when a file without PEM is named like a certificate or a request and begins like one.
pub(super) fn is_made_by_name(bytes: &[u8], source: &Source) -> bool {
    if !is_ours_by_name(source) {
        return false;
    }
    let bare;
    let der = if begins_like_der(bytes) {
        bytes
    } else {
        bare = bare_base64(bytes).unwrap_or_default();
        &bare
    };
    let is = |format: &Format, ours: &[Format]| ours.iter().any(|ours| ours.name == format.name);
    match object_format(der) {
        Some(format) if is(format, &[object::CERTIFICATE, object::REQUEST]) => true,
        // These carry other things as well, such as mail.
        Some(format) if is(format, &[pkcs7::FORMAT, pkcs12::FORMAT]) => is_named(source, OURS_ALONE),
        Some(_) => false,
        // Keys and parameters may be called .der and .pem rightly; they begin with a number.
        None if asn1::split(der).is_none() && begins_like_der(der) && !holds_a_number_first(der) => true,
        None => begins_like_der(der) && is_named(source, OURS_ALONE),
    }
}

/// A SEQUENCE whose length takes more than one octet, or is left open: no certificate or request is shorter.
fn begins_like_der(bytes: &[u8]) -> bool {
    matches!(bytes, [asn1::SEQUENCE, 0x80..=0x84, ..])
}

/// True when the first element inside is an INTEGER, also where the end is missing.
fn holds_a_number_first(der: &[u8]) -> bool {
    let octets_of_length = der.get(1).map_or(0, |length| usize::from(length & 0x7f));
    der.get(2 + octets_of_length) == Some(&asn1::INTEGER)
}

/// What a text says that is base64 and nothing else, as far as it goes.
fn bare_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'='));
    packed.iter().all(|byte| base64::is_character(*byte)).then(|| base64::lenient(&packed))
}

fn is_named(source: &Source, endings: &[&str]) -> bool {
    matches!(source, Source::File(path) if ends_in(path, endings))
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use crate::Error;
    use crate::facts::Source;
    use crate::input::read;

    fn certificate() -> Vec<u8> {
        rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap().cert.der().to_vec()
    }

    fn pem(label: &str, der: &[u8]) -> String {
        ::pem::encode(&::pem::Pem::new(label, der))
    }

    fn is_damaged(name: &str, bytes: &[u8]) -> bool {
        match read(bytes, Source::File(name.into()), None) {
            Err(Error::NotACertificate { is_damaged, .. }) => is_damaged,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn takes_what_says_that_it_is_a_certificate_for_damaged() {
        let der = certificate();
        let half = &der[..der.len() / 2];
        let text = pem("CERTIFICATE", &der);
        let cut = &text[..text.len() / 2];
        let changed = text.replacen('M', "%", 1);
        let other = pem("CERTIFICATE REQUEST", half);
        let bare: String = cut.lines().skip(1).collect();
        for (name, bytes) in [
            ("half.cer", half),
            ("half.DER", half),
            ("half.pem", half),
            ("half.p7b", &[0x30, 0x80, 6, 9][..]),
            ("half.pfx", &[0x30, 0x82, 9, 9, 2, 1, 3]),
            ("cut", cut.as_bytes()),
            ("cut.txt", cut.as_bytes()),
            ("changed.crt", changed.as_bytes()),
            ("other", other.as_bytes()),
            ("bare.csr", bare.as_bytes()),
            ("empty-block.pem", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        ] {
            assert!(is_damaged(name, bytes), "{name}");
        }
    }

    #[test]
    fn takes_what_is_something_else_for_that() {
        let der = certificate();
        let key = rcgen::KeyPair::generate().unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
        let parameters = pem("DH PARAMETERS", &[0x30, 6, 2, 1, 5, 2, 1, 2]);
        let list = pem("X509 CRL", &der[..60]);
        let excerpt = format!("It reads:\n{}<snip>\n-----END CERTIFICATE-----\n", &pem("CERTIFICATE", &der)[..160]);
        let locked = pem("PRIVATE KEY", &key.serialize_der()[..90]);
        for (name, bytes) in [
            ("README", &b"This directory contains your keys and certificates."[..]),
            ("README.pem", b"This directory contains your keys and certificates."),
            ("example.conf", b"ca = <<-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE----->>\n"),
            ("half", &der[..der.len() / 2]),
            ("excerpt.md", excerpt.as_bytes()),
            ("serial.srl", &der[..9]),
            ("picture.pem", b"\x89PNG\r\n\x1a\n"),
            ("public.der", &spki),
            ("key.der", &[0x30, 0x82, 9, 9, 2, 1, 0]),
            ("dh.pem", parameters.as_bytes()),
            ("list.pem", list.as_bytes()),
            ("key.pem", locked.as_bytes()),
            ("letters.crt", b"0123456789abcdef"),
        ] {
            assert!(!is_damaged(name, bytes), "{name}");
        }
    }

    #[test]
    fn says_so_beside_a_key_too() {
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let text = pem("CERTIFICATE", &certificate());
        let both = format!("{key}{}", &text[..text.len() / 2]);
        let evidence = read(both.as_bytes(), Source::Stdin, None).unwrap();
        assert!(evidence.damaged.unwrap().ends_with("it breaks off: END is missing"));
        let sound = read(format!("{key}{text}").as_bytes(), Source::Stdin, None).unwrap();
        assert_eq!(sound.damaged, None);
    }
}
