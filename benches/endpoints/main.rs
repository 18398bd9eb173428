//! 200 live services at once: one `certfix check` beside a loop of `openssl s_client` at the same parallelism.
//!
//! usage: endpoints CERTFIX. Timing decides no test; this is for reading.

#![allow(clippy::print_stdout, reason = "a program for developers")]
#![cfg_attr(target_os = "linux", allow(clippy::unwrap_used, reason = "a measurement that cannot go on has failed"))]

#[cfg(target_os = "linux")]
#[path = "../../tests/support/authority.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod authority;
#[cfg(target_os = "linux")]
mod race;
#[cfg(target_os = "linux")]
#[path = "../../tests/support/servers/mod.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod servers;

fn main() {
    // `cargo bench` adds a flag of its own.
    let certfix = std::env::args_os().skip(1).find(|argument| argument != "--bench");
    match certfix {
        #[cfg(target_os = "linux")]
        Some(certfix) => race::run(&certfix),
        _ => println!("usage, on Linux: endpoints CERTFIX; benches/compare.sh calls it"),
    }
}
