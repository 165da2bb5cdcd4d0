/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of scanner/evmdigest.c and scanner/evm.c: the bytes, and the status, of made-up inodes. */
#include "scanner/evmdigest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "scanner/digest.h"
#include "tests/scanner/testkeys.h"
#include "tests/suites.h"

/* One inode: number 0x0102030405060708, generation 0x11121314, 1000:100, mode 0100755. */
static const struct inode_facts inode = {
	.ino = 0x0102030405060708,
	.generation = 0x11121314,
	.has_generation = true,
	.uid = 1000,
	.gid = 100,
	.mode = 0100755,
};

/* ino, generation, uid 0x3e8, gid 0x64, mode 0x81ed, padding: all little endian. */
#define MISC	 "\x08\x07\x06\x05\x04\x03\x02\x01\x14\x13\x12\x11" MISC_TAIL
#define PORTABLE "\0\0\0\0\0\0\0\0\0\0\0\0" MISC_TAIL
#define MISC_TAIL                                                                                  \
	"\xe8\x03\0\0"                                                                             \
	"\x64\0\0\0"                                                                               \
	"\xed\x81\0\0"
#define UUID "0123456789abcdef"

static struct evm_fs fs = {.has_uuid = true};

enum {
	SELINUX = 1 << PROFILE_XATTR_SELINUX,
	SMACK64 = 1 << PROFILE_XATTR_SMACK64,
	SMACK64EXEC = 1 << PROFILE_XATTR_SMACK64EXEC,
	APPARMOR = 1 << PROFILE_XATTR_APPARMOR,
	IMA = 1 << PROFILE_XATTR_IMA,
	CAPS = 1 << PROFILE_XATTR_CAPABILITY,
	ALL = (1 << PROFILE_XATTR_COUNT) - 1,
	DEBIAN = SELINUX | APPARMOR | IMA | CAPS,
};

/* A capability set of the second revision: effective, CAP_NET_RAW permitted. */
static const uint8_t caps_v2[20] = {1, 0, 0, 2, 0, 0x20};

static const struct {
	const char *data;
	size_t size;
} values[PROFILE_XATTR_COUNT] = {
	[PROFILE_XATTR_SELINUX] = {"sel", 4}, /* with its NUL */
	[PROFILE_XATTR_SMACK64] = {"smack", 5},
	[PROFILE_XATTR_SMACK64EXEC] = {"exec", 4},
	[PROFILE_XATTR_SMACK64TRANSMUTE] = {"trans", 5},
	[PROFILE_XATTR_SMACK64MMAP] = {"mmap", 4},
	[PROFILE_XATTR_APPARMOR] = {"armor", 5},
	[PROFILE_XATTR_IMA] = {"\x04\x04ima", 5},
	[PROFILE_XATTR_CAPABILITY] = {(const char *)caps_v2, sizeof(caps_v2)},
};

static struct attrs attrs_with(unsigned present)
{
	struct attrs attrs = {0};

	for (unsigned i = 0; i < PROFILE_XATTR_COUNT; i++)
		if (present & 1u << i)
			attrs.protected[i] = (struct attrs_value){
				.state = ATTRS_PRESENT,
				.data = (uint8_t *)values[i].data,
				.size = values[i].size,
			};
	return attrs;
}

static void setup(void)
{
	ck_assert_int_eq(digest_init(NULL), 0);
	memcpy(fs.uuid, UUID, sizeof(fs.uuid));
}

