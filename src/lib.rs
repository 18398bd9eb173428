//! certfix: says what each generation of mail client will do with a certificate, and makes the one that cures it.
//!
//! Facts flow one way: bytes become facts ([`input`], [`facts`]), facts are judged by rules for client models
//! ([`judge`]), a report becomes a plan ([`plan`]), a plan becomes a request or certificate ([`issue`]) that is
//! kept in a [`store`].

pub mod accounts;
pub mod authority;
pub mod clients;
pub mod command;
pub mod deploy;
pub mod dns;
pub mod error;
pub mod facts;
pub mod input;
pub mod issue;
pub mod judge;
pub mod plan;
pub mod probe;
pub mod profiles;
pub mod report;
pub mod rules;
pub mod store;
pub mod told;

pub use error::Error;
