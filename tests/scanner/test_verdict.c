/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/verdict.c: the kernel's decision as a table. */
#include "scanner/verdict.h"

#include <string.h>

#include "tests/suites.h"

/* Labels over a content whose sha256 digest is 32 bytes of 0x5a, in a few shapes. */
#define GOOD16 "ZZZZZZZZZZZZZZZZ"
#define BAD16  "ZZZZZZZZZZZZZZZY"

enum label_kind {
	NONE,
	EMPTY,
	DIGEST,	 /* 01, as the default algorithm */
	NG,	 /* 04 */
	NG_LONG, /* trailing bytes */
	NG_SHORT,
	NG_WRONG,
	SIG_V0,
	SIG_V1,
	SIG_V2,
	SIG_V3,
	SIG_V4,
	SIG_BYTE, /* 03 alone */
	VERITY_V2,
	VERITY_V3,
	VERITY_BYTE,
	TYPE_HMAC,
	TYPE_PORTABLE,
	TYPE_ODD,
};

/* clang-format off */
static const struct { const char *data; size_t size; } labels[] = {
	[NONE] = {NULL, 0},
	[EMPTY] = {"", 0},
	[DIGEST] = {"\x01" GOOD16 GOOD16, 33},
	[NG] = {"\x04\x04" GOOD16 GOOD16, 34},
	[NG_LONG] = {"\x04\x04" GOOD16 GOOD16 "more", 38},
	[NG_SHORT] = {"\x04\x04" GOOD16 GOOD16, 33},
	[NG_WRONG] = {"\x04\x04" GOOD16 BAD16, 34},
	[SIG_V0] = {"\x03\x00\x04\x01\x02\x03\x04\x00\x01S", 10},
	[SIG_V1] = {"\x03\x01\x04\x01\x02\x03\x04\x00\x01S0123456789", 20},
	[SIG_V2] = {"\x03\x02\x04\x01\x02\x03\x04\x00\x01S", 10},
	[SIG_V3] = {"\x03\x03\x04\x01\x02\x03\x04\x00\x01S", 10},
	[SIG_V4] = {"\x03\x04\x04\x01\x02\x03\x04\x00\x01S", 10},
	[SIG_BYTE] = {"\x03", 1},
	[VERITY_V2] = {"\x06\x02\x04\x01\x02\x03\x04\x00\x01S", 10},
	[VERITY_V3] = {"\x06\x03\x04\x01\x02\x03\x04\x00\x01S", 10},
	[VERITY_BYTE] = {"\x06", 1},
	[TYPE_HMAC] = {"\x02" GOOD16 "ZZZZ", 21},
	[TYPE_PORTABLE] = {"\x05\x02\x04\x01\x02\x03\x04\x00\x01S", 10},
	[TYPE_ODD] = {"\x7f" GOOD16 "ZZZZ", 21},
};

/* Rules. */
enum {
	PLAIN = 0,
	IMASIG = POLICY_DIGSIG_REQUIRED | POLICY_CHECK_BLACKLIST,
	MODSIG = IMASIG | POLICY_MODSIG_ALLOWED,
	SIGV3 = POLICY_DIGSIG_REQUIRED | POLICY_SIGV3_REQUIRED,
	VERITY = POLICY_VERITY_REQUIRED | POLICY_DIGSIG_REQUIRED | POLICY_SIGV3_REQUIRED | POLICY_CHECK_BLACKLIST,
};

/* What is unlike the ordinary: a kernel of 6.12, EVM not judged, digests computed. */
enum {
	NEW_KERNEL = 1 << 0,	 /* sigv3_files */
	PLATFORM = 1 << 1,	 /* platform_keyring */
	KEXEC = 1 << 2,
	WRITE = 1 << 3,
	HAS_MODSIG = 1 << 4,
	BLACKLISTED = 1 << 5,
	VERITY_BLACKLISTED = 1 << 6,
	MODSIG_BLACKLISTED = 1 << 7,
	UNTRUSTED_FS = 1 << 8,
	ONLY_SHA512 = 1 << 9,	 /* appraise_algos=sha512 */
	NO_ATTRS = 1 << 10,	 /* the file system keeps none */
	UNREADABLE_LABEL = 1 << 11,
	EVM_IN_FORCE = 1 << 12,	 /* with the row's status */
};

