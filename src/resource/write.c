/*
 * The write: row K00 of the graph, and the facts that come back from it.
 *
 * The writer thread asks `decide` inside its transaction. Where the row is still the
 * one that the worker decided on, the change is ready; where somebody was faster,
 * the walk goes again from the lookup of the target over the row as it is now: that
 * is how preconditions hold at the moment of the write, and of two writers with the
 * same tag exactly one wins.
 */
#include "base/clock.h"
#include "message/prefer.h"
#include "resource/resource.h"

enum { BODY_MAX = 64 << 20 };

static int copy_member(struct exchange *x, struct json *to, const struct json *member)
{
	return json_set(&x->arena, to, member->name, json_copy(&x->arena, member));
}

static struct json *time_value(struct exchange *x, int64_t ms)
{
	char text[CLOCK_RFC3339_LEN];

	return json_new_string(&x->arena, str_dup(&x->arena, str_of(text, clock_rfc3339(text, ms, true))));
}

static struct json *id_value(struct exchange *x, const struct collection *collection, struct str id)
{
	struct json *value = json_new(&x->arena,
	                              collection->id_kind == STORE_ID_INTEGER ? JSON_NUMBER : JSON_STRING);

	if (value)
		value->text = id;
	return value;
}

/* readOnly members that only Statute or its owner sets survive a PUT, which cannot name them. */
static int keep_read_only(struct exchange *x, const struct json *before, struct json *body)
{
	json_each(member, before) {
		const struct schema_member *declared = schema_member(x->bound->resource->schema,
		                                                     member->name);
		int r;

		if (!declared || !declared->is_read_only || json_get(body, member->name))
			continue;
		if ((r = copy_member(x, body, member)) < 0)
			return r;
	}
	return 0;
}

/* The body to be stored: the id first, what the client sent, then times and version. */
static int complete_body(struct exchange *x, const struct change *change, const struct store_row *current,
                         int64_t now_ms, struct json **ret_body)
{
	const struct resource *resource = x->bound->resource;
	const struct collection *collection = &resource->collection;
	struct json *body = json_new(&x->arena, JSON_OBJECT);
	bool is_new = current->state != ROW_LIVE;
	int r;

	if (!body)
		return STATUTE_ENOMEM;
	if (!collection->is_singleton &&
	    (r = json_set(&x->arena, body, collection->id_name, id_value(x, collection, current->id))) < 0)
		return r;
	json_each(member, change->after) {
		if (!collection->is_singleton && str_eq(member->name, collection->id_name))
			continue;
		if ((r = copy_member(x, body, member)) < 0)
			return r;
	}
	if ((r = keep_read_only(x, change->before, body)) < 0)
		return r;
	if (resource->created_member.len && is_new &&
	    (r = json_set(&x->arena, body, resource->created_member, time_value(x, now_ms))) < 0)
		return r;
	if (resource->updated_member.len &&
	    (r = json_set(&x->arena, body, resource->updated_member, time_value(x, now_ms))) < 0)
		return r;
	if (resource->version_member.len && (r = json_set(&x->arena, body, resource->version_member,
	                                                  json_new_int(&x->arena, current->version + 1))) < 0)
		return r;
	*ret_body = body;
	return resource_complete_texts(x, change, body);
}

static struct str to_text(struct exchange *x, const struct json *value)
{
	struct buf buf;

	buf_init(&buf, &x->arena, BODY_MAX);
	json_write(&buf, value);
	return buf_whole(&buf);
}

static int copy_members(struct exchange *x, struct json *to, const struct json *from)
{
	int r = 0;

	json_each(member, from)
		if (r == 0)
			r = copy_member(x, to, member);
	return r;
}

/* The stored secrets, with those of this request in their place: who cannot read them cannot send them back. */
static int complete_secrets(struct exchange *x, const struct change *change, const struct store_row *current,
                            struct str *ret_text)
{
	struct json *secrets = NULL;
	int r;

	if (!json_first(change->secrets) && !json_first(change->passwords)) {
		*ret_text = current->secret;
		return 0;
	}
	if (current->secret.len && (r = resource_parse(x, current->secret, &secrets)) < 0)
		return r;
	if (!secrets && !(secrets = json_new(&x->arena, JSON_OBJECT)))
		return STATUTE_ENOMEM;
	if ((r = copy_members(x, secrets, change->secrets)) < 0)
		return r;
	/* One that is not hashed yet is a batch's, which will be done once more, and is not to reach the disk. */
	if (!resource_must_hash(x) && (r = copy_members(x, secrets, change->passwords)) < 0)
		return r;
	*ret_text = to_text(x, secrets);
	return ret_text->at ? 0 : STATUTE_ENOMEM;
}

static bool is_listed(const struct json *allowed, struct str to)
{
	json_each(value, allowed)
		if (str_eq(json_text(value), to))
			return true;
	return false;
}

