#!/bin/sh
# What an open feed costs, and how soon a change reaches all of them: 5,000, half streams of events and half
# WebSockets. The bounds are ours: 4 KiB each, and a second.
. bench/common.sh
ulimit -n "$(ulimit -Hn)"
if [ "$(ulimit -n)" -lt 11000 ]; then
	row 'memory of an open feed' skipped 'too few descriptors'
	exit 0
fi
write_guarded_document
document=$folder/feeds.yaml
sed 's|^components:|  /products/feed:\n    x-statute: {feed: products}\n    get: {responses: {"200": {description: Changes.}}}\ncomponents:|' \
	"$folder/open.yaml" >"$document"
credentials=
serve_options='--feeds 6000 --feed-ping 10m'
start_statute
$core_of_client python3 bench/feeds.py 5000 "$rounds" "$statute" "$url/products/feed" "$url/products" >"$folder/feeds.out"
bytes=$(sed -n 1p "$folder/feeds.out")
us=$(sed -n 2p "$folder/feeds.out")
row 'memory of an open feed' "$(echo "$bytes" | awk '{ printf "%.2f\n", $1 / 4096 }')" 'x 4 KiB' most 1 "($bytes bytes)"
row 'a change to 5,000 open feeds' "$(echo "$us" | awk '{ printf "%.2f\n", $1 / 1e6 }')" 'x 1 s' most 1 \
	"(the slowest of $rounds, ${us} us)"
