/* Methods, field names, and the fields of a request: see message.h. */
#include "message/message.h"

enum method method_from(struct str name)
{
#define M(token, is_safe, is_idempotent) \
	if (name.len == sizeof(#token) - 1 && memcmp(name.at, #token, sizeof(#token) - 1) == 0) \
		return METHOD_##token;
#include "message/method.def"
#undef M
	return METHOD_UNKNOWN;
}

struct str method_name(enum method method)
{
	static const struct str names[METHOD_COUNT] = {
		[METHOD_UNKNOWN] = STR_INIT(""),
#define M(token, is_safe, is_idempotent) [METHOD_##token] = STR_INIT(#token),
#include "message/method.def"
#undef M
	};

	return names[(unsigned)method < METHOD_COUNT ? method : METHOD_UNKNOWN];
}

bool method_is_safe(enum method method)
{
	static const bool safe[METHOD_COUNT] = {
#define M(token, is_safe, is_idempotent) [METHOD_##token] = (is_safe),
#include "message/method.def"
#undef M
	};

	return (unsigned)method < METHOD_COUNT && safe[method];
}

static bool is_name(const char *at, const char *lower_case, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = at[i];

		if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != lower_case[i])
			return false;
	}
	return true;
}

/*
 * The rows of one length, compared with those alone: the compiler drops the others,
 * since each call says its length as a constant.
 */
static inline __attribute__((always_inline)) enum field_id find_of_length(const char *at, size_t len)
{
#define F(id, text, is_list) \
	if (sizeof(text) - 1 == len && is_name(at, text, len)) \
		return FIELD_##id;
#include "message/field.def"
#undef F
	return FIELD_OTHER;
}

enum { SHORTEST_NAME = 2, LONGEST_NAME = 30 };
#define F(id, text, is_list) \
	_Static_assert(sizeof(text) - 1 >= SHORTEST_NAME && sizeof(text) - 1 <= LONGEST_NAME, \
	               "field_id_from has no case for the length of " text);
#include "message/field.def"
#undef F

enum field_id field_id_from(struct str name)
{
#define LENGTH(n) \
	case n: return find_of_length(name.at, n);

	/* clang-format off */
	switch (name.len) {
	LENGTH(2) LENGTH(3) LENGTH(4) LENGTH(5) LENGTH(6) LENGTH(7) LENGTH(8) LENGTH(9) LENGTH(10) LENGTH(11)
	LENGTH(12) LENGTH(13) LENGTH(14) LENGTH(15) LENGTH(16) LENGTH(17) LENGTH(18) LENGTH(19) LENGTH(20)
	LENGTH(21) LENGTH(22) LENGTH(23) LENGTH(24) LENGTH(25) LENGTH(26) LENGTH(27) LENGTH(28) LENGTH(29)
	LENGTH(30)
	default: return FIELD_OTHER;
	}
	/* clang-format on */
#undef LENGTH
}

struct str request_list(const struct request *request, enum field_id id, struct arena *arena)
{
	size_t size = 0, lines = 0;
	struct str joined;
	char *at;

	if (request->lines[id] <= 1)
		return request_field(request, id);
	for (size_t i = 0; i < request->field_count; i++)
		if (request->fields[i].id == id)
			size += request->fields[i].value.len + 2;
	if (!(at = arena_alloc(arena, size)))
		return (struct str){ 0 };
	joined = str_of(at, 0);
	for (size_t i = 0; i < request->field_count; i++) {
		struct str value = request->fields[i].value;

		if (request->fields[i].id != id)
			continue;
		if (lines++) {
			memcpy(at + joined.len, ", ", 2);
			joined.len += 2;
		}
		if (value.len)
			memcpy(at + joined.len, value.at, value.len);
		joined.len += value.len;
	}
	return joined;
}
