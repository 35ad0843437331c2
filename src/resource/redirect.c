/* A path that moved: rows C05. */
#include "resource/resource.h"

static int reply(struct exchange *x)
{
	const struct redirect *redirect = x->bound->special.said;

	if (redirect->cache_control.len)
		response_set(&x->response, S("Cache-Control"), redirect->cache_control);
	return exchange_reply_elsewhere(x, exchange_target(x, &redirect->to, (struct str){ 0 }, NULL, true));
}

const struct exchange_kind redirect_kind = {
	.name = "redirect",
	.reply = reply,
};
