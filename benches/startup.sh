#!/usr/bin/env bash
# Writes benches/startup.ld anew: the functions that `certfix csr` runs, for the linker to lay side by side.
#
# A short run waits for pages more than it computes: functions that are spread over the whole program take 70 page faults,
# side by side they take 11. What is left out of the list stays where the linker puts it. Needs python3 and valgrind (Debian
# packages), and the minutes of a release build.
set -euo pipefail
cd "$(dirname "$0")/.."

# Names carry a hash of the profile; a flag for this one call leaves it as it is.
cargo rustc --release --locked --quiet --target-dir target/startup --bin certfix -- -C strip=none
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
certfix=target/startup/release/certfix

# Into a store that has a key already.
"$certfix" csr --fqdn autodiscover.contoso.com --key p-256 --store "$scratch/store" >"$scratch/said"
valgrind --tool=callgrind --demangle=no --callgrind-out-file="$scratch/run" -q \
    "$certfix" csr --fqdn remote.contoso.com --key p-256 --store "$scratch/store" >"$scratch/said"
readelf --syms --wide "$certfix" >"$scratch/symbols"
nm --print-file-name --defined-only target/startup/release/deps/libaws_lc_sys-*.rlib >"$scratch/objects" 2>"$scratch/said"
python3 - "$scratch"/{symbols,objects,run} >"$scratch/startup.ld" <<'PYTHON'
import re, sys
symbols, objects, run = sys.argv[1:]
functions = {words[7] for words in map(str.split, open(symbols)) if len(words) > 7 and words[3] == "FUNC" and words[6] != "UND"}
ran = functions & set(re.findall(r"fn=\(\d+\) ([^\s']+)", open(run).read()))

# Hashes and numbers change with the compiler, a version and where the program is built from; a name without them is the same
# everywhere, and is that of many functions that did not run. So those follow those that did.
def shape(name):
    name = re.sub(r"17h[0-9a-f]{16}E(\.\d+)?$", "17h*", re.sub(r"^aws_lc_\d+_\d+_\d+_", "aws_lc_*_", name))
    return re.sub(r"\.\d+$", "*", name)
names = sorted(ran) + sorted({shape(name) for name in ran} - ran)

# What is written in assembly has one section for each file, with what other processors run instead.
assembled = {found[1] for line in open(objects) if ran.intersection(line.split()[-1:])
             for found in [re.search(r"-((?:\w+-)?x86_64[\w-]*|bignum_\w+)\.o:", line)] if found}
print("/* Functions that `certfix csr` runs, side by side. Written by benches/startup.sh. */")
print("SECTIONS\n{\n  .text.startup_order :\n  {")
for file in sorted(assembled):
    print(f"    *-{file}.o(.text)")
for name in names:
    print(f"    *({' '.join(f'.text.{kind}{name}' for kind in ('', 'unlikely.', 'startup.', 'exit.'))})")
print("  }\n}\nINSERT BEFORE .text;")
PYTHON
mv "$scratch/startup.ld" benches/startup.ld
wc -l benches/startup.ld
