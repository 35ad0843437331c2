#!/bin/sh
# Durable creation of rows by 64 connections, whose writes share commits, against one
# INSERT per transaction from C on the same disk.
. bench/common.sh
start_statute
: >"$folder/ratios"
round=0
while [ "$round" -lt "$rounds" ]; do
	a=$(rate "$statute" "$url/products" --script bench/post.lua)
	b=$($core_of_server "$build/bench/insert" "$folder/insert.db" "$seconds")
	echo "$a $b" | awk '{ printf "%.2f\n", $1 / $3 }' >>"$folder/ratios"
	round=$((round + 1))
done
row 'POST /products, durable' "$(median <"$folder/ratios")" 'x one by one' least 8 "($(spread <"$folder/ratios"))"
