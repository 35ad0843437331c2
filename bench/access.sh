#!/bin/sh
# What a rate limit (never reached) and a signed token (known from an earlier request) cost a GET of an item:
# two servers of the same document, one of which has neither, in turn.
. bench/common.sh
write_guarded_document
start_statute
guarded=$statute guarded_url=$url
document=$folder/open.yaml
start_statute
curl -sfi -H "$credentials" "$guarded_url/products/1" | grep -q '^RateLimit: ' ||
	{ echo 'no limit is counted' >&2; exit 1; }
if curl -sf "$guarded_url/products/1" >/dev/null; then
	echo 'no token is demanded' >&2
	exit 1
fi
: >"$folder/ratios"
: >"$folder/cpu"
round=0
while [ "$round" -lt "$rounds" ]; do
	a=$(rate "$guarded" "$guarded_url/products/1" -H "$credentials")
	b=$(rate "$statute" "$url/products/1")
	echo "$a $b" | awk '{ printf "%.2f\n", $1 / $3 }' >>"$folder/ratios"
	echo "$a $b" | awk '{ printf "%.2f\n", $4 / $2 }' >>"$folder/cpu"
	round=$((round + 1))
done
row 'GET, with a limit and a token' "$(median <"$folder/ratios")" 'x without' least 0.9 \
	"($(spread <"$folder/ratios"); by processor time $(median <"$folder/cpu"))"
