/* The table of formats, and the small ones: see format.h. */
#include "schema/format.h"

#include <math.h>

#include "json/pointer.h"
#include "schema/idna.h"
#include "schema/regex.h"

enum { ON_TEXT = 1u << JSON_STRING, ON_NUMBER = 1u << JSON_NUMBER };

struct format {
	struct str name;
	const char *description;
	bool (*text)(struct str text); /* one of these two */
	bool (*number)(const struct json *number);
	bool is_openapi;
};

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 9562, any version and variant. */
static bool is_uuid(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool wants_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (wants_dash ? text.at[i] != '-' : !is_hex(text.at[i]))
			return false;
	}
	return text.len == 36;
}

static bool is_regex(struct str text)
{
	struct regex_fault fault;

	return regex_translate(text, NULL, &fault) == 0;
}

static bool is_relative_pointer(struct str text)
{
	size_t digits = 0;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	if (!digits || (digits > 1 && text.at[0] == '0'))
		return false;
	text = str_sub(text, digits, text.len);
	return str_eq(text, S("#")) || json_pointer_is_valid(text);
}

/* base64 with its padding (RFC 4648, section 4). */
static bool is_base64(struct str text)
{
	size_t len = text.len;

	if (len % 4)
		return false;
	for (size_t i = 0; i < 2 && len && text.at[len - 1] == '='; i++)
		len--;
	for (size_t i = 0; i < len; i++) {
		char c = text.at[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    c != '+' && c != '/')
			return false;
	}
	return true;
}

static bool is_int32(const struct json *number)
{
	int64_t value;

	return json_to_i64(number, &value) && value >= INT32_MIN && value <= INT32_MAX;
}

static bool is_int64(const struct json *number)
{
	int64_t value;

	return json_to_i64(number, &value);
}

static bool is_double(const struct json *number)
{
	double value;

	return json_to_double(number, &value) && isfinite(value);
}

static bool is_float(const struct json *number)
{
	double value;

	return json_to_double(number, &value) && isfinite((float)value);
}

static const struct format formats[] = {
	{ STR_INIT("date-time"), "a date-time as in 2026-01-31T12:00:00Z", format_is_date_time, NULL, false },
	{ STR_INIT("date"), "a date as in 2026-01-31", format_is_date, NULL, false },
	{ STR_INIT("time"), "a time as in 12:00:00Z", format_is_time, NULL, false },
	{ STR_INIT("duration"), "a duration as in P1DT12H", format_is_duration, NULL, false },
	{ STR_INIT("email"), "a valid e-mail address", format_is_email, NULL, false },
	{ STR_INIT("idn-email"), "a valid e-mail address", format_is_idn_email, NULL, false },
	{ STR_INIT("hostname"), "a valid host name", format_is_hostname, NULL, false },
	{ STR_INIT("idn-hostname"), "a valid host name", format_is_idn_hostname, NULL, false },
	{ STR_INIT("ipv4"), "an IPv4 address as in 192.0.2.1", format_is_ipv4, NULL, false },
	{ STR_INIT("ipv6"), "an IPv6 address as in 2001:db8::1", format_is_ipv6, NULL, false },
	{ STR_INIT("uri"), "a valid absolute URI", format_is_uri, NULL, false },
	{ STR_INIT("uri-reference"), "a valid URI or relative reference", format_is_uri_reference, NULL,
	  false },
	{ STR_INIT("iri"), "a valid absolute IRI", format_is_iri, NULL, false },
	{ STR_INIT("iri-reference"), "a valid IRI or relative reference", format_is_iri_reference, NULL,
	  false },
	{ STR_INIT("uri-template"), "a valid URI template", format_is_uri_template, NULL, false },
	{ STR_INIT("uuid"), "a UUID as in 123e4567-e89b-12d3-a456-426614174000", is_uuid, NULL, false },
	{ STR_INIT("regex"), "a valid regular expression", is_regex, NULL, false },
	{ STR_INIT("json-pointer"), "a valid JSON Pointer", json_pointer_is_valid, NULL, false },
	{ STR_INIT("relative-json-pointer"), "a valid relative JSON Pointer", is_relative_pointer, NULL,
	  false },
	{ STR_INIT("byte"), "text in base64", is_base64, NULL, true },
	{ STR_INIT("int32"), "a whole number from -2147483648 to 2147483647", NULL, is_int32, true },
	{ STR_INIT("int64"), "a whole number from -9223372036854775808 to 9223372036854775807", NULL,
	  is_int64, true },
	{ STR_INIT("float"), "a number within the range of a 32-bit float", NULL, is_float, true },
	{ STR_INIT("double"), "a number within the range of a 64-bit float", NULL, is_double, true },
};

const struct format *format_find(struct str name, bool is_openapi)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (str_eq(formats[i].name, name) && (is_openapi || !formats[i].is_openapi))
			return &formats[i];
	return NULL;
}

int format_prepare(const struct format *format)
{
	bool has_names = format->text == format_is_hostname || format->text == format_is_idn_hostname ||
	                 format->text == format_is_email || format->text == format_is_idn_email;

	return has_names ? idna_prepare() : 0;
}

bool format_check(const struct format *format, const struct json *node)
{
	return format->text ? format->text(node->text) : format->number(node);
}

const char *format_description(const struct format *format)
{
	return format->description;
}

unsigned format_applies(const struct format *format)
{
	return format->text ? ON_TEXT : ON_NUMBER;
}
