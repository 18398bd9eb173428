//! Authorities sign requests: the online one (ACME), and a private one of the user's own.

pub mod acme;
mod way;

pub use way::{Challenge, Online, Way};
