/* The limits of the options, each with a value: see shared.h. */
#include "server/shared.h"

static bool take(uint64_t given, uint64_t otherwise, uint64_t min, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = given ? given : otherwise;

	if (value < min || value > max)
		return false;
	*ret_value = value;
	return true;
}

int server_limits_from(const struct statute_server_options *options, struct server_limits *ret_limits,
                       const char **ret_option)
{
	struct server_limits limits;

#define L(name, option, type, default_value, default_text, min, max, text) \
	if (!take(options->name, default_value, min, max, &limits.name)) { \
		*ret_option = option; \
		return STATUTE_EINVAL; \
	}
#include <statute/server_limits.def>
#undef L
	if (limits.request_memory < limits.content_max * 8)
		limits.request_memory = limits.content_max * 8;
	*ret_limits = limits;
	return 0;
}
