#!/usr/bin/env bash
# Measures the ledger beside Tessera, and positions, and writes the section "The
# ledger" of RESULTS.md. Needs Go and a PostgreSQL in which it may make a schema
# of its own: GUANJI_BENCH_POSTGRES, else the one of this machine. Takes about
# ten minutes. SECONDS_EACH says how long each load lasts, LEAVES how many
# leaves are proved and verified.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./section.sh
postgres=${GUANJI_BENCH_POSTGRES:-postgres://postgres@127.0.0.1:5432/test}
tmp=$(mktemp -d -p .)
trap 'rm -rf "$tmp"' EXIT

go build -o "$tmp/ledger" ./ledger
before=$(cut -d' ' -f1 /proc/loadavg)
"$tmp/ledger" "$tmp" "$postgres" "${SECONDS_EACH:-5}" "${LEAVES:-1000000}" >"$tmp/tables" 2>"$tmp/log" || { tail -5 "$tmp/log" >&2; exit 1; }

cat >"$tmp/section" <<END
## The ledger

Measured $(date +%F) by \`bench/ledger.sh\` on $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1),
$(go version | cut -d' ' -f3,4), $(df --output=fstype . | tail -1), PostgreSQL $(psql -qtA "$postgres" -c 'show server_version' | cut -d' ' -f1) on the same machine.
The machine is shared and noisy: load before $before, after $(cut -d' ' -f1 /proc/loadavg). Trust the ratios.
Peer: Tessera $(go list -m -f '{{.Version}}' github.com/transparency-dev/tessera), POSIX storage, each wait until an entry is durable and in the tree.

Leaves a second, acknowledged as durable, the best of three rounds of ${SECONDS_EACH:-5} s; in brackets how many times the
peer's best under the same load. Ours does more for each: it also states something, as a row of its own.

$(cat "$tmp/tables")
END
replace_section 'The ledger' "$tmp/section"
cat "$tmp/section"
