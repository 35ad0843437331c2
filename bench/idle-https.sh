#!/bin/sh
# Memory of a kept connection of TLS that has made one request and waits: 2,000 of them, proportional
# set size before and after, ours against nginx's.
. bench/common.sh
ulimit -n "$(ulimit -Hn)"
use_tls
start_statute
start_nginx
python3 bench/idle.py 2000 "$statute" "$url/products/1" "$nginx" "$nginx_url/item" >"$folder/idle.out"
ours=$(sed -n 1p "$folder/idle.out")
theirs=$(sed -n 2p "$folder/idle.out")
row 'memory of an idle TLS connection' "$(echo "$ours $theirs" | awk '{ printf "%.2f\n", $1 / $2 }')" 'x nginx' most 2 \
	"($ours and $theirs bytes)"