/* --- The bytes --- */

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	enum imaxattr_type type;
	unsigned present, enabled;
	bool with_uuid;
	const char *expected; /* NULL: the kernel refuses */
	size_t size;
} inputs[] = {
	{IMAXATTR_HMAC, IMA, DEBIAN, true, BYTES("\x04\x04ima" MISC UUID)},
	{IMAXATTR_HMAC, IMA, DEBIAN, false, BYTES("\x04\x04ima" MISC)},
	{IMAXATTR_SIGNATURE, IMA, DEBIAN, true, BYTES("\x04\x04ima" MISC UUID)},
	{IMAXATTR_PORTABLE, IMA, DEBIAN, true, BYTES("\x04\x04ima" PORTABLE)},
	/* The order is the kernel's; what the build left out is left out, except by portable ones.
	 */
	{IMAXATTR_HMAC, SELINUX | SMACK64 | APPARMOR | IMA, DEBIAN, false,
	 BYTES("sel\0armor\x04\x04ima" MISC)},
	{IMAXATTR_HMAC, SELINUX | SMACK64 | APPARMOR | IMA, ALL, false,
	 BYTES("sel\0smackarmor\x04\x04ima" MISC)},
	{IMAXATTR_PORTABLE, SELINUX | SMACK64 | SMACK64EXEC | IMA, DEBIAN, true,
	 BYTES("sel\0smackexec\x04\x04ima" PORTABLE)},
	{IMAXATTR_PORTABLE, ALL & ~CAPS, IMA, true,
	 BYTES("sel\0smackexectransmmaparmor\x04\x04ima" PORTABLE)},
	{IMAXATTR_HMAC, APPARMOR, DEBIAN, false, BYTES("armor" MISC)},
	{IMAXATTR_PORTABLE, APPARMOR, DEBIAN, true, NULL, 0},
	{IMAXATTR_HMAC, 0, DEBIAN, true, NULL, 0},
	{IMAXATTR_HMAC, SMACK64, DEBIAN, true, NULL, 0},
};

START_TEST(lays_out)
{
	struct kernel_profile profile = {.evm_xattrs = inputs[_i].enabled,
					 .evm_fsuuid = inputs[_i].with_uuid};
	struct attrs attrs = attrs_with(inputs[_i].present);
	own_buf struct buf out = {0};
	const char *why = "untouched";
	bool good =
		evmdigest_input(&profile, inputs[_i].type, &inode, &attrs, &fs, NULL, &out, &why);

	ck_assert_ptr_null(why);
	ck_assert_int_eq(good, inputs[_i].expected != NULL);
	if (good) {
		ck_assert_uint_eq(out.len, inputs[_i].size);
		ck_assert_mem_eq(out.data, inputs[_i].expected, out.len);
	}
}
END_TEST

START_TEST(says_what_it_lacks)
{
	struct kernel_profile profile = {.evm_xattrs = DEBIAN, .evm_fsuuid = true};
	struct attrs attrs = attrs_with(IMA);
	struct inode_facts unknown = inode;
	struct evm_fs none = {0};
	own_buf struct buf out = {0};
	const char *why;

	unknown.has_generation = false;
	ck_assert(
		!evmdigest_input(&profile, IMAXATTR_HMAC, &unknown, &attrs, &fs, NULL, &out, &why));
	ck_assert_str_eq(why, "no-generation");
	ck_assert(
		!evmdigest_input(&profile, IMAXATTR_HMAC, &inode, &attrs, &none, NULL, &out, &why));
	ck_assert_str_eq(why, "no-fsuuid");
	ck_assert(evmdigest_input(&profile, IMAXATTR_PORTABLE, &unknown, &attrs, &none, NULL, &out,
				  &why));
	attrs.protected[PROFILE_XATTR_SMACK64].state = ATTRS_UNREADABLE;
	ck_assert(evmdigest_input(&profile, IMAXATTR_HMAC, &inode, &attrs, &fs, NULL, &out, &why));
	ck_assert(!evmdigest_input(&profile, IMAXATTR_PORTABLE, &inode, &attrs, &fs, NULL, &out,
				   &why));
	ck_assert_str_eq(why, "unreadable");
}
END_TEST

/* --- The status --- */

/* HMAC key: 64 bytes 'k'. The kernel's buffer has 128, so that HMAC hashes the key first. */
static struct evm_hmac_key *load_key(const void *data, size_t size, struct fault *f)
{
	char *directory = testkeys_mkdir();
	struct evm_hmac_key *key = NULL;
	const char *path = testkeys_path(directory, "evm-key");

	testkeys_write(path, data, size);
	if (evm_hmac_key_load(path, &key, f) < 0)
		ck_assert_ptr_null(key);
	testkeys_rmdir(directory);
	return key;
}

