#!/usr/bin/env bash
# Measures the scan over one corpus with planted truth, beside reading alone,
# Vectorscan, ripgrep, gitleaks and trufflehog, and writes the section "The scan"
# of RESULTS.md. Usage: ./scan.sh [MEBIBYTES]; 1024 take about half an hour, 2 GB
# of memory and 8 GB below TMPDIR. PEER is how many mebibytes of each kind the
# slow peers are given, ROUNDS how often all else is run; the best counts.
#
# It needs Go, a C compiler, libvectorscan-dev, pkg-config, ripgrep and GNU time
# (apt-get install gcc libvectorscan-dev pkg-config ripgrep time), and a Go
# module proxy that has gitleaks. trufflehog is left out if it is not to be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./section.sh
size=${1:-1024} part=${PEER:-32} rounds=${ROUNDS:-3}
gitleaks_version=v8.30.0 trufflehog_version=v3.90.0

missing=
need() { "${@:2}" >/dev/null 2>&1 || missing="$missing $1"; }
need go go version
need gcc gcc --version
need pkg-config pkg-config --version
need libvectorscan-dev pkg-config --exists libhs
need ripgrep rg --version
need time /usr/bin/time -q true
if [ -n "$missing" ]; then
	echo "scan.sh: it needs what is not here:$missing" >&2
	exit 1
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export GUANJI_HOME=$tmp/home GOROOT
GOROOT=$(go env GOROOT)
mkdir -p "$tmp/bin" "$tmp/tmp" "$tmp/peer-home"
(cd .. && go build -o "$tmp/bin/guanji" ./cmd/guanji)
go build -o "$tmp/bin/scan" ./scan
(cd vectorscan && go build -tags vectorscan -o "$tmp/bin/vectorscan" .)
if ! GOBIN=$tmp/bin go install "github.com/zricethezav/gitleaks/v8@$gitleaks_version" 2>"$tmp/log"; then
	echo "scan.sh: gitleaks $gitleaks_version cannot be built:" >&2
	tail -3 "$tmp/log" >&2
	exit 1
