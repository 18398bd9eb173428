//! How the program is linked, so that it starts soon.

use std::env;
use std::process::Command;

/// The functions that a short run needs, for the linker to lay side by side; `benches/startup.sh` writes it.
const ORDER: &str = "benches/startup.ld";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ORDER}");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    if of_target("OS") != "linux" || of_target("ENV") != "gnu" {
        return;
    }
    if has_static_unwinder() {
        // It unwinds panics, and comes before the standard library, which then has no need for the shared one: a library
        // less to load whenever the program starts.
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
    if of_target("ARCH") == "x86_64" && variable("PROFILE") == "release" && links_as_usual() {
        println!("cargo::rustc-link-arg-bin=certfix=-T{}/{ORDER}", variable("CARGO_MANIFEST_DIR"));
        // At a fixed place there is nothing to relocate: 11,000 pointers on 50 pages otherwise, a seventh of a short run. Libraries, heap
        // and stack stay where chance puts them. Whoever wants the program there as well says so: `-C relocation-model=pie`.
        println!("cargo::rustc-link-arg-bin=certfix=-no-pie");
    }
}

fn of_target(part: &str) -> String {
    variable(&format!("CARGO_CFG_TARGET_{part}"))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn has_static_unwinder() -> bool {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let found = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    // What is not found is printed as it was asked for.
    found.is_ok_and(|found| found.stdout.starts_with(b"/"))
}

/// Nobody chose a linker, or where the program is to lie: GNU's and LLVM's, which Rust takes, know such scripts, and others may not.
fn links_as_usual() -> bool {
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    variable("RUSTC_LINKER").is_empty() && !flags.contains("link") && !flags.contains("relocation-model")
}
