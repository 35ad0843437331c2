/* All rows of a collection: GET lists a page of them, POST makes a new one. */
#include "resource/resource.h"

static bool is_list(const struct exchange *x)
{
	return x->request.method != METHOD_POST;
}

static int reply(struct exchange *x)
{
	return is_list(x) ? resource_reply_page(x) : resource_reply(x);
}

static int check(struct exchange *x)
{
	return is_list(x) ? resource_check_query(x) : 0;
}

const struct exchange_kind collection_kind = {
	.name = "collection",
	.check = check,
	.find = resource_find_page,
	.understand = resource_understand,
	.write = resource_write,
	.reply = reply,
	.explain = resource_explain,
};
