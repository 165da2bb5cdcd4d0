/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_STATUSREPORT_H
#define EFI_STATUSREPORT_H

#include <stdbool.h>

#include "efi/remark.h"
#include "efi/secureboot.h"
#include "scanner/base/buf.h"

/* The state of Secure Boot as the reports say it: `status` and whatever else wants to. No I/O. */

/* The `secureboot` record, without the end of its line. */
void statusreport_json(const struct secureboot *state, struct buf *line);
/* The word with its reasons; and everything behind it. */
void statusreport_word(const struct secureboot *state, bool color, struct buf *text);
void statusreport_details(const struct secureboot *state, bool color, struct buf *text);

/* "2 certificates, 371 hashes" */
void statusreport_counts(const struct siglist *list, struct buf *text);

/* What of the databases could not be read or understood. */
void statusreport_remarks(const struct secureboot *state, struct remark_list *remarks);
/* Bits of enum command_status for the state alone, without remarks. */
int statusreport_status(const struct secureboot *state);

#endif
