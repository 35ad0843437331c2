/* The examples of styles are those of OpenAPI 3.1.1, section 4.8.12.6, and RFC 6570. */
#include "unit/openapi/folder.h"

#include "openapi/parameters.h"

static struct router *router;
static struct parameter_values values;

/* GET /t/{p} with these parameters, one a line. */
static void declare(const char *parameters)
{
	struct str text = str_printf(&arena,
	                             HEAD_3_1
	                             "paths:\n  '/t/{p}':\n    get:\n      parameters:\n%s\n"
	                             "components:\n"
	                             "  schemas:\n"
	                             "    color: {type: object, properties: {R: {type: integer}, G: {type: "
	                             "integer}, B: {type: integer}}}\n"
	                             "    ints: {type: array, items: {type: integer}}\n"
	                             "    texts: {type: array, items: {type: string}}\n",
	                             parameters);

	write_file("shop.yaml", text);
	document = NULL;
	if (document_load(&arena, "shop.yaml", &document) != 0)
		fail_msg("%.*s", STR_ARG(issues_text()));
	assert_int_equal(router_new(document, &router), 0);
}

static void read_request(const char *path, const char *query, struct field *fields, size_t field_count,
                         bool is_strict)
{
	struct request request = {
		.method = METHOD_GET,
		.path = str_from(path),
		.query = str_from(query),
		.fields = fields,
		.field_count = field_count,
	};
	struct route_match match;

	assert_true(router_match(router, request.path, &arena, &match));
	assert_int_equal(
		parameters_read(document->operations[0], &match, &request, is_strict, &arena, &values), 0);
}

/* The value of the parameter `name` as JSON, or "-" where it is absent. */
static struct str value_of(const char *name)
{
	const struct operation *op = document->operations[0];
	struct buf buf;

	for (size_t i = 0; i < op->parameter_count; i++) {
		if (!str_eq(op->parameters[i].name, str_from(name)))
			continue;
		if (!values.values[i])
			return S("-");
		buf_init(&buf, &arena, 65536);
		json_write(&buf, values.values[i]);
		return buf_str(&buf);
	}
	return S("?");
}

/* "query limit TYPE 7; …" */
static struct str errors_text(void)
{
	struct buf buf;

	buf_init(&buf, &arena, 65536);
	for (size_t i = 0; i < values.error_count; i++) {
		const struct parameter_error *e = &values.errors[i];

		buf_printf(&buf, "%s%s %.*s %.*s", i ? "; " : "", e->in, STR_ARG(e->name), STR_ARG(e->code));
		assert_true(e->message.len > 0);
	}
	return buf_str(&buf);
}

#define ASSERT_QUERY(query, name, expected) \
	do { \
		read_request("/t/x", query, NULL, 0, false); \
		assert_str(errors_text(), ""); \
		assert_str(value_of(name), expected); \
	} while (0)
#define ASSERT_PATH(path, expected) \
	do { \
		read_request("/t/" path, NULL, NULL, 0, false); \
		assert_str(errors_text(), ""); \
		assert_true(values.path_is_valid); \
		assert_str(value_of("p"), expected); \
	} while (0)
#define ASSERT_ERRORS(query, expected) \
	do { \
		read_request("/t/x", query, NULL, 0, false); \
		assert_str(errors_text(), expected); \
	} while (0)
#define ASSERT_FIELD(field_name, field_value, parameter, expected) \
	do { \
		struct field one = { .name = S(field_name), .value = S(field_value) }; \
		read_request("/t/x", NULL, &one, 1, false); \
		assert_str(errors_text(), ""); \
		assert_str(value_of(parameter), expected); \
	} while (0)

#define REFUSED_PATH(path) \
	do { \
		read_request("/t/" path, NULL, NULL, 0, false); \
		assert_false(values.path_is_valid); \
	} while (0)
#define PARAMETER(text) "        - " text "\n"
#define ANY_PATH PARAMETER("{name: p, in: path, required: true, schema: {}}")
#define QUERY(name, rest) ANY_PATH PARAMETER("{name: " name ", in: query, " rest "}")
#define COLOR "schema: {$ref: '#/components/schemas/color'}"
#define INTS "schema: {$ref: '#/components/schemas/ints'}"
#define TEXTS "schema: {$ref: '#/components/schemas/texts'}"
#define PATH(rest) PARAMETER("{name: p, in: path, required: true, " rest "}")

