#include "unit/json/json_help.h"

static void looking_accepts_nothing_and_other_types(void **state)
{
	const struct json *text = must_parse(*state, S("\"a\""));

	assert_null(json_get(NULL, S("a")));
	assert_null(json_get(text, S("a")));
	assert_null(json_item(NULL, 0));
	assert_null(json_item(text, 0));
	assert_null(json_first(NULL));
	assert_null(json_text(NULL).at);
	assert_null(json_get_text(must_parse(*state, S("{\"a\":1}")), S("a")).at);
	assert_false(json_is(NULL, JSON_NULL));
	assert_string_equal(json_type_name(JSON_FALSE), "boolean");
	assert_string_equal(json_type_name(JSON_OBJECT), "object");
}

static void items_are_found_by_index(void **state)
{
	const struct json *array = must_parse(*state, S("[1,2,3]"));

	assert_str(json_item(array, 0)->text, "1");
	assert_str(json_item(array, 1)->text, "2");
	assert_str(json_item(array, 2)->text, "3");
	assert_null(json_item(array, 3));
	assert_null(json_item(array, SIZE_MAX));
}

static void trees_are_made_and_changed(void **state)
{
	struct json *object = json_new(*state, JSON_OBJECT), *array = json_new(*state, JSON_ARRAY);

	assert_int_equal(json_append(array, json_new_int(*state, INT64_MIN)), 0);
	assert_int_equal(json_append(array, json_new_string(*state, S("x"))), 0);
	assert_int_equal(json_append(array, json_new_bool(*state, true)), 0);
	assert_int_equal(json_set(*state, object, S("a"), json_new(*state, JSON_NULL)), 0);
	assert_int_equal(json_set(*state, object, S("b"), array), 0);
	assert_int_equal(json_set(*state, object, S("c"), json_new_int(*state, 0)), 0);
	assert_str(written(*state, object), "{\"a\":null,\"b\":[-9223372036854775808,\"x\",true],\"c\":0}");
	assert_int_equal(json_set(*state, object, S("a"), json_new_int(*state, 1)), 0);
	assert_int_equal(json_set(*state, object, S("c"), json_new_int(*state, 3)), 0);
	assert_true(json_remove(object, S("b")));
	assert_null(array->next); /* it belongs to nobody now */
	assert_false(json_remove(object, S("b")));
	assert_str(written(*state, object), "{\"a\":1,\"c\":3}");
	assert_true(json_remove(object, S("c")));
	assert_int_equal(json_set(*state, object, S("d"), json_new_int(*state, 4)), 0);
	assert_str(written(*state, object), "{\"a\":1,\"d\":4}");
	assert_true(json_remove(object, S("a")) && json_remove(object, S("d")));
	assert_int_equal(object->count, 0);
	assert_str(written(*state, object), "{}");
}

static void a_maker_without_memory_and_a_wrong_parent_are_errors(void **state)
{
	struct json *object = json_new(*state, JSON_OBJECT), *array = json_new(*state, JSON_ARRAY);

	assert_int_equal(json_append(array, NULL), STATUTE_ENOMEM);
	assert_int_equal(json_set(*state, object, S("a"), NULL), STATUTE_ENOMEM);
	assert_int_equal(json_append(object, json_new(*state, JSON_NULL)), STATUTE_EINVAL);
	assert_int_equal(json_set(*state, array, S("a"), json_new(*state, JSON_NULL)), STATUTE_EINVAL);
}

/* Members come and go in an order of their own; a plain array of flags says what should be there. */
static void objects_stay_right_while_they_grow_and_shrink(void **state)
{
	enum { NAMES = 40, STEPS = 4000 };
	struct json *object = json_new(*state, JSON_OBJECT);
	static char names[NAMES][16];
	uint32_t values[NAMES] = { 0 }, random = 12345, expected = 0;

	for (int i = 0; i < NAMES; i++)
		snprintf(names[i], sizeof(names[i]), "n%d", i);
	for (uint32_t step = 1; step <= STEPS; step++) {
		uint32_t i = (random = random * 1664525 + 1013904223) >> 16;
		struct str name = str_from(names[i % NAMES]);
		uint32_t *value = &values[i % NAMES];

		if (i & 0x4000) {
			assert_int_equal(json_remove(object, name), *value != 0);
			expected -= *value != 0;
			*value = 0;
		} else {
			assert_int_equal(json_set(*state, object, name, json_new_int(*state, step)), 0);
			expected += *value == 0;
			*value = step;
		}
		assert_int_equal(object->count, expected);
	}
	for (int i = 0; i < NAMES; i++) {
		int64_t value = 0;

		assert_int_equal(json_to_i64(json_get(object, str_from(names[i])), &value), values[i] != 0);
		assert_int_equal(value, values[i]);
	}
	json_each(member, object) {
		assert_ptr_equal(json_get(object, member->name), member);
		expected--;
	}
	assert_int_equal(expected, 0);
}

