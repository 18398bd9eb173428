//! Kinds of CA: what each signs, and what it does to the order of the names. Data only.
//!
//! Adding a profile: a file here with a `pub(super) const PROFILE`, and its two lines below.

mod adcs;
mod cfssl;
mod digicert;
mod dogtag;
mod letsencrypt;
mod openbao;
mod pebble;
mod private;
mod public;
mod sectigo;
mod self_signed;
mod step_ca;
mod switches;
mod vault;

use crate::error::{self, Error};
use crate::facts::{Curve, KeyKind, Mark, Moment, Statement};

/// Every profile that `--ca` takes, in the order of lists.
pub const ALL: &[&Profile] = &[
    &public::PROFILE,
    &private::PROFILE,
    &letsencrypt::PROFILE,
    &digicert::PROFILE,
    &sectigo::PROFILE,
    &adcs::PROFILE,
    &step_ca::PROFILE,
    &vault::PROFILE,
    &openbao::PROFILE,
    &cfssl::PROFILE,
    &dogtag::PROFILE,
    &pebble::PROFILE,
];

/// What binds every public CA: the Baseline Requirements.
pub const PUBLIC: &Profile = &public::PROFILE;

/// The certificate signs itself: no CA to ask. Not among [`ALL`], because `--ca` does not take it.
pub const SELF_SIGNED: &Profile = &self_signed::PROFILE;

/// One kind of CA.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// Short name for `--ca` and JSON; never renamed.
    pub id: &'static str,
    /// Name for people, as the subject of a sentence.
    pub name: &'static str,
    /// Which rules it signs by.
    pub rules: Rules,
    /// What happens to the order of the names.
    pub order: Order,
    /// How sure we are of `order`.
    pub mark: Mark,
    /// What happens to the common name.
    pub common_name: CommonName,
    /// Whether it takes the names from the request.
    pub names: NamesUse,
    /// Whether it signs IP addresses at all.
    pub addresses: Signing,
    /// What happens to the rest of the subject.
    pub subject: SubjectUse,
    /// Whether it signs for client authentication beside server authentication.
    pub client_auth: ClientAuth,
    /// Longest lives by date of issue, oldest first. Empty: the owner of the CA decides.
    pub lives: &'static [Life],
    /// The most names in one certificate, when there is a limit.
    pub most_names: Option<usize>,
    /// Its own profiles of certificates that can be asked for by name, where they are known.
    pub own_profiles: &'static [(&'static str, &'static Self)],
    /// What it will do to the request, in a sentence or two.
    pub says: &'static str,
    /// What is known, with sources.
    pub statements: &'static [Statement],
}

/// Which rules a CA signs by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// The CA/Browser Forum's TLS Baseline Requirements: no internal names, reserved addresses, underscores, other
    /// kinds of names or organizational units.
    Baseline,
    /// Those of its owner: anything goes.
    Own,
}

/// What a CA does to the order of the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As in the request.
    Keeps,
    /// As in the request within each kind; kinds are grouped, dNSNames first.
    KeepsWithinKinds,
    /// By bytes of the lower-case name, so that `autodiscover` comes before `mail`.
    Sorts,
    /// Not known, or it depends on the CA.
    Unknown,
}

/// Whether a CA takes the names from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesUse {
    /// It does.
    Copied,
    /// Only where its owner set it up so, or says so when it signs; else the certificate has others, or none.
    CopiedIfTold,
}

/// What a CA does to the common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonName {
    /// As in the request.
    Keeps,
    /// As in the request, else the first dNSName of the request that is short enough; none under other profiles.
    KeepsOrFirstFitting,
    /// The first dNSName of the request where the profile that the CA signs under says so, else none.
    FirstNameOrNone,
    /// There is none.
    Never,
    /// Not known, or it depends on the CA.
    Unknown,
}

/// Whether something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// It is.
    Signs,
    /// It is, under this profile of the CA alone, which has to be asked for.
    Under(&'static str),
}

/// What becomes of the subject beside the common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectUse {
    /// It is copied, or checked and copied.
    Copied,
    /// It is left out without a word, and how sure we are.
    Ignored(Mark),
}

/// Whether a CA signs `clientAuth` when the request asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// It does.
    Signs,
    /// Not in certificates issued from this moment on, and how sure we are.
    EndsOn(Moment, Mark),
    /// Not known, or it depends on the CA.
    Unknown,
}

/// A longest life, for certificates issued at or after a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// First moment of issue that it holds for.
    pub issued_from: Moment,
    /// Days of 86,400 s.
    pub days: i64,
}

impl Profile {
    /// The same CA, as it signs under a profile of its own that is asked for by this name; None when nothing is known of it.
    pub fn under(&self, asked: &str) -> Option<&'static Self> {
        self.own_profiles.iter().find(|(name, _)| *name == asked).map(|(_, own)| *own)
    }

    /// The longest life in days of 86,400 s of a certificate issued at `at`; None when nothing limits it.
    pub fn longest_life(&self, at: Moment) -> Option<i64> {
        self.lives.iter().rev().find(|life| life.issued_from <= at).map(|life| life.days)
    }

    /// True when what it signs has no `clientAuth` any more, or soon will not.
    pub fn drops_client_auth(&self) -> bool {
        matches!(self.client_auth, ClientAuth::EndsOn(..))
    }

    /// Whether it signs keys of this kind, as far as the Baseline Requirements say (6.1.5).
    pub fn signs_key(&self, kind: &KeyKind) -> bool {
        let is_known = match kind {
            KeyKind::Rsa { .. } => true,
            KeyKind::Ec(curve) => !matches!(curve, Curve::Other(_) | Curve::Explicit),
            KeyKind::RsaPss { .. }
            | KeyKind::Ed25519
            | KeyKind::Ed448
            | KeyKind::Dsa { .. }
            | KeyKind::MlDsa(_)
            | KeyKind::Agreement(_)
            | KeyKind::Other(_) => false,
        };
        is_known || !self.is_public()
    }

    /// True when the Baseline Requirements bind it.
    pub fn is_public(&self) -> bool {
        self.rules == Rules::Baseline
    }
}

