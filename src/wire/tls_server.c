/*
 * The certificates of a server, and how it speaks TLS with any of them: see tls.h.
 *
 * One context a certificate; a connection begins with the first and goes over to the one
 * that is for the name that its client gives. Which versions and ciphers: RFC 9325, of it
 * what RFC 9113 section 9.2 lets HTTP/2 have.
 */
#include "wire/tls_inside.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/err.h>

enum { PATH_LEN_MAX = 4096 };

#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"

/* ---- A context ----------------------------------------------------------- */

/* RFC 7301 section 3.2: a client that speaks nothing of ours is told so. */
static int on_protocols(SSL *ssl, const unsigned char **ret_at, unsigned char *ret_len,
                        const unsigned char *theirs, unsigned their_len, void *data)
{
	const struct tls_server *server = data;
	const struct str *ours = &server->files.protocols;
	unsigned char *chosen;

	(void)ssl;
	if (SSL_select_next_proto(&chosen, ret_len, (const unsigned char *)ours->at, (unsigned)ours->len, theirs,
	                          their_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*ret_at = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* A name that is none of ours gets the first certificate: the client can tell best what to make of it. */
static int on_name(SSL *ssl, int *ret_alert, void *data)
{
	const struct tls_server *server = data;
	struct str name = str_from(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));

	(void)ret_alert;
	for (size_t i = 0; name.len && i < server->count; i++) {
		SSL_CTX *context = server->identities[i].context;

		if (!tls_certificate_covers(SSL_CTX_get0_certificate(context), name))
			continue;
		if (context != SSL_get_SSL_CTX(ssl))
			SSL_set_SSL_CTX(ssl, context);
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_NOACK;
}

static bool set_up(SSL_CTX *context, struct tls_server *server)
{
	static const unsigned char id[] = "statute";
	char groups[] = "X25519:P-256:P-384"; /* OpenSSL takes no constant here */

	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_early_data(context, 0);
	SSL_CTX_set_alpn_select_cb(context, on_protocols, server);
	SSL_CTX_set_tlsext_servername_callback(context, on_name);
	SSL_CTX_set_tlsext_servername_arg(context, server);
	return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) > 0 &&
	       SSL_CTX_set_cipher_list(context, CIPHERS_12) > 0 &&
	       SSL_CTX_set1_groups_list(context, groups) > 0 &&
	       SSL_CTX_set_session_id_context(context, id, sizeof(id) - 1) > 0 &&
	       tls_tickets_use(server->tickets, context) == 0;
}

static int add_identity(struct tls_server *server, const char *certificate, const char *key, struct buf *problems)
{
	struct tls_identity *identity = &server->identities[server->count];
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	char *file = strdup(certificate);
	int r = context && file && set_up(context, server) ? 0 : STATUTE_ENOMEM;

	if (r == 0)
		r = tls_identity_read(context, certificate, key, problems);
	if (r < 0) {
		SSL_CTX_free(context);
		free(file);
		return r;
	}
	identity->context = context;
	identity->file = file;
	identity->end_s = tls_certificate_end(context);
	server->count++;
	return 0;
}

/* ---- A folder of certificates -------------------------------------------- */

static int is_certificate(const struct dirent *entry)
{
	return str_ends(str_from(entry->d_name), S(".crt"));
}

/* NAME.crt, with NAME.key beside it. */
static int add_named(struct tls_server *server, const char *folder, const char *name, struct buf *problems)
{
	char certificate[PATH_LEN_MAX], key[PATH_LEN_MAX];
	int len = snprintf(certificate, sizeof(certificate), "%s/%s", folder, name);

	if (len < 0 || (size_t)len >= sizeof(certificate)) {
		buf_printf(problems, "%s: the path of a file in it is too long\n", folder);
		return STATUTE_EINVAL;
	}
	snprintf(key, sizeof(key), "%.*s.key", len - 4, certificate);
	return add_identity(server, certificate, key, problems);
}

static int add_folder(struct tls_server *server, const char *folder, struct buf *problems)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_certificate, alphasort), r = 0;

	if (count <= 0 || count > TLS_CERTIFICATES_MAX) {
		buf_printf(problems, "%s: %s\n", folder,
		           count > 0 ? "more than 100 certificates in one folder"
		                     : "no certificate in this folder; each is a NAME.crt with its NAME.key beside it");
		r = STATUTE_EINVAL;
	}
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = add_named(server, folder, entries[i]->d_name, problems);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* ---- Life ---------------------------------------------------------------- */

static bool is_folder(const char *path)
{
	struct stat at;

	return stat(path, &at) == 0 && S_ISDIR(at.st_mode);
}

static int add_all(struct tls_server *server, struct buf *problems)
{
	const struct tls_files *files = &server->files;

	if (is_folder(files->certificate) && !files->key)
		return add_folder(server, files->certificate, problems);
	if (!files->key) {
		buf_printf(problems, "%s: its key is missing: --tls-key FILE\n", files->certificate);
		return STATUTE_EINVAL;
	}
	return add_identity(server, files->certificate, files->key, problems);
}

/* Takes the reference to `tickets` in any case. */
static int make(const struct tls_files *files, struct tls_tickets *tickets, struct buf *problems,
                struct tls_server **ret_server)
{
	struct tls_server *server = tickets ? calloc(1, sizeof(*server)) : NULL;
	int r = STATUTE_ENOMEM;

	if (!server) {
		tls_tickets_unref(tickets);
		return r;
	}
	server->files = *files;
	server->tickets = tickets;
	atomic_init(&server->uses, 1);
	server->method = tls_method_new();
	if (server->method)
		r = add_all(server, problems);
	ERR_clear_error();
	if (r < 0) {
		tls_server_unref(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

int tls_server_new(const struct tls_files *files, struct buf *problems, struct tls_server **ret_server)
{
	return make(files, tls_tickets_new(), problems, ret_server);
}

int tls_server_renew(const struct tls_server *earlier, struct buf *problems, struct tls_server **ret_server)
{
	return make(&earlier->files, tls_tickets_ref(earlier->tickets), problems, ret_server);
}

struct tls_server *tls_server_ref(struct tls_server *server)
{
	atomic_fetch_add(&server->uses, 1);
	return server;
}

void tls_server_unref(struct tls_server *server)
{
	if (!server || atomic_fetch_sub(&server->uses, 1) > 1)
		return;
	for (size_t i = 0; i < server->count; i++) {
		SSL_CTX_free(server->identities[i].context);
		free(server->identities[i].file);
	}
	BIO_meth_free(server->method);
	tls_tickets_unref(server->tickets);
	free(server);
}

int64_t tls_server_end(const struct tls_server *server)
{
	int64_t end_s = server->identities[0].end_s;

	for (size_t i = 1; i < server->count; i++)
		if (server->identities[i].end_s < end_s)
			end_s = server->identities[i].end_s;
	return end_s;
}

void tls_server_describe(const struct tls_server *server, struct buf *buf)
{
	for (size_t i = 0; i < server->count; i++)
		tls_identity_describe(&server->identities[i], buf);
}
