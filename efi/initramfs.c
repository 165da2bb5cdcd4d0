/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initramfs holds of interest for IMA, by name and content: docs/formats/initramfs.md. */
#include "efi/initramfs.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "efi/bootconfig.h"
#include "efi/initstream.h"
#include "efi/policyscript.h"
#include "efi/privkey.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/content.h"
#include "scanner/digest.h"

static const char *const kind_names[INITRAMFS_KINDS] = {
	[INITRAMFS_POLICY] = "policy",
	[INITRAMFS_CERTIFICATE] = "certificate",
	[INITRAMFS_EVM_KEY] = "evm-key",
	[INITRAMFS_PRIVATE_KEY] = "private-key",
	[INITRAMFS_POLICY_WRITER] = "policy-writer",
	[INITRAMFS_INTEGRITY_HOOK] = "integrity-hook",
	[INITRAMFS_INIT] = "init",
	[INITRAMFS_PROGRAM] = "program",
};

const char *initramfs_kind_name(enum initramfs_kind kind)
{
	return kind < INITRAMFS_KINDS ? kind_names[kind] : "?";
}

/* --- Names --- */

/* A table of 64-bit hashes: whether a name was there, and which found member had it last. */
struct initramfs_names {
	struct slot {
		uint64_t hash;	/* 0: empty */
		uint32_t found; /* index + 1; 0: no found member */
	} * slots;
	size_t capacity, count; /* a power of two; at most half full */
};

/* FNV-1a. A collision makes a missing name seem present, no more. */
static uint64_t hash_of(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	return hash ? hash : 1;
}

static struct slot *slot_of(const struct initramfs_names *names, uint64_t hash)
{
	size_t i = (size_t)(hash ^ hash >> 32) & (names->capacity - 1);

	while (names->slots[i].hash && names->slots[i].hash != hash)
		i = (i + 1) & (names->capacity - 1);
	return &names->slots[i];
}

static int names_grow(struct initramfs_names *names, struct fault *f)
{
	struct initramfs_names larger = {.capacity = names->capacity ? names->capacity * 2 : 1024,
					 .count = names->count};

	if (names->count * 2 < names->capacity)
		return 0;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return fault_set(f, ENOMEM, "reading an initramfs");
	for (size_t i = 0; i < names->capacity; i++)
		if (names->slots[i].hash)
			*slot_of(&larger, names->slots[i].hash) = names->slots[i];
	free(names->slots);
	*names = larger;
	return 0;
}

static struct slot *names_add(struct initramfs_names *names, const char *name, struct fault *f)
{
	uint64_t hash = hash_of(name);
	struct slot *slot;

	if (names_grow(names, f) < 0)
		return NULL;
	slot = slot_of(names, hash);
	if (!slot->hash) {
		slot->hash = hash;
		names->count++;
	}
	return slot;
}

bool initramfs_has(const struct initramfs *initramfs, const char *name)
{
	const struct initramfs_names *names = initramfs->names;

	return names && names->capacity && slot_of(names, hash_of(name))->hash;
}

const struct initramfs_member *initramfs_find(const struct initramfs *initramfs, const char *name)
{
	const struct initramfs_names *names = initramfs->names;
	uint32_t found = names && names->capacity ? slot_of(names, hash_of(name))->found : 0;

	return found ? &initramfs->found[found - 1] : NULL;
}

/* As the kernel resolves it at "/", links aside. The result is no longer than the name. */
static void clean_name(const char *name, char *out)
{
	size_t n = 0;

	while (*name) {
		size_t part = strcspn(name, "/");

		if (part == 2 && memcmp(name, "..", 2) == 0) {
			while (n > 0 && out[--n] != '/')
				;
		} else if (part > 0 && !(part == 1 && *name == '.')) {
			if (n > 0)
				out[n++] = '/';
			memcpy(out + n, name, part);
			n += part;
		}
		name += part;
		name += *name == '/';
	}
	out[n] = '\0';
}

/* --- The reading --- */

/* Names of one inode: the content may come with any of them. */
struct link {
	uint32_t ino, major, minor, type;
	uint32_t name; /* offset in link_names */
};

