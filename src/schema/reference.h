/* $ref; internal to the room. */
#ifndef STATUTE_SCHEMA_REFERENCE_H
#define STATUTE_SCHEMA_REFERENCE_H

#include "schema/program.h"

/* The check of a $ref: rule->schema is where it leads. */
rule_check check_ref;

#endif
