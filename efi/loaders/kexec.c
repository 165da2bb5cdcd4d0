/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels that the running system starts by itself: kexec-tools' /etc/default/kexec (Debian) and
 * /etc/conf.d/kexec (Gentoo), kdump-tools' /etc/default/kdump-tools, kdump's /etc/sysconfig/kdump (Fedora).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/loaders/loaders.h"
#include "efi/loaders/shellvar.h"
#include "efi/loaders/textline.h"
#include "scanner/base/own.h"

struct settings {
	struct buf kernel, initrd, cmdline, added;
	unsigned line;
	bool any, dynamic, off;
};

enum field { KERNEL, INITRD, CMDLINE, ADDED, SWITCH };

static const struct {
	const char *name;
	enum field field;
} variables[] = {
	{"KERNEL_IMAGE", KERNEL},
	{"INITRD", INITRD},
	{"APPEND", CMDLINE},
	{"LOAD_KEXEC", SWITCH},
	{"KNAME", KERNEL},
	{"KPARAM", CMDLINE},
	{"KDUMP_KERNEL", KERNEL},
	{"KDUMP_INITRD", INITRD},
	{"KDUMP_CMDLINE", CMDLINE},
	{"KDUMP_CMDLINE_APPEND", ADDED},
	{"USE_KDUMP", SWITCH},
	{"KDUMP_COMMANDLINE", CMDLINE},
	{"KDUMP_COMMANDLINE_APPEND", ADDED},
	{"KDUMP_KERNELVER", SWITCH},
};

static void take(struct settings *s, const struct shellvar *var)
{
	struct buf *const fields[] = {&s->kernel, &s->initrd, &s->cmdline, &s->added};
	const char *name = buf_text(&var->name);

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		if (strcmp(name, variables[i].name) != 0)
			continue;
		if (variables[i].field == SWITCH) {
			if (strcmp(name, "KDUMP_KERNELVER") != 0)
				s->off = !textline_yes(textline_of(buf_text(&var->value)));
			continue;
		}
		if (!var->appends)
			buf_clear(fields[variables[i].field]);
		buf_add_buf(fields[variables[i].field], &var->value);
		s->dynamic |= var->dynamic;
		if (!s->any || variables[i].field == CMDLINE)
			s->line = var->line;
		s->any = true;
	}
}

/* Names are of the running system. */
static const struct loaders_bases root = {.at = {""}, .count = 1};

static int say(struct loaders *l, const char *where, struct settings *s, struct fault *f)
{
	struct bootentry *entry;
	own_buf struct buf line = {0};

	if (!s->any)
		return 0;
	entry = loaders_entry(l, BOOTENTRY_KEXEC, where, s->line, f);
	if (!entry)
		return -1;
	/* Without a line of its own, that of the running kernel is taken. */
	entry->incomplete = s->dynamic || s->kernel.len == 0 || s->cmdline.len == 0;
	entry->disabled = s->off;
	bootentry_set_editing(entry, BOOTENTRY_EDIT_NONE,
			      "only root of the running system starts it");
	if (s->kernel.len > 0 && loaders_set_kernel(l, entry, &root, s->kernel.data, f) < 0)
		return -1;
	if (s->initrd.len > 0 && loaders_add_initrd(l, entry, &root, s->initrd.data, f) < 0)
		return -1;
	buf_add_buf(&line, &s->cmdline);
	if (line.len > 0 && s->added.len > 0)
		buf_addc(&line, ' ');
	buf_add_buf(&line, &s->added);
	if (line.failed)
		return fault_set(f, ENOMEM, "reading settings of kexec");
	return line.len > 0 ? loaders_set(l, entry, &entry->cmdline, line.data, line.len, f) : 0;
}

int kexec_decode(struct loaders *l, const char *where, const char *text, size_t size,
		 struct fault *f)
{
	struct shellvar_reader reader = {text, text + size, 0};
	struct shellvar var = {0};
	struct settings s = {0};
	int result;

	while (shellvar_next(&reader, &var))
		take(&s, &var);
	result = var.value.failed || var.name.failed || s.kernel.failed || s.initrd.failed
			 ? fault_set(f, ENOMEM, "reading settings of kexec")
			 : say(l, where, &s, f);
	shellvar_done(&var);
	buf_done(&s.kernel);
	buf_done(&s.initrd);
	buf_done(&s.cmdline);
	buf_done(&s.added);
	return result;
}

int kexec_find(struct loaders *l, struct fault *f)
{
	static const char *const paths[] = {"/etc/default/kexec", "/etc/conf.d/kexec",
					    "/etc/default/kdump-tools", "/etc/sysconfig/kdump"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (loaders_decode(l, "", paths[i], kexec_decode, f) < 0)
			return -1;
	return 0;
}
