/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's decision for a first access, as a function of what is known of the file:
 * process_measurement() in security/integrity/ima/ima_main.c, ima_collect_measurement() in
 * ima_api.c, ima_appraise_measurement() and xattr_verify() in ima_appraise.c, of Linux 6.12;
 * IMA-sigv3-required and version 3 over file digests as of 7.1.
 */
#include "scanner/verdict.h"

#include <string.h>

/* All that the steps below share, and what they leave behind. */
struct judging {
	const struct verdict_input *in;
	const struct verdict_access *access;
	unsigned options; /* of the access */
	bool try_modsig;
	/* The digest that was collected, and the label's signature over it. */
	const struct collected *collected;
	struct verify_outcome signature, platform;
	/* The kernel's IMA_DIGSIG: the file is sealed against writing. */
	bool sealed;
	/* The label's signature failed for want of its key: an appended one gets its turn. */
	bool key_unknown;
};

/* How a signature's outcome reads: wrong, or why it is not known. */
enum outcome_class { OUTCOME_GOOD, OUTCOME_BAD, OUTCOME_UNKNOWABLE };

static enum outcome_class outcome_class(enum verify_result result, const char **out_why)
{
	static const struct {
		enum outcome_class class;
		const char *why;
	} table[] = {
		[VERIFY_NOT_TRIED] = {OUTCOME_UNKNOWABLE, "not-computed"},
		[VERIFY_OK] = {OUTCOME_GOOD, NULL},
		[VERIFY_BAD] = {OUTCOME_BAD, NULL},
		[VERIFY_NO_KEY] = {OUTCOME_BAD, NULL},
		[VERIFY_REVOKED] = {OUTCOME_BAD, NULL},
		[VERIFY_UNSUPPORTED_ALGO] = {OUTCOME_BAD, NULL},
		[VERIFY_UNSUPPORTED_VERSION] = {OUTCOME_BAD, NULL},
		[VERIFY_NO_KEYRING] = {OUTCOME_UNKNOWABLE, "no-keyring"},
		[VERIFY_AMBIGUOUS] = {OUTCOME_UNKNOWABLE, "ambiguous-key"},
		[VERIFY_CANNOT] = {OUTCOME_UNKNOWABLE, "library-lacks-algorithm"},
		[VERIFY_NO_MEMORY] = {OUTCOME_UNKNOWABLE, "no-memory"},
	};

	*out_why = table[result].why;
	return table[result].class;
}

static struct verdict verdict_of(enum verdict_kind kind, const char *cause)
{
	return (struct verdict){.kind = kind, .cause = cause};
}

static struct verdict pass(void)
{
	return verdict_of(VERDICT_PASS, NULL);
}

static struct verdict fail(const char *cause)
{
	return verdict_of(VERDICT_FAIL, cause);
}

static struct verdict undecided(const char *why)
{
	return verdict_of(VERDICT_UNDECIDED, why);
}

/* --- Collecting the digest --- */

/* False: collecting went well, as far as the kernel is concerned; else *out is what comes of it. */
static bool collecting_stops(const struct judging *j, struct verdict *out)
{
	static const struct {
		enum verdict_kind kind;
		const char *cause;
	} table[] = {
		[DIGEST_KERNEL_LACKS] = {VERDICT_FAIL, "failed"},
		[DIGEST_UNREADABLE] = {VERDICT_UNDECIDED, "unreadable"},
		[DIGEST_NO_VERITY] = {VERDICT_FAIL, "no-verity-digest"},
		[DIGEST_UNKNOWN] = {VERDICT_UNDECIDED, "unknown-verity-parameters"},
	};
	enum digest_state state = j->collected->state;

	/* What only libcrypto lacks is a matter of comparing: much can be decided without. */
	if (state >= sizeof(table) / sizeof(table[0]) || !table[state].cause)
		return false;
	*out = verdict_of(table[state].kind, table[state].cause);
	return true;
}

