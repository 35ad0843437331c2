/* 103 ahead of an answer (RFC 8297), whatever the request came over. */
#ifndef STATUTE_SERVER_EARLY_HINTS_H
#define STATUTE_SERVER_EARLY_HINTS_H

#include "exchange/exchange.h"

/* exchange_host.hint: sends x->bound->early_hints, where a client is there to read them. */
void early_hints_send(struct exchange *x);

#endif
