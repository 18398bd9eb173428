//! A password in the forms that formats turn it into, keys made from it, and the bound on that work.

use aws_lc_rs::digest;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::{Fault, Password};

/// Rounds of hashing that one source may cost where nobody gave a password, about a second.
const MOST_WORK: u64 = 3_000_000;
/// The same for a file that somebody has the password of, some seconds. GnuTLS derives anew for each bag of a PKCS#12 file, with
/// 600,000 rounds, three times for 3DES: eight bags and the MAC.
const MOST_WORK_ASKED: u64 = 16_000_000;

/// What may still be spent on deriving keys.
#[derive(Debug)]
pub(super) struct Work(u64);

impl Work {
    /// Nothing spent yet.
    pub(super) fn new(password: Option<&Password>) -> Self {
        let is_asked = password.is_some_and(|password| !password.as_str().is_empty());
        Self(if is_asked { MOST_WORK_ASKED } else { MOST_WORK })
    }

    /// Takes `iterations` for each of `blocks` of output, before they are computed.
    pub(super) fn spend(&mut self, iterations: u64, blocks: usize) -> Result<(), Fault> {
        let cost = iterations.checked_mul(u64::try_from(blocks).unwrap_or(u64::MAX));
        let left = cost.and_then(|cost| self.0.checked_sub(cost.max(1)));
        let left = left.ok_or_else(|| Fault::unreadable("its key derivation asks for more work than certfix does"))?;
        self.0 = left;
        Ok(())
    }
}

/// A password, as PKCS#5 and as PKCS#12 hash it.
#[derive(Clone)]
pub(super) struct Passphrase {
    utf8: Zeroizing<Vec<u8>>,
    /// UTF-16 with a zero at the end (RFC 7292 §B.1).
    utf16: Zeroizing<Vec<u8>>,
}

impl Passphrase {
    /// The password as given.
    pub(super) fn of(password: &Password) -> Self {
        let utf16 = password.as_str().encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
        Self { utf8: Zeroizing::new(password.as_str().as_bytes().to_vec()), utf16: Zeroizing::new(utf16) }
    }

    /// What may have been meant by `password`: for none, or an empty one, both the empty password and no octets at all.
    pub(super) fn candidates(password: Option<&Password>) -> Vec<Self> {
        match password {
            Some(password) if !password.as_str().is_empty() => vec![Self::of(password)],
            _ => {
                let empty = Self { utf8: Zeroizing::default(), utf16: Zeroizing::new(vec![0, 0]) };
                vec![empty, Self { utf8: Zeroizing::default(), utf16: Zeroizing::default() }]
            }
        }
    }

    /// The octets that PKCS#5 hashes.
    pub(super) fn utf8(&self) -> &[u8] {
        &self.utf8
    }

    /// RFC 7292 §B.2. `purpose` is 1 for a key, 2 for an IV, 3 for a MAC.
    pub(super) fn pkcs12_key(
        &self,
        algorithm: &'static digest::Algorithm,
        salt: &[u8],
        purpose: u8,
        iterations: u64,
        length: usize,
    ) -> Zeroizing<Vec<u8>> {
        let block = algorithm.block_len();
        let fill = |octets: &[u8]| -> Vec<u8> {
            octets.iter().copied().cycle().take(octets.len().div_ceil(block) * block).collect()
        };
        let mut input = Zeroizing::new([fill(salt), fill(&self.utf16)].concat());
        let mut key = Zeroizing::new(Vec::with_capacity(length + block));
        while key.len() < length {
            let mut context = digest::Context::new(algorithm);
            context.update(&vec![purpose; block]);
            context.update(&input);
            let mut hash = context.finish();
            for _ in 1..iterations {
                hash = digest::digest(algorithm, hash.as_ref());
            }
            key.extend_from_slice(hash.as_ref());
            for part in input.chunks_exact_mut(block) {
                add_with_one(part, hash.as_ref());
            }
        }
        key.truncate(length);
        key
    }

    /// RFC 8018 §5.1, with MD5 or SHA-1.
    pub(super) fn pbkdf1_key(&self, md5: bool, salt: &[u8], iterations: u64) -> Zeroizing<Vec<u8>> {
        let hash = |octets: &[u8]| match md5 {
            true => Md5::digest(octets).to_vec(),
            false => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, octets).as_ref().to_vec(),
        };
        let mut key = Zeroizing::new([self.utf8(), salt].concat());
        for _ in 0..iterations.max(1) {
            key = Zeroizing::new(hash(&key));
        }
        key
    }

    /// The derivation of encrypted PEM keys (OpenSSL's EVP_BytesToKey): one round of MD5 for each 16 octets.
    pub(super) fn pem_key(&self, salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(Vec::with_capacity(length + 16));
        while key.len() < length {
            let last = key.len().saturating_sub(16);
            let input = Zeroizing::new([&key[last..], self.utf8(), salt].concat());
            key.extend_from_slice(&Md5::digest(&*input));
        }
        key.truncate(length);
        key
    }
}

/// `part` = `part` + `hash` repeated to its length + 1, as big-endian numbers.
fn add_with_one(part: &mut [u8], hash: &[u8]) {
    let mut carry = 1u16;
    for (index, byte) in part.iter_mut().enumerate().rev() {
        carry += u16::from(*byte) + u16::from(hash[index % hash.len()]);
        *byte = carry.to_be_bytes()[1];
        carry >>= 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_more_work_than_it_was_given() {
        let mut work = Work::new(None);
        assert!(work.spend(600_000, 4).is_ok());
        assert!(work.spend(1_000_000, 1).is_err());
        assert!(work.spend(u64::MAX, 2).is_err());
    }

    #[test]
    fn derives_the_key_that_other_programs_derive() {
        // Peter Gutmann's test vectors for PKCS#12 key derivation.
        let phrase = Passphrase::of(&Password::new("smeg".to_owned()));
        let salt = [0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f];
        let key = phrase.pkcs12_key(&digest::SHA1_FOR_LEGACY_USE_ONLY, &salt, 1, 1, 24);
        assert_eq!(key[..8], [0x8a, 0xaa, 0xe6, 0x29, 0x7b, 0x6c, 0xb0, 0x46]);
        assert_eq!(key.len(), 24);
    }
}
