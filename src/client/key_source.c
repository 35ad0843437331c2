/* Keys that an issuer publishes: see key_source.h. */
#include "client/key_source.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/deadline.h"
#include "client/fetch.h"

enum {
	TIMEOUT_MS = 10000,
	CONTENT_MAX = 1 << 20,
	PROBLEM = 256,
	AGE_LEAST_S = 5 * 60, AGE_DEFAULT_S = 60 * 60, AGE_MOST_S = 24 * 60 * 60,
	RETRY_FIRST_S = 1, RETRY_MOST_S = 60,
	MISS_EACH_S = 30
};
#define SECOND_US UINT64_C(1000000)

struct key_source {
	char *url, *issuer;
	struct str url_text, issuer_text;
	bool is_discovery;
	void (*tell)(void *data, struct str url, const char *problem);
	void *data;
	struct keyring *keyring;
	atomic_size_t uses;
	pthread_t thread;
	int stop_fd, wake_fd;      /* readable: end; fetch at once */
	uint64_t fetched_us;       /* of the thread: when the keys came */
	unsigned retry_s;          /* of the thread: the next wait after a failure */

	pthread_mutex_t lock;      /* for what follows */
	bool is_busy;              /* it fetches, or is about to */
	bool has_failed;           /* the last time */
	uint64_t missed_us;        /* when a key that was not there made it fetch; 0: never */
	char problem[PROBLEM];     /* empty: none */
};

/* ---- One fetch ---------------------------------------------------------------- */

struct attempt {
	struct key_source *source;
	struct arena arena;
	int64_t max_age_s;
	char problem[PROBLEM];
};

static int fail(struct attempt *attempt, const char *what)
{
	snprintf(attempt->problem, PROBLEM, "%s", what);
	return STATUTE_EIO;
}

static int get(struct attempt *attempt, struct str url, struct buf *content)
{
	const struct fetch fetch = {
		.url = url,
		.accept = "application/json, application/jwk-set+json",
		.timeout_ms = TIMEOUT_MS,
		.stop_fd = attempt->source->stop_fd,
		.follows_redirects = true,
	};
	char cause[FETCH_CAUSE] = "not enough memory";
	struct fetched fetched;
	int r = fetch_get(&fetch, content, &fetched, cause);

	if (r < 0)
		return fail(attempt, cause);
	attempt->max_age_s = fetched.max_age_s;
	if (fetched.status == 200)
		return 0;
	snprintf(attempt->problem, PROBLEM, "it answers %d", fetched.status);
	return STATUTE_EIO;
}

/* OpenID Connect Discovery 1.0 sections 4.2 and 4.3: the issuer is the one that was asked for, exactly. */
static int read_discovery(struct attempt *attempt, struct str text, struct str *ret_url)
{
	const struct json_limits limits = { .depth = 16, .nodes = 4096 };
	struct key_source *source = attempt->source;
	struct json_fault fault;
	struct json *root;

	if (json_parse(&attempt->arena, text, &limits, &root, &fault) < 0)
		return fail(attempt, "its discovery document is no JSON");
	if (!str_eq(json_get_text(root, S("issuer")), source->issuer_text))
		return fail(attempt, "its discovery document names another issuer");
	*ret_url = json_get_text(root, S("jwks_uri"));
	if (!ret_url->len)
		return fail(attempt, "its discovery document has no jwks_uri");
	if (str_starts(source->url_text, S("https:")) && !str_starts(*ret_url, S("https:")))
		return fail(attempt, "its discovery document leads from https to http");
	return 0;
}

static int find_keys(struct attempt *attempt, struct buf *discovery, struct str *ret_url)
{
	int r;

	*ret_url = attempt->source->url_text;
	if (!attempt->source->is_discovery)
		return 0;
	r = get(attempt, *ret_url, discovery);
	return r < 0 ? r : read_discovery(attempt, buf_str(discovery), ret_url);
}

static int take_keys(struct attempt *attempt, struct str text)
{
	struct keyring_fault fault = { 0 };
	int r = keyring_replace(attempt->source->keyring, text, &fault);

	if (r < 0)
		snprintf(attempt->problem, PROBLEM, "its key set is refused: line %u, column %u: %s", fault.line,
		         fault.column, fault.issue ? fault.issue : "not enough memory");
	return r;
}

static int try_once(struct attempt *attempt)
{
	struct buf discovery, keys;
	struct str url;
	int r;

	buf_init(&discovery, NULL, CONTENT_MAX);
	buf_init(&keys, NULL, CONTENT_MAX);
	r = find_keys(attempt, &discovery, &url);
	if (r == 0)
		r = get(attempt, url, &keys);
	if (r == 0)
		r = take_keys(attempt, buf_str(&keys));
	buf_done(&discovery);
	buf_done(&keys);
	return r;
}

/* ---- The thread ----------------------------------------------------------------- */

static bool is_stopped(const struct key_source *source)
{
	const struct deadline now = { 0, -1 };

	return deadline_await(&now, source->stop_fd, POLLIN);
}

/* What has changed is told: the same again each minute would say no more. */
static void end_attempt(struct key_source *source, const char *problem)
{
	bool is_new;

	pthread_mutex_lock(&source->lock);
	source->is_busy = false;
	source->has_failed = *problem;
	is_new = strcmp(source->problem, problem) != 0;
	snprintf(source->problem, PROBLEM, "%s", problem);
	pthread_mutex_unlock(&source->lock);
	if (is_new && source->tell && !is_stopped(source))
		source->tell(source->data, source->url_text, *problem ? problem : NULL);
}

