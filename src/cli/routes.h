/* What `statute routes` prints of a document whose answers are found. */
#ifndef STATUTE_CLI_ROUTES_H
#define STATUTE_CLI_ROUTES_H

#include <statute/document.h>
#include <statute/routes.h>

void routes_text(const struct statute_document *document);
void routes_json(const struct statute_document *document);

#endif
