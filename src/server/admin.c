/* The admin listener: see admin.h. */
#include "server/admin.h"

#include <arpa/inet.h>

#include "server/own_paths.h"
#include "server/worker.h"

static bool is_address(int family, struct str host)
{
	unsigned char address[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];

	if (!host.at || host.len >= sizeof(text))
		return false;
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	return inet_pton(family, text, address) == 1;
}

static bool is_port(struct str port)
{
	uint64_t number;

	return !port.at || !port.len || (str_to_u64(port, &number) && number <= 65535);
}

bool admin_authority_is_ours(struct str authority, struct str name)
{
	bool is_bracketed = str_starts(authority, S("["));
	size_t from = is_bracketed ? 1 : 0, end = str_find(authority, is_bracketed ? ']' : ':');
	struct str host = str_sub(authority, from, end - from);
	struct str port = str_sub(authority, end + from, authority.len);

	if (!authority.len)
		return true;
	if ((is_bracketed && end == authority.len) || (port.at && port.len && port.at[0] != ':') ||
	    !is_port(str_sub(port, 1, port.len)))
		return false;
	if (is_bracketed)
		return is_address(AF_INET6, host);
	return is_address(AF_INET, host) || str_eq_nocase(host, S("localhost")) ||
	       (name.len && str_eq_nocase(host, name));
}

const struct exchange_kind *admin_path(struct exchange *x, struct str path)
{
	const struct worker *worker = x->host->data;
	const struct exchange_kind *kind = own_path_any(x, path);
	bool is_ours = admin_authority_is_ours(x->request.authority, worker->shared->admin_host);

	statute_fact_set(&x->facts, STATUTE_FACT_HOST_OURS, is_ours);
	return kind;
}
