/* Who sent a request, as far as anybody found out. */
#ifndef STATUTE_ACCESS_PRINCIPAL_H
#define STATUTE_ACCESS_PRINCIPAL_H

#include "base/str.h"

struct json;

/* Who sent a request. All texts live as long as the exchange's arena, or longer. */
struct principal {
	struct str id;     /* `sub` of a token, the id of a user's row or of a key; empty: nobody is known */
	struct str scheme; /* name of the security scheme in the document; empty: none was used */
	const struct str *roles;
	size_t role_count;
	const struct str *scopes;
	size_t scope_count;
	const struct json *claims; /* of a token, or the members of the row of a user or a key; else NULL */
};

/* Names are compared byte by byte: "Admin" is not "admin". Pure. */
bool principal_has_role(const struct principal *principal, struct str role);
bool principal_has_scope(const struct principal *principal, struct str scope);

#endif