struct reading {
	struct initramfs *out;
	struct initramfs_names *names;
	size_t segment_capacity, found_capacity;
	size_t texts; /* bytes kept */
	struct digester *digester;
	/* The member that is read. */
	char name[CPIO_PATH_MAX + 1];
	uint32_t mode, size;
	struct link link;
	bool is_link;  /* has more names */
	uint8_t *head; /* its first INITRAMFS_TEXT_MAX bytes */
	size_t held;
	uint8_t tail[POLICYSCRIPT_NAME_BYTES]; /* what came last, for names over two pieces */
	size_t tail_size;
	bool names_policy_file;
	const char *target; /* of a symbolic link */
	/* Hard links since the last trailer. */
	struct link *links;
	size_t link_count, link_capacity;
	char *link_names;
	size_t link_names_size, link_names_capacity;
};

/* Room for one more; size is that of an item. */
static int reserve(void *items, size_t count, size_t *capacity, size_t size, struct fault *f)
{
	size_t larger = *capacity ? *capacity * 2 : 16;
	void *moved;

	if (count < *capacity)
		return 0;
	moved = reallocarray(*(void **)items, larger, size);
	if (!moved)
		return fault_set(f, ENOMEM, "reading an initramfs");
	*(void **)items = moved;
	*capacity = larger;
	return 0;
}

static int on_segment(void *context, uint64_t offset, const char *compression, struct fault *f)
{
	struct reading *r = context;
	struct initramfs *out = r->out;

	if (out->segment_count == INITRAMFS_SEGMENTS_MAX)
		return fault_set(f, 0, "more than %d segments", INITRAMFS_SEGMENTS_MAX);
	if (reserve(&out->segments, out->segment_count, &r->segment_capacity,
		    sizeof(*out->segments), f) < 0)
		return -1;
	out->segments[out->segment_count++] =
		(struct initramfs_segment){.offset = offset, .compression = compression};
	return 0;
}

/* --- What a member is --- */

