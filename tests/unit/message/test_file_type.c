/* The media types of files, by the ends of their names. */
#include "unit/test.h"

#include "message/file_type.h"
#include "message/media_type.h"

static const char *const extensions[] = {
#define T(extension, type) extension,
#include "message/file_type.def"
#undef T
};
static const char *const types[] = {
#define T(extension, type) type,
#include "message/file_type.def"
#undef T
};
enum { ROWS = sizeof(extensions) / sizeof(extensions[0]) };

static void every_row_is_found_in_any_letter_case_and_is_a_media_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct media_type type;
		char name[64];

		if (i && strcmp(extensions[i - 1], extensions[i]) >= 0)
			fail_msg("%s is not behind %s", extensions[i], extensions[i - 1]);
		snprintf(name, sizeof(name), "some.file.%s", extensions[i]);
		assert_str(file_type(str_from(name)), types[i]);
		for (char *at = name; *at; at++)
			*at = *at >= 'a' && *at <= 'z' ? (char)(*at - 32) : *at;
		assert_str(file_type(str_from(name)), types[i]);
		assert_true(media_type_parse(str_from(types[i]), false, &type));
		assert_int_equal(str_eq(type.type, S("text")), strstr(types[i], "; charset=utf-8") != NULL);
	}
}

static void what_is_not_known_is_bytes(void **state)
{
	static const char *const names[] = { "README", "a.", ".", "", "a.pngx", "a.pn", "a.png/b",
		                             "a.averylongextensionthatis" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_str(file_type(str_from(names[i])), "application/octet-stream");
	assert_str(file_type(S("css/site.min.css")), "text/css; charset=utf-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_found_in_any_letter_case_and_is_a_media_type),
		cmocka_unit_test(what_is_not_known_is_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
