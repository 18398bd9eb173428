//! Links what unwinds panics into the program, where the linker has it as a static library, as GCC's has: a library less to
//! load whenever the program starts.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" && has_static_unwinder() {
        // It comes before the standard library, which then has no need for the shared one.
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

fn has_static_unwinder() -> bool {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let found = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    // What is not found is printed as it was asked for.
    found.is_ok_and(|found| found.stdout.starts_with(b"/"))
}
