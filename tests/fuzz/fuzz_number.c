/*
 * Numbers of JSON, exactly: two of them, a line each. Second opinion: both written out
 * digit by digit, without an exponent, and compared as texts; long division by school
 * method; and the C library's strtod. Exponents past what can be written out are only
 * held against the laws of order.
 */
#include <math.h>
#include <stdio.h>

#include "fuzz/pattern.h"
#include "json/json.h"

enum { DIGITS_MAX = 40, SHIFT_MAX = 30, WIDTH = 2 * (DIGITS_MAX + SHIFT_MAX) };

static struct pattern grammar = {
	.text = "(-)?(0|[1-9][0-9]*+)(?:\\.([0-9]++))?(?:[eE]([+\\-])?([0-9]++))?$"
};

/* Digits before and behind the decimal point at WIDTH / 2, all places filled. */
struct plain {
	char digits[WIDTH];
	bool is_negative;
};

/* False where it is too long to be written out. */
static bool write_out(struct str text, struct plain *plain)
{
	struct str whole, fraction, exponent;
	long shift = 0;
	bool is_zero = true;

	must(pattern_match(&grammar, text, 0));
	whole = pattern_group(&grammar, 2);
	fraction = pattern_group(&grammar, 3);
	exponent = pattern_group(&grammar, 5);
	while (exponent.len && exponent.at[0] == '0')
		exponent = str_sub(exponent, 1, exponent.len);
	if (exponent.len > 3 || whole.len > DIGITS_MAX || fraction.len > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < exponent.len; i++)
		shift = shift * 10 + (exponent.at[i] - '0');
	if (shift > SHIFT_MAX)
		return false;
	if (pattern_group(&grammar, 4).len && pattern_group(&grammar, 4).at[0] == '-')
		shift = -shift;
	memset(plain->digits, '0', WIDTH);
	for (size_t i = 0; i < whole.len + fraction.len; i++) {
		char digit = i < whole.len ? whole.at[i] : fraction.at[i - whole.len];

		plain->digits[WIDTH / 2 + (long)i - (long)whole.len - shift] = digit;
		is_zero &= digit == '0';
	}
	plain->is_negative = pattern_group(&grammar, 1).len && !is_zero;
	return true;
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static int compare_plainly(const struct plain *a, const struct plain *b)
{
	int order = sign(memcmp(a->digits, b->digits, WIDTH));

	if (a->is_negative != b->is_negative)
		return a->is_negative ? -1 : 1;
	return a->is_negative ? -order : order;
}

static bool has_fraction(const struct plain *a)
{
	for (size_t i = WIDTH / 2; i < WIDTH; i++)
		if (a->digits[i] != '0')
			return true;
	return false;
}

/* Takes the divisor off the digits at `window`, with what stands before them not less than it. */
static void subtract(signed char *window, const signed char *divisor)
{
	for (size_t i = WIDTH; i-- > 0;) {
		signed char *digit = window + i;

		*digit = (signed char)(*digit - divisor[i]);
		if (*digit < 0) {
			*digit = (signed char)(*digit + 10);
			digit[-1]--;
		}
	}
}

/* School division of both as whole numbers of WIDTH digits: at each place as often as it goes. */
static bool is_multiple_plainly(const struct plain *a, const struct plain *by)
{
	signed char rest[1 + 2 * WIDTH] = { 0 }, divisor[WIDTH];

	for (size_t i = 0; i < WIDTH; i++) {
		rest[1 + WIDTH + i] = (signed char)(a->digits[i] - '0');
		divisor[i] = (signed char)(by->digits[i] - '0');
	}
	for (signed char *window = rest + 1; window <= rest + 1 + WIDTH; window++)
		while (window[-1] > 0 || memcmp(window, divisor, WIDTH) >= 0)
			subtract(window, divisor);
	for (size_t i = 0; i < sizeof(rest); i++)
		if (rest[i])
			return false;
	return true;
}

static void compare_with_plain(struct str a, struct str b)
{
	static struct plain x, y, zero;

	if (!write_out(a, &x) || !write_out(b, &y))
		return;
	memset(zero.digits, '0', WIDTH);
	must(sign(json_number_cmp(a, b)) == compare_plainly(&x, &y));
	must(json_number_is_integer(a) == !has_fraction(&x));
	if (!y.is_negative && memcmp(y.digits, zero.digits, WIDTH) != 0)
		must(json_number_is_multiple(a, b) == is_multiple_plainly(&x, &y));
}

static void convert(struct str text)
{
	struct json node = { .type = JSON_NUMBER, .text = text };
	char *terminated = strndup(text.at, text.len), out[32];
	double value, expected;
	int64_t whole;

	must(terminated);
	expected = strtod(terminated, NULL);
	must(json_to_double(&node, &value) &&
	     (value > expected) == (value < expected)); /* neither is a NaN */
	if (json_to_i64(&node, &whole)) {
		int len = snprintf(out, sizeof(out), "%lld", (long long)whole);

		must(json_number_is_integer(text));
		must(json_number_cmp(text, str_of(out, (size_t)len)) == 0);
	} else if (json_number_is_integer(text)) {
		must(fabs(expected) >= 9.2e18);
	}
	free(terminated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text, a, b;

	if (size > 1500)
		return 0;
	text = b = fuzz_text(data, size);
	a = fuzz_cut(&b);
	if (a.at && b.at && pattern_match(&grammar, a, 0) && pattern_match(&grammar, b, 0)) {
		must(json_number_cmp(a, a) == 0 && json_number_cmp(b, b) == 0);
		must(sign(json_number_cmp(a, b)) == -sign(json_number_cmp(b, a)));
		compare_with_plain(a, b);
		convert(a);
		convert(b);
	}
	fuzz_free(text);
	return 0;
}
