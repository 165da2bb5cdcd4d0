/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file: open it safely, read its attributes and content, and have it judged. */
#include "scanner/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/collect.h"
#include "scanner/content.h"
#include "scanner/judge.h"
#include "scanner/modsig.h"
#include "scanner/verity.h"

struct inspector {
	const struct inspect_rules *rules;
	struct collector *collector;
	struct verifier *ima, *evm, *platform;
	struct judge *judge;
	struct hooks_case *cases;
	struct collect_result collected; /* too large for a stack frame of every file */
	bool policy_uses_modsig, policy_uses_verity;
};

/* What is asked of one file beside its digest. */
struct wanted {
	const struct hashalgo *data;
	struct modsig *modsig;
	uint64_t modsig_content_size;
	bool has_verity;
	struct verity_params verity;
};

static bool policy_has_flag(const struct policy *policy, unsigned flag)
{
	for (size_t i = 0; policy && i < policy->count; i++)
		if (policy->rules[i].flags & flag)
			return true;
	return false;
}

struct inspector *inspector_new(const struct inspect_rules *rules)
{
	struct inspector *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;
	in->rules = rules;
	in->policy_uses_modsig = policy_has_flag(rules->policy, POLICY_MODSIG_ALLOWED);
	in->policy_uses_verity = policy_has_flag(rules->policy, POLICY_VERITY_REQUIRED);
	in->collector = collector_new(rules->stop);
	in->ima = verifier_new(rules->ima, rules->profile);
	in->evm = verifier_new(rules->evm, rules->profile);
	in->platform = verifier_new(rules->platform, rules->profile);
	in->judge = judge_new(rules->policy, hooks_max(rules->hooks));
	in->cases = calloc(hooks_max(rules->hooks) + 1, sizeof(*in->cases));
	if (!in->collector || !in->ima || !in->evm || !in->platform || !in->judge || !in->cases) {
		inspector_free(in);
		return NULL;
	}
	return in;
}

void inspector_free(struct inspector *in)
{
	if (!in)
		return;
	collector_free(in->collector);
	verifier_free(in->ima);
	verifier_free(in->evm);
	verifier_free(in->platform);
	judge_free(in->judge);
	free(in->cases);
	free(in);
}

/* Attributes of an honest file are a few hundred bytes; a hostile one's are half a megabyte. */
enum { KEEP_BYTES = 8192 };

void inspector_trim_facts(struct facts *facts)
{
	if (facts->attrs.pool_size > KEEP_BYTES)
		attrs_done(&facts->attrs);
	if (facts->modsig_signer.cap > KEEP_BYTES)
		buf_done(&facts->modsig_signer);
}

void inspector_release_facts(struct facts *facts)
{
	attrs_done(&facts->attrs);
	buf_done(&facts->modsig_signer);
}

/*
 * Remembers the first thing that went wrong with a file that is still worth judging; but one that
 * was stopped halfway is not, whatever went wrong before.
 */
static void note_fault(struct facts *facts, const struct fault *fault)
{
	if (facts->has_fault && fault->os != EINTR)
		return;
	facts->has_fault = true;
	facts->fault = *fault;
}

/* --- The inode --- */

static void take_statx(const struct statx *st, struct inode_facts *out)
{
	*out = (struct inode_facts){
		.dev = makedev(st->stx_dev_major, st->stx_dev_minor),
		.ino = st->stx_ino,
		.size_bytes = st->stx_size,
		.mode = st->stx_mode,
		.uid = st->stx_uid,
		.gid = st->stx_gid,
		.nlink = st->stx_nlink,
		.immutable = st->stx_attributes & STATX_ATTR_IMMUTABLE,
		.append_only = st->stx_attributes & STATX_ATTR_APPEND,
		.verity = st->stx_attributes & STATX_ATTR_VERITY,
		.mtime_s = st->stx_mtime.tv_sec,
		.ctime_s = st->stx_ctime.tv_sec,
	};
}

static int stat_entry(int dir_fd, const char *name, struct inode_facts *out, struct fault *f)
{
	struct statx st;

	if (statx(dir_fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		  STATX_BASIC_STATS, &st))
		return fault_set(f, errno, "asking for the file");
	take_statx(&st, out);
	return 0;
}

