/*
 * x-statute: {idempotency: …} at the root, on a path, and on an operation, whichever is
 * nearest; and a parameter Idempotency-Key that an operation requires. Sets what an
 * operation does with an Idempotency-Key. POST and PATCH alone have use for one: other
 * methods may be repeated as they are.
 */
#include "base/duration.h"
#include "openapi/binder.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };
static const uint64_t keep_min_ms = 1000, keep_max_ms = UINT64_C(30) * DAY_MS;

static bool takes_key(const struct operation *operation)
{
	return operation->method == METHOD_POST || operation->method == METHOD_PATCH;
}

static bool read_word(struct idempotency *idempotency, struct str word)
{
	idempotency->is_off = str_eq(word, S("off"));
	idempotency->is_required = str_eq(word, S("required"));
	return idempotency->is_off || idempotency->is_required || str_eq(word, S("optional"));
}

/* `binder` NULL: nothing is told, since it was. */
static void blame(struct binder *binder, uint32_t at, const char *remedy, const char *issue)
{
	if (binder)
		issues_add(binder->issues, at, remedy, "%s", issue);
}

static bool read_status(const struct json *value, struct idempotency *idempotency)
{
	struct str text = json_is(value, JSON_NUMBER) ? value->text : (struct str){ 0 };

	idempotency->reuse_is_409 = str_eq(text, S("409"));
	return idempotency->reuse_is_409 || str_eq(text, S("422"));
}

static bool read_keep(const struct json *value, struct idempotency *idempotency)
{
	return duration_read(json_text(value), &idempotency->keep_ms) && idempotency->keep_ms >= keep_min_ms &&
	       idempotency->keep_ms <= keep_max_ms;
}

static void read_member(struct binder *binder, const struct json *member, struct idempotency *idempotency)
{
	if (str_eq(member->name, S("required"))) {
		idempotency->is_required = json_is_true(member);
		if (!json_is(member, JSON_TRUE) && !json_is(member, JSON_FALSE))
			blame(binder, member->at, "write required: true", "idempotency.required is no boolean");
	} else if (str_eq(member->name, S("keep"))) {
		if (!read_keep(member, idempotency))
			blame(binder, member->at, "write keep: 24h",
			      "idempotency.keep is no duration from 1s to 30d");
	} else if (str_eq(member->name, S("reuse-status"))) {
		if (!read_status(member, idempotency))
			blame(binder, member->at, "write reuse-status: 409, or leave it out",
			      "idempotency.reuse-status can only be 409 or 422");
	} else {
		blame(binder, member->name_at, "use required, keep and reuse-status",
		      "idempotency has a key that is not known");
	}
}

static struct idempotency read_setting(struct binder *binder, const struct json *value)
{
	struct idempotency idempotency = { .keep_ms = DAY_MS };

	if (json_is(value, JSON_OBJECT))
		json_each(member, value)
			read_member(binder, member, &idempotency);
	else if (value && !read_word(&idempotency, json_text(value)))
		blame(binder, value->at,
		      "write idempotency: required, optional or off, or {required: true, keep: 24h}",
		      "x-statute.idempotency is none of its values");
	return idempotency;
}

int bind_idempotency_check(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	read_setting(binder, value);
	return 0;
}

/* A key that a client must send for the document's own sake. */
static bool is_declared_required(const struct operation *operation)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (parameter_is_idempotency_key(&operation->parameters[i], operation->method))
			return operation->parameters[i].is_required;
	return false;
}

void bind_idempotency(struct binder *binder, const struct operation *operation, struct bound_operation *bound)
{
	const struct json *root = json_get(binder->document->extension, S("idempotency"));
	const struct json *path = json_get(operation->path->extension, S("idempotency"));
	const struct json *own = json_get(operation->extension, S("idempotency"));
	struct idempotency idempotency = read_setting(NULL, own ? own : path ? path : root);

	if (!takes_key(operation)) {
		if (own)
			issues_add(binder->issues, own->name_at, "take it away: the method may be repeated as it is",
			           "idempotency is for POST and PATCH");
		return;
	}
	idempotency.takes_key = !idempotency.is_off;
	idempotency.is_set = own || path || root;
	if (idempotency.takes_key && is_declared_required(operation))
		idempotency.is_required = idempotency.is_set = true;
	bound->idempotency = idempotency;
}
