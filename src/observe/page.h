/*
 * The pages for people: /-/trace/req_... and /-/traces.
 *
 * A page is whole without scripts as far as it says what happened. It holds no
 * script and no style of its own and asks no other host, so that the policy of
 * pages (exchange_guard_page) can forbid both. What a client sent stands in it as
 * escaped text. Pure functions; any thread.
 */
#ifndef STATUTE_OBSERVE_PAGE_H
#define STATUTE_OBSERVE_PAGE_H

#include "observe/trace.h"

/* The page of one request. `is_whole`: blocks of the graph that it never came to are drawn open too. */
void page_trace(const struct trace *trace, bool is_whole, struct buf *buf);

#endif
