/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel profile from a kernel's .config. */
#include "scanner/profile.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "scanner/kconfig.h"
#include "scanner/profile_internal.h"

static enum profile_have have(struct kconfig config, const char *name)
{
	static const enum profile_have as[] = {
		[KCONFIG_NO] = PROFILE_ABSENT,
		[KCONFIG_MODULE] = PROFILE_MODULE,
		[KCONFIG_YES] = PROFILE_BUILTIN,
	};

	return as[kconfig_state(config, name)];
}

/* Newer kernels keep some drivers under other names. */
static const struct {
	const char *option, *other;
} aliases[] = {
	{"CRYPTO_SHA512", "CRYPTO_LIB_SHA512"},
	{"CRYPTO_SM3_GENERIC", "CRYPTO_SM3"},
};

static enum profile_have have_hash(struct kconfig config, const char *option)
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

static void read_hashes(struct kernel_profile *profile, struct kconfig config)
{
	struct kconfig default_name = kconfig_value(config, "IMA_DEFAULT_HASH");

	for (unsigned i = 0; i < HASHALGO_COUNT; i++) {
		const struct hashalgo *algo = hashalgo_by_id(i);
		enum profile_have it =
			algo->config ? have_hash(config, algo->config) : PROFILE_ABSENT;
		struct kconfig name = default_name;

		profile->asked.hash[i] = (uint8_t)it;
		if (kconfig_skip(&name, "\"") && kconfig_skip(&name, algo->name) &&
		    kconfig_value_is(name, "\""))
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

static void read_booleans(struct kernel_profile *profile, struct kconfig config)
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

static void read_xattrs(struct kernel_profile *profile, struct kconfig config)
{
	profile->evm_xattrs = 0;
	for (size_t i = 0; i < sizeof(protected_xattrs) / sizeof(protected_xattrs[0]); i++) {
		const char *one = protected_xattrs[i].option, *two = protected_xattrs[i].and_option;

		if ((!one || have(config, one)) && (!two || have(config, two)))
			profile->evm_xattrs |= 1u << protected_xattrs[i].xattr;
	}
}

/* "# Linux/x86 6.12.117 Kernel Configuration", in one of the first lines. */
static void read_heading(struct kernel_profile *profile, struct kconfig config)
{
	struct kconfig line;

	while (kconfig_next_line(&config, &line)) {
		const char *version;

		if (!kconfig_skip(&line, "# Linux/"))
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
	struct kconfig config = kconfig_of(text, size);

	if (!kconfig_names(config, "IMA"))
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
