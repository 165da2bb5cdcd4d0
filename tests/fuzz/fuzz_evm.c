/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of an inode as EVM sees them: facts of the inode, which attributes there are, then
 * each as a length and its bytes, security.evm last; judged by three kernels, without a key
 * and by one.
 */
#include <stdlib.h>
#include <string.h>

#include "scanner/base/bytes.h"
#include "scanner/digest.h"
#include "scanner/evmdigest.h"
#include "tests/fuzz/ring.h"

static void read_value(struct bytes *in, bool present, struct attrs_value *out)
{
	size_t size = present ? bytes_u16le(in) : 0;

	*out = (struct attrs_value){0};
	if (!present)
		return;
	/* A length that no test needs stands for an attribute that cannot be read. */
	out->state = size == 0xffff ? ATTRS_UNREADABLE : ATTRS_PRESENT;
	if (size > in->left)
		size = in->left;
	out->size = size;
	out->data = malloc(size ? size : 1);
	if (!out->data)
		abort();
	if (size)
		memcpy(out->data, bytes_take(in, size), size);
}

/* Those of an older kernel, which takes every certificate. */
static struct keyring *keys(void)
{
	static struct keyring *ring;
	struct kernel_profile profile;
	struct fault f;

	if (ring)
		return ring;
	profile_init(&profile);
	if (digest_init(NULL) < 0 || profile_set_version(&profile, "5.4", &f) < 0)
		abort();
	ring = ring_new(".evm", &profile);
	return ring;
}

static void judge(const char *version, unsigned evm, const struct inode_facts *inode,
		  const struct attrs *attrs, const struct evm_fs *fs)
{
	struct kernel_profile profile;
	struct keyring *ring = keyring_new(".evm");
	struct verifier *verifier;
	struct imaxattr label = {0}, meant;
	struct evm_outcome outcome;
	struct fault f;

	profile_init(&profile);
	if (profile_set_version(&profile, version, &f) < 0)
		abort();
	profile.evm = evm;
	verifier = verifier_new(ring, &profile);
	if (attrs->evm.state == ATTRS_PRESENT)
		imaxattr_decode(attrs->evm.data, attrs->evm.size, &label);
	if (!evm_status_name(evm_judge(verifier, &profile, NULL, inode, attrs, &label, fs).status))
		abort();
	verifier_free(verifier);
	keyring_free(ring);
	if (!label.has_keyid)
		return;
	verifier = verifier_new(keys(), &profile);
	meant = ring_meant(keys(), attrs->evm.size % keyring_count(keys()), &label);
	outcome = evm_judge(verifier, &profile, NULL, inode, attrs, &meant, fs);
	if (outcome.status == EVM_STATUS_PASS || outcome.status == EVM_STATUS_PASS_IMMUTABLE)
		abort();
	verifier_free(verifier);
}

/* Making an RSA key takes long on a busy machine: not while an input is timed. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return keys() ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	unsigned flags = bytes_u8(&in), present = bytes_u8(&in);
	struct inode_facts inode = {.mode = bytes_u32le(&in),
				    .uid = bytes_u32le(&in),
				    .ino = bytes_u64le(&in),
				    .generation = bytes_u32le(&in),
				    .has_generation = flags & 1,
				    .immutable = flags & 2};
	struct evm_fs fs = {.has_uuid = flags & 4, .hmac_unsupported = flags & 8};
	struct attrs attrs = {0};

	for (unsigned i = 0; i < PROFILE_XATTR_COUNT; i++)
		read_value(&in, present >> i & 1, &attrs.protected[i]);
	read_value(&in, flags & 16, &attrs.evm);
	judge("6.12", flags >> 5 & 3, &inode, &attrs, &fs);
	judge("7.1", PROFILE_EVM_X509, &inode, &attrs, &fs);
	judge("5.4", PROFILE_EVM_HMAC | PROFILE_EVM_X509, &inode, &attrs, &fs);
	for (unsigned i = 0; i < PROFILE_XATTR_COUNT; i++)
		free(attrs.protected[i].data);
	free(attrs.evm.data);
	return 0;
}
