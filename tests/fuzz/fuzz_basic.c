/*
 * User and password as HTTP basic sends them: what is read, written as base64 again, is what was sent.
 */
#include "fuzz/fuzz.h"

#include <sodium.h>

#include "access/basic.h"

static void check_again(struct str text, struct str user, struct str password)
{
	char joined[BASIC_MAX], again[2 * BASIC_MAX];
	size_t len = user.len + 1 + password.len;

	must(len <= sizeof(joined) && str_find(user, ':') == user.len);
	must(str_is_utf8(user) && str_is_utf8(password));
	memcpy(joined, user.at, user.len);
	joined[user.len] = ':';
	if (password.len)
		memcpy(joined + user.len + 1, password.at, password.len);
	must(sodium_bin2base64(again, sizeof(again), (const unsigned char *)joined, len,
	                       sodium_base64_VARIANT_ORIGINAL));
	must(str_eq(str_from(again), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size), user, password;
	const char *why = NULL;
	struct arena arena;

	arena_init(&arena, 4096, 1 << 20);
	switch (basic_read(&arena, text, &user, &password, &why)) {
	case BASIC_READ: check_again(text, user, password); break;
	case BASIC_MALFORMED: must(why); break;
	case BASIC_NO_MEMORY: must(false);
	}
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
