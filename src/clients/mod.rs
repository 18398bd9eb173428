//! Models of mail clients and standards: what each compares, what it demands, what its user sees. Data only.
//!
//! Adding a client: a file here with a `pub(super) const CLIENT`, and its two lines below.

mod matching;
mod outlook2007;

pub use matching::{Compared, Comparison, compare};

use crate::facts::Moment;
pub use crate::facts::{Mark, Statement};

/// Every model, in the order of the tables.
pub const ALL: &[&Client] = &[&outlook2007::CLIENT];

/// One generation of one client, or one standard.
#[derive(Debug)]
pub struct Client {
    /// Short name for `--client` and JSON; never renamed.
    pub id: &'static str,
    /// Name for people, e.g. `Outlook 2007`.
    pub name: &'static str,
    /// Where the model applies, e.g. `POP3, IMAP4, SMTP`.
    pub service: &'static str,
    /// Which `--client` group it is in.
    pub group: Group,
    /// Which names it compares, and how.
    pub names: NamePolicy,
    /// What else it demands of a certificate.
    pub demands: Demands,
    /// What it does when it finds a fault.
    pub reaction: Reaction,
    /// What its user sees, by fault.
    pub words: &'static [(Fault, Phrase)],
    /// How sure we are of `names`.
    pub mark: Mark,
    /// What is known, with sources.
    pub statements: &'static [Statement],
}

/// The groups that `--client` takes beside `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// No longer made, still met.
    Legacy,
    /// In use and maintained.
    Modern,
    /// A document, not a program.
    Standard,
}

/// Facts §1.0: the switches by which clients differ when they compare names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamePolicy {
    /// Which dNSNames are read.
    pub scan: DnsScan,
    /// When the common name is read.
    pub common_name: CommonName,
    /// Which common name, when there are several.
    pub pick: CommonNamePick,
    /// Which wildcards are honoured.
    pub wildcard: Wildcard,
    /// Labels that must follow the wildcard's label (1: `*.com` is fine; 2: `*.contoso.com` at least).
    pub labels_after_star: u8,
    /// What an IP address as target is compared with.
    pub address: AddressMatch,
    /// What a trailing dot of the target does.
    pub trailing_dot: TrailingDot,
}

/// Which dNSNames of the SAN a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsScan {
    /// Any of them may match.
    All,
    /// Only the first (KB958977).
    First,
    /// None: it knows no SAN.
    Nothing,
}

/// When a client reads the common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonName {
    /// Never.
    Never,
    /// It is all that is read.
    Only,
    /// Beside the SAN: either may match.
    Also,
    /// When the SAN has no dNSName.
    IfNoDns,
    /// When the SAN has neither dNSName nor iPAddress.
    IfNoDnsOrAddress,
    /// When the SAN has no dNSName, iPAddress, URI or SRVName.
    IfNoDnsAddressUriSrv,
    /// When there is no SAN extension.
    IfNoSan,
}

/// Which common name counts when there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonNamePick {
    /// The last in wire order: the most specific.
    Last,
    /// There must be exactly one.
    OnlyOne,
    /// Any of them.
    Any,
    /// The first in wire order.
    First,
}

/// Where a star may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wildcard {
    /// Nowhere.
    Never,
    /// It must be the whole first label (RFC 9525 §6.3).
    WholeLabel,
    /// First character of the pattern; more may follow it in the label (`*w.contoso.com`): GnuTLS.
    LeadingStar,
    /// Anywhere in the first label, once (`w*.contoso.com`): OpenSSL.
    InFirstLabel,
    /// Anywhere in any label: JSSE's HTTPS mode.
    InAnyLabel,
}

/// What an IP address as target is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressMatch {
    /// iPAddress entries, by octets.
    Octets,
    /// iPAddress entries, and the text of names too.
    OctetsOrText,
    /// The text of names only.
    Text,
    /// Nothing: it never matches.
    Never,
}

/// What happens when the target was typed with a dot at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailingDot {
    /// It is taken away before comparing.
    Dropped,
    /// It stays, so that nothing matches.
    Kept,
}

/// What a client demands beyond the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// Least bits of an RSA key; 0 when any will do.
    pub rsa_bits: u32,
    /// Whether SHA-1 and older signatures are taken.
    pub old_digests: OldDigests,
    /// Whether serverAuth must be among the purposes.
    pub server_auth: ServerAuth,
    /// Longest lives, by date of issue.
    pub lives: &'static [LifeLimit],
}

/// Whether SHA-1 and older signatures are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldDigests {
    /// Taken, or not known.
    Accepted,
    /// Refused.
    Refused,
}

/// Whether serverAuth must be among the extended key usages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerAuth {
    /// Not looked at, or not known.
    Ignored,
    /// Must be listed when the extension is there.
    IfPresent,
    /// Must be listed in certificates issued after this moment; before it, when the extension is there.
    RequiredFrom(Moment),
}

/// A longest life, for certificates whose notBefore is at or after a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifeLimit {
    /// First notBefore that it holds for.
    pub issued_from: Moment,
    /// Days of 86,400 s.
    pub days: i64,
    /// Which roots it holds for.
    pub roots: Roots,
}

/// Which roots a limit holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roots {
    /// All, those added by an administrator too.
    All,
    /// Only those that the system brings along.
    Preinstalled,
}

/// What a client does when it finds a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The user may go on: the verdict is "warns".
    Asks,
    /// The connection ends: the verdict is "refuses".
    Stops,
    /// It goes on by itself: the verdict is "accepts".
    GoesOn,
}

/// What a client may complain of. Decides which words its user sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No name fits.
    Name,
    /// The life is over.
    Expired,
    /// The life has not begun.
    NotYetValid,
    /// The chain does not lead to a root it trusts.
    Untrusted,
    /// Key, signature, usage or life break a rule of its own.
    Unfit,
}

/// Words that a user sees. `{host}` is the target, `{names}` the certificate's names, `{date}` the day it ended or begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The text.
    pub text: &'static str,
    /// How sure we are of it.
    pub mark: Mark,
}

impl Client {
    /// The model with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|client| client.id == id)
    }

    /// What its user sees when it complains of `fault`, before values are filled in.
    pub fn phrase(&self, fault: Fault) -> Option<Phrase> {
        self.words.iter().find(|(of, _)| *of == fault).map(|(_, phrase)| *phrase)
    }

    /// True when it looks at this kind of fault at all. Standards speak of names only.
    pub fn heeds(&self, fault: Fault) -> bool {
        fault == Fault::Name || self.group != Group::Standard
    }
}
