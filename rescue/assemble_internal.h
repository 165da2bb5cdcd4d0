/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_ASSEMBLE_INTERNAL_H
#define RESCUE_ASSEMBLE_INTERNAL_H

#include "rescue/assemble.h"
#include "rescue/member.h"
#include "rescue/side.h"

/* What the files that bring up arrays and groups share. */

/* Is it a member of this layer that is to be tried? libblkid's type must be `type`. */
bool assemble_is_candidate(const struct assemble *a, size_t index, const char *type);
/* Opens it as a member; what cannot be opened is a remark and not tried again. False: it cannot. */
bool assemble_open(const struct assemble *a, int volume, struct member_list *members);
void assemble_mark_tried(const struct assemble *a, const struct side_member *members, size_t count);
/* A remark about what these are members of. */
void assemble_remark(const struct assemble *a, int volume, const struct fault *fault);
/* Which of several copies is meant was not said: names them. */
void assemble_remark_copies(const struct assemble *a, const struct side_member *members,
			    size_t count, const char *what);

int assemble_arrays(const struct assemble *a, struct fault *f) FAULT_MUST_USE;
int assemble_groups(const struct assemble *a, struct fault *f) FAULT_MUST_USE;

#endif
