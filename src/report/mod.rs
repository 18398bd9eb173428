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

/// How far to believe a statement; nothing is added to what is certain.
pub(crate) fn hedge(mark: crate::facts::Mark) -> String {
    use crate::facts::Mark;
    match mark {
        Mark::Measured | Mark::Documented => String::new(),
        other => format!(" ({})", other.word()),
    }
}

/// `imaps://mail.contoso.com:993, smtp://mail.contoso.com:25`; with the address where a service was seen on several.
pub(crate) fn places(survey: &crate::facts::Survey, endpoints: impl Iterator<Item = usize>) -> String {
    let names = endpoints.filter_map(|index| survey.endpoints.get(index)).map(|endpoint| {
        let twin = |other: &&crate::facts::Endpoint| other.service == endpoint.service;
        match survey.endpoints.iter().filter(twin).count() {
            0 | 1 => endpoint.service.to_string(),
            _ => format!("{} at {}", endpoint.service, endpoint.address.ip()),
        }
    });
    names.collect::<Vec<String>>().join(", ")
}

/// `AA:BB:…` in upper case, as OpenSSL and browsers show a fingerprint.
pub(crate) fn colons(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        if !text.is_empty() {
            text.push(':');
        }
        digits(*byte, b"0123456789ABCDEF").into_iter().for_each(|digit| text.push(digit));
    }
    text
}

/// `aabb…` in lower case, as Windows shows a thumbprint.
pub(crate) fn plain_hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte, b"0123456789abcdef")).collect()
}

fn digits(byte: u8, alphabet: &[u8; 16]) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from(alphabet[usize::from(digit)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_fingerprints_as_openssl_and_windows_do() {
        assert_eq!(colons(&[0, 0x9f, 0xff]), "00:9F:FF");
        assert_eq!(plain_hex(&[0, 0x9f, 0xff]), "009fff");
    }
}
