/* Random bytes and ids, from getrandom(2) through a buffer of each thread. */
#ifndef STATUTE_BASE_RANDOM_H
#define STATUTE_BASE_RANDOM_H

#include <stddef.h>
#include "base/str.h"

/* Fills with cryptographic random bytes; aborts where the system has none (it cannot on Linux past boot). */
void random_fill(void *at, size_t len);

enum { UUID_LEN = 36, RANDOM_ID_LEN = 22 };
/*
 * A UUID version 7 (RFC 9562): those of one thread sort in the order in which they
 * were made. Writes 36 characters, not NUL-terminated.
 */
void random_uuid7(char out[UUID_LEN], int64_t wall_ms);
/* The same of [0-9A-Za-z]: 8 characters of time, 4 of a counter, 10 by chance. Not NUL-terminated. */
void random_sortable_id(char out[RANDOM_ID_LEN], int64_t wall_ms);

#endif
