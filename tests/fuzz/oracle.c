/* jansson as a second reader of JSON: see oracle.h. Plain and slow on purpose. */
#include "fuzz/oracle.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOAD = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL,
	DUMP = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY
};

static json_t *load(const char *text, size_t len, bool *ret_is_beyond)
{
	json_error_t error;
	json_t *root = json_loadb(len ? text : "", len, LOAD, &error);

	/* A NUL outside of strings ends the text for jansson, whatever follows. */
	*ret_is_beyond = root && memchr(text, '\0', len);
	if (*ret_is_beyond) {
		json_decref(root);
		return NULL;
	}
	if (!root) {
		enum json_error_code code = json_error_code(&error);

		*ret_is_beyond = code == json_error_numeric_overflow || code == json_error_null_byte_in_key ||
		                 code == json_error_stack_overflow;
	}
	return root;
}

static char *dump(json_t *root)
{
	char *text = json_dumps(root, DUMP);

	json_decref(root);
	return text;
}

char *oracle_canonical(const char *text, size_t len, bool *ret_is_beyond)
{
	json_t *root = load(text, len, ret_is_beyond);

	return root ? dump(root) : NULL;
}

/* A long double holds every 64-bit integer and every double. */
static long double number(const json_t *node)
{
	return json_is_integer(node) ? (long double)json_integer_value(node)
	                             : (long double)json_real_value(node);
}

/* RFC 6902 section 4.6. */
static bool same(json_t *a, json_t *b)
{
	const char *name;
	json_t *value;
	size_t i;

	if (json_is_number(a) && json_is_number(b)) {
		return number(a) == number(b);
	}
	if (json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_string(a))
		return json_string_length(a) == json_string_length(b) &&
		       memcmp(json_string_value(a), json_string_value(b), json_string_length(a)) == 0;
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			return false;
		json_array_foreach(a, i, value) if (!same(value, json_array_get(b, i))) return false;
	}
	if (json_is_object(a)) {
		if (json_object_size(a) != json_object_size(b))
			return false;
		json_object_foreach(a, name, value)
		{
			json_t *other = json_object_get(b, name);

			if (!other || !same(value, other))
				return false;
		}
	}
	return true;
}

bool oracle_same(const char *a, const char *b)
{
	bool is_beyond, is_same;
	json_t *x = load(a, strlen(a), &is_beyond), *y = load(b, strlen(b), &is_beyond);

	is_same = x && y && same(x, y);
	json_decref(x);
	json_decref(y);
	return is_same;
}

/* Cuts the next token off a pointer, unescaped; NULL where an escape is none. The caller frees it. */
static char *next_token(const char **pointer, const char *end)
{
	const char *at = *pointer + 1;
	char *token = malloc((size_t)(end - at) + 1);
	size_t len = 0;

	for (; token && at < end && *at != '/'; at++) {
		if (*at == '~') {
			at++;
			if (at == end || (*at != '0' && *at != '1')) {
				free(token);
				return NULL;
			}
			token[len++] = *at == '0' ? '~' : '/';
		} else {
			token[len++] = *at;
		}
	}
	if (token)
		token[len] = '\0';
	*pointer = at;
	return token;
}

static bool is_pointer(const char *pointer, size_t len)
{
	if (len && pointer[0] != '/')
		return false;
	for (size_t i = 0; i < len; i++)
		if (pointer[i] == '~' && (i + 1 == len || (pointer[i + 1] != '0' && pointer[i + 1] != '1')))
			return false;
	return true;
}

/* RFC 6901: "0" or digits without a leading zero; SIZE_MAX for anything else. */
static size_t index_of(const char *token)
{
	char *end;
	unsigned long long index;

	if (!token[0] || strspn(token, "0123456789") != strlen(token) || (token[0] == '0' && token[1]) ||
	    strlen(token) > 18)
		return SIZE_MAX;
	index = strtoull(token, &end, 10);
	return (size_t)index;
}

static json_t *child_of(json_t *parent, const char *token)
{
	if (json_is_object(parent))
		return json_object_get(parent, token);
	return json_is_array(parent) ? json_array_get(parent, index_of(token)) : NULL;
}

/* The value at a pointer, borrowed; NULL where there is none. */
static json_t *find(json_t *root, const char *pointer, size_t len)
{
	const char *end = pointer + len;

	while (root && pointer < end) {
		char *token = next_token(&pointer, end);

		root = token ? child_of(root, token) : NULL;
		free(token);
	}
	return root;
}

/* The parent of what a pointer, which is not "", names; its last token is the caller's to free. */
static json_t *find_parent(json_t *root, const char *pointer, size_t len, char **ret_token)
{
	const char *last = pointer + len - 1, *at;
	json_t *parent;

	while (*last != '/')
		last--;
	parent = find(root, pointer, (size_t)(last - pointer));
	at = last;
	*ret_token = next_token(&at, pointer + len);
	return parent;
}

/* Takes `value` over. */
static bool add(json_t **root, const char *path, size_t len, json_t *value)
{
	char *token = NULL;
	json_t *parent;
	int r = -1;

	if (!len) {
		json_decref(*root);
		*root = value;
		return true;
	}
	parent = find_parent(*root, path, len, &token);
	if (json_is_object(parent)) {
		r = json_object_set_new(parent, token, value);
	} else if (json_is_array(parent)) {
		size_t index = strcmp(token, "-") == 0 ? json_array_size(parent) : index_of(token);

		if (index <= json_array_size(parent))
			r = json_array_insert_new(parent, index, value);
		else
			json_decref(value);
	} else {
		json_decref(value);
	}
	free(token);
	return r == 0;
}

