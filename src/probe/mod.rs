//! Looking at live servers: addresses become connections, and connections come to where TLS begins.
//!
//! Promises: every step ends in time and in size, whatever the server does; nothing that came before TLS is given to TLS.

mod address;
mod protocols;
#[cfg(test)]
mod script;
mod wire;

pub use address::Asked;
pub use protocols::{ALL, Opened, Plain, Protocol, Scheme, by_port, by_scheme, detect, usual};
pub use wire::{HANDSHAKE_LIMIT, LINE_LIMIT, STEP_LIMIT, Wire, cause};
