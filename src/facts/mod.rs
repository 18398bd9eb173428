//! What was seen: pure data about certificates, requests, keys and names. Nothing here reads a file or a clock.

mod account;
mod address;
mod certificate;
mod distinguished_name;
mod endpoint;
mod evidence;
#[cfg(test)]
pub(crate) mod fixture;
mod identity;
mod key;
mod moment;
mod name;
mod name_fault;
mod names;
mod read;
mod request;
mod service;
mod signature;
mod statement;
mod survey;
mod target;
mod text;
pub(crate) mod tlv;
mod trust;
mod usage;

pub use account::{Account, begins_in_plain_text, begins_with_tls};
pub use address::{Reservation, reservation};
pub use certificate::{Certificate, Serial};
pub use distinguished_name::{Attribute, AttributeKind, DistinguishedName, StringKind};
pub use endpoint::{Answer, Cause, Endpoint, Hello, KeysOffered, Look, Possession, Sni, Step, TlsVersion, Trouble};
pub use evidence::{Evidence, Item, KeyEntry, Order, PrivateKey, Repair, Source, Subject};
pub use identity::{BasicConstraints, Identity};
pub use key::{Curve, KeyKind, PublicKey};
pub use moment::{DAY, Moment};
pub use name::Name;
pub use name_fault::NameFault;
pub use names::{GeneralName, Names, SanExtension};
pub use request::Request;
pub use service::{Opening, Service};
pub use signature::{Digest, SignatureAlgorithm, Verification};
pub use statement::{Mark, Statement};
pub use survey::{Ports, Survey};
pub use target::{Host, Target};
pub use text::{Text, escape};
pub use trust::TrustStore;
pub use usage::{KeyUsage, Purpose};
