#!/bin/sh
# The walk through the graph in process, against ifs written by hand over the same facts.
. bench/common.sh
: >"$folder/ratios"
round=0
while [ "$round" -lt "$rounds" ]; do
	$core_of_client "$build/bench/walk" "$seconds" >>"$folder/ratios"
	round=$((round + 1))
done
row 'the walk' "$(median <"$folder/ratios")" 'x ifs by hand' most 2.5 "($(spread <"$folder/ratios"))"
