/*
 * One validation: see schema.h.
 *
 * First a fast walk that only decides; a valid value costs nothing more. An
 * invalid one is walked again for its errors, where they are wanted.
 */
#include "schema/error.h"

static bool walk_all(struct walk *w, const struct schema *schema, const struct json *instance)
{
	struct place root = { .node = instance, .schema = schema };
	bool ok;

	w->place = &root;
	ok = walk_schema(w, schema, instance);
	w->place = NULL;
	return ok && !w->failure;
}

/* One error that says why there is no answer. */
static int give_up(struct walk *w, struct schema_errors *ret_errors)
{
	struct schema_error *error = arena_new(w->arena, struct schema_error);

	if (!error)
		return STATUTE_ENOMEM;
	*error = w->limit;
	*ret_errors = (struct schema_errors){ .list = error, .count = 1 };
	return STATUTE_ELIMIT;
}

/*
 * The errors of a value that is known to be wrong. Where they end at a limit, which
 * the fast walk did not reach, that is one more of them.
 */
static int collect(const struct schema *schema, const struct json *instance, enum schema_direction direction,
                   struct arena *arena, struct schema_errors *ret_errors)
{
	struct schema_errors errors = { 0 };
	struct walk whole = { .mode = WALK_COLLECT,
		              .direction = direction,
		              .arena = arena,
		              .errors = &errors,
		              .seeks_secrets = true };

	walk_all(&whole, schema, instance);
	if (whole.failure == STATUTE_ELIMIT) {
		whole.failure = 0;
		errors_append(&whole, &whole.limit);
	}
	if (whole.failure)
		return whole.failure;
	errors_hide_secrets(&whole);
	*ret_errors = errors;
	return STATUTE_EINVAL;
}

int schema_validate(const struct schema *schema, const struct json *instance, enum schema_direction direction,
                    struct arena *arena, struct schema_errors *ret_errors)
{
	struct walk fast = { .mode = WALK_FAST, .direction = direction, .arena = arena };

	if (walk_all(&fast, schema, instance)) {
		if (ret_errors)
			*ret_errors = (struct schema_errors){ 0 };
		return 0;
	}
	if (fast.failure == STATUTE_ELIMIT && ret_errors)
		return give_up(&fast, ret_errors);
	if (fast.failure)
		return fast.failure;
	return ret_errors ? collect(schema, instance, direction, arena, ret_errors) : STATUTE_EINVAL;
}

int schema_secrets(const struct schema *schema, const struct json *instance, struct arena *arena,
                   struct schema_secret **ret_list, size_t *ret_count)
{
	struct walk walk = {
		.mode = WALK_FAST, .direction = SCHEMA_NEUTRAL, .arena = arena, .seeks_secrets = true
	};

	if (schema)
		walk_all(&walk, schema, instance);
	if (walk.failure)
		return walk.failure;
	*ret_list = walk.secrets;
	*ret_count = walk.secret_count;
	return 0;
}
