//! Reports for people: plain words, a colour only where the word beside it says the same.

mod check;
mod inspect;
mod layout;
mod names;
mod plan;
mod services;

pub use check::{check, faults, quoted, summary, verdicts};
pub use inspect::{inspect, keys};
pub use layout::Page;
pub use names::names;
pub use plan::{made, plan};
pub use services::{services, table};
