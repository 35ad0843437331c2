/*
 * Who may use an operation: `securitySchemes` and `security` of a document (OpenAPI 3.1
 * sections 4.8.27 and 4.8.30), and what x-statute says of them, made ready to be evaluated
 * without memory.
 *
 * `security` is a list of choices, of which one must hold; a choice names schemes, all of
 * which must hold. What cannot be checked here is a fault, which counts only where
 * security is not turned off: whoever serves the document reports it.
 */
#ifndef STATUTE_OPENAPI_SECURITY_H
#define STATUTE_OPENAPI_SECURITY_H

#include "json/json.h"

/* By how credentials are checked: http bearer, oauth2 and openIdConnect all send a token. */
enum security_kind { SECURITY_TOKEN, SECURITY_PASSWORD, SECURITY_API_KEY, SECURITY_KINDS };

/* Why something cannot be checked. */
struct security_fault {
	const char *issue, *remedy; /* NULL: none */
	uint32_t at;
};

/* Where an API key is sent. */
enum security_place { SECURITY_IN_HEADER, SECURITY_IN_COOKIE, SECURITY_IN_QUERY };

/* The rows of a collection that credentials are checked against; the names are of members. */
struct security_rows {
	const struct resource *resource; /* NULL: no collection is named */
	size_t member;      /* unique: a user's name, or a key's hash */
	struct str password;
	struct str owner;   /* its value is who it is; empty: the row's id is */
	struct str roles;   /* a text, or a list of texts; empty: there are none */
	struct str expires; /* a date-time; empty: it never does */
};

struct security_scheme {
	struct str name;
	enum security_kind kind;
	size_t index;              /* in api->schemes */
	bool is_used;              /* some operation names it */
	bool lists_scopes;         /* oauth2, openIdConnect: a requirement lists scopes; else roles */
	struct security_fault fault;
	const struct json *extension; /* its x-statute, or NULL */
	uint32_t at;

	struct str field;          /* API_KEY: the name of the header field, cookie or parameter */
	enum security_place place; /* API_KEY */
	struct security_rows rows; /* API_KEY, PASSWORD */

	/* TOKEN: what is demanded of one. */
	struct str keys;           /* a path, or a URL, NUL-terminated; empty: none are named */
	bool keys_are_remote;      /* a URL */
	struct str discovery;      /* openIdConnect: the URL of what says where the keys are; empty: there is none */
	struct str discovered;     /* the issuer that stands at that URL */
	uint32_t keys_at;
	struct str issuer;
	const struct str *audience;
	size_t audience_count;
	int64_t leeway_s;
	struct str roles_claim, scopes_claim;
	struct str required_type;  /* of the token's header: "at+jwt"; empty: any */
};

enum { SECURITY_SCHEMES_MAX = 4 }; /* that one operation can name */

/* One scheme of a choice. */
struct security_demand {
	size_t scheme; /* index into security->schemes */
	const struct str *scopes, *roles; /* all of them; one of the two is empty */
	size_t scope_count, role_count;
};

struct security_choice {
	const struct security_demand *demands;
	size_t count;
};

/* Of an operation that names at least one scheme. */
struct security {
	const struct security_scheme *schemes[SECURITY_SCHEMES_MAX];
	struct str challenges[SECURITY_SCHEMES_MAX]; /* of each: a value of WWW-Authenticate, without an error */
	size_t scheme_count;
	const struct security_choice *choices;
	size_t choice_count;
	bool is_optional;          /* an empty choice is among them */
	const struct str *roles;   /* x-statute: one of these; none: not asked */
	size_t role_count;
	const char *missing_code;  /* "TOKEN_MISSING": the error code where nothing was sent */
	struct str vary;           /* the request fields that credentials come in, for Vary */
	struct str accept_vary;    /* "Accept" and those */
	struct security_fault fault;
};

struct binder;
struct operation;
struct bound_operation;

/* The document's schemes, to binder->api. What is wrong under x-statute is an issue. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int bind_security_schemes(struct binder *binder);
/* The rows of the schemes that are checked against some. After the resources. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int bind_security_rows(struct binder *binder);
/* Lists of roles that a path has for methods which it does not have are issues: nobody would be asked for them. */
void bind_check_roles(struct binder *binder, const struct path_item *item, const struct resource *resource);
/*
 * bound->security, and needs_credentials. After the schemes. What is wrong under x-statute is
 * an issue. 0 or STATUTE_ENOMEM.
 */
STATUTE_CHECK int bind_security(struct binder *binder, const struct operation *operation,
                                struct bound_operation *bound);

/* The error codes of a 401 after credentials of a kind were sent; NULL past the last. Static text. */
const char *security_invalid_code(enum security_kind kind, size_t index);

#endif
