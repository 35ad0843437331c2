/* What `statute explain` prints: for people, and as one line of JSON. */
#ifndef STATUTE_CLI_EXPLAIN_H
#define STATUTE_CLI_EXPLAIN_H

#include <statute/problem.h>
#include <statute/status.h>

/* `code` may be unregistered: `status` is then its class's. */
void explain_status(int code, const struct statute_status *status);
void explain_status_json(int code, const struct statute_status *status);
/* `name` may be a made code of `code`'s family; member_len as statute_error_code_explain gives it. */
void explain_code(const char *name, const struct statute_error_code *code, size_t member_len);
void explain_code_json(const char *name, const struct statute_error_code *code, size_t member_len);
void explain_validation(const struct statute_validation_code *code);
void explain_validation_json(const struct statute_validation_code *code);
/* Asks the server whose admin listener is at the URL `admin`. An exit code: messages go to stderr. */
int explain_request(const char *id, const char *admin, bool is_json);
/* Every status by class. */
void explain_all(void);
void explain_all_json(void);

#endif
