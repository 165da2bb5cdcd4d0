/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each kind of finding: raised by one set-up, not raised by another that is close to it. */
#include "efi/posture.h"

#include <stdlib.h>
#include <string.h>

#include "tests/efi/scene.h"
#include "tests/suites.h"

#define MS_2011 "db=CN=Microsoft Corporation UEFI CA 2011"
#define MS_2023 "db=CN=Microsoft UEFI CA 2023"
#define OFF	"cmdline=ima_appraise=off"

static const struct {
	const char *id, *raised, *not_raised;
} rows[] = {
	{"secureboot.disabled", "sb=disabled", "sb=enforcing"},
	{"secureboot.setup-mode", "sb=setup-mode", "sb=disabled"},
	{"secureboot.audit-mode", "state=audit", "sb=setup-mode"},
	{"secureboot.not-uefi", "sb=not-uefi", "sb=disabled"},
	{"secureboot.cannot-tell", "sb=cannot-tell", "sb=disabled"},
	{"secureboot.mok-validation-off", "state=mok-off", NULL},
	{"secureboot.test-platform-key", "state=test-key", NULL},
	{"secureboot.third-party-ca", MS_2023, "db=CN=Microsoft Windows Production PCA 2011"},
	{"secureboot.dbx-absent", MS_2011, MS_2011 ";dbx=1"},
	{"secureboot.dbx-absent", MS_2011 ";dbx=0", NULL},
	{"secureboot.dbx-old", MS_2011 ";dbx=182", MS_2011 ";dbx=183"},
	{"secureboot.no-microsoft-2023", MS_2011, MS_2011 ";" MS_2023},
	{"boot.entry.ima-appraise-off", "sb=disabled;" OFF, OFF},
	{"boot.entry.ima-appraise-off", "config=IMA_SECURE_AND_OR_TRUSTED_BOOT=n;" OFF,
	 "sb=disabled;config=IMA_APPRAISE_BOOTPARAM=n;" OFF},
	{"boot.entry.ima-appraise-off", "state=mok-off;" OFF,
	 "sb=disabled;" OFF " ima_appraise=enforce"},
	{"boot.entry.ima-appraise-off", "sb=disabled;template=ima_appraise=off",
	 "sb=disabled;template=quiet"},
	{"boot.entry.ima-appraise-off", "sb=disabled;other=unsigned-addon", "other=unsigned-addon"},
	{"boot.entry.ima-appraise-off", "sb=disabled;second=bootconfig;initramfs=bootconfig",
	 "sb=disabled;second;initramfs=bootconfig"},
	{"boot.entry.ima-appraise-fix", "sb=disabled;cmdline=ima_appraise=fix",
	 "cmdline=ima_appraise=fix"},
	{"boot.entry.ima-appraise-log", "sb=disabled;cmdline=ima_appraise=log",
	 "cmdline=ima_appraise=log"},
	{"boot.entry.ima-appraise-inert", OFF, "sb=disabled;" OFF},
	{"boot.entry.ima-appraise-inert", "second=ima_appraise=off", "second=quiet"},
	{"boot.entry.evm-fix", "cmdline=evm=fix",
	 "version=7.1;config=HAVE_ARCH_GET_SECUREBOOT=y;cmdline=evm=fix"},
	{"boot.entry.ima-initcall-blacklisted", "cmdline=initcall_blacklist=init_ima",
	 "cmdline=initcall_blacklist=acpi_cpufreq_init"},
	{"boot.entry.init-replaced", "cmdline=init=/bin/sh", "cmdline=init=/sbin/init"},
	{"boot.entry.break-shell", "cmdline=rd.break", "cmdline=rd.breakfast"},
	{"boot.entry.rescue-mode", "cmdline=single", "cmdline=systemd.unit=multi-user.target"},
	{"boot.entry.lockdown-off",
	 "config=SECURITY_LOCKDOWN_LSM_EARLY=n;cmdline=lsm=yama,integrity",
	 "cmdline=lsm=yama,integrity"},
	{"boot.entry.lsm-without-integrity", "version=6.1;cmdline=lsm=lockdown,yama",
	 "version=6.4;cmdline=lsm=lockdown,yama"},
	{"boot.entry.mac-off", "cmdline=selinux=0", "cmdline=selinux=1"},
	{"boot.entry.audit-off", "cmdline=audit=0", "config=AUDIT=n;cmdline=audit=0"},
	{"boot.entry.secure-boot-hidden", "cmdline=efi=noruntime", "cmdline=efi=debug"},
	{"boot.entry.secure-boot-hidden", "cmdline=noefi", "sb=disabled;cmdline=noefi"},
	{"boot.entry.cannot-tell", "sb=cannot-tell;" OFF, OFF},
	{"boot.entry.no-ima-policy", "second", NULL},
	{"boot.entry.second-kernel-without-ima", "second;config=IMA=n;config=IMA_APPRAISE=n",
	 "config=IMA=n;config=IMA_APPRAISE=n"},
	{"boot.entry.editable", "sb=disabled;entry=editable", "entry=editable"},
	{"boot.entry.editable", "sb=disabled;second;entry=editable",
	 "sb=disabled;second;entry=password"},
	{"boot.entry.cmdline-not-sealed", "second", "sb=disabled;second"},
	{"boot.entry.cmdline-not-sealed", "image=kernel",
	 "image=kernel;config=CMDLINE_BOOL=y;config=CMDLINE=\"quiet\";config=CMDLINE_OVERRIDE=y"},
	{"boot.entry.unsigned-kernel", "sb=disabled;image=unsigned", NULL},
	{"boot.entry.kernel-missing", "second;entry=missing", "second"},
	{"boot.entry.other-system", "second;entry=memtest", "second"},
	{"boot.entry.incomplete", "second;entry=incomplete", "second"},
	{"uki.no-cmdline", "image=no-cmdline", "image=no-cmdline;image=profiles"},
	{"uki.unsigned", "image=unsigned", "image=kernel;image=unsigned"},
	{"uki.addon-unsigned", "other=unsigned-addon", "other=addon"},
	{"loader.editor-on", "second;entry=bls;entry=editable", "second;entry=editable"},
	{"loader.editor-on", "sb=disabled;entry=editable", "entry=editable"},
	{"loader.grub-no-password", "second;entry=editable", "second;entry=password"},
	{"loader.fallback-differs", "other=fallback", "other=same-fallback"},
	{"loader.fallback-differs", "other=only-loader;other=loader", "other=only-loader"},
	{"image.refused", "image=refused", "image=refused-by-firmware"},
	{"image.refused", "image=refused", "sb=disabled;image=refused"},
	{"image.revoked", "image=revoked", NULL},
	{"image.revoked", "dbx=image", "dbx=5"},
	{"image.sbat-old", "image=sbat", NULL},
	{"image.unknown-signer", "image=unknown-signer", "image=unknown-signer;image=revoked"},
	{"image.expired-anchor", "anchor=expired", "anchor=good"},
	{"image.shell-on-esp", "other=shell", "other=refused-shell"},
	{"kernel.no-ima", "config=IMA=n;config=IMA_APPRAISE=n", "config=IMA_APPRAISE=n"},
	{"kernel.no-appraise", "config=IMA_APPRAISE=n", "config=IMA=n;config=IMA_APPRAISE=n"},
	{"kernel.bootparam", "sb=disabled", "sb=disabled;config=IMA_APPRAISE_BOOTPARAM=n"},
	{"kernel.fix-mode-accepted", "config=IMA_SECURE_AND_OR_TRUSTED_BOOT=n",
	 "config=IMA_SECURE_AND_OR_TRUSTED_BOOT=n;config=HAVE_ARCH_GET_SECUREBOOT=y"},
	{"kernel.fix-mode-accepted", "config=IMA_APPRAISE_SB_BOOTPARAM=y", NULL},
	{"kernel.no-config", "no-config", NULL},
	{"kernel.write-policy", "config=IMA_WRITE_POLICY=y;policy=programs",
	 "config=IMA_WRITE_POLICY=y"},
	{"kernel.no-module-sig", "policy=programs;config=MODULE_SIG=n;sb=disabled",
	 "policy=programs;config=MODULE_SIG=n"},
	{"kernel.module-sig-not-forced",
	 "policy=programs;config=MODULE_SIG_FORCE=n;sb=disabled;"
	 "config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n",
	 "policy=programs;config=MODULE_SIG_FORCE=n;sb=disabled;cmdline=module.sig_enforce=1;"
	 "config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n"},
	{"kernel.no-lockdown", "config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n",
	 "config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n;cmdline=lockdown=integrity"},
	{"kernel.no-lockdown",
	 "config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n;sb=disabled;"
	 "config=LOCK_DOWN_IN_EFI_SECURE_BOOT=y",
	 "config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n;config=LOCK_DOWN_IN_EFI_SECURE_BOOT=y"},
	{"kernel.old", "version=5.9", "version=5.10"},
	{"kernel.cmdline-builtin-off",
	 "sb=disabled;config=CMDLINE_BOOL=y;config=CMDLINE=\"ima_appraise=off\"",
	 "config=CMDLINE_BOOL=y;config=CMDLINE=\"ima_appraise=off\""},
	{"kernel.load-policy-unsigned", "delivery=script",
	 "delivery=script;config=IMA_APPRAISE_REQUIRE_POLICY_SIGS=y"},
	{"kernel.kexec-unsigned",
	 "policy=programs;sb=disabled;config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n;config=KEXEC=y",
	 "sb=disabled;config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n;config=KEXEC=y"},
	{"kernel.no-trusted-keyring", "config=INTEGRITY_TRUSTED_KEYRING=n",
	 "config=INTEGRITY_TRUSTED_KEYRING=n;policy=hashes"},
	{"initramfs.external", "second", "second;entry=no-initrd"},
	{"initramfs.policy-writable", "second;delivery=initrd", "second"},
	{"initramfs.program-differs", "initramfs=differs", "initramfs=same"},
	{"initramfs.private-key", "initramfs=key", "initramfs=ima-cert"},
	{"initramfs.bootconfig", "second;initramfs=bootconfig", "initramfs=bootconfig"},
	{"policy.absent", "delivery=none", "delivery=missing"},
	{"policy.absent", "delivery=source", "delivery=none;cmdline=ima_policy=appraise_tcb"},
	{"policy.absent", "delivery=none", "delivery=none;seen=no-entries"},
	{"policy.missing-file", "delivery=missing", NULL},
	{"policy.not-enabled", "delivery=not-enabled", "delivery=maybe-enabled"},
	{"policy.syntax", "policy=bad", "policy=programs"},
	{"policy.not-readable", "policy=none", "policy=bad"},
	{"policy.measure-only", "policy=measure", "policy=hashes"},
	{"policy.no-signatures", "policy=hashes", "policy=programs"},
	{"policy.no-signatures", "policy=hashes",
	 "policy=hashes;config=EVM_LOAD_X509=y;initramfs=evm-cert"},
	{"policy.online-root-can-change", "delivery=script;delivery=root-changes",
	 "delivery=script"},
	{"policy.weak-exception", "policy=tmpfs", "policy=all"},
	{"policy.code-uncovered", "policy=no-mmap", "policy=programs"},
	{"policy.no-module-check", "policy=programs;config=MODULE_SIG=n;sb=disabled",
	 "policy=programs"},
	{"policy.no-policy-check", "policy=programs;config=IMA_WRITE_POLICY=y", "policy=programs"},
	{"policy.no-kexec-check",
	 "policy=programs;sb=disabled;config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n;config=KEXEC=y",
	 "policy=programs"},
	{"policy.no-firmware-check", "policy=programs", NULL},
	{"key.private-on-target", "key=evmctl", "key=blob"},
	{"key.private-encrypted", "key=encrypted", "key=evmctl"},
	{"key.private-on-esp", "key=esp", "key=evmctl"},
	{"key.evm-plain", "key=hmac", "key=blob"},
	{"key.module-signing-key-left", "key=module", "key=evmctl"},
	{"key.cert-unused", "config=IMA_LOAD_X509=n;initramfs=ima-cert", "initramfs=ima-cert"},
	{"audit.no-esp", "seen=no-esp", "sb=not-uefi;seen=no-esp"},
	{"audit.no-entries", "seen=no-entries", NULL},
	{"audit.remarks", "seen=remarks", NULL},
};

