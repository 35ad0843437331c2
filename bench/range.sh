#!/bin/sh
# 64 KiB out of the midst of a file of 1 MiB, against nginx and the same file: 206 both.
. bench/common.sh
write_file_document
start_statute
start_nginx
compare '64 KiB out of 1 MiB, 206' 1.0 "$url/files/megabyte.bin" "$nginx_url/files/megabyte.bin" \
	'-H=Range: bytes=500000-565535' '-H=Range: bytes=500000-565535'
