/* The parser against texts made by others, with jansson as the oracle. */
#include "unit/json/json_help.h"

#include <dirent.h>
#include <ftw.h>

/*
 * jansson's header cannot stand beside ours (both say json_type and json_equal),
 * so what is used of it is declared here.
 */
extern void *json_loadb(const char *text, size_t len, size_t flags, void *error);
extern char *json_dumps(const void *root, size_t flags);
extern void json_delete(void *root);

enum {
	ORACLE_LOAD = 0x1 | 0x4 | 0x10, /* refuse duplicates, any value, U+0000 in strings */
	ORACLE_DUMP = 0x20 | 0x80 | 0x200 /* compact, keys in order, any value */
};

static struct {
	size_t compared, refused_by_oracle, refused_by_both;
} tally;

/* Canonical text of what jansson reads; NULL where it refuses. The caller frees it. */
static char *oracle(struct str text)
{
	void *root = json_loadb(text.len ? text.at : "", text.len, ORACLE_LOAD, NULL);
	char *dump = root ? json_dumps(root, ORACLE_DUMP) : NULL;

	if (root)
		json_delete(root);
	return dump;
}

/* What we read and write is to jansson what the source is. */
static void compare_with_oracle(struct arena *arena, const char *name, struct str text,
                                const struct json *root)
{
	char *expected = oracle(text), *actual;

	if (!expected) { /* past 64 bits, past a double, or U+0000 in a name */
		tally.refused_by_oracle++;
		return;
	}
	actual = oracle(written(arena, root));
	if (!actual || strcmp(actual, expected) != 0)
		fail_msg("%s: %.200s is not %.200s", name, actual ? actual : "-", expected);
	tally.compared++;
	free(expected);
	free(actual);
}

static void round_trip(struct arena *arena, const char *name, const struct json *root)
{
	struct str text = written(arena, root);
	const struct json *again = must_parse(arena, text);
	struct buf pretty;

	if (!json_equal(root, again) || !str_eq(written(arena, again), text))
		fail_msg("%s does not survive writing: %.*s", name, STR_ARG(str_sub(text, 0, 200)));
	buf_init(&pretty, arena, TEST_ARENA);
	json_write_pretty(&pretty, root);
	if (!json_equal(root, must_parse(arena, buf_str(&pretty))))
		fail_msg("%s does not survive pretty writing", name);
}

static bool parses(struct arena *arena, const char *name, struct str text)
{
	struct json_fault fault = { 0 };
	struct json *root = NULL;
	int r = parse_text(arena, text, &root, &fault);

	if (r < 0) {
		assert_true(r == STATUTE_ESYNTAX || r == STATUTE_ELIMIT);
		assert_non_null(fault.issue);
		assert_true(fault.at <= text.len);
		return false;
	}
	compare_with_oracle(arena, name, text, root);
	round_trip(arena, name, root);
	return true;
}

static bool begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/*
 * What the suite says (y_, n_), and our choice where it leaves one (i_): numbers
 * of any size, no bytes or escapes that are not Unicode, no repeated names (the
 * suite calls those y_, RFC 8259 section 4 calls their meaning unpredictable),
 * 128 levels.
 */
static bool should_parse(const char *name)
{
	return (name[0] == 'y' && !begins(name, "y_object_duplicated_key")) || begins(name, "i_number_");
}

