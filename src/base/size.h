/* Sizes as text: "512", "64kB", "1GiB". Pure. */
#ifndef STATUTE_BASE_SIZE_H
#define STATUTE_BASE_SIZE_H

#include "base/str.h"

/* Digits, and perhaps B, kB, MB, GB, TB, KiB, MiB, GiB or TiB. False where it is anything else, or past 63 bits. */
bool size_read(struct str text, uint64_t *ret_bytes);

#endif
