/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel profile: its default (Linux 6.12 as Debian builds it), what follows from a version,
 * and the derivation that makes the order of the options irrelevant. The default hash follows
 * init_ima() and hash_setup() of security/integrity/ima/ima_main.c, the names of the protected
 * attributes security/integrity/evm/evm_main.c.
 */
#include "scanner/profile.h"

#include <errno.h>
#include <string.h>

#include "scanner/profile_internal.h"

static const char *const xattr_names[PROFILE_XATTR_COUNT] = {
	[PROFILE_XATTR_SELINUX] = "security.selinux",
	[PROFILE_XATTR_SMACK64] = "security.SMACK64",
	[PROFILE_XATTR_SMACK64EXEC] = "security.SMACK64EXEC",
	[PROFILE_XATTR_SMACK64TRANSMUTE] = "security.SMACK64TRANSMUTE",
	[PROFILE_XATTR_SMACK64MMAP] = "security.SMACK64MMAP",
	[PROFILE_XATTR_APPARMOR] = "security.apparmor",
	[PROFILE_XATTR_IMA] = "security.ima",
	[PROFILE_XATTR_CAPABILITY] = "security.capability",
};

const char *profile_xattr_name(enum profile_xattr xattr)
{
	return xattr_names[xattr];
}

/* Debian's configuration of 6.12 for amd64; what is not listed it does not build. */
static const struct {
	enum hashalgo_id id;
	enum profile_have have;
} default_hashes[] = {
	{HASHALGO_MD4, PROFILE_MODULE},		{HASHALGO_MD5, PROFILE_BUILTIN},
	{HASHALGO_SHA1, PROFILE_BUILTIN},	{HASHALGO_RMD160, PROFILE_MODULE},
	{HASHALGO_SHA256, PROFILE_BUILTIN},	{HASHALGO_SHA384, PROFILE_BUILTIN},
	{HASHALGO_SHA512, PROFILE_BUILTIN},	{HASHALGO_SHA224, PROFILE_BUILTIN},
	{HASHALGO_WP256, PROFILE_MODULE},	{HASHALGO_WP384, PROFILE_MODULE},
	{HASHALGO_WP512, PROFILE_MODULE},	{HASHALGO_STREEBOG256, PROFILE_MODULE},
	{HASHALGO_STREEBOG512, PROFILE_MODULE}, {HASHALGO_SHA3_256, PROFILE_BUILTIN},
	{HASHALGO_SHA3_384, PROFILE_BUILTIN},	{HASHALGO_SHA3_512, PROFILE_BUILTIN},
};

void profile_init(struct kernel_profile *profile)
{
	*profile = (struct kernel_profile){
		.major = 6,
		.minor = 12,
		.evm_xattrs = 1u << PROFILE_XATTR_SELINUX | 1u << PROFILE_XATTR_APPARMOR |
			      1u << PROFILE_XATTR_IMA | 1u << PROFILE_XATTR_CAPABILITY,
		.evm_fsuuid = true,
		.sig_v1 = true,
		.fs_verity = true,
		.platform_keyring = true,
		.measure_keys = true,
		.lsm_rules = true,
		.arch_policy = true,
		.appraise_bootparam = true,
		.source_version = "default",
		.source_config = "default",
		.source_cmdline = "default",
		.asked = {.config_hash = hashalgo_by_id(HASHALGO_SHA256),
			  .ecdsa = true,
			  .ecrdsa = true,
			  .ima_appraise = true,
			  .evm_built = true,
			  .appraise = PROFILE_APPRAISE_ENFORCE},
	};
	for (size_t i = 0; i < sizeof(default_hashes) / sizeof(default_hashes[0]); i++)
		profile->asked.hash[default_hashes[i].id] = (uint8_t)default_hashes[i].have;
	profile_settle(profile);
}

static bool at_least(const struct kernel_profile *profile, unsigned major, unsigned minor)
{
	return profile->major > major || (profile->major == major && profile->minor >= minor);
}

/*
 * IMA allocates its hash before any module can be loaded: an algorithm that is not compiled in
 * leaves the kernel with the default of its configuration. A name its table lacks is ignored
 * likewise.
 */
static const struct hashalgo *settle_default_hash(const struct kernel_profile *profile)
{
	const struct profile_asked *asked = &profile->asked;
	const struct hashalgo *wanted =
		asked->option_hash ? asked->option_hash : asked->cmdline_hash;

	if (wanted && profile->hash[wanted->id] == PROFILE_BUILTIN)
		return wanted;
	return asked->config_hash;
}

static enum profile_appraise settle_appraise(const struct kernel_profile *profile)
{
	if (!profile->asked.ima_appraise)
		return PROFILE_APPRAISE_OFF;
	return profile->appraise_bootparam ? profile->asked.appraise : PROFILE_APPRAISE_ENFORCE;
}