/// The profile with this id.
///
/// # Errors
/// [`Error::Unknown`], with the id that was most likely meant.
pub fn find(id: &str) -> Result<&'static Profile, Error> {
    ALL.iter().copied().find(|profile| profile.id.eq_ignore_ascii_case(id)).ok_or_else(|| Error::Unknown {
        what: "profile",
        name: id.to_owned(),
        nearest: nearest(id),
    })
}

/// A profile whose id differs in a letter or two, is part of what was typed or the reverse, or has another name.
fn nearest(typed: &str) -> Option<&'static str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' ', '\''], "");
    let typed = plain(typed);
    let part = |id: &str| typed.len() >= 3 && (plain(id).contains(&typed) || typed.contains(&plain(id)));
    let ids = || ALL.iter().map(|profile| profile.id);
    ids().find(|id| part(id)).or_else(|| error::nearest(&typed, ids())).or(match &*typed {
        "le" | "acme" | "boulder" | "certbot" => Some("letsencrypt"),
        "ad" | "microsoft" | "windows" | "certsrv" => Some("adcs"),
        "smallstep" | "step" => Some("step-ca"),
        "own" | "internal" => Some("private"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::facts::fixture::day;

    /// Files here that are not profiles.
    const MACHINERY: [&str; 2] = ["mod", "switches"];

    #[test]
    fn lists_every_file_once() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/profiles");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<String> = files.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).collect();
        let listed = ALL.iter().chain([&SELF_SIGNED]).map(|profile| profile.id.replace('-', "_"));
        let listed: BTreeSet<String> = listed.chain(MACHINERY.map(str::to_owned)).collect();
        assert_eq!(files, listed);
        assert_eq!(ALL.len() + 1 + MACHINERY.len(), listed.len());
    }

    #[test]
    fn says_something_with_a_source_about_each() {
        for profile in ALL {
            assert!(profile.says.ends_with('.'), "{}", profile.id);
            assert!(!profile.statements.is_empty(), "{}", profile.id);
            assert!(profile.statements.iter().all(|statement| !statement.source.is_empty()), "{}", profile.id);
            assert!(profile.lives.is_sorted_by_key(|life| life.issued_from), "{}", profile.id);
        }
    }

    #[test]
    fn shortens_public_lives_on_the_dates_of_sc_081() {
        for (issued, days) in [
            ("2018-03-02", 825),
            ("2026-03-14", 398),
            ("2026-03-15", 200),
            ("2027-03-14", 200),
            ("2027-03-15", 100),
            ("2029-03-15", 47),
        ] {
            assert_eq!(PUBLIC.longest_life(day(issued)), Some(days), "{issued}");
        }
        assert_eq!(PUBLIC.longest_life(day("2010-01-01")), None);
        assert_eq!(find("private").unwrap().longest_life(day("2026-09-01")), None);
    }

    #[test]
    fn public_cas_sign_no_ed25519() {
        let signed = |kind| ["public", "letsencrypt", "private"].map(|id| find(id).unwrap().signs_key(&kind));
        assert_eq!(signed(KeyKind::Ed25519), [false, false, true]);
        assert_eq!(signed(KeyKind::Ec(Curve::P256)), [true; 3]);
        assert_eq!(signed(KeyKind::Ec(Curve::Other("1.3.132.0.10".into()))), [false, false, true]);
        assert_eq!(signed(KeyKind::Rsa { bits: 2048, exponent: Some(65537) }), [true; 3]);
    }

    #[test]
    fn knows_the_profiles_of_lets_encrypt() {
        let usual = find("letsencrypt").unwrap();
        for (asked, most, common_name, days) in [
            ("classic", 100, CommonName::KeepsOrFirstFitting, 90),
            ("tlsserver", 25, CommonName::Never, 45),
            ("shortlived", 25, CommonName::Never, 7),
        ] {
            let own = usual.under(asked).unwrap();
            assert_eq!((own.id, own.most_names, own.common_name), (usual.id, Some(most), common_name), "{asked}");
            assert_eq!(own.longest_life(day("2026-09-01")), Some(days), "{asked}");
            assert_eq!(own.addresses == Signing::Signs, asked == "shortlived", "{asked}");
        }
        assert_eq!(usual.under("tlsclient"), None);
        assert_eq!(PUBLIC.under("classic"), None);
    }

    #[test]
    fn guesses_what_was_meant() {
        for (typed, meant) in [
            ("lets-encrypt", Some("letsencrypt")),
            ("step", Some("step-ca")),
            ("letsencypt", Some("letsencrypt")),
            ("zzz", None),
        ] {
            let Err(Error::Unknown { nearest, .. }) = find(typed) else { panic!("{typed} was found") };
            assert_eq!(nearest, meant);
        }
        assert_eq!(find("Public").unwrap().id, "public");
    }
}
