#!/bin/sh
# The same row over TLS, against nginx with the same certificate; connections are kept. What each
# agreed on with the client is TLS 1.3 with the same cipher, which it checks.
. bench/common.sh
use_tls
start_statute
start_nginx

# What a server agrees on with a client that leaves it the choice.
agreed() {
	openssl s_client -connect "${1#https://}" </dev/null 2>/dev/null | sed -n 's/^New, //p' | head -n 1
}
ours=$(agreed "$url") theirs=$(agreed "$nginx_url")
[ -n "$ours" ] && [ "$ours" = "$theirs" ] || { echo "they agree on $ours and $theirs" >&2; exit 1; }
compare 'GET /products/{id}, TLS' 0.9 "$url/products/1" "$nginx_url/item" '' ''
