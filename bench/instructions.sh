#!/bin/sh
# Instructions of a warm GET by id, by room and by library, counted by callgrind: recorded, not
# judged. The kernel's part is not among them.
. bench/common.sh
start_statute valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/callgrind"
wrk -t1 -c64 -d2s "$url/products/1" >"$folder/wrk.out"
callgrind_control --zero "$statute" >/dev/null 2>&1
wrk -t1 -c64 -d"${seconds}s" "$url/products/1" >"$folder/wrk.out"
callgrind_control --dump "$statute" >/dev/null 2>&1
requests=$(awk '/ requests in / { print $1 }' "$folder/wrk.out")
dump=$(find "$folder" -name 'callgrind.*' | sort -V | tail -n 1)
row 'instructions, GET by id' "$(sed -n 's/^totals: *//p' "$dump" | awk -v n="$requests" '{ printf "%.0f\n", $1 / n }')" 'a request'

# A line is "123,456 (1.2%)  FILE:FUNCTION [OBJECT]". The frames in whose midst the counters were zeroed, the
# loop and what is above it, count everything, and are left out.
callgrind_annotate --auto=no --threshold=100 "$dump" 2>/dev/null | awk -v n="$requests" '
/^ *[0-9,]+ \(/ && !/\((100|9[0-9])\./ {
	count = $1
	gsub(",", "", count)
	if (match($0, /src\/[a-z]+\//))
		name = substr($0, RSTART + 4, RLENGTH - 5)
	else if (/include\/statute\/graph.h/)
		name = "graph"
	else if (match($0, /\[[^\]]*\]$/)) {
		name = substr($0, RSTART + 1, RLENGTH - 2)
		sub(/.*\//, "", name)
		sub(/\.so.*/, "", name)
		if (name == "statute")
			name = "other code in line"
	} else
		next
	sub(/^\?\?\?$/, "unknown", name)
	sum[name] += count
}
END {
	for (name in sum)
		printf "    %-30s %8.0f\n", name, sum[name] / n
}' | sort -b -rn -k2 | awk '$NF > 0'
