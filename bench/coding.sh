#!/bin/sh
# Compressing a page of rows in process, as answers are, against zlib's level 6.
. bench/common.sh
: >"$folder/ratios"
round=0
while [ "$round" -lt "$rounds" ]; do
	$core_of_client "$build/bench/coding" "$seconds" >>"$folder/ratios"
	round=$((round + 1))
done
row 'a page compressed' "$(median <"$folder/ratios")" "x zlib's time" most 1.0 "($(spread <"$folder/ratios"))"