static void simple_paths(void **state)
{
	(void)state;
	declare(PATH("schema: {type: string}"));
	ASSERT_PATH("blue", "\"blue\"");
	ASSERT_PATH("a%2Fb%2Cc", "\"a/b,c\"");
	declare(PATH(TEXTS));
	ASSERT_PATH("blue,black,brown", "[\"blue\",\"black\",\"brown\"]");
	ASSERT_PATH("blue%2Cblack,brown", "[\"blue,black\",\"brown\"]");
	declare(PATH("explode: true, " INTS));
	ASSERT_PATH("3,4,5", "[3,4,5]");
	declare(PATH(COLOR));
	ASSERT_PATH("R,100,G,200,B,150", "{\"R\":100,\"G\":200,\"B\":150}");
	declare(PATH("explode: true, " COLOR));
	ASSERT_PATH("R=100,G=200,B=150", "{\"R\":100,\"G\":200,\"B\":150}");
}

static void label_paths(void **state)
{
	(void)state;
	declare(PATH("style: label, schema: {type: string}"));
	ASSERT_PATH(".blue", "\"blue\"");
	ASSERT_PATH(".a.b", "\"a.b\"");
	declare(PATH("style: label, " TEXTS));
	ASSERT_PATH(".blue,black,brown", "[\"blue\",\"black\",\"brown\"]");
	declare(PATH("style: label, explode: true, " TEXTS));
	ASSERT_PATH(".blue.black.brown", "[\"blue\",\"black\",\"brown\"]");
	declare(PATH("style: label, " COLOR));
	ASSERT_PATH(".R,100,G,200,B,150", "{\"R\":100,\"G\":200,\"B\":150}");
	declare(PATH("style: label, explode: true, " COLOR));
	ASSERT_PATH(".R=100.G=200.B=150", "{\"R\":100,\"G\":200,\"B\":150}");
}

static void matrix_paths(void **state)
{
	(void)state;
	declare(PATH("style: matrix, schema: {type: string}"));
	ASSERT_PATH(";p=blue", "\"blue\"");
	ASSERT_PATH(";p", "\"\"");
	ASSERT_PATH(";p=blue;q=red", "\"blue\"");
	ASSERT_PATH(";p=blue%3Bq=red", "\"blue;q=red\"");
	ASSERT_PATH(";p;q=red", "\"\"");
	declare(PATH("style: matrix, schema: {type: integer}"));
	ASSERT_PATH(";p=7", "7");
	REFUSED_PATH(";q=7");
	REFUSED_PATH(";pp=7");
	ASSERT_PATH(";p=7;q=8", "7");
	REFUSED_PATH(";q=8;p=7");
	REFUSED_PATH("p=7");
	REFUSED_PATH(".7");
	declare(PATH("style: matrix, " TEXTS));
	ASSERT_PATH(";p=blue,black,brown", "[\"blue\",\"black\",\"brown\"]");
	REFUSED_PATH(";q=blue,black");
	declare(PATH("style: matrix, explode: true, " TEXTS));
	ASSERT_PATH(";p=blue;p=black;p=brown", "[\"blue\",\"black\",\"brown\"]");
	declare(PATH("style: matrix, " COLOR));
	ASSERT_PATH(";p=R,100,G,200,B,150", "{\"R\":100,\"G\":200,\"B\":150}");
	REFUSED_PATH(";q=R,100,G,200,B,150");
	declare(PATH("style: matrix, explode: true, " COLOR));
	ASSERT_PATH(";R=100;G=200;B=150", "{\"R\":100,\"G\":200,\"B\":150}");
}

static void a_path_that_is_not_of_its_type_is_told_apart(void **state)
{
	(void)state;
	declare(PATH("schema: {type: integer, minimum: 1}")
	                PARAMETER("{name: q, in: query, schema: {type: integer}}"));
	read_request("/t/abc", NULL, NULL, 0, false);
	assert_false(values.path_is_valid);
	assert_str(errors_text(), "path p TYPE");
	read_request("/t/0", NULL, NULL, 0, false);
	assert_false(values.path_is_valid);
	assert_str(errors_text(), "path p MIN_VALUE");
	read_request("/t/7", "q=x", NULL, 0, false);
	assert_true(values.path_is_valid);
	assert_str(errors_text(), "query q TYPE");
	declare(PATH("style: label, schema: {type: integer}"));
	read_request("/t/7", NULL, NULL, 0, false);
	assert_false(values.path_is_valid);
}