#define EVM(status) EVM_IN_FORCE, EVM_STATUS_##status
#define OUT(kind, cause) VERDICT_##kind, cause

static const struct {
	enum label_kind label;
	unsigned rule;
	enum digest_state digest;      /* of both */
	enum verify_result sig, other; /* over the digest that counts; by .platform or of the modsig */
	unsigned how;
	enum evm_status evm;
	enum verdict_kind kind;
	const char *cause;
} rows[] = {
	/* A plain rule. */
	{NONE, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(NO_LABEL, "missing-hash")},
	{NONE, PLAIN, DIGEST_NOT_ASKED, 0, 0, 0, 0, OUT(NO_LABEL, "missing-hash")},
	{EMPTY, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(NO_LABEL, "missing-hash")},
	{DIGEST, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(PASS, NULL)},
	{NG, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(PASS, NULL)},
	{NG_LONG, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(PASS, NULL)},
	{NG_SHORT, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(FAIL, "invalid-hash")},
	{NG_WRONG, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(FAIL, "invalid-hash")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(PASS, NULL)},
	{SIG_V1, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(PASS, NULL)},
	{TYPE_HMAC, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(UNKNOWN, "unknown-ima-data")},
	{TYPE_PORTABLE, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(UNKNOWN, "unknown-ima-data")},
	{TYPE_ODD, PLAIN, DIGEST_DONE, 0, 0, 0, 0, OUT(UNKNOWN, "unknown-ima-data")},
	/* Every outcome of a signature. */
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_BAD, 0, 0, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_NO_KEY, 0, 0, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_REVOKED, 0, 0, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_UNSUPPORTED_ALGO, 0, 0, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_NO_KEYRING, 0, 0, 0, OUT(UNDECIDED, "no-keyring")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_AMBIGUOUS, 0, 0, 0, OUT(UNDECIDED, "ambiguous-key")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_CANNOT, 0, 0, 0, OUT(UNDECIDED, "library-lacks-algorithm")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_NO_MEMORY, 0, 0, 0, OUT(UNDECIDED, "no-memory")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_NOT_TRIED, 0, 0, 0, OUT(UNDECIDED, "not-computed")},
	{VERITY_V3, PLAIN, DIGEST_DONE, VERIFY_BAD, 0, 0, 0, OUT(FAIL, "invalid-verity-signature")},
	{VERITY_V3, PLAIN, DIGEST_DONE, VERIFY_NO_KEYRING, 0, 0, 0, OUT(UNDECIDED, "no-keyring")},
	/* Versions. */
	{SIG_V0, PLAIN, DIGEST_DONE, VERIFY_UNSUPPORTED_VERSION, 0, 0, 0, OUT(UNKNOWN, "unknown")},
	{SIG_V3, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "invalid-signature-version")},
	{SIG_V3, PLAIN, DIGEST_DONE, VERIFY_OK, 0, NEW_KERNEL, 0, OUT(PASS, NULL)},
	{SIG_V4, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "invalid-signature-version")},
	{SIG_V4, PLAIN, DIGEST_DONE, VERIFY_OK, 0, NEW_KERNEL, 0, OUT(FAIL, "invalid-signature-version")},
	{SIG_BYTE, PLAIN, DIGEST_DONE, VERIFY_BAD, 0, 0, 0, OUT(FAIL, "invalid-signature")},
	{VERITY_V2, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "invalid-signature-version")},
	{VERITY_BYTE, PLAIN, DIGEST_DONE, VERIFY_BAD, 0, 0, 0, OUT(FAIL, "invalid-signature-version")},
	{SIG_V2, SIGV3, DIGEST_DONE, VERIFY_OK, 0, NEW_KERNEL, 0, OUT(FAIL, "IMA-sigv3-required")},
	{SIG_V3, SIGV3, DIGEST_DONE, VERIFY_OK, 0, NEW_KERNEL, 0, OUT(PASS, NULL)},
	{SIG_V4, SIGV3, DIGEST_DONE, VERIFY_OK, 0, NEW_KERNEL, 0, OUT(FAIL, "invalid-signature-version")},
	/* A rule that wants a signature. */
	{NONE, IMASIG, DIGEST_DONE, 0, 0, 0, 0, OUT(NO_LABEL, "IMA-signature-required")},
	{EMPTY, IMASIG, DIGEST_DONE, 0, 0, 0, 0, OUT(NO_LABEL, "IMA-signature-required")},
	{NG, IMASIG, DIGEST_DONE, 0, 0, 0, 0, OUT(FAIL, "IMA-signature-required")},
	{NG, IMASIG, DIGEST_LIBRARY_LACKS, 0, 0, 0, 0, OUT(FAIL, "IMA-signature-required")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(PASS, NULL)},
	{VERITY_V3, IMASIG, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "IMA-signature-required")},
	{TYPE_ODD, IMASIG, DIGEST_DONE, 0, 0, 0, 0, OUT(UNKNOWN, "unknown-ima-data")},
	/* fs-verity. */
	{NONE, VERITY, DIGEST_DONE, 0, 0, 0, 0, OUT(NO_LABEL, "verity-signature-required")},
	{NONE, VERITY, DIGEST_NO_VERITY, 0, 0, 0, 0, OUT(FAIL, "no-verity-digest")},
	{NG, VERITY, DIGEST_DONE, 0, 0, 0, 0, OUT(FAIL, "verity-signature-required")},
	{SIG_V2, VERITY, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "verity-signature-required")},
	{SIG_V3, VERITY, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "verity-signature-required")},
	{VERITY_V3, VERITY, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(PASS, NULL)},
	{VERITY_V3, VERITY, DIGEST_DONE, VERIFY_BAD, 0, 0, 0, OUT(FAIL, "invalid-verity-signature")},
	{VERITY_V2, VERITY, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(FAIL, "invalid-signature-version")},
	{VERITY_V3, VERITY, DIGEST_NO_VERITY, VERIFY_OK, 0, 0, 0, OUT(FAIL, "no-verity-digest")},
	{VERITY_V3, VERITY, DIGEST_UNKNOWN, 0, 0, 0, 0, OUT(UNDECIDED, "unknown-verity-parameters")},
	/* Without digest_type=verity it is checked over the content's digest. */
	{VERITY_V3, PLAIN, DIGEST_DONE, VERIFY_OK, 0, 0, 0, OUT(PASS, NULL)},
	/* Collecting comes first. */
	{NG, PLAIN, DIGEST_KERNEL_LACKS, 0, 0, 0, 0, OUT(FAIL, "failed")},
	{NG, PLAIN, DIGEST_KERNEL_LACKS, 0, 0, EVM(FAIL), OUT(FAIL, "failed")},
	{NG, PLAIN, DIGEST_LIBRARY_LACKS, 0, 0, 0, 0, OUT(UNDECIDED, "library-lacks-hash")},
	{SIG_V2, PLAIN, DIGEST_LIBRARY_LACKS, 0, 0, 0, 0, OUT(UNDECIDED, "library-lacks-hash")},
	{SIG_V2, PLAIN, DIGEST_LIBRARY_LACKS, VERIFY_NO_KEY, 0, 0, 0, OUT(FAIL, "invalid-signature")},
	{NG, PLAIN, DIGEST_UNREADABLE, 0, 0, 0, 0, OUT(UNDECIDED, "unreadable")},
	{NG, PLAIN, DIGEST_NOT_ASKED, 0, 0, 0, 0, OUT(UNDECIDED, "not-computed")},
	{NG, PLAIN, DIGEST_DONE, 0, 0, UNREADABLE_LABEL, 0, OUT(UNDECIDED, "unreadable")},
	{NONE, PLAIN, DIGEST_DONE, 0, 0, NO_ATTRS, 0, OUT(UNKNOWN, "no-xattr-support")},
	/* EVM before the label, but after its absence. */
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(PASS), OUT(PASS, NULL)},
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(UNKNOWN), OUT(PASS, NULL)},
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(FAIL), OUT(FAIL, "invalid-HMAC")},
	{NG_WRONG, PLAIN, DIGEST_DONE, 0, 0, EVM(FAIL), OUT(FAIL, "invalid-HMAC")},
	{NG_WRONG, PLAIN, DIGEST_DONE, 0, 0, EVM(PASS), OUT(FAIL, "invalid-hash")},
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(FAIL_IMMUTABLE), OUT(FAIL_IMMUTABLE, "invalid-fail-immutable")},
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(NO_LABEL), OUT(NO_LABEL, "missing-HMAC")},
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(NO_XATTRS), OUT(NO_XATTRS, "missing-HMAC")},
	{NONE, PLAIN, DIGEST_DONE, 0, 0, EVM(NO_XATTRS), OUT(NO_LABEL, "missing-hash")},
	{NONE, IMASIG, DIGEST_DONE, 0, 0, EVM(FAIL), OUT(NO_LABEL, "IMA-signature-required")},
	{NG, PLAIN, DIGEST_DONE, 0, 0, EVM(UNDECIDED), OUT(UNDECIDED, "because")},
	{TYPE_ODD, PLAIN, DIGEST_DONE, 0, 0, EVM(UNDECIDED), OUT(UNDECIDED, "because")},
	{NG, PLAIN, DIGEST_LIBRARY_LACKS, 0, 0, EVM(FAIL), OUT(FAIL, "invalid-HMAC")},
	/* A portable signature makes a signature of the digest beside it. */
	{NG, IMASIG, DIGEST_DONE, 0, 0, EVM(PASS_IMMUTABLE), OUT(PASS, NULL)},
	{DIGEST, IMASIG, DIGEST_DONE, 0, 0, EVM(PASS_IMMUTABLE), OUT(PASS, NULL)},
	{NG_WRONG, IMASIG, DIGEST_DONE, 0, 0, EVM(PASS_IMMUTABLE), OUT(FAIL, "invalid-hash")},
	{NG, IMASIG, DIGEST_DONE, 0, 0, EVM(PASS), OUT(FAIL, "IMA-signature-required")},
	{NG, VERITY, DIGEST_DONE, 0, 0, EVM(PASS_IMMUTABLE), OUT(PASS, NULL)},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_OK, 0, EVM(PASS_IMMUTABLE), OUT(PASS, NULL)},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_BAD, 0, EVM(PASS_IMMUTABLE), OUT(FAIL, "invalid-signature")},
	/* Blacklists. */
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_OK, 0, BLACKLISTED, 0, OUT(FAIL, "blacklisted-hash")},
	{NONE, IMASIG, DIGEST_DONE, 0, 0, BLACKLISTED, 0, OUT(FAIL, "blacklisted-hash")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_OK, 0, VERITY_BLACKLISTED, 0, OUT(PASS, NULL)},
	{SIG_V2, POLICY_DIGSIG_REQUIRED, DIGEST_DONE, VERIFY_OK, 0, BLACKLISTED, 0, OUT(PASS, NULL)},
	{NG, PLAIN, DIGEST_DONE, 0, 0, BLACKLISTED, 0, OUT(PASS, NULL)},
	{NG, POLICY_CHECK_BLACKLIST, DIGEST_DONE, 0, 0, BLACKLISTED, 0, OUT(PASS, NULL)},
	{VERITY_V3, VERITY, DIGEST_DONE, VERIFY_OK, 0, VERITY_BLACKLISTED, 0, OUT(FAIL, "blacklisted-hash")},
	{VERITY_V3, VERITY, DIGEST_DONE, VERIFY_OK, 0, BLACKLISTED, 0, OUT(PASS, NULL)},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG | MODSIG_BLACKLISTED, 0, OUT(FAIL, "blacklisted-hash")},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG | BLACKLISTED, 0, OUT(PASS, NULL)},
	/* Appended signatures: without a label, beside a digest, or when the label's key is unknown. */
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG, 0, OUT(PASS, NULL)},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_BAD, HAS_MODSIG, 0, OUT(FAIL, "invalid-signature")},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, 0, 0, OUT(NO_LABEL, "IMA-signature-required")},
	{NONE, IMASIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG, 0, OUT(NO_LABEL, "IMA-signature-required")},
	{EMPTY, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG, 0, OUT(UNKNOWN, "unknown-ima-data")},
	{NG, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG, 0, OUT(PASS, NULL)},
	{NG_WRONG, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG, 0, OUT(PASS, NULL)},
	{NG, MODSIG, DIGEST_DONE, 0, VERIFY_BAD, HAS_MODSIG | EVM(PASS_IMMUTABLE), OUT(FAIL, "invalid-signature")},
	{DIGEST, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG, 0, OUT(FAIL, "IMA-signature-required")},
	{SIG_V2, MODSIG, DIGEST_DONE, VERIFY_NO_KEY, VERIFY_OK, HAS_MODSIG, 0, OUT(PASS, NULL)},
	{SIG_V2, MODSIG, DIGEST_DONE, VERIFY_BAD, VERIFY_OK, HAS_MODSIG, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, MODSIG, DIGEST_DONE, VERIFY_OK, VERIFY_BAD, HAS_MODSIG, 0, OUT(PASS, NULL)},
	{SIG_V3, MODSIG, DIGEST_DONE, VERIFY_NO_KEY, VERIFY_OK, HAS_MODSIG, 0, OUT(FAIL, "invalid-signature-version")},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG | EVM(NO_XATTRS), OUT(PASS, NULL)},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG | EVM(NO_LABEL), OUT(NO_LABEL, "missing-HMAC")},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG | EVM(FAIL), OUT(FAIL, "invalid-HMAC")},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_OK, HAS_MODSIG | NO_ATTRS, 0, OUT(PASS, NULL)},
	{NONE, MODSIG, DIGEST_DONE, 0, VERIFY_NO_KEYRING, HAS_MODSIG, 0, OUT(UNDECIDED, "no-keyring")},
	/* A kernel for kexec may be vouched for by .platform. */
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_NO_KEY, VERIFY_OK, KEXEC | PLATFORM, 0, OUT(PASS, NULL)},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_BAD, VERIFY_BAD, KEXEC | PLATFORM, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_NO_KEY, VERIFY_OK, PLATFORM, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_NO_KEY, VERIFY_OK, KEXEC, 0, OUT(FAIL, "invalid-signature")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_BAD, VERIFY_NO_KEYRING, KEXEC | PLATFORM, 0, OUT(UNDECIDED, "no-keyring")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_NO_KEYRING, VERIFY_BAD, KEXEC | PLATFORM, 0, OUT(UNDECIDED, "no-keyring")},
	{SIG_V2, IMASIG, DIGEST_DONE, VERIFY_NO_KEYRING, VERIFY_OK, KEXEC | PLATFORM, 0, OUT(PASS, NULL)},
	/* A file system whose files may change unseen. */
	{NG, PLAIN, DIGEST_DONE, 0, 0, UNTRUSTED_FS, 0, OUT(FAIL, "unverifiable-signature")},
	{NONE, PLAIN, DIGEST_DONE, 0, 0, UNTRUSTED_FS, 0, OUT(FAIL, "unverifiable-signature")},
	/* What is refused although it verified. */
	{NG, PLAIN, DIGEST_DONE, 0, 0, ONLY_SHA512, 0, OUT(FAIL, "denied-hash-algorithm")},
	{NG_WRONG, PLAIN, DIGEST_DONE, 0, 0, ONLY_SHA512, 0, OUT(FAIL, "invalid-hash")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_NO_KEYRING, 0, ONLY_SHA512, 0, OUT(FAIL, "denied-hash-algorithm")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_OK, 0, WRITE, 0, OUT(FAIL, "signature-not-writable")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_BAD, 0, WRITE, 0, OUT(FAIL, "invalid-signature")},
	{VERITY_V3, PLAIN, DIGEST_DONE, VERIFY_OK, 0, WRITE, 0, OUT(FAIL, "signature-not-writable")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_NO_KEYRING, 0, WRITE, 0, OUT(FAIL, "signature-not-writable")},
	{SIG_V2, PLAIN, DIGEST_DONE, VERIFY_OK, 0, WRITE | EVM(UNDECIDED), OUT(FAIL, "signature-not-writable")},
	{NG, PLAIN, DIGEST_DONE, 0, 0, WRITE, 0, OUT(PASS, NULL)},
	{NG, PLAIN, DIGEST_DONE, 0, 0, WRITE | EVM(PASS), OUT(PASS, NULL)},
	{NG, PLAIN, DIGEST_DONE, 0, 0, WRITE | EVM(PASS_IMMUTABLE), OUT(FAIL, "signature-not-writable")},
};
/* clang-format on */

