/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's commands that say what is started: grub-core/loader/ of 2.06. */
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/grubcmd.h"
#include "scanner/base/buf.h"

/* The command line as GRUB writes it: grub-core/lib/cmdline.c. */
static void add_word(struct buf *out, const char *word)
{
	bool quote = strpbrk(word, " ") != NULL;

	if (out->len > 0)
		buf_addc(out, ' ');
	if (quote)
		buf_addc(out, '"');
	for (; *word; word++) {
		if (strchr("\\'\"", *word))
			buf_addc(out, '\\');
		buf_addc(out, *word);
	}
	if (quote)
		buf_addc(out, '"');
}

static size_t skip_options(const struct grubcmd_call *c)
{
	size_t i = 0;

	while (i < c->count && strncmp(c->args[i], "--", 2) == 0)
		i++;
	return i;
}

static int set_title(struct grubrun *g, struct bootentry *entry, struct fault *f)
{
	const struct grubrun_node *node = g->node;

	if (!node || node->arg_count == 0)
		return 0;
	return loaders_set(g->l, entry, &entry->title, node->args[0], strlen(node->args[0]), f);
}

static int set_cmdline(struct grubrun *g, struct bootentry *entry, const struct grubcmd_call *c,
		       size_t from, struct fault *f)
{
	own_buf struct buf line = {0};

	for (size_t i = from; i < c->count; i++) {
		add_word(&line, c->args[i]);
		entry->incomplete |= c->unknown[i];
	}
	if (line.failed)
		return grubcmd_no_memory(f);
	return loaders_set(g->l, entry, &entry->cmdline, buf_text(&line), line.len, f);
}

