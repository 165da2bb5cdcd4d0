/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each boot entry comes to: the image it starts, the kernel in it, the command line that the kernel
 * will read, and its words judged. Of unified kernel images: systemd-stub(7).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/bootconfig.h"
#include "efi/kernelcmdline.h"
#include "efi/posture_internal.h"
#include "scanner/base/own.h"

static const struct imagecheck *image_of(const struct posture_seen *seen, const char *path)
{
	for (size_t i = 0; path && i < seen->images->count; i++)
		if (strcmp(seen->images->items[i].path, path) == 0)
			return &seen->images->items[i];
	return NULL;
}

static const struct kernelimage *kernel_of(const struct posture_seen *seen, const char *path)
{
	for (size_t i = 0; path && i < seen->kernels->count; i++)
		if (strcmp(seen->kernels->items[i].path, path) == 0)
			return &seen->kernels->items[i];
	return NULL;
}

const struct initramfs *posture_initramfs_of(const struct posture_seen *seen, const char *path)
{
	for (size_t i = 0; path && i < seen->initramfs->count; i++)
		if (strcmp(seen->initramfs->items[i].path, path) == 0)
			return &seen->initramfs->items[i];
	return NULL;
}

bool posture_text_ends(const char *text, const char *with)
{
	size_t n = strlen(text), k = strlen(with);

	return n >= k && strcmp(text + n - k, with) == 0;
}

enum cmdlineword_answer posture_has_option(const struct kernelimage *kernel, const char *option)
{
	if (!kernel || !kernel->config)
		return CMDLINEWORD_NOT_KNOWN;
	return kconfig_state(kernelimage_kconfig(kernel), option) == KCONFIG_YES ? CMDLINEWORD_YES
										 : CMDLINEWORD_NO;
}

struct cmdlineword_kernel posture_circumstances(const struct posture_work *work,
						const struct kernelimage *kernel)
{
	struct cmdlineword_kernel it = {.secure_boot = work->secure_boot};

	if (kernel) {
		it.major = kernel->major;
		it.minor = kernel->minor;
		it.config_known = kernel->config != NULL;
		it.config = kernelimage_kconfig(kernel);
	}
	return it;
}

const struct cmdlineword *posture_effective_word(const struct posture_entry *entry,
						 const char *name)
{
	for (size_t i = 0; i < entry->words.count; i++)
		if (strcmp(entry->words.items[i].name, name) == 0 &&
		    entry->words.items[i].effect == CMDLINEWORD_EFFECTIVE)
			return &entry->words.items[i];
	return NULL;
}

bool posture_is_refused(const struct posture_work *work, const struct imagecheck *image)
{
	return work->secure_boot == CMDLINEWORD_YES && image->by_firmware == IMAGECHECK_REFUSED &&
	       image->by_shim == IMAGECHECK_REFUSED;
}

bool posture_is_signed(const struct imagecheck *image)
{
	for (size_t i = 0; i < image->signer_count; i++)
		if (image->signers[i].valid)
			return true;
	return false;
}

/* Does it start a Linux kernel? What is neither a kernel that was read nor an image of that role is
 * something else: a loader, another system, a memory test. */
static bool starts_kernel(const struct posture_entry *entry)
{
	if (entry->kernel)
		return true;
	return entry->image &&
	       (entry->image->role == IMAGECHECK_KERNEL || entry->image->role == IMAGECHECK_UKI);
}

static bool counts(const struct posture_work *work, const struct posture_entry *entry)
{
	enum bootentry_source source = entry->entry->source;

	return entry->starts_kernel && !entry->entry->disabled && source != BOOTENTRY_TEMPLATE &&
	       source != BOOTENTRY_KEXEC &&
	       !(entry->image && posture_is_refused(work, entry->image));
}

/* --- The command line --- */

/* An addon of this image, or of all: EFI/Linux/x.efi.extra.d/…, loader/addons/…. */
static bool is_addon_of(const struct imagecheck *addon, const char *image_path)
{
	size_t n = strlen(image_path);

	if (strncmp(addon->path, image_path, n) == 0 &&
	    strncasecmp(addon->path + n, ".extra.d/", 9) == 0)
		return true;
	return strcasestr(addon->path, ":/loader/addons/") != NULL;
}

static void add_words(struct buf *out, const char *words)
{
	if (!words || !*words)
		return;
	if (out->len)
		buf_addc(out, ' ');
	buf_puts(out, words);
}

static void add_addons(const struct posture_work *work, const struct posture_entry *entry,
		       struct buf *out)
{
	const struct imagecheck_list *images = work->seen->images;

	for (size_t i = 0; i < images->count; i++) {
		const struct imagecheck *addon = &images->items[i];

		if (addon->role == IMAGECHECK_ADDON && is_addon_of(addon, entry->image->path) &&
		    !posture_is_refused(work, addon))
			add_words(out, addon->cmdline);
	}
}

/* Are these the words of one of the image's own profiles? */
static bool is_profile(const struct imagecheck *image, const char *said)
{
	for (size_t i = 0; said && i < image->profile_list_count; i++)
		if (image->profile_list[i].cmdline &&
		    strcmp(image->profile_list[i].cmdline, said) == 0)
			return true;
	return false;
}

