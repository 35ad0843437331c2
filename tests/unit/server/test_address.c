#include "unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "server/address.h"
#include "server/listener.h"

static void parses_to(const char *text, const char *expected)
{
	struct address address;
	char out[ADDRESS_TEXT_MAX];

	assert_int_equal(address_parse(str_from(text), &address), 0);
	address_write(&address, out);
	assert_string_equal(out, expected);
}

static void addresses_of_both_families_are_read(void **state)
{
	(void)state;
	parses_to("127.0.0.1:8080", "127.0.0.1:8080");
	parses_to("[::1]:0", "[::1]:0");
	parses_to("[::ffff:10.0.0.1]:65535", "[::ffff:10.0.0.1]:65535");
	parses_to("localhost:80", "127.0.0.1:80");
	parses_to(":8080", "0.0.0.0:8080");
	parses_to("*:8080", "0.0.0.0:8080");
}

static void what_is_no_address_with_a_port_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
		"127.0.0:80",
		"example.com:80", "::1:80", "[::1]", "[::1:80", "[]:80", "[127.0.0.1]:80", "127.0.0.1:80 ",
		"[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]:80",
	};
	struct address address;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(address_parse(str_from(wrong[i]), &address), STATUTE_EINVAL);
}

static void a_mapped_ipv4_client_is_written_as_ipv4(void **state)
{
	struct address address;
	char out[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(address_parse(S("[::ffff:192.0.2.7]:1"), &address), 0);
	address_write_host((struct sockaddr *)&address.at, out);
	assert_string_equal(out, "192.0.2.7");
	assert_int_equal(address_parse(S("[2001:db8::7]:1"), &address), 0);
	address_write_host((struct sockaddr *)&address.at, out);
	assert_string_equal(out, "2001:db8::7");
}

static void network_is(const char *text, const char *expected)
{
	unsigned char network[ADDRESS_NETWORK], wanted[ADDRESS_NETWORK];
	struct address address;

	assert_int_equal(address_parse(str_from(text), &address), 0);
	assert_int_equal(inet_pton(AF_INET6, expected, wanted), 1);
	address_network((struct sockaddr *)&address.at, network);
	assert_memory_equal(network, wanted, ADDRESS_NETWORK);
}

/* A customer has at least a network of 64 bits of IPv6 (RFC 6177), and so many addresses. */
static void a_limit_counts_ipv4_by_address_and_ipv6_by_64_bits(void **state)
{
	(void)state;
	network_is("192.0.2.7:1", "::ffff:192.0.2.7");
	network_is("[::ffff:192.0.2.7]:1", "::ffff:192.0.2.7");
	network_is("[2001:db8:1:2:3:4:5:6]:1", "2001:db8:1:2::");
	network_is("[2001:db8:1:2:ffff::]:9", "2001:db8:1:2::");
	network_is("[2001:db8:1:3::]:1", "2001:db8:1:3::");
	network_is("[::1]:1", "::");
}

static void port_0_becomes_one_port_for_all_sockets(void **state)
{
	struct address address, bound;
	const char *cause;
	int fds[3];

	(void)state;
	assert_int_equal(address_parse(S("127.0.0.1:0"), &address), 0);
	assert_int_equal(listener_bind(&address, 3, fds, &cause), 0);
	assert_int_not_equal(address_port(&address), 0);
	for (int i = 0; i < 3; i++) {
		bound.len = sizeof(bound.at);
		assert_int_equal(getsockname(fds[i], (struct sockaddr *)&bound.at, &bound.len), 0);
		assert_int_equal(address_port(&bound), address_port(&address));
		close(fds[i]);
	}
}

static void a_port_on_which_somebody_listens_is_refused(void **state)
{
	struct address address;
	const char *cause;
	int mine, theirs[2];

	(void)state;
	assert_int_equal(address_parse(S("127.0.0.1:0"), &address), 0);
	assert_int_equal(listener_bind(&address, 2, theirs, &cause), 0);
	assert_int_equal(listen(theirs[0], 1), 0);
	assert_int_equal(listener_bind(&address, 1, &mine, &cause), STATUTE_EADDRESS);
	assert_string_equal(cause, "Address already in use");
	close(theirs[0]);
	close(theirs[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_both_families_are_read),
		cmocka_unit_test(what_is_no_address_with_a_port_is_refused),
		cmocka_unit_test(a_mapped_ipv4_client_is_written_as_ipv4),
		cmocka_unit_test(a_limit_counts_ipv4_by_address_and_ipv6_by_64_bits),
		cmocka_unit_test(port_0_becomes_one_port_for_all_sockets),
		cmocka_unit_test(a_port_on_which_somebody_listens_is_refused),
	};

	return cmocka_run_group_tests_name("server/address", tests, NULL, NULL);
}
