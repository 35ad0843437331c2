/*
 * TLS as bytes to bytes, against a client of OpenSSL's in this process: whatever pieces the bytes
 * come in, whatever is asked, and whatever there is no room for.
 */
#include "unit/test.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "unit/wire/pem.h"
#include "wire/tls.h"

enum { ROOM_MAX = 1 << 20 };

static const struct str protocols = STR_INIT("\x02h2\x08http/1.1");

/* ---- Both ends ------------------------------------------------------------ */

static struct tls_server *server_of(const struct pem *pem)
{
	const struct tls_files files = { pem->certificate, pem->key, protocols };
	struct tls_server *server = NULL;
	struct buf problems;

	buf_init(&problems, NULL, 4096);
	assert_int_equal(tls_server_new(&files, &problems, &server), 0);
	assert_int_equal(problems.len, 0);
	buf_done(&problems);
	return server;
}

struct pair {
	struct tls *tls;
	struct buf room; /* what the server has to send */
	bool has_no_room;
	SSL_CTX *context;
	SSL *client;
	BIO *came, *leaves; /* of the client */
	size_t piece;       /* bytes that the server gets at a time; 0: all */
	char said[65536];   /* what the server read */
	size_t said_len;
	enum tls_event last;
};

static struct buf *room(void *owner)
{
	struct pair *pair = owner;

	return pair->has_no_room ? NULL : &pair->room;
}

static void pair_init(struct pair *pair, struct tls_server *server, int version, SSL_SESSION *session)
{
	char name[] = "a.test"; /* OpenSSL takes no constant here */

	memset(pair, 0, sizeof(*pair));
	buf_init(&pair->room, NULL, ROOM_MAX);
	assert_int_equal(tls_new(tls_server_ref(server), room, pair, &pair->tls), 0);
	pair->context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_min_proto_version(pair->context, version);
	SSL_CTX_set_max_proto_version(pair->context, version);
	pair->client = SSL_new(pair->context);
	pair->came = BIO_new(BIO_s_mem());
	pair->leaves = BIO_new(BIO_s_mem());
	SSL_set_bio(pair->client, pair->came, pair->leaves);
	SSL_set_connect_state(pair->client);
	SSL_set_tlsext_host_name(pair->client, name);
	SSL_set_alpn_protos(pair->client, (const unsigned char *)"\x08http/1.1", 9);
	if (session)
		SSL_set_session(pair->client, session);
}

static void pair_done(struct pair *pair)
{
	tls_free(pair->tls);
	buf_done(&pair->room);
	SSL_free(pair->client);
	SSL_CTX_free(pair->context);
	ERR_clear_error();
}

static void read_all(struct pair *pair, struct str bytes)
{
	size_t len;

	tls_offer(pair->tls, bytes);
	while ((pair->last = tls_read(pair->tls, pair->said + pair->said_len, sizeof(pair->said) - pair->said_len,
	                              &len)) == TLS_DATA)
		pair->said_len += len;
}

/* What the client has to send goes to the server, in pieces. */
static void push(struct pair *pair)
{
	char *at;
	long len = BIO_get_mem_data(pair->leaves, &at);
	struct str bytes = { at, len > 0 ? (size_t)len : 0 };
	size_t piece = pair->piece ? pair->piece : bytes.len;

	for (size_t from = 0; from < bytes.len; from += piece)
		read_all(pair, str_sub(bytes, from, piece));
	assert_int_equal(BIO_reset(pair->leaves), 1);
}

static void pull(struct pair *pair)
{
	if (pair->room.len)
		assert_int_equal(BIO_write(pair->came, pair->room.at, (int)pair->room.len), (int)pair->room.len);
	buf_reset(&pair->room);
}

/* True once both are ready. */
static bool shake_hands(struct pair *pair)
{
	for (int i = 0; i < 8; i++) {
		int done = SSL_do_handshake(pair->client);

		push(pair);
		pull(pair);
		if (done > 0 && tls_is_ready(pair->tls))
			return true;
	}
	return false;
}

static struct str said(const struct pair *pair)
{
	return str_of(pair->said, pair->said_len);
}

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

#define each_version(version) \
	for (size_t v_ = 0; v_ < 2; v_++) \
		for (int version = versions[v_], once_ = 1; once_; once_ = 0)

/* ---- Tests ---------------------------------------------------------------- */

static void bytes_mean_the_same_in_whatever_pieces_they_come(void **state)
{
	struct tls_server *server = server_of(*state);

	each_version(version) for (size_t piece = 0; piece < 40; piece++) {
		struct pair pair;

		pair_init(&pair, server, version, NULL);
		pair.piece = piece;
		assert_true(shake_hands(&pair));
		assert_str(tls_protocol(pair.tls), "http/1.1");
		assert_str(tls_server_name(pair.tls), "a.test");
		assert_int_equal(SSL_write(pair.client, "one ", 4), 4);
		assert_int_equal(SSL_write(pair.client, "two", 3), 3);
		push(&pair);
		assert_str(said(&pair), "one two");
		assert_int_equal(pair.last, TLS_MORE);
		SSL_shutdown(pair.client);
		push(&pair);
		assert_int_equal(pair.last, TLS_ENDED);
		pair_done(&pair);
	}
	tls_server_unref(server);
}