static void copies_are_whole_and_apart(void **state)
{
	struct json *root = must_parse(*state, S("{\"k\":[1,{\"a\":\"x\",\"b\":[[],{}]},null],\"l\":2}"));
	struct json *copy = json_copy(*state, root), *part = json_copy(*state, json_get(root, S("k")));

	assert_true(json_equal(root, copy));
	assert_null(part->name.at);
	assert_null(part->next);
	assert_int_equal(part->at, json_get(root, S("k"))->at);
	assert_str(written(*state, part), "[1,{\"a\":\"x\",\"b\":[[],{}]},null]");
	assert_true(json_remove(json_item(json_get(copy, S("k")), 1), S("a")));
	assert_false(json_equal(root, copy));
	assert_str(written(*state, root), "{\"k\":[1,{\"a\":\"x\",\"b\":[[],{}]},null],\"l\":2}");
}

static void copies_of_large_objects_have_their_own_index(void **state)
{
	struct json *root = json_new(*state, JSON_OBJECT), *copy;
	char names[100][16];

	for (int i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "n%d", i);
		assert_int_equal(json_set(*state, root, str_from(names[i]), json_new_int(*state, i)), 0);
	}
	copy = json_copy(*state, root);
	assert_true(json_equal(root, copy));
	assert_true(json_remove(root, S("n50")));
	assert_non_null(json_get(copy, S("n50")));
	assert_ptr_not_equal(json_get(copy, S("n7")), json_get(root, S("n7")));
}