static uint64_t after_success(struct key_source *source, int64_t max_age_s)
{
	int64_t age_s = max_age_s < 0 ? AGE_DEFAULT_S : max_age_s;

	source->fetched_us = clock_monotonic_us();
	source->retry_s = RETRY_FIRST_S;
	age_s = age_s < AGE_LEAST_S ? AGE_LEAST_S : age_s > AGE_MOST_S ? AGE_MOST_S : age_s;
	return (uint64_t)age_s * SECOND_US;
}

/* Keys that nobody confirms any more may have been withdrawn long ago. */
static uint64_t after_failure(struct key_source *source)
{
	uint64_t wait_us = source->retry_s * SECOND_US;

	source->retry_s = source->retry_s < RETRY_MOST_S / 2 ? source->retry_s * 2 : RETRY_MOST_S;
	if (source->fetched_us && clock_monotonic_us() - source->fetched_us > AGE_MOST_S * SECOND_US)
		keyring_clear(source->keyring);
	return wait_us;
}

/* How long to wait until the next time. */
static uint64_t fetch_keys(struct key_source *source)
{
	struct attempt attempt = { .source = source };
	uint64_t wait_us;
	int r;

	arena_init(&attempt.arena, 4096, (size_t)8 * CONTENT_MAX);
	r = try_once(&attempt);
	arena_done(&attempt.arena);
	wait_us = r == 0 ? after_success(source, attempt.max_age_s) : after_failure(source);
	end_attempt(source, r == 0 ? "" : attempt.problem);
	return wait_us;
}

static void *run(void *data)
{
	struct key_source *source = data;

	while (!is_stopped(source)) {
		struct deadline next = { 0, source->stop_fd };
		uint64_t wait_us = fetch_keys(source);
		eventfd_t count;

		next.due_us = clock_monotonic_us() + wait_us;
		if (deadline_await(&next, source->wake_fd, POLLIN))
			eventfd_read(source->wake_fd, &count);
		pthread_mutex_lock(&source->lock);
		source->is_busy = true;
		pthread_mutex_unlock(&source->lock);
	}
	return NULL;
}

/* Signals are for the threads that the program began with; and OpenSSL writes without MSG_NOSIGNAL. */
static int start_thread(struct key_source *source)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&source->thread, NULL, run, source);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error ? STATUTE_ENOMEM : 0;
}

/* ---- For others ------------------------------------------------------------------- */

static void release(struct key_source *source)
{
	keyring_free(source->keyring);
	if (source->stop_fd >= 0)
		close(source->stop_fd);
	if (source->wake_fd >= 0)
		close(source->wake_fd);
	pthread_mutex_destroy(&source->lock);
	free(source->url);
	free(source->issuer);
	free(source);
}

static int copy(struct str text, char **ret_copy, struct str *ret_text)
{
	*ret_copy = text.len ? strndup(text.at, text.len) : strdup("");
	*ret_text = str_from(*ret_copy);
	return *ret_copy ? 0 : STATUTE_ENOMEM;
}

int key_source_new(const struct key_source_options *options, struct key_source **ret_source)
{
	struct key_source *source = calloc(1, sizeof(*source));
	int r;

	if (!source)
		return STATUTE_ENOMEM;
	pthread_mutex_init(&source->lock, NULL);
	source->is_discovery = options->is_discovery;
	source->tell = options->tell;
	source->data = options->data;
	source->retry_s = RETRY_FIRST_S;
	source->is_busy = true;
	source->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	source->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	atomic_init(&source->uses, 1);
	r = source->stop_fd < 0 || source->wake_fd < 0 ? STATUTE_ENOMEM : 0;
	if (r < 0 || (r = copy(options->url, &source->url, &source->url_text)) < 0 ||
	    (r = copy(options->issuer, &source->issuer, &source->issuer_text)) < 0 ||
	    (r = keyring_new(&source->keyring)) < 0 || (r = start_thread(source)) < 0) {
		release(source);
		return r;
	}
	*ret_source = source;
	return 0;
}

struct key_source *key_source_ref(struct key_source *source)
{
	atomic_fetch_add(&source->uses, 1);
	return source;
}

void key_source_unref(struct key_source *source)
{
	if (!source || atomic_fetch_sub(&source->uses, 1) > 1)
		return;
	eventfd_write(source->stop_fd, 1);
	pthread_join(source->thread, NULL);
	release(source);
}

bool key_source_is_of(const struct key_source *source, const struct key_source_options *options)
{
	return source->is_discovery == options->is_discovery && str_eq(source->url_text, options->url) &&
	       str_eq(source->issuer_text, options->issuer);
}

struct keyring *key_source_keyring(struct key_source *source)
{
	return source->keyring;
}

bool key_source_miss(struct key_source *source)
{
	uint64_t now_us = clock_monotonic_us();
	bool asks, is_unknown;

	pthread_mutex_lock(&source->lock);
	asks = !source->is_busy && (!source->missed_us || now_us - source->missed_us >= MISS_EACH_S * SECOND_US);
	if (asks) {
		source->is_busy = true;
		source->missed_us = now_us;
	}
	is_unknown = source->is_busy || source->has_failed;
	pthread_mutex_unlock(&source->lock);
	if (asks)
		eventfd_write(source->wake_fd, 1);
	return is_unknown;
}

const char *key_source_problem(struct key_source *source, struct arena *arena)
{
	const char *problem = NULL;

	pthread_mutex_lock(&source->lock);
	if (source->problem[0])
		problem = str_printf(arena, "the keys at %s: %s", source->url, source->problem).at;
	pthread_mutex_unlock(&source->lock);
	return problem;
}
