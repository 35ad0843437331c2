/*
 * Who sent a request: the facts of phase ACCESS. They are found when the walk first asks for
 * them, so that a request that ends before block D checks no credentials.
 */
#include "exchange/facts.h"

int exchange_find_identity(struct exchange *x, enum statute_fact asked)
{
	if (asked == STATUTE_FACT_HAS_CREDENTIALS)
		FACT(HAS_CREDENTIALS, request_has(&x->request, FIELD_AUTHORIZATION));
	statute_facts_settle(&x->facts, STATUTE_PHASE_ACCESS);
	return statute_fact_known(&x->facts, asked) ? 0 : STATUTE_EINVAL;
}
