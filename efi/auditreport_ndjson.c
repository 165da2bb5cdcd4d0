/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit as NDJSON: docs/formats/ndjson.md is the contract. */
#include <stdio.h>
#include <string.h>

#include "efi/auditreport.h"
#include "efi/statusreport.h"
#include "scanner/base/json.h"

static void begin(struct buf *out, const char *record)
{
	json_open(out, NULL, '{');
	json_text(out, "record", record);
}

static void end(struct buf *out)
{
	json_close(out, '}');
	buf_addc(out, '\n');
}

/* A path, or null. The key of the bytes is the same with _hex behind it. */
static void path(struct buf *out, const char *key, const char *value)
{
	char hex[40];

	if (!value) {
		json_null(out, key);
		return;
	}
	snprintf(hex, sizeof(hex), "%s_hex", key);
	json_path(out, key, hex, value);
}

static void digest(struct buf *out, const char *key, const uint8_t sha256[32])
{
	own_buf struct buf text = {0};

	buf_puts(&text, "sha256:");
	buf_hex(&text, sha256, 32);
	json_buf(out, key, &text);
}

/* --- Images --- */

static const char *start_name(enum imagecheck_start start)
{
	static const char *const names[] = {
		[IMAGECHECK_STARTS] = "starts",
		[IMAGECHECK_REFUSED] = "refused",
		[IMAGECHECK_UNKNOWN] = "unknown",
	};

	return names[start];
}

