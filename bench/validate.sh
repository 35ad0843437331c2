#!/bin/sh
# Parsing and validating in process, against JSON.parse and a schema compiled by ajv in node.
. bench/common.sh
ajv=8.17.1
modules=build/bench-node
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	row 'parse + validate a user' skipped 'no node'
	exit 0
fi
if [ ! -d "$modules/node_modules/ajv" ]; then
	mkdir -p "$modules"
	npm install --prefix "$modules" --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
		"ajv@$ajv" >"$folder/npm.out" 2>&1 || { row 'parse + validate a user' skipped "no ajv $ajv"; exit 0; }
fi
: >"$folder/ratios"
round=0
while [ "$round" -lt "$rounds" ]; do
	a=$($core_of_client "$build/bench/validate" bench/user.schema.json "$seconds")
	b=$($core_of_client node bench/validate.mjs bench/user.schema.json "$seconds" "$PWD/$modules")
	echo "$a $b" | awk '{ printf "%.2f\n", $1 / $2 }' >>"$folder/ratios"
	round=$((round + 1))
done
row 'parse + validate a user' "$(median <"$folder/ratios")" 'x ajv in node' least 1.5 "($(spread <"$folder/ratios"))"
