/*
 * Equal items of an array: see unique.h.
 *
 * Items are hashed so that what json_equal calls equal has one hash: numbers by
 * their value in decimal, members in any order. The hash is keyed, so that no
 * client can make many items collide.
 */
#include "schema/unique.h"

#include "base/map.h"

enum { FEW_ITEMS = 12, CHUNK = 64 };

/* As json_number_… do: past this an exponent counts as this. */
#define EXPONENT_MAX INT64_C(1000000000000000000)

struct slot {
	const struct json *item;
	uint32_t hash, index;
};

/* Folds bytes in, so that what comes in pieces has the hash of its whole sequence. */
static uint64_t fold(uint64_t hash, const void *at, size_t len)
{
	char piece[sizeof(hash) + CHUNK];

	memcpy(piece, &hash, sizeof(hash));
	memcpy(piece + sizeof(hash), at, len);
	return hash_bytes(piece, sizeof(hash) + len);
}

static int64_t read_exponent(struct str text)
{
	bool is_negative = text.len && text.at[0] == '-';
	int64_t value = 0;

	for (size_t i = text.len && (text.at[0] == '-' || text.at[0] == '+');
	     i < text.len && value < EXPONENT_MAX; i++)
		value = value * 10 + (text.at[i] - '0');
	if (value > EXPONENT_MAX)
		value = EXPONENT_MAX;
	return is_negative ? -value : value;
}

/* Gives the significant digits of a number one by one; zeros are held back until a digit follows. */
struct digits {
	char piece[CHUNK];
	size_t len;
	uint64_t hash;
	size_t zeros;
	bool has_begun;
};

static void put_digit(struct digits *digits, char digit)
{
	digits->piece[digits->len++] = digit;
	if (digits->len == CHUNK) {
		digits->hash = fold(digits->hash, digits->piece, digits->len);
		digits->len = 0;
	}
}

static void take_digit(struct digits *digits, char digit)
{
	if (digit == '0') {
		digits->zeros += digits->has_begun;
		return;
	}
	digits->has_begun = true;
	for (; digits->zeros; digits->zeros--)
		put_digit(digits, '0');
	put_digit(digits, digit);
}

static uint64_t hash_number(struct str text)
{
	struct digits digits = { 0 };
	bool is_negative = text.at[0] == '-', is_fraction = false;
	int64_t power = 0; /* of ten: where the point stands before the first significant digit */
	size_t i = is_negative;

	for (; i < text.len && text.at[i] != 'e' && text.at[i] != 'E'; i++) {
		if (text.at[i] == '.') {
			is_fraction = true;
			continue;
		}
		take_digit(&digits, text.at[i]);
		if (is_fraction)
			power -= !digits.has_begun;
		else
			power += digits.has_begun;
	}
	if (!digits.has_begun)
		return hash_bytes("0", 1);
	power += read_exponent(str_sub(text, i + 1, text.len));
	digits.hash = fold(digits.hash, digits.piece, digits.len);
	return fold(digits.hash + is_negative, &power, sizeof(power));
}

/* Recursion is bounded by JSON_DEPTH_MAX. */
static uint64_t hash_node(const struct json *node)
{
	uint64_t hash = node->type;

	if (node->type == JSON_NUMBER)
		return hash_number(node->text);
	if (node->type == JSON_STRING)
		return hash_str(node->text) + 1;
	json_each(child, node) {
		uint64_t of_child = hash_node(child);

		if (node->type == JSON_OBJECT)
			hash += fold(hash_str(child->name), &of_child, sizeof(of_child));
		else
			hash = fold(hash, &of_child, sizeof(of_child));
	}
	return fold(hash, &node->count, node->type >= JSON_ARRAY ? sizeof(node->count) : 0);
}

static int compare_few(const struct json *array, size_t *ret_first, size_t *ret_second)
{
	size_t i = 0, k;

	for (const struct json *a = json_first(array); a; a = a->next, i++) {
		k = i + 1;
		for (const struct json *b = a->next; b; b = b->next, k++)
			if (a->type == b->type && json_equal(a, b)) {
				*ret_first = i;
				*ret_second = k;
				return 1;
			}
	}
	return 0;
}

int unique_find_repeat(const struct json *array, struct arena *arena, size_t *ret_first, size_t *ret_second)
{
	size_t cap = 32; /* a power of two */
	uint32_t index = 0;
	struct slot *slots;

	if (array->count <= FEW_ITEMS)
		return compare_few(array, ret_first, ret_second);
	while (cap < (size_t)array->count * 2)
		cap *= 2;
	if (!(slots = arena_array(arena, cap, sizeof(*slots))))
		return STATUTE_ENOMEM;
	json_each(item, array) {
		uint64_t whole = hash_node(item);
		uint32_t hash = (uint32_t)(whole >> 32);
		struct slot *slot = &slots[whole & (cap - 1)];

		for (; slot->item; slot = slot + 1 < slots + cap ? slot + 1 : slots)
			if (slot->hash == hash && json_equal(slot->item, item)) {
				*ret_first = slot->index;
				*ret_second = index;
				return 1;
			}
		*slot = (struct slot){ .item = item, .hash = hash, .index = index };
		index++;
	}
	return 0;
}
