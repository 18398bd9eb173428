#!/usr/bin/env bash
# certfix beside what a user would pick instead, in one run, printed as ratios. Needs openssl, hyperfine and python3
# (all Debian packages). Timing decides no test; this is for reading.
#
# usage: benches/compare.sh [FOLDER for scratch files]
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked --quiet
certfix=$PWD/target/release/certfix
scratch=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/certfix-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

mean() { # file, index of the command
    python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["results"][int(sys.argv[2])]["mean"])' "$1" "$2"
}
compare() { # title, limit, hyperfine arguments...
    local title=$1 limit=$2
    shift 2
    hyperfine --style none --shell=none --warmup 20 --runs 300 --export-json times.json "$@" >/dev/null 2>&1
    python3 - "$title" "$limit" "$(mean times.json 0)" "$(mean times.json 1)" <<'PYTHON'
import sys
title, limit, ours, theirs = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
print(f"{title:<28} certfix {ours*1e3:7.2f} ms   openssl {theirs*1e3:7.2f} ms   ratio {ours/theirs:5.2f}   (goal: at most {limit})")
PYTHON
}

echo "scratch: $scratch ($(stat -f -c %T .))"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key -subj /CN=remote.contoso.com \
    -addext subjectAltName=DNS:remote.contoso.com -x509 -days 90 -out old.cer 2>/dev/null

# Each run of certfix makes a key folder of its own; the folder of the run before is removed first, outside the clock.
compare "csr, P-256" 0.4 \
    --prepare 'rm -rf store' "$certfix csr --fqdn remote.contoso.com --key p-256 --store store" \
    --prepare 'rm -f new.key new.csr' \
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout new.key -out new.csr -subj /CN=remote.contoso.com -addext subjectAltName=DNS:remote.contoso.com'
compare "inspect, one file" 1.0 "$certfix inspect old.cer" 'openssl x509 -in old.cer -noout -text'

mkdir many
count=0
while [ "$count" -lt 10000 ]; do
    for file in "$OLDPWD"/tests/corpora/gen/certs/*.der "$OLDPWD"/tests/corpora/gen/certs/*.pem; do
        [ "$count" -lt 10000 ] || break
        cp "$file" "many/$count-${file##*/}"
        count=$((count + 1))
    done
done
check=("$certfix" check many --fqdn remote.contoso.com --format json)
python3 - "${check[@]}" <<'PYTHON'
import subprocess, sys, time
times = []
for _ in range(7):
    start = time.monotonic()
    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
    times.append(time.monotonic() - start)
best, middle = min(times), sorted(times)[3]
print(f"check, 10,000 certificates   {10000/middle:,.0f} per second (median of 7; best {10000/best:,.0f})   ratio to 50,000: {10000/middle/50000:.2f}   (goal: at least 1.0)")
PYTHON
python3 - many <<'PYTHON'
import glob, subprocess, sys, time
files = sorted(glob.glob(sys.argv[1] + "/*.pem"))[:300]
start = time.monotonic()
for file in files:
    subprocess.run(["openssl", "x509", "-in", file, "-noout", "-text", "-checkhost", "remote.contoso.com"], stdout=subprocess.DEVNULL)
print(f"  beside it, openssl x509 -checkhost in a loop: {len(files)/(time.monotonic()-start):,.0f} per second")
PYTHON
