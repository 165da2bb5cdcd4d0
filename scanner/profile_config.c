/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel profile from a kernel's .config (Documentation/kbuild/kconfig-language.rst): lines
 * CONFIG_NAME=y, =m, ="text", and comments "# CONFIG_NAME is not set".
 */
#include "scanner/profile.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "scanner/profile_internal.h"

struct text {
	const char *at, *end;
};

/* The next line without its newline; false at the end. */
static bool next_line(struct text *rest, struct text *out)
{
	const char *newline;

	if (rest->at >= rest->end)
		return false;
	newline = memchr(rest->at, '\n', (size_t)(rest->end - rest->at));
	*out = (struct text){rest->at, newline ? newline : rest->end};
	rest->at = newline ? newline + 1 : rest->end;
	if (out->end > out->at && out->end[-1] == '\r')
		out->end--;
	return true;
}

static bool skip(struct text *line, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(line->end - line->at) < n || memcmp(line->at, word, n) != 0)
		return false;
	line->at += n;
	return true;
}

static bool equals(struct text text, const char *word)
{
	return skip(&text, word) && text.at == text.end;
}

/* The value of an option, empty when it is absent or not set. The last line wins, as in Kconfig. */
static struct text value_of(struct text config, const char *name)
{
	struct text line, found = {NULL, NULL};

	while (next_line(&config, &line))
		if (skip(&line, "CONFIG_") && skip(&line, name) && skip(&line, "="))
			found = line;
	return found;
}

static enum profile_have have(struct text config, const char *name)
{
	struct text value = value_of(config, name);

	if (equals(value, "y"))
		return PROFILE_BUILTIN;
	return equals(value, "m") ? PROFILE_MODULE : PROFILE_ABSENT;
}

/* Does the text name CONFIG_IMA, set or not? */
static bool is_kernel_config(struct text config)
{
	struct text line;

	while (next_line(&config, &line))
		if (skip(&line, "CONFIG_IMA=") || equals(line, "# CONFIG_IMA is not set"))
			return true;
	return false;
}

/* Newer kernels keep some drivers under other names. */
static const struct {
	const char *option, *other;
} aliases[] = {
	{"CRYPTO_SHA512", "CRYPTO_LIB_SHA512"},
	{"CRYPTO_SM3_GENERIC", "CRYPTO_SM3"},
};

static enum profile_have have_hash(struct text config, const char *option)
{
	enum profile_have best = have(config, option);

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		enum profile_have other = PROFILE_ABSENT;

		if (strcmp(aliases[i].option, option) == 0)
			other = have(config, aliases[i].other);
		if (other > best)
			best = other;
	}
	return best;
}

static void read_hashes(struct kernel_profile *profile, struct text config)
{
	struct text default_name = value_of(config, "IMA_DEFAULT_HASH");

	for (unsigned i = 0; i < HASHALGO_COUNT; i++) {
		const struct hashalgo *algo = hashalgo_by_id(i);
		enum profile_have it =
			algo->config ? have_hash(config, algo->config) : PROFILE_ABSENT;
		struct text name = default_name;

		profile->asked.hash[i] = (uint8_t)it;
		if (skip(&name, "\"") && skip(&name, algo->name) && equals(name, "\""))
			profile->asked.config_hash = algo;
	}
}

