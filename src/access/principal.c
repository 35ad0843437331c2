/* Who sent a request: see principal.h. */
#include "access/principal.h"

static bool has(const struct str *names, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(names[i], name))
			return true;
	return false;
}

bool principal_has_role(const struct principal *principal, struct str role)
{
	return has(principal->roles, principal->role_count, role);
}

bool principal_has_scope(const struct principal *principal, struct str scope)
{
	return has(principal->scopes, principal->scope_count, scope);
}