static void an_end_behind_data_is_told_after_the_data(void **state)
{
	struct tls_server *server = server_of(*state);

	each_version(version) {
		struct pair pair;

		pair_init(&pair, server, version, NULL);
		assert_true(shake_hands(&pair));
		assert_int_equal(SSL_write(pair.client, "last", 4), 4);
		SSL_shutdown(pair.client);
		push(&pair);
		assert_str(said(&pair), "last");
		assert_int_equal(pair.last, TLS_ENDED);
		pair_done(&pair);
	}
	tls_server_unref(server);
}

static void a_record_is_read_in_small_parts(void **state)
{
	struct tls_server *server = server_of(*state);
	struct pair pair;
	char *at, part[3];
	size_t len, all = 0;
	long count;

	pair_init(&pair, server, TLS1_3_VERSION, NULL);
	assert_true(shake_hands(&pair));
	assert_int_equal(SSL_write(pair.client, "0123456789", 10), 10);
	count = BIO_get_mem_data(pair.leaves, &at);
	tls_offer(pair.tls, str_of(at, (size_t)count));
	while (tls_read(pair.tls, part, sizeof(part), &len) == TLS_DATA) {
		assert_memory_equal(part, &"0123456789"[all], len);
		all += len;
	}
	assert_int_equal(all, 10);
	pair_done(&pair);
	tls_server_unref(server);
}

static void answers_reach_the_client_and_so_does_their_end(void **state)
{
	struct tls_server *server = server_of(*state);
	static char answer[100000], got[sizeof(answer)];

	memset(answer, 'x', sizeof(answer));
	each_version(version) {
		struct pair pair;
		int len = 0, some;

		pair_init(&pair, server, version, NULL);
		assert_true(shake_hands(&pair));
		assert_int_equal(tls_write(pair.tls, (struct str){ 0 }), 0);
		assert_int_equal(tls_write(pair.tls, str_of(answer, sizeof(answer))), 0);
		tls_end(pair.tls);
		tls_end(pair.tls); /* once */
		assert_true(tls_write(pair.tls, S("more")) < 0);
		pull(&pair);
		while ((some = SSL_read(pair.client, got + len, (int)sizeof(got) - len)) > 0)
			len += some;
		assert_int_equal(len, sizeof(answer));
		assert_memory_equal(got, answer, sizeof(answer));
		assert_int_equal(SSL_get_shutdown(pair.client), SSL_RECEIVED_SHUTDOWN);
		pair_done(&pair);
	}
	tls_server_unref(server);
}

static void without_room_it_fails_and_stays_so(void **state)
{
	struct tls_server *server = server_of(*state);
	struct pair pair;

	pair_init(&pair, server, TLS1_3_VERSION, NULL);
	pair.has_no_room = true;
	assert_false(shake_hands(&pair));
	assert_int_equal(pair.last, TLS_FAILED);
	assert_true(tls_has_failed(pair.tls));
	pair.has_no_room = false;
	read_all(&pair, S("more"));
	assert_int_equal(pair.last, TLS_FAILED);
	tls_end(pair.tls);
	assert_int_equal(pair.room.len, 0);
	pair_done(&pair);

	pair_init(&pair, server, TLS1_3_VERSION, NULL);
	assert_true(shake_hands(&pair));
	pair.room.max = 8;
	assert_int_equal(tls_write(pair.tls, S("too much for the room")), STATUTE_EIO);
	assert_true(tls_has_failed(pair.tls));
	pair_done(&pair);

	pair_init(&pair, server, TLS1_3_VERSION, NULL);
	assert_true(shake_hands(&pair));
	pair.has_no_room = true;
	tls_end(pair.tls);
	assert_int_equal(pair.room.len, 0);
	assert_int_equal(ERR_peek_error(), 0); /* nothing is left over for another connection */
	pair_done(&pair);
	tls_server_unref(server);
}

static void key_updates_whose_answers_nobody_takes_come_to_an_end(void **state)
{
	enum { UPDATES = 10000, BYTES_MAX = 64 * 1024 };
	struct tls_server *server = server_of(*state);
	struct pair pair;

	pair_init(&pair, server, TLS1_3_VERSION, NULL);
	assert_true(shake_hands(&pair));
	pair.room.max = BYTES_MAX;
	for (int i = 0; i < UPDATES && pair.last != TLS_FAILED; i++) {
		assert_true(SSL_key_update(pair.client, SSL_KEY_UPDATE_REQUESTED));
		SSL_do_handshake(pair.client);
		push(&pair);
	}
	assert_int_equal(pair.last, TLS_FAILED);
	assert_true(pair.room.len <= BYTES_MAX);
	pair_done(&pair);
	tls_server_unref(server);
}