/* HMAC-SHA1 by its definition, so that the padding of the key is spelled out. */
static void hmac(const struct buf *input, uint8_t out[20])
{
	uint8_t pad[64] = {0}, key[128] = {0}, inner[20];
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	memset(key, 'k', 64);
	ck_assert(EVP_Digest(key, sizeof(key), pad, NULL, EVP_sha1(), NULL));
	for (unsigned i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	ck_assert(EVP_DigestInit_ex(context, EVP_sha1(), NULL) &&
		  EVP_DigestUpdate(context, pad, sizeof(pad)) &&
		  EVP_DigestUpdate(context, input->data, input->len) &&
		  EVP_DigestFinal_ex(context, inner, NULL));
	for (unsigned i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	ck_assert(EVP_DigestInit_ex(context, EVP_sha1(), NULL) &&
		  EVP_DigestUpdate(context, pad, sizeof(pad)) &&
		  EVP_DigestUpdate(context, inner, sizeof(inner)) &&
		  EVP_DigestFinal_ex(context, out, NULL));
	EVP_MD_CTX_free(context);
}

enum { KEYID = 0x4142434a };

static EVP_PKEY *signing_key;

/* A kernel, its .evm keyring of one RSA key, and everything else that evm_judge() asks for. */
struct scene {
	struct kernel_profile profile;
	struct keyring *ring;
	struct verifier *verifier;
	struct evm_hmac_key *hmac_key;
	struct inode_facts inode;
	struct attrs attrs;
	struct evm_fs fs;
	struct buf label;
};

static void scene_init(struct scene *s, unsigned present)
{
	struct testkeys_cert recipe = {.subject = "evm", TESTKEYS_SKID("ABCJ")};
	X509 *x509;

	*s = (struct scene){.profile = testkeys_profile(), .inode = inode, .fs = fs};
	signing_key = testkeys_new("rsa1024");
	recipe.key = signing_key;
	x509 = testkeys_certify(&recipe);
	s->profile.evm = PROFILE_EVM_HMAC | PROFILE_EVM_X509;
	s->profile.evm_xattrs = DEBIAN;
	s->profile.evm_fsuuid = true;
	s->ring = testkeys_ring(&s->profile, &x509, 1);
	s->verifier = verifier_new(s->ring, &s->profile);
	s->hmac_key = load_key("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
			       64, NULL);
	s->attrs = attrs_with(present);
}

static void scene_done(struct scene *s)
{
	verifier_free(s->verifier);
	keyring_free(s->ring);
	evm_hmac_key_free(s->hmac_key);
	EVP_PKEY_free(signing_key);
	buf_done(&s->label);
}

/* Labels the inode as it is now: 2, 3 or 5, in version 2. `caps` stand on disk. */
static void scene_label(struct scene *s, uint8_t type, const struct attrs_value *caps)
{
	static const enum imaxattr_type types[] = {
		[2] = IMAXATTR_HMAC, [3] = IMAXATTR_SIGNATURE, [5] = IMAXATTR_PORTABLE};
	own_buf struct buf input = {0}, sig = {0};
	uint8_t hash[32];
	const char *why;

	ck_assert(evmdigest_input(&s->profile, types[type], &s->inode, &s->attrs, &s->fs, caps,
				  &input, &why));
	buf_clear(&s->label);
	if (type == 2) {
		hmac(&input, hash);
		buf_addc(&s->label, 2);
		buf_add(&s->label, hash, 20);
		return;
	}
	ck_assert(EVP_Digest(input.data, input.len, hash, NULL, EVP_sha256(), NULL));
	testkeys_sign(signing_key, "sha256", hash, sizeof(hash), &sig);
	testkeys_label(type, 2, HASHALGO_SHA256, KEYID, &sig, &s->label);
}

static struct evm_outcome scene_judge(struct scene *s)
{
	struct imaxattr label;

	s->attrs.evm = (struct attrs_value){
		.state = ATTRS_PRESENT, .data = (uint8_t *)s->label.data, .size = s->label.len};
	imaxattr_decode(s->attrs.evm.data, s->attrs.evm.size, &label);
	return evm_judge(s->verifier, &s->profile, s->hmac_key, &s->inode, &s->attrs, &label,
			 &s->fs);
}

/* Each kind of label, and what it covers: what each change of the inode makes of it. */
static const struct {
	const char *name;
	bool bound_only; /* portable labels do not mind */
} tamperings[] = {
	{"nothing", true},	  {"uid", false},	   {"gid", false},
	{"mode", false},	  {"inode number", true},  {"generation", true},
	{"fsuuid", true},	  {"security.ima", false}, {"new capability", false},
	{"lost apparmor", false}, {"file type", false},
};

static void tamper(struct scene *s, int how)
{
	static uint8_t other[] = "\x04\x04imb";

	switch (how) {
	case 1: s->inode.uid ^= 1; break;
	case 2: s->inode.gid ^= 0x80000000; break;
	case 3: s->inode.mode |= 04000; break;
	case 4: s->inode.ino += 1ull << 40; break;
	case 5: s->inode.generation++; break;
	case 6: s->fs.uuid[15] ^= 1; break;
	case 7: ATTRS_IMA(&s->attrs)->data = other; break;
	case 8:
		*ATTRS_CAPABILITY(&s->attrs) = (struct attrs_value){
			.state = ATTRS_PRESENT, .data = (uint8_t *)caps_v2, .size = 20};
		break;
	case 9: s->attrs.protected[PROFILE_XATTR_APPARMOR].state = ATTRS_ABSENT; break;
	case 10: s->inode.mode ^= 0100000 ^ 0120000; break;
	default: break;
	}
}

START_TEST(notices_tampering)
{
	static const struct {
		uint8_t type;
		enum evm_status good, bad;
	} kinds[] = {{2, EVM_STATUS_PASS, EVM_STATUS_FAIL},
		     {3, EVM_STATUS_PASS, EVM_STATUS_FAIL},
		     {5, EVM_STATUS_PASS_IMMUTABLE, EVM_STATUS_FAIL_IMMUTABLE}};
	struct scene s;

	scene_init(&s, IMA | APPARMOR);
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct scene changed;
		bool good = _i == 0 || (tamperings[_i].bound_only && kinds[i].type == 5);
		struct evm_outcome outcome;

		scene_label(&s, kinds[i].type, NULL);
		changed = s;
		tamper(&changed, _i);
		outcome = scene_judge(&changed);
		ck_assert_msg(outcome.status == (good ? kinds[i].good : kinds[i].bad),
			      "%s, type %u: %s", tamperings[_i].name, kinds[i].type,
			      evm_status_name(outcome.status));
		/* One flipped bit of the label. */
		s.label.data[s.label.len - 1] ^= 1;
		outcome = scene_judge(&s);
		ck_assert_int_eq(outcome.status, kinds[i].bad);
	}
	scene_done(&s);
}
END_TEST

/* The same label under other circumstances. */
enum circumstance {
	AS_IT_IS,
	EVM_NONE,
	ONLY_X509,
	ONLY_HMAC,
	IMA_NOT_PROTECTED,
	NO_HMAC_KEY,
	NO_VERIFIER,
	NO_KEYS,
	NO_GENERATION,
	NO_UUID,
	UUID_NOT_HASHED,
	OTHER_KEYID,
	ALGO_MODULE,
	ALGO_MODULE_BAD,
	ALGO_ABSENT,
	ALGO_UNKNOWN,
	CUT_TO_HEADER,
	CUT_TO_TYPE,
	EMPTIED,
	ONE_BYTE_MORE,
	OTHER_TYPE,
	OVERLAY,
	OVERLAY_ONLY_HMAC,
	WITHOUT_IMA,
	WITHOUT_ANY,
	VERSION_3,
	VERSION_4,
};

#define S(status)   EVM_STATUS_##status
#define UNSURE(why) EVM_STATUS_UNDECIDED, why

/* clang-format off */
static const struct {
	enum circumstance how;
	uint8_t type;
	enum evm_status status;
	const char *why;
} scenes[] = {
	{AS_IT_IS, 2, S(PASS), NULL},
	{AS_IT_IS, 3, S(PASS), NULL},
	{AS_IT_IS, 5, S(PASS_IMMUTABLE), NULL},
	{EVM_NONE, 2, S(UNKNOWN), NULL},
	{EVM_NONE, 5, S(UNKNOWN), NULL},
	{ONLY_X509, 2, S(FAIL), NULL},
	{ONLY_X509, 3, S(PASS), NULL},
	{ONLY_HMAC, 2, S(PASS), NULL},
	{ONLY_HMAC, 3, S(PASS), NULL},
	{ONLY_HMAC, 5, S(PASS_IMMUTABLE), NULL},
	{IMA_NOT_PROTECTED, 2, S(UNKNOWN), NULL},
	{NO_HMAC_KEY, 2, UNSURE("no-hmac-key")},
	{NO_HMAC_KEY, 3, S(PASS), NULL},
	{NO_VERIFIER, 3, UNSURE("no-keyring")},
	{NO_KEYS, 3, UNSURE("no-keyring")},
	{NO_KEYS, 5, UNSURE("no-keyring")},
	{NO_KEYS, 2, S(PASS), NULL},
	{NO_GENERATION, 2, UNSURE("no-generation")},
	{NO_GENERATION, 3, UNSURE("no-generation")},
	{NO_GENERATION, 5, S(PASS_IMMUTABLE), NULL},
	{NO_UUID, 2, UNSURE("no-fsuuid")},
	{NO_UUID, 5, S(PASS_IMMUTABLE), NULL},
	{UUID_NOT_HASHED, 2, S(FAIL), NULL},
	{UUID_NOT_HASHED, 5, S(PASS_IMMUTABLE), NULL},
	{OTHER_KEYID, 3, S(FAIL), NULL},
	{OTHER_KEYID, 5, S(FAIL_IMMUTABLE), NULL},
	{ALGO_MODULE, 3, UNSURE("algorithm-module")},
	{ALGO_MODULE, 5, UNSURE("algorithm-module")},
	{ALGO_MODULE_BAD, 3, S(FAIL), NULL},
	{ALGO_ABSENT, 3, S(FAIL), NULL},
	{ALGO_ABSENT, 5, S(FAIL_IMMUTABLE), NULL},
	{ALGO_UNKNOWN, 3, S(FAIL), NULL},
	{ALGO_UNKNOWN, 5, S(FAIL_IMMUTABLE), NULL},
	{CUT_TO_HEADER, 3, S(FAIL), NULL},
	{CUT_TO_HEADER, 5, S(FAIL), NULL}, /* not immutable: the length is looked at before */
	{CUT_TO_TYPE, 2, S(FAIL), NULL},
	{CUT_TO_TYPE, 5, S(FAIL), NULL},
	{EMPTIED, 2, S(FAIL), NULL},
	{ONE_BYTE_MORE, 2, S(FAIL), NULL},
	{ONE_BYTE_MORE, 3, S(FAIL), NULL},
	{ONE_BYTE_MORE, 5, S(FAIL_IMMUTABLE), NULL},
	{OTHER_TYPE, 2, S(FAIL), NULL},
	{OVERLAY, 2, S(PASS), NULL},
	{OVERLAY_ONLY_HMAC, 2, S(UNKNOWN), NULL},
	{WITHOUT_IMA, 5, S(FAIL_IMMUTABLE), NULL},
	{WITHOUT_IMA, 2, S(FAIL), NULL},
	{WITHOUT_ANY, 2, S(NO_XATTRS), NULL},
	{WITHOUT_ANY, 3, S(NO_XATTRS), NULL},
	{WITHOUT_ANY, 5, S(FAIL_IMMUTABLE), NULL},
	{VERSION_3, 3, S(PASS), NULL}, /* to 6.12 the same as 2 */
	{VERSION_3, 5, S(PASS_IMMUTABLE), NULL},
	{VERSION_4, 3, S(FAIL), NULL},
	{VERSION_4, 5, S(FAIL_IMMUTABLE), NULL},
};
/* clang-format on */

static void cut(struct scene *s, size_t size)
{
	s->label.len = size;
}

static void arrange(struct scene *s, enum circumstance how)
{
	switch (how) {
	case EVM_NONE: s->profile.evm = PROFILE_EVM_NONE; break;
	case ONLY_X509: s->profile.evm = PROFILE_EVM_X509; break;
	case OVERLAY_ONLY_HMAC:
		s->fs.hmac_unsupported = s->profile.evm_hmac_unsupported = true;
		s->profile.evm = PROFILE_EVM_HMAC;
		break;
	case ONLY_HMAC: s->profile.evm = PROFILE_EVM_HMAC; break;
	case IMA_NOT_PROTECTED: s->profile.evm_xattrs = SELINUX | APPARMOR; break;
	case NO_HMAC_KEY:
		evm_hmac_key_free(s->hmac_key);
		s->hmac_key = NULL;
		break;
	case NO_VERIFIER:
		verifier_free(s->verifier);
		s->verifier = NULL;
		break;
	case NO_KEYS:
		verifier_free(s->verifier);
		keyring_free(s->ring);
		s->ring = keyring_new(".evm");
		s->verifier = verifier_new(s->ring, &s->profile);
		break;
	case NO_GENERATION: s->inode.has_generation = false; break;
	case NO_UUID: s->fs.has_uuid = false; break;
	case UUID_NOT_HASHED: s->profile.evm_fsuuid = false; break;
	case OTHER_KEYID: s->label.data[3] ^= 1; break;
	case ALGO_MODULE_BAD:
		s->label.data[20] ^= 1;
		s->profile.hash[HASHALGO_SHA256] = PROFILE_MODULE;
		break;
	case ALGO_MODULE: s->profile.hash[HASHALGO_SHA256] = PROFILE_MODULE; break;
	case ALGO_ABSENT: s->profile.hash[HASHALGO_SHA256] = PROFILE_ABSENT; break;
	case ALGO_UNKNOWN: s->label.data[2] = HASHALGO_COUNT; break;
	case CUT_TO_HEADER: cut(s, 9); break;
	case CUT_TO_TYPE: cut(s, 1); break;
	case EMPTIED: cut(s, 0); break;
	case ONE_BYTE_MORE: buf_addc(&s->label, 0); break;
	case OTHER_TYPE: s->label.data[0] = 7; break;
	case OVERLAY: s->fs.hmac_unsupported = s->profile.evm_hmac_unsupported = true; break;
	case WITHOUT_ANY:
		s->attrs.protected[PROFILE_XATTR_APPARMOR].state = ATTRS_ABSENT;
		ATTRS_IMA(&s->attrs)->state = ATTRS_ABSENT;
		break;
	case WITHOUT_IMA: ATTRS_IMA(&s->attrs)->state = ATTRS_ABSENT; break;
	case VERSION_3: s->label.data[1] = 3; break;
	case VERSION_4: s->label.data[1] = 4; break;
	case AS_IT_IS: break;
	}
}

START_TEST(judges)
{
	struct evm_outcome outcome;
	struct scene s;

	scene_init(&s, IMA | APPARMOR);
	scene_label(&s, scenes[_i].type, NULL);
	arrange(&s, scenes[_i].how);
	outcome = scene_judge(&s);
	ck_assert_str_eq(evm_status_name(outcome.status), evm_status_name(scenes[_i].status));
	ck_assert_pstr_eq(outcome.why, scenes[_i].why);
	if (scenes[_i].how == AS_IT_IS && scenes[_i].type != 2)
		ck_assert_ptr_eq(outcome.key, keyring_at(s.ring, 0));
	scene_done(&s);
}
END_TEST

/* Without security.evm. */
START_TEST(judges_absence)
{
	static const struct {
		unsigned present;
		enum attrs_state evm, smack;
		enum evm_status status;
	} rows[] = {
		{IMA, ATTRS_ABSENT, ATTRS_ABSENT, EVM_STATUS_NO_LABEL},
		{0, ATTRS_ABSENT, ATTRS_ABSENT, EVM_STATUS_NO_XATTRS},
		/* Names that are not enabled count here. */
		{SMACK64EXEC, ATTRS_ABSENT, ATTRS_ABSENT, EVM_STATUS_NO_LABEL},
		{IMA, ATTRS_UNSUPPORTED, ATTRS_ABSENT, EVM_STATUS_UNKNOWN},
		{IMA, ATTRS_UNREADABLE, ATTRS_ABSENT, EVM_STATUS_UNDECIDED},
		{IMA, ATTRS_ABSENT, ATTRS_UNREADABLE, EVM_STATUS_UNDECIDED},
		{IMA, ATTRS_ABSENT, ATTRS_UNSUPPORTED, EVM_STATUS_FAIL},
	};
	struct kernel_profile profile = {.evm = PROFILE_EVM_X509, .evm_xattrs = DEBIAN};
	struct imaxattr label;

	imaxattr_decode(NULL, 0, &label);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attrs attrs = attrs_with(rows[i].present);
		struct evm_outcome outcome;

		attrs.evm.state = rows[i].evm;
		attrs.protected[PROFILE_XATTR_SMACK64].state = rows[i].smack;
		outcome = evm_judge(NULL, &profile, NULL, &inode, &attrs, &label, &fs);
		ck_assert_msg(outcome.status == rows[i].status, "row %u: %s", i,
			      evm_status_name(outcome.status));
	}
}
END_TEST