static bool is_blacklisted(const struct judging *j)
{
	const struct verdict_input *in = j->in;

	if (!(j->options & POLICY_CHECK_BLACKLIST))
		return false;
	if (j->try_modsig)
		return in->modsig_blacklisted;
	if (!(j->options & POLICY_DIGSIG_REQUIRED))
		return false;
	return j->access->verity ? in->verity_blacklisted : in->blacklisted;
}

/* --- The label --- */

static const char *required_cause(const struct judging *j)
{
	if (!(j->options & POLICY_DIGSIG_REQUIRED))
		return "missing-hash";
	return j->options & POLICY_VERITY_REQUIRED ? "verity-signature-required"
						   : "IMA-signature-required";
}

/* A good portable EVM signature covers the digest, which therefore counts as a signature. */
static struct verdict judge_digest(struct judging *j, bool evm_immutable)
{
	const struct imaxattr *label = j->in->ima;
	const struct digest *digest = &j->collected->digest;

	j->sealed = evm_immutable;
	if (!evm_immutable && j->options & POLICY_DIGSIG_REQUIRED)
		return fail(required_cause(j));
	if (j->collected->state == DIGEST_LIBRARY_LACKS)
		return undecided("library-lacks-hash");
	if (j->collected->state != DIGEST_DONE)
		return undecided("not-computed");
	/* Bytes after the digest are not looked at. */
	if (label->digest_size < digest->size_bytes ||
	    memcmp(label->digest, digest->value, digest->size_bytes) != 0)
		return fail("invalid-hash");
	return pass();
}

static struct verdict of_signature(struct verify_outcome signature, const char *cause)
{
	const char *why;

	switch (outcome_class(signature.result, &why)) {
	case OUTCOME_GOOD: return pass();
	case OUTCOME_BAD: return fail(cause);
	case OUTCOME_UNKNOWABLE: break;
	}
	return undecided(why);
}

/* The platform keyring is asked too when the kernel of a kexec did not verify by .ima. */
static bool asks_platform(const struct judging *j, struct verify_outcome first)
{
	return first.result != VERIFY_OK && j->in->profile->platform_keyring &&
	       j->access->func == POLICY_FUNC_KEXEC_KERNEL_CHECK;
}

/* One good is good; when one is not known, the whole is not; else both refused. */
static struct verdict with_platform(const struct judging *j, struct verify_outcome first,
				    struct verify_outcome platform)
{
	struct verdict verdict = of_signature(first, "invalid-signature"), second;

	if (!asks_platform(j, first))
		return verdict;
	second = of_signature(platform, "invalid-signature");
	return second.kind == VERDICT_FAIL ? verdict : second;
}

static struct verdict judge_signature(struct judging *j)
{
	const struct imaxattr *label = j->in->ima;
	unsigned verity = POLICY_DIGSIG_REQUIRED | POLICY_VERITY_REQUIRED;
	unsigned newest = j->in->profile->sigv3_files ? 3 : 2;
	struct verify_outcome last;
	struct verdict verdict;

	j->sealed = true;
	if ((j->options & verity) == verity)
		return fail("verity-signature-required");
	if (label->raw_size > 1 && label->version > newest)
		return fail("invalid-signature-version");
	if (j->options & POLICY_SIGV3_REQUIRED && label->version != 3 &&
	    j->in->profile->sigv3_files)
		return fail("IMA-sigv3-required");
	/* A label of one byte has no version at all and is merely bad. */
	if (label->raw_size > 1 && label->version == 0)
		return verdict_of(VERDICT_UNKNOWN, "unknown");
	if (j->collected->state == DIGEST_LIBRARY_LACKS && j->signature.result == VERIFY_NOT_TRIED)
		return undecided("library-lacks-hash");
	last = asks_platform(j, j->signature) ? j->platform : j->signature;
	verdict = with_platform(j, j->signature, j->platform);
	j->key_unknown = verdict.kind == VERDICT_FAIL && last.result == VERIFY_NO_KEY;
	return verdict;
}

