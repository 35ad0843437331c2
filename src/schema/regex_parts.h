/* Reading a pattern's characters and writing them for PCRE2; internal to regex.c and its parts. */
#ifndef STATUTE_SCHEMA_REGEX_PARTS_H
#define STATUTE_SCHEMA_REGEX_PARTS_H

#include "base/buf.h"

struct regex_reader {
	struct str source;
	size_t at;
	struct buf *out;   /* NULL: nothing is written */
	const char *issue; /* the first thing that was wrong, or NULL */
	size_t fault_at;
};

/* Notes the first thing that is wrong, and goes to the end of the source. */
void regex_fail(struct regex_reader *reader, const char *issue);
void regex_printf(struct regex_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes one character as itself. */
void regex_put(struct regex_reader *reader, uint32_t c);

/* The next byte, or -1 at the end. */
static inline int regex_peek(const struct regex_reader *reader)
{
	return reader->at < reader->source.len ? (unsigned char)reader->source.at[reader->at] : -1;
}
/* Takes the next character, which there is. */
uint32_t regex_next(struct regex_reader *reader);
/* Takes `text` where it comes next. */
bool regex_take(struct regex_reader *reader, const char *text);
/* What stands for one character after a '\', inside a class or outside. */
uint32_t regex_character_escape(struct regex_reader *reader);
/* "{Letter}" after \p or \P: reads and writes it. */
void regex_property(struct regex_reader *reader, bool is_negated);

static inline bool regex_is_surrogate(uint32_t c)
{
	return c >= 0xD800 && c <= 0xDFFF;
}
static inline bool regex_is_word(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

#endif
