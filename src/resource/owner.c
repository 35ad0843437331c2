/*
 * Whose a row is, and who may see it: the facts VISIBLE (G03a) and ALLOWED_ON_RESOURCE (G08) of
 * resources with an owner, and what follows from them for lists, new rows, parents, references
 * and details. Where a row is concealed, nothing may differ from an id that never was.
 *
 * A principal's id is text. Where the member is an integer, only the one way to write it counts:
 * "007" is not 7.
 */
#include <stdio.h>

#include "resource/resource.h"

/* Does anybody hold rows of this resource against their owners? */
static const struct resource_owner *owner_of(const struct exchange *x, const struct resource *resource)
{
	return x->host->settings->ignores_security ? NULL : resource->owner;
}

static bool is_privileged(const struct exchange *x, const struct resource_owner *owner, enum method method)
{
	for (size_t i = 0; i < owner->roles[method].count; i++)
		if (principal_has_role(&x->principal, owner->roles[method].names[i]))
			return true;
	return false;
}

static bool is_integer(const struct resource *resource)
{
	size_t member = resource->owner->member;

	if (member == STORE_MEMBER_ID)
		return resource->collection.id_kind == STORE_ID_INTEGER;
	return resource->collection.members[member].type == STORE_INTEGER;
}

/* Can somebody of this id own rows at all? */
static bool can_own(const struct resource *resource, struct str id)
{
	char text[STR_INTEGER_LEN];
	int64_t value;

	if (!id.len || !is_integer(resource))
		return id.len > 0;
	return str_to_i64(id, &value) && str_eq(str_of(text, str_put_i64(text, value)), id);
}

static bool is_value(const struct resource *resource, const struct json *value, struct str id)
{
	int64_t have, want;

	if (!can_own(resource, id))
		return false;
	if (!is_integer(resource))
		return json_is(value, JSON_STRING) && str_eq(value->text, id);
	return json_is(value, JSON_NUMBER) && json_to_i64(value, &have) && str_to_i64(id, &want) &&
	       have == want;
}

/* Is the row the client's? Without memory it is not, and the answer is 503. */
static bool is_own(struct exchange *x, const struct resource *resource, struct str id, struct str body)
{
	size_t member = resource->owner->member;
	struct json *value;

	if (member == STORE_MEMBER_ID)
		return can_own(resource, x->principal.id) && str_eq(id, x->principal.id);
	return resource_parse(x, body, &value) == 0 &&
	       is_value(resource, json_get(value, resource->collection.members[member].name),
	                x->principal.id);
}

bool resource_is_visible(struct exchange *x, const struct resource *resource, const struct store_row *row)
{
	const struct resource_owner *owner = owner_of(x, resource);
	struct str why;

	if (resource_is_blocked(x, resource, row, &why))
		return false;
	return !owner || is_privileged(x, owner, METHOD_GET) || is_own(x, resource, row->id, row->body);
}

bool resource_is_visible_id(struct exchange *x, const struct resource *resource, struct str id)
{
	const struct resource_owner *owner = owner_of(x, resource);
	struct store_row row = { .id = id };

	bool needs_row = resource->legal || (owner && owner->member != STORE_MEMBER_ID &&
	                                     !is_privileged(x, owner, METHOD_GET));

	if (needs_row &&
	    (resource_get(x, &resource->collection, id, NULL, 0, &row) != STORE_DONE ||
	     row.state != ROW_LIVE))
		return false;
	return resource_is_visible(x, resource, &row);
}

/*
 * What is not there may not look otherwise than what is hidden: no 410 tells that a row was there,
 * and no 201 that none was.
 */
static void find_absent(struct exchange *x, const struct resource_owner *owner, bool sees, bool may)
{
	if (owner->conceals && !sees) {
		FACT(TOMBSTONE, false);
		if (!may)
			FACT(PUT_CREATES, false);
	}
	if (!may)
		FACT(PUT_RESTORES, false);
}