static size_t check_folder(struct arena *arena, const char *part, bool (*expected)(const char *name))
{
	char dir[4096], path[8192];
	const struct dirent *entry;
	size_t count = 0;
	DIR *folder;

	snprintf(dir, sizeof(dir), "%s", test_data(part));
	folder = opendir(dir);
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		if (!str_ends(str_from(entry->d_name), S(".json")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (parses(arena, entry->d_name, test_file(arena, path)) != expected(entry->d_name)) {
			closedir(folder);
			fail_msg("%s should%s parse", path, expected(entry->d_name) ? "" : " not");
		}
		count++;
	}
	closedir(folder);
	return count;
}

static void the_suite_is_judged_as_it_says(void **state)
{
	tally.compared = 0;
	assert_int_equal(check_folder(*state, "json-test-suite/test_parsing", should_parse), 318);
	assert_in_range(tally.compared, 90, 318);
}

static void repeated_names_of_the_suite_are_refused_for_their_name(void **state)
{
	static const char *const names[] = { "y_object_duplicated_key.json",
		                             "y_object_duplicated_key_and_value.json" };
	char path[256];

	for (size_t i = 0; i < 2; i++) {
		struct json_fault fault = { 0 };
		struct json *root;

		snprintf(path, sizeof(path), "json-test-suite/test_parsing/%s", names[i]);
		assert_int_equal(parse_text(*state, test_file(*state, test_data(path)), &root, &fault),
		                 STATUTE_ESYNTAX);
		assert_int_equal(fault.at, strlen("{\"a\":\"b\","));
		assert_non_null(strstr(fault.issue, "this name already"));
	}
}

/* Numbers stay, U+0000 stays, names that differ in their bytes differ; the rest is refused. */
static bool should_transform(const char *name)
{
	return begins(name, "number_") || begins(name, "object_key_nf") ||
	       begins(name, "string_with_escaped_NULL");
}

static void doubtful_texts_have_one_behaviour_each(void **state)
{
	assert_int_equal(check_folder(*state, "json-test-suite/test_transform", should_transform), 22);
}

static void doubtful_numbers_stay_digit_for_digit(void **state)
{
	static const char *const digits[] = {
		"1.0",    "1.000000000000000005", "10000000000000000999",
		"1e-999", "9223372036854775808",  "-9223372036854775809",
	};
	char path[256], text[64];

	for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
		struct json *root;

		snprintf(path, sizeof(path), "json-test-suite/test_transform/number_%s.json", digits[i]);
		root = must_parse(*state, test_file(*state, test_data(path)));
		snprintf(text, sizeof(text), "[%s]", digits[i]);
		assert_true(str_eq_nocase(written(*state, root), str_from(text)));
	}
}

static void names_that_differ_in_normal_form_are_two(void **state)
{
	struct json *root = must_parse(
		*state,
		test_file(*state, test_data("json-test-suite/test_transform/object_key_nfc_nfd.json")));

	assert_int_equal(root->count, 2);
	assert_str(json_get_text(root, S("\xC3\xA9")), "NFC");
	assert_str(json_get_text(root, S("e\xCC\x81")), "NFD");
}

static int visit(const char *path, const struct stat *about, int type, struct FTW *where)
{
	struct arena arena;
	char *expected;
	struct str text;

	(void)about, (void)where;
	if (type != FTW_F || !str_ends(str_from(path), S(".json")))
		return 0;
	arena_init(&arena, 1 << 16, TEST_ARENA);
	text = test_file(&arena, path);
	expected = oracle(text);
	if (!parses(&arena, path, text)) {
		if (expected)
			fail_msg("%s does not parse", path);
		tally.refused_by_both++;
	}
	free(expected);
	arena_done(&arena);
	return 0;
}

static void documents_in_the_wild_read_as_the_oracle_reads_them(void **state)
{
	static const char *const parts[] = { "openapi", "json-schema-2020-12", "jwt" };

	(void)state;
	tally.compared = tally.refused_by_oracle = tally.refused_by_both = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_int_equal(nftw(test_data(parts[i]), visit, 16, FTW_PHYS), 0);
	assert_in_range(tally.compared, 100, 100000);
	assert_int_equal(tally.refused_by_both, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(the_suite_is_judged_as_it_says),
		json_test(repeated_names_of_the_suite_are_refused_for_their_name),
		json_test(doubtful_texts_have_one_behaviour_each),
		json_test(doubtful_numbers_stay_digit_for_digit),
		json_test(names_that_differ_in_normal_form_are_two),
		json_test(documents_in_the_wild_read_as_the_oracle_reads_them),
	};

	return cmocka_run_group_tests_name("json/suite", tests, NULL, NULL);
}