static bool matches(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static bool holds(const struct reading *r, const char *word)
{
	return memmem(r->head, r->held, word, strlen(word)) != NULL;
}

static bool is_key_place(const char *name)
{
	return strncmp(name, "etc/keys/", 9) == 0;
}

static bool is_private_key(const struct reading *r)
{
	enum privkey_kind kind;

	/* Only where a key is likely: libcrypto need not see every file. */
	if (r->size > r->held || !(is_key_place(r->name) || holds(r, "PRIVATE KEY-----")))
		return false;
	return privkey_recognise("", r->head, r->held, &kind) && kind != PRIVKEY_OPENSSH &&
	       kind != PRIVKEY_EVM_BLOB;
}

static bool is_evm_key(const struct reading *r)
{
	static const char *const names[] = {"evm-key*", "evm-*.blob", "kmk*", NULL};

	return (is_key_place(r->name) || strncmp(r->name, "etc/sysconfig/", 14) == 0) &&
	       matches(base_of(r->name), names);
}

static bool is_certificate(const struct reading *r)
{
	static const char *const names[] = {"x509_ima.der", "x509_evm.der", NULL};

	if (holds(r, "-----BEGIN CERTIFICATE-----") ||
	    holds(r, "-----BEGIN TRUSTED CERTIFICATE-----"))
		return is_key_place(r->name);
	if (r->held < 4 || r->head[0] != 0x30 || r->head[1] != 0x82)
		return false;
	return is_key_place(r->name) || matches(base_of(r->name), names);
}

static bool is_policy(const struct reading *r)
{
	return policyscript_is_policy((const char *)r->head, r->held);
}

static int note_hit(void *context, const struct policyscript_hit *hit, struct fault *f)
{
	(void)hit;
	(void)f;
	*(bool *)context = true;
	return 0;
}

static unsigned content_of(const struct reading *r)
{
	return content_of_head(r->head,
			       r->held < CONTENT_HEAD_BYTES ? r->held : CONTENT_HEAD_BYTES);
}

static bool is_text(const struct reading *r)
{
	return r->size <= r->held && !memchr(r->head, 0, r->held);
}

/* Scripts need not begin with "#!": those of dracut and initramfs-tools may be sourced. */
static bool is_policy_writer(const struct reading *r)
{
	bool found = false;
	struct fault f;

	if (r->names_policy_file)
		return true;
	if (!is_text(r) || !holds(r, "/policy"))
		return false;
	if (policyscript_scan((const char *)r->head, r->held, note_hit, &found, &f) < 0)
		return false;
	return found;
}

static bool is_integrity_hook(const struct reading *r)
{
	static const char *const names[] = {"*ima-keys-load.sh",
					    "*ima-policy-load.sh",
					    "*evm-enable.sh",
					    "*masterkey.sh",
					    "evmctl",
					    "keyctl",
					    "ima-*",
					    "*-ima",
					    "*-ima.sh",
					    "evm-*",
					    "*-evm",
					    "*-evm.sh",
					    "ima.sh",
					    "evm.sh",
					    "ima",
					    "evm",
					    "masterkey",
					    NULL};
	static const char *const folders[] = {
		"*bin/*", "*hooks/*", "scripts/*", "etc/sysconfig/*", "*dracut*", "hooks/*", NULL};

	return matches(base_of(r->name), names) && matches(r->name, folders);
}

static bool is_init(const struct reading *r)
{
	return strcmp(r->name, "init") == 0;
}

static bool is_program(const struct reading *r)
{
	return r->mode & 0111 && content_of(r) & (CONTENT_SCRIPT | CONTENT_ELF);
}

/* The first that is so. Private keys before certificates: a file may hold both. */
static const struct {
	bool (*is)(const struct reading *r);
	enum initramfs_kind kind;
	bool keeps_text;
} kinds[] = {
	{is_policy, INITRAMFS_POLICY, true},
	{is_private_key, INITRAMFS_PRIVATE_KEY, false},
	{is_evm_key, INITRAMFS_EVM_KEY, false},
	{is_certificate, INITRAMFS_CERTIFICATE, false},
	{is_policy_writer, INITRAMFS_POLICY_WRITER, true},
	{is_init, INITRAMFS_INIT, true},
	{is_integrity_hook, INITRAMFS_INTEGRITY_HOOK, false},
	{is_program, INITRAMFS_PROGRAM, false},
};

static int keep_text(struct reading *r, struct initramfs_member *member, const void *text,
		     size_t size, struct fault *f)
{
	r->texts += size;
	if (r->texts > INITRAMFS_TEXTS_MAX)
		return fault_set(f, 0, "more than %d MiB of texts", INITRAMFS_TEXTS_MAX >> 20);
	member->text = malloc(size + 1);
	if (!member->text)
		return fault_set(f, ENOMEM, "reading an initramfs");
	memcpy(member->text, text, size);
	member->text[size] = '\0';
	member->text_size = size;
	return 0;
}

/* Under the name that the reading holds. The text of a hard link is kept for each name. */
static int add_found(struct reading *r, const struct initramfs_member *template, const void *text,
		     size_t text_size, struct fault *f)
{
	struct initramfs *out = r->out;
	struct initramfs_member *member;
	struct slot *slot = names_add(r->names, r->name, f);

	if (!slot)
		return -1;
	if (out->found_count == INITRAMFS_FOUND_MAX)
		return fault_set(f, 0, "more than %d programs and other files of interest",
				 INITRAMFS_FOUND_MAX);
	if (reserve(&out->found, out->found_count, &r->found_capacity, sizeof(*out->found), f) < 0)
		return -1;
	member = &out->found[out->found_count];
	*member = *template;
	member->name = strdup(r->name);
	if (!member->name)
		return fault_set(f, ENOMEM, "reading an initramfs");
	out->found_count++;
	slot->found = (uint32_t)out->found_count;
	return text ? keep_text(r, member, text, text_size, f) : 0;
}

/* A name that is used again: what had it before is gone. */
static int supersede(struct reading *r, const char *name, struct fault *f)
{
	struct slot *slot = names_add(r->names, name, f);

	if (!slot)
		return -1;
	if (slot->found) {
		r->out->found[slot->found - 1].replaced = true;
		slot->found = 0;
	}
	return 0;
}

static bool same_inode(const struct link *a, const struct link *b)
{
	return a->ino == b->ino && a->major == b->major && a->minor == b->minor &&
	       a->type == b->type;
}

/* By the name and content that the reading holds. */
static int classify(struct reading *r, const uint8_t *sha256, struct fault *f)
{
	struct initramfs_member template = {
		.segment = (unsigned)r->out->segment_count - 1, .mode = r->mode, .size = r->size};
	const void *text;
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) && !kinds[i].is(r))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return 0;
	template.kind = kinds[i].kind;
	memcpy(template.sha256, sha256, sizeof(template.sha256));
	text = kinds[i].keeps_text && is_text(r) ? r->head : NULL;
	return add_found(r, &template, text, r->held, f);
}

