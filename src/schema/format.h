/*
 * Formats (JSON Schema Validation, section 7.3; the format registry of OpenAPI);
 * internal to the room. Unknown formats only annotate.
 */
#ifndef STATUTE_SCHEMA_FORMAT_H
#define STATUTE_SCHEMA_FORMAT_H

#include "json/json.h"

struct format;

/* NULL where the name is unknown. `is_openapi`: those that OpenAPI adds are known too. */
const struct format *format_find(struct str name, bool is_openapi);
/* Before the first check of a format. Returns 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int format_prepare(const struct format *format);
bool format_check(const struct format *format, const struct json *node);
/* "a valid e-mail address": static text. */
const char *format_description(const struct format *format);
/* The types of JSON that it looks at: 1u << json_type. */
unsigned format_applies(const struct format *format);

/* One function a format, or a few that belong together: format_time.c, format_net.c, format_uri.c. */
bool format_is_date(struct str text);
bool format_is_time(struct str text);
bool format_is_date_time(struct str text);
bool format_is_duration(struct str text);
bool format_is_ipv4(struct str text);
bool format_is_ipv6(struct str text);
bool format_is_hostname(struct str text);
bool format_is_idn_hostname(struct str text);
bool format_is_email(struct str text);
bool format_is_idn_email(struct str text);
bool format_is_uri(struct str text);
bool format_is_uri_reference(struct str text);
bool format_is_iri(struct str text);
bool format_is_iri_reference(struct str text);
bool format_is_uri_template(struct str text);

#endif
