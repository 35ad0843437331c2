/* The list of errors after a walk; internal to the room. */
#ifndef STATUTE_SCHEMA_ERROR_H
#define STATUTE_SCHEMA_ERROR_H

#include "schema/walk.h"

/* Takes the values of secret places out of the errors. */
void errors_hide_secrets(struct walk *walk);

#endif
