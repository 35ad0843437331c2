/*
 * Request lines and field lines (RFC 9112 sections 2 to 5), good and bad. Tables of
 * bytes for whoever wants to feed them to something.
 */
#ifndef STATUTE_TEST_HEADS_H
#define STATUTE_TEST_HEADS_H

#include "unit/wire/drive.h"

#define HOST "Host: api.example\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST "\r\n"

struct good {
	struct bytes bytes;
	const char *part;
};

/* RFC 9112 sections 2 to 5. */
static const struct good good[] = {
	{ BYTES(GET("/")), "path=/ query=- authority=api.example 1.1" },
	{ BYTES(GET("/where?q=now")), "path=/where query=?q=now authority" },
	{ BYTES(GET("/?")), "path=/ query=? authority" },
	{ BYTES(GET("/a?b?c=/d")), "path=/a query=?b?c=/d authority" },
	{ BYTES(GET("//double//slash")), "path=//double//slash query=-" },
	{ BYTES(GET("/a;b=1,c!$&'()*+=:@-._~")), "path=/a;b=1,c!$&'()*+=:@-._~ " },
	{ BYTES(GET("/%C3%BC/%09%0D%0A%20")), "path=/%C3%BC/%09%0D%0A%20 " },
	{ BYTES(GET("/\xC3\xBC")), "path=/\xC3\xBC " },
	{ BYTES(GET("/?filter[name]={\\}|^`")), "query=?filter[name]={\\}|^` " },
	{ BYTES(GET("/?%dd=%00")), "query=?%dd=%00 " },
	/* absolute-form: its authority replaces Host (section 3.2.2). */
	{ BYTES(GET("http://www.example.org/pub?x")), "path=/pub query=?x authority=www.example.org" },
	{ BYTES(GET("HTTP://www.example.org:80")), "path=/ query=- authority=www.example.org:80" },
	{ BYTES(GET("https://[::1]:8443?x=1")), "path=/ query=?x=1 authority=[::1]:8443" },
	{ BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), "path=* query=- authority=api.example" },
	{ BYTES("OPTIONS http://a.example:8001 HTTP/1.1\r\n" HOST "\r\n"),
	  "path=* query=- authority=a.example:8001" },
	{ BYTES("OPTIONS http://a.example/ HTTP/1.1\r\n" HOST "\r\n"), "path=/ query=-" },
	/* Versions (RFC 9110 section 2.5): a higher minor one is served as 1.1. */
	{ BYTES("GET / HTTP/1.2\r\n" HOST "\r\n"), " 1.1 " },
	{ BYTES("GET / HTTP/1.9\r\n" HOST "\r\n"), " 1.1 " },
	{ BYTES("GET / HTTP/1.0\r\n\r\n"), "authority= 1.0 content=0 chunked=0 length=0 continue=0 alive=0" },
	{ BYTES("GET / HTTP/1.0\r\n" HOST "Connection: Keep-Alive\r\n\r\n"), "alive=1" },
	{ BYTES("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"), "alive=0" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "\r\n"), "alive=1" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "Connection: foo, Close\r\n\r\n"), "alive=0" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "Connection: foo\r\nConnection: close\r\n\r\n"), "alive=0" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "Connection: closed\r\n\r\n"), "alive=1" },
	/* Methods are case-sensitive, and any token is one. */
	{ BYTES("get / HTTP/1.1\r\n" HOST "\r\n"), "head get(0) " },
	{ BYTES("M-SEARCH!#$%&'*+-.^ / HTTP/1.1\r\n" HOST "\r\n"), "head M-SEARCH!#$%&'*+-.^(0) " },
	/* Empty lines before a request line (section 2.2). */
	{ BYTES("\r\n" GET("/")), "head GET(1) target=/ " },
	{ BYTES("\r\n\r\n\r\n\r\n" GET("/")), "head GET(1) target=/ " },
	/* Field lines. */
	{ BYTES("GET / HTTP/1.1\r\nhOsT:api.example\r\n\r\n"), "hOsT=api.example\n" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "X: \t a  b\t \r\n\r\n"), "X=a  b\n" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "X:\r\n\r\n"), "X=\n" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "X:   \r\nY: 1\r\n\r\n"), "X=\nfield 0 Y=1\n" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "X: a:b: c\r\n\r\n"), "X=a:b: c\n" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "X: \x80\xFF\r\n\r\n"), "X=\x80\xFF\n" },
	{ BYTES("GET / HTTP/1.1\r\n" HOST "!#$%&'*+-.^_`|~09: x\r\n\r\n"), "!#$%&'*+-.^_`|~09=x\n" },
	/* Host (RFC 9110 section 7.2). */
	{ BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), "authority= 1.1" },
	{ BYTES("GET / HTTP/1.1\r\nHost: api.example:\r\n\r\n"), "authority=api.example: " },
	{ BYTES("GET / HTTP/1.1\r\nHost: 192.0.2.1:65535\r\n\r\n"), "authority=192.0.2.1:65535 " },
	{ BYTES("GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n"), "authority=[2001:db8::1] " },
	{ BYTES("GET / HTTP/1.1\r\nHost: a_b-c.%41!$&'()*+,;=\r\n\r\n"), "authority=a_b-c.%41!$&'()*+,;= " },
	/* Expect (RFC 9110 section 10.1.1). */
	{ BYTES("PUT / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx"),
	  "continue=1" },
	{ BYTES("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"), "continue=0" },
	{ BYTES("PUT / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n"), "continue=0" },
	{ BYTES("PUT / HTTP/1.1\r\n" HOST "Expect: other\r\nContent-Length: 1\r\n\r\nx"), "continue=0" },
};