/* K07: does a member change in a way that its transitions forbid? */
static bool breaks_transition(struct exchange *x, struct change *change)
{
	const struct resource *resource = x->bound->resource;

	for (size_t i = 0; i < resource->transition_count; i++) {
		const struct resource_transition *transition = &resource->transitions[i];
		struct str from = json_get_text(change->before, transition->member);
		struct str to = json_get_text(change->after, transition->member);
		const struct json *allowed = json_get(transition->allowed, from);

		if (!from.at || str_eq(from, to) || is_listed(allowed, to))
			continue;
		change->blamed = transition->allowed;
		change->blamed_from = from;
		change->blamed_to = to;
		FACT(TRANSITION_FORBIDDEN, true);
		return true;
	}
	return false;
}

static bool is_conditional(const struct exchange *x)
{
	return request_has(&x->request, FIELD_IF_MATCH) || request_has(&x->request, FIELD_IF_NONE_MATCH) ||
	       request_has(&x->request, FIELD_IF_UNMODIFIED_SINCE);
}

/* Is what the worker decided on no longer so? Of a POST: its parents, and the collection where that was asked about. */
static bool is_stale(struct exchange *x, const struct change *change, const struct store_row *current)
{
	if (!resource_find_parents(x))
		return true;
	if (x->request.method == METHOD_POST)
		return x->write.reads_collection &&
		       x->write.collection_version != x->target.collection_version;
	return current->state != change->seen_state || current->version != change->seen_version;
}

/* The id that a POST brought is taken. */
static bool is_taken(struct exchange *x, const struct store_row *current)
{
	if (x->request.method != METHOD_POST || current->state != ROW_LIVE)
		return false;
	FACT(DUPLICATE, true);
	x->write.conflict.collection = &x->bound->resource->collection;
	x->write.conflict.unique = SIZE_MAX;
	x->write.conflict.id = current->id;
	return true;
}

static int make_change(struct exchange *x, struct change *change, const struct store_row *current,
                       int64_t now_ms, struct store_change *ret_change)
{
	struct json *body;
	int r;

	if (x->request.method == METHOD_DELETE) {
		ret_change->verb = STORE_DELETE;
		return 0;
	}
	if (is_taken(x, current) || breaks_transition(x, change))
		return 0;
	if ((r = complete_body(x, change, current, now_ms, &body)) < 0 ||
	    (r = complete_secrets(x, change, current, &ret_change->secret)) < 0)
		return r;
	if (resource_breaks_reference(x, change, body))
		return 0;
	ret_change->body = to_text(x, body);
	if (!ret_change->body.at)
		return STATUTE_ENOMEM;
	change->is_verbatim = json_equal(body, x->body);
	ret_change->verb = current->state == ROW_LIVE ? STORE_REPLACE : STORE_CREATE;
	return 0;
}

/* What `decide` said, which holds only where it was the last word on the write. */
static void forget_refusals(struct exchange *x)
{
	statute_fact_forget(&x->facts, STATUTE_FACT_TRANSITION_FORBIDDEN);
	statute_fact_forget(&x->facts, STATUTE_FACT_REFERENCE_MISSING);
	if (x->request.method == METHOD_POST)
		statute_fact_forget(&x->facts, STATUTE_FACT_DUPLICATE);
}

static int decide(struct store_write *write, struct store_session *session, const struct store_row *current,
                  int64_t now_ms, struct store_change *ret_change)
{
	struct exchange *x = write->data;
	struct change *change = change_of(x);
	/* A batch that failed as a whole asks again; a walk that ended early left no change to be made. */
	bool was_refused = x->is_decided;
	int r = 0;

	*ret_change = (struct store_change){ .verb = STORE_NOTHING };
	x->is_decided = false;
	forget_refusals(x);
	x->session = session;
	x->is_in_transaction = true;
	if (is_stale(x, change, current) || was_refused) {
		x->target.row = *current;
		if (exchange_decide_again(x))
			r = make_change(x, change, current, now_ms, ret_change);
	} else {
		r = make_change(x, change, current, now_ms, ret_change);
	}
	x->is_in_transaction = false;
	return r == 0 && x->arena.failed ? STATUTE_ENOMEM : r;
}

static void find_result(struct exchange *x)
{
	struct prefer prefer = prefer_parse(request_list(&x->request, FIELD_PREFER, &x->arena));

	FACT(CREATED, x->write.created);
	if (!statute_fact_known(&x->facts, STATUTE_FACT_RETURNS_CONTENT))
		FACT(RETURNS_CONTENT,
		     prefer.representation || (x->bound->returns_content && !prefer.minimal));
}

static void find_done(struct exchange *x)
{
	FACT(WROTE, true);
	x->target.row = x->write.row;
	find_result(x);
}

/* On the writer thread: the answer, for a request that may come again. The commit may fail yet. */
static int record(struct store_write *write, struct store_session *session, struct str *ret_result)
{
	struct exchange *x = write->data;
	const struct statute_facts facts = x->facts;
	const struct exchange_target target = x->target;
	int r;

	x->session = session;
	x->is_in_transaction = true;
	find_done(x);
	r = exchange_record(x, ret_result);
	x->is_in_transaction = false;
	x->facts = facts;
	x->target = target;
	return r;
}