static bool raises(const char *words, const char *id)
{
	struct scene *scene = malloc(sizeof(*scene));
	struct posture posture;
	struct fault f;
	bool found;

	ck_assert_ptr_nonnull(scene);
	scene_make(scene, words);
	ck_assert_int_eq(posture_judge(&scene->seen, &posture, &f), 0);
	found = finding_list_has(&posture.findings, id);
	posture_done(&posture);
	scene_done(scene);
	free(scene);
	return found;
}

START_TEST(test_raised)
{
	ck_assert_msg(raises(rows[_i].raised, rows[_i].id), "%s: not raised by %s", rows[_i].id,
		      rows[_i].raised);
}
END_TEST

START_TEST(test_not_raised)
{
	const char *words = rows[_i].not_raised;

	ck_assert_msg(!raises(words, rows[_i].id), "%s: raised by %s", rows[_i].id,
		      words ? words : "the sound set-up");
}
END_TEST

/* Every kind is in a row: one that nothing raises is dead, or was never seen. */
START_TEST(test_every_kind)
{
	const char *id = finding_kind_at((size_t)_i)->id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].id, id) == 0)
			return;
	ck_abort_msg("no row raises %s", id);
}
END_TEST

START_TEST(test_sound)
{
	struct scene *scene = malloc(sizeof(*scene));
	struct posture posture;
	struct fault f;

	ck_assert_ptr_nonnull(scene);
	scene_make(scene, NULL);
	ck_assert_int_eq(posture_judge(&scene->seen, &posture, &f), 0);
	for (size_t i = 0; i < posture.findings.count; i++)
		ck_abort_msg("%s: %s", posture.findings.items[i].kind->id,
			     posture.findings.items[i].what);
	ck_assert(!posture_weak(&posture) && !posture_undecided(&posture));
	posture_done(&posture);
	scene_done(scene);
	free(scene);
}
END_TEST

