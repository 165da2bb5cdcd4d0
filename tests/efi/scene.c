/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Set-ups made of values, for the tests of posture. */
#include "tests/efi/scene.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UKI    "ESP:/EFI/Linux/sound.efi"
#define KERNEL "/boot/vmlinuz-2"
#define INITRD "/boot/initrd-2"

/* Nothing here can be called weak. */
static const char sound_config[] =
	"CONFIG_X86=y\nCONFIG_IMA=y\nCONFIG_IMA_APPRAISE=y\nCONFIG_IMA_APPRAISE_BOOTPARAM=y\n"
	"CONFIG_IMA_ARCH_POLICY=y\nCONFIG_IMA_SECURE_AND_OR_TRUSTED_BOOT=y\n"
	"CONFIG_INTEGRITY_TRUSTED_KEYRING=y\nCONFIG_IMA_LOAD_X509=y\nCONFIG_EVM=y\n"
	"CONFIG_MODULES=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_KALLSYMS=y\n"
	"CONFIG_SECURITY_LOCKDOWN_LSM=y\nCONFIG_SECURITY_LOCKDOWN_LSM_EARLY=y\n"
	"CONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=y\nCONFIG_AUDIT=y\n"
	"CONFIG_SECURITY_SELINUX_BOOTPARAM=y\nCONFIG_BOOT_CONFIG=y\nCONFIG_IMA_LSM_RULES=y\n";

static const char sound_policy[] =
	"appraise func=BPRM_CHECK fowner=0 appraise_type=imasig\n"
	"appraise func=MMAP_CHECK mask=MAY_EXEC fowner=0 appraise_type=imasig\n"
	"appraise func=MODULE_CHECK appraise_type=imasig\n"
	"appraise func=FIRMWARE_CHECK appraise_type=imasig\n"
	"appraise func=KEXEC_KERNEL_CHECK appraise_type=imasig\n"
	"appraise func=POLICY_CHECK appraise_type=imasig\n";

static char *copy(const char *text)
{
	char *it = strdup(text);

	ck_assert_ptr_nonnull(it);
	return it;
}

static void set_text(char **field, const char *text)
{
	free(*field);
	*field = text ? copy(text) : NULL;
}

static struct bootentry *add_entry(struct scene *s, enum bootentry_source source, const char *where,
				   const char *title, const char *kernel, const char *cmdline)
{
	struct fault f;
	struct bootentry *it = bootentry_add(&s->entries, source, where, 0, &f);

	ck_assert_ptr_nonnull(it);
	set_text(&it->title, title);
	set_text(&it->kernel, kernel);
	set_text(&it->kernel_said, kernel);
	set_text(&it->cmdline, cmdline);
	return it;
}

static struct imagecheck *add_image(struct scene *s, const char *path, enum imagecheck_role role)
{
	size_t at = s->image_list.count++;
	struct imagecheck *it = &s->images[at];

	s->signers[at] = (struct imagecheck_signer){
		.subject = (char *)"CN=Me", .digest = "sha256", .valid = true, .anchor = "db"};
	*it = (struct imagecheck){.path = (char *)path,
				  .role = role,
				  .signers = &s->signers[at],
				  .signer_count = 1,
				  .by_firmware = IMAGECHECK_STARTS,
				  .by_shim = IMAGECHECK_STARTS};
	it->sha256[0] = (uint8_t)(at + 1);
	return it;
}

static void add_kernel(struct scene *s, const char *path)
{
	size_t at = s->kernel_list.count++;

	snprintf(s->config[at], sizeof(s->config[at]), "%s", sound_config);
	s->kernels[at] = (struct kernelimage){.path = (char *)path,
					      .release = (char *)"6.12.1",
					      .major = 6,
					      .minor = 12,
					      .format = "bzImage",
					      .config_source = KERNELIMAGE_CONFIG_EMBEDDED,
					      .config_where = (char *)path,
					      .config = s->config[at],
					      .config_size = strlen(s->config[at])};
}

static struct delivery *add_delivery(struct scene *s, enum delivery_way way, const char *where,
				     const char *policy)
{
	struct delivery *it = &s->deliveries[s->delivery_list.count++];

	*it = (struct delivery){.way = way,
				.where = (char *)where,
				.policy_path = (char *)"etc/ima/ima-policy",
				.policy = (char *)policy,
				.policy_size = policy ? strlen(policy) : 0,
				.enabled = true,
				.enabled_known = true};
	return it;
}

