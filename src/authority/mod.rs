//! Authorities sign requests: the online one (ACME), and a private one of the user's own.

pub mod private;
mod way;

pub use way::{Challenge, Online, Way};