/* Most severe first. */
START_TEST(test_order)
{
	struct scene *scene = malloc(sizeof(*scene));
	struct posture posture;
	struct fault f;

	ck_assert_ptr_nonnull(scene);
	scene_make(scene, "seen=remarks;sb=disabled;key=evmctl;policy=hashes;second;" MS_2011);
	ck_assert_int_eq(posture_judge(&scene->seen, &posture, &f), 0);
	ck_assert_uint_gt(posture.findings.count, 5);
	ck_assert_int_eq(posture.findings.items[0].kind->severity, FINDING_CRITICAL);
	for (size_t i = 1; i < posture.findings.count; i++)
		ck_assert_int_ge(posture.findings.items[i - 1].kind->severity,
				 posture.findings.items[i].kind->severity);
	posture_done(&posture);
	scene_done(scene);
	free(scene);
}
END_TEST

/* --- What follows --- */

#define KEPT "protected"
#define SEEN "detected"
#define OPEN "not-protected"
#define DARK "not-known"

static const struct {
	const char *words, *notation;
	const char *protection[POSTURE_ATTACKERS], *decided_by[POSTURE_ATTACKERS];
} outcomes[] = {
	{NULL, "1d + 3b + 4c + 5b + 6b + Secure Boot", {KEPT, KEPT, KEPT, SEEN}, {"", "", "", ""}},
	{"sb=disabled",
	 "1d + 3b + 4c + 5b + 6b",
	 {KEPT, OPEN, OPEN, OPEN},
	 {"", "secureboot.disabled", "secureboot.disabled", "secureboot.disabled"}},
	{"sb=cannot-tell",
	 "1d + 3b + 4c + 5b + 6b + Secure Boot?",
	 {KEPT, DARK, DARK, DARK},
	 {"", "secureboot.cannot-tell", "secureboot.cannot-tell", "secureboot.cannot-tell"}},
	{"sb=disabled;" OFF,
	 "1d + 3- + 4- + 5b + 6b",
	 {OPEN, OPEN, OPEN, OPEN},
	 {"boot.entry.ima-appraise-off", "boot.entry.ima-appraise-off",
	  "boot.entry.ima-appraise-off", "boot.entry.ima-appraise-off"}},
	{"sb=disabled;cmdline=ima_appraise=log",
	 "1d + 3a + 4c + 5b + 6b",
	 {SEEN, OPEN, OPEN, OPEN},
	 {"boot.entry.ima-appraise-log", "boot.entry.ima-appraise-log",
	  "boot.entry.ima-appraise-log", "boot.entry.ima-appraise-log"}},
	{"sb=cannot-tell;" OFF,
	 "1d + 3? + 4? + 5b + 6b + Secure Boot?",
	 {DARK, DARK, DARK, DARK},
	 {"boot.entry.cannot-tell", "boot.entry.cannot-tell", "boot.entry.cannot-tell",
	  "boot.entry.cannot-tell"}},
	/* The background's simple solution: 3b + 4a + 5a + 6a. */
	{"sb=disabled;policy=hashes;delivery=script;second=ima_appraise=off",
	 "1c + 3b + 4b + 5a + 6a",
	 {KEPT, OPEN, OPEN, OPEN},
	 {"", "boot.entry.ima-appraise-off", "boot.entry.ima-appraise-off",
	  "boot.entry.ima-appraise-off"}},
	{"delivery=none",
	 "1- + 3- + 4- + 5- + 6- + Secure Boot",
	 {OPEN, OPEN, OPEN, OPEN},
	 {"policy.absent", "policy.absent", "policy.absent", "policy.absent"}},
	{"delivery=none;cmdline=ima_policy=appraise_tcb",
	 "1b + 3b + 4c + ima_policy= + 6a + Secure Boot",
	 {KEPT, OPEN, OPEN, OPEN},
	 {"", "policy.no-signatures", "policy.no-signatures", "policy.no-signatures"}},
	{"no-config",
	 "1d + 3? + 4? + 5b + 6b + Secure Boot",
	 {DARK, DARK, DARK, DARK},
	 {"kernel.no-config", "kernel.no-config", "kernel.no-config", "kernel.no-config"}},
	{"policy=labels",
	 "1? + 3? + 4? + 5b + 6? + Secure Boot",
	 {DARK, DARK, DARK, DARK},
	 {"policy.not-readable", "policy.not-readable", "policy.not-readable",
	  "policy.not-readable"}},
	{"seen=remarks",
	 "1d + 3b + 4c + 5b + 6b + Secure Boot",
	 {KEPT, DARK, DARK, DARK},
	 {"", "audit.remarks", "audit.remarks", "audit.remarks"}},
	{"seen=no-entries",
	 "1? + 3? + 4- + 5- + 6? + Secure Boot",
	 {DARK, DARK, DARK, DARK},
	 {"audit.no-entries", "audit.no-entries", "audit.no-entries", "audit.no-entries"}},
	{"delivery=none;seen=no-entries;seen=no-esp",
	 "1? + 3? + 4- + 5- + 6? + Secure Boot",
	 {DARK, DARK, DARK, DARK},
	 {"audit.no-entries", "audit.no-entries", "audit.no-entries", "audit.no-entries"}},
	{"config=LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=n",
	 "1d + 3b + 4c + 5b + 6b + Secure Boot",
	 {KEPT, OPEN, KEPT, SEEN},
	 {"", "kernel.no-lockdown", "", ""}},
	{MS_2023 ";dbx=400",
	 "1d + 3b + 4c + 5b + 6b + Secure Boot",
	 {KEPT, OPEN, OPEN, OPEN},
	 {"", "secureboot.third-party-ca", "secureboot.third-party-ca",
	  "secureboot.third-party-ca"}},
	{"second;config=IMA=n;config=IMA_APPRAISE=n",
	 "1d + 3b + 4b + 5b + 6b + Secure Boot",
	 {KEPT, OPEN, OPEN, OPEN},
	 {"", "kernel.no-ima", "kernel.no-ima", "kernel.no-ima"}},
	{"cmdline=initcall_blacklist=init_ima",
	 "1d + 3- + 4- + 5b + 6b + Secure Boot",
	 {OPEN, OPEN, OPEN, OPEN},
	 {"boot.entry.ima-initcall-blacklisted", "boot.entry.ima-initcall-blacklisted",
	  "boot.entry.ima-initcall-blacklisted", "boot.entry.ima-initcall-blacklisted"}},
	{"cmdline=rd.break",
	 "1d + 3b + 4c + 5b + 6b + Secure Boot",
	 {KEPT, KEPT, KEPT, OPEN},
	 {"", "", "", "boot.entry.break-shell"}},
	{"key=evmctl",
	 "1d + 3b + 4c + 5b + 6b + Secure Boot",
	 {KEPT, OPEN, OPEN, OPEN},
	 {"", "key.private-on-target", "key.private-on-target", "key.private-on-target"}},
};

