/* Sizes: see size.h. */
#include "base/size.h"

bool size_read(struct str text, uint64_t *ret_bytes)
{
	static const struct {
		struct str name;
		uint64_t bytes;
	} units[] = {
		{ STR_INIT(""), 1 },
		{ STR_INIT("B"), 1 },
		{ STR_INIT("kB"), 1000 },
		{ STR_INIT("MB"), 1000000 },
		{ STR_INIT("GB"), 1000000000 },
		{ STR_INIT("TB"), UINT64_C(1000000000000) },
		{ STR_INIT("KiB"), UINT64_C(1) << 10 },
		{ STR_INIT("MiB"), UINT64_C(1) << 20 },
		{ STR_INIT("GiB"), UINT64_C(1) << 30 },
		{ STR_INIT("TiB"), UINT64_C(1) << 40 },
	};
	size_t digits = 0;
	uint64_t number, bytes;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	if (!str_to_u64(str_of(text.at, digits), &number))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!str_eq(str_sub(text, digits, text.len), units[i].name))
			continue;
		if (__builtin_mul_overflow(number, units[i].bytes, &bytes) || bytes > INT64_MAX)
			return false;
		*ret_bytes = bytes;
		return true;
	}
	return false;
}
