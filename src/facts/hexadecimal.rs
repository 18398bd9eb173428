//! Octets as hexadecimal digits.

use aws_lc_rs::digest::{SHA256, digest};

/// SHA-256 of `octets`: `9f00…`.
pub(crate) fn sha256_hex(octets: &[u8]) -> String {
    lower_hex(digest(&SHA256, octets).as_ref(), "")
}

/// `9f00`, or with a separator `9f:00`.
pub(crate) fn lower_hex(octets: &[u8], separator: &str) -> String {
    written(octets, separator, b"0123456789abcdef")
}

/// `9F00`, or with a separator `9F:00`.
pub(crate) fn upper_hex(octets: &[u8], separator: &str) -> String {
    written(octets, separator, b"0123456789ABCDEF")
}

fn written(octets: &[u8], separator: &str, digits: &[u8; 16]) -> String {
    let mut text = Vec::with_capacity(octets.len() * (2 + separator.len()));
    for octet in octets {
        if !text.is_empty() {
            text.extend(separator.bytes());
        }
        text.extend_from_slice(&[octet >> 4, octet & 15].map(|digit| digits[usize::from(digit)]));
    }
    String::from_utf8(text).expect("digits are ASCII, and separators are text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_fingerprints_as_openssl_and_windows_do() {
        assert_eq!(upper_hex(&[0, 0x9f, 0xff], ":"), "00:9F:FF");
        assert_eq!(lower_hex(&[0, 0x9f, 0xff], ""), "009fff");
        assert_eq!(lower_hex(&[], ":"), "");
    }
}