/* Opens what was listed, and makes sure that it is what was listed. */
static int open_entry(int dir_fd, const char *name, const struct inode_facts *listed,
		      struct fault *f)
{
	static const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	own_fd int fd = openat(dir_fd, name, flags | O_NOATIME);
	struct stat st;

	if (fd < 0 && errno == EPERM)
		fd = openat(dir_fd, name, flags);
	if (fd < 0)
		return fault_set(f, errno, "opening it");
	if (fstat(fd, &st))
		return fault_set(f, errno, "asking for the open file");
	if (!S_ISREG(st.st_mode) || st.st_dev != listed->dev || st.st_ino != listed->ino)
		return fault_set(f, ESTALE, "opening it: it was replaced meanwhile");
	return take_fd(&fd);
}

static void read_generation(int fd, struct facts *facts)
{
	int generation;

	if (facts->evm.type != IMAXATTR_HMAC && facts->evm.type != IMAXATTR_SIGNATURE)
		return;
	if (ioctl(fd, FS_IOC_GETVERSION, &generation) == 0) {
		facts->inode.generation = (uint32_t)generation;
		facts->inode.has_generation = true;
	}
}

static void decode_value(const struct attrs_value *value, struct imaxattr *out)
{
	imaxattr_decode(value->state == ATTRS_PRESENT ? value->data : NULL, value->size, out);
}

static void read_labels(int fd, struct facts *facts)
{
	struct fault fault;

	attrs_read(fd, &facts->attrs);
	decode_value(ATTRS_IMA(&facts->attrs), &facts->ima);
	decode_value(&facts->attrs.evm, &facts->evm);
	facts->input.ima_state = ATTRS_IMA(&facts->attrs)->state;
	facts->input.ima = &facts->ima;
	if (facts->input.ima_state == ATTRS_UNREADABLE) {
		fault_set(&fault, ATTRS_IMA(&facts->attrs)->os, "reading security.ima");
		note_fault(facts, &fault);
	}
	if (facts->attrs.evm.state == ATTRS_UNREADABLE) {
		fault_set(&fault, facts->attrs.evm.os, "reading security.evm");
		note_fault(facts, &fault);
	}
	read_generation(fd, facts);
}

/* --- What is to be computed --- */

static bool may_be_governed(struct inspector *in, struct facts *facts, bool kinds_known)
{
	size_t n = hooks_for(in->rules->hooks, facts->inode.mode, facts->place, facts->kinds,
			     kinds_known, in->cases);

	return judge_may_govern(in->judge, facts, in->cases, n);
}

/* The digest the kernel would collect, and why there may be none. */
static void want_data(struct inspector *in, struct facts *facts, struct wanted *wanted)
{
	const struct kernel_profile *profile = in->rules->profile;
	const struct hashalgo *algo = imaxattr_collect_algo(&facts->ima, profile);
	struct collected *data = &facts->input.data;

	if (profile->hash[algo->id] == PROFILE_ABSENT)
		data->state = DIGEST_KERNEL_LACKS;
	else if (!digest_available(algo))
		data->state = DIGEST_LIBRARY_LACKS;
	else
		wanted->data = algo;
	data->digest.algo = algo;
}

static void want_verity(int fd, struct facts *facts, struct wanted *wanted)
{
	struct collected *verity = &facts->input.verity;
	struct fault fault;

	if (!facts->inode.verity) {
		verity->state = DIGEST_NO_VERITY;
		return;
	}
	if (verity_params_read(fd, &wanted->verity, &fault) < 0) {
		verity->state = DIGEST_UNKNOWN;
		note_fault(facts, &fault);
		return;
	}
	wanted->has_verity = true;
}

/* Reads a part of the file's end. Shorter meanwhile is a fault, too. */
static int read_part(int fd, void *data, size_t size, uint64_t offset, struct fault *f)
{
	ssize_t n = fd_pread_full(fd, data, size, offset);

	if (n == (ssize_t)size)
		return 0;
	return fault_set(f, n < 0 ? errno : ESTALE, "reading the end of it");
}