/* The content that came holds for each name of the inode. */
static int classify_links(struct reading *r, const uint8_t *sha256, struct fault *f)
{
	for (size_t i = 0; i < r->link_count; i++) {
		if (!same_inode(&r->links[i], &r->link))
			continue;
		strcpy(r->name, r->link_names + r->links[i].name);
		if (supersede(r, r->name, f) < 0 || classify(r, sha256, f) < 0)
			return -1;
	}
	return 0;
}

static int classify_content(struct reading *r, struct fault *f)
{
	struct digest digest;

	if (digester_end(r->digester, &digest, f) < 0)
		return -1;
	return r->is_link ? classify_links(r, digest.value, f) : classify(r, digest.value, f);
}

/* --- Members as they come --- */

static int remember_link(struct reading *r, struct fault *f)
{
	size_t n = strlen(r->name) + 1;

	if (r->link_count == INITRAMFS_LINKS_MAX)
		return fault_set(f, 0, "more than %d hard links in one archive",
				 INITRAMFS_LINKS_MAX);
	while (r->link_names_size + n > r->link_names_capacity)
		if (reserve(&r->link_names, r->link_names_capacity, &r->link_names_capacity, 1, f) <
		    0)
			return -1;
	if (reserve(&r->links, r->link_count, &r->link_capacity, sizeof(*r->links), f) < 0)
		return -1;
	r->link.name = (uint32_t)r->link_names_size;
	memcpy(r->link_names + r->link_names_size, r->name, n);
	r->link_names_size += n;
	r->links[r->link_count++] = r->link;
	return 0;
}

static int on_begin(void *context, const struct cpio_member *member, struct fault *f)
{
	struct reading *r = context;

	if (r->out->members == INITRAMFS_MEMBERS_MAX)
		return fault_set(f, 0, "more than %d members", INITRAMFS_MEMBERS_MAX);
	r->out->members++;
	r->out->segments[r->out->segment_count - 1].members++;
	clean_name(member->name, r->name);
	r->mode = member->mode;
	r->size = member->size;
	r->target = member->link;
	r->held = r->tail_size = 0;
	r->names_policy_file = false;
	r->link =
		(struct link){member->ino, member->major, member->minor, member->mode & S_IFMT, 0};
	r->is_link = S_ISREG(member->mode) && member->links >= 2;
	if (S_ISDIR(member->mode))
		return 0;
	if (supersede(r, r->name, f) < 0)
		return -1;
	return digester_begin(r->digester, hashalgo_by_id(HASHALGO_SHA256), f);
}

/* The kernel's policy file may be named anywhere in a program, also where two pieces meet. */
static void look_for_name(struct reading *r, const uint8_t *data, size_t size)
{
	uint8_t seam[2 * POLICYSCRIPT_NAME_BYTES];
	size_t n = size < POLICYSCRIPT_NAME_BYTES ? size : POLICYSCRIPT_NAME_BYTES, total;

	memcpy(seam, r->tail, r->tail_size);
	memcpy(seam + r->tail_size, data, n);
	total = r->tail_size + n;
	if (policyscript_names_file(seam, total) || policyscript_names_file(data, size))
		r->names_policy_file = true;
	if (n == POLICYSCRIPT_NAME_BYTES) {
		r->tail_size = n;
		memcpy(r->tail, data + size - n, n);
	} else {
		r->tail_size = total < POLICYSCRIPT_NAME_BYTES ? total : POLICYSCRIPT_NAME_BYTES;
		memcpy(r->tail, seam + total - r->tail_size, r->tail_size);
	}
}

static int on_content(void *context, const uint8_t *data, size_t size, struct fault *f)
{
	struct reading *r = context;
	size_t n = INITRAMFS_TEXT_MAX - r->held < size ? INITRAMFS_TEXT_MAX - r->held : size;

	memcpy(r->head + r->held, data, n);
	r->held += n;
	if (!r->names_policy_file)
		look_for_name(r, data, size);
	return digester_update(r->digester, data, size, f);
}