struct bad {
	struct bytes bytes;
	enum h1_refusal refusal;
};

#define REFUSED(literal, name) \
	{ \
		BYTES(literal), H1_REFUSAL_##name \
	}

static const struct bad bad_lines[] = {
	REFUSED(" GET / HTTP/1.1\r\n", BAD_METHOD),
	REFUSED("\x16\x03\x01\x02", BAD_METHOD),
	REFUSED("\0", NUL_IN_REQUEST_LINE),
	REFUSED("GET\r\n", BAD_REQUEST_LINE),
	REFUSED("G\xC3\x89T / HTTP/1.1\r\n", BAD_METHOD),
	REFUSED("GET\t/ HTTP/1.1\r\n", BAD_METHOD),
	REFUSED("GET: / HTTP/1.1\r\n", BAD_METHOD),
	REFUSED("GET\0 / HTTP/1.1\r\n", NUL_IN_REQUEST_LINE),
	REFUSED("THIS-METHOD-IS-TOO-LONG / HTTP/1.1\r\n", METHOD_TOO_LONG),
	REFUSED("GET  / HTTP/1.1\r\n", BAD_REQUEST_LINE),
	REFUSED("GET  HTTP/1.1\r\n", BAD_REQUEST_LINE),
	REFUSED("GET \r\n", BAD_REQUEST_LINE),
	/* HTTP/0.9 is GET and a path; no other line without a version is of a version. */
	REFUSED("GET /\r\n", NO_VERSION),
	REFUSED("GET /some/path?x\r\n", NO_VERSION),
	REFUSED("GET path\r\n", BAD_REQUEST_LINE),
	REFUSED("GET *\r\n", BAD_REQUEST_LINE),
	REFUSED("POST /\r\n", BAD_REQUEST_LINE),
	/* An escape is a percent sign and two hexadecimal digits, wherever the target ends. */
	REFUSED("GET /a%4 HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /?a% HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /?a%4 HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /  HTTP/1.1\r\n", BAD_VERSION),
	REFUSED("GET / HTTP/1.1 \r\n", BAD_VERSION),
	REFUSED("GET / HTTP/1.1 HTTP/1.1\r\n", BAD_VERSION),
	REFUSED("GET /a b HTTP/1.1\r\n", BAD_VERSION),
	REFUSED("GET /\tHTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /\x7F HTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /\x01 HTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /\0 HTTP/1.1\r\n", NUL_IN_REQUEST_LINE),
	REFUSED("GET /\" HTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /<a> HTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /a\\b HTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /{id} HTTP/1.1\r\n", BAD_TARGET_BYTE),
	REFUSED("GET /a#b HTTP/1.1\r\n", FRAGMENT),
	REFUSED("GET #b HTTP/1.1\r\n", FRAGMENT),
	REFUSED("GET /?a=b#c HTTP/1.1\r\n", FRAGMENT),
	REFUSED("GET /%zz HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /% HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /%4 HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /?a=%4g HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /?% HTTP/1.1\r\n", BAD_ESCAPE),
	REFUSED("GET /a%00 HTTP/1.1\r\n", NUL_IN_PATH),
	REFUSED("GET /%ff HTTP/1.1\r\n", PATH_NOT_UTF8),
	REFUSED("GET /%C0%AF HTTP/1.1\r\n", PATH_NOT_UTF8),
	REFUSED("GET /%ED%A0%80 HTTP/1.1\r\n", PATH_NOT_UTF8),
	REFUSED("GET /%C3/%BC HTTP/1.1\r\n", PATH_NOT_UTF8),
	REFUSED("GET /\xFF HTTP/1.1\r\n", PATH_NOT_UTF8),
	REFUSED("GET path HTTP/1.1\r\n", BAD_TARGET_FORM),
	REFUSED("GET api.example:80 HTTP/1.1\r\n", BAD_TARGET_FORM),
	REFUSED("GET ?x HTTP/1.1\r\n", BAD_TARGET_FORM),
	REFUSED("GET ftp://a.example/ HTTP/1.1\r\n", BAD_TARGET_FORM),
	REFUSED("GET http:/a.example/ HTTP/1.1\r\n", BAD_TARGET_FORM),
	REFUSED("GET http:// HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("GET http:///a HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("GET http://:80/ HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("GET http://a:b/ HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("GET http://a:65536/ HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("GET http://[::1/ HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("GET http://me:secret@a.example/ HTTP/1.1\r\n", USERINFO),
	REFUSED("GET http://me@a.example HTTP/1.1\r\n", USERINFO),
	REFUSED("GET * HTTP/1.1\r\n", ASTERISK_FORM),
	REFUSED("OPTIONS *? HTTP/1.1\r\n", BAD_TARGET_FORM),
	REFUSED("CONNECT a.example:443 HTTP/1.1\r\n", CONNECT),
	REFUSED("CONNECT [::1]:443 HTTP/1.1\r\n", CONNECT),
	REFUSED("CONNECT a.example HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("CONNECT a.example: HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	REFUSED("CONNECT / HTTP/1.1\r\n", BAD_TARGET_AUTHORITY),
	/* Versions. */
	REFUSED("GET /\r\n", NO_VERSION),
	REFUSED("POST /\r\n", BAD_REQUEST_LINE),
	REFUSED("GET /\rX", BARE_CR_IN_REQUEST_LINE),
	REFUSED("GET / \r\n", BAD_VERSION),
	REFUSED("GET / HTTP/0.9\r\n", OTHER_VERSION),
	REFUSED("GET / HTTP/2.0\r\n", OTHER_VERSION),
	REFUSED("GET / HTTP/3.7\r\n", OTHER_VERSION),
	REFUSED("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", OTHER_VERSION),
	REFUSED("GET / HTTP/1\r\n", BAD_VERSION),
	REFUSED("GET / HTTP/1.\r\n", BAD_VERSION),
	REFUSED("GET / HTTP/1.10\r\n", BAD_VERSION),
	REFUSED("GET / HTTP/01.1\r\n", BAD_VERSION),
	REFUSED("GET / http/1.1\r\n", BAD_VERSION),
	REFUSED("GET / HTTPS/1.1\r\n", BAD_VERSION),
	REFUSED("GET / HTTP /1.1\r\n", BAD_VERSION),
	REFUSED("GET / HTTP/1,1\r\n", BAD_VERSION),
	REFUSED("GET / HTTP/x.1\r\n", BAD_VERSION),
	/* Lines end with CR LF alone. */
	REFUSED("\n", BARE_LF_IN_REQUEST_LINE),
	REFUSED("\r\rGET", BARE_CR_IN_REQUEST_LINE),
	REFUSED("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n", TOO_MANY_EMPTY_LINES),
	REFUSED("GET / HTTP/1.1\n", BARE_LF_IN_REQUEST_LINE),
	REFUSED("GET /\n", BARE_LF_IN_REQUEST_LINE),
	REFUSED("GET / HTTP/1.1\rHost: a\r\n", BARE_CR_IN_REQUEST_LINE),
	REFUSED("GET / HTTP/1.1\r\r\n", BARE_CR_IN_REQUEST_LINE),
};

static const struct bad bad_fields[] = {
#define FIELDS(literal, name) REFUSED("GET / HTTP/1.1\r\n" literal, name)
	FIELDS(" Host: a\r\n", SPACE_BEFORE_FIRST_FIELD),
	FIELDS("\tHost: a\r\n", SPACE_BEFORE_FIRST_FIELD),
	FIELDS(HOST " folded\r\n", OBS_FOLD),
	FIELDS(HOST "\tfolded\r\n", OBS_FOLD),
	FIELDS(HOST " \r\n\r\n", OBS_FOLD),
	FIELDS(HOST "X: a\r\n\tb\r\n", OBS_FOLD),
	FIELDS("Host : a\r\n", SPACE_BEFORE_COLON),
	FIELDS("Host\t: a\r\n", SPACE_BEFORE_COLON),
	FIELDS("Ho st: a\r\n", SPACE_BEFORE_COLON),
	FIELDS(": a\r\n", EMPTY_FIELD_NAME),
	FIELDS("Host\r\n", NO_COLON),
	FIELDS("Host\n", BARE_LF),
	FIELDS("H\0st: a\r\n", NUL_IN_FIELD),
	FIELDS("\0Host: a\r\n", NUL_IN_FIELD),
	FIELDS("Host: a\0\r\n", NUL_IN_FIELD),
	FIELDS("Host: \0a\r\n", NUL_IN_FIELD),
	FIELDS("H(st: a\r\n", BAD_FIELD_NAME),
	FIELDS("H\xC3\xB6st: a\r\n", BAD_FIELD_NAME),
	FIELDS("\"Host\": a\r\n", BAD_FIELD_NAME),
	FIELDS("H\x01st: a\r\n", BAD_FIELD_NAME),
	FIELDS("Host: a\x01\r\n", CONTROL_IN_FIELD),
	FIELDS("Host: a\x7F\r\n", CONTROL_IN_FIELD),
	FIELDS("Host: a\x0B\r\n", CONTROL_IN_FIELD),
	FIELDS("Host: a\rX: b\r\n", BARE_CR),
	FIELDS("Host: a\r\r\n", BARE_CR),
	FIELDS("\rHost: a\r\n", BARE_CR),
	FIELDS("Host: a\nX: b\r\n", BARE_LF),
	FIELDS("\n", BARE_LF),
	FIELDS(HOST "\n", BARE_LF),
	FIELDS(HOST "\rX", BARE_CR),
	/* Host (RFC 9112 section 3.2). */
	FIELDS("\r\n", HOST_MISSING),
	FIELDS("X: y\r\n\r\n", HOST_MISSING),
	FIELDS("Host: a\r\nHost: a\r\n\r\n", HOST_TWICE),
	FIELDS("Host: a\r\nX: y\r\nhost: b\r\n\r\n", HOST_TWICE),
	FIELDS("Host: a b\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a/b\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a@b\r\n\r\n", HOST_INVALID),
	FIELDS("Host: http://a\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a, b\r\n\r\n", HOST_INVALID),
	FIELDS("Host: :80\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a:8o\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a:80:80\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a:99999\r\n\r\n", HOST_INVALID),
	FIELDS("Host: ::1\r\n\r\n", HOST_INVALID),
	FIELDS("Host: [::1\r\n\r\n", HOST_INVALID),
	FIELDS("Host: [::1]x\r\n\r\n", HOST_INVALID),
	FIELDS("Host: [::g]\r\n\r\n", HOST_INVALID),
	FIELDS("Host: []\r\n\r\n", HOST_INVALID),
	FIELDS("Host: [fe80::1%25eth0]\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a%4\r\n\r\n", HOST_INVALID),
	FIELDS("Host: a\"b\r\n\r\n", HOST_INVALID),
	FIELDS("Host: \xC3\xBC\r\n\r\n", HOST_INVALID),
	REFUSED("GET http://a.example/ HTTP/1.1\r\n\r\n", HOST_MISSING),
	REFUSED("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", HOST_TWICE),
	REFUSED("GET / HTTP/1.0\r\nHost: a b\r\n\r\n", HOST_INVALID),
};

#undef FIELDS
#undef REFUSED

#endif