static void form_queries(void **state)
{
	(void)state;
	declare(QUERY("color", "schema: {type: string}"));
	ASSERT_QUERY("color=blue", "color", "\"blue\"");
	ASSERT_QUERY("color=", "color", "\"\"");
	ASSERT_QUERY("color", "color", "\"\"");
	ASSERT_QUERY("other=1", "color", "-");
	ASSERT_QUERY("%63olor=a+b%2Bc", "color", "\"a b+c\"");
	declare(QUERY("color", TEXTS));
	ASSERT_QUERY("color=blue&x=1&color=black", "color", "[\"blue\",\"black\"]");
	ASSERT_QUERY("color=a,b", "color", "[\"a,b\"]");
	ASSERT_QUERY("color=", "color", "[]");
	declare(QUERY("color", "explode: false, " TEXTS));
	ASSERT_QUERY("color=blue,black%2Cbrown", "color", "[\"blue\",\"black,brown\"]");
	declare(QUERY("color", COLOR));
	ASSERT_QUERY("R=100&G=200&x=1", "color", "{\"R\":100,\"G\":200}");
	ASSERT_QUERY("x=1", "color", "-");
	declare(QUERY("color", "explode: false, " COLOR));
	ASSERT_QUERY("color=R,100,G,200,B,150", "color", "{\"R\":100,\"G\":200,\"B\":150}");
}

static void delimited_queries(void **state)
{
	(void)state;
	declare(QUERY("color", "style: spaceDelimited, explode: false, " TEXTS));
	ASSERT_QUERY("color=blue%20black+brown", "color", "[\"blue\",\"black\",\"brown\"]");
	declare(QUERY("color", "style: spaceDelimited, " COLOR));
	ASSERT_QUERY("color=R%20100%20G%20200", "color", "{\"R\":100,\"G\":200}");
	declare(QUERY("color", "style: pipeDelimited, explode: false, " INTS));
	ASSERT_QUERY("color=1|2%7C3%7c4", "color", "[1,2,3,4]");
	declare(QUERY("color", "style: pipeDelimited, " COLOR));
	ASSERT_QUERY("color=R|100|G|200", "color", "{\"R\":100,\"G\":200}");
	declare(QUERY("color", "style: pipeDelimited, explode: true, " INTS));
	ASSERT_QUERY("color=1&color=2", "color", "[1,2]");
}

static void deep_objects(void **state)
{
	(void)state;
	declare(QUERY("color", "style: deepObject, explode: true, " COLOR));
	ASSERT_QUERY("color[R]=100&color%5BG%5D=200&colors[x]=1", "color", "{\"R\":100,\"G\":200}");
	ASSERT_QUERY("x=1", "color", "-");
	ASSERT_ERRORS("color[R]=1&color[R]=2", "query color DUPLICATE");
	ASSERT_ERRORS("color[R]=red", "query color.R TYPE");
	declare(QUERY("f", "style: deepObject, explode: true, schema: {type: object, properties: {"
	                   "a: {type: object, properties: {b: {type: boolean}}}, "
	                   "ids: {type: array, items: {type: integer}}}}"));
	ASSERT_QUERY("f[a][b]=true&f[ids][]=1&f[ids][]=2", "f", "{\"a\":{\"b\":true},\"ids\":[1,2]}");
	ASSERT_QUERY("f[ids]=1&f[ids]=2", "f", "{\"ids\":[1,2]}");
	declare(QUERY("expand", "style: deepObject, explode: true, " TEXTS));
	ASSERT_QUERY("expand[]=a&expand[]=b", "expand", "[\"a\",\"b\"]");
	ASSERT_QUERY("expand[0]=a&expand[1]=b", "expand", "[\"a\",\"b\"]");
	ASSERT_QUERY("expand=a&expand=b", "expand", "[\"a\",\"b\"]");
}

