/*
 * Listening sockets: see listener.h.
 *
 * SO_REUSEPORT would let a second server share the port in silence. So a socket
 * without it takes the address first: that fails where anybody else listens.
 */
#include "server/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

static int bind_one(const struct address *address, bool shares)
{
	int family = address->at.ss_family, on = 1, off = 0;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (shares && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0) ||
	    (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0) ||
	    bind(fd, (const struct sockaddr *)&address->at, address->len) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int read_port(int fd, struct address *address)
{
	struct address bound = { .len = sizeof(bound.at) };

	if (getsockname(fd, (struct sockaddr *)&bound.at, &bound.len) < 0)
		return -1;
	address_set_port(address, address_port(&bound));
	return 0;
}

/* Finds out the port, and whether it is free. */
static int try_alone(struct address *address)
{
	int fd = bind_one(address, false), r;

	if (fd < 0)
		return -1;
	/* Only a listener is sure to refuse another one: both sockets may reuse the address. */
	r = listen(fd, 1) < 0 ? -1 : read_port(fd, address);
	if (r < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	close(fd);
	return 0;
}

int listener_bind(struct address *address, size_t count, int *ret_fds, const char **ret_cause)
{
	struct address bound = *address;
	size_t made = 0;

	if (try_alone(&bound) == 0)
		while (made < count && (ret_fds[made] = bind_one(&bound, count > 1)) >= 0)
			made++;
	if (made < count) {
		*ret_cause = strerrordesc_np(errno);
		while (made)
			close(ret_fds[--made]);
		return STATUTE_EADDRESS;
	}
	*address = bound;
	return 0;
}