fi
# go install refuses modules with replacements, so it is built from its folder.
trufflehog=$tmp/bin/trufflehog
if ! {
	folder=$(go mod download -json "github.com/trufflesecurity/trufflehog/v3@$trufflehog_version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') &&
		[ -n "$folder" ] && cp -r "$folder" "$tmp/trufflehog" && chmod -R u+w "$tmp/trufflehog" &&
		(cd "$tmp/trufflehog" && timeout 900 go build -o "$trufflehog" .)
} 2>"$tmp/log"; then
	echo "scan.sh: without trufflehog $trufflehog_version, which cannot be built: $(tail -1 "$tmp/log")" >&2
	trufflehog=
fi
rm -rf "$tmp/trufflehog"

kinds=(source prose.txt notes.txt rows.csv logs.json)
detectors=cn_rid18,cn_mobile,cn_bankcard,email,ipv4,cn_plate,cn_passport,cn_uscc,secret_key,secret_pem,secret_aliyun_ak,secret_tencent_ak,mac,cn_vin

# The corpus, a folder for each kind; and the first of each kind for slow peers.
corpus=$tmp/corpus mix=$tmp/mix few=$tmp/few
"$tmp/bin/scan" write "$corpus" "$size"
for kind in "${kinds[@]}"; do
	mkdir -p "$mix/$kind" "$few/$kind"
	if [ "$kind" = source ]; then
		mv "$corpus/source" "$mix/$kind/"
	else
		find "$corpus/data" -name "*-$kind" -exec ln {} "$mix/$kind/" \;
	fi
	(cd "$mix/$kind" && find . -type f -printf '%s %p\n') | sort -k2 |
		awk -v most="$((part << 20))" 'sum < most { sum += $1; sub(/^[0-9]+ /, ""); print }' >"$tmp/list"
	(cd "$mix/$kind" && xargs -d '\n' cp --parents -l -t "$few/$kind" <"$tmp/list")
done
mkdir "$tmp/nothing"
: >"$tmp/nothing/empty.txt"

# measure runs a command some times, each for at most some seconds, and sets
# cpu and wall to the least seconds and rss to the most MiB; late, and cpu to
# the limit, if it did not end.
measure() { # rounds limit command...
	local most=$1 limit=$2 round code wall_ user system resident
	shift 2
	cpu=1e9 wall=1e9 rss=0 late=
	for ((round = 0; round < most; round++)); do
		code=0
		/usr/bin/time -q -o "$tmp/time" -f '%e %U %S %M' timeout "$limit" "$@" >/dev/null 2>"$tmp/stderr" || code=$?
		if [ $code = 124 ]; then
			late='< ' cpu=$limit wall=$limit
			return
		elif [ $code -gt 1 ]; then # 1: something was found
			echo "scan.sh: it ends with $code: $*" >&2
			tail -5 "$tmp/stderr" >&2
			exit 1
		fi
		read -r wall_ user system resident <"$tmp/time"
		cpu=$(awk -v a="$cpu" -v b="$user" -v c="$system" 'BEGIN { b += c; print (a < b) ? a : b }')
		wall=$(awk -v a="$wall" -v b="$wall_" 'BEGIN { print (a < b) ? a : b }')
		rss=$(awk -v a="$rss" -v b="$resident" 'BEGIN { b = b / 1024; printf "%.0f", (a > b) ? a : b }')
	done
}
bytes() { find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { printf "%.0f", n }'; }
rate() { awk -v n="$1" -v s="$2" 'BEGIN { v = n / (s > 0.01 ? s : 0.01) / 1e6; printf v < 10 ? "%.1f" : "%.0f", v }'; }
calc() { awk "BEGIN { printf \"$1\", ($2) }"; }
scan() { # workers folder [flags]
	echo env GOMAXPROCS="$1" "$tmp/bin/guanji" scan "$2" --workers "$1" -q --format jsonl "${@:3}"
}
read_all() { echo xargs -0 -a "$1" cat; }
say() { echo "$(date +%T) $*" >&2; }

# aim adds a line to the table of aims.
aim() { # what ≥|≤|< aim measured unit
	local reached
	reached=$(awk -v side="$2" -v a="$3" -v m="$4" 'BEGIN { print (side == "≥" ? m >= a : side == "≤" ? m <= a : m < a) ? "yes" : "**no**" }')
	echo "| $1 | $2 $3$5 | $4$5 | $reached |" >>"$tmp/aims"
}

before=$(cut -d' ' -f1 /proc/loadavg)
declare -A engine_aim=([source]=1500 [prose.txt]=1200 [rows.csv]=500 [logs.json]=800)
declare -A ours
each=

# The engine, from memory.
: >"$tmp/engine"
for kind in "${kinds[@]}"; do
	say "the engine and Vectorscan: $kind"
	read -r _ few_rate found all found_all < <(GOMAXPROCS=1 timeout 1800 "$tmp/bin/scan" engine "$detectors" "$mix/$kind")
	read -r _ pat_c pat_n pat_go < <(timeout 1800 "$tmp/bin/vectorscan" scan/rules.txt "$mix/$kind")
	read -r _ own_c own_n own_go < <(timeout 1800 "$tmp/bin/vectorscan" scan/rules-vectorscan.txt "$mix/$kind")
	each="$each, $kind $(calc %.0f "$(bytes "$mix/$kind") / $found")"
	fastest=$(printf '%s\n' "$pat_c" "$own_c" | sort -n | tail -1)
	ratio=$(calc %.1f "$few_rate / $fastest")
	echo "| $kind | $few_rate | $found | $all | $found_all | $pat_c | $pat_go | $pat_n | $own_c | $own_go | $own_n | $ratio |" >>"$tmp/engine"
	if [ -n "${engine_aim[$kind]-}" ]; then
		aim "engine, 14 kinds, $kind" ≥ "${engine_aim[$kind]}" "$few_rate" ' MB/s'
		aim "engine, all kinds, $kind" ≥ "$((engine_aim[$kind] / 2))" "$all" ' MB/s'
	fi
	aim "engine, 14 kinds, $kind, times Vectorscan, the faster rules, in C" ≥ 1 "$ratio" ''
done

# The whole program.
: >"$tmp/program"
for kind in "${kinds[@]}"; do
	say "the program: $kind"
	n=$(bytes "$mix/$kind")
	find "$mix/$kind" -type f -print0 >"$tmp/list"
	measure "$rounds" 600 $(read_all "$tmp/list")
	alone=$(rate "$n" "$cpu")
	line="| $kind | $alone "
	for flags in "--summary --detectors $detectors" "--detectors $detectors" --summary ''; do
		measure "$rounds" 600 $(scan 1 "$mix/$kind" $flags)
		line="$line| $(rate "$n" "$cpu") "
		[ -n "${ours[$kind]-}" ] || ours[$kind]=$(rate "$n" "$cpu")
	done
	echo "$line|" >>"$tmp/program"
done

# Slow peers. What they take to start is measured on an empty file and left out.
{
	echo 'title = "rules.txt"'
	i=0
	while IFS= read -r rule; do
		i=$((i + 1))
		printf "[[rules]]\nid = 'r%d'\ndescription = 'r%d'\nregex = '''%s'''\n" "$i" "$i" "$rule"
	done <scan/rules.txt
} >"$tmp/rules.toml"
rules=$PWD/scan/rules.txt
go_peers=(gitleaks gitleaks-rules)
[ -z "$trufflehog" ] || go_peers+=(trufflehog)
peer() { # name folder
	local alone="env -C $tmp HOME=$tmp/peer-home TMPDIR=$tmp/tmp GOMAXPROCS=1"
	case $1 in
	ripgrep) echo rg -j1 --no-ignore --count-matches -f "$rules" "$2" ;;
	gitleaks) echo "$alone" "$tmp/bin/gitleaks" dir --no-banner --no-color --exit-code 0 "$2" ;;
	gitleaks-rules) echo "$alone" "$tmp/bin/gitleaks" dir --no-banner --no-color --exit-code 0 --config "$tmp/rules.toml" "$2" ;;
	trufflehog) echo "$alone" "$trufflehog" filesystem --no-verification --no-update --concurrency=1 --json "$2" ;;
	esac
}
declare -A start most
for name in "${go_peers[@]}"; do
	measure "$rounds" 60 $(peer "$name" "$tmp/nothing")
	start[$name]=$cpu most[$name]=$rss
