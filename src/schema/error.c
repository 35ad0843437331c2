/*
 * How failures become errors: see walk.h.
 *
 * An error has the value only where that is a scalar that nobody calls secret.
 * What is secret is known by place, since one schema may say so and another one
 * fail; so secrets are listed during the walk and taken out of the errors after it.
 */
#include "schema/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "json/pointer.h"

enum { TEXT_MAX = 128 * 1024, MESSAGE_MAX = 2048, SECRETS_MAX = 1000, FIRST_CAP = 8 };

struct failure {
	const struct place *place;
	struct str missing;  /* a member that is not at the place, or {NULL, 0} */
	struct str location; /* of the schema */
	const char *keyword; /* or NULL */
	const char *code;
	const struct rule *rule; /* that the value at the place itself fails, or NULL */
};

static void add_place(struct buf *buf, const struct place *place, bool is_field)
{
	if (is_field && place->up->node->type == JSON_ARRAY)
		buf_printf(buf, "[%zu]", place->index);
	else if (place->up->node->type == JSON_ARRAY)
		buf_printf(buf, "/%zu", place->index);
	else if (is_field)
		buf_printf(buf, "%s%.*s", buf->len ? "." : "", STR_ARG(place->node->name));
	else
		json_pointer_add(buf, place->node->name);
}

/* The way from the root is the list read backwards: at most WALK_DEPTH_MAX places. */
static struct str write_way(struct walk *w, const struct failure *failure, bool is_field)
{
	const struct place *way[WALK_DEPTH_MAX];
	size_t count = 0;
	struct buf buf;

	buf_init(&buf, w->arena, TEXT_MAX);
	for (const struct place *at = failure->place; at->up && count < WALK_DEPTH_MAX; at = at->up)
		way[count++] = at;
	while (count)
		add_place(&buf, way[--count], is_field);
	if (failure->missing.at && is_field)
		buf_printf(&buf, "%s%.*s", buf.len ? "." : "", STR_ARG(failure->missing));
	else if (failure->missing.at)
		json_pointer_add(&buf, failure->missing);
	if (buf.failed)
		walk_stop(w, STATUTE_ENOMEM);
	return buf.at ? buf_str(&buf) : S("");
}

