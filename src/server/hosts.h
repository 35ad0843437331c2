/* The names that a server answers for, as they are given: "shop.test,www.shop.test". */
#ifndef STATUTE_SERVER_HOSTS_H
#define STATUTE_SERVER_HOSTS_H

#include "exchange/exchange.h"

enum { HOSTS_MAX = 100 };

/* Into settings->hosts, in the arena; NULL: any. STATUTE_EINVAL with a line in `problems`, or STATUTE_ENOMEM. */
STATUTE_CHECK int hosts_read(const char *names, struct arena *arena, struct buf *problems,
                             struct exchange_settings *settings);

#endif
