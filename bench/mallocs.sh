#!/bin/sh
# How often a warm request calls malloc: counted by a library that is loaded before libc.
. bench/common.sh
start_counted() {
	start_statute env MALLOC_COUNT="$folder/count" LD_PRELOAD="$PWD/$build/bench/libcount_malloc.so"
}
start_counted
[ "$(od -An -tu8 "$folder/count")" -gt 0 ] || { echo 'mallocs are not counted' >&2; exit 1; }

# count NAME BOUND PATH [WRK OPTION...]
count() {
	name=$1 bound=$2 path=$3
	shift 3
	for _ in warm counted; do # the second time counts
		before=$(od -An -tu8 "$folder/count")
		wrk -t1 -c1 -d"${seconds}s" "$@" "$url$path" >"$folder/wrk.out"
		after=$(od -An -tu8 "$folder/count")
	done
	each=$(awk -v calls=$((after - before)) '/ requests in / { printf "%.2f\n", calls / $1 }' "$folder/wrk.out")
	# A connection takes a few: fewer than one in a hundred requests.
	row "mallocs, $name" "$each" 'a request' ${bound:+most "$bound"}
}

count 'GET by id' 0.01 /products/1
count 'GET by id, 304' '' /products/1 -H 'If-None-Match: "1"'
count 'list of one' '' /products
count 'POST' '' /products -s bench/post.lua
write_guarded_document
start_counted
count 'GET, with a limit and a token' 0.01 /products/1 -H "$credentials"
