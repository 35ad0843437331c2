#!/bin/sh
# Five times as many lists as the server can answer, from a client that does not wait: how long those take
# that are let in, against the same at half of what it can.
. bench/common.sh
ulimit -n "$(ulimit -Hn)"
serve_options='--queue-age 1ms'
start_statute
row=2
while [ "$row" -le 100 ]; do
	curl -sf "$url/products" -H 'Content-Type: application/json' \
		-d "{\"slug\": \"tea-pot-$row\", \"name\": \"Tea pot\", \"price\": 19.90}" >/dev/null
	row=$((row + 1))
done
ask() {
	$core_of_client "$build/bench/overload" "${url##*:}" '/products?limit=100' "$1" "$seconds"
}
: >"$folder/ratios"
: >"$folder/served"
round=0
while [ "$round" -lt "$rounds" ]; do
	capacity=$(ask 0 | cut -d ' ' -f 1)
	half=$(ask "$(echo "$capacity" | awk '{ print $1 / 2 }')")
	full=$(ask "$(echo "$capacity" | awk '{ print $1 * 5 }')")
	echo "$half $full" | awk '{ printf "%.2f\n", $6 / $2 }' >>"$folder/ratios"
	echo "$capacity $full" | awk '{ printf "%.2f\n", $2 / $1 }' >>"$folder/served"
	round=$((round + 1))
done
row 'p99 at 5 times what it can' "$(median <"$folder/ratios")" 'x at half' most 3 \
	"($(spread <"$folder/ratios"); $(median <"$folder/served") x as many answered as it can)"