/* What getxattr(2) shows as 20 bytes may be 24 on disk: both verify, and nothing else does. */
START_TEST(tries_both_capability_forms)
{
	static const uint8_t v3[24] = {1, 0, 0, 3, 0, 0x20}, rooted[24] = {1, 0, 0, 3, [20] = 1};
	static const struct {
		const uint8_t *disk;
		size_t size;
		bool pass;
	} rows[] = {{caps_v2, 20, true}, {v3, 24, true}, {rooted, 24, false}};
	static const uint8_t types[] = {2, 3, 5};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attrs_value disk = {.state = ATTRS_PRESENT,
					   .data = (uint8_t *)rows[i].disk,
					   .size = rows[i].size};
		struct scene s;

		scene_init(&s, IMA | CAPS);
		for (unsigned t = 0; t < sizeof(types); t++) {
			enum evm_status status;

			scene_label(&s, types[t], &disk);
			status = scene_judge(&s).status;
			ck_assert_int_eq(status == EVM_STATUS_PASS ||
						 status == EVM_STATUS_PASS_IMMUTABLE,
					 rows[i].pass);
		}
		scene_done(&s);
	}
}
END_TEST

/* Of v1 the third byte is one of a time stamp, and still what the kernel takes for the algorithm.
 */
START_TEST(takes_the_third_byte_of_v1)
{
	struct evm_outcome outcome;
	struct scene s;

	scene_init(&s, IMA);
	buf_add(&s.label, "\x03\x01\x04\x00\x00\x00\x00\x00KKKKKKKK\x01\x04\x00sig", 22);
	s.profile.hash[HASHALGO_SHA256] = PROFILE_ABSENT;
	outcome = scene_judge(&s);
	ck_assert_int_eq(outcome.status, EVM_STATUS_FAIL);
	ck_assert_ptr_null(outcome.key);
	scene_done(&s);
}
END_TEST