static void write_signers(const struct imagecheck *image, struct buf *out)
{
	json_open(out, "signers", '[');
	for (size_t i = 0; i < image->signer_count; i++) {
		const struct imagecheck_signer *it = &image->signers[i];

		json_open(out, NULL, '{');
		json_text(out, "subject", it->subject);
		json_text(out, "issuer", it->issuer);
		json_text(out, "serial", it->serial);
		json_hex(out, "sha256", it->sha256, sizeof(it->sha256));
		json_text(out, "digest", it->digest);
		json_bool(out, "valid", it->valid);
		json_text(out, "anchor", it->anchor);
		json_text(out, "revoked", it->revoked);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_image(const struct imagecheck *image, struct buf *out)
{
	begin(out, "image");
	path(out, "path", image->path);
	json_text(out, "role", imagecheck_role_name(image->role));
	json_number(out, "machine", image->machine);
	json_hex(out, "sha1", image->sha1, sizeof(image->sha1));
	json_hex(out, "sha256", image->sha256, sizeof(image->sha256));
	json_hex(out, "sha384", image->sha384, sizeof(image->sha384));
	json_hex(out, "sha512", image->sha512, sizeof(image->sha512));
	write_signers(image, out);
	json_text(out, "by_firmware", start_name(image->by_firmware));
	json_text(out, "firmware_because", image->firmware_because);
	json_text(out, "by_shim", start_name(image->by_shim));
	json_text(out, "shim_because", image->shim_because);
	json_text(out, "sbat", image->sbat);
	json_bool(out, "sbat_revoked", image->sbat_revoked);
	json_text(out, "cmdline", image->cmdline);
	json_text(out, "uname", image->uname);
	json_text(out, "osrel", image->osrel);
	json_number(out, "profiles", image->profiles);
	json_bool(out, "pcrsig", image->has_pcrsig);
	end(out);
}

/* --- Entries --- */

static void write_words(const struct posture_entry *entry, struct buf *out)
{
	json_open(out, "words", '[');
	for (size_t i = 0; i < entry->words.count; i++) {
		const struct cmdlineword *it = &entry->words.items[i];

		json_open(out, NULL, '{');
		json_text(out, "word", it->word);
		json_text(out, "effect", cmdlineword_effect_name(it->effect));
		json_text(out, "because", it->because);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_entry(const struct posture_entry *entry, struct buf *out)
{
	const struct bootentry *said = entry->entry;

	begin(out, "entry");
	json_text(out, "source", bootentry_source_name(said->source));
	path(out, "where", said->where);
	json_number(out, "line", said->line);
	json_text(out, "title", said->title);
	path(out, "kernel", said->kernel);
	path(out, "kernel_said", said->kernel_said);
	json_open(out, "initrds", '[');
	for (size_t i = 0; i < said->initrd_count; i++)
		json_text(out, NULL, said->initrds[i]);
	json_close(out, ']');
	json_text(out, "cmdline", entry->starts_kernel ? entry->cmdline : said->cmdline);
	json_bool(out, "sealed", entry->sealed);
	json_bool(out, "incomplete", said->incomplete);
	json_bool(out, "default", said->is_default);
	json_bool(out, "next", said->is_next);
	json_bool(out, "hidden", said->hidden);
	json_bool(out, "disabled", said->disabled);
	json_bool(out, "counts", entry->counts);
	json_text(out, "editing", bootentry_editing_name(said->editing));
	json_text(out, "editing_why", said->editing_why);
	write_words(entry, out);
	json_text(out, "mode", entry->starts_kernel ? posture_mode_name(entry->mode) : NULL);
	json_text(out, "decided_by", entry->decided_by);
	end(out);
}

/* --- Kernels, initramfs files, deliveries, keys --- */

/* What decides about IMA; the rest of a configuration is of no interest here. */
static const char *const options[] = {
	"IMA",
	"IMA_APPRAISE",
	"IMA_APPRAISE_BOOTPARAM",
	"IMA_ARCH_POLICY",
	"IMA_SECURE_AND_OR_TRUSTED_BOOT",
	"HAVE_ARCH_GET_SECUREBOOT",
	"IMA_WRITE_POLICY",
	"IMA_LOAD_X509",
	"IMA_APPRAISE_REQUIRE_MODULE_SIGS",
	"IMA_APPRAISE_REQUIRE_POLICY_SIGS",
	"INTEGRITY_TRUSTED_KEYRING",
	"INTEGRITY_MACHINE_KEYRING",
	"EVM",
	"EVM_LOAD_X509",
	"MODULES",
	"MODULE_SIG",
	"MODULE_SIG_FORCE",
	"KEXEC",
	"KEXEC_FILE",
	"KEXEC_SIG",
	"KEXEC_SIG_FORCE",
	"SECURITY_LOCKDOWN_LSM",
	"LOCK_DOWN_KERNEL_FORCE_INTEGRITY",
	"LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY",
	"LOCK_DOWN_IN_EFI_SECURE_BOOT",
	"BOOT_CONFIG",
	"CMDLINE_OVERRIDE",
	"CMDLINE_FORCE",
};

static void write_options(const struct kernelimage *kernel, struct buf *out)
{
	static const char *const states[] = {
		[KCONFIG_NO] = "n", [KCONFIG_MODULE] = "m", [KCONFIG_YES] = "y"};
	struct kconfig config = kernelimage_kconfig(kernel);
	own_buf struct buf own = {0};

	json_open(out, "options", '{');
	for (size_t i = 0; kernel->config && i < sizeof(options) / sizeof(options[0]); i++)
		json_text(out, options[i], states[kconfig_state(config, options[i])]);
	if (kernel->config && kconfig_string(config, "CMDLINE", &own))
		json_buf(out, "CMDLINE", &own);
	json_close(out, '}');
}

static void write_kernel(const struct kernelimage *kernel, struct buf *out)
{
	begin(out, "kernel");
	path(out, "path", kernel->path);
	json_text(out, "release", kernel->release);
	json_text(out, "format", kernel->format);
	json_text(out, "compression", kernel->compression);
	json_text(out, "config_source", kernelimage_config_source_name(kernel->config_source));
	path(out, "config_where", kernel->config_where);
	json_open(out, "certs", '[');
	for (size_t i = 0; i < kernel->cert_count; i++) {
		json_open(out, NULL, '{');
		json_text(out, "subject", kernel->certs[i].subject);
		json_hex(out, "sha256", kernel->certs[i].sha256, sizeof(kernel->certs[i].sha256));
		json_text(out, "place", kernelimage_cert_place_name(kernel->certs[i].place));
		json_close(out, '}');
	}
	json_close(out, ']');
	write_options(kernel, out);
	end(out);
}

static void write_found(const struct initramfs *initramfs, struct buf *out)
{
	static const char *const on_root[] = {
		[INITRAMFS_NOT_COMPARED] = NULL,
		[INITRAMFS_SAME] = "same",
		[INITRAMFS_DIFFERS] = "differs",
		[INITRAMFS_NOT_ON_ROOT] = "absent",
	};

	json_open(out, "found", '[');
	for (size_t i = 0; i < initramfs->found_count; i++) {
		const struct initramfs_member *it = &initramfs->found[i];

		json_open(out, NULL, '{');
		json_text(out, "kind", initramfs_kind_name(it->kind));
		path(out, "name", it->name);
		digest(out, "digest", it->sha256);
		json_text(out, "on_root", on_root[it->on_root]);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_initramfs(const struct initramfs *initramfs, struct buf *out)
{
	begin(out, "initramfs");
	path(out, "path", initramfs->path);
	json_bool(out, "embedded", initramfs->embedded);
	json_open(out, "segments", '[');
	for (size_t i = 0; i < initramfs->segment_count; i++) {
		json_open(out, NULL, '{');
		json_number(out, "offset", initramfs->segments[i].offset);
		json_text(out, "compression", initramfs->segments[i].compression);
		json_number(out, "members", initramfs->segments[i].members);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_number(out, "members", initramfs->members);
	json_bool(out, "incomplete", initramfs->incomplete);
	json_text(out, "bootconfig", initramfs->bootconfig);
	write_found(initramfs, out);
	end(out);
}

static void write_delivery(const struct delivery *it, struct buf *out)
{
	begin(out, "delivery");
	json_text(out, "way", delivery_way_name(it->way));
	path(out, "where", it->where);
	json_number(out, "line", it->line);
	path(out, "policy", it->policy_path);
	json_bool(out, "policy_missing", it->policy_missing);
	json_text(out, "seed", delivery_seed(it->way));
	if (it->enabled_known)
		json_bool(out, "enabled", it->enabled);
	else
		json_null(out, "enabled");
	json_bool(out, "online_root_can_change", it->online_root_can_change);
	end(out);
}

static void write_key(const struct privkey *key, struct buf *out)
{
	begin(out, "private-key");
	json_text(out, "kind", privkey_kind_name(key->kind));
	path(out, "path", key->path);
	json_text(out, "usual", key->usual);
	json_bool(out, "world_readable", key->world_readable);
	end(out);
}

/* --- What follows --- */

static void write_finding(const struct finding *it, struct buf *out)
{
	begin(out, "finding");
	json_text(out, "id", it->kind->id);
	json_text(out, "severity", finding_severity_name(it->kind->severity));
	json_text(out, "what", it->what);
	path(out, "where", it->where);
	json_text(out, "why", it->kind->why);
	json_text(out, "remedy", it->kind->remedy);
	end(out);
}

static void write_posture(const struct posture *posture, struct buf *out)
{
	begin(out, "posture");
	json_text(out, "notation", posture->notation);
	json_open(out, "choices", '[');
	for (size_t i = 0; i < sizeof(posture->choices) / sizeof(posture->choices[0]); i++) {
		json_open(out, NULL, '{');
		json_number(out, "number", posture->choices[i].number);
		json_text(out, "choice", posture->choices[i].choice);
		json_text(out, "because", posture->choices[i].because);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_open(out, "attackers", '[');
	for (unsigned i = 0; i < POSTURE_ATTACKERS; i++) {
		const struct posture_row *row = &posture->attackers[i];

		json_open(out, NULL, '{');
		json_text(out, "attacker", posture_attacker_name(i));
		json_text(out, "protection", posture_protection_name(row->protection));
		json_text(out, "decided_by", row->decided_by);
		json_text(out, "because", row->because);
		json_close(out, '}');
	}
	json_close(out, ']');
	end(out);
}

void auditreport_ndjson(const struct audit *audit, struct buf *out)
{
	statusreport_json(&audit->secureboot, out);
	buf_addc(out, '\n');
	for (size_t i = 0; i < audit->images.count; i++)
		write_image(&audit->images.items[i], out);
	for (size_t i = 0; i < audit->posture.entry_count; i++)
		write_entry(&audit->posture.entries[i], out);
	for (size_t i = 0; i < audit->kernels.count; i++)
		write_kernel(&audit->kernels.items[i], out);
	for (size_t i = 0; i < audit->initramfs.count; i++)
		write_initramfs(&audit->initramfs.items[i], out);
	for (size_t i = 0; i < audit->deliveries.count; i++)
		write_delivery(&audit->deliveries.items[i], out);
	for (size_t i = 0; i < audit->private_keys.count; i++)
		write_key(&audit->private_keys.items[i], out);
	for (size_t i = 0; i < audit->posture.findings.count; i++)
		write_finding(&audit->posture.findings.items[i], out);
	write_posture(&audit->posture, out);
}

void auditreport_counts(const struct audit *audit, struct buf *line)
{
	json_number(line, "entries", audit->posture.entry_count);
	json_number(line, "images", audit->images.count);
	json_number(line, "kernels", audit->kernels.count);
	json_number(line, "initramfs", audit->initramfs.count);
	json_number(line, "findings", audit->posture.findings.count);
	json_number(line, "faults", audit->remarks.count + audit->remarks.dropped);
}
