/*
 * Exact decimal arithmetic on the digits of RFC 8259 numbers. See json.h.
 *
 * A number is 0.d1d2d3... times ten to a power, its digits still those of the
 * text. Everything is decided on digits and power: an exponent is never written
 * out, so that 1e1000000000 costs what 1e1 costs. Exponents saturate at ten to
 * the 18th, far past what a text of 4 GiB can shift.
 */
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LIMB_DIGITS = 18,
	DIVISOR_DIGITS = JSON_DIVISOR_DIGITS_MAX,
	DIVISOR_LIMBS = (DIVISOR_DIGITS + LIMB_DIGITS - 1) / LIMB_DIGITS,
	DOUBLE_DIGITS = 800, /* more than the 767 that can decide how a double is rounded */
};

#define EXPONENT_MAX INT64_C(1000000000000000000)
#define LIMB_BASE UINT64_C(1000000000000000000)

struct decimal {
	struct str whole, fraction; /* the digits as they stand in the text */
	size_t skip; /* leading zeros of both together */
	size_t count; /* significant digits, without trailing zeros; 0 for zero */
	int64_t power; /* the value is 0.d1d2... times 10 to this */
	bool is_negative;
};

/* The digit `i` of the significant ones, from 0. */
static unsigned digit_at(const struct decimal *d, size_t i)
{
	i += d->skip;
	return (unsigned)(i < d->whole.len ? d->whole.at[i] : d->fraction.at[i - d->whole.len]) - '0';
}

static int64_t read_exponent(struct str text)
{
	bool is_negative = text.len && text.at[0] == '-';
	size_t i = text.len && (text.at[0] == '-' || text.at[0] == '+') ? 1 : 0;
	int64_t value = 0;

	for (; i < text.len; i++)
		value = value < EXPONENT_MAX / 10 ? value * 10 + (text.at[i] - '0') : EXPONENT_MAX;
	return is_negative ? -value : value;
}

static size_t count_digits(struct str text)
{
	size_t count = 0;

	while (count < text.len && text.at[count] >= '0' && text.at[count] <= '9')
		count++;
	return count;
}

/* `text` is a number of RFC 8259. */
static struct decimal read_decimal(struct str text)
{
	struct decimal d = { 0 };
	size_t total;

	d.is_negative = text.len && text.at[0] == '-';
	text = str_sub(text, d.is_negative, text.len);
	d.whole = str_sub(text, 0, count_digits(text));
	text = str_sub(text, d.whole.len, text.len);
	if (text.len && text.at[0] == '.') {
		text = str_sub(text, 1, text.len);
		d.fraction = str_sub(text, 0, count_digits(text));
		text = str_sub(text, d.fraction.len, text.len);
	}
	total = d.whole.len + d.fraction.len;
	d.count = total;
	while (d.count && digit_at(&d, 0) == 0)
		d.skip++, d.count--;
	while (d.count && digit_at(&d, d.count - 1) == 0)
		d.count--;
	if (d.count)
		d.power = read_exponent(str_sub(text, 1, text.len)) + (int64_t)d.whole.len - (int64_t)d.skip;
	else
		d.is_negative = false;
	return d;
}

static int compare_digits(const struct decimal *a, const struct decimal *b)
{
	size_t common = a->count < b->count ? a->count : b->count;

	for (size_t i = 0; i < common; i++) {
		unsigned x = digit_at(a, i), y = digit_at(b, i);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a->count > b->count) - (a->count < b->count);
}

static int compare_sizes(const struct decimal *a, const struct decimal *b)
{
	if (!a->count || !b->count)
		return (a->count > 0) - (b->count > 0);
	if (a->power != b->power)
		return a->power < b->power ? -1 : 1;
	return compare_digits(a, b);
}

/* Nearly every number: at most 18 digits and no exponent, so that it is `digits` / 10^`fraction`. */
struct brief {
	int64_t digits;
	unsigned fraction;
};

static bool read_brief(struct str text, struct brief *ret_brief)
{
	bool is_negative = text.len && text.at[0] == '-';
	size_t i = is_negative, point = text.len;
	int64_t digits = 0;

	if (text.len - i > LIMB_DIGITS)
		return false;
	for (; i < text.len; i++) {
		if (text.at[i] == '.')
			point = i + 1;
		else if (text.at[i] >= '0' && text.at[i] <= '9')
			digits = digits * 10 + (text.at[i] - '0');
		else
			return false;
	}
	*ret_brief = (struct brief){ is_negative ? -digits : digits, (unsigned)(text.len - point) };
	return true;
}

static int compare_briefs(const struct brief *a, const struct brief *b)
{
	__extension__ typedef __int128 wide; /* 36 digits fit */
	wide x = a->digits, y = b->digits;

	for (unsigned i = a->fraction; i < b->fraction; i++)
		x *= 10;
	for (unsigned i = b->fraction; i < a->fraction; i++)
		y *= 10;
	return (x > y) - (x < y);
}

int json_number_cmp(struct str a, struct str b)
{
	struct brief brief_a, brief_b;

	if (read_brief(a, &brief_a) && read_brief(b, &brief_b))
		return compare_briefs(&brief_a, &brief_b);

	struct decimal x = read_decimal(a), y = read_decimal(b);

	if (x.is_negative != y.is_negative)
		return x.is_negative ? -1 : 1;
	return x.is_negative ? compare_sizes(&y, &x) : compare_sizes(&x, &y);
}

