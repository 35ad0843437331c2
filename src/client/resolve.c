/*
 * Names to addresses: see resolve.h. A number needs no lookup; a name is looked up on a
 * thread of its own, which frees what it shares with the caller if that did not wait for it.
 */
#include "client/resolve.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client/url.h"

struct lookup {
	char host[URL_HOST_MAX + 1], port[6];
	struct addrinfo *list;
	int result;       /* of getaddrinfo; the thread's alone until it is_done */
	int done_fd;      /* wakes the caller */
	atomic_bool is_done;
	atomic_int users; /* the caller and the thread */
};

static void leave(struct lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->users, 1) > 1)
		return;
	if (lookup->list)
		freeaddrinfo(lookup->list);
	close(lookup->done_fd);
	free(lookup);
}

static int look_up(struct lookup *lookup, int flags)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV };

	return getaddrinfo(lookup->host, lookup->port, &hints, &lookup->list);
}

static void *run(void *data)
{
	struct lookup *lookup = data;

	lookup->result = look_up(lookup, AI_ADDRCONFIG);
	if (lookup->result != 0) /* where the loopback interface is all there is, that flag finds nothing */
		lookup->result = look_up(lookup, 0);
	atomic_store(&lookup->is_done, true);
	eventfd_write(lookup->done_fd, 1);
	leave(lookup);
	return NULL;
}

/* Signals are for the threads that the program began with. */
static int start_thread(struct lookup *lookup)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return STATUTE_ENOMEM;
	pthread_detach(thread);
	return 0;
}

static struct lookup *lookup_new(struct str host, uint16_t port)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (!lookup)
		return NULL;
	lookup->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lookup->done_fd < 0) {
		free(lookup);
		return NULL;
	}
	atomic_init(&lookup->users, 1);
	snprintf(lookup->host, sizeof(lookup->host), "%.*s", STR_ARG(host));
	snprintf(lookup->port, sizeof(lookup->port), "%u", (unsigned)port);
	return lookup;
}

static int take(struct lookup *lookup, struct addrinfo **ret_list, const char **ret_cause)
{
	if (lookup->result != 0) {
		*ret_cause = gai_strerror(lookup->result);
		return STATUTE_EIO;
	}
	*ret_list = lookup->list;
	lookup->list = NULL;
	return 0;
}

static int look_up_elsewhere(struct lookup *lookup, const struct deadline *deadline, struct addrinfo **ret_list,
                             const char **ret_cause)
{
	atomic_fetch_add(&lookup->users, 1);
	if (start_thread(lookup) < 0) {
		atomic_fetch_sub(&lookup->users, 1);
		return STATUTE_ENOMEM;
	}
	if (deadline_await(deadline, lookup->done_fd, POLLIN) && atomic_load(&lookup->is_done))
		return take(lookup, ret_list, ret_cause);
	*ret_cause = "the host's name was not resolved in time";
	return STATUTE_EIO;
}

int resolve(struct str host, uint16_t port, const struct deadline *deadline, struct addrinfo **ret_list,
            const char **ret_cause)
{
	struct lookup *lookup = lookup_new(host, port);
	int r;

	if (!lookup)
		return STATUTE_ENOMEM;
	lookup->result = look_up(lookup, AI_NUMERICHOST);
	if (lookup->result == 0)
		r = take(lookup, ret_list, ret_cause);
	else
		r = look_up_elsewhere(lookup, deadline, ret_list, ret_cause);
	leave(lookup);
	return r;
}

bool resolve_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}