/* Where /init leads says which program runs first. */
static int on_symlink(struct reading *r, struct fault *f)
{
	struct initramfs_member template = {.kind = INITRAMFS_INIT,
					    .segment = (unsigned)r->out->segment_count - 1,
					    .mode = r->mode,
					    .size = r->size};

	if (strcmp(r->name, "init") != 0)
		return 0;
	return add_found(r, &template, r->target, strlen(r->target), f);
}

static int on_end(void *context, struct fault *f)
{
	struct reading *r = context;

	if (S_ISLNK(r->mode))
		return on_symlink(r, f);
	if (!S_ISREG(r->mode))
		return 0;
	if (r->is_link && remember_link(r, f) < 0)
		return -1;
	/* Of a file with several names one brings the content. */
	return r->size > 0 ? classify_content(r, f) : 0;
}

static int on_trailer(void *context, struct fault *f)
{
	struct reading *r = context;

	(void)f;
	r->link_count = 0;
	r->link_names_size = 0;
	return 0;
}

static int reading_begin(struct reading *r, struct fault *f)
{
	r->names = r->out->names = calloc(1, sizeof(*r->names));
	r->head = malloc(INITRAMFS_TEXT_MAX);
	r->digester = digester_new();
	if (!r->names || !r->head || !r->digester)
		return fault_set(f, ENOMEM, "reading an initramfs");
	return 0;
}

static void reading_done(struct reading *r)
{
	digester_free(r->digester);
	free(r->head);
	free(r->links);
	free(r->link_names);
}

/* The archives end where a boot configuration begins. One that is damaged stays, as the kernel leaves it. */
static int take_bootconfig(const uint8_t *data, size_t *size, struct initramfs *out,
			   struct remark_list *remarks, struct fault *f)
{
	struct fault why = {0};
	const char *text;
	size_t n;

	if (!bootconfig_find(data, *size, &text, &n, &why)) {
		if (*why.text)
			remark_add(remarks, out->path, &why);
		return 0;
	}
	out->bootconfig = malloc(n + 1);
	if (!out->bootconfig)
		return fault_set(f, ENOMEM, "reading a boot configuration");
	memcpy(out->bootconfig, text, n);
	out->bootconfig[n] = '\0';
	out->bootconfig_size = n;
	*size = (size_t)(text - (const char *)data);
	return 0;
}

/* --- The whole --- */

static int decode(const uint8_t *data, size_t size, struct initramfs *out,
		  struct remark_list *remarks, struct fault *f)
{
	struct reading r = {.out = out};
	struct initstream_reader reader = {
		.cpio = {&r, on_begin, on_content, on_end, on_trailer},
		.segment = on_segment,
		.unpacked_max = INITRAMFS_UNPACKED_MAX,
	};
	struct fault fault = {0};
	int result;

	result = reading_begin(&r, f);
	if (result == 0 && initstream_read(data, size, &reader, &fault) < 0) {
		if (fault.os == ENOMEM) {
			if (f)
				*f = fault;
			result = -1;
		} else {
			out->incomplete = true;
			remark_add(remarks, out->path, &fault);
		}
	}
	reading_done(&r);
	return result;
}

int initramfs_decode(const char *path, const uint8_t *data, size_t size, struct initramfs *out,
		     struct remark_list *remarks, struct fault *f)
{
	struct initramfs initramfs = {.path = strdup(path)};
	struct fault empty;

	if (!initramfs.path)
		return fault_set(f, ENOMEM, "reading an initramfs");
	if (take_bootconfig(data, &size, &initramfs, remarks, f) < 0 ||
	    decode(data, size, &initramfs, remarks, f) < 0) {
		initramfs_done(&initramfs);
		return -1;
	}
	if (initramfs.segment_count == 0 && !initramfs.incomplete) {
		fault_set(&empty, 0, "holds no archive");
		initramfs.incomplete = true;
		remark_add(remarks, path, &empty);
	}
	*out = initramfs;
	return 0;
}

