/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What EVM of the profile's kernel says of an inode: security/integrity/evm/evm_main.c
 * (evm_verifyxattr(), evm_verify_hmac(), evm_find_protected_xattrs()) and evm_crypto.c of
 * Linux 6.12.
 */
#include "scanner/evmdigest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scanner/base/own.h"
#include "scanner/digest.h"

enum {
	HMAC_BYTES = 20,
	/* The kernel's buffer for the key; what a shorter key leaves of it stays zero and counts.
	 */
	KEY_BYTES = 128,
	/* type, version, algorithm, key id (4), size (2); of v1 other things, but as many bytes. */
	SIGNATURE_HEADER_BYTES = 9,
	/* security.capability (include/uapi/linux/capability.h): magic and flags, two pairs of
	 * sets; then, in the third revision, the root id. */
	CAP_V2_BYTES = 20,
	CAP_V3_BYTES = 24,
	CAP_REVISION_AT = 3, /* the highest byte of the little-endian magic */
};

struct evm_hmac_key {
	uint8_t bytes[KEY_BYTES + 1]; /* one more, to notice a file that is too long */
};

static ssize_t read_key(int fd, uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int evm_hmac_key_load(const char *path, struct evm_hmac_key **out, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct evm_hmac_key *key;
	ssize_t n;

	if (fd < 0)
		return fault_set(f, errno, "opening the EVM HMAC key");
	key = calloc(1, sizeof(*key));
	if (!key)
		return fault_set(f, ENOMEM, "reading the EVM HMAC key");
	/* Best effort, as the limit on locked memory may be small. */
	(void)mlock(key, sizeof(*key));
	n = read_key(fd, key->bytes, sizeof(key->bytes));
	if (n > 0 && n <= KEY_BYTES) {
		*out = key;
		return 0;
	}
	if (n < 0)
		fault_set(f, errno, "reading the EVM HMAC key");
	else
		fault_set(f, EINVAL,
			  "the EVM HMAC key must be 1 to %d raw bytes, usually 64 (neither "
			  "hexadecimal digits nor the encrypted blob)",
			  KEY_BYTES);
	evm_hmac_key_free(key);
	return -1;
}

void evm_hmac_key_free(struct evm_hmac_key *key)
{
	if (!key)
		return;
	explicit_bzero(key, sizeof(*key));
	munlock(key, sizeof(*key));
	free(key);
}

/* All that the steps below share. */
struct subject {
	struct verifier *verifier;
	const struct kernel_profile *profile;
	const struct evm_hmac_key *hmac_key;
	const struct inode_facts *inode;
	const struct attrs *attrs;
	const struct imaxattr *label;
	const struct evm_fs *fs;
};

static struct evm_outcome decided(enum evm_status status)
{
	return (struct evm_outcome){.status = status};
}

static struct evm_outcome undecided(const char *why)
{
	return (struct evm_outcome){.status = EVM_STATUS_UNDECIDED, .why = why};
}

/* A portable label that does not verify has a status of its own. */
static enum evm_status failed(const struct subject *s)
{
	return s->label->type == IMAXATTR_PORTABLE ? EVM_STATUS_FAIL_IMMUTABLE : EVM_STATUS_FAIL;
}

/* Without security.evm: is there anything it should have protected? Enabled or not makes no
 * difference. */
static struct evm_outcome judge_absent(const struct subject *s)
{
	unsigned count = 0;

	for (unsigned i = 0; i < PROFILE_XATTR_COUNT; i++) {
		enum attrs_state state = s->attrs->protected[i].state;

		if (state == ATTRS_UNREADABLE)
			return undecided("unreadable");
		/* The kernel takes any error but "no data" for a failure. */
		if (state == ATTRS_UNSUPPORTED)
			return decided(EVM_STATUS_FAIL);
		count += state == ATTRS_PRESENT;
	}
	return decided(count ? EVM_STATUS_NO_LABEL : EVM_STATUS_NO_XATTRS);
}

/* What follows when there are no bytes to be hashed: `why` as evmdigest_input() left it. */
static struct evm_outcome judge_no_input(const struct subject *s, const char *why)
{
	if (why)
		return undecided(why);
	return decided(s->label->type == IMAXATTR_PORTABLE ? EVM_STATUS_FAIL_IMMUTABLE
							   : EVM_STATUS_NO_XATTRS);
}

static struct evm_outcome judge_hmac(const struct subject *s, const struct attrs_value *capability)
{
	own_buf struct buf input = {0};
	uint8_t hmac[HMAC_BYTES];
	const char *why;

	/* Exactly the type and the HMAC; and a kernel without a key has nothing to compare with. */
	if (s->label->raw_size != 1 + HMAC_BYTES || !(s->profile->evm & PROFILE_EVM_HMAC))
		return decided(EVM_STATUS_FAIL);
	if (!evmdigest_input(s->profile, IMAXATTR_HMAC, s->inode, s->attrs, s->fs, capability,
			     &input, &why))
		return judge_no_input(s, why);
	if (!s->hmac_key)
		return undecided("no-hmac-key");
	if (digest_hmac_sha1(s->hmac_key->bytes, KEY_BYTES, input.data, input.len, hmac, NULL) < 0)
		return undecided("library-lacks-algorithm");
	return decided(memcmp(hmac, s->label->raw + 1, HMAC_BYTES) ? EVM_STATUS_FAIL
								   : EVM_STATUS_PASS);
}

static struct evm_outcome of_verification(const struct subject *s, const struct hashalgo *algo,
					  struct verify_outcome verified)
{
	static const char *const unknowable[] = {
		[VERIFY_NOT_TRIED] = "not-computed",
		[VERIFY_NO_KEYRING] = "no-keyring",
		[VERIFY_AMBIGUOUS] = "ambiguous-key",
		[VERIFY_CANNOT] = "library-lacks-algorithm",
		[VERIFY_NO_MEMORY] = EVMDIGEST_NO_MEMORY,
	};
	struct evm_outcome outcome = {.status = failed(s),
				      .key = verified.key,
				      .key_unknown =
					      verified.result == VERIFY_NO_KEY && !verified.key};
	unsigned result = verified.result;

	if (result < sizeof(unknowable) / sizeof(unknowable[0]) && unknowable[result]) {
		outcome.status = EVM_STATUS_UNDECIDED;
		outcome.why = unknowable[result];
	} else if (result == VERIFY_OK && s->profile->hash[algo->id] == PROFILE_MODULE) {
		/* EVM loads no modules: it depends on whether somebody else did before. */
		outcome.status = EVM_STATUS_UNDECIDED;
		outcome.why = "algorithm-module";
	} else if (result == VERIFY_OK) {
		outcome.status = s->label->type == IMAXATTR_PORTABLE ? EVM_STATUS_PASS_IMMUTABLE
								     : EVM_STATUS_PASS;
	}
	return outcome;
}

static struct evm_outcome judge_signature(const struct subject *s,
					  const struct attrs_value *capability)
{
	own_buf struct buf input = {0};
	const struct hashalgo *algo;
	struct digester *digester;
	struct digest digest;
	const char *why;
	int hashed;

	if (s->label->raw_size <= SIGNATURE_HEADER_BYTES)
		return decided(EVM_STATUS_FAIL);
	/* The third byte is taken for the algorithm even in v1, where it is one of a time stamp. */
	algo = hashalgo_by_id(s->label->raw[2]);
	if (!algo || s->profile->hash[algo->id] == PROFILE_ABSENT)
		return decided(failed(s));
	if (!evmdigest_input(s->profile, s->label->type, s->inode, s->attrs, s->fs, capability,
			     &input, &why))
		return judge_no_input(s, why);
	if (!digest_available(algo))
		return undecided("library-lacks-hash");
	digester = digester_new();
	if (!digester)
		return undecided(EVMDIGEST_NO_MEMORY);
	hashed = digest_buffer(digester, algo, input.data, input.len, &digest, NULL);
	digester_free(digester);
	if (hashed < 0)
		return undecided("library-lacks-hash");
	if (!s->verifier)
		return undecided("no-keyring");
	return of_verification(s, algo, verifier_check(s->verifier, s->label, &digest));
}

static struct evm_outcome judge_label(const struct subject *s, const struct attrs_value *capability)
{
	switch (s->label->type) {
	case IMAXATTR_HMAC: return judge_hmac(s, capability);
	case IMAXATTR_SIGNATURE:
	case IMAXATTR_PORTABLE: return judge_signature(s, capability);
	default: /* an empty one and every other type */ return decided(EVM_STATUS_FAIL);
	}
}

/*
 * getxattr(2) shows a security.capability of the third revision with root id 0 as one of the
 * second. Writes what may be on disk instead of what was read; false: what was read is what there
 * is.
 */
static bool capability_as_v3(const struct attrs_value *seen, uint8_t out[CAP_V3_BYTES])
{
	if (seen->state != ATTRS_PRESENT || seen->size != CAP_V2_BYTES ||
	    seen->data[CAP_REVISION_AT] != 2)
		return false;
	memset(out, 0, CAP_V3_BYTES);
	memcpy(out, seen->data, CAP_V2_BYTES);
	out[CAP_REVISION_AT] = 3;
	return true;
}

static bool is_pass(enum evm_status status)
{
	return status == EVM_STATUS_PASS || status == EVM_STATUS_PASS_IMMUTABLE;
}

/* Either form of the capabilities may be the one on disk: one good is good, none known is not
 * known. */
static struct evm_outcome judge_present(const struct subject *s)
{
	uint8_t v3[CAP_V3_BYTES];
	const struct attrs_value on_disk = {.state = ATTRS_PRESENT, .data = v3, .size = sizeof(v3)};
	struct evm_outcome seen = judge_label(s, NULL), other;

	if (is_pass(seen.status) || !capability_as_v3(ATTRS_CAPABILITY(s->attrs), v3))
		return seen;
	other = judge_label(s, &on_disk);
	if (is_pass(other.status) || other.status == EVM_STATUS_UNDECIDED)
		return other;
	return seen;
}

struct evm_outcome evm_judge(struct verifier *verifier, const struct kernel_profile *profile,
			     const struct evm_hmac_key *hmac_key, const struct inode_facts *inode,
			     const struct attrs *attrs, const struct imaxattr *evm_label,
			     const struct evm_fs *fs)
{
	const struct subject s = {verifier, profile, hmac_key, inode, attrs, evm_label, fs};

	/* Not in force, or security.ima is not among what it protects: nobody asks it. */
	if (profile->evm == PROFILE_EVM_NONE || !(profile->evm_xattrs & 1u << PROFILE_XATTR_IMA))
		return decided(EVM_STATUS_UNKNOWN);
	if (fs->hmac_unsupported && profile->evm_hmac_unsupported &&
	    !(profile->evm & PROFILE_EVM_X509))
		return decided(EVM_STATUS_UNKNOWN);
	switch (attrs->evm.state) {
	case ATTRS_ABSENT: return judge_absent(&s);
	case ATTRS_UNSUPPORTED: return decided(EVM_STATUS_UNKNOWN);
	case ATTRS_UNREADABLE: return undecided("unreadable");
	case ATTRS_PRESENT: break;
	}
	return judge_present(&s);
}

const char *evm_status_name(enum evm_status status)
{
	static const char *const names[] = {
		[EVM_STATUS_UNKNOWN] = "unknown",
		[EVM_STATUS_PASS] = "pass",
		[EVM_STATUS_PASS_IMMUTABLE] = "pass_immutable",
		[EVM_STATUS_FAIL] = "fail",
		[EVM_STATUS_FAIL_IMMUTABLE] = "fail_immutable",
		[EVM_STATUS_NO_LABEL] = "no_label",
		[EVM_STATUS_NO_XATTRS] = "no_xattrs",
		[EVM_STATUS_UNDECIDED] = "undecided",
	};

	return names[status];
}
