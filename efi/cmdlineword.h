/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_CMDLINEWORD_H
#define EFI_CMDLINEWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "scanner/base/fault.h"
#include "scanner/kconfig.h"

/*
 * The words of a kernel command line that have to do with IMA, each judged by what this kernel would
 * do with it: a word is not dangerous by being there. No I/O.
 */
enum cmdlineword_effect {
	CMDLINEWORD_INERT,     /* this kernel ignores it, or another word takes its place */
	CMDLINEWORD_UNKNOWN,   /* hangs on what is not known */
	CMDLINEWORD_EFFECTIVE, /* obeyed */
};

enum cmdlineword_answer { CMDLINEWORD_NOT_KNOWN, CMDLINEWORD_NO, CMDLINEWORD_YES };

/* The kernel that would read the words. Borrows the configuration. */
struct cmdlineword_kernel {
	enum cmdlineword_answer secure_boot; /* as the kernel sees it: shim's switch counts */
	unsigned major, minor;		     /* 0.0: not known */
	bool config_known;
	struct kconfig config;
};

enum { CMDLINEWORD_FINDINGS_MAX = 2, CMDLINEWORD_WORDS_MAX = 4096 };

struct cmdlineword {
	char *word;	   /* bytes of the target, without quotes */
	const char *name;  /* the parameter, as the kernel's documentation writes it: static */
	const char *value; /* inside `word`; "" when it has none */
	enum cmdlineword_effect effect;
	char because[200];
	const char *findings[CMDLINEWORD_FINDINGS_MAX]; /* ids; NULL: none */
};

struct cmdlineword_list {
	struct cmdlineword *items;
	size_t count;
};

/* Words that are not known to matter are left out. Only lack of memory fails. */
int cmdlineword_judge(const char *cmdline, const struct cmdlineword_kernel *kernel,
		      struct cmdlineword_list *out, struct fault *f) FAULT_MUST_USE;
void cmdlineword_list_done(struct cmdlineword_list *list);
/* "inert", "unknown", "effective" */
const char *cmdlineword_effect_name(enum cmdlineword_effect effect);

/* Would this kernel obey ima_appraise=off, if it stood on its command line? `because` says why. */
enum cmdlineword_effect cmdlineword_of_appraise_off(const struct cmdlineword_kernel *kernel,
						    char because[200]);
/* Is the option set (y)? NOT_KNOWN without a configuration. */
enum cmdlineword_answer cmdlineword_config(const struct cmdlineword_kernel *kernel,
					   const char *option);

#endif
