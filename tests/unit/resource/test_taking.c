/* Content that a kind takes piece by piece: what the exchange promises it, without any file. */
#include "unit/resource/fixture.h"

/* What the kind below was given, and what it shall say. */
static struct {
	char bytes[256];
	size_t len;
	unsigned pieces, again, ends;
	int says;      /* to a piece */
	int says_end;  /* when all came */
	bool wrote_anything;
} taker;

static int find(struct exchange *x)
{
	FACT(STORE_ANSWERS, true);
	return 0;
}

static int take(struct exchange *x, struct str piece)
{
	int r = taker.says;

	(void)x;
	if (!piece.len) {
		taker.again++;
		return 0;
	}
	assert_true(taker.len + piece.len <= sizeof(taker.bytes));
	memcpy(taker.bytes + taker.len, piece.at, piece.len);
	taker.len += piece.len;
	taker.pieces++;
	return r;
}

static int taken(struct exchange *x)
{
	int r = taker.says_end;

	(void)x;
	taker.ends++;
	taker.says_end = 0;
	return r;
}

static int understand(struct exchange *x)
{
	FACT(SCHEMA_HOLDS, true);
	return 0;
}

static int write_it(struct exchange *x)
{
	taker.wrote_anything = true;
	FACT(WROTE, taker.says != STATUTE_ESYSTEM);
	FACT(DISK_FULL, taker.says == STATUTE_ESYSTEM);
	FACT(CREATED, true);
	FACT(RETURNS_CONTENT, false);
	return 0;
}

static int reply(struct exchange *x)
{
	response_set(&x->response, S("Location"), S("/things/1"));
	return 0;
}

static const struct exchange_kind taking_kind = {
	.name = "taking", .find = find, .take = take, .taken = taken, .understand = understand,
	.write = write_it, .reply = reply,
};

static const struct exchange_kind *kind_of(enum binding_kind kind)
{
	(void)kind;
	return &taking_kind;
}

static int start_taking(void **state)
{
	struct fixture *f;
	int r = start(state);

	f = *state;
	f->host.kind_of = kind_of;
	memset(&taker, 0, sizeof(taker));
	return r;
}

static void begin_post(struct fixture *f, struct talk *talk, const char *content)
{
	begin(f, talk, "POST", "/things", JSON, content);
	assert_int_equal(talk->step, EXCHANGE_CONTENT);
}

static void pieces_come_in_their_order_and_are_never_parsed(void **state)
{
	struct talk talk;

	begin_post(*state, &talk, "{broken");
	assert_int_equal(exchange_content(&talk.x, S("{bro")), EXCHANGE_CONTENT);
	assert_int_equal(exchange_content(&talk.x, S("ken")), EXCHANGE_CONTENT);
	assert_int_equal(exchange_content_end(&talk.x), EXCHANGE_DONE);
	assert_int_equal(talk.x.response.status, 201);
	assert_str(str_of(taker.bytes, taker.len), "{broken");
	assert_int_equal(taker.pieces, 2);
	assert_int_equal(talk.x.content.len, 0);
	exchange_done(&talk.x);
}

static void a_kind_that_is_slow_holds_the_client_back(void **state)
{
	struct talk talk;

	begin_post(*state, &talk, "abcdef");
	taker.says = STATUTE_EAGAIN;
	assert_int_equal(exchange_content(&talk.x, S("abc")), EXCHANGE_WAIT);
	taker.says = 0;
	assert_int_equal(exchange_resume(&talk.x), EXCHANGE_CONTENT);
	assert_int_equal(taker.again, 1);
	assert_int_equal(exchange_content(&talk.x, S("def")), EXCHANGE_CONTENT);
	taker.says_end = STATUTE_EAGAIN;
	assert_int_equal(exchange_content_end(&talk.x), EXCHANGE_WAIT);
	assert_int_equal(exchange_resume(&talk.x), EXCHANGE_DONE);
	assert_int_equal(talk.x.response.status, 201);
	assert_int_equal(taker.ends, 2);
	assert_str(str_of(taker.bytes, taker.len), "abcdef");
	exchange_done(&talk.x);
}

static void a_kind_that_can_take_no_more_is_asked_why_at_once(void **state)
{
	struct talk talk;

	begin_post(*state, &talk, "abcdef");
	taker.says = STATUTE_ESYSTEM;
	assert_int_equal(exchange_content(&talk.x, S("abc")), EXCHANGE_DONE);
	assert_int_equal(talk.x.response.status, 507);
	exchange_done(&talk.x);
}

static void without_memory_it_is_503_and_nothing_is_written(void **state)
{
	struct talk talk;

	begin_post(*state, &talk, "abcdef");
	taker.says = STATUTE_ENOMEM;
	assert_int_equal(exchange_content(&talk.x, S("abc")), EXCHANGE_DONE);
	assert_int_equal(talk.x.response.status, 503);
	assert_false(taker.wrote_anything);
	exchange_done(&talk.x);
}

static void an_operation_has_its_own_maximum(void **state)
{
	struct fixture *f = *state;
	struct talk talk;

	f->settings.content_max = 4;
	begin(f, &talk, "POST", "/things", JSON, "abcdef");
	assert_int_equal(talk.x.response.status, 413);
	exchange_done(&talk.x);
	for (size_t i = 0; i < f->api->path_count; i++)
		if (f->api->paths[i].operations[METHOD_POST])
			f->api->paths[i].operations[METHOD_POST]->content_max = 6;
	begin_post(f, &talk, "abcdef");
	assert_int_equal(exchange_content(&talk.x, S("abcdef")), EXCHANGE_CONTENT);
	assert_int_equal(exchange_content(&talk.x, S("g")), EXCHANGE_DONE);
	assert_int_equal(talk.x.response.status, 413);
	assert_int_equal(taker.len, 6);
	assert_false(taker.wrote_anything);
	exchange_done(&talk.x);
}

static void a_client_that_leaves_is_remembered_as_gone(void **state)
{
	struct talk talk;

	begin_post(*state, &talk, "abcdef");
	assert_int_equal(exchange_content(&talk.x, S("abc")), EXCHANGE_CONTENT);
	exchange_abandon(&talk.x);
	assert_string_equal(talk.x.final_node, "I03");
	assert_false(taker.wrote_anything);
	exchange_done(&talk.x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pieces_come_in_their_order_and_are_never_parsed, start_taking, end),
		cmocka_unit_test_setup_teardown(a_kind_that_is_slow_holds_the_client_back, start_taking, end),
		cmocka_unit_test_setup_teardown(a_kind_that_can_take_no_more_is_asked_why_at_once, start_taking, end),
		cmocka_unit_test_setup_teardown(without_memory_it_is_503_and_nothing_is_written, start_taking, end),
		cmocka_unit_test_setup_teardown(an_operation_has_its_own_maximum, start_taking, end),
		cmocka_unit_test_setup_teardown(a_client_that_leaves_is_remembered_as_gone, start_taking, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
