// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * security.evm: HMACs (02), signatures (03) and portable ones (05), each right and wrong, and each
 * after what must break it or must not.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "file.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* struct vfs_ns_cap_data: magic with the effective bit, two pairs of words, root id. */
#define CAP_V2		"0100000200040000000000000000000000000000"
#define CAP_V3		"010000030004000000000000000000000000000000000000"
#define CAP_V3_ROOT1000 "0100000300040000000000000000000000000000e8030000"

enum evm_kind { EVM_HMAC, EVM_SIGNED, EVM_PORTABLE };

static const struct {
	const char *name;
	struct evm_view view;
} kinds[] = {
	[EVM_HMAC] = {"hmac", {0}},
	[EVM_SIGNED] = {"signed", {0}},
	[EVM_PORTABLE] = {"portable", {.portable = true}},
};

static void xattr_hex(const struct file *f, const char *name, const char *hex)
{
	struct blob b = blob_from_hex(hex);

	file_xattr(f, name, b.bytes, b.size);
}

static void xattr_text(const struct file *f, const char *name, const char *text)
{
	file_xattr(f, name, text, strlen(text) + 1);
}

static struct blob evm_label(const struct file *f, enum evm_kind kind, const struct evm_view *view)
{
	switch (kind) {
	case EVM_HMAC: return evm_hmac_label(f, view);
	case EVM_SIGNED: return evm_signed_label(f, "evmrsa", 3, ALGO_SHA256, view);
	case EVM_PORTABLE: break;
	}
	return evm_signed_label(f, "evmrsa", 5, ALGO_SHA256, view);
}

static void evm_add(const struct file *f, enum evm_kind kind, const struct evm_view *view)
{
	struct blob label = evm_label(f, kind, view ? view : &kinds[kind].view);

	file_evm(f, &label);
}

static struct file with_digest(const char *format, const char *a, const char *b)
	__attribute__((format(printf, 1, 0)));

static struct file with_digest(const char *format, const char *a, const char *b)
{
	char path[256];
	struct file f;
	struct blob label;

	snprintf(path, sizeof(path), format, a, b);
	f = file_new("%s", path);
	label = file_digest_label(&f);
	file_ima(&f, &label);
	return f;
}

/* ---- what is done to a file before or after its label is made ------------------------------ */

static void do_nothing(struct file *f)
{
	(void)f;
}
static void do_chmod(struct file *f)
{
	fchmod(f->fd, 0711);
}
static void do_setuid(struct file *f)
{
	fchmod(f->fd, 04755);
}
static void do_chown(struct file *f)
{
	file_own(f, 1000, 0, 0755);
}
static void do_chgrp(struct file *f)
{
	file_own(f, 0, 1000, 0755);
}
static void do_cap2(struct file *f)
{
	xattr_hex(f, "security.capability", CAP_V2);
}
static void do_cap3(struct file *f)
{
	xattr_hex(f, "security.capability", CAP_V3);
}
static void do_cap3_1000(struct file *f)
{
	xattr_hex(f, "security.capability", CAP_V3_ROOT1000);
}
static void do_selinux(struct file *f)
{
	xattr_text(f, "security.selinux", "system_u:object_r:bin_t:s0");
}
static void do_apparmor(struct file *f)
{
	xattr_text(f, "security.apparmor", "unconfined");
}
static void do_smack(struct file *f)
{
	xattr_text(f, "security.SMACK64", "_");
}
static void do_smackexec(struct file *f)
{
	xattr_text(f, "security.SMACK64EXEC", "floor");
}
static void do_smackmmap(struct file *f)
{
	xattr_text(f, "security.SMACK64MMAP", "hat");
}
static void do_transmute(struct file *f)
{
	xattr_text(f, "security.SMACK64TRANSMUTE", "TRUE");
}
static void do_other(struct file *f)
{
	xattr_text(f, "security.other", "not covered");
}
static void do_user(struct file *f)
{
	xattr_text(f, "user.comment", "not covered");
}
static void do_trusted(struct file *f)
{
	xattr_text(f, "trusted.comment", "not covered");
}

