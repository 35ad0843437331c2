/* The address to listen on: see address.h. */
#include "server/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static int parse_ipv4(struct str host, unsigned port, struct address *ret_address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	char text[INET_ADDRSTRLEN];

	if (host.len == 0 || str_eq(host, S("*")))
		host = S("0.0.0.0");
	else if (str_eq_nocase(host, S("localhost")))
		host = S("127.0.0.1");
	if (host.len >= sizeof(text))
		return STATUTE_EINVAL;
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	if (inet_pton(AF_INET, text, &in.sin_addr) != 1)
		return STATUTE_EINVAL;
	*ret_address = (struct address){ .len = sizeof(in) };
	memcpy(&ret_address->at, &in, sizeof(in));
	return 0;
}

static int parse_ipv6(struct str host, unsigned port, struct address *ret_address)
{
	struct sockaddr_in6 in = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	char text[INET6_ADDRSTRLEN];

	if (host.len >= sizeof(text))
		return STATUTE_EINVAL;
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	if (inet_pton(AF_INET6, text, &in.sin6_addr) != 1)
		return STATUTE_EINVAL;
	*ret_address = (struct address){ .len = sizeof(in) };
	memcpy(&ret_address->at, &in, sizeof(in));
	return 0;
}

/* The last colon outside of brackets parts host and port. */
int address_parse(struct str text, struct address *ret_address)
{
	size_t colon = text.len;
	uint64_t port;

	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon == 0 || !str_to_u64(str_sub(text, colon, text.len), &port) || port > 65535)
		return STATUTE_EINVAL;
	text.len = colon - 1;
	if (str_starts(text, S("[")) && str_ends(text, S("]")))
		return parse_ipv6(str_sub(text, 1, text.len - 2), (unsigned)port, ret_address);
	return parse_ipv4(text, (unsigned)port, ret_address);
}

unsigned address_port(const struct address *address)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (address->at.ss_family == AF_INET6) {
		memcpy(&in6, &address->at, sizeof(in6));
		return ntohs(in6.sin6_port);
	}
	memcpy(&in, &address->at, sizeof(in));
	return ntohs(in.sin_port);
}

void address_set_port(struct address *address, unsigned port)
{
	uint16_t wire = htons((uint16_t)port);

	_Static_assert(offsetof(struct sockaddr_in6, sin6_port) == offsetof(struct sockaddr_in, sin_port),
	               "both families have the port at the same place");
	memcpy((char *)&address->at + offsetof(struct sockaddr_in, sin_port), &wire, sizeof(wire));
}

void address_write_host(const struct sockaddr *at, char out[ADDRESS_TEXT_MAX])
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	out[0] = '\0';
	if (at->sa_family == AF_INET) {
		memcpy(&in, at, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, out, ADDRESS_TEXT_MAX);
	} else if (at->sa_family == AF_INET6) {
		memcpy(&in6, at, sizeof(in6));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
			inet_ntop(AF_INET, &in6.sin6_addr.s6_addr[12], out, ADDRESS_TEXT_MAX);
		else
			inet_ntop(AF_INET6, &in6.sin6_addr, out, ADDRESS_TEXT_MAX);
	}
}

void address_network(const struct sockaddr *at, unsigned char ret_network[ADDRESS_NETWORK])
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	memset(ret_network, 0, ADDRESS_NETWORK);
	if (at->sa_family == AF_INET) {
		memcpy(&in, at, sizeof(in));
		ret_network[10] = ret_network[11] = 0xff;
		memcpy(ret_network + 12, &in.sin_addr, 4);
	} else if (at->sa_family == AF_INET6) {
		memcpy(&in6, at, sizeof(in6));
		memcpy(ret_network, &in6.sin6_addr, IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) ? 16 : 8);
	}
}

void address_write(const struct address *address, char out[ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	if (address->at.ss_family == AF_INET6) {
		memcpy(&in6, &address->at, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
		snprintf(out, ADDRESS_TEXT_MAX, "[%s]:%u", host, address_port(address));
	} else {
		memcpy(&in, &address->at, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
		snprintf(out, ADDRESS_TEXT_MAX, "%s:%u", host, address_port(address));
	}
}