void resource_find_owner(struct exchange *x)
{
	const struct resource *resource = x->bound->resource;
	const struct resource_owner *owner = owner_of(x, resource);
	const struct store_row *row = &x->target.row;
	bool may, sees, owns;

	if (!owner)
		return;
	may = is_privileged(x, owner, x->request.method);
	sees = may || is_privileged(x, owner, METHOD_GET);
	if (row->state == ROW_LIVE) {
		owns = is_own(x, resource, row->id, row->body);
		FACT(VISIBLE, sees || owns);
		FACT(ALLOWED_ON_RESOURCE, may || owns);
		return;
	}
	owns = owner->member == STORE_MEMBER_ID &&
	       is_own(x, resource, x->match.values[x->bound->id_parameter], (struct str){ 0 });
	find_absent(x, owner, sees || owns, may || owns);
}

/* ---- Collections ------------------------------------------------------------- */

void resource_find_collection_owner(struct exchange *x)
{
	const struct resource *resource = x->bound->resource;
	const struct resource_owner *owner = owner_of(x, resource);

	if (!owner || x->request.method != METHOD_POST || owner->member == STORE_MEMBER_ID)
		return;
	FACT(ALLOWED_ON_RESOURCE,
	     is_privileged(x, owner, METHOD_POST) || can_own(resource, x->principal.id));
}

bool resource_owner_filter(struct exchange *x, struct store_filter *ret_filter)
{
	const struct resource_owner *owner = owner_of(x, x->bound->resource);

	if (!owner || is_privileged(x, owner, METHOD_GET))
		return false;
	*ret_filter = (struct store_filter){
		.member = owner->member,
		.values = &x->principal.id,
		.count = can_own(x->bound->resource, x->principal.id), /* of no value: no row */
	};
	return true;
}

struct str resource_collection_etag(struct exchange *x, int64_t version)
{
	const struct resource_owner *owner = owner_of(x, x->bound->resource);
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a: the same in every process */

	if (x->bound->resource->legal && !resource_block_filter(x, &(struct store_filter){ 0 }))
		return str_printf(&x->arena, "\"%lld-all\"", (long long)version); /* with blocked rows */
	if (!owner || is_privileged(x, owner, METHOD_GET))
		return resource_etag(x, version);
	for (size_t i = 0; i < x->principal.id.len; i++)
		hash = (hash ^ (unsigned char)x->principal.id.at[i]) * UINT64_C(0x100000001b3);
	return str_printf(&x->arena, "\"%lld-%016llx\"", (long long)version, (unsigned long long)hash);
}

/* ---- Content ----------------------------------------------------------------- */

/* The owner that a row keeps, or gets; NULL: it has none, or there is no memory. */
static struct json *owner_value(struct exchange *x, const struct json *before, struct str name)
{
	const struct resource *resource = x->bound->resource;
	struct json *value;

	if (before)
		return json_get(before, name) ? json_copy(&x->arena, json_get(before, name)) : NULL;
	if (!can_own(resource, x->principal.id))
		return NULL;
	value = json_new(&x->arena, is_integer(resource) ? JSON_NUMBER : JSON_STRING);
	if (value)
		value->text = x->principal.id;
	return value;
}

/* The name of the member that holds the owner's id; empty where the row's own id does, or nothing. */
static struct str owner_member(const struct exchange *x)
{
	const struct resource *resource = x->bound->resource;
	const struct resource_owner *owner = owner_of(x, resource);

	if (!owner || owner->member == STORE_MEMBER_ID)
		return (struct str){ 0 };
	return resource->collection.members[owner->member].name;
}

int resource_fill_owner(struct exchange *x, const struct change *change, struct json *body, bool is_checked)
{
	struct str name = owner_member(x);
	struct json *value;

	if (!name.len || json_get(body, name) || (!is_checked && resource_is_read_only(x, name)))
		return 0;
	value = owner_value(x, change->before, name);
	return value ? json_set(&x->arena, body, name, value) : 0;
}

