/* Certificates of a server: see certificates.h. */
#include "server/certificates.h"

/*
 * What a client may choose from, in our order (RFC 7301). HTTP/1.0 is among them since curl asks
 * for it by name when it is told to speak that.
 */
#define PROTOCOLS "\x02h2\x08http/1.1\x08http/1.0"

static int fail(struct buf *problems, const char *option, const char *what)
{
	buf_printf(problems, "%s: %s\n", option, what);
	return STATUTE_EINVAL;
}

static const char *keep(struct arena *arena, const char *text)
{
	return text ? str_dup(arena, str_from(text)).at : NULL;
}

int certificates_open(struct shared *shared, struct arena *arena, const struct statute_server_options *options,
                      struct buf *problems)
{
	struct tls_files files = { .protocols = S(PROTOCOLS) };

	if (!options->tls_certificate && options->tls_key)
		return fail(problems, options->tls_key, "a key without its certificate: --tls-cert FILE");
	if (!options->tls_certificate)
		return 0;
	files.certificate = keep(arena, options->tls_certificate);
	files.key = keep(arena, options->tls_key);
	if (!files.certificate || (options->tls_key && !files.key))
		return STATUTE_ENOMEM;
	return tls_server_new(&files, problems, &shared->tls);
}

int certificates_reload(struct shared *shared, struct buf *problems)
{
	struct tls_server *earlier = shared->tls, *server;
	int r = tls_server_renew(earlier, problems, &server);

	if (r < 0)
		return r;
	uv_mutex_lock(&shared->lock);
	shared->tls = server;
	uv_mutex_unlock(&shared->lock);
	tls_server_describe(server, problems);
	tls_server_unref(earlier);
	return 0;
}

struct tls_server *certificates_take(struct shared *shared)
{
	struct tls_server *server;

	uv_mutex_lock(&shared->lock);
	server = tls_server_ref(shared->tls);
	uv_mutex_unlock(&shared->lock);
	return server;
}

int64_t certificates_end(struct shared *shared)
{
	int64_t end_s;

	uv_mutex_lock(&shared->lock);
	end_s = shared->tls ? tls_server_end(shared->tls) : 0;
	uv_mutex_unlock(&shared->lock);
	return end_s;
}

void certificates_close(struct shared *shared)
{
	tls_server_unref(shared->tls);
	shared->tls = NULL;
}
