/*
 * What Statute says of schema and instance, a line each, in every file of a folder: the
 * name of the file and valid, invalid, unknown (it costs too much to know) or refused (the
 * schema). Files whose parts are no JSON have no line. The dialect is 2020-12, where
 * `format` annotates. verdicts.mjs compares.
 */
#include <dirent.h>
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "schema/schema.h"

static const char *judge(struct arena *arena, struct str text)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json *schema_node, *instance;
	const struct schema *schema;
	struct schema_set *set;
	struct json_fault fault;
	struct issues issues;
	int r;

	issues_init(&issues, arena);
	if (json_parse(arena, fuzz_cut(&text), &limits, &schema_node, &fault) != 0 ||
	    json_parse(arena, text, &limits, &instance, &fault) != 0)
		return NULL;
	if (schema_set_new(arena, SCHEMA_2020_12, &set) != 0 ||
	    schema_set_add(set, S("https://fuzz.test/s"), schema_node) != 0 ||
	    schema_compile(set, S("https://fuzz.test/s"), schema_node, &issues, &schema) != 0)
		return "refused";
	r = schema_validate(schema, instance, SCHEMA_NEUTRAL, arena, NULL);
	return r == 0 ? "valid" : r == STATUTE_EINVAL ? "invalid" : "unknown";
}

static void print_verdict(const char *folder, const char *name)
{
	static char text[1 << 20];
	const char *verdict;
	struct arena arena;
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	must(file);
	size = fread(text, 1, sizeof(text), file);
	fclose(file);
	arena_init(&arena, 1 << 16, 64 << 20);
	verdict = judge(&arena, str_of(text, size));
	if (verdict)
		printf("%s\t%s\n", name, verdict);
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;

	if (!dir)
		return 1;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			print_verdict(argv[1], entry->d_name);
	closedir(dir);
	return 0;
}
