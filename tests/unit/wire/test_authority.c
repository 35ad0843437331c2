/* Authorities, as Host and the absolute form of a target have them (RFC 3986 section 3.2, without userinfo). */
#include "unit/test.h"

#include "wire/h1_parts.h"

static void hosts_and_ports_are_taken(void **state)
{
	static const char *const good[] = {
		"a",       "a.example", "A-b_c~d.e", "a!$&'()*+,;=b", "127.0.0.1",      "999.1.1.1", "a%41",
		"%4f%4F%aF", "a:",      "a:0",       "a:80",          "a:65535",        "a:00080",   "[::1]",
		"[::1]:",  "[::1]:443", "[fe80::1:2]", "[::ffff:1.2.3.4]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!h1_is_authority(str_from(good[i])))
			fail_msg("'%s' is refused", good[i]);
}

static void what_is_none_is_refused(void **state)
{
	static const char *const bad[] = {
		"",      ":80",     "a:65536", "a:99999999999999999999", "a:b",     "a:8 0",   "a:-1",    "a:1:2",
		"a b",   "a/b",     "a@b",     "a?b",                    "a#b",     "a\"b",    "\xC3\xA4", "a\tb",
		"%",     "a%",      "a%4",     "a%4g",                   "a%g4",    "a%:0",    "%zz",     "a%41%4",
		"[",     "[]",      "[::1",    "::1",                    "[::1]x",  "[::g]",   "[::1]80", "[::1]:65536",
		"[1.2.3.4]", "[v1.a]", "[::1%25eth0]", "[1:2:3:4:5:6:7:8:9]",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (h1_is_authority(str_from(bad[i])))
			fail_msg("'%s' is taken", bad[i]);
	/* what stands behind the text is not of it */
	assert_false(h1_is_authority(str_of("a%41", 3)));
	assert_false(h1_is_authority(str_of("abc%41", 5)));
	assert_false(h1_is_authority(str_of("%41", 2)));
	assert_false(h1_is_authority(str_of("[::1]", 4)));
	assert_false(h1_is_authority(str_of("a\0b", 3)));
	assert_false(h1_is_authority(str_of("[::1\0]", 6)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_and_ports_are_taken),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("wire/authority", tests, NULL, NULL);
}
