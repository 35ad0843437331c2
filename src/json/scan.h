/*
 * The tokens of JSON that need care: strings, numbers and words (RFC 8259
 * sections 3, 6 and 7). Internal to the room.
 *
 * A scan function returns the byte after what it read, or NULL with `fault_at`
 * and `issue` set.
 */
#ifndef STATUTE_JSON_SCAN_H
#define STATUTE_JSON_SCAN_H

#include "base/str.h"

struct json_scan {
	const char *end;      /* of the text */
	const char *fault_at; /* the byte at fault */
	const char *issue;    /* what is wrong with it; static text */
};

/* A string between its quotes. */
struct json_quoted {
	struct str raw;
	size_t size; /* bytes once unescaped; less than raw.len where there are escapes */
};

/* `at` is the byte after the opening quote; returns the byte after the closing one. */
const char *json_scan_string(struct json_scan *scan, const char *at, struct json_quoted *ret_quoted);
/* `at` is '-' or a digit. */
const char *json_scan_number(struct json_scan *scan, const char *at);
/* `at` is the first byte of `word`; `issue` is for a byte that differs from it. */
const char *json_scan_word(struct json_scan *scan, const char *at, struct str word, const char *issue);
/* Writes the text of a scanned string, `size` bytes. */
void json_unescape(struct str raw, char *out);

/* Records a fault; returns NULL. */
const char *json_scan_fail(struct json_scan *scan, const char *at, const char *issue);

#endif
