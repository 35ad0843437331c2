# shellcheck shell=sh
# What the rows share: sourced by each bench/NAME.sh, which is called with ROUNDS and
# SECONDS. Leaves the servers, the folder and all else as it found them.
set -eu
# shellcheck disable=SC2086 # options are several words

rounds=${1:-5}
seconds=${2:-3}
build=build/release
folder=$(mktemp -d)
pids=
scheme=http
serve_options= # what use_tls adds for both servers and for whoever asks them
nginx_options=
nginx_listen= # what a row adds to nginx's listener
curl_options=
core_of_server='taskset -c 0'
core_of_client='taskset -c 1'

finish() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || true
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

# use_tls: both servers speak TLS, with the same certificate.
use_tls() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=bench -days 30 \
		-addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
	scheme=https
	serve_options="--tls-cert $folder/cert.pem --tls-key $folder/key.pem"
	nginx_options="ssl_certificate $folder/cert.pem; ssl_certificate_key $folder/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
	curl_options="--cacert $folder/cert.pem"
}

# write_guarded_document: $document, whose products demand a token and have a limit that is never reached, and
# $folder/open.yaml without both; sets $credentials, the field with a token.
write_guarded_document() {
	document=$folder/guarded.yaml
	"$build/statute" token key >"$folder/keys.json"
	credentials="Authorization: Bearer $("$build/statute" token make --keys "$folder/keys.json" --subject bench)"
	cat >"$folder/open.yaml" <<YAML
openapi: 3.1.0
info: {title: Bench, version: "1"}
paths:
  /products:
    get: {responses: {"200": {description: All.}}}
    post:
      requestBody: {content: {application/json: {schema: {\$ref: "#/components/schemas/Product"}}}}
      responses: {"201": {description: Made.}}
  /products/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200":
          description: One.
          content: {application/json: {schema: {\$ref: "#/components/schemas/Product"}}}
components:
  schemas:
    Product:
      type: object
      properties:
        {id: {type: integer, readOnly: true}, slug: {type: string}, name: {type: string}, price: {type: number}}
  securitySchemes:
    login: {type: http, scheme: bearer, x-statute: {keys: keys.json}}
YAML
	{
		cat "$folder/open.yaml"
		echo 'security: [{login: []}]'
		echo 'x-statute: {limit: {requests: 250000, window: 1}}'
	} >"$document"
}

# write_file_document: $document, with products and a folder of files, in which there is one of 1 MiB.
write_file_document() {
	document=$folder/files.yaml
	mkdir "$folder/files"
	head -c 1048576 /dev/urandom >"$folder/files/megabyte.bin"
	cat >"$document" <<YAML
openapi: 3.1.0
info: {title: Bench, version: "1"}
paths:
  /products:
    get: {responses: {"200": {description: All.}}}
    post: {requestBody: {content: {application/json: {}}}, responses: {"201": {description: Made.}}}
  /products/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: One.}}}
  /files/{name}:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    get: {x-statute: {files: ./files}, responses: {"200": {description: A file.}}}
YAML
}

# start_statute [COMMAND BEFORE IT...]: serves $document, or the shop, with one product; sets $url and $statute.
# On a machine with other work it may be late: what is measured is not whom it turns away for that.
start_statute() {
	served=$((${served:-0} + 1))
	$core_of_server "$@" "$build/statute" serve "${document:-tests/e2e/shop.yaml}" --listen 127.0.0.1:0 --workers 1 \
		--log off --queue-age 60s --db "$folder/shop-$served.db" $serve_options >"$folder/statute-$served.out" 2>&1 &
	statute=$!
	pids="$pids $statute"
	until grep -qs '^listening on' "$folder/statute-$served.out"; do
		kill -0 "$statute" 2>/dev/null || { cat "$folder/statute-$served.out" >&2; exit 1; }
		sleep 0.1
	done
	url=$(sed -n 's/^listening on //p' "$folder/statute-$served.out")
	curl -sf $curl_options "$url/products" -H 'Content-Type: application/json' \
		-H "${credentials:-X-No: credentials}" \
		-d '{"slug": "tea-pot", "name": "Tea pot", "price": 19.90}' >/dev/null
	body=$(curl -sf $curl_options -H "${credentials:-X-No: credentials}" "$url/products/1")
}

