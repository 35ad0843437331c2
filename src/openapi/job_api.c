/*
 * Where jobs are looked at, x-statute: {jobs: true} and {job-result: true}, and what holds for all
 * jobs of a document: each can be watched, by whoever made it.
 */
#include "openapi/binder.h"

enum { ROLES_MAX = 64 };

#define MONITOR_EXAMPLE "write jobs: true, or jobs: {roles: [admin]}, on /jobs/{id}"

/* The rows of jobs. What a client sees of them, src/jobs/record.h says. */
static int make_collection(struct binder *binder, struct collection *collection)
{
	static const struct store_member members[JOB_MEMBERS] = {
		[JOB_MEMBER_OPERATION] = { STR_INIT("operation"), STORE_TEXT, false },
		[JOB_MEMBER_STATUS] = { STR_INIT("status"), STORE_TEXT, true },
		[JOB_MEMBER_UNTIL] = { STR_INIT("until"), STORE_INTEGER, true },
	};
	struct store_member *own = arena_array(binder->arena, JOB_MEMBERS, sizeof(*own));

	if (!own)
		return STATUTE_ENOMEM;
	memcpy(own, members, sizeof(members));
	*collection = (struct collection){
		.name = S("_job"),
		.id_name = S("jobId"),
		.id_kind = STORE_ID_UUID,
		.members = own,
		.member_count = JOB_MEMBERS,
		.is_own = true,
	};
	return 0;
}

struct job_api *job_api_of(struct binder *binder)
{
	struct job_api *api = binder->api->jobs;

	if (api)
		return api;
	api = arena_new(binder->arena, struct job_api);
	if (!api || make_collection(binder, &api->collection) < 0)
		return NULL;
	binder->api->jobs = api;
	return api;
}

/* ---- jobs ----------------------------------------------------------------- */

static int read_roles(struct binder *binder, const struct json *value, struct resource_roles *roles)
{
	struct str *names = arena_array(binder->arena, value->count + 1, sizeof(*names));

	if (!names)
		return STATUTE_ENOMEM;
	roles->names = names;
	if (!json_is(value, JSON_ARRAY) || !value->count || value->count > ROLES_MAX) {
		issues_add(binder->issues, value->at, "write roles: [admin]",
		           "x-statute.jobs.roles is no list of roles");
		return 0;
	}
	json_each(name, value) {
		if (json_is(name, JSON_STRING) && name->text.len)
			names[roles->count++] = name->text;
		else
			issues_add(binder->issues, name->at, "write roles: [admin]", "a role is a text");
	}
	return 0;
}

int job_monitor_read(struct binder *binder, const struct path_item *path, const struct json *value,
                     const void **ret_said)
{
	struct resource_roles *roles = arena_new(binder->arena, struct resource_roles);
	int r;

	(void)path;
	if (!roles)
		return STATUTE_ENOMEM;
	if (!json_is_true(value) && !json_is(value, JSON_OBJECT))
		issues_add(binder->issues, value->at, MONITOR_EXAMPLE,
		           "x-statute.jobs is neither true nor an object");
	json_each(member, json_is(value, JSON_OBJECT) ? value : NULL) {
		if (!str_eq(member->name, S("roles")))
			issues_add(binder->issues, member->name_at, "use roles",
			           "x-statute.jobs has no key '%.*s'", STR_ARG(member->name));
		else if ((r = read_roles(binder, member, roles)) < 0)
			return r;
	}
	*ret_said = roles;
	return 0;
}

/* Is the id of a job the one parameter, so that a path can be made of it? */
static bool names_one_job(const struct path_item *path)
{
	return path->parameter_count == 1;
}

int job_monitor_complete(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	const struct path_item *path = operation->path;
	struct job_api *api = job_api_of(binder);

	if (!api)
		return STATUTE_ENOMEM;
	if (operation->method != METHOD_GET && operation->method != METHOD_DELETE &&
	    operation->method != METHOD_HEAD)
		issues_add(binder->issues, operation->at,
		           "leave GET, which watches a job, and DELETE, which cancels it",
		           "the monitor of jobs takes no %.*s", STR_ARG(method_name(operation->method)));
	if (!names_one_job(path))
		issues_add(binder->issues, path->at, MONITOR_EXAMPLE,
		           "the monitor of jobs has the job's id as its one parameter");
	else if (api->monitor && api->monitor != path)
		issues_add(binder->issues, path->at, "keep one of them",
		           "jobs have another monitor already, %.*s", STR_ARG(api->monitor->template_text));
	api->monitor = path;
	api->monitor_at = path->at;
	api->roles = *(const struct resource_roles *)bound->special.said;
	return 0;
}