static struct str write_message(struct walk *w, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
static struct str write_message(struct walk *w, const char *format, va_list args)
{
	char text[MESSAGE_MAX];
	int len = vsnprintf(text, sizeof(text), format, args);
	struct str message = str_dup(w->arena, str_of(text, len < 0 ? 0 : strnlen(text, sizeof(text))));

	while (message.len && !str_is_utf8(message)) /* a character was cut */
		message.len--;
	if (!message.at)
		walk_stop(w, STATUTE_ENOMEM);
	return message;
}

static bool is_known(const struct schema_errors *errors, const struct schema_error *error)
{
	for (size_t i = 0; i < errors->count; i++)
		if (str_eq(errors->list[i].code, error->code) &&
		    str_eq(errors->list[i].pointer, error->pointer) &&
		    str_eq(errors->list[i].message, error->message))
			return true;
	return false;
}

void errors_append(struct walk *w, const struct schema_error *error)
{
	struct schema_errors *errors = w->errors;

	if (w->failure || is_known(errors, error))
		return;
	if (errors->count == w->errors_cap) {
		size_t cap = w->errors_cap ? w->errors_cap * 2 : FIRST_CAP;
		struct schema_error *list = arena_grow(w->arena, errors->list, w->errors_cap * sizeof(*list),
		                                       cap * sizeof(*list));

		if (!list) {
			walk_stop(w, STATUTE_ENOMEM);
			return;
		}
		errors->list = list;
		w->errors_cap = cap;
	}
	errors->list[errors->count++] = *error;
}

static void collect(struct walk *w, const struct failure *failure, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
static void collect(struct walk *w, const struct failure *failure, const char *format, va_list args)
{
	struct schema_error error = { .code = str_from(failure->code) };
	const struct json *node = failure->place->node;

	if (w->errors->count >= SCHEMA_ERRORS_MAX) {
		w->errors->dropped++;
		return;
	}
	error.pointer = write_way(w, failure, false);
	error.field = write_way(w, failure, true);
	error.message = write_message(w, format, args);
	if (!failure->missing.at && node->type < JSON_ARRAY)
		error.value = node;
	error.keyword = failure->location;
	if (failure->keyword)
		error.keyword = str_printf(w->arena, "%.*s/%s", STR_ARG(failure->location), failure->keyword);
	if (failure->keyword && !error.keyword.at)
		walk_stop(w, STATUTE_ENOMEM);
	errors_append(w, &error);
}

static void weigh_tag(struct probe *probe, const struct failure *failure)
{
	const struct rule *rule = failure->rule;
	const struct schema *schema = failure->place->schema;
	bool is_secret = rule && (rule->owner->is_secret || (schema && schema->is_secret));
	bool is_first = !probe->is_other_tag;

	probe->is_other_tag = true;
	probe->tag = is_first && rule && !is_secret ? failure->place->node : NULL;
	probe->tag_index = failure->place->index;
	probe->tag_rule = rule;
}

static void weigh(struct probe *probe, const struct failure *failure)
{
	bool is_tag = strcmp(failure->code, "CONST") == 0 || strcmp(failure->code, "ENUM") == 0;

	probe->errors++;
	if (failure->missing.at)
		probe->missing++;
	else if (failure->place == probe->base && strcmp(failure->code, "TYPE") == 0)
		probe->is_other_type = true;
	else if (failure->place->up == probe->base && is_tag)
		weigh_tag(probe, failure);
}

static bool fail(struct walk *w, const struct failure *failure, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
static bool fail(struct walk *w, const struct failure *failure, const char *format, va_list args)
{
	if (w->mode == WALK_PROBE)
		weigh(w->probe, failure);
	else if (w->mode == WALK_COLLECT && !w->failure)
		collect(w, failure, format, args);
	return false;
}

bool walk_fail(struct walk *w, const struct rule *rule, const char *code, const char *format, ...)
{
	struct failure failure = { .place = w->place,
		                   .location = rule->owner->location,
		                   .keyword = rule->keyword,
		                   .code = code,
		                   .rule = rule };
	va_list args;

	va_start(args, format);
	fail(w, &failure, format, args);
	va_end(args);
	return false;
}

bool walk_fail_missing(struct walk *w, const struct rule *rule, struct str name, const char *code,
                       const char *format, ...)
{
	struct failure failure = { .place = w->place,
		                   .location = rule->owner->location,
		                   .keyword = rule->keyword,
		                   .code = code,
		                   .missing = name.at ? name : S("") };
	va_list args;

	va_start(args, format);
	fail(w, &failure, format, args);
	va_end(args);
	return false;
}

bool walk_fail_child(struct walk *w, const struct rule *rule, const struct json *child, size_t index,
                     const char *code, const char *format, ...)
{
	struct place place = { .up = w->place, .node = child, .index = index };
	struct failure failure = {
		.place = &place, .location = rule->owner->location, .keyword = rule->keyword, .code = code
	};
	va_list args;

	va_start(args, format);
	fail(w, &failure, format, args);
	va_end(args);
	return false;
}

bool walk_fail_schema(struct walk *w, const struct schema *schema, const char *keyword, const char *code,
                      const char *format, ...)
{
	struct failure failure = {
		.place = w->place, .location = schema->location, .keyword = keyword, .code = code
	};
	va_list args;

	va_start(args, format);
	fail(w, &failure, format, args);
	va_end(args);
	return false;
}

bool walk_limit(struct walk *w, const char *code, const char *message)
{
	struct failure here = { .place = w->place };

	if (w->failure)
		return false;
	w->limit = (struct schema_error){ .code = str_from(code), .message = str_from(message) };
	w->limit.pointer = write_way(w, &here, false);
	w->limit.field = write_way(w, &here, true);
	return walk_stop(w, STATUTE_ELIMIT);
}

void walk_keep_secret(struct walk *w, bool is_password)
{
	struct failure here = { .place = w->place };

	if (w->hides_all || (w->errors && w->errors->count >= SCHEMA_ERRORS_MAX))
		return;
	if (w->errors && w->secret_count == SECRETS_MAX) {
		w->hides_all = true;
		return;
	}
	if (w->secret_count == w->secret_cap) {
		size_t cap = w->secret_cap ? w->secret_cap * 2 : FIRST_CAP;
		struct schema_secret *list = arena_grow(w->arena, w->secrets, w->secret_cap * sizeof(*list),
		                                        cap * sizeof(*list));

		if (!list) {
			walk_stop(w, STATUTE_ENOMEM);
			return;
		}
		w->secrets = list;
		w->secret_cap = cap;
	}
	w->secrets[w->secret_count++] = (struct schema_secret){ .pointer = write_way(w, &here, false),
		                                                .is_password = is_password };
}

static bool is_within(struct str pointer, struct str secret)
{
	return str_starts(pointer, secret) && (pointer.len == secret.len || pointer.at[secret.len] == '/');
}

void errors_hide_secrets(struct walk *w)
{
	for (size_t i = 0; i < w->errors->count; i++) {
		struct schema_error *error = &w->errors->list[i];

		if (w->hides_all)
			error->value = NULL;
		for (size_t k = 0; error->value && k < w->secret_count; k++)
			if (is_within(error->pointer, w->secrets[k].pointer))
				error->value = NULL;
	}
}