int initramfs_read(const struct targetfs *t, const char *path, struct initramfs *out,
		   struct remark_list *remarks, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	struct fault fault;
	size_t size;

	if (targetfs_read(t, path, INITRAMFS_FILE_MAX, &data, &size, &fault) < 0) {
		if (fault.os == ENOMEM) {
			if (f)
				*f = fault;
			return -1;
		}
		remark_add(remarks, path, &fault);
		*out = (struct initramfs){.path = strdup(path), .incomplete = true};
		return out->path ? 0 : fault_set(f, ENOMEM, "reading an initramfs");
	}
	if (initramfs_decode(path, data, size, out, remarks, f) < 0)
		return -1;
	initramfs_compare(t, out, remarks);
	return 0;
}

void initramfs_done(struct initramfs *initramfs)
{
	for (size_t i = 0; i < initramfs->found_count; i++) {
		free(initramfs->found[i].name);
		free(initramfs->found[i].text);
	}
	if (initramfs->names)
		free(initramfs->names->slots);
	free(initramfs->names);
	free(initramfs->found);
	free(initramfs->segments);
	free(initramfs->bootconfig);
	free(initramfs->path);
	*initramfs = (struct initramfs){0};
}

/* --- The root's files --- */

/* Where a member was copied from: what is left of its name without the prefix, behind the source. */
static const struct {
	const char *prefix, *source;
} sources[] = {
	{"", "/"},
	{"usr/", "/"},
	{"bin/", "/usr/bin/"},
	{"sbin/", "/usr/sbin/"},
	{"sbin/", "/usr/bin/"},
	{"bin/", "/usr/sbin/"},
	{"lib/", "/usr/lib/"},
	{"lib64/", "/usr/lib64/"},
	{"init", "/usr/share/initramfs-tools/init"},
	{"scripts/", "/etc/initramfs-tools/scripts/"},
	{"scripts/", "/usr/share/initramfs-tools/scripts/"},
	{"conf/", "/usr/share/initramfs-tools/conf/"},
	{"hooks/", "/etc/initcpio/hooks/"},
	{"hooks/", "/usr/lib/initcpio/hooks/"},
	{"init", "/usr/lib/initcpio/init"},
	{"init", "/usr/lib/dracut/modules.d/99base/init.sh"},
	{"init", "/usr/share/mkinitfs/initramfs-init"},
	{"bin/busybox", "/usr/lib/initcpio/busybox"},
	{"usr/bin/busybox", "/usr/lib/initcpio/busybox"},
	{"bin/busybox", "/usr/lib/initramfs-tools/bin/busybox"},
	{"usr/bin/busybox", "/usr/lib/initramfs-tools/bin/busybox"},
};

struct comparison {
	const struct targetfs *t;
	struct remark_list *remarks;
	struct digester *digester;
	uint8_t buffer[64 * 1024];
	struct targetfs_names dracut; /* directories of its modules */
};

static int hash_file(struct comparison *c, int fd, uint64_t size, struct digest *out,
		     struct fault *f)
{
	uint64_t at = 0;

	if (digester_begin(c->digester, hashalgo_by_id(HASHALGO_SHA256), f) < 0)
		return -1;
	while (at < size) {
		uint64_t left = size - at;
		size_t want = left < sizeof(c->buffer) ? (size_t)left : sizeof(c->buffer);
		ssize_t n = fd_pread_full(fd, c->buffer, want, at);

		if (n < 0)
			return fault_set(f, errno, "reading");
		if (n == 0)
			break;
		if (digester_update(c->digester, c->buffer, (size_t)n, f) < 0)
			return -1;
		at += (uint64_t)n;
	}
	return digester_end(c->digester, out, f);
}

/* A file of another size is not read. */
static enum initramfs_on_root compare_file(struct comparison *c, const char *path,
					   const struct initramfs_member *member)
{
	struct fault f;
	struct digest digest;
	struct stat st;
	own_fd int fd = -1;

	if (!targetfs_stat(c->t, path, &st) || !S_ISREG(st.st_mode))
		return INITRAMFS_NOT_ON_ROOT;
	if ((uint64_t)st.st_size != member->size)
		return INITRAMFS_DIFFERS;
	fd = targetfs_open_file(c->t, path, &f);
	if (fd < 0 || hash_file(c, fd, member->size, &digest, &f) < 0) {
		remark_add(c->remarks, path, &f);
		return INITRAMFS_NOT_COMPARED;
	}
	return memcmp(digest.value, member->sha256, sizeof(member->sha256)) == 0
		       ? INITRAMFS_SAME
		       : INITRAMFS_DIFFERS;
}

