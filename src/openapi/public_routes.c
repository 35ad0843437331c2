/* The public face of what is bound and answered: see <statute/routes.h>. */
#include <statute/document.h>

#include "openapi/answers.h"
#include "openapi/complete.h"
#include "openapi/public.h"

/* What a bound operation does; the reason stands elsewhere where it is not bound. */
static const char *action_of(const struct bound_operation *bound)
{
	if (bound->kind == BINDING_BATCH)
		return "run";
	switch (bound->operation->method) {
	case METHOD_GET:
	case METHOD_HEAD:
		return bound->kind == BINDING_COLLECTION ? "list" : "read";
	case METHOD_POST:
		return "create";
	case METHOD_PUT:
		return "replace";
	case METHOD_PATCH:
		return "change";
	case METHOD_DELETE:
		return "delete";
	default:
		return "answer";
	}
}

/* Where the answer is, of what is elsewhere; what is done with a resource, of the others. NULL without memory. */
static const char *describe_action(struct arena *arena, const struct bound_operation *bound)
{
	const void *said = bound->special.said;
	const struct retirement *gone = said;

	switch (bound->kind) {
	case BINDING_REDIRECT:
		return str_printf(arena, "to %.*s", STR_ARG(((const struct redirect *)said)->to.text)).at;
	case BINDING_GONE:
		return gone->successor.text.len
		               ? str_printf(arena, "see %.*s", STR_ARG(gone->successor.text)).at
		               : "for good";
	case BINDING_LEGAL:
		return str_printf(arena, "by %.*s", STR_ARG(((const struct legal_block *)said)->by)).at;
	case BINDING_CHOICES:
		return str_printf(arena, "of %zu", ((const struct choices *)said)->count).at;
	case BINDING_FEED: return "feed";
	default: return action_of(bound);
	}
}

static bool copy(struct arena *arena, struct str text, const char **ret_text)
{
	return (*ret_text = str_dup(arena, text).at) != NULL;
}

static const struct bound_operation *bound_of(const struct api *api, const struct operation *operation)
{
	return api->paths[operation->path->index].operations[operation->method];
}

static bool describe(struct arena *arena, const struct bound_operation *bound,
                     const struct statute_operation *operation, struct statute_route *ret_route)
{
	ret_route->method = operation->method;
	ret_route->path = operation->path;
	ret_route->needs_credentials = bound->needs_credentials;
	if (bound->kind == BINDING_NONE)
		return copy(arena, bound->why_not, &ret_route->why_not);
	if (!(ret_route->action = describe_action(arena, bound)))
		return false;
	return copy(arena, bound->resource ? bound->resource->collection.name : bound->special.key,
	            &ret_route->resource);
}

static int list_routes(struct statute_document *public, const struct api *api)
{
	const struct document *document = public->document;
	struct statute_route *routes = arena_array(&public->arena, document->operation_count, sizeof(*routes));

	if (!routes)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < document->operation_count; i++)
		if (!describe(&public->arena, bound_of(api, document->operations[i]), &public->operations[i],
		              &routes[i]))
			return STATUTE_ENOMEM;
	public->routes = routes;
	return 0;
}

static int bind_public(struct statute_document *public)
{
	struct api *api = NULL;
	int r = public->document->issues.errors ? STATUTE_EDOCUMENT : bind_document(public->document, &api);

	if (r == STATUTE_EDOCUMENT) {
		issues_sort(&public->document->issues);
		return public_write_problems(public) < 0 ? STATUTE_ENOMEM : r;
	}
	if (r == 0)
		r = list_routes(public, api);
	if (r == 0)
		public->api = api;
	return r;
}

/* A document without memory stays as if it were not tried: but for what it took, nothing is left. */
int statute_document_bind(struct statute_document *document)
{
	int r;

	if (document->was_bound)
		return document->bound;
	r = bind_public(document);
	if (r == STATUTE_ENOMEM)
		return r;
	document->was_bound = true;
	document->bound = r;
	return r;
}

const struct statute_route *statute_document_route(const struct statute_document *document, size_t index)
{
	return document->routes && index < document->document->operation_count ? &document->routes[index] : NULL;
}

int statute_document_find_answers(struct statute_document *public)
{
	const struct document *document = public->document;
	struct statute_answers *answers;
	struct answer_finder finder;
	int r;

	if (public->answers)
		return 0;
	if ((r = statute_document_bind(public)) < 0 ||
	    (r = answers_init(&finder, &public->arena, public->api)) < 0)
		return r;
	answers = arena_array(&public->arena, document->operation_count, sizeof(*answers));
	if (!answers)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < document->operation_count; i++)
		if ((r = answers_find(&finder, bound_of(public->api, document->operations[i]), &answers[i])) < 0)
			return r;
	if ((r = answers_list(&finder, &finder.anywhere, &public->anywhere)) < 0 ||
	    (r = answers_list(&finder, &finder.elsewhere, &public->elsewhere)) < 0)
		return r;
	public->answers = answers;
	return 0;
}

const struct statute_answers *statute_document_answers(const struct statute_document *document, size_t index)
{
	return document->answers && index < document->document->operation_count ? &document->answers[index] : NULL;
}

const struct statute_answers *statute_document_answers_anywhere(const struct statute_document *document)
{
	return document->answers ? &document->anywhere : NULL;
}

const struct statute_answers *statute_document_answers_elsewhere(const struct statute_document *document)
{
	return document->answers ? &document->elsewhere : NULL;
}

int statute_document_complete(struct statute_document *document, const char **ret_text, size_t *ret_len,
                              size_t *ret_left)
{
	struct str text;
	size_t left;
	int r = statute_document_find_answers(document);

	if (r < 0)
		return r;
	r = complete_document(&document->arena, document->document, document->api, document->answers, &text, &left);
	if (r < 0)
		return r;
	*ret_text = text.at;
	*ret_len = text.len;
	*ret_left = left;
	return 0;
}