static void fill(int i, struct kernel_profile *profile, struct imaxattr *label,
		 struct policy_rule *rule, struct verdict_input *in)
{
	const struct hashalgo *sha256 = hashalgo_by_id(HASHALGO_SHA256);
	struct collected collected = {
		.state = rows[i].digest,
		.digest = {.algo = sha256, .size_bytes = sha256->size_bytes},
	};
	struct verify_outcome sig = {.result = rows[i].sig}, other = {.result = rows[i].other};
	unsigned how = rows[i].how;
	bool verity = rows[i].rule & POLICY_VERITY_REQUIRED;

	memset(collected.digest.value, 'Z', sha256->size_bytes);
	*profile = (struct kernel_profile){.default_hash = sha256};
	profile->sigv3_files = how & NEW_KERNEL;
	profile->platform_keyring = how & PLATFORM;
	imaxattr_decode((const uint8_t *)labels[rows[i].label].data, labels[rows[i].label].size,
			label);
	*rule = (struct policy_rule){.action = POLICY_APPRAISE, .flags = rows[i].rule};
	if (how & ONLY_SHA512)
		rule->allowed_algos = 1u << HASHALGO_SHA512;
	*in = (struct verdict_input){.profile = profile, .ima = label};
	in->ima_state = how & UNREADABLE_LABEL		 ? ATTRS_UNREADABLE
			: how & NO_ATTRS		 ? ATTRS_UNSUPPORTED
			: label->type == IMAXATTR_ABSENT ? ATTRS_ABSENT
							 : ATTRS_PRESENT;
	/* What does not count under the rule would lead astray. */
	*(verity ? &in->verity : &in->data) = collected;
	*(verity ? &in->sig_verity : &in->sig_data) = sig;
	in->has_modsig = how & HAS_MODSIG;
	*(in->has_modsig ? &in->modsig : &in->sig_platform) = other;
	in->blacklisted = how & BLACKLISTED;
	in->verity_blacklisted = how & VERITY_BLACKLISTED;
	in->modsig_blacklisted = how & MODSIG_BLACKLISTED;
	in->evm_judged = how & EVM_IN_FORCE;
	in->evm = (struct evm_outcome){.status = rows[i].evm, .why = "because"};
	in->unverifiable_fs = how & UNTRUSTED_FS;
}

