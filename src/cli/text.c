/* Text for people and for programs: see text.h. */
#include "cli/text.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 78 };

void text_wrapped(int indent, const char *text)
{
	int column = 0;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column && column + 1 + len > COLUMNS) {
			putchar('\n');
			column = 0;
		}
		if (column)
			column += printf(" %.*s", len, text);
		else
			column = printf("%*s%.*s", indent, "", len, text);
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

void text_heading(const char *heading)
{
	printf("\n%s\n", heading);
}

void text_json(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

void text_json_member(const char *name, const char *text)
{
	text_json(name);
	putchar(':');
	text_json(text);
}
