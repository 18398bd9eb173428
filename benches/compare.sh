#!/usr/bin/env bash
# certfix beside what a user would pick instead, in one run, printed as ratios. Needs openssl and python3 (Debian packages).
# Timing decides no test; this is for reading.
#
# usage: benches/compare.sh [FOLDER for scratch files]
#
# The scratch folder is in memory where there is /dev/shm, so that programs are compared and not disks: certfix waits until
# a new key is on the disk (four fsyncs), openssl does not. One more line shows certfix and openssl on the disk.
#
# Beside each time stands the same from the processor time alone, which what else runs on the machine changes less.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked --quiet
memory=/tmp
[ -w /dev/shm ] && memory=/dev/shm
scratch=$(mktemp -d "${1:-$memory}/certfix-bench.XXXXXX")
disk=$(mktemp -d "${TMPDIR:-/tmp}/certfix-bench.XXXXXX")
trap 'rm -rf "$scratch" "$disk"' EXIT
root=$PWD
# A copy, as `cargo install` leaves one: pages that the linker wrote one by one take longer to map whenever the program starts.
certfix=$disk/bin/certfix
install -D target/release/certfix "$certfix"
cd "$scratch"

# Both programs in turn, so that a machine that is faster at one moment than at another is so for both.
compare() { # title, limit, folder, files that ours makes there, command of ours, files that theirs makes, command of theirs
    python3 - "$@" <<'PYTHON'
import os, shutil, shlex, statistics, sys, time
title, limit, folder, *sides = sys.argv[1:]
RUNS, WARMUP = 400, 20
quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]

def run(made, command):
    for name in made.split():
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        if os.path.exists(os.path.join(folder, name)):
            os.remove(os.path.join(folder, name))
    words = shlex.split(command)
    start = time.perf_counter()
    _, status, usage = os.wait4(os.posix_spawnp(words[0], words, os.environ, file_actions=quiet), 0)
    assert status == 0, command
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime

pairs = [(run(*sides[:2]), run(*sides[2:])) for _ in range(WARMUP + RUNS)][WARMUP:]
def middle(side, figure): return statistics.median(pair[side][figure] for pair in pairs)
ours, theirs = middle(0, 0), middle(1, 0)
print(f"{title:<28} certfix {ours*1e3:7.2f} ms   openssl {theirs*1e3:7.2f} ms   ratio {ours/theirs:5.2f}   "
      f"processor {middle(0, 1)/middle(1, 1):5.2f}   (medians of {RUNS}; goal: at most {limit})")
PYTHON
}

echo "scratch: $scratch ($(stat -f -c %T .))"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout old.key -subj /CN=remote.contoso.com \
    -addext subjectAltName=DNS:remote.contoso.com,DNS:autodiscover.contoso.com -addext extendedKeyUsage=serverAuth \
    -addext keyUsage=digitalSignature -addext basicConstraints=critical,CA:FALSE -x509 -days 90 -out old.cer 2>/dev/null

# Both write into a folder that is there; what the run before made is removed first, outside the clock.
csr() { # title, folder
    compare "$1" 0.4 "$2" \
        remote.contoso.com "$certfix csr --fqdn remote.contoso.com --key p-256 --store $2" \
        'new.key new.csr' "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $2/new.key -out $2/new.csr -subj /CN=remote.contoso.com -addext subjectAltName=DNS:remote.contoso.com"
}
mkdir "$scratch/csr" "$disk/csr"
csr "csr, P-256" "$scratch/csr"
csr "csr, P-256, synced to disk" "$disk/csr"
compare "inspect, one file" 1.0 . '' "$certfix inspect old.cer" '' 'openssl x509 -in old.cer -noout -text'

# Three folders of 10,000: certificates of the name asked for; one for each of 10,000 other hosts; and certificates of
# strangers with faults of all kinds to report, 17 names in one on average.
mkdir good others strangers
for number in $(seq 10000); do cp old.cer "good/$number.cer"; done
python3 - <<'PYTHON'
import ssl
der = ssl.PEM_cert_to_DER_cert(open("old.cer").read())
for number in range(10000):
    other = der.replace(b"remote.contoso.com", b"mail-%05d.example" % number)
    open(f"others/{number}.cer", "w").write(ssl.DER_cert_to_PEM_cert(other))
