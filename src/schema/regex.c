/*
 * From ECMA-262 (section 22.2.1, Unicode mode) to PCRE2: see regex.h.
 *
 * One pass over the source, with an explicit stack for groups. Nothing is copied
 * as it is: each literal is written by its number where it could mean something to
 * PCRE2, each class by its ranges, each group by its number.
 */
#include "schema/regex.h"

#include "schema/regex_parts.h"

enum { GROUPS_MAX = 200, NAMES_MAX = 64 };

enum group { GROUP_PLAIN, GROUP_LOOK };

struct names {
	struct str name[NAMES_MAX];
	unsigned number[NAMES_MAX];
	size_t count;
	unsigned groups; /* that capture, in all */
};

struct pass {
	struct regex_reader reader;
	const struct names *names;
	unsigned char open[GROUPS_MAX];
	size_t depth;
	bool can_repeat; /* the last thing may take a quantifier */
};

/* White space and line terminators, as ranges in a class, and all else. */
#define SPACES \
	"\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}" \
	"\\x{3000}\\x{feff}"
#define NO_SPACES \
	"\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}" \
	"\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}" \
	"\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

/* \d and its like: true where `c` is one, which is then written. */
static bool write_set(struct regex_reader *r, char c, bool in_class)
{
	switch (c) {
	case 'd':
	case 'D':
	case 'w':
	case 'W': regex_printf(r, "\\%c", c); return true;
	case 's': regex_printf(r, in_class ? SPACES : "[" SPACES "]"); return true;
	case 'S': regex_printf(r, in_class ? NO_SPACES : "[^" SPACES "]"); return true;
	case 'p':
	case 'P': regex_property(r, c == 'P'); return true;
	default: return false;
	}
}

static void write_literal(struct regex_reader *r, uint32_t c)
{
	if (regex_is_surrogate(c)) /* no text has one */
		regex_printf(r, "(?!)");
	else
		regex_put(r, c);
}

static unsigned group_of(const struct names *names, struct str name)
{
	for (size_t i = 0; i < names->count; i++)
		if (str_eq(names->name[i], name))
			return names->number[i];
	return 0;
}

static void write_backreference(struct pass *p, uint64_t number)
{
	struct regex_reader *r = &p->reader;

	if (number == 0 || number > p->names->groups)
		regex_fail(r, "a backreference names no group");
	else
		regex_printf(r, "\\g{%u}", (unsigned)number);
}

static struct str read_name(struct regex_reader *r)
{
	size_t from = r->at, len = str_find(str_sub(r->source, from, SIZE_MAX), '>');
	struct str name = str_sub(r->source, from, len);

	if (from + len >= r->source.len || !len || (name.at[0] >= '0' && name.at[0] <= '9'))
		regex_fail(r, "a group's name is malformed");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name.at[i];

		if (c < 0x80 && !regex_is_word(c) && c != '$')
			regex_fail(r, "a group's name is malformed");
	}
	r->at += len + 1;
	return name;
}

static uint64_t read_number(struct regex_reader *r)
{
	uint64_t value = 0;

	while (regex_peek(r) >= '0' && regex_peek(r) <= '9') {
		if (value < UINT32_MAX)
			value = value * 10 + (uint64_t)(regex_peek(r) - '0');
		r->at++;
	}
	return value;
}

static void read_escape(struct pass *p)
{
	struct regex_reader *r = &p->reader;
	int c = regex_peek(r);

	p->can_repeat = c != 'b' && c != 'B';
	if (c == 'b' || c == 'B') {
		r->at++;
		regex_printf(r, "\\%c", c);
	} else if (c >= '1' && c <= '9') {
		write_backreference(p, read_number(r));
	} else if (c == 'k') {
		r->at++;
		if (regex_take(r, "<"))
			write_backreference(p, group_of(p->names, read_name(r)));
		else
			regex_fail(r, "\\k is not followed by a name");
	} else if (c >= 0 && strchr("dDwWsSpP", c) && c) {
		r->at++;
		write_set(r, (char)c, false);
	} else {
		write_literal(r, regex_character_escape(r));
	}
}

/* One member of a class: true and its number, or false where it is a set, which is written. */
static bool read_class_atom(struct regex_reader *r, uint32_t *ret_c)
{
	int c;

	if (!regex_take(r, "\\")) {
		*ret_c = regex_next(r);
		return true;
	}
	c = regex_peek(r);
	if (c > 0 && strchr("dDwWsSpP", c)) {
		r->at++;
		write_set(r, (char)c, true);
		return false;
	}
	if (c == 'b') {
		r->at++;
		*ret_c = '\b';
		return true;
	}
	*ret_c = regex_character_escape(r);
	return true;
}

/* Surrogates are in no text: they are left out, as is what lies between two of them. */
static void write_range(struct regex_reader *r, uint32_t from, uint32_t to)
{
	if (from > to)
		regex_fail(r, "a range of a class is out of order");
	if (regex_is_surrogate(from))
		from = 0xE000;
	if (regex_is_surrogate(to))
		to = 0xD7FF;
	if (from > to)
		return;
	regex_put(r, from);
	if (to != from) {
		regex_printf(r, "-");
		regex_put(r, to);
	}
}

