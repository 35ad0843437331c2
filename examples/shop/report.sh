#!/bin/sh
# The work of POST /reports/generate: reads {"month":"2026-02"}, whose form the document's schema has checked,
# and writes what the report covers. A line "progress: …" on the standard error is shown by the job's monitor.
set -eu

month=$(sed -n 's/.*"month":"\([0-9-]*\)".*/\1/p')
echo "progress: 50 counting the days of $month" >&2
days=$(date -u -d "$month-01 +1 month -1 day" +%d)
printf '{"month": "%s", "from": "%s-01", "to": "%s-%s", "days": %s}\n' \
	"$month" "$month" "$month" "$days" "$days"