static bool is_integer(const struct decimal *d)
{
	return !d->count || d->power >= (int64_t)d->count;
}

bool json_number_is_integer(struct str number)
{
	struct brief brief;

	if (read_brief(number, &brief) && !brief.fraction)
		return true;

	struct decimal d = read_decimal(number);

	return is_integer(&d);
}

/* A whole number of a fixed count of limbs, lowest first. */
struct limbs {
	uint64_t at[DIVISOR_LIMBS + 1];
	size_t count;
};

static void append_digit(struct limbs *n, unsigned digit)
{
	uint64_t carry = digit;

	for (size_t i = 0; i < n->count; i++) {
		uint64_t limb = n->at[i] * 10 + carry;

		carry = limb / LIMB_BASE;
		n->at[i] = limb % LIMB_BASE;
	}
}

static bool is_less(const struct limbs *a, const struct limbs *b)
{
	for (size_t i = a->count; i-- > 0;)
		if (a->at[i] != b->at[i])
			return a->at[i] < b->at[i];
	return false;
}

static void subtract(struct limbs *a, const struct limbs *b)
{
	uint64_t borrow = 0;

	for (size_t i = 0; i < a->count; i++) {
		uint64_t taken = b->at[i] + borrow;

		borrow = a->at[i] < taken;
		a->at[i] = a->at[i] + (borrow ? LIMB_BASE : 0) - taken;
	}
}

static bool is_zero(const struct limbs *n)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->at[i])
			return false;
	return true;
}

/* The digits of `d` and then `zeros` zeros, modulo the digits of `divisor`: long division. */
static bool divides(const struct decimal *divisor, const struct decimal *d, size_t zeros)
{
	size_t count = divisor->count / LIMB_DIGITS + 1; /* room for the remainder times ten */
	struct limbs by = { .count = count }, rest = { .count = count };

	for (size_t i = 0; i < divisor->count; i++)
		append_digit(&by, digit_at(divisor, i));
	for (size_t i = 0; i < d->count + zeros; i++) {
		append_digit(&rest, i < d->count ? digit_at(d, i) : 0);
		while (!is_less(&rest, &by))
			subtract(&rest, &by);
	}
	return is_zero(&rest);
}

/* The same for a divisor of one limb. */
static bool divides_short(const struct decimal *divisor, const struct decimal *d, size_t zeros)
{
	uint64_t by = 0, rest = 0;

	for (size_t i = 0; i < divisor->count; i++)
		by = by * 10 + digit_at(divisor, i);
	for (size_t i = 0; i < d->count + zeros; i++)
		rest = (rest * 10 + (i < d->count ? digit_at(d, i) : 0)) % by;
	return rest == 0;
}

bool json_number_is_multiple(struct str number, struct str divisor)
{
	struct decimal n = read_decimal(number), by = read_decimal(divisor);
	int64_t shift = (n.power - (int64_t)n.count) - (by.power - (int64_t)by.count);
	size_t zeros;

	if (!n.count || !by.count)
		return by.count > 0;
	/* Without trailing zeros no digits are a multiple of ten times something. */
	if (shift < 0 || by.count > DIVISOR_DIGITS)
		return false;
	/* A power of ten only brings twos and fives; the divisor has fewer than four of each a digit. */
	zeros = (uint64_t)shift < by.count * 4 ? (size_t)shift : by.count * 4;
	return by.count <= LIMB_DIGITS ? divides_short(&by, &n, zeros) : divides(&by, &n, zeros);
}

bool json_to_i64(const struct json *node, int64_t *ret_value)
{
	struct decimal d;
	uint64_t limit, value = 0;

	if (!json_is(node, JSON_NUMBER))
		return false;
	d = read_decimal(node->text);
	limit = d.is_negative ? UINT64_C(1) << 63 : INT64_MAX;
	if (!is_integer(&d) || d.power > 19)
		return false;
	for (size_t i = 0; (int64_t)i < d.power; i++) {
		unsigned digit = i < d.count ? digit_at(&d, i) : 0;

		if (value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = d.is_negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/*
 * strtod reads digits and an exponent alone, without a decimal point, so that
 * the process's locale cannot matter. Digits past DOUBLE_DIGITS count only in
 * that they are not all zeros.
 */
bool json_to_double(const struct json *node, double *ret_value)
{
	char text[DOUBLE_DIGITS + 32], *at = text;
	struct decimal d;
	size_t digits;
	int64_t exponent;

	if (!json_is(node, JSON_NUMBER))
		return false;
	d = read_decimal(node->text);
	digits = d.count < DOUBLE_DIGITS ? d.count : DOUBLE_DIGITS;
	if (node->text.len && node->text.at[0] == '-')
		*at++ = '-';
	*at++ = '0';
	for (size_t i = 0; i < digits; i++)
		*at++ = (char)('0' + digit_at(&d, i));
	if (digits < d.count) {
		*at++ = '1';
		digits++;
	}
	exponent = d.power - (int64_t)digits;
	exponent = exponent > 100000 ? 100000 : exponent < -100000 ? -100000 : exponent;
	snprintf(at, (size_t)(text + sizeof(text) - at), "e%d", d.count ? (int)exponent : 0);
	*ret_value = strtod(text, NULL);
	return true;
}
