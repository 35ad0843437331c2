/* Durations: see duration.h. */
#include "base/duration.h"

const uint32_t duration_bounds[DURATION_BUCKETS] = {
	100,    250,    500,    1000,    2500,    5000,    10000,   25000,
	50000,  100000, 250000, 500000,  1000000, 2500000, 5000000, 10000000,
};

bool duration_read(struct str text, uint64_t *ret_ms)
{
	static const struct {
		struct str name;
		uint64_t ms;
	} units[] = {
		{ STR_INIT("ms"), 1 },      { STR_INIT("s"), 1000 },     { STR_INIT("m"), 60000 },
		{ STR_INIT("h"), 3600000 }, { STR_INIT("d"), 86400000 },
	};
	size_t digits = 0;
	uint64_t number, ms;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	if (!str_to_u64(str_of(text.at, digits), &number))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_eq(str_sub(text, digits, text.len), units[i].name) &&
		    !__builtin_mul_overflow(number, units[i].ms, &ms)) {
			*ret_ms = ms;
			return true;
		}
	return false;
}