/* Finds and parses an appended signature; none where the kernel would see none. */
static int find_modsig(int fd, uint64_t size, struct wanted *wanted, struct fault *f)
{
	uint8_t tail[MODSIG_TAIL_BYTES];
	own_mem uint8_t *pkcs7 = NULL;
	uint32_t pkcs7_size;
	bool malformed;

	if (size <= sizeof(tail))
		return 0;
	if (read_part(fd, tail, sizeof(tail), size - sizeof(tail), f) < 0)
		return -1;
	if (!modsig_find(tail, size, &pkcs7_size, &malformed))
		return 0;
	pkcs7 = malloc(pkcs7_size + 1);
	if (!pkcs7)
		return fault_set(f, ENOMEM, "reading an appended signature");
	wanted->modsig_content_size = size - sizeof(tail) - pkcs7_size;
	if (read_part(fd, pkcs7, pkcs7_size, wanted->modsig_content_size, f) < 0)
		return -1;
	return modsig_parse(pkcs7, pkcs7_size, &wanted->modsig, f);
}

/* A file whose end is not known is not known: without its signature it would be judged as another one. */
static void want_modsig(int fd, struct facts *facts, struct wanted *wanted)
{
	struct fault fault;

	if (find_modsig(fd, facts->inode.size_bytes, wanted, &fault) == 0)
		return;
	note_fault(facts, &fault);
	wanted->data = NULL;
	facts->input.data.state = DIGEST_UNREADABLE;
}

static bool is_modsig_place(const struct inspector *in, const struct facts *facts)
{
	return in->policy_uses_modsig ||
	       (facts->place & (CONTENT_AT_MODULE | CONTENT_AT_KERNEL | CONTENT_AT_INITRAMFS));
}

/* --- Computing it --- */

static void take_digest(struct collected *to, const struct digest *digest)
{
	if (!digest->size_bytes)
		return;
	to->state = DIGEST_DONE;
	to->digest = *digest;
}

static void check_modsig(struct inspector *in, struct facts *facts, const struct wanted *wanted)
{
	const struct digest *content = &in->collected.part;
	struct verdict_input *input = &facts->input;

	if (!wanted->modsig || !content->size_bytes)
		return;
	input->has_modsig = true;
	input->modsig = modsig_check(wanted->modsig, in->ima, in->rules->ima, content);
	input->modsig_platform =
		modsig_check(wanted->modsig, in->platform, in->rules->platform, content);
	input->modsig_blacklisted =
		blacklist_has_binary(in->rules->blacklist, content->value, content->size_bytes);
	if (input->modsig.result != VERIFY_OK)
		modsig_signer(wanted->modsig, &facts->modsig_signer);
}

static bool is_signature(const struct imaxattr *label)
{
	return label->type == IMAXATTR_SIGNATURE || label->type == IMAXATTR_VERITY_SIGNATURE;
}

static void check_signatures(struct inspector *in, struct facts *facts)
{
	struct verdict_input *input = &facts->input;

	if (input->data.state == DIGEST_DONE) {
		const struct digest *data = &input->data.digest;

		input->blacklisted =
			blacklist_has_binary(in->rules->blacklist, data->value, data->size_bytes);
		if (is_signature(&facts->ima)) {
			input->sig_data = verifier_check(in->ima, &facts->ima, data);
			input->sig_platform = verifier_check(in->platform, &facts->ima, data);
		}
	}
	if (input->verity.state == DIGEST_DONE) {
		const struct digest *verity = &input->verity.digest;

		input->verity_blacklisted = blacklist_has_binary(in->rules->blacklist,
								 verity->value, verity->size_bytes);
		if (is_signature(&facts->ima)) {
			input->sig_verity = verifier_check(in->ima, &facts->ima, verity);
			input->sig_platform_verity =
				verifier_check(in->platform, &facts->ima, verity);
		}
	}
}

static void check_evm(struct inspector *in, struct facts *facts)
{
	struct evm_fs fs = {
		.has_uuid = facts->fs->has_uuid,
		.hmac_unsupported = facts->fs->overlay && in->rules->profile->evm_hmac_unsupported,
	};

	memcpy(fs.uuid, facts->fs->uuid, sizeof(fs.uuid));
	facts->input.evm_judged = in->rules->profile->evm != PROFILE_EVM_NONE;
	if (facts->input.evm_judged)
		facts->input.evm = evm_judge(in->evm, in->rules->profile, in->rules->hmac_key,
					     &facts->inode, &facts->attrs, &facts->evm, &fs);
}

