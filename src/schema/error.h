/* The list of errors after a walk; internal to the room. */
#ifndef STATUTE_SCHEMA_ERROR_H
#define STATUTE_SCHEMA_ERROR_H

#include "schema/walk.h"

/* Adds an error, unless there is the same already. */
void errors_append(struct walk *walk, const struct schema_error *error);
/* Takes the values of secret places out of the errors. */
void errors_hide_secrets(struct walk *walk);

#endif