static struct initramfs *add_initramfs(struct scene *s, const char *path, bool embedded)
{
	struct initramfs *it = &s->initramfs[s->initramfs_list.count++];

	*it = (struct initramfs){.path = (char *)path, .embedded = embedded, .members = 10};
	return it;
}

static void add_member(struct scene *s, size_t at, enum initramfs_kind kind, const char *name)
{
	s->members[at] = (struct initramfs_member){.kind = kind, .name = (char *)name};
	s->initramfs[at].found = &s->members[at];
	s->initramfs[at].found_count = 1;
}

/* --- The words --- */

static void word_sb(struct scene *s, const char *value)
{
	for (unsigned i = SECUREBOOT_ENFORCING; i <= SECUREBOOT_CANNOT_TELL; i++)
		if (strcmp(secureboot_word_name(i), value) == 0)
			s->state.word = i;
}

static void word_state(struct scene *s, const char *value)
{
	if (strcmp(value, "mok-off") == 0)
		s->state.mok_validation_off = SECUREBOOT_FLAG_ON;
	else if (strcmp(value, "audit") == 0)
		s->state.audit_mode = SECUREBOOT_FLAG_ON;
	else if (strcmp(value, "test-key") == 0) {
		s->state.test_platform_key = true;
		strcpy(s->state.test_platform_key_name, "DO NOT TRUST");
	} else
		ck_abort_msg("state=%s", value);
}

/* A certificate in db that mentions this name. */
static void word_db(struct scene *s, const char *value)
{
	struct secureboot_database *db = &s->state.databases[SECUREBOOT_DB];
	size_t at = db->list.count++;

	snprintf(s->db_text[at], sizeof(s->db_text[at]), "%s", value);
	s->db[at] = (struct siglist_entry){.type = SIGLIST_X509,
					   .data = (const uint8_t *)s->db_text[at],
					   .size = strlen(value)};
}

/* So many hashes in dbx; "image" is that of the image. */
static void word_dbx(struct scene *s, const char *value)
{
	static const uint8_t zero[32];
	struct secureboot_database *dbx = &s->state.databases[SECUREBOOT_DBX];

	if (strcmp(value, "image") == 0) {
		s->dbx[dbx->list.count++] = (struct siglist_entry){
			.type = SIGLIST_SHA256, .data = s->images[0].sha256, .size = 32};
		return;
	}
	for (int i = 0; i < atoi(value); i++)
		s->dbx[dbx->list.count++] = (struct siglist_entry){
			.type = SIGLIST_SHA256, .data = zero, .size = sizeof(zero)};
	dbx->variable = &s->variable;
}

/* The command line inside the image. */
static void word_cmdline(struct scene *s, const char *value)
{
	s->images[0].cmdline = (char *)value;
}

static void word_config(struct scene *s, const char *value)
{
	size_t at = s->kernel_list.count - 1;
	size_t used = strlen(s->config[at]);

	snprintf(s->config[at] + used, sizeof(s->config[at]) - used, "CONFIG_%s\n", value);
	s->kernels[at].config_size = strlen(s->config[at]);
}

static void word_no_config(struct scene *s, const char *value)
{
	(void)value;
	s->kernels[0].config = NULL;
	s->kernels[0].config_size = 0;
}

static void word_version(struct scene *s, const char *value)
{
	ck_assert_int_eq(sscanf(value, "%u.%u", &s->kernels[0].major, &s->kernels[0].minor), 2);
}

static void word_policy(struct scene *s, const char *value)
{
	static const struct {
		const char *name, *text;
	} policies[] = {
		{"none", NULL},
		{"measure", "measure func=BPRM_CHECK\n"},
		{"hashes", "appraise func=BPRM_CHECK\nappraise func=MMAP_CHECK mask=MAY_EXEC\n"},
		{"bad", "appraise func=NONSENSE\n"},
		{"tmpfs", "dont_appraise fsmagic=0x01021994\nappraise appraise_type=imasig\n"},
		{"no-mmap", "appraise func=BPRM_CHECK appraise_type=imasig\n"},
		{"programs", "appraise func=BPRM_CHECK appraise_type=imasig\n"
			     "appraise func=MMAP_CHECK mask=MAY_EXEC appraise_type=imasig\n"},
		{"all", "appraise appraise_type=imasig\n"
			"appraise func=POLICY_CHECK appraise_type=imasig\n"},
		{"labels", "appraise func=BPRM_CHECK obj_type=bin_t appraise_type=imasig\n"},
	};
	struct delivery *it = &s->deliveries[0];

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		if (strcmp(policies[i].name, value) == 0) {
			it->policy = (char *)policies[i].text;
			it->policy_size = it->policy ? strlen(it->policy) : 0;
			return;
		}
	ck_abort_msg("policy=%s", value);
}

