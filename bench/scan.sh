#!/usr/bin/env bash
# Measures the scan beside reading alone and ripgrep with fourteen patterns like
# its detectors, over one corpus with planted truth, and prints two tables for
# RESULTS.md. Usage: ./scan.sh [MEBIBYTES]; it needs ripgrep.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
size=${1:-1024}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export GUANJI_HOME=$tmp/home GOROOT
GOROOT=$(go env GOROOT)
(cd .. && go build -o "$tmp/guanji" ./cmd/guanji)
go run ./scan write "$tmp/corpus" "$size"
kinds=cn_rid18,cn_mobile,cn_bankcard,email,ipv4,cn_plate,cn_passport,cn_uscc,secret_key,secret_pem,secret_aliyun_ak,secret_tencent_ak,mac,cn_vin

# rate runs a command on the files of a kind twice and prints MB/s by the CPU
# time of the better run.
rate() {
	local list=$1 bytes best=
	shift
	bytes=$(xargs -0 cat <"$list" | wc -c)
	for _ in 1 2; do
		TIMEFORMAT='%U %S'
		used=$( { time "$@" >/dev/null 2>&1 || true; } 2>&1 | awk '{print $1 + $2}')
		best=$(awk -v a="${best:-1e9}" -v b="$used" 'BEGIN {print (a < b) ? a : b}')
	done
	awk -v n="$bytes" -v s="$best" 'BEGIN {printf "%.0f", n / s / 1e6}'
}

echo "| MB/s of CPU time | read alone | 14 kinds | all kinds | ripgrep, 14 patterns | 14 kinds : ripgrep |"
echo "|---|---|---|---|---|---|"
for kind in source prose.txt rows.csv logs.json; do
	dir=$tmp/kind/$kind
	mkdir -p "$dir"
	if [ "$kind" = source ]; then
		mv "$tmp/corpus/source" "$dir/"
	else
		find "$tmp/corpus/data" -name "*-$kind" -exec ln {} "$dir/" \;
	fi
	find "$dir" -type f -print0 >"$tmp/list"
	read_=$(rate "$tmp/list" env GOMAXPROCS=1 xargs -0 -a "$tmp/list" cat)
	ours=$(rate "$tmp/list" env GOMAXPROCS=1 "$tmp/guanji" scan "$dir" --workers 1 -q --format jsonl --detectors "$kinds")
	all=$(rate "$tmp/list" env GOMAXPROCS=1 "$tmp/guanji" scan "$dir" --workers 1 -q --format jsonl)
	peer=$(rate "$tmp/list" rg -j1 --no-ignore --count-matches -f scan/rules.txt "$dir")
	echo "| $kind | $read_ | $ours | $all | $peer | $(awk -v a="$ours" -v b="$peer" 'BEGIN {printf "%.1f", a / b}') |"
done
echo
"$tmp/guanji" scan "$tmp/corpus" -q --format jsonl >"$tmp/findings.jsonl"
echo "| detector | right | wrong | missed | precision | recall | F1 |"
echo "|---|---|---|---|---|---|---|"
go run ./scan compare "$tmp/corpus" "$tmp/findings.jsonl"