static void an_alternative_of_object_and_scalar_takes_either(void **state)
{
	(void)state;
	declare(QUERY("created",
	              "style: deepObject, explode: true, schema: {anyOf: [{type: object, properties: {gt: "
	              "{type: integer}}}, {type: integer}]}"));
	ASSERT_QUERY("created=123", "created", "123");
	ASSERT_ERRORS("created=x", "query created ANY_OF");
	/* a member without a type is what makes the alternative fit */
	declare(QUERY("created",
	              "explode: false, schema: {anyOf: [{type: integer}, {type: object, properties: {n: {const: 5}}}]}"));
	ASSERT_QUERY("created=n,5", "created", "{\"n\":5}");
	ASSERT_QUERY("created=7", "created", "7");
}

static void exploded_objects_leave_other_parameters_alone(void **state)
{
	(void)state;
	declare(QUERY("free", "schema: {type: object, additionalProperties: {type: integer}}")
	                PARAMETER("{name: limit, in: query, schema: {type: integer}}") PARAMETER(
				"{name: deep, in: query, style: deepObject, schema: {type: object}}"));
	ASSERT_QUERY("R=1&limit=5&G=2&deep[x]=y", "free", "{\"R\":1,\"G\":2}");
	assert_str(value_of("limit"), "5");
	assert_str(value_of("deep"), "{\"x\":\"y\"}");
}

static void headers_and_cookies(void **state)
{
	(void)state;
	declare(ANY_PATH PARAMETER("{name: X-Ids, in: header, " INTS "}"));
	ASSERT_FIELD("x-ids", "1, 2,3", "X-Ids", "[1,2,3]");
	declare(ANY_PATH PARAMETER("{name: X-Color, in: header, explode: true, " COLOR "}"));
	ASSERT_FIELD("X-Color", "R=100, G=200", "X-Color", "{\"R\":100,\"G\":200}");
	declare(ANY_PATH PARAMETER("{name: X-Text, in: header, schema: {type: string}}"));
	ASSERT_FIELD("X-Text", "a, b%20c", "X-Text", "\"a, b%20c\"");
	declare(ANY_PATH PARAMETER("{name: sid, in: cookie, schema: {type: integer}}")
	                PARAMETER("{name: ids, in: cookie, explode: false, " INTS "}"));
	ASSERT_FIELD("Cookie", "a=b; sid=42; ids=1,2; sid2=9", "sid", "42");
	assert_str(value_of("ids"), "[1,2]");
	declare(ANY_PATH PARAMETER("{name: c, in: cookie, " COLOR "}"));
	ASSERT_FIELD("cookie", "R=1;G=2", "c", "{\"R\":1,\"G\":2}");
}

static void lines_of_a_header_are_one_list(void **state)
{
	struct field lines[] = {
		{ .name = S("X-Ids"), .value = S("1,2") },
		{ .name = S("Other"), .value = S("9") },
		{ .name = S("x-ids"), .value = S("3") },
	};

	(void)state;
	declare(ANY_PATH PARAMETER("{name: X-Ids, in: header, " INTS "}"));
	read_request("/t/x", NULL, lines, 3, false);
	assert_str(value_of("X-Ids"), "[1,2,3]");
	lines[0].value = S("caf\xE9"); /* not UTF-8 */
	read_request("/t/x", NULL, lines, 1, false);
	assert_str(errors_text(), "header X-Ids FORMAT");
}

static void texts_take_the_type_of_their_schema(void **state)
{
	(void)state;
	declare(QUERY("v", "schema: {type: integer}"));
	ASSERT_QUERY("v=12", "v", "12");
	ASSERT_QUERY("v=-0", "v", "-0");
	ASSERT_QUERY("v=12345678901234567890123", "v", "12345678901234567890123");
	ASSERT_ERRORS("v=abc", "query v TYPE");
	ASSERT_ERRORS("v=1.5", "query v TYPE");
	ASSERT_ERRORS("v=012", "query v TYPE");
	ASSERT_ERRORS("v=%2012", "query v TYPE");
	ASSERT_ERRORS("v=", "query v TYPE");
	declare(QUERY("v", "schema: {type: number}"));
	ASSERT_QUERY("v=1.10", "v", "1.10");
	ASSERT_ERRORS("v=.5", "query v TYPE");
	ASSERT_ERRORS("v=NaN", "query v TYPE");
	declare(QUERY("v", "schema: {type: boolean}"));
	ASSERT_QUERY("v=true", "v", "true");
	ASSERT_QUERY("v=false", "v", "false");
	ASSERT_ERRORS("v=1", "query v TYPE");
	ASSERT_ERRORS("v=True", "query v TYPE");
	declare(QUERY("v", "schema: {type: string}"));
	ASSERT_QUERY("v=12", "v", "\"12\"");
	ASSERT_QUERY("v=true", "v", "\"true\"");
	declare(QUERY("v", "schema: {type: [integer, 'null']}"));
	ASSERT_QUERY("v=", "v", "null");
	ASSERT_QUERY("v=3", "v", "3");
	declare(QUERY("v", "schema: {type: [integer, string], pattern: '^[a-z]+$'}"));
	ASSERT_QUERY("v=12", "v", "12");
	ASSERT_QUERY("v=ab", "v", "\"ab\"");
	declare(QUERY("v", "schema: {}"));
	ASSERT_QUERY("v=12", "v", "\"12\"");
	declare(QUERY("v", "schema: {enum: [1, a]}"));
	ASSERT_QUERY("v=1", "v", "1");
	ASSERT_QUERY("v=a", "v", "\"a\"");
}

