/*
 * The heads of http-desync-guardian, judged one by one. Where a case disagrees with
 * RFC 9112 it stands in a list below with the section that decides.
 */
#include "unit/wire/desync.h"
#include "unit/wire/drive.h"

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

static enum h1_refusal expected_of_compliant(struct str name)
{
	for (size_t i = 0; i < sizeof(other_than_compliant) / sizeof(*other_than_compliant); i++)
		if (str_eq(str_from(other_than_compliant[i].name), name))
			return other_than_compliant[i].refusal;
	return H1_REFUSAL_NONE;
}

struct count {
	unsigned all, accepted, status[600];
	unsigned reads, lengths,
		others; /* of the accepted: GET or HEAD with content, several lengths, else */
};

static void count_answer(struct count *count, const struct drive *drive)
{
	const struct request *request = &drive->request;

	count->all++;
	if (drive->h1.refusal != H1_REFUSAL_NONE)
		count->status[h1_refusal_row(drive->h1.refusal)->status]++;
	else if (count->accepted++, request->lines[FIELD_CONTENT_LENGTH] > 1)
		count->lengths++;
	else if (request->has_content && (request->method == METHOD_GET || request->method == METHOD_HEAD))
		count->reads++;
	else
		count->others++;
}

/* The head alone is judged: a HEAD event is acceptance, whatever its method. */
static void drive_case(const struct json *test, struct drive *drive)
{
	struct buf bytes;

	buf_init(&bytes, NULL, 1 << 20);
	desync_render(test, &bytes);
	drive_every_way(drive, (struct bytes){ bytes.at, bytes.len }, &h1_limits_default);
	if (!drive->is_over)
		assert_in(drive, "head ");
	buf_done(&bytes);
}

static bool is_of_tier(const struct json *test, const char *tier)
{
	return str_eq(json_get_text(json_get(test, S("expected")), S("tier")), str_from(tier));
}

/* Drives every case of a tier; `judge` says what must hold of each. */
static struct count count_tier(const char *tier,
                               void (*judge)(const struct json *test, const struct drive *drive))
{
	struct arena arena;
	struct count count = { 0 };

	json_each(test, desync_load(&arena)) {
		struct drive drive;

		if (!is_of_tier(test, tier))
			continue;
		drive_case(test, &drive);
		if (judge)
			judge(test, &drive);
		count_answer(&count, &drive);
		drive_done(&drive);
	}
	arena_done(&arena);
	return count;
}

/* The figures of docs/http1.md are these. */
static void assert_in_docs(const char *text)
{
	struct arena arena;
	struct str docs;

	arena_init(&arena, 1 << 16, 1 << 20);
	docs = test_file(&arena, STATUTE_SOURCE_DIR "/docs/http1.md");
	if (!memmem(docs.at, docs.len, text, strlen(text)))
		fail_msg("docs/http1.md does not say: %s", text);
	arena_done(&arena);
}

static void assert_count_in_docs(const char *tier, const struct count *count)
{
	char row[200];

	snprintf(row, sizeof(row), "| %s | %u | %u | %u | %u | %u |\n", tier, count->all, count->accepted,
	         count->status[400], count->status[501], count->status[505]);
	print_message("%s", row);
	assert_in_docs(row);
}

static void judge_compliant(const struct json *test, const struct drive *drive)
{
	struct str name = json_get_text(test, S("name"));

	if (drive->h1.refusal != expected_of_compliant(name))
		fail_msg("%.*s: %s", STR_ARG(name), refusal_name(drive->h1.refusal));
}

static void compliant_heads_are_refused_only_as_the_rfc_says(void **state)
{
	struct count count = count_tier("Compliant", judge_compliant);

	(void)state;
	assert_int_equal(count.all, 28);
	assert_int_equal(count.accepted, 19);
	assert_int_equal(count.status[501], 5);
	assert_int_equal(count.status[400], 4);
	assert_count_in_docs("Compliant", &count);
}

static void judge_severe(const struct json *test, const struct drive *drive)
{
	if (!drive->is_over || h1_refusal_row(drive->h1.refusal)->status != 400)
		fail_msg("%.*s: %s", STR_ARG(json_get_text(test, S("name"))),
		         refusal_name(drive->h1.refusal));
}

static void severe_heads_are_answered_400_and_closed(void **state)
{
	struct count count = count_tier("Severe", judge_severe);

	(void)state;
	assert_int_equal(count.all, 58);
	assert_int_equal(count.status[400], 58);
	assert_count_in_docs("Severe", &count);
}

static void heads_in_between_get_the_same_answer_however_they_come(void **state)
{
	struct count acceptable = count_tier("Acceptable", NULL), ambiguous = count_tier("Ambiguous", NULL);
	char text[200];

	(void)state;
	assert_int_equal(acceptable.all, 15);
	assert_count_in_docs("Acceptable", &acceptable);
	assert_int_equal(ambiguous.all, 58);
	assert_count_in_docs("Ambiguous", &ambiguous);
	snprintf(text, sizeof(text), "content with GET or HEAD (%u),\nthe same Content-Length twice (%u)",
	         ambiguous.reads, ambiguous.lengths);
	assert_in_docs(text);
	snprintf(text, sizeof(text), "mean nothing (%u)", ambiguous.others);
	assert_in_docs(text);
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