static void word_delivery(struct scene *s, const char *value)
{
	struct delivery *it = &s->deliveries[0];

	if (strcmp(value, "none") == 0)
		s->delivery_list.count = 0;
	else if (strcmp(value, "missing") == 0) {
		it->policy_missing = true;
		it->policy = NULL;
	} else if (strcmp(value, "not-enabled") == 0)
		it->enabled = false;
	else if (strcmp(value, "maybe-enabled") == 0)
		it->enabled = it->enabled_known = false;
	else if (strcmp(value, "root-changes") == 0)
		it->online_root_can_change = true;
	else if (strcmp(value, "script") == 0) {
		it->way = DELIVERY_RC_SCRIPT;
		it->where = (char *)"/etc/local.d/ima.start";
	} else if (strcmp(value, "systemd") == 0) {
		it->way = DELIVERY_SYSTEMD;
		it->where = (char *)"/etc/ima/ima-policy";
	} else if (strcmp(value, "source") == 0)
		it->way = DELIVERY_SOURCE;
	else if (strcmp(value, "initrd") == 0) {
		it->way = DELIVERY_INITRAMFS_FILE;
		it->where = (char *)INITRD;
	} else
		ck_abort_msg("delivery=%s", value);
}

static void word_image(struct scene *s, const char *value)
{
	struct imagecheck *it = &s->images[0];

	if (strcmp(value, "unsigned") == 0)
		it->signer_count = 0;
	else if (strcmp(value, "no-cmdline") == 0)
		it->cmdline = NULL;
	else if (strcmp(value, "profiles") == 0)
		it->profiles = 2;
	else if (strcmp(value, "refused") == 0)
		it->by_firmware = it->by_shim = IMAGECHECK_REFUSED;
	else if (strcmp(value, "refused-by-firmware") == 0)
		it->by_firmware = IMAGECHECK_REFUSED;
	else if (strcmp(value, "revoked") == 0)
		s->signers[0].revoked = "dbx";
	else if (strcmp(value, "sbat") == 0)
		it->sbat_revoked = true;
	else if (strcmp(value, "unknown-signer") == 0)
		s->signers[0].anchor = NULL;
	else if (strcmp(value, "kernel") == 0)
		it->role = IMAGECHECK_KERNEL;
	else
		ck_abort_msg("image=%s", value);
}

/* Another image beside the sound one. */
static void word_other(struct scene *s, const char *value)
{
	struct imagecheck *it;

	if (strcmp(value, "shell") == 0)
		add_image(s, "ESP:/shellx64.efi", IMAGECHECK_SHELL);
	else if (strcmp(value, "refused-shell") == 0) {
		it = add_image(s, "ESP:/shellx64.efi", IMAGECHECK_SHELL);
		it->by_firmware = it->by_shim = IMAGECHECK_REFUSED;
	} else if (strcmp(value, "fallback") == 0)
		add_image(s, "ESP:/EFI/BOOT/BOOTX64.EFI", IMAGECHECK_OTHER);
	else if (strcmp(value, "only-loader") == 0)
		add_image(s, "ESP:/EFI/BOOT/BOOTX64.EFI", IMAGECHECK_SYSTEMD_BOOT);
	else if (strcmp(value, "loader") == 0)
		add_image(s, "ESP:/EFI/systemd/systemd-bootx64.efi", IMAGECHECK_SYSTEMD_BOOT);
	else if (strcmp(value, "same-fallback") == 0) {
		it = add_image(s, "ESP:/EFI/BOOT/BOOTX64.EFI", IMAGECHECK_UKI);
		memcpy(it->sha256, s->images[0].sha256, sizeof(it->sha256));
		it->cmdline = (char *)"root=/dev/sda2";
	} else if (strcmp(value, "addon") == 0) {
		it = add_image(s, UKI ".extra.d/more.addon.efi", IMAGECHECK_ADDON);
		it->cmdline = (char *)"ima_appraise=off";
	} else if (strcmp(value, "unsigned-addon") == 0) {
		it = add_image(s, UKI ".extra.d/more.addon.efi", IMAGECHECK_ADDON);
		it->signer_count = 0;
		it->cmdline = (char *)"ima_appraise=off";
	} else
		ck_abort_msg("other=%s", value);
}

