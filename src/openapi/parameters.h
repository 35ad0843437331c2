/*
 * The parameters of a request, read as the document declares them (OpenAPI
 * "style" and "explode"), typed by their schema, and validated.
 */
#ifndef STATUTE_OPENAPI_PARAMETERS_H
#define STATUTE_OPENAPI_PARAMETERS_H

#include "openapi/router.h"

struct parameter_error {
	const char *in;          /* "query", "path", "header", "cookie" */
	struct str name;
	struct str code;         /* as in validationErrors: REQUIRED, TYPE, UNKNOWN_PARAMETER … */
	struct str message;
	const struct json *value;/* what came, or NULL */
};

struct parameter_values {
	struct json **values;    /* one for each operation->parameters; NULL where absent (defaults are filled in) */
	struct parameter_error *errors;
	size_t error_count;
	bool path_is_valid;      /* C04: every path parameter parses to its type and meets its schema */
};

/*
 * Is it the header field Idempotency-Key, of a method that has use for one? Its value is read by
 * whoever keeps answers under it, not as a parameter: what is wrong with it has errors of its own.
 */
bool parameter_is_idempotency_key(const struct parameter *parameter, enum method method);

/*
 * Reads and validates all parameters of `operation`; every error is reported.
 * In strict mode a query name that the operation does not declare is one too.
 * 0 also where there are errors; STATUTE_ENOMEM.
 */
STATUTE_CHECK int parameters_read(const struct operation *operation, const struct route_match *match,
                                  const struct request *request, bool is_strict, struct arena *arena,
                                  struct parameter_values *ret_values);

#endif
