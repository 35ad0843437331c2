/*
 * The heads of http-desync-guardian, judged one by one. Where a case disagrees with
 * RFC 9112 it stands in a list below with the section that decides.
 */
#include "unit/wire/drive.h"

#include <jansson.h>

/*
 * Heads that the collection calls compliant and that get another answer here.
 *  501: RFC 9112 section 6.1, a transfer coding that is not understood.
 *  400: as said for each.
 */
static const struct {
	const char *name;
	enum h1_refusal refusal;
} other_than_compliant[] = {
	{ "Correct TE OK", H1_REFUSAL_UNKNOWN_CODING },
	{ "Transfer-Encoding: identity and chunked OK", H1_REFUSAL_UNKNOWN_CODING },
	{ "Multiple transfer encoding headers in a single request OK", H1_REFUSAL_UNKNOWN_CODING },
	{ "Different Transfer-Encoding headers", H1_REFUSAL_UNKNOWN_CODING },
	{ "Different Transfer-Encoding headers combined", H1_REFUSAL_UNKNOWN_CODING },
	/* Section 7.1: chunked has no parameters, "their presence SHOULD be treated as an error". */
	{ "TE with custom parameters OK", H1_REFUSAL_CHUNKED_PARAMETERS },
	/* Section 7: "gzip ; " is no transfer-coding, a parameter must follow the semicolon. */
	{ "Transfer-Encoding with a param: chunked;custom_param", H1_REFUSAL_BAD_CODING },
	/* Section 3.2: a request target has no fragment. */
	{ "Compliant URL", H1_REFUSAL_FRAGMENT },
	/* Section 3.2: a request target is not empty. */
	{ "Empty URI", H1_REFUSAL_BAD_REQUEST_LINE },
};

static enum h1_refusal expected_of_compliant(const char *name)
{
	for (size_t i = 0; i < sizeof(other_than_compliant) / sizeof(*other_than_compliant); i++)
		if (strcmp(other_than_compliant[i].name, name) == 0)
			return other_than_compliant[i].refusal;
	return H1_REFUSAL_NONE;
}

static struct str text_of(const json_t *object, const char *key)
{
	const json_t *text = json_object_get(object, key);

	return str_of(json_string_value(text), json_string_length(text));
}

/* The case as bytes, with a Host where it has none: the collection does not ask for one. */
static void render(const json_t *test, struct buf *out)
{
	const json_t *fields = json_object_get(test, "headers");
	bool has_host = false;

	buf_reset(out);
	buf_add(out, text_of(test, "method"));
	buf_add_char(out, ' ');
	buf_add(out, text_of(test, "uri"));
	buf_add_char(out, ' ');
	buf_add(out, text_of(test, "version"));
	buf_lit(out, "\r\n");
	for (size_t i = 0; i < json_array_size(fields); i++)
		has_host |= str_eq_nocase(text_of(json_array_get(fields, i), "name"), S("Host"));
	if (!has_host)
		buf_lit(out, "Host: localhost\r\n");
	for (size_t i = 0; i < json_array_size(fields); i++) {
		buf_add(out, text_of(json_array_get(fields, i), "name"));
		buf_add_char(out, ':');
		buf_add(out, text_of(json_array_get(fields, i), "value"));
		buf_lit(out, "\r\n");
	}
	buf_lit(out, "\r\n");
}

struct count {
	unsigned all, accepted, status[600];
};

static void count_answer(struct count *count, const struct drive *drive)
{
	count->all++;
	if (drive->h1.refusal == H1_REFUSAL_NONE)
		count->accepted++;
	else
		count->status[h1_refusal_row(drive->h1.refusal)->status]++;
}

static void print_count(const char *tier, const struct count *count)
{
	print_message("%-10s %3u: %u accepted, %u answered 400, %u 501, %u 505\n", tier, count->all,
	              count->accepted, count->status[400], count->status[501], count->status[505]);
}

/* The head alone is judged: a HEAD event is acceptance, whatever its method. */
static void drive_case(const json_t *test, struct drive *drive)
{
	struct buf bytes;

	buf_init(&bytes, NULL, 1 << 20);
	render(test, &bytes);
	drive_every_way(drive, (struct bytes){ bytes.at, bytes.len }, &h1_limits_default);
	if (!drive->is_over)
		assert_in(drive, "head ");
	buf_done(&bytes);
}

static json_t *load_cases(void)
{
	json_t *cases = json_load_file(test_data("http-desync/cases.json"), JSON_ALLOW_NUL, NULL);

	assert_true(json_array_size(cases) == 159);
	return cases;
}

static bool is_of_tier(const json_t *test, const char *tier)
{
	return strcmp(json_string_value(json_object_get(json_object_get(test, "expected"), "tier")), tier) ==
	       0;
}

static void compliant_heads_are_refused_only_as_the_rfc_says(void **state)
{
	json_t *cases = load_cases(), *test;
	struct count count = { 0 };
	size_t i;

	(void)state;
	json_array_foreach(cases, i, test)
	{
		struct drive drive;
		const char *name = json_string_value(json_object_get(test, "name"));

		if (!is_of_tier(test, "Compliant"))
			continue;
		drive_case(test, &drive);
		if (drive.h1.refusal != expected_of_compliant(name))
			fail_msg("%s: %s", name, refusal_name(drive.h1.refusal));
		count_answer(&count, &drive);
		drive_done(&drive);
	}
	print_count("Compliant", &count);
	assert_int_equal(count.all, 28);
	assert_int_equal(count.accepted, 19);
	assert_int_equal(count.status[501], 5);
	assert_int_equal(count.status[400], 4);
	json_decref(cases);
}

static void severe_heads_are_answered_400_and_closed(void **state)
{
	json_t *cases = load_cases(), *test;
	struct count count = { 0 };
	size_t i;

	(void)state;
	json_array_foreach(cases, i, test)
	{
		struct drive drive;
		const char *name = json_string_value(json_object_get(test, "name"));

		if (!is_of_tier(test, "Severe"))
			continue;
		drive_case(test, &drive);
		if (!drive.is_over || h1_refusal_row(drive.h1.refusal)->status != 400)
			fail_msg("%s: %s", name, refusal_name(drive.h1.refusal));
		count_answer(&count, &drive);
		drive_done(&drive);
	}
	print_count("Severe", &count);
	assert_int_equal(count.all, 58);
	assert_int_equal(count.status[400], 58);
	json_decref(cases);
}

static void count_tier(const json_t *cases, const char *tier, unsigned all)
{
	struct count count = { 0 };
	json_t *test;
	size_t i;

	json_array_foreach(cases, i, test)
	{
		struct drive drive;

		if (!is_of_tier(test, tier))
			continue;
		drive_case(test, &drive);
		count_answer(&count, &drive);
		drive_done(&drive);
	}
	print_count(tier, &count);
	assert_int_equal(count.all, all);
}

static void heads_in_between_get_the_same_answer_however_they_come(void **state)
{
	json_t *cases = load_cases();

	(void)state;
	count_tier(cases, "Acceptable", 15);
	count_tier(cases, "Ambiguous", 58);
	json_decref(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compliant_heads_are_refused_only_as_the_rfc_says),
		cmocka_unit_test(severe_heads_are_answered_400_and_closed),
		cmocka_unit_test(heads_in_between_get_the_same_answer_however_they_come),
	};

	return cmocka_run_group_tests_name("wire/desync", tests, NULL, NULL);
}