/* A row of one's own id: whoever is known makes none for others. */
static bool names_another(const struct exchange *x, const struct json *body)
{
	const struct resource *resource = x->bound->resource;
	const struct json *id = json_get(body, resource->collection.id_name);

	return x->request.method == METHOD_POST && x->principal.id.len && id &&
	       !is_value(resource, id, x->principal.id);
}

static bool is_owner_forbidden(struct exchange *x, const struct change *change, const struct json *body)
{
	const struct resource *resource = x->bound->resource;
	const struct resource_owner *owner = owner_of(x, resource);
	struct str name = owner_member(x);
	const struct json *value = json_get(body, name);

	if (!owner || is_privileged(x, owner, x->request.method))
		return false;
	if (owner->member == STORE_MEMBER_ID)
		return names_another(x, body);
	if (change->before)
		return !value || !json_equal(value, json_get(change->before, name));
	return !is_value(resource, value, x->principal.id);
}

void resource_check_owner(struct exchange *x, const struct change *change, const struct json *body)
{
	FACT(MEMBER_FORBIDDEN, is_owner_forbidden(x, change, body));
}

/* ---- References -------------------------------------------------------------- */

static const struct resource *target_of(const struct exchange *x, size_t reference)
{
	return x->host->api->resources[x->bound->resource->collection.references[reference].target->index];
}

static bool refers_to_owned(const struct exchange *x)
{
	for (size_t i = 0; i < x->bound->resource->collection.reference_count; i++)
		if (owner_of(x, target_of(x, i)))
			return true;
	return false;
}

/* One that was there before stays: whoever changes another member takes nothing new in hand. */
static bool is_reference_missing(struct exchange *x, const struct change *change, const struct json *body,
                                 size_t reference)
{
	const struct collection *collection = &x->bound->resource->collection;
	struct str name = collection->members[collection->references[reference].member].name;
	const struct json *value = json_get(body, name), *was = json_get(change->before, name);
	const struct resource *target = target_of(x, reference);
	struct store_row row;

	if (!(json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER)) || (was && json_equal(was, value)))
		return false;
	return store_session_get(x->session, &target->collection, value->text, NULL, 0, &x->arena, &row) !=
	               STORE_DONE ||
	       row.state != ROW_LIVE || !resource_is_visible(x, target, &row);
}

bool resource_breaks_reference(struct exchange *x, const struct change *change, const struct json *body)
{
	const struct collection *collection = &x->bound->resource->collection;
	uint64_t missing = 0;
	size_t first = 0;

	if (!refers_to_owned(x))
		return false;
	for (size_t i = collection->reference_count; i-- > 0;)
		if (is_reference_missing(x, change, body, i)) {
			missing |= UINT64_C(1) << i;
			first = i;
		}
	if (!missing)
		return false;
	FACT(REFERENCE_MISSING, true);
	x->write.conflict = (struct store_conflict){
		.collection = collection->references[first].target, .reference = first, .missing = missing
	};
	return true;
}

/* ---- Details ----------------------------------------------------------------- */

int resource_explain_denial(struct exchange *x, struct json *details)
{
	const struct resource_owner *owner = x->bound->resource->owner;
	const struct resource_roles *roles = &owner->roles[x->request.method];

	(void)details;
	x->problem.detail = str_printf(&x->arena, "Only its owner%s may do this to the %.*s.",
	                               roles->count ? ", or who has the role," : "",
	                               STR_ARG(x->bound->resource->singular));
	return exchange_describe_denial(x, roles->names, roles->count);
}

int resource_explain_other_owner(struct exchange *x, struct json *details)
{
	const struct resource *resource = x->bound->resource;
	size_t member = resource->owner->member;
	struct str name = member == STORE_MEMBER_ID ? resource->collection.id_name
	                                            : resource->collection.members[member].name;
	int r = resource_explain_denial(x, details);

	x->problem.detail = str_printf(&x->arena, "%.*s can only be the client's own.", STR_ARG(name));
	if (r < 0)
		return r;
	return json_set(&x->arena, (struct json *)(uintptr_t)x->problem.details, S("field"),
	                json_new_string(&x->arena, name));
}