static void equality_is_that_of_json_schema(void **state)
{
	static const struct {
		struct str a, b;
		bool equal;
	} cases[] = {
		{ STR_INIT("1"), STR_INIT("1.0"), true },
		{ STR_INIT("[100]"), STR_INIT("[1e2]"), true },
		{ STR_INIT("1"), STR_INIT("\"1\""), false },
		{ STR_INIT("0"), STR_INIT("false"), false },
		{ STR_INIT("null"), STR_INIT("false"), false },
		{ STR_INIT("9007199254740993"), STR_INIT("9007199254740992"), false },
		{ STR_INIT("{\"a\":1,\"b\":2}"), STR_INIT("{\"b\":2.0,\"a\":1}"), true },
		{ STR_INIT("{\"a\":1}"), STR_INIT("{\"a\":1,\"b\":2}"), false },
		{ STR_INIT("{\"a\":1}"), STR_INIT("{\"b\":1}"), false },
		{ STR_INIT("[1,2]"), STR_INIT("[2,1]"), false },
		{ STR_INIT("[1,2]"), STR_INIT("[1]"), false },
		{ STR_INIT("[]"), STR_INIT("{}"), false },
		{ STR_INIT("\"\\u00e9\""), STR_INIT("\"\xC3\xA9\""), true },
		{ STR_INIT("\"a\""), STR_INIT("\"A\""), false },
		{ STR_INIT("{\"a\":{\"b\":[1,{}]}}"), STR_INIT("{\"a\":{\"b\":[1.00,{}]}}"), true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct json *a = must_parse(*state, cases[i].a), *b = must_parse(*state, cases[i].b);

		assert_int_equal(json_equal(a, b), cases[i].equal);
		assert_int_equal(json_equal(b, a), cases[i].equal);
		assert_true(json_equal(a, a));
	}
	assert_true(json_equal(NULL, NULL));
	assert_false(json_equal(NULL, must_parse(*state, S("null"))));
}

/* `levels` arrays, one inside the other. */
static struct json *nested(struct arena *arena, size_t levels)
{
	struct json *root = json_new(arena, JSON_ARRAY), *inner = root;

	for (size_t i = 1; i < levels; i++) {
		struct json *next = json_new(arena, JSON_ARRAY);

		assert_int_equal(json_append(inner, next), 0);
		inner = next;
	}
	assert_int_equal(json_append(inner, json_new(arena, JSON_NULL)), 0);
	return root;
}

static void trees_past_the_greatest_depth_are_refused_not_followed(void **state)
{
	const struct json *deepest = nested(*state, JSON_DEPTH_MAX),
			  *deeper = nested(*state, JSON_DEPTH_MAX + 1);
	const struct json *abyss = nested(*state, 100000);
	struct buf buf;

	assert_true(json_equal(json_copy(*state, deepest), deepest));
	assert_null(json_copy(*state, deeper));
	assert_null(json_copy(*state, abyss));
	assert_false(json_equal(abyss, nested(*state, 100000)));
	buf_init(&buf, *state, 1 << 20);
	json_write(&buf, deepest);
	assert_false(buf.failed);
	json_write(&buf, deeper);
	assert_true(buf.failed);
}

static void copying_reports_every_lack_of_memory(void **state)
{
	struct json *root = must_parse(
		*state, S("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":[9]}"));
	struct json *copy = NULL;

	for (size_t max = 0; !copy; max += 16) {
		struct arena arena;

		assert_in_range(max, 0, 1 << 16);
		arena_init(&arena, 256, max);
		copy = json_copy(&arena, root);
		if (copy)
			assert_true(json_equal(root, copy));
		arena_done(&arena);
	}
}

static void a_member_without_memory_leaves_the_object_as_it_was(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };
	int r = STATUTE_ENOMEM;

	for (size_t max = 0; r; max += 16) {
		struct arena arena;
		struct json *object = json_new(*state, JSON_OBJECT);
		uint32_t added = 0;

		arena_init(&arena, 256, max);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			r = json_set(&arena, object, str_from(names[i]), json_new_int(*state, (int64_t)i));
			assert_true(r == 0 || r == STATUTE_ENOMEM);
			added += r == 0;
			assert_int_equal(object->count, added);
			assert_int_equal(!!json_get(object, str_from(names[i])), r == 0);
		}
		arena_done(&arena);
	}
}

/* Even where the index cannot grow: what must not be shown is removed by this. */
static void removing_and_replacing_need_no_memory(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g",
		                             "h", "i", "j", "k", "l", "m", "n" };
	enum { NAMES = sizeof(names) / sizeof(names[0]) };

	for (size_t count = 1; count <= NAMES; count++) {
		struct json *object = json_new(*state, JSON_OBJECT);
		struct arena arena;

		arena_init(&arena, 256, 1 << 16);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(
				json_set(&arena, object, str_from(names[i]), json_new_int(*state, 1)), 0);
		arena.max = arena.taken;
		while (arena_alloc(&arena, 1))
			;
		assert_int_equal(json_set(&arena, object, S("a"), json_new_int(*state, 2)), 0);
		assert_str(json_get(object, S("a"))->text, "2");
		for (size_t i = 0; i < count; i++) {
			assert_true(json_remove(object, str_from(names[i])));
			assert_null(json_get(object, str_from(names[i])));
			assert_int_equal(object->count, count - i - 1);
		}
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(looking_accepts_nothing_and_other_types),
		json_test(items_are_found_by_index),
		json_test(trees_are_made_and_changed),
		json_test(a_maker_without_memory_and_a_wrong_parent_are_errors),
		json_test(objects_stay_right_while_they_grow_and_shrink),
		json_test(copies_are_whole_and_apart),
		json_test(copies_of_large_objects_have_their_own_index),
		json_test(equality_is_that_of_json_schema),
		json_test(trees_past_the_greatest_depth_are_refused_not_followed),
		json_test(copying_reports_every_lack_of_memory),
		json_test(a_member_without_memory_leaves_the_object_as_it_was),
		json_test(removing_and_replacing_need_no_memory),
	};

	return cmocka_run_group_tests_name("json/tree", tests, NULL, NULL);
}
