#!/bin/sh
# Sixteen requests at once on each connection, the same pattern for nginx.
. bench/common.sh
start_statute
start_nginx
compare 'GET, pipelined 16 deep' 2 "$url/products/1" "$nginx_url/item" \
	--script=bench/pipelined.lua --script=bench/pipelined.lua