START_TEST(judges)
{
	struct kernel_profile profile;
	struct policy_rule rule;
	struct verdict_input in;
	struct imaxattr label;
	struct verdict_access access;
	struct verdict verdict;
	unsigned how = rows[_i].how;

	fill(_i, &profile, &label, &rule, &in);
	access = (struct verdict_access){
		.func = how & KEXEC ? POLICY_FUNC_KEXEC_KERNEL_CHECK : POLICY_FUNC_FILE_CHECK,
		.mask = how & WRITE ? POLICY_MAY_WRITE : POLICY_MAY_READ,
		.options = rule.flags,
		.allowed_algos = rule.allowed_algos,
		.verity = rule.flags & POLICY_VERITY_REQUIRED,
	};
	verdict = verdict_judge(&in, &access);
	ck_assert_msg(verdict.kind == rows[_i].kind, "%s %s instead of %s %s",
		      verdict_name(verdict.kind), verdict.cause ? verdict.cause : "-",
		      verdict_name(rows[_i].kind), rows[_i].cause ? rows[_i].cause : "-");
	ck_assert_pstr_eq(verdict.cause, rows[_i].cause);
	/* Every word that leaves here has a meaning, and good ones need none. */
	ck_assert_int_eq(verdict.cause == NULL, verdict_is_good(verdict.kind));
	if (verdict.cause && strcmp(verdict.cause, "because") != 0)
		ck_assert_ptr_nonnull(verdict_cause_meaning(verdict.cause));
}
END_TEST