static size_t max(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* A new entry for the kernel at args[at]; what stands behind it is its command line. */
static int start_entry(struct grubrun *g, const struct grubcmd_call *c, size_t at, bool with_line,
		       struct fault *f)
{
	const struct grubrun_node *node = g->node;
	unsigned line = node && node->line ? node->line : c->command->line;
	struct loaders_bases bases;
	struct bootentry *entry;

	/* A second kernel takes the place of the first, where both are certain. */
	if (c->choice == 0)
		bootentry_list_cut(g->l->out, max(g->group_first, g->floor));
	entry = loaders_entry(g->l, node ? node->source : BOOTENTRY_GRUB, g->file->path, line, f);
	if (!entry || set_title(g, entry, f) < 0)
		return -1;
	entry->incomplete = g->doubt > 0 || (node && node->doubtful);
	entry->is_default = node && g->node_default;
	entry->is_next = node && g->node_next;
	loaders_bases_any(g->l, g->file->path, c->args[at], &bases);
	if (loaders_set_kernel(g->l, entry, &bases, c->args[at], f) < 0)
		return -1;
	/* A device that is found at boot is no doubt about a file that is found here. */
	if (!entry->kernel && c->unknown[at])
		entry->incomplete = true;
	grubmenu_say_editing(g, entry);
	g->modules = false;
	return with_line ? set_cmdline(g, entry, c, at + 1, f) : 0;
}

static int run_linux(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	size_t at = skip_options(c);

	return at < c->count ? start_entry(g, c, at, true, f) : 0;
}

static int run_chainloader(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	size_t at = skip_options(c);

	if (at >= c->count)
		return 0;
	return start_entry(g, c, at, at + 1 < c->count, f);
}

static int run_multiboot(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	if (run_linux(g, c, f) < 0)
		return -1;
	g->modules = true;
	return 0;
}

/* Where the entries begin that an initrd belongs to: those of this branch, if it has any. */
static size_t initrd_from(const struct grubrun *g)
{
	return max(g->l->out->count > g->group_first ? g->group_first : g->node_first, g->floor);
}

static int add_initrds(struct grubrun *g, const struct grubcmd_call *c, struct bootentry *entry,
		       struct fault *f)
{
	for (size_t i = skip_options(c); i < c->count; i++) {
		const char *name = c->args[i];
		struct loaders_bases bases;

		/* "newc:name:/path" */
		if (strncmp(name, "newc:", 5) == 0 && strchr(name + 5, ':'))
			name = strchr(name + 5, ':') + 1;
		loaders_bases_any(g->l, g->file->path, name, &bases);
		if (loaders_add_initrd(g->l, entry, &bases, name, f) < 0)
			return -1;
		/* That of the device is none, as long as the file is there. */
		if (c->unknown[i] && entry->initrd_count > 0 &&
		    strstr(entry->initrds[entry->initrd_count - 1], "${"))
			entry->incomplete = true;
	}
	return 0;
}

static int run_initrd(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	struct bootentry_list *out = g->l->out;
	/* Said where it is not known whether it happens, it adds to what was said before. */
	bool adds = out->count == g->group_first || c->choice > 0;

	for (size_t i = initrd_from(g); i < out->count; i++) {
		struct bootentry *entry = &out->entries[i];

		if (adds)
			entry->incomplete |= g->doubt > 0 || c->choice > 0;
		else
			bootentry_clear_initrds(entry);
		if (add_initrds(g, c, entry, f) < 0)
			return -1;
	}
	return 0;
}

/* Of a multiboot kernel: with Xen, the first module is the Linux kernel, which gets an entry of its own
 * with the words behind it ("placeholder" is one that GRUB adds for old versions of Xen). */
static int run_module(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	struct grubcmd_call kernel = *c;
	size_t at = skip_options(c), first = g->group_first;
	int result;

	if (at >= c->count)
		return 0;
	if (!g->modules) {
		/* Only its file; the words behind it are the module's own. */
		kernel.count = at + 1;
		return run_initrd(g, &kernel, f);
	}
	if (at + 1 < c->count && strcmp(c->args[at + 1], "placeholder") == 0) {
		/* The name stays in front of the words. */
		struct grubexpand words = {0};

		words.words = reallocarray(NULL, c->count, sizeof(*words.words));
		words.unknown = reallocarray(NULL, c->count, sizeof(*words.unknown));
		if (!words.words || !words.unknown) {
			free(words.words);
			free(words.unknown);
			return grubcmd_no_memory(f);
		}
		words.words[0] = c->args[at];
		words.unknown[0] = c->unknown[at];
		for (size_t i = at + 2; i < c->count; i++) {
			words.words[i - at - 1] = c->args[i];
			words.unknown[i - at - 1] = c->unknown[i];
		}
		kernel.args = words.words;
		kernel.unknown = words.unknown;
		kernel.count = c->count - at - 1;
		g->group_first = g->l->out->count;
		result = start_entry(g, &kernel, 0, true, f);
		free(words.words);
		free(words.unknown);
	} else {
		g->group_first = g->l->out->count;
		result = start_entry(g, c, at, true, f);
	}
	/* What follows are its initial ramdisks, not those of the hypervisor. */
	if (g->doubt == 0)
		g->node_first = g->group_first;
	else
		g->group_first = first;
	return result;
}

/* What was said so far is started now; what comes then is something else. */
static int run_boot(struct grubrun *g, const struct grubcmd_call *c, struct fault *f)
{
	struct bootentry_list *out = g->l->out;

	(void)c;
	(void)f;
	/* Outside of a menu nothing is asked. */
	for (size_t i = max(g->node_first, g->floor); !g->node && g->doubt == 0 && i < out->count;
	     i++)
		out->entries[i].is_default = true;
	g->floor = out->count;
	return 0;
}

const struct grubcmd_row grubcmd_start[] = {
	{"linux", run_linux},
	{"linux16", run_linux},
	{"linuxefi", run_linux},
	{"legacy_kernel", run_linux},
	{"kexec", run_linux},
	{"xen_hypervisor", run_multiboot},
	{"multiboot", run_multiboot},
	{"multiboot2", run_multiboot},
	{"module", run_module},
	{"module2", run_module},
	{"xen_module", run_module},
	{"xen_linux", run_module},
	{"xen_initrd", run_initrd},
	{"initrd", run_initrd},
	{"initrd16", run_initrd},
	{"initrdefi", run_initrd},
	{"legacy_initrd", run_initrd},
	{"chainloader", run_chainloader},
	{"chainloader_efi", run_chainloader},
	{"linux_kexec", run_linux},
	{"ntldr", run_chainloader},
	{"freedos", run_chainloader},
	{"kfreebsd", run_chainloader},
	{"knetbsd", run_chainloader},
	{"kopenbsd", run_chainloader},
	{"plan9", run_chainloader},
	{"boot", run_boot},
	{0},
};
