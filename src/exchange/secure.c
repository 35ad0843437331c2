/*
 * What the connection has to do with the answer: the rows A12 to A14. Is the host one of ours,
 * did the request come as early data somewhere on its way, is TLS demanded and missing?
 */
#include "exchange/facts.h"

/* The host of an authority, without port; an address of IPv6 without its brackets. */
static struct str host_of(struct str authority)
{
	if (str_starts(authority, S("[")))
		return str_sub(authority, 1, str_find(authority, ']') - 1);
	return str_sub(authority, 0, str_find(authority, ':'));
}

/* RFC 1034 section 3.1: a name may be written with the dot of the root. */
static struct str without_dot(struct str host)
{
	return str_ends(host, S(".")) ? str_sub(host, 0, host.len - 1) : host;
}

static bool is_listed(const struct exchange_settings *settings, struct str host)
{
	for (size_t i = 0; i < settings->host_count; i++)
		if (str_eq_nocase(host, settings->hosts[i]))
			return true;
	return settings->host_count == 0;
}

/*
 * RFC 9110 section 7.4. A client that named a host in its handshake checked the certificate for that one;
 * for another host the connection is the wrong one, unless the certificate is for that too (RFC 9113
 * section 9.1.1 has clients send both over one connection). Who names no host, now or then, means this server.
 */
static bool host_is_ours(struct exchange *x)
{
	struct str host = without_dot(host_of(x->request.authority)), named;

	if (!host.len)
		return true;
	if (!is_listed(x->host->settings, host))
		return false;
	named = x->tls ? tls_server_name(x->tls) : (struct str){ 0 };
	return !named.len || str_eq_nocase(host, without_dot(named)) || tls_covers(x->tls, host);
}

static bool tls_is_required(const struct exchange *x)
{
	return x->host->settings->requires_tls || x->host->api->requires_tls;
}

/* Where to is said by Host: a client that names none cannot be sent there. */
static void find_missing_tls(struct exchange *x)
{
	FACT(TLS_MISSING, true);
	if (request_has(&x->request, FIELD_AUTHORIZATION))
		FACT(HAS_CREDENTIALS, true); /* also where the operation demands none: they were sent */
	if (!x->request.authority.len)
		FACT(HOST_OURS, false);
}

void exchange_find_connection_facts(struct exchange *x, bool is_own)
{
	const struct exchange_settings *settings = x->host->settings;

	/* RFC 8470 section 5.1: whatever it says, and however often, it means the same. */
	if (request_has(&x->request, FIELD_EARLY_DATA))
		FACT(EARLY_DATA, !method_is_safe(x->request.method));
	if (is_own) /* whoever probes knows an address, and no name */
		return;
	if (settings->host_count || (x->tls && tls_has_several(x->tls)))
		FACT(HOST_OURS, host_is_ours(x));
	if (!x->tls && tls_is_required(x))
		find_missing_tls(x);
}

/* "https://shop.test:8443/things?page=2" */
static struct str secure_url(struct exchange *x)
{
	const struct request *request = &x->request;
	struct str authority = request->authority;
	size_t end = str_starts(authority, S("[")) ? str_find(authority, ']') + 1 : str_find(authority, ':');
	unsigned port = x->host->settings->tls_port;
	struct buf url;

	buf_init(&url, &x->arena, x->host->settings->arena_max);
	buf_lit(&url, "https://");
	buf_add(&url, str_sub(authority, 0, end));
	if (port && port != 443)
		buf_printf(&url, ":%u", port);
	buf_add(&url, request->path);
	if (request->query.at) {
		buf_add_char(&url, '?');
		buf_add(&url, request->query);
	}
	return buf_whole(&url);
}

bool exchange_redirect_to_tls(struct exchange *x)
{
	if (x->response.status != 308 || !statute_fact_is(&x->facts, STATUTE_FACT_TLS_MISSING))
		return false;
	response_set(&x->response, S("Location"), secure_url(x));
	x->response.has_content = true; /* none, and said so: a client need not wait for the end of the connection */
	return true;
}

/* RFC 6797 section 7.2: never over a connection in the clear. */
void exchange_add_connection_fields(struct exchange *x)
{
	if (x->tls && !x->host->settings->omits_hsts && tls_is_required(x))
		response_add(&x->response, S("Strict-Transport-Security"), S("max-age=31536000"));
}
