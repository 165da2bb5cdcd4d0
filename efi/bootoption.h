/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_BOOTOPTION_H
#define EFI_BOOTOPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/bootentry.h"
#include "efi/efistore.h"
#include "efi/remark.h"

/* What the firmware starts: docs/formats/bootoption.md. Texts are bytes of the target: escape them. */
struct bootoption {
	char name[9]; /* "Boot0001" */
	uint16_t number;
	char why[96]; /* not empty: malformed, unreadable or missing; then only name, place and marks hold */
	uint32_t attributes;
	bool active, hidden;
	bool application; /* started on demand only (a set-up screen, a diagnosis) */
	char *title;
	char *path;		/* the device path, "HD(1,GPT,…)/File(\EFI\x.efi)" */
	char *file;		/* "\EFI\x.efi"; NULL: the path names none */
	bool file_on_partition; /* so it may lie on an EFI system partition */
	uint8_t *optional;	/* optional data; NULL: none */
	size_t optional_size;
	char *optional_text; /* the same, when it reads as text */
	bool automatic;	     /* edk2 made it for a device it found, and will again */
	int position;	     /* in BootOrder, from 0; -1: not there */
	bool is_next, is_current;
};

struct bootoption_list {
	struct bootoption *items; /* those of BootOrder in its order, then the others by number */
	size_t count;
	bool has_order, has_next, has_current, has_timeout; /* there, and well formed */
	uint16_t next, current, timeout_seconds;
};

enum { BOOTOPTION_ORDER_MAX = 1024 }; /* firmware has room for some dozens */

/* Malformed and unreadable options are in the list and said as remarks too. */
int bootoption_read(const struct efistore *store, struct bootoption_list *out,
		    struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void bootoption_list_done(struct bootoption_list *list);

/*
 * From the bytes of one variable. Only memory can fail (ENOMEM); what is malformed is in out->why. Fills
 * in neither name nor place. End with bootoption_done().
 */
int bootoption_decode(const uint8_t *data, size_t size, struct bootoption *out,
		      struct fault *f) FAULT_MUST_USE;
void bootoption_done(struct bootoption *option);

/*
 * Appends an entry for each well-formed option: file on a partition as "ESP:/EFI/…" (not looked for),
 * optional text as its command line. Inactive ones are `disabled`, applications `hidden`.
 */
int bootoption_entries(const struct bootoption_list *list, struct bootentry_list *out,
		       struct fault *f) FAULT_MUST_USE;

/* "\EFI\x.efi" as "ESP:/EFI/x.efi"; NULL: no memory. The caller frees it. */
char *bootoption_esp_path(const char *file);

#endif
