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

/// The octets that digits in either case stand for. None when one stands alone, or is none.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
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

    #[test]
    fn reads_hexadecimal_and_nothing_else() {
        assert_eq!(from_hex("0aFF"), Some(vec![10, 255]));
        assert_eq!(from_hex(""), Some(Vec::new()));
        for wrong in ["0aF", "0x", "+f", "\u{ff11}\u{ff11}"] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }
}