/* The same content in one place is enough; else the first place where there is a file decides. */
static void note(enum initramfs_on_root *known, enum initramfs_on_root now)
{
	if (now == INITRAMFS_SAME || *known == INITRAMFS_NOT_ON_ROOT)
		*known = now;
}

static void compare_sources(struct comparison *c, struct initramfs_member *member)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		size_t n = strlen(sources[i].prefix);
		own_mem char *path = NULL;

		if (member->on_root == INITRAMFS_SAME)
			return;
		if (strncmp(member->name, sources[i].prefix, n) != 0)
			continue;
		if (asprintf(&path, "%s%s", sources[i].source, member->name + n) < 0) {
			path = NULL;
			continue;
		}
		note(&member->on_root, compare_file(c, path, member));
	}
}

static const char dracut_modules[] = "/usr/lib/dracut/modules.d";

/* dracut's hooks: "61-ima-policy-load.sh" was "98integrity/ima-policy-load.sh". */
static void compare_dracut(struct comparison *c, struct initramfs_member *member)
{
	const char *name = base_of(member->name);
	size_t digits = strspn(name, "0123456789");

	if (member->on_root != INITRAMFS_NOT_ON_ROOT || !strstr(member->name, "dracut"))
		return;
	if (digits > 0 && name[digits] == '-')
		name += digits + 1;
	for (size_t i = 0; i < c->dracut.count && member->on_root != INITRAMFS_SAME; i++) {
		own_mem char *path = NULL;

		if (asprintf(&path, "%s/%s/%s", dracut_modules, c->dracut.names[i], name) < 0) {
			path = NULL;
			continue;
		}
		note(&member->on_root, compare_file(c, path, member));
	}
}

static bool is_compared(const struct initramfs_member *member)
{
	return S_ISREG(member->mode) && member->kind != INITRAMFS_EVM_KEY &&
	       member->kind != INITRAMFS_PRIVATE_KEY;
}

static int by_content(const void *a, const void *b)
{
	const struct initramfs_member *first = *(struct initramfs_member *const *)a;
	const struct initramfs_member *second = *(struct initramfs_member *const *)b;
	int order = memcmp(first->sha256, second->sha256, sizeof(first->sha256));

	if (order != 0)
		return order;
	return (second->on_root == INITRAMFS_SAME) - (first->on_root == INITRAMFS_SAME);
}

/* Programs of many names (busybox): what is the root's under one of them is the root's. */
static void spread(struct initramfs *initramfs)
{
	struct initramfs_member **members = calloc(initramfs->found_count + 1, sizeof(*members));
	size_t n = 0;

	if (!members)
		return;
	for (size_t i = 0; i < initramfs->found_count; i++)
		if (initramfs->found[i].on_root != INITRAMFS_NOT_COMPARED)
			members[n++] = &initramfs->found[i];
	qsort(members, n, sizeof(*members), by_content);
	for (size_t i = 1; i < n; i++)
		if (members[i - 1]->on_root == INITRAMFS_SAME &&
		    memcmp(members[i - 1]->sha256, members[i]->sha256,
			   sizeof(members[i]->sha256)) == 0)
			members[i]->on_root = INITRAMFS_SAME;
	free(members);
}

void initramfs_compare(const struct targetfs *t, struct initramfs *initramfs,
		       struct remark_list *remarks)
{
	own_mem struct comparison *c = calloc(1, sizeof(*c));
	struct fault f;

	if (c) {
		c->t = t;
		c->remarks = remarks;
		c->digester = digester_new();
	}
	if (!c || !c->digester) {
		fault_set(&f, ENOMEM, "comparing an initramfs with the root");
		remark_add(remarks, initramfs->path, &f);
		return;
	}
	if (targetfs_list(t, dracut_modules, &c->dracut, &f) < 0)
		remark_add(remarks, dracut_modules, &f);
	for (size_t i = 0; i < initramfs->found_count; i++) {
		struct initramfs_member *member = &initramfs->found[i];

		if (!is_compared(member))
			continue;
		member->on_root = INITRAMFS_NOT_ON_ROOT;
		compare_sources(c, member);
		compare_dracut(c, member);
	}
	spread(initramfs);
	targetfs_names_done(&c->dracut);
	digester_free(c->digester);
}
