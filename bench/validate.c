/*
 * Parses and validates users of six members, as the server does with content.
 *
 *	validate SCHEMA SECONDS		prints users a second
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "schema/schema.h"

enum { TEXTS = 64, SCHEMA_MAX = 64 * 1024 };

static const struct schema *compile(const char *path, struct arena *arena)
{
	static char text[SCHEMA_MAX];
	struct json_limits limits = JSON_LIMITS_INIT;
	const struct schema *schema = NULL;
	FILE *file = fopen(path, "r");
	struct json_fault fault;
	struct schema_set *set;
	struct issues issues;
	struct json *root;
	size_t len;

	if (!file)
		return NULL;
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	issues_init(&issues, arena);
	if (json_parse(arena, str_of(text, len), &limits, &root, &fault) < 0 ||
	    schema_set_new(arena, SCHEMA_OPENAPI_3_1, &set) < 0 || schema_set_add(set, S("bench:user"), root) < 0 ||
	    schema_compile(set, S("bench:user"), root, &issues, &schema) < 0)
		return NULL;
	return schema;
}

/* One user, and all that it took is forgotten, as between two requests. */
static int check(const struct schema *schema, struct str text, struct arena *arena)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct schema_errors errors = { 0 };
	struct json_fault fault;
	struct json *user;
	int r = json_parse(arena, text, &limits, &user, &fault);

	if (r == 0)
		r = schema_validate(schema, user, SCHEMA_REQUEST, arena, &errors);
	arena_reset(arena);
	return r;
}

static void write_texts(char texts[TEXTS][256])
{
	static const char *const roles[] = { "user", "editor", "admin" };

	for (int i = 0; i < TEXTS; i++)
		snprintf(texts[i], sizeof(texts[i]),
		         "{\"email\": \"person%d@example.com\", \"name\": \"Person number %d\", \"age\": %d, "
		         "\"role\": \"%s\", \"active\": %s, \"score\": %d.25}",
		         i, i, 20 + i, roles[i % 3], i % 2 ? "false" : "true", i);
}

int main(int argc, char **argv)
{
	static char texts[TEXTS][256];
	struct arena process, request;
	const struct schema *schema;
	uint64_t start, now, end;
	uint64_t users = 0;

	arena_init(&process, 4096, 16 << 20);
	arena_init(&request, 16 * 1024, 1 << 20);
	schema = argc == 3 ? compile(argv[1], &process) : NULL;
	if (!schema)
		return 2;
	write_texts(texts);
	start = now = clock_monotonic_us();
	end = start + (uint64_t)(atof(argv[2]) * 1e6);
	for (; now < end; now = clock_monotonic_us(), users += TEXTS)
		for (int i = 0; i < TEXTS; i++)
			if (check(schema, str_from(texts[i]), &request) != 0)
				return 1;
	printf("%.0f\n", (double)users * 1e6 / (double)(now - start));
	arena_done(&request);
	arena_done(&process);
	return 0;
}
