#!/usr/bin/env bash
# Measures the pages and writes them into RESULTS.md, in the section "The
# pages". Needs Go, curl, wrk, Linux, and a PostgreSQL in which it may make a
# database of its own: GUANJI_BENCH_POSTGRES, else the one of this machine.
# Takes about ten minutes. SECONDS_EACH and ROUNDS say how long wrk runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./section.sh
postgres=${GUANJI_BENCH_POSTGRES:-postgres://postgres@127.0.0.1:5432}
each=${SECONDS_EACH:-5}
rounds=${ROUNDS:-3}
small=1000
large=10000
base=http://127.0.0.1:8499
peer=127.0.0.1:8498
tmp=$(mktemp -d)
server='' peering='' made=()

# quietly ends a process that this script started.
quietly() {
	[ -z "$1" ] || { kill "$1" && wait "$1"; } 2>/dev/null || true
}

cleanup() {
	quietly "$server"
	quietly "$peering"
	for database in ${made[@]+"${made[@]}"}; do
		psql -q "$postgres/postgres" -c "drop database if exists $database" || true
	done
	rm -rf "$tmp"
}
trap cleanup EXIT
unset GUANJI_DATABASE

(cd .. && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$tmp/guanji" ./cmd/guanji)
for helper in organization peer started; do
	go build -o "$tmp/$helper" "./$helper"
done
for n in 0 $small $large; do
	"$tmp/organization" "$n" >"$tmp/$n.yaml"
done

# home begins a home with a database of an engine, and the environment for it.
home() { # name engine
	export GUANJI_HOME=$tmp/homes/$1
	mkdir -p "$GUANJI_HOME"
	unset GUANJI_DATABASE
	[ "$2" = postgres ] || return 0
	export GUANJI_DATABASE=$postgres/guanji_bench_$$_${1//-/_}
	case " ${made[*]-} " in *" ${GUANJI_DATABASE##*/} "*) return 0 ;; esac
	psql -q "$postgres/postgres" -c "create database ${GUANJI_DATABASE##*/}"
	made+=("${GUANJI_DATABASE##*/}")
}

# serve starts the program on the home, and waits until it answers.
serve() {
	"$tmp/guanji" serve --lang en --listen "${base#http://}" >"$tmp/said" 2>"$tmp/log" &
	server=$!
	for _ in $(seq 300); do
		curl -fs -o /dev/null "$base/sign-in" && return
		sleep 0.1
	done
	cat "$tmp/log" >&2
	return 1
}

stop() {
	quietly "$server"
	server=''
}

# account makes the first account through the printed link, and keeps the
# session for the home.
account() {
	local link
	link=$(grep -o "$base/link/[A-Za-z0-9_-]*" "$tmp/said")
	curl -fsS -o /dev/null -c "$tmp/jar" --data-urlencode name=bench --data-urlencode "password=$RANDOM-$RANDOM-a-long-one-$RANDOM" "$link"
	awk '$6 == "guanji_session" { print $6 "=" $7 }' "$tmp/jar" >"$GUANJI_HOME/cookie"
}

# get asks for a page as the reader; further arguments are those of curl.
get() {
	local path=$1
	shift
	curl -fsS -H "Cookie: $(cat "$GUANJI_HOME/cookie")" -H 'Accept-Language: zh-CN' "$@" "$base$path"
}

# memory prints what the server has resident now, and had at most, in MiB.
memory() {
	awk '/^VmRSS/ { now = $2 } /^VmHWM/ { most = $2 } END { printf "%d, at most %d", now / 1024, most / 1024 }' "/proc/$server/status"
}

# seconds runs a command and prints how long it took.
seconds() {
	local start=$EPOCHREALTIME
	"$@" >&2
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

# load runs wrk once and keeps what it says of a page.
load() { # key url headers…
	local key=$1 url=$2 headers=() h
	shift 2
	for h in "$@"; do headers+=(-H "$h"); done
	wrk -t2 -c16 -d"${each}s" --latency "${headers[@]}" "$url" >"$tmp/wrk"
	awk '/50%/ { p50 = $2 } /99%/ { p99 = $2 } /^Requests\/sec/ { rate = $2 }
		/Non-2xx/ { bad += $NF } /Socket errors/ { gsub(",", ""); bad += $4 + $6 + $8 + $10 }
		END { print rate, p50, p99, bad + 0 }' "$tmp/wrk" >>"$tmp/rates-$key"
}

# best prints the best round of a key: rate, p50, p99, and the errors of all.
best() {
	sort -gr "$tmp/rates-$1" | awk 'NR == 1 { rate = $1; p50 = $2; p99 = $3 } { bad += $4 } END { print rate, p50, p99, bad }'
}

# pages are those that are measured: a name and a path on each line.
pages() {
	cat <<-END
		Overview	/o/generated
		Duties	/o/generated/duties
		a duty	$duty
		Law	/law
		Law, a search	/law?q=%E6%95%B0%E6%8D%AE
		Systems	/o/generated/systems
	END
}

# rates measures every page in rounds, so that a busy moment falls on all alike.
rates() { # engine
	local round name path i cookie
	cookie="Cookie: $(cat "$GUANJI_HOME/cookie")"
	for round in $(seq "$rounds"); do
		for packing in gzip identity; do
			load "$1-$packing-peer" "http://$peer/" "Accept-Encoding: $packing"
			i=0
			while IFS=$'\t' read -r name path; do
				load "$1-$packing-$((i += 1))" "$base$path" "Accept-Encoding: $packing" 'Accept-Language: zh-CN' "$cookie"
			done < <(pages)
			echo "round $round, $1, $packing: $(uptime | sed 's/.*load/load/')" >&2
		done
	done
}

# table prints what rates measured.
table() { # engine packing
	local i=0 name path rate p50 p99 bad first
	read -r first p50 p99 bad <<<"$(best "$1-$2-peer")"
	while IFS=$'\t' read -r name path; do
		i=$((i + 1))
		read -r rate p50 p99 bad <<<"$(best "$1-$2-$i")"
		printf '| %s | %.0f | %s | %s | %s | %s |\n' "$name" "$rate" "$p50" "$p99" "$bad" "$(awk -v a="$rate" -v b="$first" 'BEGIN { printf "%.3f", a / b }')"
	done < <(pages)
	read -r rate p50 p99 bad <<<"$(best "$1-$2-peer")"
	printf '| the peer: the bytes of Overview | %.0f | %s | %s | %s | 1.000 |\n' "$rate" "$p50" "$p99" "$bad"
}

# weight prints the bytes of a page or file on the wire, with headers.
weight() { get "$1" -o /dev/null -H 'Accept-Encoding: gzip' -w '%{size_download} %{size_header}\n' | awk '{ print $1 + $2 }'; }

weights() {
	local name path total
	total=$(weight /o/generated)
	for path in $(get /o/generated | grep -o '/assets/[^"]*' | sort -u); do
		total=$((total + $(weight "$path")))
	done
	printf '| Overview, the first visit: page, style, scripts, charts, icon | %d |\n' "$total"
	while IFS=$'\t' read -r name path; do
		printf '| %s, afterwards | %d |\n' "$name" "$(weight "$path")"
	done < <(pages && printf 'Standing\t/o/generated/standing\nQuestions\t/o/generated/questions\n')
}

# measure measures one engine.
measure() { # engine
	local took
	home "small-$1" "$1"
	"$tmp/guanji" organization import "$tmp/$small.yaml" >&2
	serve
	printf '| started | %s |\n' "$(memory)" >"$tmp/memory-$1"
	account
	get /o/generated -o /dev/null
	printf '| first account made, which takes 64 MiB for its password; %s systems | %s |\n' "$small" "$(memory)" >>"$tmp/memory-$1"
	get /o/generated -o "$tmp/overview"
	gzip -3 -k -f -n "$tmp/overview"
	[ -n "$peering" ] || { "$tmp/peer" "$peer" "$tmp/overview" & peering=$!; }
	duty=$(get /o/generated/duties | grep -o '/o/generated/duties/[^"?]*' | head -1)
	while IFS=$'\t' read -r _ path; do get "$path" -o /dev/null; done < <(pages)
	[ "$1" = postgres ] || weights >"$tmp/weights"
	rates "$1"
	printf '| after the runs of wrk | %s |\n' "$(memory)" >>"$tmp/memory-$1"
	stop
	begins "small-$1" "$1" $small

	home "form-$1" "$1"
	serve
	account
	took=$(seconds get /organizations/import -o /dev/null -F "file=@$tmp/$large.yaml")
	printf '| by the form of the page | %s |\n' "$took" >"$tmp/import-$1"
	printf '| %s systems imported by the form | %s |\n' "$large" "$(memory)" >>"$tmp/memory-$1"
	while IFS=$'\t' read -r _ path; do get "$path" -o /dev/null; done < <(pages)
	get /o/generated/standing -o /dev/null
	printf '| … and every page of the table and Standing seen | %s |\n' "$(memory)" >>"$tmp/memory-$1"
	for page in "Overview	/o/generated" "Systems	/o/generated/systems" "Standing	/o/generated/standing" "Memo	/o/generated/memo"; do
		get "${page#*	}" -o /dev/null -w "${page%	*} %{time_total}\n" | awk '{ printf "| %s | %.3f |\n", $1, $2 }'
	done >"$tmp/large-$1"
	stop

	home "large-$1" "$1"
	took=$(seconds "$tmp/guanji" organization import "$tmp/$large.yaml")
	printf '| by `guanji organization import` | %s |\n' "$took" >>"$tmp/import-$1"
	serve
	account
	stop
	begins "large-$1" "$1" $large

	home "none-$1" "$1"
	"$tmp/guanji" organization import "$tmp/0.yaml" >&2
	serve
	account
	stop
	begins "none-$1" "$1" 0
}

# begins measures from the start of the program to the first byte.
begins() { # home engine systems
	home "$1" "$2"
	local command=("$tmp/guanji" serve --listen "${base#http://}")
	printf '| %s | %s | %s |\n' "$3" "$("$tmp/started" "$base/sign-in" x=y "${command[@]}")" \
		"$("$tmp/started" "$base/o/generated" "$(cat "$GUANJI_HOME/cookie")" "${command[@]}")" >>"$tmp/begins-$2"
}

# section prints the section of RESULTS.md.
section() {
	local packing engine
	cat <<-END
		## The pages

		Measured $(date +%F) by \`bench/web.sh\` on $(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1),
		$(go version | cut -d' ' -f3,4), $(wrk -v 2>&1 | sed -n 's/^wrk \([^ ]*\).*/wrk \1/p' || true), PostgreSQL $version on the same machine.
		The machine is shared, by wrk, the database and others: load before $before, after $(load_now). Trust the ratios.

		### Rate

		\`wrk -t2 -c16 -d${each}s --latency\` with the cookie of a session, an organization with $small systems; the best of $rounds rounds,
		errors of all. The peer is a handler of net/http that has the bytes of Overview in memory ([peer](peer)).

	END
	for engine in sqlite postgres; do
		for packing in gzip identity; do
			printf 'On %s, %s:\n\n| page | requests/s | p50 | p99 | errors | times the peer |\n|---|---:|---:|---:|---:|---:|\n' "$([ "$engine" = sqlite ] && echo SQLite || echo PostgreSQL)" \
				"$([ "$packing" = gzip ] && echo 'packed with gzip as browsers ask' || echo 'not packed')"
			table "$engine" "$packing"
			echo
		done
	done
	cat <<-END
		### Weight

		Bytes on the wire with headers, gzip, in Chinese, $small systems. The aim is under 300 KB with charts, and under 30 KB afterwards.

		| what | bytes |
		|---|---:|
		$(cat "$tmp/weights")

		### Start

		From the start of \`guanji serve\` to the first byte, in ms, the median of five ([started](started)). Overview works out the
		standing of the organization.

		| systems | sign-in page, SQLite | Overview, SQLite | sign-in page, PostgreSQL | Overview, PostgreSQL |
		|---:|---:|---:|---:|---:|
		$(paste -d' ' "$tmp/begins-sqlite" "$tmp/begins-postgres" | sed -E 's/ \| \| [0-9]+ \|/ |/' | sort -t'|' -k2 -n)

		### $large systems

		Import, in seconds:

		| how | SQLite | PostgreSQL |
		|---|---:|---:|
		$(beside import)

		One request, in seconds, once the standing is worked out:

		| page | SQLite | PostgreSQL |
		|---|---:|---:|
		$(beside large)

		### Memory

		Resident, in MiB.

		| when | SQLite | PostgreSQL |
		|---|---:|---:|
		$(beside memory)

		The stripped static binary is $(wc -c <"$tmp/guanji") bytes.
	END
}

# beside joins the rows of both engines.
beside() { paste -d'\t' "$tmp/$1-sqlite" "$tmp/$1-postgres" | sed -E 's/ \|\t\| .* \| ([^|]*) \|$/ | \1 |/'; }

load_now() { cut -d' ' -f1 /proc/loadavg; }

before=$(load_now)
version=$(psql -qtA "$postgres/postgres" -c 'show server_version' | cut -d' ' -f1)
for engine in sqlite postgres; do measure "$engine"; done
section >"$tmp/section"
replace_section 'The pages' "$tmp/section"
cat "$tmp/section"