static struct verdict judge_verity_signature(struct judging *j)
{
	j->sealed = true;
	if (j->options & POLICY_DIGSIG_REQUIRED && !(j->options & POLICY_VERITY_REQUIRED))
		return fail("IMA-signature-required");
	if (j->in->ima->version != 3)
		return fail("invalid-signature-version");
	if (j->collected->state == DIGEST_LIBRARY_LACKS && j->signature.result == VERIFY_NOT_TRIED)
		return undecided("library-lacks-hash");
	j->key_unknown = j->signature.result == VERIFY_NO_KEY;
	return of_signature(j->signature, "invalid-verity-signature");
}

static struct verdict judge_label(struct judging *j, bool evm_immutable)
{
	switch (j->in->ima->type) {
	case IMAXATTR_DIGEST:
	case IMAXATTR_DIGEST_NG: return judge_digest(j, evm_immutable);
	case IMAXATTR_SIGNATURE: return judge_signature(j);
	case IMAXATTR_VERITY_SIGNATURE: return judge_verity_signature(j);
	default: return verdict_of(VERDICT_UNKNOWN, "unknown-ima-data");
	}
}

/* False: EVM has no objection, or is not asked. */
static bool evm_stops(struct judging *j, struct verdict *out)
{
	static const struct {
		enum verdict_kind kind;
		const char *cause;
	} table[] = {
		[EVM_STATUS_FAIL] = {VERDICT_FAIL, "invalid-HMAC"},
		[EVM_STATUS_FAIL_IMMUTABLE] = {VERDICT_FAIL_IMMUTABLE, "invalid-fail-immutable"},
		[EVM_STATUS_NO_LABEL] = {VERDICT_NO_LABEL, "missing-HMAC"},
		[EVM_STATUS_NO_XATTRS] = {VERDICT_NO_XATTRS, "missing-HMAC"},
		[EVM_STATUS_UNDECIDED] = {VERDICT_UNDECIDED, NULL},
	};
	enum evm_status status = j->in->evm_judged ? j->in->evm.status : EVM_STATUS_UNKNOWN;

	/* A file with nothing but an appended signature has no attribute that EVM could protect. */
	if (status == EVM_STATUS_NO_XATTRS && j->try_modsig)
		return false;
	if (status >= sizeof(table) / sizeof(table[0]) ||
	    (!table[status].cause && status != EVM_STATUS_UNDECIDED))
		return false;
	*out = verdict_of(table[status].kind, table[status].cause);
	if (status == EVM_STATUS_UNDECIDED)
		out->cause = j->in->evm.why;
	if (status == EVM_STATUS_FAIL_IMMUTABLE)
		j->sealed = true;
	return true;
}

/* The kernel turns to it without a label, beside a digest, and when it lacks the label's key. */
static bool modsig_has_turn(const struct judging *j)
{
	enum imaxattr_type type = j->in->ima->type;

	return j->try_modsig &&
	       (type == IMAXATTR_ABSENT || type == IMAXATTR_DIGEST_NG || j->key_unknown);
}

/* --- The whole --- */

static bool label_missing(const struct judging *j)
{
	return j->in->ima->type == IMAXATTR_ABSENT || j->in->ima->type == IMAXATTR_EMPTY;
}

/* ima_appraise_measurement() up to its "out". */
static struct verdict appraise_label(struct judging *j)
{
	const struct verdict_input *in = j->in;
	struct verdict verdict = {.kind = VERDICT_UNKNOWN, .cause = "unknown"};

	if (label_missing(j) && !j->try_modsig)
		return verdict_of(VERDICT_NO_LABEL, required_cause(j));
	if (evm_stops(j, &verdict)) {
		/* Should EVM pass after all, a signature would still seal the file. */
		if (verdict.kind == VERDICT_UNDECIDED)
			j->sealed = in->ima->type == IMAXATTR_SIGNATURE ||
				    in->ima->type == IMAXATTR_VERITY_SIGNATURE;
		return verdict;
	}
	if (in->ima->type != IMAXATTR_ABSENT)
		verdict = judge_label(j, in->evm_judged &&
						 in->evm.status == EVM_STATUS_PASS_IMMUTABLE);
	if (modsig_has_turn(j))
		verdict = with_platform(j, in->modsig, in->modsig_platform);
	return verdict;
}

