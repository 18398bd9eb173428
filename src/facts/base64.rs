//! Base64 (RFC 4648 §4), with the widest instructions that the processor has where that pays.

use std::sync::LazyLock;

use base64::engine::GeneralPurposeConfig;
use base64::prelude::BASE64_STANDARD;
use base64::{DecodeSliceError, Engine};

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type Widest = base64::engine::GeneralPurpose;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
type Widest = base64::engine::Simd;

/// The standard alphabet, padded.
static WIDEST: LazyLock<Widest> = LazyLock::new(|| {
    let padded = GeneralPurposeConfig::new();
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return Widest::new(&base64::alphabet::STANDARD, padded);
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    Widest::standard(padded)
});

/// Up to this many octets are done before it is found out what the processor has.
const SHORT: usize = 512;

/// Writes `octets` in characters, padded; the start of `out` that they took.
///
/// # Panics
/// Where `out` is too short: three octets become four characters.
pub(crate) fn to_base64<'o>(octets: &[u8], out: &'o mut [u8]) -> &'o [u8] {
    let length = match octets.len() {
        ..=SHORT => BASE64_STANDARD.encode_slice(octets, out),
        _ => WIDEST.encode_slice(octets, out),
    };
    &out[..length.expect("there is room for four characters in place of three octets")]
}

/// What padded `characters` say, in `out`, which has room for [`base64::decoded_len_estimate`] octets; how many they are.
///
/// # Errors
/// At any other character, at wrong padding and at bits left over.
pub(crate) fn from_base64(characters: &[u8], out: &mut [u8]) -> Result<usize, DecodeSliceError> {
    match characters.len() {
        ..=SHORT => BASE64_STANDARD.decode_slice(characters, out),
        _ => WIDEST.decode_slice(characters, out),
    }
}
