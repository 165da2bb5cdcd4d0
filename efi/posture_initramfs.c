/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings about initramfs files: whether anything seals them, and what lies in them. */
#include <string.h>

#include "efi/posture_internal.h"

/* A separate file is under no signature, with Secure Boot or without. */
static int check_external(struct posture_work *work, const struct posture_entry *entry)
{
	if (!entry->counts || (entry->image && entry->image->role == IMAGECHECK_UKI &&
			       work->secure_boot == CMDLINEWORD_YES))
		return 0;
	for (size_t i = 0; i < entry->entry->initrd_count; i++)
		if (finding_add(&work->out->findings, "initramfs.external",
				entry->entry->initrds[i], work->f,
				"a separate initramfs, under no signature") < 0)
			return -1;
	return 0;
}

/* Of this kind, how many, and one of them. */
static size_t count_members(const struct initramfs *initramfs, enum initramfs_kind kind,
			    const struct initramfs_member **out_one)
{
	size_t count = 0;

	for (size_t i = 0; i < initramfs->found_count; i++)
		if (initramfs->found[i].kind == kind) {
			*out_one = &initramfs->found[i];
			count++;
		}
	return count;
}

static int check_programs(struct posture_work *work, const struct initramfs *initramfs)
{
	const struct initramfs_member *one = NULL;
	size_t count = 0;

	for (size_t i = 0; i < initramfs->found_count; i++)
		if (initramfs->found[i].on_root == INITRAMFS_DIFFERS && count++ == 0)
			one = &initramfs->found[i];
	if (!count)
		return 0;
	return finding_add(&work->out->findings, "initramfs.program-differs", initramfs->path,
			   work->f, "%zu programs differ from those of the root, one is %s", count,
			   one->name);
}

static int check_members(struct posture_work *work, const struct initramfs *initramfs)
{
	const struct initramfs_member *one;
	size_t count = count_members(initramfs, INITRAMFS_PRIVATE_KEY, &one);

	if (count && finding_add(&work->out->findings, "initramfs.private-key", initramfs->path,
				 work->f, "it holds a private key: %s", one->name) < 0)
		return -1;
	if (initramfs->bootconfig && !initramfs->embedded &&
	    finding_add(&work->out->findings, "initramfs.bootconfig", initramfs->path, work->f,
			"words for the kernel are appended to it") < 0)
		return -1;
	return check_programs(work, initramfs);
}

/* The kernel's own loading of certificates (CONFIG_IMA_LOAD_X509, CONFIG_EVM_LOAD_X509). */
static int check_certificates(struct posture_work *work, const struct posture_entry *entry,
			      const struct initramfs *initramfs)
{
	static const struct {
		const char *name, *option;
	} loads[] = {{"x509_ima.der", "IMA_LOAD_X509"}, {"x509_evm.der", "EVM_LOAD_X509"}};
	const struct initramfs_member *hook;

	/* A script there may load them. */
	if (count_members(initramfs, INITRAMFS_INTEGRITY_HOOK, &hook))
		return 0;
	for (size_t i = 0; i < initramfs->found_count; i++)
		for (size_t k = 0; k < sizeof(loads) / sizeof(loads[0]); k++) {
			const struct initramfs_member *it = &initramfs->found[i];

			if (it->kind != INITRAMFS_CERTIFICATE ||
			    !posture_text_ends(it->name, loads[k].name) ||
			    posture_has_option(entry->kernel, loads[k].option) != CMDLINEWORD_NO)
				continue;
			if (finding_add(&work->out->findings, "key.cert-unused", initramfs->path,
					work->f, "%s is there, CONFIG_%s is not set", it->name,
					loads[k].option) < 0)
				return -1;
		}
	return 0;
}

static int check_entry(struct posture_work *work, const struct posture_entry *entry)
{
	const struct initramfs *own =
		posture_initramfs_of(work->seen, entry->entry->kernel ? entry->entry->kernel : "");

	if (check_external(work, entry) < 0)
		return -1;
	if (!entry->counts)
		return 0;
	if (own && check_certificates(work, entry, own) < 0)
		return -1;
	for (size_t i = 0; i < entry->entry->initrd_count; i++) {
		const struct initramfs *it =
			posture_initramfs_of(work->seen, entry->entry->initrds[i]);

		if (it && check_certificates(work, entry, it) < 0)
			return -1;
	}
	return 0;
}

int posture_check_initramfs(struct posture_work *work)
{
	for (size_t i = 0; i < work->out->entry_count; i++)
		if (check_entry(work, &work->out->entries[i]) < 0)
			return -1;
	for (size_t i = 0; i < work->seen->initramfs->count; i++)
		if (check_members(work, &work->seen->initramfs->items[i]) < 0)
			return -1;
	return 0;
}
