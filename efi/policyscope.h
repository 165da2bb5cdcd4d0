/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_POLICYSCOPE_H
#define EFI_POLICYSCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"
#include "scanner/policy/policy.h"
#include "scanner/profile.h"

/*
 * What a policy asks for, in the numbers of the background: which files (1a to 1d), and whether a hash
 * suffices (6a) or a signature is needed (6b). Found by asking the policy about files and accesses, not by
 * looking at how its rules are written. No I/O.
 */
enum policyscope_files {
	POLICYSCOPE_NONE,	 /* appraises no file that is read or executed */
	POLICYSCOPE_ALL,	 /* 1a: every file that is read */
	POLICYSCOPE_OWNED,	 /* 1b: every file of some owner */
	POLICYSCOPE_CODE,	 /* 1c: what is executed */
	POLICYSCOPE_OWNED_CODE,	 /* 1d: what is executed, of some owner */
	POLICYSCOPE_CANNOT_TELL, /* hangs on labels or file systems: `because` says which */
};

enum { POLICYSCOPE_WEAKNESSES_MAX = 16, POLICYSCOPE_TEXT_MAX = 160 };

struct policyscope {
	bool refused; /* the kernel would not take it: why says where; the rest is empty */
	char why[POLICYSCOPE_TEXT_MAX];
	bool measures, appraises;
	enum policyscope_files files;
	char because[POLICYSCOPE_TEXT_MAX];
	bool needs_signatures; /* every rule that decides about code asks for one */
	bool checks_modules, checks_kexec, checks_policy, checks_firmware;
	bool code_uncovered; /* programs or mapped code are appraised, not both */
	/* Exemptions and the like that an attacker can choose: what scanner/policy/lint.h says of them,
	 * "line 3: nothing on tmpfs is appraised". */
	char weaknesses[POLICYSCOPE_WEAKNESSES_MAX][POLICYSCOPE_TEXT_MAX];
	size_t weakness_count;
};

/* Of a policy's text. Only lack of memory fails. */
int policyscope_read(const char *text, size_t size, const struct kernel_profile *profile,
		     struct policyscope *out, struct fault *f) FAULT_MUST_USE;
/* Of the words of ima_policy= and its older forms ("appraise_tcb|secure_boot"). */
int policyscope_of_words(const char *words, const struct kernel_profile *profile,
			 struct policyscope *out, struct fault *f) FAULT_MUST_USE;
/* "1a" … "1d", "1-" for none, "1?" */
const char *policyscope_files_name(enum policyscope_files files);

#endif
