/* Keys for development: see dev_keys.h. */
#include "cli/dev_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"

enum { FILE_MAX = 1 << 20, HOLDS_S = 12 * 3600 };

/* ---- The file ------------------------------------------------------------------ */

static int failed(const char *path, const char *why)
{
	command_error("%s: %s", path, why);
	return EXIT_FAILED;
}

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		text += done;
		len -= (size_t)done;
	}
	return fsync(fd);
}

/* Takes the descriptor. */
static int make(struct dev_keys *keys, int fd)
{
	int r = statute_keys_make("EdDSA", "dev", &keys->keys);
	bool is_written = r == 0 && write_all(fd, statute_keys_text(keys->keys)) == 0;
	const char *why = r < 0 ? statute_err_text(r) : strerror(errno);

	is_written = close(fd) == 0 && is_written;
	if (is_written)
		return EXIT_OK;
	unlink(keys->path);
	return failed(keys->path, why);
}

static int read_existing(struct dev_keys *keys)
{
	struct statute_keys_fault fault = { 0 };
	FILE *file = fopen(keys->path, "rbe");
	char *text = file ? malloc(FILE_MAX) : NULL;
	size_t len;
	int r;

	if (!file || !text) {
		if (file)
			fclose(file);
		return failed(keys->path, file ? "not enough memory" : strerror(errno));
	}
	len = fread(text, 1, FILE_MAX, file);
	fclose(file);
	r = statute_keys_read(text, len, &keys->keys, &fault);
	free(text);
	if (r == STATUTE_ESYNTAX || r == STATUTE_EINVAL) {
		fprintf(stderr, "%s:%u:%u: error: %s\n", keys->path, fault.line, fault.column, fault.issue);
		return EXIT_USAGE;
	}
	return r < 0 ? failed(keys->path, statute_err_text(r)) : EXIT_OK;
}

int dev_keys_open(struct statute_document *document, const char *database, struct dev_keys *ret_keys)
{
	int r = statute_document_bind(document), fd;

	*ret_keys = (struct dev_keys){ 0 };
	if (r == STATUTE_EDOCUMENT)
		return EXIT_OK; /* the server says what is wrong */
	if (r == 0)
		r = statute_document_security(document, &ret_keys->security);
	if (r < 0)
		return failed("development keys", statute_err_text(r));
	if (!ret_keys->security.lacks_keys)
		return EXIT_OK;
	if (asprintf(&ret_keys->path, "%s.dev-keys.json", database) < 0) {
		ret_keys->path = NULL;
		return failed("development keys", statute_err_text(STATUTE_ENOMEM));
	}
	fd = open(ret_keys->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return make(ret_keys, fd);
	return errno == EEXIST ? read_existing(ret_keys) : failed(ret_keys->path, strerror(errno));
}

void dev_keys_end(struct dev_keys *keys)
{
	statute_keys_free(keys->keys);
	free(keys->path);
	*keys = (struct dev_keys){ 0 };
}

/* ---- What to try --------------------------------------------------------------- */

static int make_token(struct dev_keys *keys, size_t role, const char **ret_token)
{
	int64_t now = (int64_t)time(NULL);
	const struct statute_claims claims = {
		.subject = role < keys->security.role_count ? keys->security.roles[role] : "somebody",
		.issuer = keys->security.issuer,
		.audience = keys->security.audience,
		.issued_s = now,
		.expires_s = now + HOLDS_S,
		.more = keys->security.claims[role],
		.type = keys->security.type,
	};

	return statute_token_sign(keys->keys, &claims, ret_token);
}

/* One that anybody can ask for without knowing more; the first choice demands credentials. */
static const char *path_to_try(const struct statute_document *document)
{
	const struct statute_route *route;
	const char *open = "/";

	for (size_t i = 0; (route = statute_document_route(document, i)); i++) {
		if (strcmp(route->method, "GET") != 0 || strchr(route->path, '{') || !route->resource)
			continue;
		if (route->needs_credentials)
			return route->path;
		if (strcmp(open, "/") == 0)
			open = route->path;
	}
	return open;
}

/* `role` past the last: without one. */
static void print_line(struct dev_keys *keys, const char *url, size_t role)
{
	const char *token;
	bool has_role = role < keys->security.role_count;
	int r = make_token(keys, role, &token);

	if (r < 0) {
		command_error("%s: no token can be made: %s", keys->path, statute_err_text(r));
		return;
	}
	printf("curl -H \"Authorization: Bearer %s\" %s  # %s%s\n", token, url, has_role ? "as " : "without a role",
	       has_role ? keys->security.roles[role] : "");
}

void dev_keys_print(struct dev_keys *keys, const struct statute_document *document, const char *url)
{
	const char *path = path_to_try(document);
	char *whole;

	if (!keys->keys || asprintf(&whole, "%s%s", url, path) < 0)
		return;
	printf("development keys in %s; tokens for twelve hours:\n", keys->path);
	for (size_t i = 0; i <= keys->security.role_count; i++)
		print_line(keys, whole, i);
	free(whole);
	fflush(stdout);
}
