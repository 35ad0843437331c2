/* Facts as values: facts.def as tables, and what is done with a set of them. */
#include <statute/graph.h>

#include <pthread.h>
#include <string.h>

#include "graph/nodes.h"

static const struct statute_fact_info facts_table[] = {
#define F(NAME, name, group, phase, otherwise, text) \
	{ #name, #group, text, STATUTE_PHASE_##phase, STATUTE_DEFAULT_##otherwise },
#include <statute/facts.def>
#undef F
};

static const struct {
	const char *method;
	enum statute_fact fact;
} methods[] = {
	{ "GET", STATUTE_FACT_IS_GET },         { "HEAD", STATUTE_FACT_IS_HEAD },
	{ "POST", STATUTE_FACT_IS_POST },       { "PUT", STATUTE_FACT_IS_PUT },
	{ "PATCH", STATUTE_FACT_IS_PATCH },     { "DELETE", STATUTE_FACT_IS_DELETE },
	{ "OPTIONS", STATUTE_FACT_IS_OPTIONS }, { "TRACE", STATUTE_FACT_IS_TRACE },
	{ "QUERY", STATUTE_FACT_IS_QUERY },
};

void statute_facts_init(struct statute_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	for (int i = 0; i < STATUTE_FACT_COUNT; i++) {
		enum statute_default otherwise = facts_table[i].otherwise;

		if (otherwise == STATUTE_DEFAULT_NO || otherwise == STATUTE_DEFAULT_YES)
			statute_fact_set(facts, (enum statute_fact)i, otherwise == STATUTE_DEFAULT_YES);
	}
}

/* The defaults of each phase as words, made once, so that settling is a few operations. */
static struct phase_words {
	uint64_t all[STATUTE_FACT_WORDS];      /* facts of the phase with a default ELSE_… */
	uint64_t else_yes[STATUTE_FACT_WORDS];
} phases[STATUTE_PHASE_WRITE + 1];
/* What running again forgets: see statute_facts_run_again. */
static uint64_t forgotten[STATUTE_FACT_WORDS];

static bool is_forgotten(const struct statute_fact_info *info)
{
	switch (info->phase) {
	case STATUTE_PHASE_STORE:
		return true;
	case STATUTE_PHASE_BODY: /* what was read stays; what it means depends on the resource */
		return strcmp(info->group, "MEANING") == 0;
	case STATUTE_PHASE_WRITE:
		return true;
	default:
		return false;
	}
}

static void make_words(void)
{
	for (int i = 0; i < STATUTE_FACT_COUNT; i++) {
		const struct statute_fact_info *info = &facts_table[i];
		uint64_t bit = UINT64_C(1) << (i & 63);

		if (info->otherwise >= STATUTE_DEFAULT_ELSE_NO)
			phases[info->phase].all[i >> 6] |= bit;
		if (info->otherwise == STATUTE_DEFAULT_ELSE_YES)
			phases[info->phase].else_yes[i >> 6] |= bit;
		if (is_forgotten(info))
			forgotten[i >> 6] |= bit;
	}
}

static void need_words(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_words);
}

void statute_facts_settle(struct statute_facts *facts, enum statute_phase phase)
{
	need_words();
	for (int word = 0; word < STATUTE_FACT_WORDS; word++) {
		uint64_t unknown = phases[phase].all[word] & ~facts->known[word];

		facts->known[word] |= unknown;
		facts->yes[word] |= unknown & phases[phase].else_yes[word];
	}
}

void statute_facts_assume(struct statute_facts *facts)
{
	for (int i = 0; i < STATUTE_FACT_COUNT; i++) {
		enum statute_default otherwise = facts_table[i].otherwise;

		if (otherwise != STATUTE_DEFAULT_ASK && !statute_fact_known(facts, (enum statute_fact)i))
			statute_fact_set(facts, (enum statute_fact)i,
			                 otherwise == STATUTE_DEFAULT_YES || otherwise == STATUTE_DEFAULT_ELSE_YES ||
			                         otherwise == STATUTE_DEFAULT_ASK_YES);
	}
}

bool statute_facts_set_method(struct statute_facts *facts, const char *method)
{
	bool is_known = false;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		bool is = method && strcmp(methods[i].method, method) == 0;

		statute_fact_set(facts, methods[i].fact, is);
		is_known |= is;
	}
	return is_known;
}

void statute_facts_run_again(struct statute_facts *facts, const struct statute_facts *route, uint8_t *node)
{
	need_words();
	for (int word = 0; word < STATUTE_FACT_WORDS; word++) {
		facts->known[word] = (facts->known[word] & ~forgotten[word]) | (route->known[word] & forgotten[word]);
		facts->yes[word] = (facts->yes[word] & ~forgotten[word]) | (route->yes[word] & forgotten[word]);
	}
	statute_fact_set(facts, STATUTE_FACT_RAN_AGAIN, true);
	*node = NODE_G01;
}

const struct statute_fact_info *statute_fact_info(size_t fact)
{
	return fact < STATUTE_FACT_COUNT ? &facts_table[fact] : NULL;
}

static bool is_name(const char *name, const char *written)
{
	for (; *name && *written; name++, written++) {
		char c = *written == '-' ? '_' : *written;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if (c != *name)
			return false;
	}
	return *name == *written;
}

int statute_fact_find(const char *name, enum statute_fact *ret_fact)
{
	static const char *const prefixes[] = { "", "has_", "is_" };

	for (size_t k = 0; k < sizeof(prefixes) / sizeof(prefixes[0]); k++)
		for (int i = 0; i < STATUTE_FACT_COUNT; i++) {
			size_t len = strlen(prefixes[k]);

			if (strncmp(facts_table[i].name, prefixes[k], len) != 0 ||
			    !is_name(facts_table[i].name + len, name))
				continue;
			*ret_fact = (enum statute_fact)i;
			return 0;
		}
	return STATUTE_ENOTFOUND;
}
