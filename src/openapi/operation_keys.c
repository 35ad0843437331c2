/*
 * Keys of x-statute that say how an operation is served, whatever it is bound to: `payment` and
 * `early-hints`. On an operation, or on a path for those of its operations that have none.
 */
#include "openapi/binder.h"

#include "message/syntax.h"

static const struct json *setting_of(const struct operation *operation, struct str key)
{
	const struct json *own = json_get(operation->extension, key);

	return own ? own : json_get(operation->path->extension, key);
}

/* ---- payment: who has not paid is 402 -------------------------------------- */

static bool is_scalar(const struct json *value)
{
	return value->type != JSON_ARRAY && value->type != JSON_OBJECT;
}

static bool payment_fits(const struct json *value)
{
	const struct json *due = json_get(value, S("due"));
	bool fits = json_get_text(value, S("claim")).len && json_is(due, JSON_ARRAY) && due->count;

	json_each(one, due)
		fits = fits && is_scalar(one);
	json_each(key, value)
		fits = fits && (str_eq(key->name, S("claim")) || str_eq(key->name, S("due")));
	return fits;
}

int bind_payment_check(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!payment_fits(value))
		issues_add(binder->issues, value->at, "write payment: {claim: account, due: [past-due]}",
		           "x-statute.payment needs a `claim`, and in `due` the values of it that owe");
	return 0;
}

static int bind_payment(struct binder *binder, struct bound_operation *bound)
{
	const struct json *value = setting_of(bound->operation, S("payment"));
	struct payment *payment;

	if (!value || !payment_fits(value))
		return 0;
	payment = arena_new(binder->arena, struct payment);
	if (!payment)
		return STATUTE_ENOMEM;
	*payment = (struct payment){ json_get_text(value, S("claim")), json_get(value, S("due")) };
	bound->payment = payment;
	return 0;
}

/* ---- early-hints: 103 -------------------------------------------------------- */

/* As it stands in a Link field (RFC 8288 section 3): "</style.css>; rel=preload". */
static bool is_link(struct str text)
{
	size_t end = str_find(text, '>');

	if (text.len < 2 || text.at[0] != '<' || end == text.len || end < 2)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ' || (unsigned char)text.at[i] > '~')
			return false;
	return end + 1 < text.len && text.at[end + 1] == ';';
}

static bool hints_fit(const struct json *value)
{
	bool fits = json_is(value, JSON_ARRAY) && value->count && value->count <= EARLY_HINTS_MAX;

	json_each(hint, fits ? value : NULL)
		fits = fits && json_is(hint, JSON_STRING) && is_link(hint->text);
	return fits;
}

int bind_early_hints_check(struct binder *binder, struct resource *resource, const struct json *value)
{
	(void)resource;
	if (!hints_fit(value))
		issues_add(binder->issues, value->at,
		           "write early-hints: [\"</style.css>; rel=preload; as=style\"]",
		           "x-statute.early-hints is no list of 1 to %d values of a Link field",
		           EARLY_HINTS_MAX);
	return 0;
}

static int bind_early_hints(struct binder *binder, struct bound_operation *bound)
{
	const struct json *value = setting_of(bound->operation, S("early-hints"));
	struct buf links;

	if (!value || !hints_fit(value))
		return 0;
	buf_init(&links, binder->arena, 1 << 16);
	json_each(hint, value) {
		buf_add(&links, links.len ? S(", ") : S(""));
		buf_add(&links, hint->text);
	}
	bound->early_hints = buf_whole(&links);
	return bound->early_hints.at ? 0 : STATUTE_ENOMEM;
}

int bind_operation_keys(struct binder *binder, struct bound_operation *bound)
{
	int r = bind_payment(binder, bound);

	return r < 0 ? r : bind_early_hints(binder, bound);
}
