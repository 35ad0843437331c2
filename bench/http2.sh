#!/bin/sh
# The same row over HTTP/2, on one connection of TLS with 100 requests at a time, against nginx with the
# same certificate.
. bench/common.sh
use_tls
nginx_listen=' http2'
start_statute
start_nginx

# As in common.sh, by h2load: requests a second, and microseconds of processor time a request.
rate() {
	process=$1 target=$2
	before=$(cpu_of "$process")
	$core_of_client h2load -t1 -c1 -m100 -D "$seconds" "$target" >"$folder/h2load.out"
	after=$(cpu_of "$process")
	awk -v cpu=$((after - before)) '/^finished in/ { rate = $4 } /^requests:/ { all = $8 }
		/^requests:/ && ($10 != 0 || $12 != 0) { bad = 1 } /^status codes:/ && $3 != all { bad = 1 }
		END { if (bad || !all) exit 1; print rate, cpu / 1000 / all }' "$folder/h2load.out" ||
		{ cat "$folder/h2load.out" >&2; exit 1; }
}

compare 'GET, HTTP/2, 100 streams' 1 "$url/products/1" "$nginx_url/item" '' ''
