/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One image told whole, and every image of a target: docs/formats/authenticode.md, uki.md. */
#include "efi/imagecheck.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "efi/imagerole.h"
#include "efi/imagerules.h"
#include "efi/uki.h"
#include "efi/targetfs_walk.h"
#include "scanner/base/own.h"
#include "scanner/digest.h"

struct imagecheck_anchors {
	struct imagerules rules;
};

struct imagecheck_anchors *imagecheck_anchors_new(const struct secureboot *state,
						  const char *const *files, size_t file_count,
						  struct fault *f)
{
	struct imagecheck_anchors *anchors;
	int result;

	if (digest_init(f) < 0)
		return NULL;
	anchors = calloc(1, sizeof(*anchors));
	if (!anchors) {
		fault_set(f, ENOMEM, "certificates");
		return NULL;
	}
	result = imagerules_init(&anchors->rules, state, f);
	for (size_t i = 0; result == 0 && i < file_count; i++) {
		result = trustanchor_load(&anchors->rules.given, files[i], f);
		if (result < 0)
			fault_add(f, "%s", files[i]);
	}
	if (result == 0)
		return anchors;
	imagecheck_anchors_free(anchors);
	return NULL;
}

void imagecheck_anchors_free(struct imagecheck_anchors *anchors)
{
	if (!anchors)
		return;
	imagerules_done(&anchors->rules);
	free(anchors);
}

/* --- One image --- */

static char *copy_or_empty(const char *text)
{
	return strdup(text ? text : "");
}

static bool signer_fill(const struct imagerules *rules, const struct imagerules_signature *s,
			const struct authenticode_signer *from, struct imagecheck_signer *out)
{
	*out = (struct imagecheck_signer){
		.subject = copy_or_empty(from->subject),
		.issuer = copy_or_empty(from->issuer),
		.serial = copy_or_empty(from->serial),
		.digest = from->digest,
		.valid = s->valid,
		.anchor = imagerules_anchor(rules, s),
		.revoked = imagerules_revoked(rules, s),
	};
	memcpy(out->sha256, from->sha256, sizeof(out->sha256));
	return out->subject && out->issuer && out->serial;
}

static int signers_fill(const struct imagerules *rules, const struct imagerules_image *image,
			struct imagecheck *out, struct fault *f)
{
	size_t count = 0;

	for (size_t i = 0; i < image->table.count; i++)
		if (image->signatures[i].message)
			count += authenticode_signer_count(image->signatures[i].message);
	if (count == 0)
		return 0;
	out->signers = calloc(count, sizeof(*out->signers));
	if (!out->signers)
		return fault_set(f, ENOMEM, "signers of an image");
	for (size_t i = 0; i < image->table.count; i++) {
		const struct imagerules_signature *s = &image->signatures[i];

		for (size_t k = 0; s->message && k < authenticode_signer_count(s->message); k++)
			if (!signer_fill(rules, s, authenticode_signer_at(s->message, k),
					 &out->signers[out->signer_count++]))
				return fault_set(f, ENOMEM, "signers of an image");
	}
	return 0;
}

static void place(const struct peimage *pe, const struct peimage_section *section,
		  uint64_t *out_offset, uint64_t *out_size)
{
	struct bytes b;

	if (!section)
		return;
	b = peimage_content(pe, section);
	*out_offset = b.left ? (uint64_t)(b.at - pe->data) : 0;
	*out_size = b.left;
}

static int text_fill(const struct peimage *pe, const struct peimage_section *section, char **out,
		     struct fault *f)
{
	*out = uki_text(pe, section);
	return section && !*out ? fault_set(f, ENOMEM, "the text of a section") : 0;
}

static int profiles_fill(const struct peimage *pe, const struct uki *u, struct imagecheck *out,
			 struct fault *f)
{
	if (u->profile_count == 0)
		return 0;
	out->profile_list = calloc(u->profile_count, sizeof(*out->profile_list));
	if (!out->profile_list)
		return fault_set(f, ENOMEM, "profiles of an image");
	out->profile_list_count = u->profile_count;
	for (size_t i = 0; i < u->profile_count; i++) {
		struct imagecheck_profile *p = &out->profile_list[i];

		p->id = uki_profile_value(pe, u->profiles[i].profile, "ID");
		p->title = uki_profile_value(pe, u->profiles[i].profile, "TITLE");
		if (text_fill(pe, uki_effective(u, i, UKI_CMDLINE), &p->cmdline, f) < 0)
			return -1;
	}
	return 0;
}

static unsigned count_profiles(const struct peimage *pe)
{
	unsigned count = 0;

	for (size_t i = 0; i < pe->section_count; i++)
		count += strcmp(pe->sections[i].name, ".profile") == 0;
	return count;
}

