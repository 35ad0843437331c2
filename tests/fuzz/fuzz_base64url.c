/*
 * base64url. Second opinion: libsodium reads the same from ASCII (a byte above 0x7F can be a
 * digit to it); and what was decoded is written as the same text.
 */
#include <sodium.h>

#include "fuzz/fuzz.h"
#include "message/base64url.h"

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] >= 0x80)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_text(data, size), bytes = { 0 };
	unsigned char *other = malloc(size + 1);
	const char *end = NULL;
	struct arena arena;
	struct buf again;
	size_t len = 0;
	bool decodes;

	must(other);
	arena_init(&arena, 1024, 16 << 20);
	decodes = base64url_decode(&arena, text, &bytes);
	if (is_ascii(text))
		must(decodes == (sodium_base642bin(other, size + 1, text.at, size, NULL, &len, &end,
		                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
		                 end == text.at + size));
	else
		must(!decodes);
	if (decodes) {
		must(str_eq(bytes, str_of((char *)other, len)));
		buf_init(&again, &arena, 4 << 20);
		base64url_encode(&again, bytes);
		must(str_eq(buf_str(&again), text));
	}
	arena_done(&arena);
	free(other);
	fuzz_free(text);
	return 0;
}