/* What the kernel is handed, by a loader or by the stub of its image. */
static void given(const struct posture_work *work, struct posture_entry *entry, struct buf *out)
{
	const struct imagecheck *image = entry->image;
	const char *said = entry->entry->cmdline;
	bool secure = work->seen->secureboot->word == SECUREBOOT_ENFORCING;

	if (!image || image->role != IMAGECHECK_UKI) {
		add_words(out, said);
		return;
	}
	if (is_profile(image, said)) {
		add_words(out, said);
		entry->sealed = secure && posture_is_signed(image);
		add_addons(work, entry, out);
		return;
	}
	/* The stub takes a given command line only when there is none inside, or Secure Boot is off. */
	if (image->cmdline && (secure || !said || !*said))
		add_words(out, image->cmdline);
	else
		add_words(out, said);
	entry->sealed = image->cmdline && secure && posture_is_signed(image);
	add_addons(work, entry, out);
}

/* Words that are appended to the initramfs, before those of the command line. */
static int add_bootconfig(const struct posture_work *work, const struct posture_entry *entry,
			  struct buf *out)
{
	struct fault why = {0};

	for (size_t i = 0; i < entry->entry->initrd_count; i++) {
		const struct initramfs *it =
			posture_initramfs_of(work->seen, entry->entry->initrds[i]);

		if (it && it->bootconfig &&
		    bootconfig_words(it->bootconfig, it->bootconfig_size, "kernel", out, &why) <
			    0 &&
		    why.os != EBADMSG)
			return fault_set(work->f, ENOMEM, "reading a boot configuration");
	}
	if (out->len)
		buf_addc(out, ' ');
	return 0;
}

static int read_cmdline(const struct posture_work *work, struct posture_entry *entry)
{
	struct kconfig config =
		entry->kernel ? kernelimage_kconfig(entry->kernel) : kconfig_of("", 0);
	own_buf struct buf handed = {0}, whole = {0}, text = {0};
	struct kernelcmdline how;

	given(work, entry, &handed);
	if (handed.failed)
		return fault_set(work->f, ENOMEM, "reading a command line");
	if (kernelcmdline_effective(config, buf_text(&handed), &whole, &how, work->f) < 0 ||
	    (how.bootconfig_taken && add_bootconfig(work, entry, &text) < 0))
		return -1;
	buf_add_buf(&text, &whole);
	entry->cmdline = text.failed ? NULL : strdup(buf_text(&text));
	if (!entry->cmdline)
		return fault_set(work->f, ENOMEM, "reading a command line");
	/* The kernel's own words are as sealed as the kernel is. */
	if (how.rule == KERNELCMDLINE_BUILTIN_ONLY && work->secure_boot == CMDLINEWORD_YES &&
	    entry->image && posture_is_signed(entry->image))
		entry->sealed = true;
	return 0;
}

/* The kernel that would read the words. A template's is whichever comes next: the first that is here. */
static const struct kernelimage *reader_of(const struct posture_work *work,
					   const struct posture_entry *entry)
{
	const struct bootentry_list *list = work->seen->entries;
	enum bootentry_source source = entry->entry->source;

	if (entry->kernel || (source != BOOTENTRY_TEMPLATE && source != BOOTENTRY_KEXEC))
		return entry->kernel;
	for (size_t i = 0; i < list->count; i++) {
		const struct kernelimage *kernel = kernel_of(work->seen, list->entries[i].kernel);

		if (kernel)
			return kernel;
	}
	return NULL;
}

static int read_entry(struct posture_work *work, const struct bootentry *said,
		      struct posture_entry *entry)
{
	struct cmdlineword_kernel kernel;

	entry->entry = said;
	entry->image = image_of(work->seen, said->kernel);
	entry->kernel = kernel_of(work->seen, said->kernel);
	entry->starts_kernel = starts_kernel(entry);
	entry->counts = counts(work, entry);
	kernel = posture_circumstances(work, reader_of(work, entry));
	if (read_cmdline(work, entry) < 0 ||
	    cmdlineword_judge(entry->cmdline, &kernel, &entry->words, work->f) < 0)
		return -1;
	return entry->starts_kernel ? posture_read_mode(work, entry) : 0;
}

int posture_read_entries(struct posture_work *work)
{
	const struct bootentry_list *list = work->seen->entries;

	work->out->entries = calloc(list->count + 1, sizeof(*work->out->entries));
	if (!work->out->entries)
		return fault_set(work->f, ENOMEM, "judging boot entries");
	work->out->entry_count = list->count;
	for (size_t i = 0; i < list->count; i++)
		if (read_entry(work, &list->entries[i], &work->out->entries[i]) < 0)
			return -1;
	posture_compare_modes(work);
	return 0;
}

/* The firmware's own default comes first, when it is a kernel. A loader marks its default; where none is
 * marked, each entry may be the one. */
const struct posture_entry *posture_default_entry(const struct posture *posture, size_t n)
{
	enum { NOBODY, LOADER, FIRMWARE } marked = NOBODY;

	for (size_t i = 0; i < posture->entry_count; i++) {
		const struct posture_entry *it = &posture->entries[i];

		if (!it->counts || !(it->entry->is_default || it->entry->is_next))
			continue;
		if (it->entry->source == BOOTENTRY_FIRMWARE)
			marked = FIRMWARE;
		else if (marked == NOBODY)
			marked = LOADER;
	}
	for (size_t i = 0; i < posture->entry_count; i++) {
		const struct posture_entry *it = &posture->entries[i];
		bool is_marked = it->entry->is_default || it->entry->is_next;

		if (!it->counts || (marked != NOBODY && !is_marked) ||
		    (marked == FIRMWARE && it->entry->source != BOOTENTRY_FIRMWARE))
			continue;
		if (n-- == 0)
			return it;
	}
	return NULL;
}
