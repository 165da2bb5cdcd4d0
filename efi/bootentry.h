/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_BOOTENTRY_H
#define EFI_BOOTENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/*
 * One thing this machine can start, wherever that is said. The loaders' readers (efi/loaders/) and
 * the firmware's boot options append to one list; nothing in it is trusted, paths are targetfs paths
 * ("/boot/vmlinuz", "ESP:/EFI/Linux/x.efi").
 */
enum bootentry_source {
	BOOTENTRY_FIRMWARE, /* Boot#### of the firmware */
	BOOTENTRY_FALLBACK, /* EFI/BOOT/BOOTX64.EFI and its like: started when nothing else is */
	BOOTENTRY_GRUB,
	BOOTENTRY_BLS, /* Boot Loader Specification, type 1 */
	BOOTENTRY_UKI, /* type 2: EFI/Linux/ *.efi, found by systemd-boot or rEFInd */
	BOOTENTRY_REFIND,
	BOOTENTRY_LIMINE,
	BOOTENTRY_SYSLINUX, /* isolinux, extlinux, syslinux */
	BOOTENTRY_UBOOT,    /* extlinux.conf read by U-Boot, boot.scr, uEnv.txt */
	BOOTENTRY_ZIPL,
	BOOTENTRY_RASPBERRY, /* config.txt and cmdline.txt */
	BOOTENTRY_KEXEC,     /* /etc/default/kexec, kdump */
	BOOTENTRY_TEMPLATE, /* no entry: what the next one will be made of (/etc/kernel/cmdline, …) */
	BOOTENTRY_SOURCES
};

/* Who can change the command line at the console when the entry is chosen. */
enum bootentry_editing {
	BOOTENTRY_EDIT_UNKNOWN,
	BOOTENTRY_EDIT_NONE,	 /* nobody: fixed, or the loader has its editor off */
	BOOTENTRY_EDIT_PASSWORD, /* who knows the loader's password */
	BOOTENTRY_EDIT_ANYONE,
};

struct bootentry {
	enum bootentry_source source;
	char *where;	   /* the file that says it (targetfs path), or "Boot0003" */
	unsigned line;	   /* 1-based; 0: not of a text file */
	char *title;	   /* bytes of the target; may be NULL */
	char *kernel;	   /* targetfs path, links not resolved; NULL: not found on this target */
	char *kernel_said; /* as written there */
	char **initrds;	   /* targetfs paths, or as written when not found */
	size_t initrd_count;
	char *cmdline; /* NULL: none is given here (a UKI's own, or the kernel's, holds) */
	bool incomplete; /* part of it is decided at boot (a variable, a script): what is known is here */
	bool is_default;
	bool is_next; /* chosen once, for the next boot (BootNext, next_entry, LoaderEntryOneShot) */
	bool hidden;  /* cannot be chosen from a menu */
	bool disabled; /* known to the loader, never started by it (an inactive Boot####) */
	enum bootentry_editing editing;
	char editing_why[160]; /* what decides it: "loader.conf says editor no" */
};

struct bootentry_list {
	struct bootentry *entries;
	size_t count, capacity;
	bool truncated; /* more than BOOTENTRY_MAX */
};

enum { BOOTENTRY_MAX = 4096, BOOTENTRY_TEXT_MAX = 64 * 1024, BOOTENTRY_INITRDS_MAX = 64 };

/* A new entry at the end, zeroed but for source, where, line. NULL: full (f->os is ENOSPC, and
 * list->truncated) or no memory. The pointer holds until the next call. */
struct bootentry *bootentry_add(struct bootentry_list *list, enum bootentry_source source,
				const char *where, unsigned line, struct fault *f) FAULT_MUST_USE;
int bootentry_add_initrd(struct bootentry *entry, const char *path, struct fault *f) FAULT_MUST_USE;
/* Puts n bytes of a target into a field of an entry (entry->title, ->cmdline, …), instead of what was
 * there. What is longer than BOOTENTRY_TEXT_MAX is cut, and the entry is then incomplete. */
int bootentry_set(struct bootentry *entry, char **field, const char *text, size_t n,
		  struct fault *f) FAULT_MUST_USE;
/* Who can edit it, and what decides that. */
void bootentry_set_editing(struct bootentry *entry, enum bootentry_editing editing,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));
void bootentry_clear_initrds(struct bootentry *entry);
/* Forgets the entries from count on. */
void bootentry_list_cut(struct bootentry_list *list, size_t count);
/* Takes out what says the same as an entry before it, of those from first on; is_default, is_next and
 * incomplete of both are kept in the one that stays. */
void bootentry_list_unique(struct bootentry_list *list, size_t first);
void bootentry_list_done(struct bootentry_list *list);
/* "firmware", "grub", "bls", … */
const char *bootentry_source_name(enum bootentry_source source);
const char *bootentry_editing_name(enum bootentry_editing editing);

#endif