static int sections_fill(const struct peimage *pe, struct imagecheck *out, struct fault *f)
{
	const struct peimage_section *const *base;
	struct uki u;
	int result;

	if (uki_decode(pe, &u, f) < 0)
		return -1;
	base = u.base.sections;
	out->has_linux = base[UKI_LINUX];
	out->has_initrd = base[UKI_INITRD];
	out->has_pcrsig = base[UKI_PCRSIG];
	out->has_ucode = base[UKI_UCODE];
	out->has_dtb = base[UKI_DTB];
	out->profiles = count_profiles(pe);
	place(pe, base[UKI_LINUX], &out->linux_offset, &out->linux_size);
	place(pe, base[UKI_INITRD], &out->initrd_offset, &out->initrd_size);
	place(pe, base[UKI_UCODE], &out->ucode_offset, &out->ucode_size);
	result = text_fill(pe, base[UKI_CMDLINE], &out->cmdline, f);
	if (result == 0)
		result = text_fill(pe, base[UKI_OSREL], &out->osrel, f);
	if (result == 0)
		result = text_fill(pe, base[UKI_UNAME], &out->uname, f);
	if (result == 0)
		result = text_fill(pe, base[UKI_SBAT], &out->sbat, f);
	if (result == 0)
		result = profiles_fill(pe, &u, out, f);
	uki_done(&u);
	return result;
}

static void digests_fill(const struct authenticode_digests *d, struct imagecheck *out)
{
	memcpy(out->sha1, d->of[0].value, sizeof(out->sha1));
	memcpy(out->sha256, d->of[1].value, sizeof(out->sha256));
	memcpy(out->sha384, d->of[2].value, sizeof(out->sha384));
	memcpy(out->sha512, d->of[3].value, sizeof(out->sha512));
}

static void verdicts_fill(const struct imagerules *rules, const struct imagerules_image *image,
			  struct imagecheck *out)
{
	struct imagerules_verdict v = imagerules_firmware(rules, image);

	out->by_firmware = v.start;
	snprintf(out->firmware_because, sizeof(out->firmware_because), "%s", v.because);
	v = imagerules_shim(rules, image);
	out->by_shim = v.start;
	snprintf(out->shim_because, sizeof(out->shim_because), "%s", v.because);
	out->sbat_revoked = imagerules_sbat_revoked(rules, image);
}

static int fill(const struct imagerules *rules, const struct peimage *pe, const char *path,
		struct imagecheck *out, struct fault *f)
{
	struct imagerules_image image = {0};
	int result;

	*out = (struct imagecheck){
		.path = strdup(path), .role = imagerole_of(pe), .machine = pe->machine};
	if (!out->path)
		return fault_set(f, ENOMEM, "an image");
	result = imagerules_image_init(&image, pe, out->role, f);
	if (result == 0)
		result = sections_fill(pe, out, f);
	if (result == 0)
		result = signers_fill(rules, &image, out, f);
	if (result == 0) {
		digests_fill(&image.digests, out);
		verdicts_fill(rules, &image, out);
	}
	imagerules_image_done(&image);
	return result;
}

static int decode(const struct imagerules *rules, const char *path, const uint8_t *data,
		  size_t size, struct imagecheck *out, struct fault *f)
{
	struct imagecheck image;
	struct peimage pe;
	int result;

	if (peimage_decode(data, size, &pe, f) < 0)
		return -1;
	result = fill(rules, &pe, path, &image, f);
	peimage_done(&pe);
	if (result == 0)
		*out = image;
	else
		imagecheck_done(&image);
	return result;
}

int imagecheck_decode(const char *path, const uint8_t *data, size_t size,
		      const struct secureboot *state, const struct imagecheck_anchors *anchors,
		      struct imagecheck *out, struct fault *f)
{
	struct imagecheck_anchors *own = NULL;
	int result;

	if (!anchors) {
		anchors = own = imagecheck_anchors_new(state, NULL, 0, f);
		if (!own)
			return -1;
	}
	result = decode(&anchors->rules, path, data, size, out, f);
	imagecheck_anchors_free(own);
	return result;
}

void imagecheck_done(struct imagecheck *image)
{
	for (size_t i = 0; i < image->signer_count; i++) {
		free(image->signers[i].subject);
		free(image->signers[i].issuer);
		free(image->signers[i].serial);
	}
	for (size_t i = 0; i < image->profile_list_count; i++) {
		free(image->profile_list[i].id);
		free(image->profile_list[i].title);
		free(image->profile_list[i].cmdline);
	}
	free(image->signers);
	free(image->profile_list);
	free(image->path);
	free(image->sbat);
	free(image->cmdline);
	free(image->osrel);
	free(image->uname);
	*image = (struct imagecheck){0};
}