done
start[ripgrep]=0 most[ripgrep]=0
: >"$tmp/peers"
for kind in "${kinds[@]}"; do
	n=$(bytes "$few/$kind")
	line="| $kind | ${ours[$kind]} " best=0 best_rules=0
	for name in ripgrep "${go_peers[@]}"; do
		say "$name: $kind"
		measure 2 300 $(peer "$name" "$few/$kind")
		got=$(rate "$n" "$(calc %.3f "$cpu - ${start[$name]}")")
		most[$name]=$(calc %.0f "${most[$name]} > $rss ? ${most[$name]} : $rss")
		line="$line| $late$got "
		case $name in
		ripgrep) ;;
		gitleaks-rules) best_rules=$got ;;&
		*) best=$(calc %s "$best > $got ? $best : $got") ;;
		esac
	done
	[ -n "$trufflehog" ] || line="$line| — "
	times=$(calc %.1f "${ours[$kind]} / $best")
	echo "$line| $times | $(calc %.0f "${ours[$kind]} / $best_rules") |" >>"$tmp/peers"
	aim "program, 14 kinds, $kind, times the fastest peer in Go" ≥ 20 "$times" ''
done
line="| most memory, MiB | "
for name in ripgrep "${go_peers[@]}"; do line="$line| ${most[$name]} "; done
[ -n "$trufflehog" ] || line="$line| — "
echo "$line| | |" >>"$tmp/peers"

# Everything at once, on one thread and on two.
: >"$tmp/mixed"
n=$(bytes "$mix")
find "$mix" -type f -print0 >"$tmp/list"
say "the mix"
measure "$rounds" 600 $(read_all "$tmp/list")
echo "| read alone (\`cat\`) | $(rate "$n" "$wall") | $(rate "$n" "$cpu") | $rss |" >>"$tmp/mixed"
for set in 14 all; do
	for how in counted 'a line for each'; do
		flags=()
		[ $set = all ] || flags+=(--detectors "$detectors")
		[ "$how" != counted ] || flags+=(--summary)
		for workers in 1 2; do
			measure "$rounds" 900 $(scan $workers "$mix" "${flags[@]}")
			echo "| $set kinds, $how, $workers worker$([ $workers = 1 ] || echo s) | $(rate "$n" "$wall") | $(rate "$n" "$cpu") | $rss |" >>"$tmp/mixed"
			[ $workers = 1 ] && one=$rss
		done
		aim "end to end on two threads, $set kinds, $how" ≥ 1500 "$(rate "$n" "$wall")" ' MB/s'
	done
	aim "more memory for one more worker, $set kinds" ≤ 64 "$((rss - one))" ' MiB'
	aim "memory of two workers, by worker, $set kinds" ≤ 64 "$((rss / 2))" ' MiB'
done