void profile_settle(struct kernel_profile *profile)
{
	const struct profile_asked *asked = &profile->asked;

	for (unsigned i = 0; i < HASHALGO_COUNT; i++) {
		const struct hashalgo *algo = hashalgo_by_id(i);
		bool known = at_least(profile, algo->since_major, algo->since_minor);

		profile->hash[i] = known ? asked->hash[i] : PROFILE_ABSENT;
	}
	profile->ecdsa = asked->ecdsa && at_least(profile, 5, 13);
	profile->ecrdsa = asked->ecrdsa && at_least(profile, 5, 2);
	profile->sm2 = asked->sm2 && at_least(profile, 5, 10);
	profile->verity_sigs = profile->fs_verity && at_least(profile, 5, 19);
	profile->mmap_reqprot = at_least(profile, 6, 4);
	profile->blacklist_with_imasig = at_least(profile, 6, 6);
	profile->evm_hmac_unsupported = at_least(profile, 6, 10);
	profile->sigv3_files = at_least(profile, 7, 1);
	profile->evm = asked->evm_built ? asked->evm : PROFILE_EVM_NONE;
	profile->default_hash = settle_default_hash(profile);
	profile->appraise = settle_appraise(profile);
}

/* At most this many digits: no kernel version has more, and no number overflows. */
enum { VERSION_DIGITS_MAX = 4 };

static const char *read_number(const char *at, const char *end, unsigned *out)
{
	unsigned value = 0, digits = 0;

	for (; at < end && *at >= '0' && *at <= '9'; at++, digits++) {
		if (digits == VERSION_DIGITS_MAX)
			return NULL;
		value = value * 10 + (unsigned)(*at - '0');
	}
	if (digits == 0)
		return NULL;
	*out = value;
	return at;
}

bool profile_read_version(const char *text, const char *end, unsigned *out_major,
			  unsigned *out_minor)
{
	unsigned major, minor;
	const char *at = read_number(text, end, &major);

	if (!at || at == end || *at != '.')
		return false;
	at = read_number(at + 1, end, &minor);
	if (!at || (at < end && !strchr(".-+~_ ", *at)))
		return false;
	*out_major = major;
	*out_minor = minor;
	return true;
}

int profile_set_version(struct kernel_profile *profile, const char *text, struct fault *f)
{
	unsigned major, minor;

	if (!profile_read_version(text, text + strlen(text), &major, &minor))
		return fault_set(f, 0, "--kernel-version wants a version such as 6.12, not \"%s\"",
				 text);
	profile->major = major;
	profile->minor = minor;
	profile->asked.version = true;
	profile->source_version = "--kernel-version";
	profile_settle(profile);
	return 0;
}

int profile_set_hash(struct kernel_profile *profile, const char *name, struct fault *f)
{
	const struct hashalgo *algo = hashalgo_by_name(name);

	if (!algo)
		return fault_set(f, 0, "--ima-hash: the kernel knows no hash \"%s\"", name);
	profile->asked.option_hash = algo;
	profile_settle(profile);
	return 0;
}

static const struct {
	const char *word;
	unsigned bits;
} evm_words[] = {
	{"none", PROFILE_EVM_NONE},
	{"hmac", PROFILE_EVM_HMAC},
	{"x509", PROFILE_EVM_X509},
	{"both", PROFILE_EVM_HMAC | PROFILE_EVM_X509},
};

int profile_set_evm(struct kernel_profile *profile, const char *word, struct fault *f)
{
	for (size_t i = 0; i < sizeof(evm_words) / sizeof(evm_words[0]); i++) {
		if (strcmp(evm_words[i].word, word) != 0)
			continue;
		profile->asked.evm = evm_words[i].bits;
		profile_settle(profile);
		return 0;
	}
	return fault_set(f, 0, "--evm is one of none, x509, hmac, both, not \"%s\"", word);
}

void profile_describe(const struct kernel_profile *profile, struct buf *out)
{
	static const char *const appraise[] = {
		[PROFILE_APPRAISE_ENFORCE] = "enforce",
		[PROFILE_APPRAISE_LOG] = "log",
		[PROFILE_APPRAISE_FIX] = "fix",
		[PROFILE_APPRAISE_OFF] = "off",
	};
	const struct profile_asked *asked = &profile->asked;
	const struct hashalgo *wanted =
		asked->option_hash ? asked->option_hash : asked->cmdline_hash;

	buf_printf(out, "Linux %u.%u (%s), configuration (%s), ima_hash=%s", profile->major,
		   profile->minor, profile->source_version, profile->source_config,
		   profile->default_hash->name);
	if (wanted && wanted != profile->default_hash)
		buf_printf(out, " (%s was asked for and is not built in)", wanted->name);
	buf_printf(out, ", EVM %s", evm_words[profile->evm].word);
	if (profile->evm_fix)
		buf_puts(out, " (evm=fix)");
	buf_printf(out, ", ima_appraise=%s", appraise[profile->appraise]);
	if (profile->policy_words[0])
		buf_printf(out, ", ima_policy=%s", profile->policy_words);
}
