/*
 * The facts that a route alone settles. What is certain here costs a request
 * nothing, and `statute routes` computes from it which codes can come: a
 * collection without unique members cannot answer 409 RESOURCE_ALREADY_EXISTS.
 */
#include "openapi/binder.h"

#define SET(name, is) statute_fact_set(facts, STATUTE_FACT_##name, (is))

static bool is_referred_to(const struct api *api, const struct collection *target)
{
	for (size_t i = 0; i < api->spec.count; i++) {
		const struct collection *collection = api->spec.collections[i];

		for (size_t k = 0; k < collection->reference_count; k++)
			if (collection->references[k].target == target)
				return true;
	}
	return false;
}

static bool has_parameters(const struct operation *operation, bool in_path)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if ((operation->parameters[i].in == IN_PATH) == in_path &&
		    !parameter_is_idempotency_key(&operation->parameters[i], operation->method))
			return true;
	return false;
}

static bool has_read_only(const struct resource *resource)
{
	const struct schema_member *members;
	size_t count = schema_members(resource->schema, &members);

	for (size_t i = 0; i < count; i++)
		if (members[i].is_read_only)
			return true;
	return false;
}

static void set_content_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct operation *operation = bound->operation;
	enum method method = operation->method;

	SET(TAKES_CONTENT, operation->body != NULL);
	/* What is made or changed from nothing has no meaning: POST, PUT and PATCH need content, required or not. */
	SET(NEEDS_CONTENT, operation->body && !method_is_safe(method) && method != METHOD_DELETE);
	if (!operation->body) {
		SET(SETS_READ_ONLY, false);
		SET(RULES_HOLD, true);
	}
}

/* Who may see a row is a question only where rows have owners. */
static void set_owner_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct resource_owner *owner = bound->resource ? bound->resource->owner : NULL;
	enum method method = bound->operation->method;
	bool is_list = bound->kind == BINDING_COLLECTION && method != METHOD_POST;
	bool is_free_post = method == METHOD_POST && owner && owner->member == STORE_MEMBER_ID;

	if (!owner || bound->kind == BINDING_COLLECTION)
		SET(VISIBLE, true);
	if (!owner || is_list || is_free_post)
		SET(ALLOWED_ON_RESOURCE, true);
	if (!owner || method_is_safe(method) || method == METHOD_DELETE)
		SET(MEMBER_FORBIDDEN, false);
	if (owner)
		SET(CONCEALS_ROW, owner->conceals);
}

static void set_target_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct operation *operation = bound->operation;

	SET(HAS_NO_ROW, bound->kind == BINDING_COLLECTION);
	SET(IS_ACTION, false);
	SET(HAS_MODIFICATION_DATE, true);
	if (!bound->scope_count)
		SET(PARENTS_EXIST, true);
	if (bound->kind == BINDING_SINGLETON)
		SET(EXISTS, true);
	if (bound->resource->lock && bound->kind == BINDING_ITEM && !method_is_safe(operation->method))
		statute_fact_forget(facts, STATUTE_FACT_LOCKED);
	if (bound->kind != BINDING_ITEM || !bound->resource->collection.keeps_tombstones)
		SET(TOMBSTONE, false);
	if (bound->kind == BINDING_ITEM && bound->resource->legal)
		statute_fact_forget(facts, STATUTE_FACT_RESOURCE_BLOCKED);
	if (bound->kind == BINDING_ITEM && bound->resource->canonical && method_is_safe(operation->method)) {
		statute_fact_forget(facts, STATUTE_FACT_RESOURCE_MOVED);
		SET(RESOURCE_MOVED_FOR_GOOD, bound->resource->canonical->is_permanent);
		SET(KEEPS_METHOD, bound->resource->canonical->keeps_method);
	}
	SET(PUT_CREATES, bound->creates);
	SET(PUT_RESTORES, bound->creates);
	SET(NEEDS_IF_MATCH, bound->resource->requires_match && !method_is_safe(operation->method) &&
	                            bound->kind != BINDING_COLLECTION);
}

static void set_meaning_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct resource *resource = bound->resource;
	enum method method = bound->operation->method;
	bool changes = method == METHOD_PUT || method == METHOD_PATCH;

	if (!has_read_only(resource))
		SET(SETS_READ_ONLY, false);
	if (bound->kind != BINDING_ITEM && !bound->scope_count)
		SET(ID_DIFFERS, false);
	if (!resource->version_member.at || !changes)
		SET(BODY_VERSION_STALE, false);
	if (!bound->takes_json_patch) {
		SET(PATCH_TESTS_HOLD, true);
		SET(PATCH_PATHS_EXIST, true);
	}
	if (!resource->collection.rule_count)
		SET(RULES_HOLD, true);
}

/* A write decides again inside its transaction, so that versions never move under it. */
static void set_write_facts(const struct api *api, const struct bound_operation *bound,
                            struct statute_facts *facts)
{
	const struct collection *collection = &bound->resource->collection;
	enum method method = bound->operation->method;
	bool changes = method == METHOD_PUT || method == METHOD_PATCH;
	bool writes_row = changes || method == METHOD_POST;

	SET(VERSION_MOVED, false);
	SET(VANISHED, false);
	SET(RAN_AGAIN, false);
	if (!writes_row ||
	    !(collection->unique_count || (method == METHOD_POST && bound->resource->client_makes_id)))
		SET(DUPLICATE, false);
	if (!writes_row || !collection->reference_count)
		SET(REFERENCE_MISSING, false);
	if (method != METHOD_DELETE || !is_referred_to(api, collection))
		SET(IN_USE, false);
	if (!changes || !bound->resource->transition_count)
		SET(TRANSITION_FORBIDDEN, false);
	if (method == METHOD_DELETE)
		SET(CONSTRAINT_BROKEN, false);
}

