/* Where the admin listener is: see admin.h. */
#include "server/admin.h"
#include "server/listener.h"

static int fail(struct buf *problems, int r, const char *what, const char *why)
{
	buf_printf(problems, "%s: %s\n", what, why);
	return r;
}

static int bind_given(const char *option, struct buf *problems, struct address *ret_address, int *ret_fd)
{
	const char *cause;
	int r = address_parse(str_from(option), ret_address);

	if (r < 0)
		return fail(problems, r, option, ADDRESS_FORM ", nor off, nor public");
	r = listener_bind(ret_address, 1, ret_fd, &cause);
	return r < 0 ? fail(problems, r, option, cause) : 0;
}

/* The API is served whether an operator can look inside or not. */
static void bind_default(unsigned port, struct buf *problems, struct address *ret_address, int *ret_fd)
{
	const char *cause, *ignored;
	char text[ADDRESS_TEXT_MAX];
	bool is_bound;

	if (address_parse(S("127.0.0.1:0"), ret_address) < 0)
		return;
	address_set_port(ret_address, port);
	if (listener_bind(ret_address, 1, ret_fd, &cause) == 0)
		return;
	address_write(ret_address, text);
	address_set_port(ret_address, 0);
	is_bound = listener_bind(ret_address, 1, ret_fd, &ignored) == 0;
	buf_printf(problems, "warning: %s: %s; %s\n", text, cause,
	           is_bound ? "the admin listener takes another port" : "there is no admin listener");
}

int admin_bind(const char *option, const struct address *listen, bool is_chosen, struct buf *problems,
               struct address *ret_address, int *ret_fd)
{
	if (option)
		return bind_given(option, problems, ret_address, ret_fd);
	bind_default(is_chosen ? 0 : (address_port(listen) + 1) & 0xFFFF, problems, ret_address, ret_fd);
	return 0;
}
