/* One request to a server that runs in this process. */
#ifndef STATUTE_TEST_SERVER_ASK_H
#define STATUTE_TEST_SERVER_ASK_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <statute/server.h>

#include "unit/test.h"

/* The status of GET on a path, on a connection of its own. */
static inline int ask(const struct statute_server *server, const char *path)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_port = htons((uint16_t)statute_server_port(server)),
		                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
	char text[256];
	ssize_t len;

	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	len = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
	assert_int_equal(write(fd, text, (size_t)len), len);
	len = read(fd, text, sizeof(text) - 1);
	assert_true(len > 12);
	text[len] = '\0';
	assert_int_equal(sscanf(text, "HTTP/1.1 %d", &status), 1);
	close(fd);
	return status;
}

#endif