static void do_everything(struct file *f)
{
	do_selinux(f);
	do_smack(f);
	do_smackexec(f);
	do_transmute(f);
	do_smackmmap(f);
	do_apparmor(f);
	do_cap2(f);
}

static void do_selinux_change(struct file *f)
{
	xattr_text(f, "security.selinux", "system_u:object_r:usr_t:s0");
}

static void do_remove_cap(struct file *f)
{
	fremovexattr(f->fd, "security.capability");
}

static void do_other_ima(struct file *f)
{
	struct blob label = file_signature_label(f, "rsa2048", ALGO_SHA256);

	file_ima(f, &label);
}

static void do_bad_ima(struct file *f)
{
	struct blob label = file_digest_label(f);

	label.bytes[5] ^= 1;
	file_ima(f, &label);
}

static void do_no_ima(struct file *f)
{
	fremovexattr(f->fd, "security.ima");
}

static void do_empty_ima(struct file *f)
{
	file_ima(f, &(struct blob){0});
}

static const struct {
	const char *name;
	void (*before)(struct file *f);
	void (*after)(struct file *f);
} histories[] = {
	{"good", do_nothing, do_nothing},
	{"with-selinux", do_selinux, do_nothing},
	{"with-apparmor", do_apparmor, do_nothing},
	{"with-smack", do_smack, do_nothing},
	{"with-smackexec", do_smackexec, do_nothing},
	{"with-smackmmap", do_smackmmap, do_nothing},
	{"with-transmute", do_transmute, do_nothing},
	{"with-cap2", do_cap2, do_nothing},
	{"with-cap3-root1000", do_cap3_1000, do_nothing},
	{"with-everything", do_everything, do_nothing},
	{"with-signature", do_other_ima, do_nothing},
	{"with-setuid", do_setuid, do_nothing},
	{"with-owner1000", do_chown, do_nothing},
	{"with-bad-digest", do_bad_ima, do_nothing},
	{"with-no-ima", do_no_ima, do_nothing},
	{"after-chmod", do_nothing, do_chmod},
	{"after-setuid", do_nothing, do_setuid},
	{"after-chown", do_nothing, do_chown},
	{"after-chgrp", do_nothing, do_chgrp},
	{"after-setcap", do_nothing, do_cap2},
	{"after-setcap3", do_nothing, do_cap3},
	{"after-cap-removed", do_cap2, do_remove_cap},
	{"after-selinux", do_nothing, do_selinux},
	{"after-selinux-change", do_selinux, do_selinux_change},
	{"after-apparmor", do_nothing, do_apparmor},
	{"after-smack", do_nothing, do_smack},
	{"after-smackexec", do_nothing, do_smackexec},
	{"after-user", do_nothing, do_user},
	{"after-trusted", do_nothing, do_trusted},
	{"after-other-security", do_nothing, do_other},
	{"after-ima-change", do_nothing, do_other_ima},
	{"after-ima-bad", do_nothing, do_bad_ima},
	{"after-ima-removed", do_nothing, do_no_ima},
	{"after-ima-emptied", do_nothing, do_empty_ima},
};

static void each_history(void)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t h = 0; h < COUNT(histories); h++) {
			struct file f = with_digest("evm/%s-%s", kinds[k].name, histories[h].name);

			histories[h].before(&f);
			evm_add(&f, k, NULL);
			histories[h].after(&f);
			file_done(&f);
		}
	}
}

/* ---- covered bytes that are not the kernel's ----------------------------------------------- */

static const struct {
	const char *name;
	struct evm_view view; /* portable is set by the kind */
	void (*before)(struct file *f);
} views[] = {
	{"short-misc", {.short_misc = true}, do_nothing},
	{"wrong-uuid", {.wrong_uuid = true}, do_nothing},
	{"wrong-generation", {.generation_add = 1}, do_nothing},
	{"smack-covered", {.all_names = true}, do_smack},
	{"smackexec-covered", {.all_names = true}, do_smackexec},
	{"smack-not-covered", {.no_smack = true}, do_smack},
	{"smackexec-not-covered", {.no_smack = true}, do_smackexec},
	{"cap3-root0-as-stored", {.cap_v3_root0 = true}, do_cap3},
	{"cap3-root0-as-shown", {.cap_v3_root0 = false}, do_cap3},
	{"cap2-taken-for-3", {.cap_v3_root0 = true}, do_cap2},
};

