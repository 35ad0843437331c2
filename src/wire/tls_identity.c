/*
 * A certificate with its key, from PEM files: see tls_inside.h.
 *
 * Whoever sets up a server gets these files wrong more often than anything else, so each
 * mistake is told by its name, with what would be right.
 */
#include "wire/tls_inside.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/clock.h"

enum { SOON_DAYS = 14, DAY_S = 24 * 3600, NAMES_TOLD = 8, NAME_MAX_LEN = 253 };

/* ---- What is wrong ------------------------------------------------------- */

static int refuse(struct buf *problems, const char *file, const char *what)
{
	buf_printf(problems, "%s: %s\n", file, what);
	return STATUTE_EINVAL;
}

static void warn(struct buf *problems, const char *file, const char *what)
{
	buf_printf(problems, "warning: %s: %s\n", file, what);
}

static bool is_reason(unsigned long error, int library, int reason)
{
	return ERR_GET_LIB(error) == library && ERR_GET_REASON(error) == reason;
}

/* What OpenSSL says of a file in which it found what it looked for, but could not take it. */
static int refuse_as_told(struct buf *problems, const char *file, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	buf_printf(problems, "%s: %s (%s)\n", file, what, reason ? reason : "no reason is known");
	return STATUTE_EINVAL;
}

static bool has_block(const char *file, const char *end_of_name)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	bool is_found = false;
	long len;
	BIO *bio = BIO_new_file(file, "r");

	while (bio && !is_found && PEM_read_bio(bio, &name, &header, &data, &len) > 0) {
		is_found = str_ends(str_from(name), str_from(end_of_name));
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(data, (size_t)len);
	}
	BIO_free(bio);
	return is_found;
}

static bool can_be_read(const char *file, struct buf *problems)
{
	FILE *opened = fopen(file, "re");

	if (!opened) {
		refuse(problems, file, strerrordesc_np(errno));
		return false;
	}
	fclose(opened);
	return true;
}

/* ---- The certificate ----------------------------------------------------- */

static int read_certificate(SSL_CTX *context, const char *file, struct buf *problems)
{
	if (!can_be_read(file, problems))
		return STATUTE_EINVAL;
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, file) > 0)
		return 0;
	if (!is_reason(ERR_peek_error(), ERR_LIB_PEM, PEM_R_NO_START_LINE))
		return refuse_as_told(problems, file, "the certificate cannot be used");
	if (has_block(file, "PRIVATE KEY"))
		return refuse(problems, file, "this is a key; the certificate belongs here, and the key to --tls-key");
	return refuse(problems, file, "there is no certificate in it; it must be PEM, with the server's own "
	                              "certificate first: -----BEGIN CERTIFICATE-----");
}

static bool has_names(X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool has_some = names && sk_GENERAL_NAME_num(names) > 0;

	GENERAL_NAMES_free(names);
	return has_some;
}

static void check_dates(X509 *certificate, const char *file, struct buf *problems)
{
	time_t now = (time_t)(clock_wall_ms() / 1000), soon = now + (time_t)SOON_DAYS * DAY_S;

	if (X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0)
		warn(problems, file, "the certificate has expired; clients will refuse it");
	else if (X509_cmp_time(X509_get0_notAfter(certificate), &soon) < 0)
		warn(problems, file, "the certificate ends within 14 days");
	if (X509_cmp_time(X509_get0_notBefore(certificate), &now) > 0)
		warn(problems, file, "the certificate is not valid yet; clients will refuse it");
}

static void check_certificate(SSL_CTX *context, const char *file, struct buf *problems)
{
	X509 *certificate = SSL_CTX_get0_certificate(context);

	check_dates(certificate, file, problems);
	if (!has_names(certificate))
		warn(problems, file, "the certificate names no host as subjectAltName; clients will refuse it");
}

/* ---- The key ------------------------------------------------------------- */

/* Nobody is there to type a password. */
static int no_password(char *to, int size, int writes, void *data)
{
	(void)to;
	(void)size;
	(void)writes;
	(void)data;
	return -1;
}

