/* Punycode (RFC 3492, sections 5 and 6): see punycode.h. */
#include "schema/punycode.h"

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_POINT = 128 };

static uint32_t adapt(uint32_t delta, uint32_t count, bool is_first)
{
	uint32_t k = 0;

	delta = is_first ? delta / DAMP : delta / 2;
	delta += delta / count;
	for (; delta > ((BASE - T_MIN) * T_MAX) / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
	if (k <= bias)
		return T_MIN;
	return k >= bias + T_MAX ? T_MAX : k - bias;
}

static uint32_t digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 26;
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a');
	return c >= 'A' && c <= 'Z' ? (uint32_t)(c - 'A') : BASE;
}

/* One number of variable length at *at, added to *value; false where it is malformed or too large. */
static bool read_delta(struct str text, size_t *at, uint32_t bias, uint32_t *value)
{
	uint64_t weight = 1, sum = *value;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t digit = *at < text.len ? digit_of(text.at[(*at)++]) : BASE, t = threshold(k, bias);

		if (digit >= BASE || (sum += digit * weight) > INT32_MAX)
			return false;
		if (digit < t)
			break;
		weight *= BASE - t;
		if (weight > INT32_MAX)
			return false;
	}
	*value = (uint32_t)sum;
	return true;
}

/* The last '-' ends the characters that stand for themselves. */
static size_t read_basic(struct str text, uint32_t *out, size_t *ret_count)
{
	size_t basic = text.len;

	while (basic && text.at[basic - 1] != '-')
		basic--;
	*ret_count = 0;
	for (size_t i = 0; i + 1 < basic; i++)
		out[(*ret_count)++] = (unsigned char)text.at[i];
	return basic;
}

size_t punycode_decode(struct str text, uint32_t out[PUNYCODE_MAX])
{
	uint32_t point = FIRST_POINT, i = 0, bias = FIRST_BIAS;
	size_t count, at;

	if (text.len > PUNYCODE_MAX)
		return 0;
	at = read_basic(text, out, &count);
	while (at < text.len) {
		uint32_t before = i, total;

		if (count == PUNYCODE_MAX || !read_delta(text, &at, bias, &i))
			return 0;
		total = (uint32_t)count + 1;
		bias = adapt(i - before, total, before == 0);
		point += i / total;
		i %= total;
		if (point > 0x10FFFF)
			return 0;
		memmove(out + i + 1, out + i, (count - i) * sizeof(*out));
		out[i++] = point;
		count++;
	}
	return count;
}

static bool put(char *out, size_t *len, char c)
{
	if (*len == PUNYCODE_MAX)
		return false;
	out[(*len)++] = c;
	return true;
}

static bool write_delta(uint32_t delta, uint32_t bias, char *out, size_t *len)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = threshold(k, bias);

		if (delta < t)
			return put(out, len, digits[delta]);
		if (!put(out, len, digits[t + (delta - t) % (BASE - t)]))
			return false;
		delta = (delta - t) / (BASE - t);
	}
}

static uint32_t next_point(const uint32_t *points, size_t count, uint32_t least)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < count; i++)
		if (points[i] >= least && points[i] < next)
			next = points[i];
	return next;
}

size_t punycode_encode(const uint32_t *points, size_t count, char out[PUNYCODE_MAX])
{
	uint32_t point = FIRST_POINT, delta = 0, bias = FIRST_BIAS, handled = 0, basic;
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		if (points[i] < FIRST_POINT && !put(out, &len, (char)points[i]))
			return 0;
	handled = basic = (uint32_t)len;
	if (basic && !put(out, &len, '-'))
		return 0;
	while (handled < count) {
		uint32_t next = next_point(points, count, point);

		delta += (next - point) * (handled + 1); /* at most 63 characters of 21 bits: no overflow */
		point = next;
		for (size_t i = 0; i < count; i++) {
			delta += points[i] < point;
			if (points[i] != point)
				continue;
			if (!write_delta(delta, bias, out, &len))
				return 0;
			bias = adapt(delta, handled + 1, handled == basic);
			delta = 0;
			handled++;
		}
		delta++;
		point++;
	}
	return len;
}
