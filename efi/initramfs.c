/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initramfs holds of interest for IMA, collected from its archives: docs/formats/initramfs.md. */
#include "efi/initramfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "efi/bootconfig.h"
#include "efi/cpiolinks.h"
#include "efi/initkind.h"
#include "efi/initroot.h"
#include "efi/initstream.h"
#include "efi/policyscript.h"
#include "scanner/base/own.h"
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

bool initramfs_has(const struct initramfs *initramfs, const char *name)
{
	return nametable_find(&initramfs->names, name) != NULL;
}

const struct initramfs_member *initramfs_find(const struct initramfs *initramfs, const char *name)
{
	const struct nametable_slot *slot = nametable_find(&initramfs->names, name);

	return slot && slot->value ? &initramfs->found[slot->value - 1] : NULL;
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

struct reading {
	struct initramfs *out;
	size_t segment_capacity, found_capacity;
	size_t texts; /* bytes kept */
	struct digester *digester;
	/* The member that is read. */
	char name[CPIO_PATH_MAX + 1];
	uint32_t mode, size;
	struct cpiolinks_inode inode;
	bool is_link;  /* has more names */
	uint8_t *head; /* its first INITRAMFS_TEXT_MAX bytes */
	size_t held;
	uint8_t tail[POLICYSCRIPT_NAME_BYTES]; /* what came last, for names over two pieces */
	size_t tail_size;
	bool names_policy_file;
	const char *target;	/* of a symbolic link */
	struct cpiolinks links; /* since the last trailer */
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
	struct nametable_slot *slot = nametable_add(&r->out->names, r->name, f);

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
	slot->value = (uint32_t)out->found_count;
	return text ? keep_text(r, member, text, text_size, f) : 0;
}

/* A name that is used again: what had it before is gone. */
static int supersede(struct reading *r, const char *name, struct fault *f)
{
	struct nametable_slot *slot = nametable_add(&r->out->names, name, f);

	if (!slot)
		return -1;
	if (slot->value) {
		r->out->found[slot->value - 1].replaced = true;
		slot->value = 0;
	}
	return 0;
}

/* By the name and content that the reading holds. */
static int classify(struct reading *r, const uint8_t *sha256, struct fault *f)
{
	const struct initkind_file file = {r->name, r->mode, r->size,
					   r->head, r->held, r->names_policy_file};
	struct initramfs_member template = {
		.segment = (unsigned)r->out->segment_count - 1, .mode = r->mode, .size = r->size};
	bool keep_text;

	if (!initkind_of(&file, &template.kind, &keep_text))
		return 0;
	memcpy(template.sha256, sha256, sizeof(template.sha256));
	return add_found(r, &template, keep_text ? r->head : NULL, r->held, f);
}

/* The content that came holds for each name of the inode. */
static int classify_links(struct reading *r, const uint8_t *sha256, struct fault *f)
{
	const char *name;
	size_t at = 0;

	while ((name = cpiolinks_next(&r->links, &r->inode, &at))) {
		strcpy(r->name, name);
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
	r->inode = (struct cpiolinks_inode){member->ino, member->major, member->minor,
					    member->mode & S_IFMT};
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
	if (r->is_link && cpiolinks_add(&r->links, &r->inode, r->name, f) < 0)
		return -1;
	/* Of a file with several names one brings the content. */
	return r->size > 0 ? classify_content(r, f) : 0;
}

static int on_trailer(void *context, struct fault *f)
{
	struct reading *r = context;

	(void)f;
	cpiolinks_clear(&r->links);
	return 0;
}

static int reading_begin(struct reading *r, struct fault *f)
{
	r->head = malloc(INITRAMFS_TEXT_MAX);
	r->digester = digester_new();
	if (!r->head || !r->digester)
		return fault_set(f, ENOMEM, "reading an initramfs");
	return 0;
}

static void reading_done(struct reading *r)
{
	digester_free(r->digester);
	free(r->head);
	cpiolinks_done(&r->links);
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
	initroot_compare(t, out, remarks);
	return 0;
}

void initramfs_done(struct initramfs *initramfs)
{
	for (size_t i = 0; i < initramfs->found_count; i++) {
		free(initramfs->found[i].name);
		free(initramfs->found[i].text);
	}
	nametable_done(&initramfs->names);
	free(initramfs->found);
	free(initramfs->segments);
	free(initramfs->bootconfig);
	free(initramfs->path);
	*initramfs = (struct initramfs){0};
}