static void read_class(struct regex_reader *r)
{
	regex_printf(r, regex_take(r, "^") ? "[^" : "[");
	while (!r->issue && regex_peek(r) != ']') {
		uint32_t from = 0, to = 0;
		bool is_one, is_other_one;

		if (regex_peek(r) < 0) {
			regex_fail(r, "a class is not closed");
			return;
		}
		is_one = read_class_atom(r, &from);
		if (regex_peek(r) != '-' || r->at + 1 >= r->source.len || r->source.at[r->at + 1] == ']') {
			if (is_one)
				write_range(r, from, from);
			continue;
		}
		r->at++;
		is_other_one = read_class_atom(r, &to);
		if (is_one && is_other_one) {
			write_range(r, from, to);
			continue;
		}
		regex_put(r, '-'); /* beside a set it is itself */
		if (is_one)
			write_range(r, from, from);
		if (is_other_one)
			write_range(r, to, to);
	}
	r->at++;
	regex_printf(r, "]");
}

static void open_group(struct pass *p)
{
	static const char *const kinds[] = { "?:", "?=", "?!", "?<=", "?<!" };
	struct regex_reader *r = &p->reader;
	size_t kind = 0;

	if (p->depth == GROUPS_MAX) {
		regex_fail(r, "groups are nested too deeply");
		return;
	}
	while (kind < 5 && !regex_take(r, kinds[kind]))
		kind++;
	p->open[p->depth++] = kind == 0 || kind == 5 ? GROUP_PLAIN : GROUP_LOOK;
	p->can_repeat = false;
	if (kind < 5)
		regex_printf(r, "(%s", kinds[kind]);
	else
		regex_printf(r, "(");
	if (kind == 5 && regex_take(r, "?<"))
		read_name(r);
	else if (kind == 5 && regex_peek(r) == '?')
		regex_fail(r, "a group of this kind is not known");
}

static void close_group(struct pass *p)
{
	if (!p->depth) {
		regex_fail(&p->reader, "a ')' closes no group");
		return;
	}
	p->can_repeat = p->open[--p->depth] == GROUP_PLAIN;
	regex_printf(&p->reader, ")");
}

/* "{2}", "{2,}", "{2,3}" after its brace; false, and nothing read, where it is something else. */
static bool read_braces(struct regex_reader *r)
{
	size_t begin = r->at;
	uint64_t least, most;

	if (regex_peek(r) >= '0' && regex_peek(r) <= '9') {
		least = most = read_number(r);
		if (regex_take(r, ","))
			most = regex_peek(r) == '}' ? UINT64_MAX : read_number(r);
		if (regex_take(r, "}")) {
			if (least > most)
				regex_fail(r, "the numbers of a quantifier are out of order");
			regex_printf(r, "{%.*s", (int)(r->at - begin), r->source.at + begin);
			return true;
		}
	}
	r->at = begin;
	return false;
}

static void read_quantifier(struct pass *p, int c)
{
	struct regex_reader *r = &p->reader;
	bool can_repeat = p->can_repeat;

	if (c == '{' && !read_braces(r)) {
		regex_put(r, '{');
		p->can_repeat = true;
		return;
	}
	if (!can_repeat) {
		regex_fail(r, "there is nothing to repeat");
		return;
	}
	if (c != '{')
		regex_printf(r, "%c", c);
	if (regex_take(r, "?"))
		regex_printf(r, "?");
	p->can_repeat = false;
}

static void read_term(struct pass *p)
{
	struct regex_reader *r = &p->reader;
	int c = regex_peek(r);

	if (c > 0 && strchr("^$|()[].*+?{\\", c))
		r->at++;
	switch (c) {
	case '^':
	case '$':
	case '|':
		regex_printf(r, "%c", c);
		p->can_repeat = false;
		break;
	case '(': open_group(p); break;
	case ')': close_group(p); break;
	case '\\': read_escape(p); break;
	case '[':
		read_class(r);
		p->can_repeat = true;
		break;
	case ']': regex_fail(r, "a ']' closes no class"); break;
	case '.':
		regex_printf(r, "[^\\x{a}\\x{d}\\x{2028}\\x{2029}]");
		p->can_repeat = true;
		break;
	case '*':
	case '+':
	case '?':
	case '{': read_quantifier(p, c); break;
	default: write_literal(r, regex_next(r)); p->can_repeat = true;
	}
}

/* Counts the groups that capture and finds their names, which may be used before they are made. */
static void find_names(struct regex_reader *r, struct names *names)
{
	bool in_class = false;

	while (r->at < r->source.len && !r->issue) {
		char c = r->source.at[r->at++];

		if (c == '\\')
			r->at++;
		else if (c == '[' || c == ']')
			in_class = c == '[';
		if (c != '(' || in_class)
			continue;
		if (regex_peek(r) != '?') {
			names->groups++;
			continue;
		}
		if (!regex_take(r, "?<") || regex_peek(r) == '=' || regex_peek(r) == '!')
			continue;
		names->groups++;
		if (names->count == NAMES_MAX) {
			regex_fail(r, "there are too many named groups");
			return;
		}
		names->name[names->count] = read_name(r);
		if (group_of(names, names->name[names->count]))
			regex_fail(r, "two groups have the same name");
		names->number[names->count++] = names->groups;
	}
}

int regex_translate(struct str source, struct buf *out, struct regex_fault *ret_fault)
{
	struct names names = { 0 };
	struct pass pass = { .reader = { .source = source }, .names = &names };
	struct regex_reader *r = &pass.reader;

	find_names(r, &names);
	r->at = 0;
	r->out = out;
	while (r->at < source.len && !r->issue)
		read_term(&pass);
	if (!r->issue && pass.depth)
		regex_fail(r, "a group is not closed");
	if (r->issue) {
		*ret_fault = (struct regex_fault){ .at = r->fault_at, .issue = r->issue };
		return STATUTE_ESYNTAX;
	}
	return out && out->failed ? STATUTE_ENOMEM : 0;
}
