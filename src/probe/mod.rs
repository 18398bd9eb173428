//! Looks at live servers: addresses become connections, connections come to where TLS begins, and handshakes go as far as
//! the certificate.
//!
//! Promises: every step ends in time and in size, whatever the server does; nothing that came before TLS is given to TLS;
//! an address is never sent as a server name; no server harms what is seen of another.

mod address;
mod protocols;
#[cfg(test)]
mod script;
mod survey;
pub mod tls;
mod tour;
mod wire;

pub use address::Asked;
pub use protocols::{ALL, Opened, Plain, Protocol, Scheme, by_port, by_scheme, detect, usual};
pub use survey::{Errand, Manners, survey};
pub use tour::other_keys;
pub use wire::{HANDSHAKE_LIMIT, LINE_LIMIT, STEP_LIMIT, Wire, cause};