/* What is undecided for a lack of memory is a fault of ours, as unreadable files are. */
static void note_lack_of_memory(struct facts *facts)
{
	const struct verdict_input *input = &facts->input;
	const struct verify_outcome *outcomes[] = {
		&input->sig_data, &input->sig_verity,	   &input->sig_platform,
		&input->modsig,	  &input->modsig_platform, &input->sig_platform_verity};
	bool lacking = facts->modsig_signer.failed ||
		       (input->evm.why && strcmp(input->evm.why, EVMDIGEST_NO_MEMORY) == 0);
	struct fault fault;

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		lacking = lacking || outcomes[i]->result == VERIFY_NO_MEMORY;
	if (!lacking)
		return;
	fault_set(&fault, ENOMEM, "checking its signatures");
	note_fault(facts, &fault);
}

static void learn_kinds(struct inspector *in, struct facts *facts)
{
	facts->kinds = content_of_head(in->collected.head, in->collected.head_size);
	facts->kinds_known = true;
}

/* Reads the content for all that is wanted. */
static void collect(struct inspector *in, int fd, struct facts *facts, const struct wanted *wanted)
{
	struct collect_request request = {
		.data = wanted->data,
		.part = wanted->modsig ? modsig_algo(wanted->modsig) : NULL,
		.part_size = wanted->modsig_content_size,
		.verity = wanted->has_verity ? &wanted->verity : NULL,
		.size_bytes = facts->inode.size_bytes,
	};
	struct fault fault;
	int result;

	if (request.part && !digest_available(request.part))
		request.part = NULL;
	result = collector_read(in->collector, fd, &request, &in->collected, &fault);
	facts->bytes_read += in->collected.bytes_read;
	if (result < 0) {
		note_fault(facts, &fault);
		if (wanted->data)
			facts->input.data.state = DIGEST_UNREADABLE;
		if (wanted->has_verity)
			facts->input.verity.state = DIGEST_UNREADABLE;
		return;
	}
	learn_kinds(in, facts);
	take_digest(&facts->input.data, &in->collected.data);
	take_digest(&facts->input.verity, &in->collected.verity);
	check_modsig(in, facts, wanted);
}

/* Reads just the head where only that tells whether a rule governs the file. */
static void peek(struct inspector *in, int fd, struct facts *facts)
{
	struct fault fault;

	if (!hooks_want_kinds(in->rules->hooks, facts->inode.mode, facts->place))
		return;
	if (collector_read_head(in->collector, fd, &in->collected, &fault) < 0)
		note_fault(facts, &fault);
	else
		learn_kinds(in, facts);
}

/* True: the whole content is to be read. */
static bool take_labels(struct inspector *in, int fd, struct facts *facts)
{
	read_labels(fd, facts);
	facts->input.profile = in->rules->profile;
	facts->input.unverifiable_fs = facts->fs->unverifiable && in->rules->profile->fail_securely;
	facts->has_labels = true;
	return facts_is_labelled(facts) || may_be_governed(in, facts, false);
}

bool inspector_read_labels(struct inspector *in, int fd, struct facts *facts)
{
	bool whole = take_labels(in, fd, facts);

	if (facts->attrs.pool_size <= KEEP_BYTES)
		return whole;
	/* What was decoded points into what goes. */
	inspector_trim_facts(facts);
	facts->ima = facts->evm = (struct imaxattr){0};
	facts->has_labels = false;
	return whole;
}

static void look_inside(struct inspector *in, int fd, struct facts *facts)
{
	struct wanted wanted = {0};

	want_data(in, facts, &wanted);
	if (facts->ima.type == IMAXATTR_VERITY_SIGNATURE || in->policy_uses_verity)
		want_verity(fd, facts, &wanted);
	if (is_modsig_place(in, facts))
		want_modsig(fd, facts, &wanted);
	collect(in, fd, facts, &wanted);
	modsig_free(wanted.modsig);
	check_signatures(in, facts);
	check_evm(in, facts);
	note_lack_of_memory(facts);
}

