/*
 * Which language an answer is in, and a write: Accept-Language of a read by lookup (RFC 4647 section
 * 3.4), and where that finds nothing the first that is declared, never an error; Content-Language of a
 * write. Only where the resource has texts in several languages.
 */
#include "exchange/facts.h"
#include "message/negotiate.h"
#include "message/syntax.h"

static const struct resource *localized_resource(const struct exchange *x)
{
	const struct resource *resource = x->bound ? x->bound->resource : NULL;

	return resource && resource->localized_count ? resource : NULL;
}

static int blame(struct exchange *x, const struct resource *resource, struct str sent)
{
	struct buf message;

	buf_init(&message, &x->arena, 4096);
	buf_lit(&message, "Must be one of");
	for (size_t i = 0; i < resource->language_count; i++)
		buf_printf(&message, "%s %.*s", i ? "," : "", STR_ARG(resource->languages[i]));
	return exchange_parameter_error(x, &(struct parameter_error){
						   .in = "header",
						   .name = S("Content-Language"),
						   .code = S("ENUM"),
						   .message = buf_str(&message),
						   .value = json_new_string(&x->arena, sent),
					   });
}

int exchange_choose_language(struct exchange *x)
{
	const struct resource *resource = localized_resource(x);
	bool is_read = method_is_safe(x->request.method);
	struct str field;
	int language;

	if (!resource)
		return 0;
	field = request_list(&x->request, is_read ? FIELD_ACCEPT_LANGUAGE : FIELD_CONTENT_LANGUAGE, &x->arena);
	if (!field.at)
		return 0;
	language = accept_language_choose(field, resource->languages, resource->language_count);
	x->language = language < 0 ? 0 : (unsigned)language;
	/* What is written is in one language, and in none that is not served. */
	if (!is_read && (language < 0 || !syntax_is_token(field) || str_eq(field, S("*"))))
		return blame(x, resource, field);
	return 0;
}

struct str exchange_language(const struct exchange *x)
{
	const struct resource *resource = localized_resource(x);

	return resource ? resource->languages[x->language] : (struct str){ 0 };
}

void exchange_tell_language(struct exchange *x)
{
	struct response *response = &x->response;

	if (!localized_resource(x))
		return;
	if (response->content.len && response->status / 100 == 2)
		response_set(response, S("Content-Language"), exchange_language(x));
	if (method_is_safe(x->request.method))
		exchange_add_vary(x, S("Accept-Language"));
}