/* ima_appraise_measurement(). */
static struct verdict appraise(struct judging *j)
{
	struct verdict verdict;

	if (j->in->ima_state == ATTRS_UNSUPPORTED && !j->try_modsig)
		return verdict_of(VERDICT_UNKNOWN, "no-xattr-support");
	verdict = appraise_label(j);
	if (j->in->unverifiable_fs)
		return fail("unverifiable-signature");
	return verdict;
}

/*
 * What the caller refuses of that which passed. Of something undecided it is certain that it is
 * refused all the same: as good as it may be, it would not get past these.
 */
static struct verdict refuse_afterwards(const struct judging *j, struct verdict verdict)
{
	const struct hashalgo *algo = imaxattr_collect_algo(j->in->ima, j->in->profile);
	uint32_t allowed = j->access->allowed_algos;

	if (!verdict_is_good(verdict.kind) && verdict.kind != VERDICT_UNDECIDED)
		return verdict;
	if (allowed && !(allowed & 1u << algo->id))
		return fail("denied-hash-algorithm");
	if (j->access->mask & POLICY_MAY_WRITE && j->sealed)
		return fail("signature-not-writable");
	return verdict;
}

struct verdict verdict_judge(const struct verdict_input *in, const struct verdict_access *access)
{
	bool verity = access->verity;
	struct judging j = {
		.in = in,
		.access = access,
		.options = access->options,
		.try_modsig = access->options & POLICY_MODSIG_ALLOWED && in->has_modsig,
		.collected = verity ? &in->verity : &in->data,
		.signature = verity ? in->sig_verity : in->sig_data,
		.platform = verity ? in->sig_platform_verity : in->sig_platform,
	};
	struct verdict verdict;

	if (in->ima_state == ATTRS_UNREADABLE)
		return undecided("unreadable");
	if (collecting_stops(&j, &verdict))
		return verdict;
	if (is_blacklisted(&j))
		return fail("blacklisted-hash");
	return refuse_afterwards(&j, appraise(&j));
}

struct verdict verdict_of_label(const struct verdict_input *in)
{
	const struct verdict_access plain = {.func = POLICY_FUNC_FILE_CHECK,
					     .mask = POLICY_MAY_READ};
	bool none = in->ima->type == IMAXATTR_ABSENT && in->ima_state != ATTRS_UNREADABLE;

	if (none && in->ima_state != ATTRS_UNSUPPORTED)
		return verdict_of(VERDICT_NO_LABEL, "no-label");
	return verdict_judge(in, &plain);
}

/* --- Words --- */

static const struct {
	const char *name, *meaning;
	int weight;
	bool good;
} kinds[] = {
	[VERDICT_PASS] = {"pass", "the kernel lets it be used", 0, true},
	[VERDICT_PASS_IMMUTABLE] = {"pass_immutable",
				    "the kernel lets it be used; its metadata is sealed too", 1,
				    true},
	[VERDICT_UNDECIDED] = {"undecided", "what was given does not suffice to tell", 2, false},
	[VERDICT_UNKNOWN] = {"unknown", "the kernel makes nothing of its label and refuses it", 3,
			     false},
	[VERDICT_NO_XATTRS] = {"no_xattrs", "nothing that EVM protects; the kernel refuses it", 4,
			       false},
	[VERDICT_NO_LABEL] = {"no_label", "a label is missing; the kernel refuses it", 5, false},
	[VERDICT_FAIL] = {"fail", "it was changed or wrongly signed; the kernel refuses it", 6,
			  false},
	[VERDICT_FAIL_IMMUTABLE] = {"fail_immutable",
				    "its sealed metadata was changed; the kernel refuses it", 7,
				    false},
};

const char *verdict_name(enum verdict_kind kind)
{
	return kinds[kind].name;
}

const char *verdict_meaning(enum verdict_kind kind)
{
	return kinds[kind].meaning;
}

int verdict_weight(enum verdict_kind kind)
{
	return kinds[kind].weight;
}

bool verdict_is_good(enum verdict_kind kind)
{
	return kinds[kind].good;
}