void inspector_finish(struct inspector *in, int fd, bool whole, struct facts *facts)
{
	if (!facts->has_labels)
		whole = take_labels(in, fd, facts);
	if (!whole) {
		peek(in, fd, facts);
		whole = may_be_governed(in, facts, facts->kinds_known);
	}
	if (whole)
		look_inside(in, fd, facts);
	judge_file(in->judge, facts, in->cases,
		   hooks_for(in->rules->hooks, facts->inode.mode, facts->place, facts->kinds,
			     facts->kinds_known, in->cases));
	facts->oddities = facts_find_oddities(facts, in->rules->policy != NULL, in->rules->now_s);
}

/* Keeps the buffers of the file before, and nothing that was in them. */
static void reset(struct facts *facts, const struct inspect_name *name)
{
	struct attrs attrs = {.pool = facts->attrs.pool, .pool_size = facts->attrs.pool_size};
	struct buf signer = facts->modsig_signer;

	buf_clear(&signer);
	*facts = (struct facts){
		.path = name->path,
		.links = name->links,
		.link_count = name->link_count,
		.attrs = attrs,
		.modsig_signer = signer,
		.place = content_of_path(name->path),
	};
	for (size_t i = 0; i < name->link_count; i++)
		facts->place |= content_of_path(name->links[i]);
}

static bool is_of_phase(struct inspector *in, struct facts *facts, enum inspect_phase phase)
{
	return phase == INSPECT_EVERY ||
	       may_be_governed(in, facts, false) == (phase == INSPECT_URGENT);
}

/*
 * A file may be a mount point itself, of a file system that its directory knows nothing of: one
 * that was not met before is asked through the file.
 */
static const struct fsinfo *fs_of(struct inspector *in, int dir_fd, const char *name,
				  const struct inode_facts *inode, struct fault *f)
{
	const struct fsinfo *fs = fsinfo_find(in->rules->filesystems, inode->dev);
	own_fd int fd = -1;

	if (fs)
		return fs;
	fd = open_entry(dir_fd, name, inode, f);
	return fd < 0 ? NULL : fsinfo_get(in->rules->filesystems, inode->dev, fd, f);
}

enum inspect_result inspector_open(struct inspector *in, int dir_fd,
				   const struct inspect_name *name, enum inspect_phase phase,
				   bool defer_links, struct facts *out, int *out_fd,
				   struct fault *f)
{
	int fd;

	reset(out, name);
	if (stat_entry(dir_fd, name->entry, &out->inode, f) < 0)
		return INSPECT_UNSEEN;
	if (!S_ISREG(out->inode.mode))
		return INSPECT_NOT_REGULAR;
	if (defer_links && out->inode.nlink > 1)
		return INSPECT_HARD_LINK;
	out->fs = fs_of(in, dir_fd, name->entry, &out->inode, f);
	if (!out->fs)
		return INSPECT_UNSEEN;
	if (!is_of_phase(in, out, phase))
		return INSPECT_OTHER_PASS;
	fd = open_entry(dir_fd, name->entry, &out->inode, f);
	if (fd < 0)
		return INSPECT_FAILED;
	*out_fd = fd;
	return INSPECT_DONE;
}

enum inspect_result inspector_look(struct inspector *in, int dir_fd,
				   const struct inspect_name *name, enum inspect_phase phase,
				   bool defer_links, struct facts *out, struct fault *f)
{
	own_fd int fd = -1;
	enum inspect_result result =
		inspector_open(in, dir_fd, name, phase, defer_links, out, &fd, f);

	if (result == INSPECT_DONE)
		inspector_finish(in, fd, inspector_read_labels(in, fd, out), out);
	return result;
}

bool inspector_has_stray_label(int dir_fd, const char *name)
{
	char path[300];

	/* By way of /proc, since the entry itself must not be opened. */
	if ((size_t)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir_fd, name) >=
	    sizeof(path))
		return false;
	return lgetxattr(path, "security.ima", NULL, 0) >= 0;
}
