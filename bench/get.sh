#!/bin/sh
# A row out of SQLite through the whole graph, with ETag and request id, against nginx
# answering the same bytes from its configuration.
. bench/common.sh
start_statute
start_nginx
compare 'GET /products/{id}' 0.75 "$url/products/1" "$nginx_url/item" '' ''