/* A second entry, with a kernel and an initramfs of its own, as GRUB would have it. */
static void word_second(struct scene *s, const char *value)
{
	struct fault f;
	struct bootentry *it = add_entry(s, BOOTENTRY_GRUB, "/boot/grub/grub.cfg", "second", KERNEL,
					 *value ? value : "root=/dev/sda2");

	it->editing = BOOTENTRY_EDIT_NONE;
	ck_assert_int_eq(bootentry_add_initrd(it, INITRD, &f), 0);
	add_kernel(s, KERNEL);
	add_initramfs(s, INITRD, false);
}

static void word_entry(struct scene *s, const char *value)
{
	struct bootentry *it = &s->entries.entries[s->entries.count - 1];

	if (strcmp(value, "editable") == 0) {
		it->editing = BOOTENTRY_EDIT_ANYONE;
		strcpy(it->editing_why, "no password is set");
	} else if (strcmp(value, "password") == 0)
		it->editing = BOOTENTRY_EDIT_PASSWORD;
	else if (strcmp(value, "bls") == 0)
		it->source = BOOTENTRY_BLS;
	else if (strcmp(value, "disabled") == 0)
		it->disabled = true;
	else if (strcmp(value, "incomplete") == 0)
		it->incomplete = true;
	else if (strcmp(value, "missing") == 0)
		set_text(&it->kernel, NULL);
	else if (strcmp(value, "memtest") == 0)
		set_text(&it->kernel, "/boot/memtest86+.bin");
	else if (strcmp(value, "no-initrd") == 0) {
		for (size_t i = 0; i < it->initrd_count; i++)
			free(it->initrds[i]);
		it->initrd_count = 0;
	} else if (strcmp(value, "not-default") == 0)
		it->is_default = false;
	else
		ck_abort_msg("entry=%s", value);
}

static void word_template(struct scene *s, const char *value)
{
	add_entry(s, BOOTENTRY_TEMPLATE, "/etc/default/grub", NULL, NULL, value);
}

static void word_initramfs(struct scene *s, const char *value)
{
	size_t at = s->initramfs_list.count - 1;

	if (strcmp(value, "key") == 0)
		add_member(s, at, INITRAMFS_PRIVATE_KEY, "root/key.pem");
	else if (strcmp(value, "ima-cert") == 0)
		add_member(s, at, INITRAMFS_CERTIFICATE, "etc/keys/x509_ima.der");
	else if (strcmp(value, "evm-cert") == 0)
		add_member(s, at, INITRAMFS_CERTIFICATE, "etc/keys/x509_evm.der");
	else if (strcmp(value, "differs") == 0) {
		add_member(s, at, INITRAMFS_PROGRAM, "bin/mount");
		s->members[at].on_root = INITRAMFS_DIFFERS;
	} else if (strcmp(value, "same") == 0) {
		add_member(s, at, INITRAMFS_PROGRAM, "bin/mount");
		s->members[at].on_root = INITRAMFS_SAME;
	} else if (strcmp(value, "bootconfig") == 0) {
		s->initramfs[at].bootconfig = (char *)"kernel.ima_appraise = off\n";
		s->initramfs[at].bootconfig_size = strlen(s->initramfs[at].bootconfig);
	} else
		ck_abort_msg("initramfs=%s", value);
}

/* The certificate of db that vouches for the image. */
static void word_anchor(struct scene *s, const char *value)
{
	s->certificate = (struct posture_certificate){
		.database = "db", .subject = "CN=Me", .expired = strcmp(value, "expired") == 0};
	s->seen.certificates = &s->certificate;
	s->seen.certificate_count = 1;
}