/* A file that no rule governs is judged as by a plain rule; only the missing label has another
 * word. */
START_TEST(judges_labels_alone)
{
	struct kernel_profile profile;
	struct policy_rule rule;
	struct verdict_input in;
	struct imaxattr label;
	struct verdict verdict;

	if (rows[_i].rule != PLAIN || rows[_i].how & (WRITE | ONLY_SHA512))
		return;
	fill(_i, &profile, &label, &rule, &in);
	verdict = verdict_of_label(&in);
	if (rows[_i].label == NONE && !(rows[_i].how & NO_ATTRS)) {
		ck_assert_int_eq(verdict.kind, VERDICT_NO_LABEL);
		ck_assert_str_eq(verdict.cause, "no-label");
	} else {
		ck_assert_int_eq(verdict.kind, rows[_i].kind);
		ck_assert_pstr_eq(verdict.cause, rows[_i].cause);
	}
}
END_TEST

START_TEST(has_words)
{
	enum verdict_kind kind = (enum verdict_kind)_i;

	ck_assert_ptr_nonnull(verdict_name(kind));
	ck_assert_ptr_nonnull(verdict_meaning(kind));
	ck_assert_int_eq(verdict_is_good(kind),
			 kind == VERDICT_PASS || kind == VERDICT_PASS_IMMUTABLE);
	for (unsigned other = 0; other < VERDICT_KIND_COUNT; other++) {
		if (other == kind)
			continue;
		ck_assert_int_ne(verdict_weight(kind), verdict_weight((enum verdict_kind)other));
		ck_assert_str_ne(verdict_name(kind), verdict_name((enum verdict_kind)other));
		/* Nothing good is ever the worst of several. */
		if (verdict_is_good(kind) && !verdict_is_good((enum verdict_kind)other))
			ck_assert_int_lt(verdict_weight(kind),
					 verdict_weight((enum verdict_kind)other));
	}
	ck_assert_ptr_null(verdict_cause_meaning("no such word"));
}
END_TEST

Suite *verdict_suite(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tcase = tcase_create("verdict");

	tcase_add_loop_test(tcase, judges, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tcase, judges_labels_alone, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tcase, has_words, 0, VERDICT_KIND_COUNT);
	suite_add_tcase(suite, tcase);
	return suite;
}
