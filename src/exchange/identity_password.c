/*
 * User and password by HTTP basic (RFC 7617), against a collection of users.
 *
 * A password takes tens of milliseconds and 19 MiB to verify: that happens on a helper thread, for a
 * bounded number of requests at once, and one that held is remembered for a while (see
 * access/password_cache.h). Who is not known costs as much as who is: neither the answer nor its time
 * tells the two apart.
 */
#include <stdatomic.h>

#include "access/basic.h"
#include "access/password.h"
#include "access/password_cache.h"
#include "exchange/identity_rows.h"

/* Of all workers together: those that wait for one of the helper threads, too. */
enum { AT_ONCE_MAX = 64 };
static atomic_int at_once;

/* Between the two calls of `check`, in the arena of the exchange. */
struct attempt {
	const struct security_scheme *scheme;
	struct str password;
	struct str hash;      /* empty: nobody is known by the name, or who is has no password */
	struct store_row row; /* where somebody is */
	enum password_outcome outcome;
};

static bool is_sent(const struct exchange *x, const struct security_scheme *scheme)
{
	(void)scheme;
	return identity_authorization_is(x, S("Basic"));
}

static const char *misread(struct exchange *x, const struct security_scheme *scheme)
{
	struct str user, password;
	const char *why = NULL;

	(void)scheme;
	/* Without memory it can be read: `check` finds out, and says so. */
	return basic_read(&x->arena, x->identity->sent.rest, &user, &password, &why) == BASIC_MALFORMED ? why : NULL;
}

static struct password_owner owner_of(const struct attempt *attempt)
{
	return (struct password_owner){ attempt->scheme->index, attempt->row.id, attempt->row.version };
}

static enum identity_outcome accept(struct exchange *x, const struct attempt *attempt,
                                    struct principal *ret_principal)
{
	struct json *body = identity_parse(x, attempt->row.body);

	return body ? identity_take_row(x, attempt->scheme, &attempt->row, body, ret_principal)
	            : IDENTITY_NO_MEMORY;
}

/* On a helper thread. */
static void verify(struct exchange *x)
{
	struct attempt *attempt = x->identity->data;

	attempt->outcome = password_verify(attempt->hash, attempt->password);
	atomic_fetch_sub(&at_once, 1);
}

static enum identity_outcome refuse_for_now(struct exchange *x)
{
	atomic_fetch_sub(&at_once, 1);
	x->cause = "too many passwords are being verified";
	return IDENTITY_UNAVAILABLE;
}

static enum identity_outcome begin_verifying(struct exchange *x, struct attempt *attempt)
{
	if (atomic_fetch_add(&at_once, 1) >= AT_ONCE_MAX)
		return refuse_for_now(x);
	x->identity->data = attempt;
	if (x->host->work(x, verify) == 0)
		return IDENTITY_WAITS;
	x->identity->data = NULL;
	return refuse_for_now(x);
}

static enum identity_outcome finish(struct exchange *x, const struct attempt *attempt, int64_t now_ms,
                                    struct principal *ret_principal)
{
	struct password_owner owner = owner_of(attempt);

	switch (attempt->outcome) {
	case PASSWORD_FAILS: return IDENTITY_INVALID;
	case PASSWORD_NO_MEMORY: return IDENTITY_NO_MEMORY;
	case PASSWORD_HOLDS: break;
	}
	password_cache_add(x->host->passwords, &owner, attempt->password, now_ms);
	return accept(x, attempt, ret_principal);
}

/* The hash of who is known; else it stays empty. */
static enum identity_outcome look_up(struct exchange *x, struct str user, struct attempt *attempt)
{
	enum identity_outcome outcome = identity_find_row(x, attempt->scheme, user, &attempt->row);
	struct json *secret;

	if (outcome == IDENTITY_VALID)
		outcome = identity_read_whole(x, attempt->scheme, &attempt->row);
	if (outcome != IDENTITY_VALID || !attempt->row.secret.len)
		return outcome == IDENTITY_INVALID ? IDENTITY_VALID : outcome;
	secret = identity_parse(x, attempt->row.secret);
	attempt->hash = json_get_text(secret, attempt->scheme->rows.password);
	return secret ? IDENTITY_VALID : IDENTITY_NO_MEMORY;
}

static enum identity_outcome begin(struct exchange *x, const struct security_scheme *scheme,
                                   struct principal *ret_principal)
{
	struct attempt *attempt = arena_new(&x->arena, struct attempt);
	enum identity_outcome outcome;
	struct password_owner owner;
	const char *why = NULL;
	struct str user;

	if (!attempt || basic_read(&x->arena, x->identity->sent.rest, &user, &attempt->password, &why) != BASIC_READ)
		return IDENTITY_NO_MEMORY; /* it was well formed, by now */
	attempt->scheme = scheme;
	outcome = look_up(x, user, attempt);
	if (outcome != IDENTITY_VALID)
		return outcome;
	owner = owner_of(attempt);
	if (attempt->hash.len && password_cache_has(x->host->passwords, &owner, attempt->password, x->now_ms))
		return accept(x, attempt, ret_principal);
	return begin_verifying(x, attempt);
}

static enum identity_outcome check(struct exchange *x, const struct security_scheme *scheme,
                                   struct principal *ret_principal, const char **ret_why)
{
	const struct attempt *attempt = x->identity->data;
	enum identity_outcome outcome;

	(void)ret_why; /* who is not known and whose password is wrong are told the same */
	if (!attempt || attempt->scheme != scheme)
		return begin(x, scheme, ret_principal);
	outcome = finish(x, attempt, x->now_ms, ret_principal);
	x->identity->data = NULL;
	return outcome;
}

const struct identity_kind identity_password = { is_sent, misread, check };
