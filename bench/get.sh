#!/bin/sh
# GET of an item and its 304 against nginx answering the same bytes from its configuration:
# interleaved rounds, server on core 0 and wrk on core 1, medians of the ratios.
#   bench/get.sh [ROUNDS [SECONDS]]
set -eu

rounds=${1:-5}
seconds=${2:-3}
folder=$(mktemp -d)
pids=

finish() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

taskset -c 0 build/release/statute serve examples/shop/openapi.yaml --listen 127.0.0.1:0 --workers 1 \
	--log off --db "$folder/shop.db" >"$folder/statute.out" 2>&1 &
pids="$pids $!"
until grep -qs '^listening on' "$folder/statute.out"; do
	kill -0 "$!" 2>/dev/null || { cat "$folder/statute.out" >&2; exit 1; }
	sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$folder/statute.out")
curl -sf "$url/products" -H 'Content-Type: application/json' \
	-d '{"slug": "tea-pot", "name": "Tea pot", "price": 19.90}' >/dev/null
body=$(curl -sf "$url/products/1")

port=$((20000 + $$ % 20000))
cat >"$folder/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $folder/nginx.pid; error_log /dev/null;
events { worker_connections 1024; }
http {
	access_log off; keepalive_requests 1000000000;
	client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder;
	uwsgi_temp_path $folder; scgi_temp_path $folder;
	server {
		listen 127.0.0.1:$port;
		location = /item { default_type application/json; return 200 '$body'; }
		location = /file { alias $folder/file; etag on; }
	}
}
CONF
printf '%s' "$body" >"$folder/file"
taskset -c 0 "$(command -v nginx || echo /usr/sbin/nginx)" -e /dev/null -c "$folder/nginx.conf" &
pids="$pids $!"
until tag=$(curl -sfI "http://127.0.0.1:$port/file" | tr -d '\r' | sed -n 's/^ETag: //p') && [ -n "$tag" ]; do
	sleep 0.1
done

# rate URL [WRK OPTION...]: requests a second
rate() {
	target=$1
	shift
	taskset -c 1 wrk -t1 -c64 -d"${seconds}s" "$@" "$target" | sed -n 's/^Requests\/sec: *//p'
}

median() {
	sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

# compare NAME OURS THEIRS [WRK OPTIONS FOR OURS]: both in turn, each round
compare() {
	name=$1 ours=$2 theirs=$3 ours_tag=${4:-} theirs_tag=${5:-}
	: >"$folder/ratios"
	round=0
	while [ "$round" -lt "$rounds" ]; do
		a=$(rate "$ours" ${ours_tag:+-H "If-None-Match: $ours_tag"})
		b=$(rate "$theirs" ${theirs_tag:+-H "If-None-Match: $theirs_tag"})
		echo "$a $b" | awk '{ printf "%.2f\n", $1 / $2 }' >>"$folder/ratios"
		round=$((round + 1))
	done
	printf '%-44s %s x nginx (%s)\n' "$name" "$(median <"$folder/ratios")" "$(sort -n "$folder/ratios" | tr '\n' ' ')"
}

compare 'GET /products/{id}, 200' "$url/products/1" "http://127.0.0.1:$port/item"
compare 'GET /products/{id}, 304' "$url/products/1" "http://127.0.0.1:$port/file" '"1"' "$tag"
