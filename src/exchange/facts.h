/* Inside the exchange: finding facts. */
#ifndef STATUTE_EXCHANGE_FACTS_H
#define STATUTE_EXCHANGE_FACTS_H

#include "exchange/exchange.h"

/* Routes the request, and sets every fact that its head and the server's state settle. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_find_request_facts(struct exchange *x);
/* Parses the content that has come whole, and sets the facts of block I. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int exchange_take_content(struct exchange *x);
/* Completes x->response from x->verdict. */
void exchange_answer(struct exchange *x);

#define FACT(name, is) statute_fact_set(&x->facts, STATUTE_FACT_##name, (is))

#endif