/* --- Every image of a target --- */

struct candidate {
	char *path;
	dev_t dev;
	ino_t ino;
	off_t size;
};

struct search {
	const struct targetfs *t;
	struct targetfs_walk walk;
	struct remark_list *remarks;
	struct candidate *items;
	size_t count;
	bool full; /* a bound was met: the rest is left out, which is remarked */
};

static bool starts_like_image(const struct targetfs *t, const char *path)
{
	struct fault ignored;
	own_fd int fd = targetfs_open_file(t, path, &ignored);
	uint8_t start[4] = {0};

	return fd >= 0 && pread(fd, start, sizeof(start), 0) >= 2 &&
	       (memcmp(start, "MZ", 2) == 0 || memcmp(start, "PE\0", sizeof(start)) == 0);
}

static bool known(const struct search *s, const struct stat *st)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].dev == st->st_dev && s->items[i].ino == st->st_ino)
			return true;
	return false;
}

/* One regular file. The same file under several names is one candidate, by the first of them. */
static int consider(void *context, const char *path, const struct stat *st, struct fault *f)
{
	struct search *s = context;
	struct candidate *items;

	if (st->st_size < 64 || known(s, st) || !starts_like_image(s->t, path))
		return 0;
	if (s->count == IMAGECHECK_COUNT_MAX) {
		s->full = true;
		return 0;
	}
	items = reallocarray(s->items, s->count + 1, sizeof(*items));
	if (!items)
		return fault_set(f, ENOMEM, "images of the target");
	s->items = items;
	items[s->count] = (struct candidate){
		.path = strdup(path), .dev = st->st_dev, .ino = st->st_ino, .size = st->st_size};
	if (!items[s->count].path)
		return fault_set(f, ENOMEM, "images of the target");
	s->count++;
	return 0;
}

static void trouble(void *context, const char *path, const struct fault *fault)
{
	struct search *s = context;

	remark_add(s->remarks, path, fault);
}

static int walk(struct search *s, const char *dir, struct fault *f)
{
	return targetfs_walk_below(s->t, &s->walk, dir, TARGETFS_DEPTH_MAX, f);
}

static int consider_path(struct search *s, const char *path, struct fault *f)
{
	struct stat st;

	return targetfs_stat(s->t, path, &st) && S_ISREG(st.st_mode) ? consider(s, path, &st, f)
								     : 0;
}

/* DIR/RELEASE/vmlinuz of each release. */
static int releases(struct search *s, const char *dir, struct fault *f)
{
	struct targetfs_names names = {0};
	int result = 0;

	if (targetfs_list(s->t, dir, &names, f) < 0) {
		remark_add(s->remarks, dir, f);
		return 0;
	}
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		own_mem char *path = NULL;

		if (asprintf(&path, "%s/%s/vmlinuz", dir, names.names[i]) < 0)
			result = fault_set(f, ENOMEM, "kernels of the target");
		else
			result = consider_path(s, path, f);
	}
	targetfs_names_done(&names);
	return result;
}