/* ---- job-result ----------------------------------------------------------- */

int job_result_read(struct binder *binder, const struct path_item *path, const struct json *value,
                    const void **ret_said)
{
	(void)path;
	if (!json_is_true(value))
		issues_add(binder->issues, value->at, "write job-result: true on /jobs/{id}/result",
		           "x-statute.job-result can only be true");
	*ret_said = value;
	return 0;
}

int job_result_complete(struct binder *binder, struct bound_operation *bound)
{
	const struct operation *operation = bound->operation;
	const struct path_item *path = operation->path;
	struct job_api *api = job_api_of(binder);

	if (!api)
		return STATUTE_ENOMEM;
	if (operation->method != METHOD_GET && operation->method != METHOD_HEAD)
		issues_add(binder->issues, operation->at, "leave GET alone",
		           "the result of a job takes no %.*s", STR_ARG(method_name(operation->method)));
	if (!names_one_job(path))
		issues_add(binder->issues, path->at, "write job-result: true on /jobs/{id}/result",
		           "the result of a job has the job's id as its one parameter");
	else if (api->result && api->result != path)
		issues_add(binder->issues, path->at, "keep one of them",
		           "jobs have another result already, %.*s", STR_ARG(api->result->template_text));
	api->result = path;
	return 0;
}

/* ---- All together --------------------------------------------------------- */

static const struct bound_operation *bound_at(const struct binder *binder, const struct path_item *path,
                                              enum method method)
{
	return binder->api->paths[path->index].operations[method];
}

/* Who makes a job must be able to be known where it is watched, else nobody ever sees it. */
static void check_operation(struct binder *binder, const struct bound_operation *bound)
{
	const struct job_api *api = binder->api->jobs;
	const struct bound_operation *monitor = bound_at(binder, api->monitor, METHOD_GET);

	if (bound->kind == BINDING_JOB && bound->security && !monitor->security)
		issues_add(binder->issues, monitor->operation->at, "give it the same `security`",
		           "a job of %.*s is seen by who made it alone, and this monitor knows nobody",
		           STR_ARG(bound->operation->path->template_text));
}

static void check_jobs(struct binder *binder)
{
	const struct job_api *api = binder->api->jobs;

	if (!api->monitor) {
		issues_add(binder->issues, api->jobs ? api->jobs->at : 0,
		           "add a path /jobs/{id} with x-statute: {jobs: true}",
		           "nothing of the document shows how a job goes on");
		return;
	}
	if (!bound_at(binder, api->monitor, METHOD_GET)) {
		issues_add(binder->issues, api->monitor_at, "declare GET",
		           "the monitor of jobs cannot be read");
		return;
	}
	for (size_t i = 0; i < binder->document->operation_count; i++) {
		const struct operation *operation = binder->document->operations[i];

		check_operation(binder, bound_at(binder, operation->path, operation->method));
	}
}

/* Where results are found is known once the whole document is. A monitor shows jobs of earlier documents, too. */
static void settle_all(struct binder *binder)
{
	for (size_t i = 0; i < binder->api->path_count; i++)
		for (enum method method = 0; method < METHOD_COUNT; method++) {
			struct bound_operation *bound = binder->api->paths[i].operations[method];

			if (bound && bound->kind == BINDING_JOB)
				job_settle_result(binder->api, bound);
		}
}

int bind_jobs(struct binder *binder)
{
	struct store_spec *spec = &binder->api->spec;
	struct collection **collections;

	if (!binder->api->jobs)
		return 0;
	check_jobs(binder);
	settle_all(binder);
	collections = arena_array(binder->arena, spec->count + 1, sizeof(*collections));
	if (!collections)
		return STATUTE_ENOMEM;
	for (size_t i = 0; i < spec->count; i++)
		collections[i] = spec->collections[i];
	binder->api->jobs->collection.index = spec->count;
	collections[spec->count] = &binder->api->jobs->collection;
	*spec = (struct store_spec){ .collections = collections, .count = spec->count + 1 };
	return 0;
}
