#!/usr/bin/env bash
# Measures background work beside River, and how late the clocks of incidents
# fire, and writes the section "Background work" of RESULTS.md. Needs Go and a
# PostgreSQL in which it may make schemas of its own: GUANJI_BENCH_POSTGRES,
# else the one of this machine. Takes about twenty minutes. JOBS says how many
# jobs are done, CLOCKS how many clocks run, SECONDS_SPREAD in how many seconds
# they end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./section.sh
postgres=${GUANJI_BENCH_POSTGRES:-postgres://postgres@127.0.0.1:5432/test}
jobs=${JOBS:-10000} clocks=${CLOCKS:-10000} spread=${SECONDS_SPREAD:-60}
tmp=$(mktemp -d -p .)
trap 'rm -rf "$tmp"' EXIT

go build -o "$tmp/respond" ./respond
before=$(cut -d' ' -f1 /proc/loadavg)
"$tmp/respond" "$tmp" "$postgres" "$jobs" "$clocks" "$spread" >"$tmp/tables" 2>"$tmp/log" || { tail -5 "$tmp/log" >&2; exit 1; }

# tables prints those before or after the empty line.
tables() { awk -v part="$1" 'BEGIN { n = 1 } $0 == "" { n++; next } n == part' "$tmp/tables"; }

cat >"$tmp/section" <<END
## Background work

Measured $(date +%F) by \`JOBS=$jobs CLOCKS=$clocks SECONDS_SPREAD=$spread bench/respond.sh\` on $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1),
$(go version | cut -d' ' -f3,4), $(df --output=fstype . | tail -1), PostgreSQL $(psql -qtA "$postgres" -c 'show server_version' | cut -d' ' -f1) on the same machine.
The machine is shared and noisy: load before $before, after $(cut -d' ' -f1 /proc/loadavg). Trust the ratios.
Peer: River $(go list -m -f '{{.Version}}' github.com/riverqueue/river) (MPL-2.0), with 100 workers and else as it comes, and once more as its own benchmark sets it: 2,000 workers, a fetch every 2 ms.
Its SQLite driver is called early by its authors, and ends jobs one row at a time.

Empty jobs a second, of $jobs, the best of three rounds; in brackets how many times the peer's best on the same database.
In the program a job stands beside what it belongs to: the first two rows write a step of a case and its leaf in the ledger
with each, in one transaction; when all are there, they came with one step.

$(tables 1)

How late: $clocks clocks of incidents of one organization, each with one person to be told by one channel; and as many empty
jobs, due within $spread seconds, as each queue comes (ours looks four times a second, River once).

$(tables 2)
END
replace_section 'Background work' "$tmp/section"
cat "$tmp/section"