START_TEST(loads_hmac_keys)
{
	static const struct {
		size_t size;
		bool good;
	} rows[] = {{0, false}, {1, true}, {64, true}, {128, true}, {129, false}, {5000, false}};
	uint8_t data[5000];
	struct fault f;

	memset(data, 'k', sizeof(data));
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evm_hmac_key *key = load_key(data, rows[i].size, &f);

		ck_assert_int_eq(key != NULL, rows[i].good);
		evm_hmac_key_free(key);
	}
	struct evm_hmac_key *none = NULL;
	ck_assert_int_lt(evm_hmac_key_load("/nonexistent/key", &none, &f), 0);
	evm_hmac_key_free(NULL);
}
END_TEST

Suite *evm_suite(void)
{
	Suite *suite = suite_create("evm");
	TCase *tcase = tcase_create("evm");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, lays_out, 0, sizeof(inputs) / sizeof(inputs[0]));
	tcase_add_test(tcase, says_what_it_lacks);
	tcase_add_loop_test(tcase, notices_tampering, 0,
			    sizeof(tamperings) / sizeof(tamperings[0]));
	tcase_add_loop_test(tcase, judges, 0, sizeof(scenes) / sizeof(scenes[0]));
	tcase_add_test(tcase, judges_absence);
	tcase_add_test(tcase, tries_both_capability_forms);
	tcase_add_test(tcase, takes_the_third_byte_of_v1);
	tcase_add_test(tcase, loads_hmac_keys);
	suite_add_tcase(suite, tcase);
	return suite;
}
