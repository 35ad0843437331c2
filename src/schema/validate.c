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

/* One error that says why there is no answer; what was found before is dropped. */
static int give_up(struct walk *w, struct schema_errors *ret_errors)
{
	struct schema_error *error = arena_new(w->arena, struct schema_error);

	if (!error)
		return STATUTE_ENOMEM;
	*error = w->limit;
	*ret_errors = (struct schema_errors){ .list = error, .count = 1 };
	return STATUTE_ELIMIT;
}

static int end(struct walk *w, struct schema_errors *ret_errors)
{
	if (w->failure == STATUTE_ELIMIT && ret_errors)
		return give_up(w, ret_errors);
	return w->failure;
}

int schema_validate(const struct schema *schema, const struct json *instance, enum schema_direction direction,
                    struct arena *arena, struct schema_errors *ret_errors)
{
	struct schema_errors errors = { 0 };
	struct walk walk = { .mode = WALK_FAST, .direction = direction, .arena = arena };

	if (walk_all(&walk, schema, instance)) {
		if (ret_errors)
			*ret_errors = errors;
		return 0;
	}
	if (walk.failure)
		return end(&walk, ret_errors);
	if (!ret_errors)
		return STATUTE_EINVAL;
	walk = (struct walk){ .mode = WALK_COLLECT, .direction = direction, .arena = arena, .errors = &errors };
	walk_all(&walk, schema, instance);
	if (walk.failure)
		return end(&walk, ret_errors);
	errors_hide_secrets(&walk);
	*ret_errors = errors;
	return STATUTE_EINVAL;
}