START_TEST(test_outcome)
{
	struct scene *scene = malloc(sizeof(*scene));
	struct posture posture;
	struct fault f;

	ck_assert_ptr_nonnull(scene);
	scene_make(scene, outcomes[_i].words);
	ck_assert_int_eq(posture_judge(&scene->seen, &posture, &f), 0);
	ck_assert_str_eq(posture.notation, outcomes[_i].notation);
	for (unsigned i = 0; i < POSTURE_ATTACKERS; i++) {
		const struct posture_row *row = &posture.attackers[i];
		const char *id = row->decided_by ? row->decided_by : "";

		ck_assert_msg(strcmp(posture_protection_name(row->protection),
				     outcomes[_i].protection[i]) == 0 &&
				      strcmp(id, outcomes[_i].decided_by[i]) == 0,
			      "%s, %s: %s by %s", outcomes[_i].words, posture_attacker_name(i),
			      posture_protection_name(row->protection), id);
		/* A row never points to what is not in the list. */
		ck_assert_msg(!*id || finding_list_has(&posture.findings, id), "%s is not raised",
			      id);
		ck_assert_uint_gt(strlen(row->because), 0);
	}
	posture_done(&posture);
	scene_done(scene);
	free(scene);
}
END_TEST

/* Whatever is not known or fails, "protected" is never the answer to it for a person. */
START_TEST(test_never_protected)
{
	struct scene *scene = malloc(sizeof(*scene));
	struct posture posture;
	struct fault f;

	ck_assert_ptr_nonnull(scene);
	scene_make(scene, rows[_i].raised);
	ck_assert_int_eq(posture_judge(&scene->seen, &posture, &f), 0);
	for (unsigned i = 0; posture_undecided(&posture) && i < POSTURE_ATTACKERS; i++)
		ck_assert(i == POSTURE_AUTOMATED_ONLINE ||
			  posture.attackers[i].protection != POSTURE_PROTECTED);
	posture_done(&posture);
	scene_done(scene);
	free(scene);
}
END_TEST

START_TEST(test_kinds)
{
	const struct finding_kind *kind = finding_kind_at((size_t)_i);

	ck_assert_ptr_eq(finding_kind_by_id(kind->id), kind);
	ck_assert_uint_gt(strlen(kind->why), 20);
	ck_assert_uint_gt(strlen(kind->remedy), 5);
	ck_assert_uint_eq(strspn(kind->id, "abcdefghijklmnopqrstuvwxyz0123456789.-"),
			  strlen(kind->id));
}
END_TEST

Suite *posture_suite(void)
{
	Suite *suite = suite_create("posture");
	TCase *found = tcase_create("findings"), *follows = tcase_create("outcome");

	tcase_add_loop_test(found, test_raised, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(found, test_not_raised, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(found, test_every_kind, 0, (int)finding_kind_count());
	tcase_add_loop_test(found, test_kinds, 0, (int)finding_kind_count());
	tcase_add_test(found, test_sound);
	tcase_add_test(found, test_order);
	tcase_add_loop_test(follows, test_outcome, 0, sizeof(outcomes) / sizeof(outcomes[0]));
	tcase_add_loop_test(follows, test_never_protected, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, found);
	suite_add_tcase(suite, follows);
	return suite;
}
