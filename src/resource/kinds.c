/* Which kind serves a binding. */
#include "resource/resource.h"

const struct exchange_kind *resource_kind_of(enum binding_kind kind)
{
	switch (kind) {
	case BINDING_COLLECTION: return &collection_kind;
	case BINDING_ITEM: return &item_kind;
	case BINDING_SINGLETON: return &singleton_kind;
	case BINDING_BATCH: return &batch_kind;
	case BINDING_FEED: return &feed_kind;
	case BINDING_UNSUPPORTED: return &unsupported_kind;
	case BINDING_REDIRECT: return &redirect_kind;
	case BINDING_GONE: return &gone_kind;
	case BINDING_LEGAL: return &legal_kind;
	case BINDING_CHOICES: return &choices_kind;
	case BINDING_JOB: return &job_kind;
	case BINDING_JOB_MONITOR: return &job_monitor_kind;
	case BINDING_JOB_RESULT: return &job_result_kind;
	case BINDING_FILES: return &file_kind;
	case BINDING_UPLOAD: return &upload_kind;
	case BINDING_NONE: break;
	}
	return NULL;
}

struct change *change_of(struct exchange *x)
{
	if (!x->kind_data)
		x->kind_data = arena_new(&x->arena, struct change);
	return x->kind_data;
}
