#!/usr/bin/env bash
# Measures and writes RESULTS.md. Needs Go; takes about two minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export GUANJI_HOME=$tmp/home

(cd .. && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$tmp/guanji" ./cmd/guanji)
go build -o "$tmp/cold" ./cold
go run ./organization 50 >"$tmp/fifty.yaml"
"$tmp/guanji" law check ../content >"$tmp/content"
go test . >&2 # rates are compared only if both decide the same
for _ in 1 2 3 4 5; do # not -count 5: in rounds, so that a busy moment falls on all alike
	go test -run '^$' -bench . -benchtime 3s
done | tee "$tmp/bench" >&2

# rates prints the best and the worst rate of one benchmark.
rates() {
	awk -v name="^Benchmark$1(-|\$)" '$1 ~ name { for (i = 2; i < NF; i++) if ($(i+1) == "systems/s") print $i }' "$tmp/bench" |
		sort -gr | awk '{ rate[NR] = $1 } END { if (NR != 5) exit 1; printf "%d %d\n", rate[1], rate[5] }'
}

# row prints what was measured, its rates, and how many times the peer's best it is.
row() {
	local best worst
	read -r best worst <<<"$(rates "$1")"
	printf '| %s | %d | %d | %s |\n' "$2" "$best" "$worst" "$(awk -v a="$best" -v b="$peer" 'BEGIN { printf "%.1f", a / b }')"
}

report() {
	peer=$(rates Peer | cut -d' ' -f1)
	cat <<-END
		# Results

		Measured $(date +%F) by \`bench/run.sh\` on $(nproc) cores of $(sed -n 's/^cpu: //p' "$tmp/bench" | head -1),
		$(go version | cut -d' ' -f3,4). The machine is shared and noisy: trust the ratios.
		Peer: Open Policy Agent $(go list -m -f '{{.Version}}' github.com/open-policy-agent/opa) as a library.
		Content: $(sed 's/.*: //' "$tmp/content").

		## Rate, side by side in one run

		\`go test -run '^$' -bench . -benchtime 3s\`, five rounds. One organization in a listed sector with 10,000 systems,
		a third of all facts unknown, all facts read beforehand, one goroutine.

		| what | systems/s, best of five | worst | best, times the peer |
		|---|---:|---:|---:|
		$(row Whole "the whole content: screening, and every duty, with reasons")
		$(row Screening "screening alone, with reasons, missing facts and flips")
		$(row Peer "the peer: the status of screening alone, without reasons")

		The rows do not do the same work: the peer does the least. It gives the same status as this program to 6,000 systems,
		and \`go test .\` checks that none of over a hundred small mistakes in its policy would go unseen.

		## A cold process

		The files are in the cache of the system; the program is new each time, and reads and checks all content.

		| command | median wall of 20 | most memory (resident) |
		|---|---:|---:|
		$("$tmp/cold" '`guanji assess FILE --on 2026-09-01 --format json`: one organization of 50 systems' "$tmp/guanji" assess "$tmp/fifty.yaml" --on 2026-09-01 --format json)
		$("$tmp/cold" '`guanji demo`: the first answer' "$tmp/guanji" demo)
		$("$tmp/cold" '`guanji transfer decide transfer.json --on 2026-09-01`' "$tmp/guanji" transfer decide transfer.json --on 2026-09-01)

		## Size

		The stripped static binary (\`CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' ./cmd/guanji\`): $(wc -c <"$tmp/guanji") bytes.
	END
}

report >"$tmp/results"
others=$(sed -n '/^## The \(pages\|ledger\)$/,$p' RESULTS.md) # written by web.sh, ledger.sh and respond.sh
[ -z "$others" ] || printf '\n%s\n' "$others" >>"$tmp/results"
mv "$tmp/results" RESULTS.md
cat RESULTS.md
