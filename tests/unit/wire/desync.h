/* The heads of http-desync-guardian as bytes. */
#ifndef STATUTE_TEST_DESYNC_H
#define STATUTE_TEST_DESYNC_H

#include "unit/test.h"

#include "json/json.h"

/* All of them, an array in `arena`; skips the test by name where they are not there. */
static inline struct json *desync_load(struct arena *arena)
{
	struct json_limits limits = JSON_LIMITS_INIT;
	struct json_fault fault;
	struct json *cases;

	arena_init(arena, 1 << 16, 16 << 20);
	assert_int_equal(json_parse(arena, test_file(arena, test_data("http-desync/cases.json")), &limits,
	                            &cases, &fault),
	                 0);
	assert_int_equal(cases->count, 159);
	return cases;
}

/* The case as bytes, with a Host where it has none: the collection does not ask for one. */
static inline void desync_render(const struct json *test, struct buf *out)
{
	const struct json *fields = json_get(test, S("headers"));
	bool has_host = false;

	buf_reset(out);
	buf_add(out, json_get_text(test, S("method")));
	buf_add_char(out, ' ');
	buf_add(out, json_get_text(test, S("uri")));
	buf_add_char(out, ' ');
	buf_add(out, json_get_text(test, S("version")));
	buf_lit(out, "\r\n");
	json_each(field, fields)
		has_host |= str_eq_nocase(json_get_text(field, S("name")), S("Host"));
	if (!has_host)
		buf_lit(out, "Host: localhost\r\n");
	json_each(field, fields) {
		buf_add(out, json_get_text(field, S("name")));
		buf_add_char(out, ':');
		buf_add(out, json_get_text(field, S("value")));
		buf_lit(out, "\r\n");
	}
	buf_lit(out, "\r\n");
}

#endif