static void set_result_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct operation *operation = bound->operation;
	enum method method = operation->method;

	SET(CREATED_IS_200, bind_documents(operation, 200) && !bind_documents(operation, 201));
	SET(EMPTY_IS_200, bind_documents(operation, 200) && !bind_documents(operation, 204));
	if (method == METHOD_POST)
		SET(CREATED, true);
	else if (!bound->creates)
		SET(CREATED, false);
	SET(RESETS_FORM, bind_documents(operation, 205) && !bind_documents(operation, 201));
	SET(SEE_OTHER, bound->see_other != NULL);
	if (method == METHOD_DELETE || (bind_documents(operation, 205) && !bound->returns_content))
		SET(RETURNS_CONTENT, bound->returns_content);
	if (!method_is_safe(method) && (!bound->returns_content || bound->see_other))
		SET(ACCEPT_FITS, true);
}

/* What only features that are not there could answer otherwise: ranges. */
static void set_absent_features(struct statute_facts *facts)
{
	SET(HAS_RANGE, false);
}

static bool takes_cookie(const struct security *security)
{
	for (size_t i = 0; i < security->scheme_count; i++)
		if (security->schemes[i]->kind == SECURITY_API_KEY && security->schemes[i]->place == SECURITY_IN_COOKIE)
			return true;
	return false;
}

/*
 * Whether credentials are asked for is for the exchange to say, too: they may be optional, or security
 * turned off. What an operation demands beyond valid ones is a question only where it demands something.
 */
static void set_access_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	const struct security *security = bound->security;
	bool is_limited = security && security->role_count;

	if (!security)
		return;
	for (size_t i = 0; i < security->choice_count; i++)
		for (size_t k = 0; k < security->choices[i].count; k++)
			is_limited |= security->choices[i].demands[k].scope_count ||
			              security->choices[i].demands[k].role_count;
	statute_fact_forget(facts, STATUTE_FACT_NEEDS_CREDENTIALS);
	if (takes_cookie(security) && !method_is_safe(bound->operation->method))
		statute_fact_forget(facts, STATUTE_FACT_CROSS_SITE);
	if (is_limited)
		statute_fact_forget(facts, STATUTE_FACT_PERMITTED);
	if (bound->payment)
		statute_fact_forget(facts, STATUTE_FACT_PAYMENT_DUE);
	SET(CONCEALS_OPERATION, json_is_true(json_get(bound->operation->extension, S("conceal"))));
}

/* Without a limit nothing is counted. */
static void set_limit_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	if (bound->limit_count)
		statute_fact_forget(facts, STATUTE_FACT_RATE_LIMITED);
}

static void set_key_facts(const struct bound_operation *bound, struct statute_facts *facts)
{
	SET(NEEDS_KEY, bound->idempotency.is_required);
	SET(KEY_REUSE_IS_409, bound->idempotency.reuse_is_409);
	if (!bound->idempotency.takes_key || bound->kind == BINDING_NONE)
		SET(HAS_KEY, false);
}

/* The parameters of what is not bound are never read; a list has some that no document needs to declare. */
static void set_parameter_facts(const struct api *api, const struct bound_operation *bound,
                                struct statute_facts *facts)
{
	const struct operation *operation = bound->operation;
	bool is_list = bound->kind == BINDING_COLLECTION && operation->method != METHOD_POST;

	if (bound->kind == BINDING_NONE || !has_parameters(operation, true))
		SET(PATH_PARAMETERS_FIT, true);
	/* Content-Language must be a language of the resource */
	bool takes_language = operation->body && bound->resource && bound->resource->localized_count;

	if (!has_parameters(operation, false) && !api->is_strict_query && !is_list && !takes_language)
		SET(PARAMETERS_FIT, true);
}

void bind_facts(const struct api *api, struct bound_operation *bound)
{
	struct statute_facts *facts = &bound->fixed;
	const struct operation *operation = bound->operation;

	statute_facts_init(facts);
	statute_facts_set_method(facts, method_name(operation->method).at);
	SET(PATH_FOUND, true);
	SET(METHOD_ALLOWED, true);
	SET(IS_BOUND, bound->kind != BINDING_NONE);
	SET(SCHEMA_FAILURE_IS_400, api->schema_errors_are_400);
	SET(ACCEPT_IS_LENIENT, bound->is_lenient);
	set_absent_features(facts);
	if (!operation->body) {
		SET(CONTENT_DECODES, true);
		SET(DIGEST_MATCHES, true);
	}
	if (bound->early_hints.len && bound->kind != BINDING_NONE)
		statute_fact_forget(facts, STATUTE_FACT_SENDS_EARLY_HINTS);
	set_access_facts(bound, facts);
	set_limit_facts(bound, facts);
	set_owner_facts(bound, facts);
	set_key_facts(bound, facts);
	set_parameter_facts(api, bound, facts);
	if (bound->special.special && bound->special.special->settle)
		bound->special.special->settle(api, bound);
	if (bound->kind == BINDING_NONE || bound->special.special)
		return;
	set_content_facts(bound, facts);
	set_target_facts(bound, facts);
	set_meaning_facts(bound, facts);
	set_write_facts(api, bound, facts);
	set_result_facts(bound, facts);
}
