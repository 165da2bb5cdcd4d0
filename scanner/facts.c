/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Label hygiene: what is odd about a label, apart from what the kernel makes of it. */
#include "scanner/facts.h"

#include <sys/stat.h>

#include "scanner/content.h"

static const struct {
	const char *name, *meaning;
} oddities[FACTS_ODDITY_COUNT] = {
	{"short-label", "the label is shorter than its type promises"},
	{"trailing-bytes", "bytes follow the label; the kernel ignores them after a digest"},
	{"all-zero", "the label holds nothing but zero bytes"},
	{"unknown-hash", "the label names a hash algorithm that no kernel knows"},
	{"unknown-version", "the signature's version is not 1, 2 or 3"},
	{"wrong-size", "the signature's header names another size than what follows it"},
	{"weak-hash", "the label rests on MD4, MD5 or SHA-1"},
	{"denied-hash", "a rule's appraise_algos= does not allow the label's hash"},
	{"unknown-key",
	 "the label is signed by a key that was not given, or that this kernel does not load"},
	{"revoked-key", "the label is signed by a revoked key"},
	{"expired-key", "the signing certificate is not valid today; the kernel does not look"},
	{"deprecated-v1", "a version 1 signature, which current kernels and evmctl give up"},
	{"evm-not-judged", "there is a security.evm, but EVM is not in force in this profile"},
	{"compressed-module", "a compressed module: a signature appended inside cannot be used"},
	{"wrong-type", "a label on what is not a regular file; the kernel never looks at it"},
	{"label-mismatch", "no rule governs the file, but its label does not match it"},
	{"kernel-crash",
	 "a version 1 signature shorter than it says, by a known key: a kernel that appraises the "
	 "file crashes (seen with Linux 6.1 and 6.12)"},
	{"refused-key", "the label is signed by a key whose certificate this kernel does not load"},
};

const char *facts_oddity_name(unsigned bit)
{
	return oddities[bit].name;
}

const char *facts_oddity_meaning(unsigned bit)
{
	return oddities[bit].meaning;
}

static unsigned of_label(const struct imaxattr *label)
{
	static const struct {
		unsigned from, to;
	} same[] = {
		{IMAXATTR_SHORT, FACTS_SHORT_LABEL},
		{IMAXATTR_TRAILING, FACTS_TRAILING_BYTES},
		{IMAXATTR_ALL_ZERO, FACTS_ALL_ZERO},
		{IMAXATTR_UNKNOWN_ALGO, FACTS_UNKNOWN_ALGO},
		{IMAXATTR_UNKNOWN_VERSION, FACTS_UNKNOWN_VERSION},
		{IMAXATTR_WRONG_SIZE, FACTS_WRONG_SIZE},
	};
	unsigned bits = 0;

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (label->oddities & same[i].from)
			bits |= same[i].to;
	if (label->type != IMAXATTR_HMAC && label->algo &&
	    (label->algo->id == HASHALGO_MD4 || label->algo->id == HASHALGO_MD5 ||
	     label->algo->id == HASHALGO_SHA1))
		bits |= FACTS_WEAK_HASH;
	if (label->version == 1)
		bits |= FACTS_DEPRECATED_V1;
	return bits;
}

static unsigned of_outcome(enum verify_result result, const struct keyring_key *key, int64_t now)
{
	unsigned bits = 0;

	if (result == VERIFY_NO_KEY)
		bits |= key ? FACTS_REFUSED_KEY : FACTS_UNKNOWN_KEY;
	if (result == VERIFY_REVOKED)
		bits |= FACTS_REVOKED_KEY;
	if (key && key->x509 && (now < key->not_before || now > key->not_after))
		bits |= FACTS_EXPIRED_KEY;
	return bits;
}

/*
 * lib/digsig.c digsig_verify_rsa() frees an error pointer when the number in the signature claims more
 * bytes than follow; the key must be known for it to get there. tests/e2e has the proof.
 */
static unsigned of_v1(const struct imaxattr *label, const struct verify_outcome *outcome)
{
	bool reached = label->version == 1 && outcome->key &&
		       (label->oddities & (IMAXATTR_SHORT | IMAXATTR_WRONG_SIZE));

	return reached ? FACTS_KERNEL_CRASH : 0;
}

static unsigned of_rules(const struct facts *facts)
{
	const struct hashalgo *algo = facts->ima.algo;

	for (size_t i = 0; algo && i < facts->hook_count; i++) {
		const struct policy_rule *rule = facts->hooks[i].rule;

		if (rule && (rule->flags & POLICY_VALIDATE_ALGOS) &&
		    !(rule->allowed_algos >> algo->id & 1))
			return FACTS_DENIED_HASH;
	}
	return 0;
}

bool facts_is_labelled(const struct facts *facts)
{
	return facts->ima.type != IMAXATTR_ABSENT || facts->evm.type != IMAXATTR_ABSENT;
}

unsigned facts_find_oddities(const struct facts *facts, bool has_policy, int64_t now)
{
	unsigned bits = of_label(&facts->ima) | of_label(&facts->evm) | of_rules(facts);

	bits |= of_outcome(facts->input.sig_data.result, facts->input.sig_data.key, now);
	bits |= of_outcome(facts->input.sig_verity.result, facts->input.sig_verity.key, now);
	bits |= of_outcome(facts->input.evm.key_unknown ? VERIFY_NO_KEY : VERIFY_NOT_TRIED,
			   facts->input.evm.key, now);
	bits |= of_v1(&facts->ima, &facts->input.sig_data);
	if (!facts->input.evm_judged && facts->evm.type != IMAXATTR_ABSENT)
		bits |= FACTS_EVM_NOT_JUDGED;
	if (facts->place & CONTENT_AT_COMPRESSED_MODULE)
		for (size_t i = 0; i < facts->hook_count; i++)
			if (facts->hooks[i].rule &&
			    facts->hooks[i].rule->flags & POLICY_MODSIG_ALLOWED)
				bits |= FACTS_COMPRESSED_MODULE;
	if (has_policy && !facts->governed && !verdict_is_good(facts->verdict.kind) &&
	    facts->verdict.kind != VERDICT_NO_LABEL && facts->verdict.kind != VERDICT_UNDECIDED)
		bits |= FACTS_LABEL_MISMATCH;
	return bits;
}
