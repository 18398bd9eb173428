//! A new CA: keys, certificates, an empty CRL.

use zeroize::Zeroizing;

use super::{INTERMEDIATE, INTERMEDIATE_KEY, LIST, LIST_DAYS, Private, ROOT, ROOT_KEY, SETTINGS, Settings};
use crate::Error;
use crate::error::Signing;
use crate::facts::{Certificate, Constraints, Moment, PrivateKey};
use crate::input::Password;
use crate::issue::{self, Issuer, NewAuthority, SigningKey};
use crate::store::{NewFile, Secrecy, Store};

/// Days that a root lives unless told otherwise: ten years, for to have clients trust another one is work.
pub const ROOT_DAYS: i64 = 3653;
/// Days that an intermediate lives at most; never longer than its root.
pub const INTERMEDIATE_DAYS: i64 = 1826;

/// What a new CA is to be.
#[derive(Debug)]
pub struct Init<'a> {
    /// Its name, the common name of its certificate.
    pub name: &'a str,
    /// The names that it may sign.
    pub only: Constraints,
    /// The root's key.
    pub root: &'a SigningKey,
    /// The intermediate's, where there is to be one.
    pub intermediate: Option<&'a SigningKey>,
    /// Days that the root lives.
    pub days: i64,
    /// Where clients will find its CRL.
    pub list: Option<String>,
    /// What encrypts its keys; without it they are written in the clear.
    pub password: Option<&'a Password>,
}

/// ub-common-name (RFC 5280 Appendix A), less what an intermediate's name has more.
const LONGEST_NAME: usize = 64 - INTERMEDIATE_NAME.len();
/// What the name of an intermediate has after that of its root.
pub(super) const INTERMEDIATE_NAME: &str = " Intermediate";

/// Makes a CA, whole or not at all.
///
/// # Errors
/// [`Signing::BadAuthorityName`], [`Signing::BadConstraint`], [`Error::Exists`], [`Error::File`]; nothing is then left
/// behind.
pub fn init(store: &Store, wish: &Init<'_>, at: Moment) -> Result<Private, Error> {
    let folder = folder_name(wish.name)?;
    if let (true, Some(network)) = (wish.only.domains.is_empty(), wish.only.networks.first()) {
        let cause = "without a domain every DNS name would be allowed".to_owned();
        return Err(Signing::BadConstraint { typed: network.to_string(), cause }.into());
    }
    let (root, intermediate) = certificates(wish, at)?;
    let (issuer, key) = match (&intermediate, wish.intermediate) {
        (Some(cert), Some(key)) => (cert, key),
        _ => (&root, wish.root),
    };
    let list = Issuer::new(issuer, key, ROOT_KEY)?.revocation_list(1, &[], at, at.plus_days(LIST_DAYS))?;
    let settings = Settings {
        name: wish.name.to_owned(),
        only: wish
            .only
            .domains
            .iter()
            .map(ToString::to_string)
            .chain(wish.only.networks.iter().map(ToString::to_string))
            .collect(),
        crl_url: wish.list.clone(),
    };
    let settings = serde_json::to_string_pretty(&settings).expect("a struct of texts becomes JSON") + "\n";
    let secret = |key: &PrivateKey| match wish.password {
        Some(password) => issue::encrypted_pkcs8_pem(key, password.as_str()),
        None => Ok(issue::pkcs8_pem(key)),
    };
    let mut files = vec![
        (ROOT_KEY, secret(wish.root)?, Secrecy::Secret),
        (ROOT, Zeroizing::new(issue::certificate_pem(&root)), Secrecy::Public),
        (SETTINGS, Zeroizing::new(settings), Secrecy::Public),
    ];
    if let (Some(cert), Some(key)) = (&intermediate, wish.intermediate) {
        files.push((INTERMEDIATE_KEY, secret(key)?, Secrecy::Secret));
        files.push((INTERMEDIATE, Zeroizing::new(issue::certificate_pem(cert)), Secrecy::Public));
    }
    let mut files: Vec<NewFile<'_>> = files
        .iter()
        .map(|(name, contents, secrecy)| NewFile { name, contents: contents.as_bytes(), secrecy: *secrecy })
        .collect();
    files.push(NewFile { name: LIST, contents: &list.der, secrecy: Secrecy::Public });
    let folder = store.create_authority(&folder, &files)?;
    let (name, only, list) = (wish.name.to_owned(), wish.only.clone(), wish.list.clone());
    Ok(Private { folder, name, only, list, root, intermediate })
}

fn certificates(wish: &Init<'_>, at: Moment) -> Result<(Certificate, Option<Certificate>), Error> {
    let path_length = u8::from(wish.intermediate.is_some());
    let end = at.plus_days(wish.days).plus_seconds(-1);
    let new = NewAuthority { name: wish.name, constraints: &wish.only, path_length, end };
    let root = new.root(wish.root, at)?;
    let Some(key) = wish.intermediate else { return Ok((root, None)) };
    let name = format!("{}{INTERMEDIATE_NAME}", wish.name);
    let end = end.min(at.plus_days(INTERMEDIATE_DAYS).plus_seconds(-1));
    // Some clients do not look for constraints in what they trust (RFC 5280 §6.2), but all do below it.
    let new = NewAuthority { name: &name, path_length: 0, end, ..new };
    let issuer = Issuer::new(&root, wish.root, ROOT_KEY)?;
    let intermediate = new.below(&issuer, &key.public, at)?;
    Ok((root, Some(intermediate)))
}

/// The folder of a CA of this name: its letters and digits in lower case, hyphens for what is between.
///
/// # Errors
/// [`Signing::BadAuthorityName`]
pub fn folder_name(name: &str) -> Result<String, Error> {
    let bad = |cause: String| Signing::BadAuthorityName { name: name.to_owned(), cause };
    if name.chars().count() > LONGEST_NAME {
        return Err(bad(format!("it is longer than {LONGEST_NAME} characters")).into());
    }
    if name.chars().any(char::is_control) || name.trim() != name {
        return Err(bad("it begins or ends with a space, or holds a control character".to_owned()).into());
    }
    let plain = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' };
    let words: String = name.chars().map(plain).collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Err(bad("it has neither a letter from A to Z nor a digit".to_owned()).into());
    }
    Ok(words.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_a_folder_name_of_words() {
        for (name, folder) in [
            ("Contoso Internal CA", "contoso-internal-ca"),
            ("../../etc", "etc"),
            ("  ", ""),
            ("", ""),
            ("Zentrale CA (Köln)", "zentrale-ca-k-ln"),
            ("current", "current"),
            ("…", ""),
            ("a\nb", ""),
        ] {
            assert_eq!(folder_name(name).unwrap_or_default(), folder, "{name}");
        }
        assert!(folder_name(&"x".repeat(52)).is_err());
    }
}
