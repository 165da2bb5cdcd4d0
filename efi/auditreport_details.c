/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What -v adds to an audit for people. */
#include <string.h>

#include "efi/auditreport.h"
#include "efi/command.h"
#include "scanner/base/escape.h"

static void add(struct buf *out, const char *text)
{
	escape_text(out, text ? text : "?", strlen(text ? text : "?"));
}

static void heading(struct buf *out, const struct auditreport_style *style, const char *text)
{
	buf_addc(out, '\n');
	command_mark_text(out, style->color, COMMAND_HEAD, text, 0);
	buf_addc(out, '\n');
}

static void add_start(struct buf *out, const char *who, enum imagecheck_start start,
		      const char *because)
{
	static const char *const words[] = {
		[IMAGECHECK_STARTS] = "would start it",
		[IMAGECHECK_REFUSED] = "would refuse it",
		[IMAGECHECK_UNKNOWN] = "cannot be told",
	};

	buf_printf(out, "      %s: %s: ", who, words[start]);
	add(out, because);
	buf_addc(out, '\n');
}

static void add_image(const struct imagecheck *image, struct buf *out)
{
	buf_puts(out, "  ");
	add(out, image->path);
	buf_printf(out, "  [%s]\n      sha256:", imagecheck_role_name(image->role));
	buf_hex(out, image->sha256, sizeof(image->sha256));
	buf_addc(out, '\n');
	for (size_t i = 0; i < image->signer_count; i++) {
		const struct imagecheck_signer *signer = &image->signers[i];

		buf_puts(out, "      signed by ");
		add(out, signer->subject);
		buf_printf(out, ": %s, %s%s%s%s\n", signer->valid ? "good" : "NOT VALID",
			   signer->anchor ? "trusted by " : "trusted by nobody",
			   signer->anchor ? signer->anchor : "",
			   signer->revoked ? ", REVOKED by " : "",
			   signer->revoked ? signer->revoked : "");
	}
	add_start(out, "firmware", image->by_firmware, image->firmware_because);
	add_start(out, "shim", image->by_shim, image->shim_because);
}

static void add_kernel(const struct kernelimage *kernel, struct buf *out)
{
	buf_puts(out, "  ");
	add(out, kernel->path);
	buf_puts(out, "\n      Linux ");
	add(out, kernel->release);
	buf_printf(out, ", %s%s%s; configuration: ", kernel->format ? kernel->format : "?",
		   kernel->compression ? ", " : "", kernel->compression ? kernel->compression : "");
	if (kernel->config)
		add(out, kernel->config_where);
	else
		buf_puts(out, "not found");
	buf_addc(out, '\n');
	for (size_t i = 0; i < kernel->cert_count; i++) {
		buf_printf(out, "      certificate (%s) ",
			   kernelimage_cert_place_name(kernel->certs[i].place));
		add(out, kernel->certs[i].subject);
		buf_addc(out, '\n');
	}
}

static void add_initramfs(const struct initramfs *initramfs, struct buf *out)
{
	buf_puts(out, "  ");
	add(out, initramfs->path);
	buf_printf(out, "%s: %zu members in %zu archives%s\n",
		   initramfs->embedded ? " (embedded)" : "", initramfs->members,
		   initramfs->segment_count, initramfs->incomplete ? ", INCOMPLETE" : "");
	for (size_t i = 0; i < initramfs->found_count; i++) {
		const struct initramfs_member *it = &initramfs->found[i];

		if (it->kind == INITRAMFS_PROGRAM && it->on_root != INITRAMFS_DIFFERS)
			continue;
		buf_printf(out, "      %-15s ", initramfs_kind_name(it->kind));
		add(out, it->name);
		buf_puts(out,
			 it->on_root == INITRAMFS_DIFFERS ? " (not that of the root)\n" : "\n");
	}
}

static void add_delivery(const struct delivery *it, struct buf *out)
{
	const char *seed = delivery_seed(it->way);

	buf_printf(out, "  %s%s%s  ", delivery_way_name(it->way), seed ? ", " : "",
		   seed ? seed : "");
	add(out, it->where);
	buf_puts(out, "\n      policy ");
	add(out, it->policy_path);
	buf_printf(out, "%s; %s; root %s change it\n", it->policy_missing ? " (MISSING)" : "",
		   !it->enabled_known ? "whether it runs is not known"
		   : it->enabled      ? "it runs"
				      : "it never runs",
		   it->online_root_can_change ? "can" : "cannot");
}

static void add_key(const struct privkey *key, struct buf *out)
{
	buf_puts(out, "  ");
	add(out, key->path);
	buf_printf(out, "  [%s] ", privkey_kind_name(key->kind));
	add(out, key->usual);
	buf_puts(out, key->world_readable ? ", readable by everybody\n" : "\n");
}

void auditreport_details(const struct audit *audit, const struct auditreport_style *style,
			 struct buf *out)
{
	heading(out, style, "Images");
	for (size_t i = 0; i < audit->images.count; i++)
		add_image(&audit->images.items[i], out);
	heading(out, style, "Kernels");
	for (size_t i = 0; i < audit->kernels.count; i++)
		add_kernel(&audit->kernels.items[i], out);
	heading(out, style, "Initramfs");
	for (size_t i = 0; i < audit->initramfs.count; i++)
		add_initramfs(&audit->initramfs.items[i], out);
	heading(out, style, "Ways of a policy into the kernel");
	for (size_t i = 0; i < audit->deliveries.count; i++)
		add_delivery(&audit->deliveries.items[i], out);
	heading(out, style, "Private keys");
	for (size_t i = 0; i < audit->private_keys.count; i++)
		add_key(&audit->private_keys.items[i], out);
}
