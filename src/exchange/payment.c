/* Has the client paid? The fact PAYMENT_DUE (D06a), where an operation asks. */
#include "exchange/facts.h"

/* A claim of a token, or a member of the row that a client is. Who is not known owes nothing. */
bool exchange_payment_is_due(const struct exchange *x)
{
	const struct payment *payment = x->bound ? x->bound->payment : NULL;
	const struct json *claim = payment ? json_get(x->principal.claims, payment->claim) : NULL;

	json_each(due, claim ? payment->due : NULL)
		if (json_equal(due, claim))
			return true;
	return false;
}
