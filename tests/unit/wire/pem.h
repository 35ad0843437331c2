/* Certificates and keys as PEM files, made for a test. */
#ifndef STATUTE_TEST_WIRE_PEM_H
#define STATUTE_TEST_WIRE_PEM_H

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "unit/test.h"

enum { PEM_FILE_MAX = 256, PEM_DAY = 24 * 3600 };

struct pem {
	char folder[64], certificate[PEM_FILE_MAX], key[PEM_FILE_MAX];
};

/* Signed by itself, from so many days to so many from now. */
static inline void pem_write_certificate(const char *file, EVP_PKEY *key, const char *names, int from, int to_day)
{
	X509 *certificate = X509_new();
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
	FILE *to = fopen(file, "w");

	assert_non_null(to);
	assert_non_null(extension);
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), (long)from * PEM_DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate), (long)to_day * PEM_DAY);
	X509_set_pubkey(certificate, key);
	X509_add_ext(certificate, extension, -1);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_true(PEM_write_X509(to, certificate));
	fclose(to);
	X509_EXTENSION_free(extension);
	X509_free(certificate);
}

static inline void pem_write_key(const char *file, EVP_PKEY *key)
{
	FILE *to = fopen(file, "w");

	assert_non_null(to);
	assert_true(PEM_write_PrivateKey(to, key, NULL, NULL, 0, NULL, NULL));
	fclose(to);
	chmod(file, 0600);
}

static inline struct pem pem_make(const char *names, int from, int to_day)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct pem pem = { .folder = "/tmp/statute-tls-XXXXXX" };

	assert_non_null(key);
	assert_non_null(mkdtemp(pem.folder));
	snprintf(pem.certificate, sizeof(pem.certificate), "%s/a.crt", pem.folder);
	snprintf(pem.key, sizeof(pem.key), "%s/a.key", pem.folder);
	pem_write_certificate(pem.certificate, key, names, from, to_day);
	pem_write_key(pem.key, key);
	EVP_PKEY_free(key);
	return pem;
}

static inline void pem_remove(const struct pem *pem)
{
	unlink(pem->certificate);
	unlink(pem->key);
	rmdir(pem->folder);
}

#endif