static void whoever_negotiates_anew_has_failed(void **state)
{
	struct tls_server *server = server_of(*state);
	struct pair pair;

	pair_init(&pair, server, TLS1_2_VERSION, NULL);
	assert_true(shake_hands(&pair));
	assert_true(SSL_renegotiate(pair.client));
	SSL_do_handshake(pair.client);
	push(&pair);
	assert_int_equal(pair.last, TLS_FAILED);
	assert_true(pair.room.len > 0); /* the alert */
	pair_done(&pair);
	tls_server_unref(server);
}

/* The session of a connection, tickets and all. */
static SSL_SESSION *session_of(struct pair *pair)
{
	char none[1];

	SSL_read(pair->client, none, sizeof(none));
	SSL_shutdown(pair->client); /* that of a connection that was cut off is not resumed */
	return SSL_get1_session(pair->client);
}

static void tickets_are_good_for_what_follows_a_server_and_for_no_other(void **state)
{
	each_version(version) {
		struct tls_server *first = server_of(*state), *next, *stranger = server_of(*state);
		SSL_SESSION *session;
		struct buf problems;
		struct pair pair;

		pair_init(&pair, first, version, NULL);
		assert_true(shake_hands(&pair));
		session = session_of(&pair);
		pair_done(&pair);
		buf_init(&problems, NULL, 4096);
		assert_int_equal(tls_server_renew(first, &problems, &next), 0);
		tls_server_unref(first);
		pair_init(&pair, next, version, session);
		assert_true(shake_hands(&pair));
		assert_true(SSL_session_reused(pair.client));
		pair_done(&pair);
		pair_init(&pair, stranger, version, session);
		assert_true(shake_hands(&pair));
		assert_false(SSL_session_reused(pair.client));
		pair_done(&pair);
		SSL_SESSION_free(session);
		tls_server_unref(next);
		tls_server_unref(stranger);
		buf_done(&problems);
	}
}

static void a_certificate_is_for_its_names_and_addresses_alone(void **state)
{
	static const struct {
		struct str host;
		bool is_covered;
	} hosts[] = {
		{ STR_INIT("a.test"), true },          { STR_INIT("A.TEST"), true },
		{ STR_INIT("x.wide.test"), true },     { STR_INIT("x.y.wide.test"), false },
		{ STR_INIT("wide.test"), false },      { STR_INIT("192.0.2.1"), true },
		{ STR_INIT("192.0.2.2"), false },      { STR_INIT("2001:db8::1"), true },
		{ STR_INIT("2001:db8:0:0::1"), true }, { STR_INIT("b.test"), false },
		{ STR_INIT(""), false },               { STR_INIT("a.test\0.evil"), false },
		{ STR_INIT("a.test.evil"), false },    { STR_INIT(".a.test"), false },
	};
	struct tls_server *server = server_of(*state);
	struct pair pair;
	char long_name[300];

	pair_init(&pair, server, TLS1_3_VERSION, NULL);
	assert_true(shake_hands(&pair));
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (tls_covers(pair.tls, hosts[i].host) != hosts[i].is_covered)
			fail_msg("%.*s", STR_ARG(hosts[i].host));
	memset(long_name, 'a', sizeof(long_name));
	assert_false(tls_covers(pair.tls, str_of(long_name, sizeof(long_name))));
	assert_false(tls_has_several(pair.tls));
	pair_done(&pair);
	tls_server_unref(server);
}

static void a_byte_tells_tls_from_everything_else(void **state)
{
	(void)state;
	for (const char *text = "GPHDOTC \r\n"; *text; text++)
		assert_false(tls_may_begin_with(*text));
	assert_true(tls_may_begin_with(0x16));
	assert_true(tls_may_begin_with((char)0x80));
}

static int make_files(void **state)
{
	struct pem *pem = calloc(1, sizeof(*pem));

	assert_non_null(pem);
	*pem = pem_make("DNS:a.test,DNS:*.wide.test,IP:192.0.2.1,IP:2001:db8::1", -1, 100);
	*state = pem;
	return 0;
}

static int remove_files(void **state)
{
	pem_remove(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_mean_the_same_in_whatever_pieces_they_come),
		cmocka_unit_test(an_end_behind_data_is_told_after_the_data),
		cmocka_unit_test(a_record_is_read_in_small_parts),
		cmocka_unit_test(answers_reach_the_client_and_so_does_their_end),
		cmocka_unit_test(without_room_it_fails_and_stays_so),
		cmocka_unit_test(key_updates_whose_answers_nobody_takes_come_to_an_end),
		cmocka_unit_test(whoever_negotiates_anew_has_failed),
		cmocka_unit_test(tickets_are_good_for_what_follows_a_server_and_for_no_other),
		cmocka_unit_test(a_certificate_is_for_its_names_and_addresses_alone),
		cmocka_unit_test(a_byte_tells_tls_from_everything_else),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