# start_nginx: answers the same bytes at /item, and a file of them at /file; sets $nginx_url and $nginx,
# the worker's id.
start_nginx() {
	port=$((20000 + $$ % 20000))
	nginx_url=$scheme://127.0.0.1:$port
	cat >"$folder/nginx.conf" <<CONF
daemon off; worker_processes 1; worker_rlimit_nofile 16384;
pid $folder/nginx.pid; error_log /dev/null;
events { worker_connections 8192; }
http {
	access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; keepalive_timeout 600s;
	client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder;
	uwsgi_temp_path $folder; scgi_temp_path $folder;
	server {
		listen 127.0.0.1:$port$([ "$scheme" = http ] || echo " ssl")$nginx_listen; $nginx_options
		location = /item { default_type application/json; return 200 '$body'; }
		location = /file { alias $folder/file; etag on; }
		location /files/ { alias $folder/files/; etag on; default_type application/octet-stream; }
	}
}
CONF
	printf '%s' "$body" >"$folder/file"
	$core_of_server "$(command -v nginx || echo /usr/sbin/nginx)" -e /dev/null -c "$folder/nginx.conf" &
	master=$!
	pids="$pids $master"
	until tag=$(curl -sfI $curl_options "$nginx_url/file" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p') && [ -n "$tag" ]; do
		kill -0 "$master" 2>/dev/null || { echo 'nginx does not start' >&2; exit 1; }
		sleep 0.1
	done
	nginx=$(cat "/proc/$master/task/$master/children" 2>/dev/null || true)
	nginx=${nginx%% *}
}

# Nanoseconds that a process has run, all of its threads together.
cpu_of() {
	cat "/proc/$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# rate PID URL [WRK OPTION...]: requests a second, and microseconds of processor time a request
rate() {
	process=$1 target=$2
	shift 2
	before=$(cpu_of "$process")
	$core_of_client wrk -t1 -c64 -d"${seconds}s" "$@" "$target" >"$folder/wrk.out"
	if grep -q 'Non-2xx\|Socket errors' "$folder/wrk.out"; then
		cat "$folder/wrk.out" >&2
		exit 1
	fi
	after=$(cpu_of "$process")
	awk -v cpu=$((after - before)) '/ requests in / { all = $1 } /^Requests\/sec:/ { rate = $2 }
		END { print rate, cpu / 1000 / all }' "$folder/wrk.out"
}

median() {
	sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}

spread() {
	sort -n | awk '{ all[NR] = $1 } END { print all[1] " to " all[NR] }'
}

# row NAME VALUE UNIT [least|most BOUND [NOTE]]: one line of the table
row() {
	verdict=
	if [ $# -gt 4 ]; then
		verdict=$(echo "$2 $4 $5" | awk '{ ok = $2 == "least" ? $1 >= $3 : $1 <= $3
			print (ok ? "reached" : "NOT REACHED") ", at " $2 " " $3 }')
	fi
	printf '%-34s %8s %-18s %-26s %s\n' "$1" "$2" "$3" "$verdict" "${6:-}"
}

# compare NAME BOUND OURS THEIRS OUR_OPTION THEIR_OPTION: both in turn, each round; an option is one more
# option of wrk with its value behind '=', or ''
compare() {
	name=$1 bound=$2 ours=$3 theirs=$4 our_option=$5 their_option=$6
	: >"$folder/ratios"
	: >"$folder/cpu"
	round=0
	while [ "$round" -lt "$rounds" ]; do
		a=$(rate "$statute" "$ours" ${our_option:+"${our_option%%=*}" "${our_option#*=}"})
		b=$(rate "$nginx" "$theirs" ${their_option:+"${their_option%%=*}" "${their_option#*=}"})
		echo "$a $b" | awk '{ printf "%.2f\n", $1 / $3 }' >>"$folder/ratios"
		echo "$a $b" | awk '{ printf "%.2f\n", $4 / $2 }' >>"$folder/cpu"
		round=$((round + 1))
	done
	row "$name" "$(median <"$folder/ratios")" 'x nginx' least "$bound" \
		"($(spread <"$folder/ratios"); by processor time $(median <"$folder/cpu"))"
}
