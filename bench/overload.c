/*
 * A client that does not wait: requests at a rate that the server has no say in, over connections that are
 * made as they are needed: HEAD, so that what the content takes is spent by the server and not by the client.
 * What wrk cannot do, whose connections wait for their answers.
 *
 *	overload PORT PATH RATE SECONDS
 *
 * Prints the answers 200 a second, the p99 of their latencies in microseconds (from the moment when the
 * request was due, whether a connection was free for it or not), and the shares that were answered 503
 * and not at all. With a RATE of 0 each of 8 connections waits for its answer: how much the server can do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 2000, PATIENT = 8, LATENCIES = 1 << 22, WARM_US = 1000000 };

struct client {
	int fd;
	uint64_t due;       /* of the request in progress, us; 0: free */
	int status;
	char head[1024];
	size_t head_len;
	struct client *next; /* free ones */
};

static struct {
	struct client clients[CONNECTIONS], *spare;
	struct sockaddr_in address;
	char request[512];
	size_t request_len;
	int epoll, opened;
	uint64_t begin, served, shed, sent;
	uint32_t *latencies;
} bench;

static void need(bool is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "overload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static struct client *open_client(void)
{
	struct client *client = &bench.clients[bench.opened++];
	struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = client } };
	int one = 1;

	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	need(client->fd >= 0, "socket");
	need(connect(client->fd, (struct sockaddr *)&bench.address, sizeof(bench.address)) == 0, "connect");
	need(fcntl(client->fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	need(epoll_ctl(bench.epoll, EPOLL_CTL_ADD, client->fd, &event) == 0, "epoll_ctl");
	return client;
}

/* False where every connection waits for an answer. */
static bool send_one(uint64_t due)
{
	struct client *client = bench.spare;

	if (client)
		bench.spare = client->next;
	else if (bench.opened < CONNECTIONS)
		client = open_client();
	else
		return false;
	client->due = due;
	client->head_len = 0;
	bench.sent += due >= bench.begin;
	need(write(client->fd, bench.request, bench.request_len) == (ssize_t)bench.request_len, "write");
	return true;
}

static void take_answer(struct client *client)
{
	uint64_t now = now_us();

	if (client->due >= bench.begin && client->status == 200 && bench.served < LATENCIES)
		bench.latencies[bench.served++] = (uint32_t)(now - client->due);
	else if (client->due >= bench.begin && client->status == 503)
		bench.shed++;
	client->due = 0;
	client->next = bench.spare;
	bench.spare = client;
}

static void read_some(struct client *client)
{
	ssize_t got = read(client->fd, client->head + client->head_len, sizeof(client->head) - 1 - client->head_len);

	need(got > 0 || (got < 0 && errno == EAGAIN), "the server closed a connection");
	if (got < 0)
		return;
	client->head_len += (size_t)got;
	client->head[client->head_len] = '\0';
	need(client->head_len < sizeof(client->head) - 1, "a longer head than this reads");
	if (!strstr(client->head, "\r\n\r\n"))
		return;
	client->status = atoi(client->head + 9);
	take_answer(client);
}

static void run(double rate, uint64_t end)
{
	double gap = rate > 0 ? 1e6 / rate : 0, due = (double)now_us();
	struct epoll_event events[256];
	uint64_t now;

	while ((now = now_us()) < end) {
		int count;

		for (; gap > 0 && due <= (double)now && send_one((uint64_t)due);)
			due += gap;
		for (int i = 0; gap == 0 && (bench.spare || bench.opened < PATIENT) && i < PATIENT; i++)
			send_one(now);
		count = epoll_wait(bench.epoll, events, 256, gap > 0 ? 0 : 10);
		for (int i = 0; i < count; i++)
			read_some(events[i].data.ptr);
	}
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	uint64_t start = now_us(), end;
	double rate, seconds;

	if (argc != 5)
		return 2;
	rate = atof(argv[3]);
	seconds = atof(argv[4]);
	bench.address = (struct sockaddr_in){ .sin_family = AF_INET,
		                              .sin_port = htons((uint16_t)atoi(argv[1])),
		                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
	bench.request_len = (size_t)snprintf(bench.request, sizeof(bench.request),
	                                     "HEAD %s HTTP/1.1\r\nHost: bench\r\n\r\n", argv[2]);
	bench.epoll = epoll_create1(0);
	bench.latencies = malloc(LATENCIES * sizeof(*bench.latencies));
	need(bench.epoll >= 0 && bench.latencies, "memory");
	bench.begin = start + WARM_US;
	end = bench.begin + (uint64_t)(seconds * 1e6);
	run(rate, end);
	qsort(bench.latencies, bench.served, sizeof(*bench.latencies), compare);
	printf("%.1f %u %.3f %.3f\n", (double)bench.served / seconds,
	       bench.served ? bench.latencies[bench.served * 99 / 100] : 0,
	       bench.sent ? (double)bench.shed / (double)bench.sent : 0,
	       bench.sent ? (double)(bench.sent - bench.served - bench.shed) / (double)bench.sent : 0);
	return 0;
}
