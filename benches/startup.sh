#!/usr/bin/env bash
# Writes benches/startup.ld anew: the functions that `certfix csr` runs, for the linker to lay side by side.
#
# A short run waits for pages more than it computes: functions that are spread over the whole program take 70 page faults,
# side by side they take 25. What is left out of the list, or is called otherwise by another compiler, stays where the linker
# puts it. Needs python3 and valgrind (Debian packages), and the minutes of a release build.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_PROFILE_RELEASE_STRIP=none
cargo build --release --locked --quiet --target-dir target/startup
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
certfix=target/startup/release/certfix

run() { # key
    valgrind --tool=callgrind --demangle=no --callgrind-out-file="$scratch/$1" -q \
        "$certfix" csr --fqdn remote.contoso.com --key "$1" --store "$scratch/store.$1" >"$scratch/said"
}

run p-256
readelf --syms --wide "$certfix" >"$scratch/symbols"
python3 - "$scratch"/{symbols,p-256} >"$scratch/startup.ld" <<'PYTHON'
import re, sys
symbols, *runs = sys.argv[1:]
functions = {words[7] for words in map(str.split, open(symbols)) if len(words) > 7 and words[3] == "FUNC" and words[6] != "UND"}
ran = {name for run in runs for name in re.findall(r"fn=\(\d+\) ([^\s']+)", open(run).read())}
# Hashes and numbers of versions change; a name without them is the same everywhere.
shapes = {re.sub(r"17h[0-9a-f]{16}E$", "17h*", re.sub(r"^aws_lc_\d+_\d+_\d+_", "aws_lc_*_", name)) for name in ran & functions}
print("/* Functions that `certfix csr` runs, side by side. Written by benches/startup.sh. */")
print("SECTIONS\n{\n  .text.startup_order :\n  {")
for shape in sorted(shapes):
    print(f"    *(.text.{shape} .text.unlikely.{shape})")
print("  }\n}\nINSERT BEFORE .text;")
PYTHON
mv "$scratch/startup.ld" benches/startup.ld
wc -l benches/startup.ld
