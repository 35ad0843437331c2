#!/bin/sh
# Memory of a kept connection that has made one request and waits: 5,000 of them, proportional
# set size before and after, ours against nginx's.
. bench/common.sh
ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" -lt 11000 ]; then
	row 'memory of an idle connection' skipped 'too few descriptors'
	exit 0
fi
start_statute
start_nginx
: >"$folder/ratios"
python3 bench/idle.py 5000 "$statute" "$url/products/1" "$nginx" "$nginx_url/item" >"$folder/idle.out"
ours=$(sed -n 1p "$folder/idle.out")
theirs=$(sed -n 2p "$folder/idle.out")
row 'memory of an idle connection' "$(echo "$ours $theirs" | awk '{ printf "%.2f\n", $1 / $2 }')" 'x nginx' most 2 \
	"($ours and $theirs bytes)"