static void items_and_members_are_validated_each(void **state)
{
	(void)state;
	declare(QUERY(
		"ids",
		"explode: false, schema: {type: array, maxItems: 3, items: {type: integer, maximum: 9}}"));
	ASSERT_ERRORS("ids=1,x,10", "query ids[1] TYPE; query ids[2] MAX_VALUE");
	ASSERT_ERRORS("ids=1,2,3,4", "query ids MAX_ITEMS");
}

static void json_content_is_parsed(void **state)
{
	(void)state;
	declare(QUERY("at", "content: {application/json: {schema: {type: object, required: [lat], "
	                    "properties: {lat: {type: "
	                    "number}}}}}"));
	ASSERT_QUERY("at=%7B%22lat%22%3A1.50%7D", "at", "{\"lat\":1.50}");
	ASSERT_ERRORS("at=%7B%22lat%22%3A%22x%22%7D", "query at.lat TYPE");
	ASSERT_ERRORS("at=%7B", "query at FORMAT");
	ASSERT_ERRORS("at=1&at=2", "query at DUPLICATE");
}

static void a_scalar_is_given_once(void **state)
{
	(void)state;
	declare(QUERY("v", "schema: {type: integer}"));
	ASSERT_ERRORS("v=1&v=2", "query v DUPLICATE");
	declare(QUERY("v", "explode: false, " INTS));
	ASSERT_ERRORS("v=1&v=2", "query v DUPLICATE");
}

static void absent_parameters_have_their_defaults(void **state)
{
	(void)state;
	declare(QUERY("v", "schema: {type: integer, default: 20}")
	                PARAMETER("{name: w, in: query, schema: {type: string}}")
	                        PARAMETER("{name: X-A, in: header, required: true, schema: {}}")
	                                PARAMETER("{name: c, in: cookie, required: true, schema: {}}"));
	read_request("/t/x", NULL, NULL, 0, false);
	assert_str(value_of("v"), "20");
	assert_str(value_of("w"), "-");
	assert_str(errors_text(), "header X-A REQUIRED; cookie c REQUIRED");
	assert_true(values.path_is_valid);
	declare(QUERY("f", "style: deepObject, explode: true, schema: {type: object, properties: {"
	                   "a: {type: integer, default: 5}, b: {type: integer}}}"));
	ASSERT_QUERY("f[b]=1", "f", "{\"b\":1,\"a\":5}");
}

static void empty_values_are_allowed_where_declared(void **state)
{
	(void)state;
	declare(QUERY("v", "allowEmptyValue: true, schema: {type: boolean}"));
	ASSERT_QUERY("v", "v", "true");
	ASSERT_QUERY("v=", "v", "true");
	ASSERT_QUERY("v=false", "v", "false");
	declare(QUERY("v", "allowEmptyValue: true, schema: {type: integer}"));
	ASSERT_QUERY("v=", "v", "null");
	declare(QUERY("v", "allowEmptyValue: true, schema: {type: string, minLength: 1}"));
	ASSERT_QUERY("v=", "v", "\"\"");
}

