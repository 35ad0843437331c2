/*
 * multipart/form-data, parted where the input says and byte by byte. Second opinion: the whole form cut
 * at its delimiters, found from the front with memmem. The first line is the boundary.
 */
#include "fuzz/fuzz.h"
#include "message/multipart.h"

enum { OUT_MAX = 1 << 16 };

/* Names, and contents with a ')' behind each; and whether it was whole, or malformed. */
struct seen {
	struct buf names, contents;
	bool is_whole, is_malformed;
};

static void add(struct seen *seen, char what, struct str text)
{
	buf_add_char(&seen->names, what);
	buf_add(&seen->names, text);
}

static void take(struct multipart *m, struct seen *seen, struct str input)
{
	size_t used;

	do {
		struct str piece = { 0 };

		switch (multipart_next(m, input, &used, &piece)) {
		case MULTIPART_MORE: must(used == input.len); return;
		case MULTIPART_PART:
			must(m->name.at);
			add(seen, 'n', m->name);
			add(seen, 'f', m->filename);
			add(seen, 't', m->type);
			break;
		case MULTIPART_CONTENT: must(piece.len); buf_add(&seen->contents, piece); break;
		case MULTIPART_PART_END: buf_add_char(&seen->contents, ')'); break;
		case MULTIPART_END: must(multipart_is_whole(m)); break;
		case MULTIPART_MALFORMED: seen->is_malformed = true; return;
		}
		input = str_sub(input, used, input.len);
	} while (true);
}

static bool read_in_steps(struct str boundary, struct str form, size_t step, struct seen *seen)
{
	struct multipart m;

	*seen = (struct seen){ 0 };
	buf_init(&seen->names, NULL, OUT_MAX);
	buf_init(&seen->contents, NULL, OUT_MAX);
	if (!multipart_init(&m, boundary))
		return false;
	while (form.len && !seen->is_malformed) {
		struct str piece = fuzz_text((const uint8_t *)form.at, step < form.len ? step : form.len);

		take(&m, seen, piece);
		form = str_sub(form, piece.len, form.len);
		fuzz_free(piece);
	}
	seen->is_whole = multipart_is_whole(&m);
	return true;
}

static const char *find(struct str text, size_t from, struct str what)
{
	return memmem(text.at + from, text.len - from, what.at, what.len);
}

/*
 * A form that is whole: what stands between the empty line of a head and the next delimiter, in the order
 * of the parts, is what was seen of contents.
 */
static void compare(struct str boundary, struct str form, const struct seen *seen)
{
	char text[MULTIPART_BOUNDARY_MAX + 8];
	struct str delimiter = str_of(text, (size_t)snprintf(text, sizeof(text), "\r\n--%.*s", STR_ARG(boundary)));
	struct str left = buf_str(&seen->contents);
	char *copy = malloc(form.len + 2);
	struct str all = str_of(copy, form.len + 2);
	const char *at;

	memcpy(copy, "\r\n", 2);
	memcpy(copy + 2, form.at, form.len);
	at = find(all, 0, delimiter);
	while (at) {
		const char *line = at + delimiter.len, *head, *next;
		size_t len;

		if (line[0] == '-' && line[1] == '-')
			break;
		line = find(all, (size_t)(line - all.at), S("\r\n")) + 2;
		head = find(all, (size_t)(line - all.at) - 2, S("\r\n\r\n"));
		must(head);
		next = find(all, (size_t)(head + 4 - all.at), delimiter);
		must(next);
		len = (size_t)(next - head) - 4;
		must(left.len > len && memcmp(left.at, head + 4, len) == 0 && left.at[len] == ')');
		left = str_sub(left, len + 1, left.len);
		at = next;
	}
	must(!left.len);
	free(copy);
}

static bool same(const struct seen *a, const struct seen *b)
{
	return a->is_whole == b->is_whole && a->is_malformed == b->is_malformed &&
	       str_eq(buf_str(&a->names), buf_str(&b->names)) && str_eq(buf_str(&a->contents), buf_str(&b->contents));
}

static void forget(struct seen *seen)
{
	buf_done(&seen->names);
	buf_done(&seen->contents);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole, parted, bytes;
	struct str text, form, boundary;
	size_t step;

	if (size < 2 || size > 10000)
		return 0;
	step = 1 + data[0] % 64;
	text = form = fuzz_text(data + 1, size - 1);
	boundary = fuzz_cut(&form);
	if (form.len && read_in_steps(boundary, form, form.len, &whole)) {
		must(read_in_steps(boundary, form, step, &parted) && read_in_steps(boundary, form, 1, &bytes));
		must(same(&whole, &parted) && same(&whole, &bytes));
		if (whole.is_whole)
			compare(boundary, form, &whole);
		forget(&whole);
		forget(&parted);
		forget(&bytes);
	}
	fuzz_free(text);
	return 0;
}