PYTHON
count=0
while [ "$count" -lt 10000 ]; do
    for file in "$root"/tests/corpora/gen/certs/*.der "$root"/tests/corpora/gen/certs/*.pem; do
        [ "$count" -lt 10000 ] || break
        cp "$file" "strangers/$count-${file##*/}"
        count=$((count + 1))
    done
done
for folder in good others strangers; do
    python3 - "$folder" "$certfix" check "$folder" --fqdn remote.contoso.com --format json <<'PYTHON'
import resource, subprocess, sys, time
def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
times, processor = [], []
for _ in range(9):
    start, before = time.monotonic(), spent()
    subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL)
    times.append(time.monotonic() - start)
    processor.append(spent() - before)
middle, worked = sorted(times)[4], sorted(processor)[4]
print(f"check 10,000, {sys.argv[1]:<14} {10000/middle:,.0f} per second (median of 9)   ratio {10000/middle/50000:.2f}   "
      f"at most {10000/worked*2:,.0f} by the processor time, with two cores to itself   (goal: at least 1.0 of 50,000)")
PYTHON
done
python3 - strangers <<'PYTHON'
import glob, subprocess, sys, time
files = sorted(glob.glob(sys.argv[1] + "/*.pem"))[:300]
start = time.monotonic()
for file in files:
    subprocess.run(["openssl", "x509", "-in", file, "-noout", "-text", "-checkhost", "remote.contoso.com"], stdout=subprocess.DEVNULL)
print(f"  beside it, openssl x509 -checkhost in a loop: {len(files)/(time.monotonic()-start):,.0f} per second")
PYTHON

# 200 services on loopback, in a process of their own.
cargo bench --manifest-path "$root/Cargo.toml" --profile dev --quiet --bench endpoints -- "$certfix"

# 1,000 requests signed by a CA: in one call, and in a loop with `openssl x509 -req`. The same requests, the same kind of CA key.
mkdir -p ca/requests
for index in $(seq 1000); do
    openssl req -new -key old.key -subj "/CN=h$index.contoso.com" -addext "subjectAltName=DNS:h$index.contoso.com" \
        -out "ca/requests/$index.csr"
done
echo secret >ca/password
for kind in p-256 rsa-2048; do
    "$certfix" ca init "CA $kind" --key "$kind" --new-password-file ca/password --store ca/store >/dev/null
    folder=ca/store/_ca/ca-$kind
    openssl pkey -in "$folder/root-key.pem" -passin file:ca/password -out "ca/$kind.key"
    python3 - "$kind" "$folder" "$certfix" <<'PYTHON'
import glob, os, subprocess, sys, time
kind, folder, certfix = sys.argv[1:]
requests = sorted(glob.glob("ca/requests/*.csr"))
start = time.monotonic()
subprocess.run([certfix, "ca", "sign", *requests, "--ca", "ca-" + kind, "--yes", "--password-file", "ca/password",
                "--store", "ca/store", "-o", "ca/ours-" + kind], stdout=subprocess.DEVNULL, check=True)
ours = time.monotonic() - start
assert len(os.listdir("ca/ours-" + kind)) == len(requests)
os.mkdir("ca/theirs-" + kind)
start = time.monotonic()
for request in requests:
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", folder + "/root.pem", "-CAkey", f"ca/{kind}.key", "-days", "397",
                    "-copy_extensions", "copy", "-out", f"ca/theirs-{kind}/" + os.path.basename(request)],
                   stderr=subprocess.DEVNULL, check=True)
theirs = time.monotonic() - start
print(f"ca sign 1,000, {kind:<9} certfix {ours:6.2f} s   openssl {theirs:6.2f} s   {theirs/ours:5.1f} times as fast   (goal: at least 5)")
PYTHON
done
