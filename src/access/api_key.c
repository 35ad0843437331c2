/* API keys: see api_key.h. */
#include "access/api_key.h"

#include <sodium.h>

#include "base/buf.h"
#include "base/random.h"
#include "message/base64url.h"

enum { SECRET = 32, DIGEST = 32 };

int api_key_make(char ret_key[API_KEY_SIZE])
{
	char secret[SECRET];
	struct buf buf;

	random_fill(secret, sizeof(secret));
	buf_init(&buf, NULL, API_KEY_SIZE);
	buf_lit(&buf, "sk_");
	base64url_encode(&buf, str_of(secret, sizeof(secret)));
	buf_add_char(&buf, '\0');
	if (!buf.failed)
		memcpy(ret_key, buf.at, API_KEY_SIZE);
	buf_done(&buf);
	return buf.failed ? STATUTE_ENOMEM : 0;
}

void api_key_hash(struct str key, char ret_hash[API_KEY_HASH_LEN])
{
	static const char digits[16] = "0123456789abcdef";
	unsigned char digest[DIGEST];

	crypto_hash_sha256(digest, (const unsigned char *)key.at, key.len);
	for (size_t i = 0; i < DIGEST; i++) {
		ret_hash[2 * i] = digits[digest[i] >> 4];
		ret_hash[2 * i + 1] = digits[digest[i] & 15];
	}
}
