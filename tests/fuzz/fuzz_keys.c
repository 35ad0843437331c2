/*
 * Key sets: whatever the text, it is read or refused with a place inside it; what was read
 * reads again from what is written of it, and its public part names no private member.
 */
#include "fuzz/fuzz.h"

#include <statute/token.h>

static void try_public(struct statute_keys *keys)
{
	struct statute_keys_fault fault;
	struct statute_keys *again = NULL;
	const char *text = NULL;

	if (statute_keys_public_text(keys, &text) < 0)
		return;
	must(!strstr(text, "\n      \"d\":") && !strstr(text, "\n      \"p\":"));
	must(statute_keys_read(text, strlen(text), &again, &fault) == 0);
	statute_keys_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statute_keys_fault fault = { 0 };
	struct statute_keys *keys = NULL, *again = NULL;
	int r = statute_keys_read((const char *)data, size, &keys, &fault);
	const char *text;

	if (r < 0) {
		must(r == STATUTE_ENOMEM || (fault.issue && fault.line && fault.column));
		return 0;
	}
	text = statute_keys_text(keys);
	must(statute_keys_read(text, strlen(text), &again, &fault) == 0);
	must(strcmp(statute_keys_text(again), text) == 0);
	try_public(keys);
	statute_keys_free(again);
	statute_keys_free(keys);
	return 0;
}
