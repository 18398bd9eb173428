//! Authorities sign requests: the online one (ACME), and a private one of the user's own.

pub mod acme;
mod due;
mod mark;
pub mod private;
mod record;
mod way;

pub use due::due_from;
pub use mark::{is_marked, mark, unmark};
pub use way::{Challenge, Online, Way};
