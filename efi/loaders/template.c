/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the next boot entry will be made of: the files that kernel-install, grub-mkconfig, dracut, mkinitcpio,
 * ukify and update-extlinux take command lines from. None of them is booted as it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/shellvar.h"
#include "efi/loaders/textline.h"
#include "scanner/base/bytes.h"
#include "scanner/base/buf.h"
#include "scanner/base/own.h"

static int no_memory(struct fault *f)
{
	return fault_set(f, ENOMEM, "reading a template of a command line");
}

static int add(struct loaders *l, const char *where, unsigned line, const char *title,
	       const struct buf *value, bool incomplete, struct fault *f)
{
	struct bootentry *entry = loaders_entry(l, BOOTENTRY_TEMPLATE, where, line, f);

	if (!entry)
		return -1;
	entry->incomplete = incomplete;
	bootentry_set_editing(entry, BOOTENTRY_EDIT_UNKNOWN, "no entry, but what one is made of");
	if (title && loaders_set(l, entry, &entry->title, title, strlen(title), f) < 0)
		return -1;
	return loaders_set(l, entry, &entry->cmdline, buf_text(value), value->len, f);
}

/* Lines of words; "#" begins a comment line. They are one command line. */
static int decode_words(struct loaders *l, const char *where, const char *text, size_t size,
			struct fault *f)
{
	struct textline_reader reader = {text, size, 0};
	own_buf struct buf all = {0};
	struct textline line;
	unsigned first = 0;

	while (textline_next(&reader, &line)) {
		if (line.n == 0 || *line.at == '#')
			continue;
		if (all.len > 0)
			buf_addc(&all, ' ');
		else
			first = reader.number;
		buf_add(&all, line.at, line.n);
	}
	if (all.failed)
		return no_memory(f);
	return first > 0 ? add(l, where, first, NULL, &all, false, f) : 0;
}

/* Variables that hold a command line, by the file they are in. */
static bool wanted(const char *where, const char *name)
{
	static const struct {
		const char *file, *name;
		bool prefix;
	} variables[] = {
		{"grub", "GRUB_CMDLINE_", true},
		{"dracut", "kernel_cmdline", false},
		{"extlinux", "default_kernel_opts", false},
		{"extlinux", "root", false},
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		if (!strstr(where, variables[i].file))
			continue;
		if (variables[i].prefix
			    ? strncmp(name, variables[i].name, strlen(variables[i].name)) == 0
			    : strcmp(name, variables[i].name) == 0)
			return true;
	}
	return false;
}

/* Every assignment is told: which one holds in the end only the shell knows. */
static int decode_shell(struct loaders *l, const char *where, const char *text, size_t size,
			struct fault *f)
{
	struct shellvar_reader reader = {text, text + size, 0};
	struct shellvar var = {0};
	int result = 0;

	while (result == 0 && shellvar_next(&reader, &var))
		if (wanted(where, buf_text(&var.name)))
			result = add(l, where, var.line, buf_text(&var.name), &var.value,
				     var.dynamic || var.appends, f);
	if (var.value.failed || var.name.failed)
		result = no_memory(f);
	shellvar_done(&var);
	return result;
}

/* ukify's uki.conf: "Cmdline=" of words, or of "@file". */
static int decode_uki(struct loaders *l, const char *where, const char *text, size_t size,
		      struct fault *f)
{
	struct textline_reader reader = {text, size, 0};
	struct textline line;

	while (textline_next(&reader, &line)) {
		struct textline key = textline_trim(textline_until(&line, "="));
		own_buf struct buf value = {0};

		if (!textline_is_nocase(key, "Cmdline"))
			continue;
		line = textline_trim(line);
		buf_add(&value, line.at, line.n);
		if (value.failed)
			return no_memory(f);
		/* The file is one of those that are read anyway. */
		if (add(l, where, reader.number, "Cmdline", &value, *buf_text(&value) == '@', f) <
		    0)
			return -1;
	}
	return 0;
}

/* The words of the file that mkinitcpio is given, "--cmdline FILE". */
static int add_preset(struct loaders *l, const char *where, const struct shellvar *var,
		      struct fault *f)
{
	struct textline rest = textline_of(buf_text(&var->value));
	own_mem char *path = NULL;
	own_mem char *text = NULL;
	size_t size = 0;

	while (rest.n > 0 && !path) {
		struct textline word = textline_word(&rest);

		if (textline_is(word, "--cmdline"))
			path = textline_dup(textline_word(&rest));
		else if (textline_starts_nocase(word, "--cmdline="))
			path = bytes_text(word.at + 10, word.n - 10);
		else
			continue;
		if (!path)
			return no_memory(f);
	}
	if (!path)
		return 0;
	if (loaders_read(l, path, &text, &size, f) < 0)
		return -1;
	if (text)
		return decode_words(l, path, text, size, f);
	loaders_remark(l, where, var->line, "%.150s, which it names, is not there", path);
	return 0;
}

static int decode_preset(struct loaders *l, const char *where, const char *text, size_t size,
			 struct fault *f)
{
	struct shellvar_reader reader = {text, text + size, 0};
	struct shellvar var = {0};
	int result = 0;

	while (result == 0 && shellvar_next(&reader, &var)) {
		const char *name = buf_text(&var.name);
		size_t n = strlen(name);

		if (n > 8 && strcmp(name + n - 8, "_options") == 0)
			result = add_preset(l, where, &var, f);
	}
	if (var.value.failed || var.name.failed)
		result = no_memory(f);
	shellvar_done(&var);
	return result;
}

static const struct {
	const char *path;   /* a file, or a directory */
	const char *ending; /* of the files in it; NULL: it is a file */
	loaders_decode_fn *decode;
} places[] = {
	{"/etc/kernel/cmdline", NULL, decode_words},
	{"/usr/lib/kernel/cmdline", NULL, decode_words},
	{"/etc/cmdline.d", ".conf", decode_words},
	{"/etc/kernel/uki.conf", NULL, decode_uki},
	{"/etc/default/grub", NULL, decode_shell},
	{"/etc/default/grub.d", ".cfg", decode_shell},
	{"/etc/dracut.conf", NULL, decode_shell},
	{"/etc/dracut.conf.d", ".conf", decode_shell},
	{"/usr/lib/dracut/dracut.conf.d", ".conf", decode_shell},
	{"/etc/update-extlinux.conf", NULL, decode_shell},
	{"/etc/mkinitcpio.d", ".preset", decode_preset},
};

int template_find(struct loaders *l, struct fault *f)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && result == 0; i++)
		result = places[i].ending
				 ? loaders_decode_dir(l, places[i].path, places[i].ending,
						      places[i].decode, f)
				 : loaders_decode(l, "", places[i].path, places[i].decode, f);
	return result;
}

/* By the name, as template_find() knows it. */
int template_decode(struct loaders *l, const char *where, const char *text, size_t size,
		    struct fault *f)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strncmp(where, places[i].path, strlen(places[i].path)) == 0 &&
		    (places[i].ending ? where[strlen(places[i].path)] == '/'
				      : !where[strlen(places[i].path)]))
			return places[i].decode(l, where, text, size, f);
	return decode_words(l, where, text, size, f);
}
