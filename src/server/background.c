/* Work of exchanges on helper threads: see background.h. */
#include "server/background.h"

#include "server/connection.h"

struct background {
	uv_work_t work;
	struct exchange *x;
	void (*fn)(struct exchange *x);
	uint64_t queued, started; /* ns */
};

static void on_background(uv_work_t *work)
{
	struct background *background = work->data;

	background->started = uv_hrtime();
	background->fn(background->x);
}

static void after_background(uv_work_t *work, int status)
{
	struct background *background = work->data;
	struct worker *worker = background->x->host->data;

	(void)status;
	worker->background--;
	worker->admission.background_wait = background->started - background->queued;
	connection_resume(background->x);
}

int background_work(struct exchange *x, void (*fn)(struct exchange *x))
{
	struct worker *worker = x->host->data;
	struct background *background;

	if (!admission_to_background(worker))
		return STATUTE_ELIMIT;
	background = arena_new(&x->arena, struct background);
	if (!background)
		return STATUTE_ENOMEM;
	*background = (struct background){ .x = x, .fn = fn, .queued = uv_hrtime() };
	background->work.data = background;
	if (uv_queue_work(&worker->loop, &background->work, on_background, after_background) < 0)
		return STATUTE_ESYSTEM;
	worker->background++;
	return 0;
}
