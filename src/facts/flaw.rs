//! What can be odd about an encoding, and in what words.

use std::fmt;

/// What is odd about an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A UTF8String whose octets are not UTF-8.
    NotUtf8,
    /// A BMPString of an odd number of octets.
    HalfCharacter,
    /// A BMPString with halves of characters beyond its plane.
    Surrogates,
    /// A UniversalString whose octets are no characters.
    NoCharacters,
    /// A UniversalString, which may stand there.
    Universal,
    /// A PrintableString with characters that it has not. `*` and `&` are not meant: every program reads them.
    NotPrintable,
    /// An IA5String that is not ASCII.
    NotAscii,
    /// A NumericString, which few attributes are.
    Numeric,
    /// A BIT STRING, which few attributes are.
    Bits,
    /// A constructed value.
    Nested,
    /// Another value that is no string of names.
    NoString,
    /// A value whose tag takes more than one octet.
    LongTag,
    /// A relative name without attributes.
    EmptyRelativeName,
    /// Something after the value of an attribute.
    Followed,
    /// What is no attribute, or no set of them.
    NoAttribute,
    /// An INTEGER without octets.
    NoNumber,
    /// An INTEGER that begins with more octets than it needs.
    Padded,
    /// A GeneralizedTime with fractions of a second.
    Fraction,
    /// A GeneralizedTime without seconds.
    NoSeconds,
    /// A UTCTime without seconds.
    NoSecondsUtc,
    /// A UTCTime that is not in UTC.
    Offset,
    /// A time before 1970, which may stand there.
    BeforeEpoch,
    /// A length that takes more octets than it needs.
    LongLength,
    /// The same within the subject, which some programs do not take apart.
    LongLengthInSubject,
    /// The same within the issuer, so that it is not octet for octet what its certificate has.
    LongLengthInIssuer,
    /// The same of all that is signed.
    LongLengthOfBody,
    /// A keyUsage that is none.
    NoKeyUsage,
    /// A keyUsage with something behind it.
    FollowedKeyUsage,
    /// An extKeyUsage that is none.
    NoPurposes,
    /// An extKeyUsage with something behind it.
    FollowedPurposes,
    /// A basicConstraints that is none.
    NoConstraints,
    /// A basicConstraints with more in it than there is to say.
    OddConstraints,
    /// A basicConstraints with a pathLenConstraint, though it is for no CA.
    NoAuthoritysLength,
    /// A basicConstraints with something behind it.
    FollowedConstraints,
    /// A subjectKeyIdentifier or an authorityKeyIdentifier that is none.
    NoIdentifier,
    /// An authorityKeyIdentifier with more in it than there is to say.
    OddIdentifier,
    /// A cRLDistributionPoints that is none.
    NoPoints,
    /// A cRLDistributionPoints with what is no point, or one whose name is none.
    NoPoint,
    /// A cRLDistributionPoints with a point that says nothing, or more than there is to say.
    OddPoint,
    /// A cRLDistributionPoints with something behind it.
    FollowedPoints,
    /// A certificatePolicies that is none, or with what is no policy.
    NoPolicies,
    /// A certificatePolicies without any, with qualifiers that are none, or with something behind it.
    OddPolicies,
    /// An authorityInfoAccess that is none, or with what is no description.
    NoAccess,
    /// An issuerAltName that is none.
    NoIssuerNames,
    /// A nameConstraints that is none.
    NoLimits,
    /// A nameConstraints that constrains nothing.
    EmptyLimits,
    /// A nameConstraints with other parts than it has.
    OddLimits,
    /// A nameConstraints with something behind it.
    FollowedLimits,
    /// An nsCertType that is none.
    NoNetscapeType,
    /// An nsCertType with something behind it.
    FollowedNetscapeType,
}

/// A flaw, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flawed {
    /// `O of the subject`, `the serial number`, `notBefore`.
    pub place: String,
    /// What is odd.
    pub flaw: Flaw,
}

