/*
 * Writes that began under an earlier spec, while the file already has the layout of a
 * newer one.
 *
 * The earlier one's unique indexes may be gone, so its uniques are looked up; the newer
 * one's references are checked as if the write were its own. What only the newer one
 * forbids is no conflict that the client could be told in the terms of its document: it
 * is asked to come again, and is told then.
 */
#include <stdio.h>

#include "store/engine.h"

enum store_outcome meanwhile_refuse(struct store_session *session)
{
	snprintf(session->cause, sizeof(session->cause),
	         "the document has changed meanwhile, and forbids it");
	return STORE_BUSY;
}

/* The collection of the write as the newest spec has it; NULL where it has none of that name. */
static const struct collection *counterpart(const struct store_session *session,
                                            const struct store_write *write)
{
	const struct store_spec *spec = session->engine->newest->spec;

	for (size_t i = 0; i < spec->count; i++)
		if (str_eq(spec->collections[i]->name, write->collection->name) &&
		    spec->collections[i]->is_singleton == write->collection->is_singleton)
			return spec->collections[i];
	return NULL;
}

/* The conflict is in terms that the write's owner does not know. */
static enum store_outcome in_own_terms(struct store_session *session, struct store_write *write,
                                       enum store_outcome outcome)
{
	if (outcome != STORE_REFERENCE_MISSING && outcome != STORE_IN_USE)
		return outcome;
	write->conflict = (struct store_conflict){ 0 };
	return meanwhile_refuse(session);
}

static enum store_outcome check_uniques(struct store_session *session, struct store_write *write,
                                        struct str id, struct str body)
{
	enum store_outcome outcome = change_name_duplicate(session, write, id, body);

	if (outcome != STORE_UNIQUE || write->conflict.unique != SIZE_MAX)
		return outcome;
	write->conflict = (struct store_conflict){ 0 };
	return STORE_DONE;
}

enum store_outcome meanwhile_check_row(struct store_session *session, struct store_write *write,
                                       struct str id, struct str body)
{
	const struct collection *collection = counterpart(session, write);
	enum store_outcome outcome = check_uniques(session, write, id, body);

	if (outcome != STORE_DONE || !collection)
		return outcome;
	outcome = session_use(session, session->engine->newest);
	if (outcome == STORE_DONE)
		outcome = change_check_references(session, write, collection, body);
	outcome = in_own_terms(session, write, outcome);
	return session_use(session, write->store) == STORE_DONE ? outcome : STORE_NO_MEMORY;
}

enum store_outcome meanwhile_check_users(struct store_session *session, struct store_write *write)
{
	const struct collection *collection = counterpart(session, write);
	enum store_outcome outcome = STORE_DONE;

	if (!collection)
		return outcome;
	outcome = session_use(session, session->engine->newest);
	if (outcome == STORE_DONE)
		outcome = change_check_users(session, write, collection);
	outcome = in_own_terms(session, write, outcome);
	return session_use(session, write->store) == STORE_DONE ? outcome : STORE_NO_MEMORY;
}
