#!/bin/sh
# Memory of a kept connection of HTTP/2 over TLS that has made one request and waits: 2,000 of them,
# proportional set size before and after, ours against nginx's.
. bench/common.sh
ulimit -n "$(ulimit -Hn)"
use_tls
nginx_listen=' http2'
start_statute
start_nginx
/usr/bin/python3 bench/idle.py --http2 2000 "$statute" "$url/products/1" "$nginx" "$nginx_url/item" >"$folder/idle.out"
ours=$(sed -n 1p "$folder/idle.out")
theirs=$(sed -n 2p "$folder/idle.out")
row 'memory of an idle HTTP/2 connection' "$(echo "$ours $theirs" | awk '{ printf "%.2f\n", $1 / $2 }')" 'x nginx' most 2 \
	"($ours and $theirs bytes)"
