//! Reports for people: plain words, a colour only where the word beside it says the same.

mod authority;
mod check;
mod cure;
mod inspect;
mod install;
mod keys;
mod layout;
mod names;
mod order;
mod plan;
mod renew;
mod services;
mod summary;
mod verdicts;

pub use authority::{Answer, answered, authorities, authority, order, orders};
pub use check::{check, check_kept, faults};
pub use cure::{Kept, argument_of, quoted};
pub use inspect::{inspect, inspect_presented, keys};
pub use install::{Installed, Next, installed};
pub use keys::{key_tree, one_key};
pub use layout::Page;
pub use names::names;
pub use order::{ordered, would_order};
pub use plan::{key_of, made, plan};
pub use renew::{Outcome, Renewed, renewed};
pub use services::{services, services_kept, table};
pub use summary::{PassedOver, summary};
pub use verdicts::verdicts;
