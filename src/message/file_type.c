/* Media types of files: see file_type.h. */
#include "message/file_type.h"

#include "message/media_type.h"

struct row {
	struct str extension, type;
};

static const struct row rows[] = {
#define T(extension, type) { STR_INIT(extension), STR_INIT(type) },
#include "message/file_type.def"
#undef T
};

enum { EXTENSION_MAX = 16 };

static int compare(struct str a, struct str b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static const struct row *find(struct str extension)
{
	size_t from = 0, to = sizeof(rows) / sizeof(rows[0]);

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare(extension, rows[middle].extension);

		if (!order)
			return &rows[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

struct str file_type(struct str name)
{
	char small[EXTENSION_MAX];
	const struct row *row;
	size_t len = 0;

	while (len < name.len && name.at[name.len - 1 - len] != '.')
		len++;
	if (!len || len >= name.len || len > EXTENSION_MAX)
		return S("application/octet-stream");
	for (size_t i = 0; i < len; i++) {
		char c = name.at[name.len - len + i];

		small[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	row = find(str_of(small, len));
	return row ? row->type : S("application/octet-stream");
}

/* Of several, the one that is called as its type is ("mp4", not "m4v"), else a short one ("js", not "cjs"). */
struct str file_extension(struct str type)
{
	struct media_type wanted, offered;
	struct str found = { 0 };

	if (!media_type_parse(type, false, &wanted))
		return found;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str extension = rows[i].extension;

		if (!media_type_parse(rows[i].type, false, &offered) || !str_eq_nocase(offered.type, wanted.type) ||
		    !str_eq_nocase(offered.subtype, wanted.subtype))
			continue;
		if (str_eq_nocase(extension, wanted.subtype))
			return extension;
		if (!found.at || extension.len < found.len)
			found = extension;
	}
	return found;
}
