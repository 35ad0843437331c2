/* The limits of the options, each with a value: see shared.h. */
#include "server/shared.h"

#include <sys/resource.h>

/* Descriptors beside those of connections: for the database, the log, names; and for each loop. */
enum { DESCRIPTORS = 32, DESCRIPTORS_OF_WORKER = 12 };

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

/*
 * Without descriptors nobody can be told anything, nor the database be opened anew: the limit of
 * connections, at which somebody gives way, must come first.
 */
size_t server_connections_max(size_t wanted, size_t workers, size_t admin)
{
	size_t others = DESCRIPTORS + DESCRIPTORS_OF_WORKER * (workers + 1) + admin;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur >= wanted + others)
		return wanted;
	return limit.rlim_cur > others ? (size_t)limit.rlim_cur - others : 1;
}