static bool is_encrypted(unsigned long error)
{
	return is_reason(error, ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ) ||
	       is_reason(error, ERR_LIB_PEM, PEM_R_PROBLEMS_GETTING_PASSWORD) ||
	       is_reason(error, ERR_LIB_CRYPTO, ERR_R_INTERRUPTED_OR_CANCELLED);
}

static bool any_is_encrypted(void)
{
	unsigned long error;
	bool is = false;

	while ((error = ERR_get_error()))
		is |= is_encrypted(error);
	return is;
}

static int refuse_key(const char *file, struct buf *problems)
{
	if (any_is_encrypted())
		return refuse(problems, file, "the key is encrypted, and nobody is there to give its password; "
		                              "`openssl pkey -in FILE` writes it in the clear");
	if (!has_block(file, "PRIVATE KEY"))
		return refuse(problems, file, "there is no key in it; it must be PEM: -----BEGIN PRIVATE KEY-----");
	return refuse(problems, file, "the key cannot be read");
}

static void check_key_file(const char *file, struct buf *problems)
{
	struct stat at;

	if (stat(file, &at) == 0 && (at.st_mode & S_IROTH))
		warn(problems, file, "everybody on this machine can read the key; chmod o-r takes that from them");
}

static int read_key(SSL_CTX *context, const char *certificate, const char *file, struct buf *problems)
{
	EVP_PKEY *key;
	BIO *bio;
	bool fits;

	if (!can_be_read(file, problems))
		return STATUTE_EINVAL;
	ERR_clear_error();
	bio = BIO_new_file(file, "r");
	key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
	BIO_free(bio);
	if (!key)
		return refuse_key(file, problems);
	fits = X509_check_private_key(SSL_CTX_get0_certificate(context), key) > 0;
	ERR_clear_error();
	if (!fits)
		buf_printf(problems, "%s: the key is not that of the certificate in %s\n", file, certificate);
	else if (SSL_CTX_use_PrivateKey(context, key) <= 0)
		fits = refuse_as_told(problems, file, "the key cannot be used") == 0;
	EVP_PKEY_free(key);
	return fits ? 0 : STATUTE_EINVAL;
}

int tls_identity_read(SSL_CTX *context, const char *certificate, const char *key, struct buf *problems)
{
	int r = read_certificate(context, certificate, problems);

	if (r == 0)
		r = read_key(context, certificate, key, problems);
	if (r < 0)
		return r;
	check_certificate(context, certificate, problems);
	check_key_file(key, problems);
	return 0;
}

/* ---- Names --------------------------------------------------------------- */

static bool covers_address(X509 *certificate, struct str host)
{
	char text[NAME_MAX_LEN + 1];

	if (host.len > NAME_MAX_LEN)
		return false;
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	return X509_check_ip_asc(certificate, text, 0) == 1;
}

bool tls_certificate_covers(X509 *certificate, struct str host)
{
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
	bool covers;

	if (!host.len || memchr(host.at, '\0', host.len))
		return false;
	ERR_clear_error();
	covers = X509_check_host(certificate, host.at, host.len, flags, NULL) == 1 ||
	         covers_address(certificate, host);
	ERR_clear_error();
	return covers;
}

static void add_names(X509 *certificate, struct buf *buf)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0, told = 0;

	for (int i = 0; i < count && told < NAMES_TOLD; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DNS)
			continue;
		buf_printf(buf, "%s%.*s", told++ ? ", " : "", ASN1_STRING_length(name->d.dNSName),
		           (const char *)ASN1_STRING_get0_data(name->d.dNSName));
	}
	if (!told)
		buf_lit(buf, "no name");
	GENERAL_NAMES_free(names);
}

int64_t tls_certificate_end(SSL_CTX *context)
{
	struct tm end;

	return ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &end) ? timegm(&end) : 0;
}

void tls_identity_describe(const struct tls_identity *identity, struct buf *buf)
{
	X509 *certificate = SSL_CTX_get0_certificate(identity->context);
	char end[CLOCK_RFC3339_LEN];

	clock_rfc3339(end, identity->end_s * 1000, false);
	buf_printf(buf, "%s: ", identity->file);
	add_names(certificate, buf);
	buf_printf(buf, ", until %.10s\n", end); /* the day */
}
