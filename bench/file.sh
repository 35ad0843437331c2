#!/bin/sh
# A file of 1 MiB, whole, against nginx and the same file: sendfile both.
. bench/common.sh
write_file_document
start_statute
start_nginx
compare 'GET of 1 MiB from a file' 1.0 "$url/files/megabyte.bin" "$nginx_url/files/megabyte.bin" '' ''