static void word_key(struct scene *s, const char *value)
{
	static const struct {
		const char *name;
		struct privkey key;
	} keys[] = {
		{"evmctl",
		 {PRIVKEY_PEM, (char *)"/etc/keys/privkey_evm.pem", "evmctl's default key", false}},
		{"encrypted", {PRIVKEY_PEM_ENCRYPTED, (char *)"/root/key.pem", "a key", false}},
		{"esp", {PRIVKEY_DER, (char *)"ESP:/key.der", "a key", true}},
		{"hmac",
		 {PRIVKEY_EVM_HMAC_PLAIN, (char *)"/etc/keys/evm-key-plain", "the EVM key", false}},
		{"module",
		 {PRIVKEY_PEM, (char *)"/usr/src/linux/certs/signing_key.pem",
		  "kernel module signing key", false}},
		{"blob",
		 {PRIVKEY_EVM_BLOB, (char *)"/etc/keys/evm-trusted.blob", "EVM's blob", false}},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].name, value) == 0) {
			s->keys[s->key_list.count++] = keys[i].key;
			return;
		}
	ck_abort_msg("key=%s", value);
}

static void word_seen(struct scene *s, const char *value)
{
	if (strcmp(value, "remarks") == 0)
		s->seen.remarks = 3;
	else if (strcmp(value, "no-esp") == 0)
		s->seen.esp_seen = false;
	else if (strcmp(value, "no-entries") == 0)
		for (size_t i = 0; i < s->entries.count; i++)
			s->entries.entries[i].disabled = true;
	else
		ck_abort_msg("seen=%s", value);
}

static const struct {
	const char *name;
	void (*apply)(struct scene *s, const char *value);
} words_known[] = {
	{"sb", word_sb},
	{"state", word_state},
	{"db", word_db},
	{"dbx", word_dbx},
	{"cmdline", word_cmdline},
	{"config", word_config},
	{"no-config", word_no_config},
	{"version", word_version},
	{"policy", word_policy},
	{"delivery", word_delivery},
	{"image", word_image},
	{"other", word_other},
	{"second", word_second},
	{"entry", word_entry},
	{"template", word_template},
	{"initramfs", word_initramfs},
	{"anchor", word_anchor},
	{"key", word_key},
	{"seen", word_seen},
};

/* `word` is kept: values point into it. */
static void apply(struct scene *s, char *word)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < sizeof(words_known) / sizeof(words_known[0]); i++)
		if (strcmp(words_known[i].name, word) == 0) {
			words_known[i].apply(s, value ? value : word + strlen(word));
			return;
		}
	ck_abort_msg("no such word of a scene: %s", word);
}

void scene_make(struct scene *s, const char *words)
{
	struct bootentry *entry;
	char *rest, *word;

	*s = (struct scene){0};
	s->state.word = SECUREBOOT_ENFORCING;
	s->state.reason_count = 1;
	strcpy(s->state.reasons[0], "SecureBoot is on");
	s->state.databases[SECUREBOOT_DB].variable = &s->variable;
	s->state.databases[SECUREBOOT_DB].list.entries = s->db;
	s->state.databases[SECUREBOOT_DBX].list.entries = s->dbx;
	word_db(s, "CN=Me");
	entry = add_entry(s, BOOTENTRY_UKI, UKI, "sound", UKI, NULL);
	entry->is_default = true;
	entry->editing = BOOTENTRY_EDIT_NONE;
	add_image(s, UKI, IMAGECHECK_UKI)->cmdline = (char *)"root=/dev/sda2";
	add_kernel(s, UKI);
	add_initramfs(s, UKI, true);
	add_delivery(s, DELIVERY_INITRAMFS_EMBEDDED, UKI, sound_policy);
	s->image_list.items = s->images;
	s->kernel_list.items = s->kernels;
	s->initramfs_list.items = s->initramfs;
	s->delivery_list.items = s->deliveries;
	s->key_list.items = s->keys;
	s->seen = (struct posture_seen){.secureboot = &s->state,
					.entries = &s->entries,
					.kernels = &s->kernel_list,
					.initramfs = &s->initramfs_list,
					.images = &s->image_list,
					.deliveries = &s->delivery_list,
					.private_keys = &s->key_list,
					.esp_seen = true};
	s->words = rest = copy(words ? words : "");
	while ((word = strsep(&rest, ";")))
		if (*word)
			apply(s, word);
}

void scene_done(struct scene *s)
{
	bootentry_list_done(&s->entries);
	free(s->words);
}