static void strict_mode_knows_every_name(void **state)
{
	(void)state;
	declare(QUERY("v", "schema: {type: integer}") PARAMETER("{name: color, in: query, " COLOR "}")
	                PARAMETER("{name: deep, in: query, style: deepObject, schema: {type: object}}"));
	read_request("/t/x", "v=1&R=1&deep[a]=1", NULL, 0, true);
	assert_str(errors_text(), "");
	read_request("/t/x", "v=1&w=2&w=3&%78=1&deep[=1", NULL, 0, true);
	assert_str(errors_text(),
	           "query w UNKNOWN_PARAMETER; query x UNKNOWN_PARAMETER; query deep[ UNKNOWN_PARAMETER");
	read_request("/t/x", "v=1&w=2", NULL, 0, false);
	assert_str(errors_text(), "");
	declare(QUERY("ids", "style: deepObject, explode: true, schema: {type: object, properties: {a: {type: array}}}"));
	read_request("/t/x", "ids[a]=1&ids[a]=2&ids[a][]=3", NULL, 0, true);
	assert_str(errors_text(), "");
	assert_str(value_of("ids"), "{\"a\":[\"1\",\"2\",\"3\"]}");
	/* keys that do not fit the schema, a place past the next one, members of what is none */
	read_request("/t/x", "ids[a][x]=1&ids[a][7]=1&ids[b]=1&ids[b][c]=2", NULL, 0, true);
	assert_str(errors_text(), "query ids[a][x] UNKNOWN_PARAMETER; query ids[a][7] UNKNOWN_PARAMETER; "
	                          "query ids[b][c] UNKNOWN_PARAMETER");
}

static void all_errors_come_at_once(void **state)
{
	(void)state;
	declare(PATH("schema: {type: integer}")
	                PARAMETER("{name: a, in: query, required: true, schema: {type: integer}}")
	                        PARAMETER("{name: b, in: query, schema: {type: integer}}")
	                                PARAMETER("{name: c, in: query, schema: {type: boolean}}"));
	read_request("/t/x", "b=x&c=y&d=z", NULL, 0, true);
	assert_str(errors_text(),
	           "path p TYPE; query a REQUIRED; query b TYPE; query c TYPE; query d UNKNOWN_PARAMETER");
	assert_false(values.path_is_valid);
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	(void)state;
	declare(QUERY("v", "schema: {type: string}"));
	ASSERT_ERRORS("v=%FF", "query v FORMAT");
}

static void names_that_are_no_text_are_refused(void **state)
{
	(void)state;
	declare(QUERY("rest", "schema: {type: object, additionalProperties: {type: string}}"));
	ASSERT_ERRORS("a%FF=1", "query rest FORMAT");
	declare(QUERY("rest", "explode: false, schema: {type: object}"));
	ASSERT_ERRORS("rest=a%FF,1", "query rest FORMAT");
	declare(QUERY("filter", "style: deepObject, schema: {type: object}"));
	ASSERT_ERRORS("filter[a%FF]=1", "query filter FORMAT");
}

static void a_query_of_thousands_of_names_is_refused(void **state)
{
	struct buf buf;

	(void)state;
	declare(QUERY("v", "schema: {type: string}"));
	buf_init(&buf, &arena, 65536);
	buf_lit(&buf, "v=1");
	for (int i = 0; i < 1500; i++)
		buf_lit(&buf, "&a=1");
	buf_add_char(&buf, '\0');
	ASSERT_ERRORS(buf.at, "query  MAX_ITEMS");
	assert_str(value_of("v"), "\"1\"");
	/* what else is wrong is told too */
	read_request("/t/x", buf.at, NULL, 0, true);
	assert_str(errors_text(), "query  MAX_ITEMS; query a UNKNOWN_PARAMETER");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(simple_paths),
		TEST(label_paths),
		TEST(matrix_paths),
		TEST(a_path_that_is_not_of_its_type_is_told_apart),
		TEST(form_queries),
		TEST(delimited_queries),
		TEST(deep_objects),
		TEST(an_alternative_of_object_and_scalar_takes_either),
		TEST(exploded_objects_leave_other_parameters_alone),
		TEST(headers_and_cookies),
		TEST(lines_of_a_header_are_one_list),
		TEST(texts_take_the_type_of_their_schema),
		TEST(items_and_members_are_validated_each),
		TEST(json_content_is_parsed),
		TEST(a_scalar_is_given_once),
		TEST(absent_parameters_have_their_defaults),
		TEST(empty_values_are_allowed_where_declared),
		TEST(strict_mode_knows_every_name),
		TEST(all_errors_come_at_once),
		TEST(bytes_that_are_no_text_are_refused),
		TEST(names_that_are_no_text_are_refused),
		TEST(a_query_of_thousands_of_names_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
