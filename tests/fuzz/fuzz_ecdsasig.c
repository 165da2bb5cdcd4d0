/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as an ECDSA signature: what is taken comes out as DER that libcrypto reads back alike.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>

#include "scanner/ecdsasig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t curves[] = {24, 32, 48, 72};
	own_buf struct buf der = {0};

	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		const uint8_t *at;
		unsigned char *again = NULL;
		ECDSA_SIG *sig;
		int again_size;

		if (!ecdsasig_normalise(data, size, curves[i], &der))
			continue;
		at = (const uint8_t *)der.data;
		sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
		if (!sig || at != (const uint8_t *)der.data + der.len)
			abort();
		again_size = i2d_ECDSA_SIG(sig, &again);
		if (again_size != (int)der.len || memcmp(again, der.data, der.len) != 0)
			abort();
		OPENSSL_free(again);
		ECDSA_SIG_free(sig);
	}
	return 0;
}
