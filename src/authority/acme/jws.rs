//! The one message that instant-acme cannot sign as it is needed: a new account for a key that is on disk already, with
//! contacts and a binding (RFC 8555 §7.3, §7.3.4).

use std::convert::Infallible;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use http::Request;
use http::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::http::Http;
use super::problem;
use crate::Error;
use crate::issue::base64url;

/// How often a message is signed anew because its nonce was not taken (§6.5).
pub(super) const MOST_NONCES: usize = 30;

/// An account's key.
pub(super) struct Signer(EcdsaKeyPair);

/// The account elsewhere that a new one is bound to.
pub struct Binding {
    /// The key's identifier, as the authority gave it.
    pub kid: String,
    /// The HMAC key.
    pub key: Zeroizing<Vec<u8>>,
}

impl Signer {
    pub(super) fn new(pkcs8: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok().map(Self)
    }

    /// The public half (RFC 7517).
    fn public(&self) -> Value {
        // Uncompressed: 4, then both coordinates.
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
    }

    /// Binds this key to an account elsewhere.
    pub(super) fn bound(&self, binding: &Binding, url: &str) -> Value {
        let header = json!({"alg": "HS256", "kid": binding.kid, "url": url});
        let key = hmac::Key::new(hmac::HMAC_SHA256, &binding.key);
        let Ok(bound) =
            message(&header, &self.public(), |signed| Ok::<_, Infallible>(hmac::sign(&key, signed).as_ref().to_vec()));
        bound
    }

    /// Sends `payload` signed by this key itself, not by the account; the headers of the answer.
    pub(super) fn post(&self, http: &Http, new_nonce: &str, url: &str, payload: &Value) -> Result<HeaderMap, Error> {
        let bad = |cause: http::Error| http.not_acme(cause.to_string());
        let random = SystemRandom::new();
        let mut nonce = None;
        for _ in 0..MOST_NONCES {
            let fresh = match nonce.take() {
                Some(nonce) => nonce,
                None => {
                    let asked = http.send(Request::head(new_nonce).body(Vec::new()).map_err(bad)?)?;
                    nonce_in(asked.headers()).ok_or_else(|| http.not_acme("it gives no nonce".to_owned()))?
                }
            };
            let header = json!({"alg": "ES256", "jwk": self.public(), "nonce": fresh, "url": url});
            let signed = message(&header, payload, |signed| match self.0.sign(&random, signed) {
                Ok(signature) => Ok(signature.as_ref().to_vec()),
                Err(_) => Err(Error::Issue { cause: "the account's key signs nothing".to_owned() }),
            })?;
            let request = Request::post(url).header(CONTENT_TYPE, "application/jose+json");
            let answer = http.send(request.body(signed.to_string().into_bytes()).map_err(bad)?)?;
            if answer.status().is_success() {
                return Ok(answer.headers().clone());
            }
            nonce = nonce_in(answer.headers());
        }
        let body = json!({"type": problem::BAD_NONCE, "detail": format!("{MOST_NONCES} times")}).to_string();
        match problem::read(http.authority(), body.as_bytes()) {
            Some(problem) => Err(crate::error::Ordering::Refused(Box::new(problem)).into()),
            None => Err(http.not_acme("it takes no nonce".to_owned())),
        }
    }
}

fn nonce_in(headers: &HeaderMap) -> Option<String> {
    headers.get("Replay-Nonce")?.to_str().ok().map(str::to_owned)
}

/// Flattened JSON serialization (RFC 7515 §7.2.2).
fn message<E>(header: &Value, payload: &Value, sign: impl Fn(&[u8]) -> Result<Vec<u8>, E>) -> Result<Value, E> {
    let protected = base64url(header.to_string().as_bytes());
    let payload = base64url(payload.to_string().as_bytes());
    let signature = base64url(&sign(format!("{protected}.{payload}").as_bytes())?);
    Ok(json!({"protected": protected, "payload": payload, "signature": signature}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_nothing_that_is_not_signed() {
        let none = Value::Null;
        assert_eq!(message(&none, &none, |_| Err::<Vec<u8>, _>("no signature")), Err("no signature"));
        let signed = message(&none, &none, |signed| Ok::<_, Infallible>(signed.to_vec())).unwrap();
        assert_eq!(signed["signature"], base64url(b"bnVsbA.bnVsbA"));
    }
}
