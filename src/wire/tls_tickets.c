/*
 * The keys of session tickets (RFC 5077, RFC 8446 section 4.6.1): see tls_inside.h.
 *
 * Whoever has a key can read what was sent under the tickets of TLS 1.2 that it made, and
 * could resume for anybody. So a key makes tickets for one period, is taken for one more,
 * and is then forgotten. It never leaves the process.
 */
#include "wire/tls_inside.h"

#include <pthread.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include "base/clock.h"

enum { NAME_LEN = 16, KEY_LEN = 32, PERIOD_S = 12 * 3600 };

struct ticket_key {
	unsigned char name[NAME_LEN], cipher[KEY_LEN], mac[KEY_LEN];
};

struct tls_tickets {
	pthread_mutex_t lock;
	struct ticket_key now, before;
	uint64_t since_us; /* when `now` began */
	bool has_before;
	atomic_size_t uses;
};

static bool make_key(struct ticket_key *key)
{
	return RAND_bytes(key->name, sizeof(key->name)) > 0 && RAND_priv_bytes(key->cipher, KEY_LEN) > 0 &&
	       RAND_priv_bytes(key->mac, KEY_LEN) > 0;
}

/* Under the lock. Without randomness the keys stay, and are tried to be changed next time. */
static void rotate(struct tls_tickets *tickets)
{
	const uint64_t period_us = (uint64_t)PERIOD_S * 1000000;
	uint64_t now_us = clock_monotonic_us(), age_us = now_us - tickets->since_us;
	struct ticket_key fresh;

	if (age_us >= 2 * period_us)
		tickets->has_before = false;
	if (age_us < period_us || !make_key(&fresh))
		return;
	tickets->has_before = age_us < 2 * period_us;
	tickets->before = tickets->now;
	tickets->now = fresh;
	tickets->since_us = now_us;
	OPENSSL_cleanse(&fresh, sizeof(fresh));
	if (!tickets->has_before)
		OPENSSL_cleanse(&tickets->before, sizeof(tickets->before));
}

struct tls_tickets *tls_tickets_new(void)
{
	struct tls_tickets *tickets = calloc(1, sizeof(*tickets));

	if (!tickets)
		return NULL;
	if (!make_key(&tickets->now) || pthread_mutex_init(&tickets->lock, NULL) != 0) {
		free(tickets);
		return NULL;
	}
	tickets->since_us = clock_monotonic_us();
	atomic_init(&tickets->uses, 1);
	return tickets;
}

struct tls_tickets *tls_tickets_ref(struct tls_tickets *tickets)
{
	atomic_fetch_add(&tickets->uses, 1);
	return tickets;
}

void tls_tickets_unref(struct tls_tickets *tickets)
{
	if (!tickets || atomic_fetch_sub(&tickets->uses, 1) > 1)
		return;
	pthread_mutex_destroy(&tickets->lock);
	OPENSSL_cleanse(tickets, sizeof(*tickets));
	free(tickets);
}

/* The key of that name, or the one for new tickets where there is none; false where the name is not known. */
static bool find_key(struct tls_tickets *tickets, const unsigned char *name, struct ticket_key *ret_key)
{
	bool is_now, is_before;

	pthread_mutex_lock(&tickets->lock);
	rotate(tickets);
	is_now = !name || memcmp(name, tickets->now.name, NAME_LEN) == 0;
	is_before = !is_now && tickets->has_before && memcmp(name, tickets->before.name, NAME_LEN) == 0;
	if (is_now || is_before)
		*ret_key = is_now ? tickets->now : tickets->before;
	pthread_mutex_unlock(&tickets->lock);
	return is_now || is_before;
}

static bool set_mac(EVP_MAC_CTX *mac, struct ticket_key *key)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac, KEY_LEN),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_CTX_set_params(mac, params) > 0;
}

/* -1: it fails; 0: not known, a whole handshake follows; 2: good, and to be replaced, since a ticket is for one use. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                     int is_new)
{
	struct tls_tickets *tickets = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct ticket_key key;
	bool is_set;

	if (!find_key(tickets, is_new ? NULL : name, &key))
		return 0;
	if (is_new)
		memcpy(name, key.name, NAME_LEN);
	is_set = (!is_new || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) > 0) &&
	         EVP_CipherInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher, iv, is_new, NULL) > 0 &&
	         set_mac(mac, &key);
	OPENSSL_cleanse(&key, sizeof(key));
	if (!is_set)
		return -1;
	return is_new ? 1 : 2;
}

int tls_tickets_use(struct tls_tickets *tickets, SSL_CTX *context)
{
	SSL_CTX_set_app_data(context, tickets);
	SSL_CTX_set_timeout(context, PERIOD_S);
	return SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket) > 0 ? 0 : STATUTE_EINVAL;
}
