/* What is declared and will not be served: 501, and what to use instead. */
#include "resource/resource.h"

static struct json *alternatives(struct exchange *x, const struct unsupported *said)
{
	struct json *list = json_new(&x->arena, JSON_ARRAY);

	for (size_t i = 0; i < said->instead_count && list; i++)
		if (json_append(list, json_new_string(&x->arena, said->instead[i])) < 0)
			return NULL;
	return list;
}

static void explain(struct exchange *x)
{
	const struct unsupported *said = x->bound->special.said;
	struct json *details = said->instead_count ? json_new(&x->arena, JSON_OBJECT) : NULL;

	if (said->message.len)
		x->problem.detail = said->message;
	for (size_t i = 0; i < said->instead_count; i++)
		response_add(&x->response, S("Link"),
		             str_printf(&x->arena, "<%.*s>; rel=\"alternate\"", STR_ARG(said->instead[i])));
	if (details && json_set(&x->arena, details, S("alternatives"), alternatives(x, said)) == 0)
		x->problem.details = details;
}

const struct exchange_kind unsupported_kind = {
	.name = "unsupported",
	.explain = explain,
};
