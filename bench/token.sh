#!/bin/sh
# What a token costs a GET by id that was seen before: against the same GET of a collection without security.
. bench/common.sh
"$build/statute" token key >"$folder/keys.json"
token=$("$build/statute" token make --keys "$folder/keys.json" --subject ada --roles reader --scope 'things:read' \
	--audience bench --for 12h)
cp bench/token.yaml "$folder/token.yaml"

# start [COMMAND BEFORE IT...]: serves the document with one item of each collection; sets $url and $statute
start() {
	$core_of_server "$@" "$build/statute" serve "$folder/token.yaml" --listen 127.0.0.1:0 --workers 1 --log off \
		--admin off --db "$folder/token.db" >"$folder/statute.out" 2>&1 &
	statute=$!
	pids="$pids $statute"
	until grep -qs '^listening on' "$folder/statute.out"; do
		kill -0 "$statute" 2>/dev/null || { cat "$folder/statute.out" >&2; exit 1; }
		sleep 0.1
	done
	url=$(sed -n 's/^listening on //p' "$folder/statute.out")
	for path in open closed; do
		curl -sf "$url/$path" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
			-d '{"name": "Tea pot", "price": 19.90}' >/dev/null
	done
}

start
round=0
while [ "$round" -lt "$rounds" ]; do
	a=$(rate "$statute" "$url/closed/1" -H "Authorization: Bearer $token")
	b=$(rate "$statute" "$url/open/1")
	echo "$a $b" | awk '{ printf "%.2f\n", $1 / $3 }' >>"$folder/ratios"
	echo "$a $b" | awk '{ printf "%.2f\n", $4 / $2 }' >>"$folder/cpu"
	round=$((round + 1))
done
row 'GET by id with a token' "$(median <"$folder/ratios")" 'x the same without' least 0.9 \
	"($(spread <"$folder/ratios"); by processor time $(median <"$folder/cpu"))"

rm -f "$folder"/token.db*
start env MALLOC_COUNT="$folder/count" LD_PRELOAD="$PWD/$build/bench/libcount_malloc.so"
for _ in warm counted; do
	before=$(od -An -tu8 "$folder/count")
	wrk -t1 -c1 -d"${seconds}s" -H "Authorization: Bearer $token" "$url/closed/1" >"$folder/wrk.out"
	after=$(od -An -tu8 "$folder/count")
done
row 'mallocs, GET by id with a token' "$(awk -v calls=$((after - before)) '/ requests in / {
	printf "%.2f\n", calls / $1 }' "$folder/wrk.out")" 'a request' most 0.01
