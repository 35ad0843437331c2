#!/bin/sh
# The same row asked for with its entity tag, against nginx and a static file: 304 both.
. bench/common.sh
start_statute
start_nginx
compare 'GET /products/{id}, 304' 1.0 "$url/products/1" "$nginx_url/file" \
	'-H=If-None-Match: "1"' "-H=If-None-Match: $tag"