static bool take_out(json_t *root, const char *path, size_t len)
{
	char *token = NULL;
	json_t *parent;
	int r = -1;

	if (!len)
		return false;
	parent = find_parent(root, path, len, &token);
	if (json_is_object(parent))
		r = json_object_del(parent, token);
	else if (json_is_array(parent))
		r = json_array_remove(parent, index_of(token));
	free(token);
	return r == 0;
}

struct operation {
	const char *op, *path, *from;
	size_t path_len, from_len;
	json_t *value;
};

static bool read_pointer(json_t *node, const char *name, const char **ret_at, size_t *ret_len)
{
	json_t *pointer = json_object_get(node, name);

	*ret_at = json_string_value(pointer);
	*ret_len = json_string_length(pointer);
	return *ret_at && is_pointer(*ret_at, *ret_len);
}

static bool read_operation(json_t *node, struct operation *operation)
{
	*operation = (struct operation){ .op = json_string_value(json_object_get(node, "op")),
		                         .value = json_object_get(node, "value") };
	if (!operation->op || !read_pointer(node, "path", &operation->path, &operation->path_len))
		return false;
	if (strcmp(operation->op, "move") == 0 || strcmp(operation->op, "copy") == 0)
		return read_pointer(node, "from", &operation->from, &operation->from_len);
	if (strcmp(operation->op, "remove") == 0)
		return true;
	return operation->value &&
	       (strcmp(operation->op, "add") == 0 || strcmp(operation->op, "replace") == 0 ||
	        strcmp(operation->op, "test") == 0);
}

/* Is `from` the place of something that `path` lies in? (section 4.4) */
static bool moves_into_itself(const struct operation *o)
{
	return o->from_len < o->path_len && memcmp(o->from, o->path, o->from_len) == 0 &&
	       o->path[o->from_len] == '/';
}

static bool apply(json_t **root, const struct operation *o)
{
	json_t *found;

	if (o->op[0] == 'a')
		return add(root, o->path, o->path_len, json_deep_copy(o->value));
	if (strcmp(o->op, "remove") == 0)
		return take_out(*root, o->path, o->path_len);
	found = find(*root, o->from ? o->from : o->path, o->from ? o->from_len : o->path_len);
	if (!found)
		return false;
	if (o->op[0] == 't')
		return same(found, o->value);
	if (o->op[0] == 'c')
		return add(root, o->path, o->path_len, json_deep_copy(found));
	if (o->op[0] == 'r') {
		if (!o->path_len)
			return add(root, "", 0, json_deep_copy(o->value));
		return take_out(*root, o->path, o->path_len) &&
		       add(root, o->path, o->path_len, json_deep_copy(o->value));
	}
	if (moves_into_itself(o))
		return false;
	if (o->from_len == o->path_len && memcmp(o->from, o->path, o->from_len) == 0)
		return true;
	found = json_deep_copy(found);
	if (!take_out(*root, o->from, o->from_len)) {
		json_decref(found);
		return false;
	}
	return add(root, o->path, o->path_len, found);
}

static bool apply_all(json_t **root, json_t *patch)
{
	struct operation operation;
	json_t *node;
	size_t i;

	if (!json_is_array(patch))
		return false;
	json_array_foreach(patch, i, node) if (!read_operation(node, &operation) ||
	                                       !apply(root, &operation)) return false;
	return true;
}

enum oracle_verdict oracle_patch(const char *target, size_t target_len, const char *patch, size_t patch_len,
                                 char **ret_result)
{
	bool is_beyond, applies;
	json_t *root = load(target, target_len, &is_beyond), *operations = load(patch, patch_len, &is_beyond);

	if (!root || !operations) {
		json_decref(root);
		json_decref(operations);
		return ORACLE_UNKNOWN;
	}
	applies = apply_all(&root, operations);
	json_decref(operations);
	*ret_result = dump(root);
	return applies ? ORACLE_APPLIES : ORACLE_REFUSES;
}

/* MergePatch(Target, Patch); takes `target` over. */
static json_t *merge(json_t *target, json_t *patch)
{
	const char *name;
	json_t *value;

	if (!json_is_object(patch)) {
		json_decref(target);
		return json_deep_copy(patch);
	}
	if (!json_is_object(target)) {
		json_decref(target);
		target = json_object();
	}
	json_object_foreach(patch, name, value)
	{
		if (json_is_null(value))
			json_object_del(target, name);
		else
			json_object_set_new(target, name,
			                    merge(json_incref(json_object_get(target, name)), value));
	}
	return target;
}

enum oracle_verdict oracle_merge(const char *target, size_t target_len, const char *patch, size_t patch_len,
                                 char **ret_result)
{
	bool is_beyond;
	json_t *root = load(target, target_len, &is_beyond), *other = load(patch, patch_len, &is_beyond);

	if (!root || !other) {
		json_decref(root);
		json_decref(other);
		return ORACLE_UNKNOWN;
	}
	*ret_result = dump(merge(root, other));
	json_decref(other);
	return ORACLE_APPLIES;
}

enum oracle_verdict oracle_pointer(const char *target, size_t target_len, const char *pointer,
                                   size_t pointer_len, char **ret_result)
{
	bool is_beyond;
	json_t *root = load(target, target_len, &is_beyond), *found = NULL;

	if (!root || memchr(pointer, '\0', pointer_len)) {
		json_decref(root);
		return ORACLE_UNKNOWN;
	}
	if (is_pointer(pointer, pointer_len))
		found = find(root, pointer, pointer_len);
	if (found)
		*ret_result = dump(json_incref(found));
	json_decref(root);
	return found ? ORACLE_APPLIES : ORACLE_REFUSES;
}
