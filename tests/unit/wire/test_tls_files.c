/* What is said of certificates and keys that cannot be served, or that clients will trouble over. */
#include "unit/test.h"

#include "unit/wire/pem.h"
#include "wire/tls.h"

static struct buf problems;

/* Reads them; what was said is in `problems`. */
static int read_files(const char *certificate, const char *key, struct tls_server **ret_server)
{
	const struct tls_files files = { certificate, key, S("\x08http/1.1") };

	buf_reset(&problems);
	return tls_server_new(&files, &problems, ret_server);
}

static bool was_said(const char *text)
{
	buf_add_char(&problems, '\0');
	return strstr(problems.at, text) != NULL;
}

static void write_text(const char *file, const char *text)
{
	FILE *to = fopen(file, "w");

	assert_non_null(to);
	fputs(text, to);
	fclose(to);
}

static void a_certificate_of_tomorrow_is_warned_of(void **state)
{
	struct pem pem = pem_make("DNS:a.test", 1, 100);
	struct tls_server *server;

	(void)state;
	assert_int_equal(read_files(pem.certificate, pem.key, &server), 0);
	assert_true(was_said("the certificate is not valid yet"));
	tls_server_unref(server);
	pem_remove(&pem);
}

static void a_key_that_is_damaged_is_refused(void **state)
{
	struct pem pem = pem_make("DNS:a.test", -1, 100);
	struct tls_server *server;

	(void)state;
	write_text(pem.key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	assert_int_equal(read_files(pem.certificate, pem.key, &server), STATUTE_EINVAL);
	assert_true(was_said("a.key: the key cannot be read\n"));
	pem_remove(&pem);
}

static void a_certificate_that_is_damaged_is_refused(void **state)
{
	struct pem pem = pem_make("DNS:a.test", -1, 100);
	struct tls_server *server;

	(void)state;
	write_text(pem.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	assert_int_equal(read_files(pem.certificate, pem.key, &server), STATUTE_EINVAL);
	assert_true(was_said("a.crt: the certificate cannot be used ("));
	pem_remove(&pem);
}

static void a_folder_is_read_in_the_order_of_its_names(void **state)
{
	struct pem pem = pem_make("DNS:a.test", -1, 100);
	struct tls_server *server;
	char other[PEM_FILE_MAX], key[PEM_FILE_MAX];
	EVP_PKEY *made = EVP_EC_gen("P-256");

	(void)state;
	snprintf(other, sizeof(other), "%s/b.crt", pem.folder);
	snprintf(key, sizeof(key), "%s/b.key", pem.folder);
	pem_write_certificate(other, made, "IP:192.0.2.1,DNS:b.test,DNS:www.b.test", -1, 50);
	pem_write_key(key, made);
	EVP_PKEY_free(made);
	assert_int_equal(read_files(pem.folder, NULL, &server), 0);
	assert_int_equal(problems.len, 0);
	tls_server_describe(server, &problems);
	assert_true(was_said("/a.crt: a.test, until 20"));
	assert_true(was_said("/b.crt: b.test, www.b.test, until 20"));
	assert_true(strstr(problems.at, "a.crt") < strstr(problems.at, "b.crt"));
	tls_server_unref(server);
	unlink(other);
	unlink(key);
	pem_remove(&pem);
}

static void a_certificate_for_an_address_alone_has_no_name(void **state)
{
	struct pem pem = pem_make("IP:192.0.2.1", -1, 100);
	struct tls_server *server;

	(void)state;
	assert_int_equal(read_files(pem.certificate, pem.key, &server), 0);
	assert_int_equal(problems.len, 0);
	tls_server_describe(server, &problems);
	assert_true(was_said("/a.crt: no name, until 20"));
	tls_server_unref(server);
	pem_remove(&pem);
}

static void the_end_is_that_of_the_first_to_end(void **state)
{
	struct pem pem = pem_make("DNS:a.test", -1, 100);
	struct tls_server *server;
	int64_t now_s = (int64_t)time(NULL);

	(void)state;
	assert_int_equal(read_files(pem.certificate, pem.key, &server), 0);
	assert_in_range(tls_server_end(server) - now_s, 100 * PEM_DAY - 60, 100 * PEM_DAY);
	tls_server_unref(server);
	pem_remove(&pem);
}

static int set_up(void **state)
{
	(void)state;
	buf_init(&problems, NULL, 1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&problems);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_of_tomorrow_is_warned_of),
		cmocka_unit_test(a_key_that_is_damaged_is_refused),
		cmocka_unit_test(a_certificate_that_is_damaged_is_refused),
		cmocka_unit_test(a_folder_is_read_in_the_order_of_its_names),
		cmocka_unit_test(a_certificate_for_an_address_alone_has_no_name),
		cmocka_unit_test(the_end_is_that_of_the_first_to_end),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
