/* Text for people and for programs, to stdout. */
#ifndef STATUTE_CLI_TEXT_H
#define STATUTE_CLI_TEXT_H

/* Paragraphs of at most 78 columns, each line indented; ends with a line end. */
void text_wrapped(int indent, const char *text);
/* A line of heading, with an empty line before it. */
void text_heading(const char *heading);
/* A JSON string, quoted and escaped; and "name": and one. */
void text_json(const char *text);
void text_json_member(const char *name, const char *text);

#endif
