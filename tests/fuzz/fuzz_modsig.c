/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the trailer and the PKCS#7 message of appended signatures: alone, checked with no keys, and checked with
 * the message's own certificates as the trusted ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scanner/base/buf.h"
#include "scanner/digest.h"
#include "scanner/modsig.h"
#include "scanner/pkcs7.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find(const uint8_t *data, size_t size)
{
	uint32_t pkcs7_size = 0;
	bool malformed;

	if (size >= MODSIG_TAIL_BYTES &&
	    modsig_find(data + size - MODSIG_TAIL_BYTES, size, &pkcs7_size, &malformed) &&
	    (malformed || pkcs7_size >= size - MODSIG_TAIL_BYTES))
		abort();
}

/* Keys come from files: this one has no name. Those that cannot be taken are left out. */
static void trust(struct keyring *ring, X509 *cert, const struct kernel_profile *profile)
{
	unsigned char *der = NULL;
	int size = i2d_X509(cert, &der), fd = memfd_create("certificate", MFD_CLOEXEC);
	struct fault fault;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || (size > 0 && (write(fd, der, (size_t)size) != size ||
				    keyring_load(ring, path, profile, &fault) < 0)))
		size = 0;
	OPENSSL_free(der);
	close(fd);
}

static void check(const uint8_t *data, size_t size, const struct modsig *m, bool own_keys,
		  const struct kernel_profile *profile)
{
	struct digest content = {.algo = modsig_algo(m), .size_bytes = modsig_algo(m)->size_bytes};
	struct keyring *ring = keyring_new(".ima");
	struct verifier *verifier = verifier_new(ring, profile);
	struct pkcs7 *message = NULL;
	struct verify_outcome outcome;

	if (own_keys && pkcs7_parse(data, size, &message, NULL) < 0)
		abort();
	for (int i = 0; message && i < sk_X509_num(message->certs); i++)
		trust(ring, sk_X509_value(message->certs, i), profile);
	outcome = modsig_check(m, verifier, ring, &content);
	/* Without keys nothing is good; a key that made it so is one of the ring. */
	if (outcome.result == VERIFY_OK && (!own_keys || !outcome.key))
		abort();
	pkcs7_free(message);
	verifier_free(verifier);
	keyring_free(ring);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_profile profile;
	own_buf struct buf signer = {0};
	struct modsig *m;

	if (digest_init(NULL) < 0)
		abort();
	profile_init(&profile);
	find(data, size);
	if (modsig_parse(data, size, &m, NULL) < 0)
		abort();
	if (m) {
		modsig_signer(m, &signer);
		check(data, size, m, false, &profile);
		check(data, size, m, true, &profile);
	}
	modsig_free(m);
	return 0;
}
