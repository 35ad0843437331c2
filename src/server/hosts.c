/* The names that a server answers for: see hosts.h. */
#include "server/hosts.h"

static bool is_host(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
		      c == '.' || c == '_' || c == ':'))
			return false;
	}
	return name.len > 0;
}

/* An address of IPv6 may stand in brackets; anything else with a colon has a port, and any port is ours. */
static struct str without_brackets(struct str name)
{
	return str_starts(name, S("[")) && str_ends(name, S("]")) ? str_sub(name, 1, name.len - 2) : name;
}

static bool has_port(struct str name)
{
	size_t colon = str_find(name, ':');

	return colon < name.len && str_find(str_sub(name, colon + 1, SIZE_MAX), ':') + colon + 1 == name.len;
}

static int refuse(struct buf *problems, struct str name, const char *what)
{
	buf_printf(problems, "--host %.*s: %s\n", STR_ARG(name), what);
	return STATUTE_EINVAL;
}

int hosts_read(const char *names, struct arena *arena, struct buf *problems, struct exchange_settings *settings)
{
	struct str *hosts = arena_array(arena, HOSTS_MAX, sizeof(*hosts));
	struct str rest = str_dup(arena, str_from(names));
	size_t count = 0;

	if (!names)
		return 0;
	if (!hosts || !rest.at)
		return STATUTE_ENOMEM;
	while (rest.at) {
		struct str name = without_brackets(str_trim(str_cut(&rest, ',')));

		if (!is_host(name))
			return refuse(problems, name, "no host; commas stand between several");
		if (has_port(name))
			return refuse(problems, name, "a host has no port here: it is answered on every port");
		if (count == HOSTS_MAX)
			return refuse(problems, name, "more than 100 hosts");
		hosts[count++] = name;
	}
	settings->hosts = hosts;
	settings->host_count = count;
	return 0;
}
