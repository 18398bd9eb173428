//! Password-based encryption as keys and PKCS#12 use it (RFC 8018, RFC 7292 appendix B), with a bound on the work that
//! a file can ask for.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyIvInit, block_padding::Pkcs7};
use pkcs8::der::Decode;
use zeroize::Zeroizing;

use super::Fault;
use super::asn1::{Element, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, split};
use super::passphrase::{Passphrase, Work};

/// A plaintext, or why there is none.
pub(super) type Plain = Result<Zeroizing<Vec<u8>>, Fault>;

/// Decrypts `data` with the scheme that `algorithm`, an AlgorithmIdentifier, names.
///
/// `Fault::WrongPassword` when the padding does not come out.
pub(super) fn decrypt(algorithm: &Element<'_>, data: &[u8], phrase: &Passphrase, work: &mut Work) -> Plain {
    let mut fields = algorithm.fields();
    let oid = fields.next_if(OBJECT_ID).ok_or_else(malformed)?.content;
    let parameters = fields.next_if(SEQUENCE).ok_or_else(malformed)?;
    match oid {
        PBES2 => pbes2(&parameters, data, phrase, work),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, scheme] => pkcs12(*scheme, &parameters, data, phrase, work),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, scheme] => pbes1(*scheme, &parameters, data, phrase, work),
        _ => Err(Fault::unreadable("it is encrypted in a way that certfix does not know")),
    }
}

/// Decrypts in CBC mode and takes the padding off.
pub(super) fn cbc(cipher: Cipher, key: &[u8], iv: &[u8], data: &[u8]) -> Plain {
    match cipher {
        Cipher::Des => run::<des::Des>(key, iv, data),
        Cipher::TripleDes => run::<des::TdesEde3>(key, iv, data),
        Cipher::Aes128 => run::<aes::Aes128>(key, iv, data),
        Cipher::Aes192 => run::<aes::Aes192>(key, iv, data),
        Cipher::Aes256 => run::<aes::Aes256>(key, iv, data),
        Cipher::Rc2 => unpad(
            cbc::Decryptor::<rc2::Rc2>::inner_iv_slice_init(rc2::Rc2::new_with_eff_key_len(key, key.len() * 8), iv),
            data,
        ),
    }
}

/// A block cipher in CBC mode.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cipher {
    Des,
    TripleDes,
    Rc2,
    Aes128,
    Aes192,
    Aes256,
}

impl Cipher {
    /// Bytes of the key. RC2 takes what it is given.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::Des => 8,
            Self::Rc2 | Self::Aes128 => 16,
            Self::TripleDes | Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12];
const SCRYPT: &[u8] = &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11];

fn malformed() -> Fault {
    Fault::unreadable("the parameters of its encryption cannot be read")
}

/// RFC 8018 §6.2: a key derivation function and a cipher, each with parameters of its own.
fn pbes2(parameters: &Element<'_>, data: &[u8], phrase: &Passphrase, work: &mut Work) -> Plain {
    let mut fields = parameters.fields();
    let derivation = fields.next_if(SEQUENCE).ok_or_else(malformed)?;
    let (cipher, iv) = fields
        .next_if(SEQUENCE)
        .and_then(cipher)
        .ok_or_else(|| Fault::unreadable("it is encrypted with a cipher that certfix does not know"))?;
    let mut fields = derivation.fields();
    match fields.next_if(OBJECT_ID).ok_or_else(malformed)?.content {
        PBKDF2 => {
            let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
            pbkdf2_key(&fields.next_if(SEQUENCE).ok_or_else(malformed)?, phrase, work, &mut key)?;
            cbc(cipher, &key, iv, data)
        }
        SCRYPT => scrypt(parameters, &fields.next_if(SEQUENCE).ok_or_else(malformed)?, data, phrase, work),
        _ => Err(Fault::unreadable("it is encrypted with a key derivation that certfix does not know")),
    }
}

fn cipher<'a>(algorithm: Element<'a>) -> Option<(Cipher, &'a [u8])> {
    let mut fields = algorithm.fields();
    let oid = fields.next_if(OBJECT_ID)?.content;
    let cipher = match oid {
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2] => Cipher::Aes128,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 22] => Cipher::Aes192,
        [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42] => Cipher::Aes256,
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7] => Cipher::TripleDes,
        [0x2b, 14, 3, 2, 7] => Cipher::Des,
        // RFC 8018 §B.2.3; version 58 means 128 bits, the only length seen here.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 2] => {
            let mut parameters = fields.next_if(SEQUENCE)?.fields();
            let version = parameters.next_if(INTEGER)?.unsigned()?;
            return (version == 58).then_some((Cipher::Rc2, parameters.next_if(OCTET_STRING)?.content));
        }
        _ => return None,
    };
    Some((cipher, fields.next_if(OCTET_STRING)?.content))
}