static void done(struct store_write *write)
{
	struct exchange *x = write->data;

	change_of(x)->was_done = true;
	x->host->resume(x);
}

/* The id that a new row's body names. In a batch nobody has understood the body before. */
static struct str new_row_id(struct exchange *x, const struct change *change)
{
	const struct resource *resource = x->bound->resource;
	struct json *body = change->after;
	const struct json *value;

	if (x->bound->kind == BINDING_ITEM)
		return resource_written_id(x);
	if (!resource->client_makes_id || resource->collection.is_singleton)
		return (struct str){ 0 };
	if (!body && resource_parse(x, x->request.content, &body) < 0)
		return (struct str){ 0 };
	value = json_get(body, resource->collection.id_name);
	return json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER) ? value->text : (struct str){ 0 };
}

int resource_prepare_write(struct exchange *x)
{
	struct change *change = change_of(x);
	struct store_write *write = &x->write;
	int r;

	if (!change)
		return STATUTE_ENOMEM;
	*write = (struct store_write){
		.collection = &x->bound->resource->collection,
		.id = new_row_id(x, change),
		.scope_count = x->bound->kind == BINDING_ITEM ? x->bound->scope_count : 0,
		.arena = &x->arena,
		.reads_collection = x->request.method == METHOD_POST && is_conditional(x),
		.decide = decide,
		.record = record,
		.done = done,
		.data = x,
	};
	write->scope = resource_scope(x);
	if ((r = exchange_key_of_write(x, &write->key)) < 0)
		return r;
	/* Of that or of anything before: what would be written may be incomplete. */
	return x->arena.failed ? STATUTE_ENOMEM : 0;
}

int resource_submit(struct exchange *x)
{
	int r = store_submit(x->host->store, &x->write);

	if (r == 0)
		return STATUTE_EAGAIN;
	FACT(WROTE, false);
	FACT(STORE_BUSY, true);
	return r == STATUTE_ELIMIT ? 0 : r;
}

static int submit(struct exchange *x, struct change *change)
{
	int r = resource_prepare_write(x);

	if (r < 0)
		return r;
	change->was_submitted = true;
	return resource_submit(x);
}

int resource_state_outcome(struct exchange *x)
{
	const struct store_write *write = &x->write;

	if (write->cause.len)
		x->cause = write->cause.at;
	FACT(WROTE, write->outcome == STORE_DONE);
	switch (write->outcome) {
	case STORE_UNIQUE: FACT(DUPLICATE, true); break;
	case STORE_REFERENCE_MISSING: FACT(REFERENCE_MISSING, true); break;
	case STORE_IN_USE: FACT(IN_USE, true); break;
	case STORE_CONSTRAINT: FACT(CONSTRAINT_BROKEN, true); break;
	case STORE_BUSY: FACT(STORE_BUSY, true); break;
	case STORE_TIMEOUT: FACT(STORE_TIMED_OUT, true); break;
	case STORE_FULL: FACT(DISK_FULL, true); break;
	case STORE_READ_ONLY: FACT(STORE_READ_ONLY, true); break;
	case STORE_UNAVAILABLE: FACT(STORE_LOST, true); break;
	case STORE_UNKNOWN: FACT(OUTCOME_LOST, true); break;
	case STORE_NO_MEMORY: return STATUTE_ENOMEM;
	case STORE_REFUSED: /* `decide` has set the fact that says why */
	case STORE_DONE:
	case STORE_ABSENT:
	case STORE_BROKEN: break;
	}
	return 0;
}

int resource_find_outcome(struct exchange *x)
{
	const struct store_write *write = &x->write;
	int r;

	if (write->outcome != STORE_REFUSED)
		forget_refusals(x);
	if ((r = resource_state_outcome(x)) < 0)
		return r;
	if (write->outcome == STORE_DONE)
		find_done(x);
	if (statute_fact_is(&x->facts,
	                    STATUTE_FACT_DUPLICATE)) /* here, since without memory for it there is no 409 */
		x->problem.code = bind_duplicate_code(&x->arena, write->conflict.collection,
		                                      write->conflict.unique);
	return 0;
}

int resource_write(struct exchange *x)
{
	struct change *change = change_of(x);
	int r;

	if (!change)
		return STATUTE_ENOMEM;
	if (change->was_done)
		return resource_find_outcome(x);
	if (change->was_submitted) /* the queue was full, and its facts are set */
		return 0;
	if (!resource_must_hash(x))
		return submit(x, change);
	if (change->was_hashing) /* it came back without a hash */
		return STATUTE_ENOMEM;
	change->was_hashing = true;
	r = x->host->work(x, resource_hash_passwords);
	return r == 0 ? STATUTE_EAGAIN : STATUTE_ENOMEM;
}