impl Flaw {
    /// True for what no standard forbids, though some programs do not read it.
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Universal | Self::Numeric | Self::Bits | Self::BeforeEpoch)
    }

    /// True where the octets of a name make no sense, beyond letters that a kind of string should not hold.
    pub const fn is_senseless(self) -> bool {
        matches!(
            self,
            Self::NotUtf8
                | Self::HalfCharacter
                | Self::Surrogates
                | Self::NoCharacters
                | Self::Nested
                | Self::NoString
                | Self::LongTag
                | Self::Followed
                | Self::NoAttribute
        )
    }

    /// What stands there: `a UTF8String that is not UTF-8`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotUtf8 => "a UTF8String that is not UTF-8",
            Self::HalfCharacter => "a BMPString that ends within a character",
            Self::Surrogates => "a BMPString with characters beyond it",
            Self::NoCharacters => "a UniversalString of what is no character",
            Self::Universal => "a UniversalString",
            Self::NotPrintable => "a PrintableString with other characters than it may hold",
            Self::NotAscii => "an IA5String that is not ASCII",
            Self::Numeric => "a NumericString",
            Self::Bits => "a BIT STRING",
            Self::Nested => "a constructed value",
            Self::NoString => "a value that is no string",
            Self::LongTag => "a value with a tag of several octets",
            Self::EmptyRelativeName => "a relative name without attributes",
            Self::Followed => "an attribute with something after its value",
            Self::NoAttribute => "what is no attribute",
            Self::NoNumber => "a number without octets",
            Self::Padded => "a number that begins with needless octets",
            Self::Fraction => "a time with fractions of a second",
            Self::NoSeconds => "a GeneralizedTime without seconds",
            Self::NoSecondsUtc => "a UTCTime without seconds",
            Self::Offset => "a time that is not in UTC",
            Self::BeforeEpoch => "a time before 1970",
            Self::LongLength => "a length in more octets than it needs",
            Self::LongLengthInSubject => "a length in a subject in more octets than it needs",
            Self::LongLengthInIssuer => "a length in an issuer in more octets than it needs",
            Self::LongLengthOfBody => "the length of all that is signed in more octets than it needs",
            Self::NoKeyUsage => "a keyUsage that cannot be read",
            Self::FollowedKeyUsage => "a keyUsage with something behind it",
            Self::NoPurposes => "an extKeyUsage that cannot be read",
            Self::FollowedPurposes => "an extKeyUsage with something behind it",
            Self::NoConstraints => "a basicConstraints that cannot be read",
            Self::OddConstraints => "a basicConstraints with more in it than there is to say",
            Self::NoAuthoritysLength => "a basicConstraints with a path length, though for no CA",
            Self::FollowedConstraints => "a basicConstraints with something behind it",
            Self::NoIdentifier => "a key identifier that cannot be read",
            Self::OddIdentifier => "an authorityKeyIdentifier with more in it than there is to say",
            Self::NoPoints => "a cRLDistributionPoints that cannot be read",
            Self::NoPoint => "a cRLDistributionPoints with what is no point",
            Self::OddPoint => "a cRLDistributionPoints with a point that leads nowhere",
            Self::FollowedPoints => "a cRLDistributionPoints with something behind it",
            Self::NoPolicies => "a certificatePolicies that cannot be read",
            Self::OddPolicies => {
                "a certificatePolicies that is empty, or has in or behind it what does not belong there"
            }
            Self::NoAccess => "an authorityInfoAccess that cannot be read",
            Self::NoIssuerNames => "an issuerAltName that cannot be read",
            Self::NoLimits => "a nameConstraints that cannot be read",
            Self::EmptyLimits => "a nameConstraints that is empty",
            Self::OddLimits => "a nameConstraints with more in it than there is to say",
            Self::FollowedLimits => "a nameConstraints with something behind it",
            Self::FollowedNetscapeType => "an nsCertType with something behind it",
            Self::NoNetscapeType => "an nsCertType that cannot be read",
        }
    }
}

/// `O of the subject: a UTF8String that is not UTF-8`
impl fmt::Display for Flawed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.flaw.words())
    }
}
