/* Command line options from a table: see options.h. */
#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <statute/error.h>

#include "base/str.h"
#include "cli/near.h"

struct reader {
	const struct option *options;
	char *target; /* the struct that is filled */
	char **argv;
	size_t argc, at;
	char *error;
};

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit sizes[] = {
	{ "", 1 },          { "b", 1 },         { "kb", 1000 },     { "mb", 1000000 }, { "gb", 1000000000 },
	{ "kib", 1 << 10 }, { "mib", 1 << 20 }, { "gib", 1 << 30 }, { NULL, 0 },
};
static const struct unit durations[] = {
	{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { NULL, 0 },
};
static const struct unit counts[] = { { "", 1 }, { NULL, 0 } };

static const struct unit *units_of(enum option_type type)
{
	return type == OPTION_SIZE ? sizes : type == OPTION_DURATION ? durations : counts;
}

static bool read_number(const struct unit *unit, struct str text, uint64_t *ret_number)
{
	size_t digits = 0;
	uint64_t number;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	if (!str_to_u64(str_of(text.at, digits), &number))
		return false;
	for (; unit->name; unit++)
		if (str_eq_nocase(str_sub(text, digits, text.len), str_from(unit->name)))
			return !__builtin_mul_overflow(number, unit->factor, ret_number);
	return false;
}

static int fail(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, OPTIONS_ERROR_MAX, format, args);
	va_end(args);
	return STATUTE_EINVAL;
}

static int set_number(struct reader *reader, const struct option *option, const char *value)
{
	static const char *const kinds[] = {
		[OPTION_COUNT] = "a number, such as 8",
		[OPTION_SIZE] = "a size, such as 512, 64kB or 1MiB",
		[OPTION_DURATION] = "a duration, such as 500ms, 30s or 5m",
	};
	uint64_t number;

	if (!read_number(units_of(option->type), str_from(value), &number))
		return fail(reader, "--%s takes %s, not \"%s\"", option->name, kinds[option->type], value);
	if (number < option->min || (option->max && number > option->max)) {
		const char *unit = option->type == OPTION_SIZE       ? " bytes"
		                   : option->type == OPTION_DURATION ? " ms"
		                                                     : "";

		return fail(reader, "--%s is from %llu to %llu%s, not %llu%s", option->name,
		            (unsigned long long)option->min,
		            (unsigned long long)(option->max ? option->max : UINT64_MAX), unit,
		            (unsigned long long)number, unit);
	}
	memcpy(reader->target + option->offset, &number, sizeof(number));
	return 0;
}

static int set_value(struct reader *reader, const struct option *option, const char *value)
{
	if (option->type != OPTION_TEXT)
		return set_number(reader, option, value);
	memcpy(reader->target + option->offset, &value, sizeof(value));
	return 0;
}

/* `value` is what stands behind the name in the same word, or NULL. */
static int take(struct reader *reader, const struct option *option, const char *value)
{
	const bool yes = true;

	if (option->type == OPTION_FLAG) {
		if (value)
			return fail(reader, "--%s takes no value", option->name);
		memcpy(reader->target + option->offset, &yes, sizeof(yes));
		return 0;
	}
	if (!value) {
		if (reader->at + 1 >= reader->argc)
			return fail(reader, "--%s needs a value: %s", option->name, option->value);
		value = reader->argv[++reader->at];
	}
	return set_value(reader, option, value);
}

static int fail_unknown(struct reader *reader, struct str name)
{
	struct near near;

	near_init(&near, name);
	near_offer(&near, "help");
	for (const struct option *option = reader->options; option && option->name; option++)
		near_offer(&near, option->name);
	if (!near.count)
		return fail(reader, "there is no option --%.*s", STR_ARG(name));
	return fail(reader, "there is no option --%.*s; did you mean --%s?", STR_ARG(name), near.names[0]);
}

static int read_long(struct reader *reader, const char *word)
{
	struct str rest = str_from(word + 2);
	struct str name = str_cut(&rest, '=');

	for (const struct option *option = reader->options; option && option->name; option++)
		if (str_eq(name, str_from(option->name)))
			return take(reader, option, rest.at);
	return fail_unknown(reader, name);
}

static int read_short(struct reader *reader, const char *word)
{
	for (const struct option *option = reader->options; option && option->name; option++)
		if (option->short_name == word[1]) {
			if (option->type == OPTION_FLAG && word[2])
				return fail(reader, "write -%c and \"%s\" apart", word[1], word + 2);
			return take(reader, option, word[2] ? word + 2 : NULL);
		}
	return fail(reader, "there is no option -%c", word[1]);
}

int options_read(const struct option *options, void *ret_options, char **argv, size_t argc, size_t *ret_words,
                 bool *ret_help, char ret_error[OPTIONS_ERROR_MAX])
{
	struct reader reader = { options, ret_options, argv, argc, 0, ret_error };
	bool ended = false;
	size_t words = 0;
	int r = 0;

	for (; reader.at < argc; reader.at++) {
		char *word = argv[reader.at];

		if (ended || word[0] != '-' || word[1] == '\0') {
			argv[words++] = word;
		} else if (strcmp(word, "--") == 0) {
			ended = true;
		} else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
			*ret_help = true;
			break;
		} else {
			r = word[1] == '-' ? read_long(&reader, word) : read_short(&reader, word);
			if (r < 0)
				return r;
		}
	}
	*ret_words = words;
	return 0;
}

/* The largest unit that divides the number: 1048576 is 1MiB. */
static void print_number(enum option_type type, uint64_t number)
{
	static const struct unit nice_sizes[] = {
		{ "GiB", 1 << 30 }, { "MiB", 1 << 20 }, { "KiB", 1 << 10 }, { "", 1 }
	};
	static const struct unit nice_durations[] = {
		{ "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 }
	};
	const struct unit *unit = type == OPTION_SIZE ? nice_sizes : nice_durations;

	if (type == OPTION_COUNT) {
		printf("%llu", (unsigned long long)number);
		return;
	}
	while (unit->factor > 1 && (number == 0 || number % unit->factor))
		unit++;
	printf("%llu%s", (unsigned long long)(number / unit->factor), unit->name);
}

static void print_default(const struct option *option, const void *defaults)
{
	const char *at, *text;
	uint64_t number;

	if (!defaults || option->type == OPTION_FLAG)
		return;
	at = (const char *)defaults + option->offset;
	if (option->type == OPTION_TEXT) {
		memcpy(&text, at, sizeof(text));
		if (text)
			printf(" (%s)", text);
		return;
	}
	memcpy(&number, at, sizeof(number));
	if (number < option->min) /* what the text says instead */
		return;
	printf(" (");
	print_number(option->type, number);
	putchar(')');
}

void options_print(const struct option *options, const void *defaults)
{
	enum { COLUMN = 30 };

	for (const struct option *option = options; option && option->name; option++) {
		int width = option->short_name ? printf("  -%c, --%s", option->short_name, option->name)
		                               : printf("      --%s", option->name);

		if (option->value)
			width += printf("=%s", option->value);
		if (width >= COLUMN)
			width = printf("\n") - 1;
		printf("%*s%s", COLUMN - width, "", option->text);
		print_default(option, defaults);
		putchar('\n');
	}
	printf("  -h, --help%*sthis text\n", COLUMN - 12, "");
}
