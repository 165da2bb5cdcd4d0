/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_COMMAND_H
#define EFI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "efi/efioptions.h"
#include "efi/efistore.h"
#include "efi/remark.h"
#include "efi/secureboot.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"

/* What a command ends with; bits are added. From COMMAND_USAGE on, the fault says why. */
enum command_status {
	COMMAND_GOOD = 0,
	COMMAND_UNDECIDED = 2, /* something could not be read, or cannot be told */
	COMMAND_WEAK = 4,      /* there is something to say against it */
	COMMAND_USAGE = 64,
	COMMAND_INTERNAL = 70,
};

/* One of `ima-efi COMMAND`; the table is in ima-efi.c, each is one file efi/cmd_NAME.c. */
struct command {
	struct cmdtable_row row;
	/* Writes its report to `out` and returns an enum command_status. */
	int (*run)(const struct efioptions *o, FILE *out, struct fault *f);
};

int cmd_status_run(const struct efioptions *o, FILE *out, struct fault *f);
int cmd_keys_run(const struct efioptions *o, FILE *out, struct fault *f);
int cmd_boot_run(const struct efioptions *o, FILE *out, struct fault *f);
int cmd_audit_run(const struct efioptions *o, FILE *out, struct fault *f);
int cmd_save_run(const struct efioptions *o, FILE *out, struct fault *f);
int cmd_compare_run(const struct efioptions *o, FILE *out, struct fault *f);

/* --- What commands share --- */

/*
 * The variables that --efivars names, or this machine's, and what they say of Secure Boot. *out_store is
 * NULL when there are none to read: this machine was not started by UEFI (SECUREBOOT_NOT_UEFI), or has no
 * efivarfs mounted (SECUREBOOT_CANNOT_TELL, which says so). Fails when what --efivars names cannot be
 * read. On success the caller ends both, the state first.
 */
int command_open_store(const struct efioptions *o, struct efistore **out_store,
		       struct secureboot *out_state, struct fault *f) FAULT_MUST_USE;

/* The same for a command that reads nothing else: before anything is taken apart, files are closed as
 * command_close_files() says. */
int command_open_only(const struct efioptions *o, struct efistore **out_store,
		      struct secureboot *out_state, struct fault *f) FAULT_MUST_USE;

/*
 * When everything is in memory: no new privileges, no file may be opened any more (where the kernel has
 * Landlock), no capabilities.
 */
int command_close_files(struct fault *f) FAULT_MUST_USE;

/* Writes one NDJSON line and empties the buffer; a failed buffer is a fault. */
int command_write_line(FILE *out, struct buf *line, struct fault *f) FAULT_MUST_USE;
/* Writes a part of a text report, the same way. */
int command_write_text(FILE *out, struct buf *text, struct fault *f) FAULT_MUST_USE;
/* The first record, and its last: `"status":N` closes what the caller may have put into `line`, which
 * command_begin_summary() opened. */
int command_write_run(const struct efioptions *o, FILE *out, struct fault *f) FAULT_MUST_USE;
void command_begin_summary(struct buf *line);
int command_write_summary(struct buf *line, int status, FILE *out, struct fault *f) FAULT_MUST_USE;
/* A `fault` record of each remark, and of those that found no room. */
int command_write_remarks(const struct remark_list *remarks, FILE *out,
			  struct fault *f) FAULT_MUST_USE;
/* The same as text, under a heading of its own; nothing when there is none. */
void command_text_remarks(const struct remark_list *remarks, struct buf *text);

/* Colours of text reports: each call names what the words mean, not how they look. */
enum command_mark {
	COMMAND_PLAIN,
	COMMAND_OK,
	COMMAND_WARN,
	COMMAND_BAD,
	COMMAND_HEAD,
	COMMAND_DIM
};
bool command_wants_color(const struct efioptions *o, FILE *out);
/* Adds `text`, escaped, padded with blanks to `width` columns (0: as it is). */
void command_mark_text(struct buf *out, bool color, enum command_mark mark, const char *text,
		       size_t width);

bool command_is_ndjson(const struct efioptions *o);
/* "2026-01-31T12:00:00Z". */
void command_time_text(time_t when, char out[32]);

#endif
