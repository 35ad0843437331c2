/* Looking the target of a request up: the facts of block G, and its validators. */
#include "message/date.h"
#include "resource/resource.h"

bool resource_read_ended(struct exchange *x, enum store_outcome outcome)
{
	switch (outcome) {
	case STORE_DONE:
	case STORE_ABSENT: FACT(STORE_ANSWERS, true); return true;
	case STORE_BROKEN: /* nobody can wait this out: 500, not 503 */
		FACT(STORE_ANSWERS, true);
		FACT(READ_FAILED, true);
		break;
	default: FACT(STORE_ANSWERS, false);
	}
	if (!x->is_in_transaction) {
		struct str cause = str_dup(&x->arena, store_reader_cause(x->host->reader));

		x->cause = cause.at ? cause.at : "the store failed";
	}
	return false;
}

enum store_outcome resource_get(struct exchange *x, const struct collection *collection, struct str id,
                                const struct store_filter *scope, size_t scope_count,
                                struct store_row *ret_row)
{
	if (x->is_in_transaction)
		return store_session_get(x->session, collection, id, scope, scope_count, &x->arena, ret_row);
	return store_get(x->host->reader, collection, id, scope, scope_count, &x->arena, ret_row);
}

bool resource_row_is_given(const struct exchange *x)
{
	return x->is_in_transaction && !method_is_safe(x->request.method);
}

struct str resource_etag(struct exchange *x, int64_t version)
{
	char *tag = arena_alloc(&x->arena, STR_INTEGER_LEN + 2);
	size_t len;

	if (!tag)
		return (struct str){ 0 };
	tag[0] = '"';
	len = 1 + str_put_i64(tag + 1, version);
	tag[len] = '"';
	return str_of(tag, len + 1);
}

struct store_filter *resource_scope(struct exchange *x)
{
	const struct bound_operation *bound = x->bound;
	struct store_filter *filters = arena_array(&x->arena, bound->scope_count + 1, sizeof(*filters));

	for (size_t i = 0; filters && i < bound->scope_count; i++) {
		filters[i].member = bound->scopes[i].member;
		filters[i].values = &x->match.values[bound->scopes[i].parameter];
		filters[i].count = 1;
	}
	return filters;
}

/* A parent counts as there where its row is, and may be seen, and lies below its own parents as the path says. */
static bool parent_exists(struct exchange *x, size_t index, bool *ret_answered)
{
	const struct binding_scope *scopes = x->bound->scopes;
	const struct resource *parent = scopes[index].parent;
	struct str id = x->match.values[scopes[index].parameter];
	struct store_filter filters[ROUTER_PARAMETERS_MAX];
	struct store_row row;
	enum store_outcome outcome;
	size_t count = 0;

	for (size_t i = 0; i < index; i++) {
		size_t member = scopes[i].member;

		/* only where the parent has a member of the same name */
		if (!bind_member_find(parent, x->bound->resource->collection.members[member].name, &member))
			continue;
		filters[count] = (struct store_filter){
			.member = member, .values = &x->match.values[scopes[i].parameter], .count = 1
		};
		count++;
	}
	outcome = resource_get(x, &parent->collection, id, filters, count, &row);
	*ret_answered = resource_read_ended(x, outcome);
	return *ret_answered && outcome == STORE_DONE && row.state == ROW_LIVE &&
	       resource_is_visible(x, parent, &row);
}

bool resource_find_parents(struct exchange *x)
{
	bool answered = true;

	for (size_t i = 0; i < x->bound->scope_count; i++) {
		if (parent_exists(x, i, &answered))
			continue;
		if (answered)
			FACT(PARENTS_EXIST, false);
		return false;
	}
	FACT(PARENTS_EXIST, true);
	return true;
}

static void set_validators(struct exchange *x)
{
	const struct store_row *row = &x->target.row;

	x->target.etag = row->state == ROW_LIVE ? resource_etag(x, row->version) : (struct str){ 0 };
	x->target.modified_s = row->state == ROW_LIVE ? row->modified_ms / 1000 : -1;
}

/* Remembers what the decision rests on, so that the writer can tell whether it still holds. */
static int remember_row(struct exchange *x)
{
	struct change *change;

	if (method_is_safe(x->request.method))
		return 0;
	change = change_of(x);
	if (!change)
		return STATUTE_ENOMEM;
	change->seen_version = x->target.row.version;
	change->seen_state = x->target.row.state;
	return 0;
}

int resource_find_item(struct exchange *x)
{
	struct store_row *row = &x->target.row;
	struct store_filter *scope = resource_scope(x);
	int r;

	if (!scope)
		return STATUTE_ENOMEM;
	if (!resource_find_parents(x))
		return 0;
	if (!resource_row_is_given(x)) {
		enum store_outcome outcome = resource_read_item(x, scope, row);

		if (outcome == STORE_ABSENT)
			*row = (struct store_row){ .state = ROW_ABSENT };
		if (!resource_read_ended(x, outcome)) {
			FACT(EXISTS, true); /* nobody asks: G01 or G01a ends it */
			return 0;
		}
	}
	FACT(STORE_ANSWERS, true);
	if (resource_row_is_given(x) && (r = resource_check_name(x, row)) < 0)
		return r;
	FACT(EXISTS, row->state == ROW_LIVE);
	FACT(TOMBSTONE, row->state == ROW_GONE);
	resource_find_owner(x);
	resource_find_lock(x);
	set_validators(x);
	exchange_find_preconditions(x, row->state == ROW_LIVE);
	resource_find_block(x);
	if ((r = resource_find_moved(x)) < 0)
		return r;
	return remember_row(x);
}

/* What a singleton is before its first write. */
static int make_defaults(struct exchange *x, struct store_row *row)
{
	const struct schema *schema = x->bound->resource->schema;
	struct json *value = json_new(&x->arena, JSON_OBJECT);
	struct buf buf;
	int r;

	if (!value)
		return STATUTE_ENOMEM;
	if (schema && (r = schema_fill_defaults(schema, &x->arena, value, false)) < 0)
		return r;
	if (x->bound->resource->version_member.len &&
	    (r = json_set(&x->arena, value, x->bound->resource->version_member, json_new_int(&x->arena, 0))) <
	            0)
		return r;
	buf_init(&buf, &x->arena, 1 << 20);
	json_write(&buf, value);
	if (buf.failed)
		return STATUTE_ENOMEM;
	*row = (struct store_row){ .state = ROW_LIVE, .body = buf_str(&buf), .modified_ms = -1000 };
	return 0;
}

int resource_find_singleton(struct exchange *x)
{
	struct store_row *row = &x->target.row;
	int r;

	if (!resource_row_is_given(x)) {
		enum store_outcome outcome = resource_get(x, &x->bound->resource->collection, S(""), NULL, 0,
		                                          row);

		if (!resource_read_ended(x, outcome))
			return 0;
		if (outcome == STORE_ABSENT)
			row->state = ROW_ABSENT;
	}
	FACT(STORE_ANSWERS, true);
	if ((r = remember_row(x)) < 0)
		return r;
	if (row->state != ROW_LIVE && (r = make_defaults(x, row)) < 0)
		return r;
	set_validators(x);
	exchange_find_preconditions(x, true);
	return 0;
}