static void each_view(void)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		for (size_t i = 0; i < COUNT(views); i++) {
			struct file f = with_digest("evm/%s-%s", kinds[k].name, views[i].name);
			struct evm_view view = views[i].view;

			view.portable = kinds[k].view.portable;
			views[i].before(&f);
			evm_add(&f, k, &view);
			file_done(&f);
		}
		/* The layout of one kind under the type of the other. */
		struct file f = with_digest("evm/%s-%s", kinds[k].name, "other-layout");
		struct evm_view other = {.portable = !kinds[k].view.portable};

		evm_add(&f, k, &other);
		file_done(&f);
	}
}

/* ---- copied labels ------------------------------------------------------------------------ */

static void copied(void)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct file from = with_digest("evm/%s-%s", kinds[k].name, "original"), to;
		char path[256];
		struct blob ima = file_digest_label(&from),
			    evm = evm_label(&from, k, &kinds[k].view);

		file_evm(&from, &evm);
		snprintf(path, sizeof(path), "evm/%s-copy", kinds[k].name);
		to = file_with(path, from.bytes, from.size);
		file_ima(&to, &ima);
		file_evm(&to, &evm);
		file_done(&to);
		file_done(&from);
	}
}

/* ---- malformed and foreign labels --------------------------------------------------------- */

static void bytes_label(const char *name, const char *hex)
{
	struct file f = with_digest("evm/%s%s", "raw-", name);
	struct blob label = blob_from_hex(hex);

	file_evm(&f, &label);
	file_done(&f);
}