# Start, in ms, the best of ten.
start_ms() {
	local best=1e9 round from
	for ((round = 0; round < 10; round++)); do
		from=$EPOCHREALTIME
		timeout 60 "$@" >/dev/null
		best=$(awk -v a="$best" -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { t = (to - from) * 1000; print (a < t) ? a : t }')
	done
	calc %.0f "$best"
}
start_scan=$(start_ms "$tmp/bin/guanji" scan "$tmp/nothing/empty.txt" -q --format jsonl)
start_few=$(start_ms "$tmp/bin/guanji" scan "$tmp/nothing/empty.txt" -q --format jsonl --detectors "$detectors")
start_help=$(start_ms "$tmp/bin/guanji" --help)
aim 'start of `guanji scan` on an empty file' '<' 50 "$start_scan" ' ms'

say "accuracy"
"$tmp/bin/guanji" scan "$corpus" -q --format jsonl --ignore truth.jsonl >"$tmp/findings.jsonl" || [ $? = 1 ]
"$tmp/bin/scan" compare "$corpus" "$tmp/findings.jsonl" >"$tmp/accuracy"

cat >"$tmp/section" <<END
## The scan

Measured $(date +%F) by \`bench/scan.sh $size\` on $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1),
$(go version | cut -d' ' -f3,4), $(. /etc/os-release && echo "$PRETTY_NAME"), at commit $(git rev-parse --short HEAD).
The machine is shared and noisy: load before $before, after $(cut -d' ' -f1 /proc/loadavg). Trust the ratios.
Peers: Vectorscan $(pkg-config --modversion libhs) by gohs v1.2.2, $(rg --version | head -1 | cut -d' ' -f1,2), gitleaks $gitleaks_version, $([ -n "$trufflehog" ] && echo "trufflehog $trufflehog_version, built from the folder of its module" || echo "trufflehog not: $trufflehog_version cannot be built here").

The corpus is $(calc %.0f "$n / 1e6") MB in five equal parts, written by the generator ([scan](scan)): files of the standard library of Go; prose in Chinese, with a value in every third paragraph and what looks like one
in every third; notes in Chinese with a value in most lines; rows of CSV; logs in JSON; bytes for each finding: ${each#, }. All in the page cache. MB/s are 10^6 bytes by seconds of CPU time, all threads together, the best of $rounds run$([ "$rounds" = 1 ] || echo s), unless wall time is said.

### Aims

$(grep -c '| yes |$' "$tmp/aims") of $(wc -l <"$tmp/aims") are reached.

| what | aim | measured | reached |
|---|---:|---:|---|
$(cat "$tmp/aims")

### The engine from memory

One thread, findings counted and not written. Vectorscan matches two sets of fourteen rules, each all at once, in blocks of 1 MiB: \`scan/rules.txt\`, patterns as other programs have them, addresses and names among them; and
\`scan/rules-vectorscan.txt\`, one for each of our fourteen kinds, written to suit it: no borders, fewest repetitions. It verifies nothing, and reports every place where a match could end, not where it begins: with the beginnings asked for the rules are
"too large". Matches are counted in C, or in Go as a program that uses gohs would.

| MB/s | ours, 14 kinds | found | ours, all kinds | found | Vectorscan, rules.txt, in C | in Go | matches | Vectorscan, its own rules, in C | in Go | matches | 14 kinds : the faster in C |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
$(cat "$tmp/engine")

### The program

\`guanji scan --workers 1 --format jsonl\`, from files to what was found: counted (\`--summary\`), or a line of JSON with a mask and a keyed digest for each finding. The people are counted by their digests either way.

| MB/s | read alone (\`cat\`) | 14 kinds, counted | a line for each | all kinds, counted | a line for each |
|---|---:|---:|---:|---:|---:|
$(cat "$tmp/program")

### Beside other programs

One thread, ours counted (\`--summary\`), as ripgrep and gitleaks count; the peers are given the first $part MiB of each kind, better of two runs, without the CPU time that they take on an empty file ($(for name in "${go_peers[@]}"; do printf '%s %s s, ' "$name" "${start[$name]}"; done | sed 's/, $//')).
ripgrep counts the matches of \`rules.txt\` and verifies nothing; gitleaks has its own rules, and once those of \`rules.txt\`; trufflehog has its own and does not verify them online. Their own rules are for secrets alone, and begin at
keywords that the prose, the rows and the logs hardly hold: only \`rules.txt\` is the same kind of work as ours. "<" is for those who did not end within five minutes.

| MB/s | ours, 14 kinds | ripgrep, rules.txt | gitleaks, its rules | gitleaks, rules.txt | trufflehog | ours : fastest in Go | ours : gitleaks, rules.txt |
|---|---:|---:|---:|---:|---:|---:|---:|
$(cat "$tmp/peers")

### End to end

| all five kinds | MB/s, wall | MB/s, CPU | most memory, MiB |
|---|---:|---:|---:|
$(cat "$tmp/mixed")

Start to end on an empty file, best of ten, wall: \`guanji scan\` $start_scan ms, with 14 kinds $start_few ms; \`guanji --help\` $start_help ms.

### Accuracy on the planted truth

A generator of our own: easier than the text of others. Some of the wrong checksums planted are right by chance in their new form.

| detector | right | wrong | missed | precision | recall | F1 |
|---|---:|---:|---:|---:|---:|---:|
$(cat "$tmp/accuracy")
END
replace_section 'The scan' "$tmp/section"
cat "$tmp/section"