static const struct {
	const char *option;
	size_t offset;
} booleans[] = {
#define ROW(option, field)                                                                         \
	{                                                                                          \
		option, offsetof(struct kernel_profile, field)                                     \
	}
	ROW("EVM_ATTR_FSUUID", evm_fsuuid),
	ROW("SIGNATURE", sig_v1),
	ROW("CRYPTO_ECDSA", asked.ecdsa),
	ROW("CRYPTO_ECRDSA", asked.ecrdsa),
	ROW("CRYPTO_SM2", asked.sm2),
	ROW("IMA_APPRAISE_MODSIG", modsig),
	ROW("FS_VERITY", fs_verity),
	ROW("INTEGRITY_PLATFORM_KEYRING", platform_keyring),
	ROW("INTEGRITY_TRUSTED_KEYRING", trusted_keyring),
	ROW("IMA_WRITE_POLICY", write_policy),
	ROW("IMA_MEASURE_ASYMMETRIC_KEYS", measure_keys),
	ROW("IMA_LSM_RULES", lsm_rules),
	ROW("IMA_APPRAISE_SIGNED_INIT", signed_init),
	ROW("IMA_APPRAISE_REQUIRE_MODULE_SIGS", require_module_sigs),
	ROW("IMA_APPRAISE_REQUIRE_FIRMWARE_SIGS", require_firmware_sigs),
	ROW("IMA_APPRAISE_REQUIRE_KEXEC_SIGS", require_kexec_sigs),
	ROW("IMA_APPRAISE_REQUIRE_POLICY_SIGS", require_policy_sigs),
	ROW("IMA_ARCH_POLICY", arch_policy),
	ROW("IMA_APPRAISE_BOOTPARAM", appraise_bootparam),
	ROW("IMA_APPRAISE", asked.ima_appraise),
	ROW("EVM", asked.evm_built),
#undef ROW
};

static void read_booleans(struct kernel_profile *profile, struct text config)
{
	for (size_t i = 0; i < sizeof(booleans) / sizeof(booleans[0]); i++) {
		bool value = have(config, booleans[i].option) != PROFILE_ABSENT;

		memcpy((char *)profile + booleans[i].offset, &value, sizeof(value));
	}
}

/* An attribute is protected when each option named is set. */
static const struct {
	enum profile_xattr xattr;
	const char *option, *and_option;
} protected_xattrs[] = {
	{PROFILE_XATTR_SELINUX, "SECURITY_SELINUX", NULL},
	{PROFILE_XATTR_SMACK64, "SECURITY_SMACK", NULL},
	{PROFILE_XATTR_SMACK64EXEC, "SECURITY_SMACK", "EVM_EXTRA_SMACK_XATTRS"},
	{PROFILE_XATTR_SMACK64TRANSMUTE, "SECURITY_SMACK", "EVM_EXTRA_SMACK_XATTRS"},
	{PROFILE_XATTR_SMACK64MMAP, "SECURITY_SMACK", "EVM_EXTRA_SMACK_XATTRS"},
	{PROFILE_XATTR_APPARMOR, "SECURITY_APPARMOR", NULL},
	{PROFILE_XATTR_IMA, "IMA_APPRAISE", NULL},
	{PROFILE_XATTR_CAPABILITY, NULL, NULL},
};

static void read_xattrs(struct kernel_profile *profile, struct text config)
{
	profile->evm_xattrs = 0;
	for (size_t i = 0; i < sizeof(protected_xattrs) / sizeof(protected_xattrs[0]); i++) {
		const char *one = protected_xattrs[i].option, *two = protected_xattrs[i].and_option;

		if ((!one || have(config, one)) && (!two || have(config, two)))
			profile->evm_xattrs |= 1u << protected_xattrs[i].xattr;
	}
}

/* "# Linux/x86 6.12.117 Kernel Configuration", in one of the first lines. */
static void read_heading(struct kernel_profile *profile, struct text config)
{
	struct text line;

	while (next_line(&config, &line)) {
		const char *version;

		if (!skip(&line, "# Linux/"))
			continue;
		version = memchr(line.at, ' ', (size_t)(line.end - line.at));
		if (version &&
		    profile_read_version(version + 1, line.end, &profile->major, &profile->minor))
			profile->source_version = "--kernel-config";
		return;
	}
}

int profile_set_config(struct kernel_profile *profile, const char *text, size_t size,
		       struct fault *f)
{
	struct text config = {text, text + size};

	if (!is_kernel_config(config))
		return fault_set(
			f, EINVAL,
			"reading the kernel configuration: nothing in it names CONFIG_IMA");
	read_hashes(profile, config);
	read_booleans(profile, config);
	read_xattrs(profile, config);
	if (!profile->asked.version)
		read_heading(profile, config);
	profile->source_config = "--kernel-config";
	profile_settle(profile);
	return 0;
}