static int collect(struct search *s, struct fault *f)
{
	static const char *const trees[] = {"/efi", "/boot"};
	static const char *const elsewhere[] = {"/vmlinuz", "/vmlinuz.old",
						"/usr/src/linux/arch/x86/boot/bzImage",
						"/usr/src/linux/arch/arm64/boot/Image"};
	int result = 0;

	for (size_t i = 0; result == 0 && i < targetfs_esp_count(s->t); i++) {
		own_mem char *dir = targetfs_join(targetfs_esp_prefix(i), "/");

		result = dir ? walk(s, dir, f) : fault_set(f, ENOMEM, "images of the target");
	}
	for (size_t i = 0; result == 0 && i < sizeof(trees) / sizeof(trees[0]); i++)
		result = walk(s, trees[i], f);
	if (result == 0)
		result = releases(s, "/lib/modules", f);
	if (result == 0)
		result = releases(s, "/usr/lib/modules", f);
	for (size_t i = 0; result == 0 && i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		result = consider_path(s, elsewhere[i], f);
	return result;
}

/* Reads a candidate. false: it cannot be read, which is remarked. */
static bool read_candidate(struct search *s, const struct candidate *c, uint8_t **out_data,
			   size_t *out_size)
{
	struct fault f;

	if (targetfs_read(s->t, c->path, IMAGECHECK_FILE_MAX, out_data, out_size, &f) == 0)
		return true;
	remark_add(s->remarks, c->path, &f);
	return false;
}

/* Adds what is built into a candidate, when it is a shim. */
static void add_shim(struct search *s, const struct candidate *c, struct shimimage *shims,
		     size_t *count)
{
	own_mem uint8_t *data = NULL;
	struct peimage pe;
	struct fault f;
	size_t size;

	if (c->size > IMAGECHECK_SHIM_BYTES_MAX || !read_candidate(s, c, &data, &size) ||
	    peimage_decode(data, size, &pe, &f) < 0)
		return;
	if (!pe.malformed && shimimage_is(&pe)) {
		if (shimimage_decode(&pe, &shims[*count], &f) == 0)
			++*count;
		else
			remark_add(s->remarks, c->path, &f);
	}
	peimage_done(&pe);
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

static size_t texts_of(const struct imagecheck *image)
{
	size_t sum = length(image->sbat) + length(image->cmdline) + length(image->osrel) +
		     length(image->uname);

	for (size_t i = 0; i < image->profile_list_count; i++)
		sum += length(image->profile_list[i].id) + length(image->profile_list[i].title) +
		       length(image->profile_list[i].cmdline);
	return sum;
}

static int check_candidates(struct search *s, const struct imagerules *rules,
			    struct imagecheck_list *out, struct fault *f)
{
	size_t texts = 0;

	out->items = calloc(s->count + 1, sizeof(*out->items));
	if (!out->items)
		return fault_set(f, ENOMEM, "images of the target");
	for (size_t i = 0; i < s->count && texts <= IMAGECHECK_TEXTS_MAX; i++) {
		own_mem uint8_t *data = NULL;
		size_t size;

		if (!read_candidate(s, &s->items[i], &data, &size))
			continue;
		if (decode(rules, s->items[i].path, data, size, &out->items[out->count], f) == 0)
			texts += texts_of(&out->items[out->count++]);
		else if (f->os != ENOEXEC)
			return -1;
	}
	s->full |= texts > IMAGECHECK_TEXTS_MAX;
	return 0;
}

static void search_done(struct search *s)
{
	struct fault f;

	if (s->full) {
		fault_set(&f, 0, "more images, or more text in them, than are looked at");
		remark_add(s->remarks, "/boot", &f);
	}
	for (size_t i = 0; i < s->count; i++)
		free(s->items[i].path);
	free(s->items);
}

/* With what is built into the target's own shims. */
static int find_with(struct search *s, const struct imagecheck_anchors *anchors,
		     struct imagecheck_list *out, struct fault *f)
{
	struct imagerules rules = anchors->rules;
	struct shimimage shims[IMAGECHECK_SHIMS_MAX];
	size_t count = 0;
	int result = collect(s, f);

	for (size_t i = 0; result == 0 && i < s->count && count < IMAGECHECK_SHIMS_MAX; i++)
		add_shim(s, &s->items[i], shims, &count);
	rules.shims = shims;
	rules.shim_count = count;
	if (result == 0)
		result = check_candidates(s, &rules, out, f);
	for (size_t i = 0; i < count; i++)
		shimimage_done(&shims[i]);
	return result;
}

int imagecheck_find(const struct targetfs *t, const struct secureboot *state,
		    const struct imagecheck_anchors *anchors, struct imagecheck_list *out,
		    struct remark_list *remarks, struct fault *f)
{
	struct search s = {.t = t,
			   .remarks = remarks,
			   .walk = {.file = consider, .trouble = trouble, .context = &s}};
	struct imagecheck_anchors *own = NULL;
	struct imagecheck_list list = {0};
	int result;

	if (!anchors) {
		anchors = own = imagecheck_anchors_new(state, NULL, 0, f);
		if (!own)
			return -1;
	}
	result = find_with(&s, anchors, &list, f);
	search_done(&s);
	imagecheck_anchors_free(own);
	if (result == 0)
		*out = list;
	else
		imagecheck_list_done(&list);
	return result;
}

void imagecheck_list_done(struct imagecheck_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		imagecheck_done(&list->items[i]);
	free(list->items);
	*list = (struct imagecheck_list){0};
}

const char *imagecheck_role_name(enum imagecheck_role role)
{
	static const char *const names[] = {
		[IMAGECHECK_OTHER] = "other",	[IMAGECHECK_SHIM] = "shim",
		[IMAGECHECK_GRUB] = "grub",	[IMAGECHECK_SYSTEMD_BOOT] = "systemd-boot",
		[IMAGECHECK_REFIND] = "refind", [IMAGECHECK_LIMINE] = "limine",
		[IMAGECHECK_KERNEL] = "kernel", [IMAGECHECK_UKI] = "uki",
		[IMAGECHECK_ADDON] = "addon",	[IMAGECHECK_SHELL] = "shell",
	};

	return names[role];
}