/// Fills `key` by PBKDF2 (RFC 8018 §A.2).
pub(super) fn pbkdf2_key(
    parameters: &Element<'_>,
    phrase: &Passphrase,
    work: &mut Work,
    key: &mut [u8],
) -> Result<(), Fault> {
    let mut fields = parameters.fields();
    let salt = fields.next_if(OCTET_STRING).ok_or_else(malformed)?.content;
    let iterations = fields.next_if(INTEGER).and_then(|count| count.unsigned()).ok_or_else(malformed)?;
    fields.next_if(INTEGER);
    let prf = fields.next_if(SEQUENCE).and_then(|prf| prf.fields().next_if(OBJECT_ID)).map(|oid| oid.content);
    let (algorithm, output) = match prf {
        None | Some([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 7]) => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
        Some([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 9]) => (pbkdf2::PBKDF2_HMAC_SHA256, 32),
        Some([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 10]) => (pbkdf2::PBKDF2_HMAC_SHA384, 48),
        Some([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 11]) => (pbkdf2::PBKDF2_HMAC_SHA512, 64),
        Some(_) => return Err(Fault::unreadable("it is encrypted with a key derivation that certfix does not know")),
    };
    work.spend(iterations, key.len().div_ceil(output))?;
    let iterations = u32::try_from(iterations).ok().and_then(NonZeroU32::new).ok_or_else(malformed)?;
    pbkdf2::derive(algorithm, iterations, salt, phrase.utf8(), key);
    Ok(())
}

/// RFC 7914 §7; the work is N·r·p, of which each unit is about two rounds of SHA-256.
fn scrypt(scheme: &Element<'_>, parameters: &Element<'_>, data: &[u8], phrase: &Passphrase, work: &mut Work) -> Plain {
    const MOST_MEMORY: u64 = 64 << 20;
    let mut fields = parameters.fields();
    fields.next_if(OCTET_STRING).ok_or_else(malformed)?;
    let mut number = || fields.next_if(INTEGER).and_then(|number| number.unsigned()).ok_or_else(malformed);
    let (cost, block, parallel) = (number()?, number()?, number()?);
    if cost < 2 || !cost.is_power_of_two() || block == 0 || parallel == 0 {
        return Err(malformed());
    }
    let memory = cost.checked_mul(block).and_then(|units| units.checked_mul(128));
    if memory.is_none_or(|memory| memory > MOST_MEMORY) {
        return Err(Fault::unreadable("its key derivation needs more memory than certfix gives it"));
    }
    work.spend(cost * block * 2, usize::try_from(parallel).unwrap_or(usize::MAX))?;
    let parameters = pkcs8::pkcs5::pbes2::Parameters::from_der(scheme.whole).map_err(|_| malformed())?;
    parameters.decrypt(phrase.utf8(), data).map(Zeroizing::new).map_err(|_| Fault::WrongPassword)
}

/// RFC 7292 appendix C: SHA-1 and one of six ciphers.
fn pkcs12(scheme: u8, parameters: &Element<'_>, data: &[u8], phrase: &Passphrase, work: &mut Work) -> Plain {
    let (cipher, length): (_, usize) = match scheme {
        3 => (Cipher::TripleDes, 24),
        4 => (Cipher::TripleDes, 16),
        5 => (Cipher::Rc2, 16),
        6 => (Cipher::Rc2, 5),
        _ => return Err(Fault::unreadable("it is encrypted with RC4, which certfix does not read")),
    };
    let (salt, iterations) = salt_and_iterations(parameters)?;
    work.spend(iterations, length.div_ceil(20) + 1)?;
    let derive = |purpose, length| {
        phrase.pkcs12_key(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, salt, purpose, iterations, length)
    };
    let mut key = derive(1, length);
    if scheme == 4 {
        key.extend_from_within(..8);
    }
    cbc(cipher, &key, &derive(2, 8), data)
}

/// RFC 8018 §6.1: MD5 or SHA-1 with DES or RC2; key and IV are the digest's first 16 octets.
fn pbes1(scheme: u8, parameters: &Element<'_>, data: &[u8], phrase: &Passphrase, work: &mut Work) -> Plain {
    let (cipher, md5) = match scheme {
        3 => (Cipher::Des, true),
        6 => (Cipher::Rc2, true),
        10 => (Cipher::Des, false),
        11 => (Cipher::Rc2, false),
        _ => return Err(Fault::unreadable("it is encrypted in a way that certfix does not know")),
    };
    let (salt, iterations) = salt_and_iterations(parameters)?;
    work.spend(iterations, 1)?;
    let key = phrase.pbkdf1_key(md5, salt, iterations);
    cbc(cipher, &key[..8], &key[8..16], data)
}

fn salt_and_iterations<'a>(parameters: &Element<'a>) -> Result<(&'a [u8], u64), Fault> {
    let mut fields = parameters.fields();
    let salt = fields.next_if(OCTET_STRING).ok_or_else(malformed)?.content;
    let iterations = fields.next_if(INTEGER).and_then(|count| count.unsigned()).ok_or_else(malformed)?;
    Ok((salt, iterations))
}

fn run<C: BlockCipherDecrypt + cbc::cipher::KeyInit>(key: &[u8], iv: &[u8], data: &[u8]) -> Plain
where
    cbc::Decryptor<C>: KeyIvInit,
{
    unpad(cbc::Decryptor::<C>::new_from_slices(key, iv), data)
}

fn unpad<D: BlockModeDecrypt, E>(decryptor: Result<D, E>, data: &[u8]) -> Plain {
    let decryptor = decryptor.map_err(|_| malformed())?;
    decryptor.decrypt_padded_vec::<Pkcs7>(data).map(Zeroizing::new).map_err(|_| Fault::WrongPassword)
}

/// True when `plain` is one SEQUENCE from the first byte to the last, which a wrong key makes once in many millions.
pub(super) fn is_one_sequence(plain: &[u8]) -> bool {
    split(plain).is_some_and(|(element, rest)| element.tag == SEQUENCE && rest.is_empty())
}