static void raw_labels(void)
{
	bytes_label("empty", "");
	bytes_label("00", "00");
	bytes_label("01", "01");
	bytes_label("02", "02");
	bytes_label("03", "03");
	bytes_label("04", "04");
	bytes_label("05", "05");
	bytes_label("06", "06");
	bytes_label("ff", "ff");
	bytes_label("0302", "0302");
	bytes_label("0502", "0502");
	bytes_label("0302-header", "030204000000000000");
	bytes_label("0502-header", "050204000000000000");
	bytes_label("0302-header1", "03020400000000000100");
	bytes_label("0502-header1", "05020400000000000100");
	bytes_label("0201", "0201");
	bytes_label("hmac-zeros", "020000000000000000000000000000000000000000");
	bytes_label("type01-21", "010000000000000000000000000000000000000000");
	bytes_label("type04-21", "040000000000000000000000000000000000000000");
	bytes_label("type06-21", "060000000000000000000000000000000000000000");
	bytes_label("type06-34",
		    "06020102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
}

/* A good label with its size or one byte changed. */
static void damaged_label(enum evm_kind kind, const char *name, long grow, long flip)
{
	struct file f = with_digest("evm/%s-%s", kinds[kind].name, name);
	struct blob label = evm_label(&f, kind, &kinds[kind].view);

	if (flip >= 0)
		label.bytes[flip] ^= 1;
	if (grow < 0)
		label.size -= (size_t)-grow;
	else
		blob_add_fill(&label, 0, (size_t)grow);
	file_evm(&f, &label);
	file_done(&f);
}

static void damaged_labels(void)
{
	damaged_label(EVM_HMAC, "flipped", 0, 9);
	damaged_label(EVM_HMAC, "short", -1, -1);
	damaged_label(EVM_HMAC, "long", 1, -1);
	damaged_label(EVM_HMAC, "long13", 12, -1);
	for (enum evm_kind k = EVM_SIGNED; k <= EVM_PORTABLE; k++) {
		damaged_label(k, "flipped", 0, 99);
		damaged_label(k, "flipped-keyid", 0, 3);
		damaged_label(k, "flipped-size", 0, 8);
		damaged_label(k, "short", -1, -1);
		damaged_label(k, "long", 1, -1);
		damaged_label(k, "header-only", -256, -1);
	}
}

/* ---- signatures by other keys, algorithms, versions ---------------------------------------- */

static void signed_by(enum evm_kind kind, const char *key, enum algo algo)
{
	struct file f = with_digest("evm/%s-%s", kinds[kind].name, key);
	struct blob label =
		evm_signed_label(&f, key, kind == EVM_SIGNED ? 3 : 5, algo, &kinds[kind].view);

	file_evm(&f, &label);
	file_done(&f);
}

static void signed_with(enum evm_kind kind, const char *key, enum algo algo)
{
	char name[64];
	struct blob label;
	struct file f;

	snprintf(name, sizeof(name), "%s-%s", key, algo_name(algo));
	f = with_digest("evm/%s-%s", kinds[kind].name, name);
	label = evm_signed_label(&f, key, kind == EVM_SIGNED ? 3 : 5, algo, &kinds[kind].view);
	file_evm(&f, &label);
	file_done(&f);
}

static void signed_version(enum evm_kind kind, unsigned version, unsigned algo)
{
	char name[64];
	struct sig_parts parts;
	struct blob label, digest;
	struct file f;

	snprintf(name, sizeof(name), "version%u-algo%u", version, algo);
	f = with_digest("evm/%s-%s", kinds[kind].name, name);
	digest = evm_digest(&f, ALGO_SHA256, &kinds[kind].view);
	parts = sig_parts_of(signer_load(corpus.keys, "evmrsa"), kind == EVM_SIGNED ? 3 : 5,
			     ALGO_SHA256, &digest);
	parts.version = version;
	parts.algo = algo;
	label = label_signature(&parts);
	file_evm(&f, &label);
	file_done(&f);
}

/* The third byte of a v1 label is a timestamp to v1, and the algorithm to the EVM code. */
static void signed_v1(enum evm_kind kind, const char *name, uint32_t time, enum algo algo)
{
	struct file f = with_digest("evm/%s-v1-%s", kinds[kind].name, name);
	struct blob digest = evm_digest(&f, algo, &kinds[kind].view);
	struct blob label = label_v1(signer_load(corpus.keys, "evmrsa"), kind == EVM_SIGNED ? 3 : 5,
				     time, 0, &digest);

	file_evm(&f, &label);
	file_done(&f);
}

static void by_issuer(enum evm_kind kind)
{
	const struct signer *s = signer_load(corpus.keys, "evmnoskid");
	struct file f = with_digest("evm/%s-%s", kinds[kind].name, "noskid-by-issuer");
	struct blob digest = evm_digest(&f, ALGO_SHA256, &kinds[kind].view), label;
	struct sig_parts parts = sig_parts_of(s, kind == EVM_SIGNED ? 3 : 5, ALGO_SHA256, &digest);

	memcpy(parts.id, s->issuer_id, 4);
	label = label_signature(&parts);
	file_evm(&f, &label);
	file_done(&f);
}

static void signatures(void)
{
	static const char *const keys[] = {"evmexpired", "unknown", "rsa2048", "evmec"};
	static const enum algo algorithms[] = {ALGO_MD5,    ALGO_SHA1,	 ALGO_RMD160,
					       ALGO_SHA224, ALGO_SHA384, ALGO_SHA512,
					       ALGO_SM3,    ALGO_WP512,	 ALGO_SHA3_256};

	for (enum evm_kind k = EVM_SIGNED; k <= EVM_PORTABLE; k++) {
		for (size_t i = 0; i < COUNT(keys); i++)
			signed_by(k, keys[i], ALGO_SHA256);
		for (size_t i = 0; i < COUNT(algorithms); i++) {
			signed_with(k, "evmrsa", algorithms[i]);
			signed_with(k, "evmec", algorithms[i]);
		}
		signed_version(k, 3, ALGO_SHA256);
		signed_version(k, 4, ALGO_SHA256);
		signed_version(k, 0, ALGO_SHA256);
		signed_version(k, 2, ALGO_SHA1);
		signed_version(k, 2, 23);
		signed_version(k, 2, 255);
		signed_version(k, 2, ALGO_TGR192);
		signed_v1(k, "natural", 0, ALGO_SHA1);
		signed_v1(k, "time0-md4", 0, ALGO_MD4);
		signed_v1(k, "time2-sha1", 2, ALGO_SHA1);
		signed_v1(k, "time4-sha256", 4, ALGO_SHA256);
		by_issuer(k);
	}
}

/* ---- EVM beside every sort of security.ima ------------------------------------------------- */

static struct blob ima_none(const struct file *f)
{
	(void)f;
	return (struct blob){.size = BLOB_MAX + 1};
}

static struct blob ima_digest(const struct file *f)
{
	return file_digest_label(f);
}

static struct blob ima_sha512(const struct file *f)
{
	struct blob digest = file_digest(f, ALGO_SHA512);

	return label_digest(ALGO_SHA512, &digest);
}

static struct blob ima_legacy(const struct file *f)
{
	struct blob digest = file_digest(f, ALGO_SHA1), label = {0};

	blob_add_u8(&label, 1);
	blob_add_blob(&label, &digest);
	return label;
}

static struct blob ima_rsa(const struct file *f)
{
	return file_signature_label(f, "rsa2048", ALGO_SHA256);
}

static struct blob ima_rsa_bad(const struct file *f)
{
	struct blob label = file_signature_label(f, "rsa2048", ALGO_SHA256);

	label.bytes[50] ^= 1;
	return label;
}

static struct blob ima_unknown_key(const struct file *f)
{
	return file_signature_label(f, "unknown", ALGO_SHA256);
}

static struct blob ima_digest_bad(const struct file *f)
{
	struct blob label = file_digest_label(f);

	label.bytes[20] ^= 1;
	return label;
}

static struct blob ima_unknown_type(const struct file *f)
{
	struct blob label = file_digest_label(f);

	label.bytes[0] = 9;
	return label;
}

static struct blob ima_tgr(const struct file *f)
{
	(void)f;
	return blob_from_hex("0410000102030405060708090a0b0c0d0e0f1011121314151617");
}

static struct blob ima_empty(const struct file *f)
{
	(void)f;
	return (struct blob){0};
}

static void each_ima(void)
{
	static const struct {
		const char *name;
		struct blob (*label)(const struct file *f);
	} labels[] = {
		{"none", ima_none},
		{"digest", ima_digest},
		{"sha512", ima_sha512},
		{"legacy", ima_legacy},
		{"rsa", ima_rsa},
		{"rsa-bad", ima_rsa_bad},
		{"unknown-key", ima_unknown_key},
		{"digest-bad", ima_digest_bad},
		{"unknown-type", ima_unknown_type},
		{"tgr192", ima_tgr},
		{"empty", ima_empty},
	};

	for (size_t i = 0; i < COUNT(labels); i++) {
		for (int k = -1; k < (int)COUNT(kinds); k++) {
			struct file f = file_new("evm/ima-%s-evm-%s", labels[i].name,
						 k < 0 ? "none" : kinds[k].name);
			struct blob label = labels[i].label(&f);

			if (label.size <= BLOB_MAX)
				file_ima(&f, &label);
			if (k >= 0)
				evm_add(&f, (enum evm_kind)k, NULL);
			file_done(&f);
		}
	}
}

/* No xattr at all, or only such as EVM does not cover. */
static void without_evm(void)
{
	struct file f = file_new("evm/bare-nothing");

	file_done(&f);
	f = file_new("evm/bare-user");
	do_user(&f);
	file_done(&f);
	f = file_new("evm/bare-selinux");
	do_selinux(&f);
	file_done(&f);
	f = file_new("evm/bare-selinux-hmac");
	do_selinux(&f);
	evm_add(&f, EVM_HMAC, NULL);
	file_done(&f);
}

void cases_evm(void)
{
	each_history();
	each_view();
	copied();
	raw_labels();
	damaged_labels();
	signatures();
	each_ima();
	without_evm();
}
