/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_POLICY_INTERNAL_H
#define SCANNER_POLICY_INTERNAL_H

#include "scanner/policy/policy.h"

/* What the files of this folder share. */

enum { POLICY_NO_ID = 0xffffffff };   /* (uid_t)-1: no user and no group */
enum { POLICY_ORDINARY_USER = 1000 }; /* the first user on most systems */

#define POLICY_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* One rule being read. Borrows everything. */
struct policy_reader {
	const struct kernel_profile *profile;
	struct policy_rule *rule;
	struct policy_error *error;
	unsigned line, column; /* of the word being read; the column of the rule while validating */
	bool has_action;
};

/* Fills the error with line and column of the word being read. Returns -1. */
int policy_refuse(struct policy_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int policy_out_of_memory(struct policy_reader *reader);

/* A word of the policy fit for a message: escaped, shortened. */
enum { POLICY_SHOWN_MAX = 64 };
const char *policy_shown(const char *word, char shown[POLICY_SHOWN_MAX]);

/* A condition or option as it is written, up to its value, and who reads the value. */
struct policy_option {
	const char *start;
	int (*read)(struct policy_reader *reader, const struct policy_option *option,
		    const char *value);
	unsigned flag;			  /* what it sets in the rule */
	int arg;			  /* of ids the comparison, of LSM conditions which */
	uint8_t since_major, since_minor; /* the first kernel that knows it */
};

#define POLICY_OPTION_READER(name)                                                                 \
	int name(struct policy_reader *reader, const struct policy_option *option,                 \
		 const char *value)
POLICY_OPTION_READER(policy_read_digest_type);
POLICY_OPTION_READER(policy_read_appraise_type);
POLICY_OPTION_READER(policy_read_appraise_flag);
POLICY_OPTION_READER(policy_read_algos);
POLICY_OPTION_READER(policy_read_pcr);
POLICY_OPTION_READER(policy_read_template);
POLICY_OPTION_READER(policy_read_list);

int policy_refuse_value(struct policy_reader *reader, const struct policy_option *option,
			const char *value, const char *why);
int policy_refuse_repeated(struct policy_reader *reader, const struct policy_option *option);
bool policy_version_at_least(const struct kernel_profile *profile, unsigned major, unsigned minor);

/* Puts one word (no blanks in it) into the reader's rule. */
int policy_read_word(struct policy_reader *reader, const char *word) FAULT_MUST_USE;
/* Is the whole a rule that the kernel takes (ima_validate_rule())? */
int policy_validate(struct policy_reader *reader) FAULT_MUST_USE;

/* Numbers as the kernel's kstrtoul() and kstrtoint() read them. */
bool policy_read_unsigned(const char *text, unsigned base, uint64_t *out);
bool policy_read_int(const char *text, int *out);
/* As uuid_parse(): 36 characters count, what follows them does not. */
bool policy_read_uuid(const char *text, uint8_t out[16]);

enum policy_pair policy_pair(const struct policy_rule *rule);
/* Is the action the pair's negative one: dont_measure and so on? */
bool policy_forbids(const struct policy_rule *rule);
/* Does the condition hold for this id? `rule` is the id that the rule names. */
bool policy_compare(enum policy_op op, uint32_t have, uint32_t rule);
/*
 * Calls `take` for one of each sort of process that the policy may tell apart by its ids, those whose ids are
 * all the same first, until it returns false. False: that, or there are too many sorts to try.
 */
typedef bool policy_subject_fn(void *context, const struct policy_subject *one);
bool policy_try_subjects(const struct policy *policy, policy_subject_fn *take, void *context);
/* Works out what follows from all rules together; the last step of making a policy. */
void policy_settle(struct policy *policy);

/* NULL with *out_error saying "out of memory". */
struct policy *policy_new(const char *name, struct policy_error *out_error);
/*
 * Reads one line and appends its rule, if it has one, with the number given.
 */
int policy_add_line(struct policy *policy, const char *line, size_t size, unsigned number,
		    const struct kernel_profile *profile,
		    struct policy_error *out_error) FAULT_MUST_USE;
/* Appends rules of the kernel's own, whose signature rules do not consult the blacklist. */
int policy_add_own(struct policy *policy, const char *const *lines, size_t count, bool numbered,
		   const struct kernel_profile *profile,
		   struct policy_error *out_error) FAULT_MUST_USE;
/* Appends the rules of CONFIG_IMA_APPRAISE_REQUIRE_*. */
int policy_add_build_rules(struct policy *policy, bool numbered,
			   const struct kernel_profile *profile,
			   struct policy_error *out_error) FAULT_MUST_USE;

#endif
