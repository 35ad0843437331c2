#!/bin/sh
# Five times as many lists, sorted by a member without an index, as the server can answer, from a client that does not wait: how long those take
# that are let in, against the same at half of what it can.
. bench/common.sh
ulimit -n "$(ulimit -Hn)"
serve_options='--queue-age 1ms'
start_statute
python3 - "${url##*:}" <<'PYTHON'
import http.client, sys
client = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
for row in range(1000):
    client.request("POST", "/products", f'{{"slug": "tea-pot-{row}", "name": "Tea pot", "price": {row % 97}}}',
                   {"Content-Type": "application/json"})
    answer = client.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
PYTHON
ask() {
	$core_of_client "$build/bench/overload" "${url##*:}" '/products?sort=price&limit=1' "$1" "$seconds"
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