static const struct {
	const char *cause, *meaning;
} causes[] = {
	/* The kernel's words, as they stand in its audit log. */
	{"missing-hash", "it has no security.ima label"},
	{"IMA-signature-required", "the policy asks for a signature, and there is none"},
	{"verity-signature-required",
	 "the policy asks for a signature over an fs-verity digest, and there is none"},
	{"IMA-sigv3-required", "the policy asks for a signature of version 3"},
	{"invalid-hash", "the content does not have the digest that the label names"},
	{"invalid-signature", "the signature does not fit the content, or its key is not trusted"},
	{"invalid-verity-signature",
	 "the signature does not fit the fs-verity digest, or its key is not trusted"},
	{"invalid-signature-version", "this kernel does not know signatures of that version"},
	{"unknown-ima-data", "the label is of a kind that this kernel does not know"},
	{"unknown", "the kernel cannot classify the label"},
	{"missing-HMAC", "it has no security.evm label to protect its metadata"},
	{"invalid-HMAC",
	 "security.evm does not fit the owner, mode or security attributes, or its key is not trusted"},
	{"invalid-fail-immutable",
	 "the portable signature does not fit the owner, mode or security attributes, or its key is not trusted"},
	{"failed", "the kernel has no driver for the digest that the label names"},
	{"no-verity-digest", "the policy asks for fs-verity and the file does not have it"},
	{"denied-hash-algorithm", "the policy does not allow the label's hash algorithm"},
	{"unverifiable-signature", "the policy trusts no signature on this kind of file system"},
	/* Refusals about which the kernel says nothing. */
	{"blacklisted-hash", "its digest is on the blacklist"},
	{"signature-not-writable", "signed files cannot be opened for writing"},
	{"no-xattr-support", "its file system keeps no labels"},
	{"no-label", "it has no security.ima label, and no rule asks for one"},
	/* Ours, when nothing can be said. */
	{"unreadable", "it could not be read here"},
	{"not-computed", "it was not computed"},
	{"no-memory", "memory ran out"},
	{"no-keyring", "no key was given that its signature could be checked with"},
	{"ambiguous-key", "two keys share its key id and do not agree; the kernel picks either"},
	{"no-hmac-key", "the EVM HMAC key was not given"},
	{"no-generation", "its inode generation, which EVM hashes, could not be read"},
	{"no-fsuuid", "its file system's UUID, which EVM hashes, is not known"},
	{"algorithm-module", "it depends on whether the kernel had a module loaded"},
	{"library-lacks-hash", "libcrypto here lacks the hash algorithm"},
	{"library-lacks-algorithm", "libcrypto here lacks the signature algorithm"},
	{"unknown-verity-parameters", "its fs-verity parameters could not be read here"},
	/* Conditions of a rule, by their names in the policy. */
	{"fsname", "a rule asks for its file system's name, which is not known here"},
	{"fsuuid", "a rule asks for its file system's UUID, which is not known here"},
	{"uid",
	 "a rule asks for the user id of the process, and the policy tells more apart than are tried"},
	{"euid",
	 "a rule asks for the effective user id of the process, and the policy tells more apart than are tried"},
	{"gid",
	 "a rule asks for the group id of the process, and the policy tells more apart than are tried"},
	{"egid",
	 "a rule asks for the effective group id of the process, and the policy tells more apart than are tried"},
	{"obj_user", "a rule asks for its SELinux user, and security.selinux does not tell"},
	{"obj_role", "a rule asks for its SELinux role, and security.selinux does not tell"},
	{"obj_type", "a rule asks for its SELinux type, and security.selinux does not tell"},
	{"subj_user", "a rule asks for the SELinux user of the process, which no scan can know"},
	{"subj_role", "a rule asks for the SELinux role of the process, which no scan can know"},
	{"subj_type", "a rule asks for the SELinux type of the process, which no scan can know"},
};

const char *verdict_cause_meaning(const char *cause)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (strcmp(causes[i].cause, cause) == 0)
			return causes[i].meaning;
	return NULL;
}
