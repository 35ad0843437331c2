/*
 * x-statute: {choices: […]} on a GET: several representations, each with a path of its own, and the client
 * is to choose (row N01): 300 with the list.
 */
#include "openapi/binder.h"

#define EXAMPLE "write choices: [{href: /report.pdf, type: application/pdf}, {href: /report.csv, type: text/csv}]"

enum { CHOICES_MIN = 2, CHOICES_MAX = 16 };

/* What stands between quotes in a Link field. */
static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7F || text.at[i] == '"' || text.at[i] == '\\')
			return false;
	return text.len > 0;
}

static void read_text(struct binder *binder, const struct json *member, struct str *ret_text)
{
	if (json_is(member, JSON_STRING) && is_plain(member->text))
		*ret_text = member->text;
	else
		issues_add(binder->issues, member->at, "write a text without quotes",
		           "x-statute.choices has a %.*s that is no text", STR_ARG(member->name));
}

static int read_member(struct binder *binder, const struct path_item *path, const struct json *member,
                       struct choices *choices, struct choice *choice)
{
	if (str_eq(member->name, S("href")))
		return target_read(binder, path, NULL, member, "choices.href", &choice->href);
	if (str_eq(member->name, S("type")))
		read_text(binder, member, &choice->type);
	else if (str_eq(member->name, S("language")))
		read_text(binder, member, &choice->language);
	else if (str_eq(member->name, S("title")))
		read_text(binder, member, &choice->title);
	else if (!str_eq(member->name, S("preferred")))
		issues_add(binder->issues, member->name_at, "use href, type, language, title and preferred",
		           "x-statute.choices has no key '%.*s'", STR_ARG(member->name));
	else if (!json_is_true(member) || choices->preferred)
		issues_add(binder->issues, member->at, "write preferred: true at one of them",
		           "x-statute.choices prefers more than one, or says so otherwise than with true");
	else
		choices->preferred = choice;
	return 0;
}

static int read_choice(struct binder *binder, const struct path_item *path, const struct json *entry,
                       struct choices *choices)
{
	struct choice *choice = &choices->list[choices->count++];
	int r;

	if (!json_get(entry, S("href")))
		issues_add(binder->issues, entry->at, EXAMPLE, "an entry of x-statute.choices has no href");
	json_each(member, entry)
		if ((r = read_member(binder, path, member, choices, choice)) < 0)
			return r;
	return 0;
}

int choices_read(struct binder *binder, const struct path_item *path, const struct json *value,
                 const void **ret_said)
{
	struct choices *choices = arena_new(binder->arena, struct choices);
	int r;

	if (!choices)
		return STATUTE_ENOMEM;
	*ret_said = choices;
	if (!json_is(value, JSON_ARRAY) || value->count < CHOICES_MIN || value->count > CHOICES_MAX) {
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.choices is no list of 2 to 16");
		return 0;
	}
	if (!(choices->list = arena_array(binder->arena, value->count, sizeof(*choices->list))))
		return STATUTE_ENOMEM;
	json_each(entry, value)
		if ((r = read_choice(binder, path, entry, choices)) < 0)
			return r;
	return 0;
}

/* Only what is read can be chosen from. */
int choices_complete(struct binder *binder, struct bound_operation *bound)
{
	enum method method = bound->operation->method;

	if (method != METHOD_GET && method != METHOD_HEAD)
		issues_add(binder->issues, bound->operation->at, "write it at the get of the path",
		           "x-statute.choices stands on a method that is not GET");
	return 0;
}

void choices_settle(const struct api *api, struct bound_operation *bound)
{
	struct statute_facts *facts = &bound->fixed;

	(void)api;
	statute_fact_set(facts, STATUTE_FACT_TAKES_CONTENT, false);
	statute_fact_set(facts, STATUTE_FACT_NEEDS_CONTENT, false);
	statute_fact_set(facts, STATUTE_FACT_ACCEPT_FITS, true); /* the list names types, and is none of them */
	statute_fact_set(facts, STATUTE_FACT_STORE_ANSWERS, true);
	statute_fact_set(facts, STATUTE_FACT_READ_FAILED, false);
	statute_fact_set(facts, STATUTE_FACT_PARENTS_EXIST, true);
	statute_fact_set(facts, STATUTE_FACT_HAS_NO_ROW, true);
	statute_fact_set(facts, STATUTE_FACT_EXISTS, true);
	statute_fact_set(facts, STATUTE_FACT_ALLOWED_ON_RESOURCE, true);
	statute_fact_set(facts, STATUTE_FACT_IS_ACTION, false);
	statute_fact_set(facts, STATUTE_FACT_HAS_MODIFICATION_DATE, false);
	statute_fact_set(facts, STATUTE_FACT_HAS_CHOICES, true);
}
