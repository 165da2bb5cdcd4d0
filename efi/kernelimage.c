/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel image says about itself: the container, what is packed in it, and what is found there
 * (docs/formats/kernel-image.md says where each format is defined). */
#include "efi/kernelimage.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/bzimage.h"
#include "efi/ikconfig.h"
#include "efi/kernelcerts.h"
#include "efi/kernelramfs.h"
#include "efi/unpack.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

enum {
	DEPTH_MAX = 3,	    /* containers in containers */
	STREAMS_MAX = 16,   /* tried where no header says which stream is the kernel */
	PEEK_BYTES = 65536, /* of a kernel: there are zeros in it */
	RELEASE_MAX = 64,   /* __NEW_UTS_LEN */
	BUDGET_FACTOR = 2,  /* of the limit: unpacked in all, or tries multiply it */
};

struct decoding {
	const char *path;
	size_t limit, budget;
	struct kernelimage *out;
	struct remark_list *remarks;
	bool certain; /* a header says that it is a kernel */
	bool found;   /* the kernel itself */
};

static void remark(const struct decoding *d, const struct fault *fault)
{
	remark_add(d->remarks, d->path, fault);
}

/* --- Text --- */

/* The first word, when it can be a release. */
static size_t release_length(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && text[n] > ' ' && text[n] <= '~')
		n++;
	if (n == 0 || n > RELEASE_MAX || !isdigit((unsigned char)*text))
		return 0;
	return n;
}

static const char banner[] = "Linux version ";
enum { BANNER_BYTES = sizeof(banner) - 1 };

/* What follows the first banner with a release; NULL: this is no kernel. */
static const char *find_banner(const uint8_t *data, size_t size, size_t *out_size)
{
	const uint8_t *at = data, *end = data + size;

	while (at < end && (at = memmem(at, (size_t)(end - at), banner, BANNER_BYTES))) {
		at += BANNER_BYTES;
		*out_size = release_length((const char *)at, (size_t)(end - at));
		if (*out_size > 0)
			return (const char *)at;
	}
	return NULL;
}

/* "6.1.0-56" is 6 and 1. */
static void decode_numbers(struct kernelimage *image)
{
	unsigned numbers[2] = {0, 0};
	const char *at = image->release;

	for (int i = 0; i < 2; i++) {
		for (; isdigit((unsigned char)*at) && numbers[i] < 1000; at++)
			numbers[i] = numbers[i] * 10 + (unsigned)(*at - '0');
		if (i == 0 && *at++ != '.')
			return;
	}
	image->major = numbers[0];
	image->minor = numbers[1];
}

static int set_release(struct decoding *d, const char *text, size_t size, struct fault *f)
{
	struct kernelimage *image = d->out;
	struct fault differs;

	if (image->release &&
	    (strlen(image->release) != size || memcmp(image->release, text, size) != 0)) {
		fault_set(&differs, 0, "the header says release %s, the kernel inside %.*s",
			  image->release, (int)size, text);
		remark(d, &differs);
	}
	free(image->release);
	image->release = bytes_text(text, size);
	if (!image->release)
		return fault_set(f, ENOMEM, "keeping a release");
	image->major = image->minor = 0;
	decode_numbers(image);
	return 0;
}

/* --- The kernel itself --- */

static int take_config(struct decoding *d, const uint8_t *data, size_t size, struct fault *f)
{
	struct kernelimage *image = d->out;
	struct fault damage;

	if (ikconfig_find(data, size, &image->config, &image->config_size, &damage, f) < 0)
		return -1;
	if (*damage.text)
		remark(d, &damage);
	if (!image->config)
		return 0;
	image->config_source = KERNELIMAGE_CONFIG_EMBEDDED;
	image->config_where = strdup(d->path);
	return image->config_where ? 0 : fault_set(f, ENOMEM, "keeping a configuration");
}

static int take_certs(struct decoding *d, const uint8_t *data, size_t size, struct fault *f)
{
	struct fault many;
	bool cut = false;

	if (kernelcerts_find(data, size, d->out, &cut, f) < 0)
		return -1;
	if (cut) {
		fault_set(&many, 0, "looking for certificates: more than are looked at");
		remark(d, &many);
	}
	return 0;
}

static int take_initramfs(struct decoding *d, const uint8_t *data, size_t size, struct fault *f)
{
	struct fault trouble;

	if (kernelramfs_find(data, size, d->limit, d->out, &trouble, f) < 0)
		return -1;
	if (*trouble.text)
		remark(d, &trouble);
	return 0;
}

static int decode_kernel(struct decoding *d, const uint8_t *data, size_t size, struct fault *f)
{
	size_t length = 0;
	const char *text = find_banner(data, size, &length);

	d->found = true;
	if (text && set_release(d, text, length, f) < 0)
		return -1;
	if (take_config(d, data, size, f) < 0 || take_certs(d, data, size, f) < 0)
		return -1;
	return take_initramfs(d, data, size, f);
}

static bool is_kernel(const uint8_t *data, size_t size)
{
	size_t length;

	return find_banner(data, size, &length) != NULL;
}

/* --- Streams --- */

static int look_inside(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
		       struct fault *f);

/* Unpacks within what is left of the budget. */
static int unpack_within(struct decoding *d, const uint8_t *data, size_t size, struct unpack *out,
			 struct fault *f)
{
	size_t limit = d->limit < d->budget ? d->limit : d->budget;

	if (unpack_stream(data, size, limit, out, f) < 0)
		return -1;
	d->budget -= out->size;
	return 0;
}

/* A stream that a header or its place says is the kernel: what is wrong with it is a remark. */
static int decode_stream(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
			 struct fault *f)
{
	struct unpack unpack;
	int result = 0;

	if (unpack_within(d, data, size, &unpack, f) < 0)
		return -1;
	if (unpack.end != UNPACK_WHOLE) {
		fault_add(&unpack.why, "reading the kernel inside");
		remark(d, &unpack.why);
	}
	if (unpack.kind != UNPACK_NONE && !d->out->compression)
		d->out->compression = unpack_name(unpack.kind);
	if (unpack.size > 0)
		result = look_inside(d, unpack.data, unpack.size, depth + 1, f);
	unpack_done(&unpack);
	return result;
}

/* The first stream of all that unpacks to a kernel. */
static int search_stream(struct decoding *d, const uint8_t *data, size_t size, struct fault *f)
{
	size_t at = unpack_find(data, size, 0);

	for (int i = 0; i < STREAMS_MAX && at < size && !d->found; i++) {
		struct unpack unpack;
		int result = 0;

		if (unpack_within(d, data + at, size - at, &unpack, f) < 0)
			return -1;
		if (unpack.size > 0 && is_kernel(unpack.data, unpack.size)) {
			d->out->compression = unpack_name(unpack.kind);
			result = decode_kernel(d, unpack.data, unpack.size, f);
			if (unpack.end != UNPACK_WHOLE)
				remark(d, &unpack.why);
		}
		unpack_done(&unpack);
		if (result < 0)
			return -1;
		at = unpack_find(data, size, at + 1);
	}
	return 0;
}

/* --- Containers --- */

static int inside_bzimage(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
			  struct fault *f)
{
	struct bzimage header;
	struct fault why;
	size_t length;

	if (bzimage_decode(data, size, &header, &why) < 0) {
		remark(d, &why);
		return search_stream(d, data, size, f);
	}
	length = header.version ? release_length(header.version, header.version_size) : 0;
	if (length && set_release(d, header.version, length, f) < 0)
		return -1;
	if (!header.payload)
		return search_stream(d, header.code, header.code_size, f);
	if (header.payload_cut) {
		fault_set(&why, EBADMSG, "the image ends before its payload does");
		remark(d, &why);
	}
	if (unpack_kind(header.payload, header.payload_size) == UNPACK_NONE)
		return look_inside(d, header.payload, header.payload_size, depth + 1, f);
	return decode_stream(d, header.payload, header.payload_size, depth, f);
}

enum { ZBOOT_PAYLOAD_AT = 8, ZBOOT_HEADER_BYTES = 64 };

static bool is_zboot(const uint8_t *data, size_t size)
{
	return size >= ZBOOT_HEADER_BYTES && memcmp(data, "MZ\0\0zimg", 8) == 0;
}

static int inside_zboot(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
			struct fault *f)
{
	struct bytes b = bytes_of(data + ZBOOT_PAYLOAD_AT, size - ZBOOT_PAYLOAD_AT);
	uint32_t offset = bytes_u32le(&b), length = bytes_u32le(&b);
	struct fault why;

	if (offset >= size || length > size - offset) {
		fault_set(&why, EBADMSG, "the image ends before its payload does");
		remark(d, &why);
	}
	if (offset >= size)
		return 0;
	if (length > size - offset)
		length = (uint32_t)(size - offset);
	return decode_stream(d, data + offset, length, depth, f);
}

static bool is_image(const uint8_t *data, size_t size)
{
	if (size < 64)
		return false;
	return memcmp(data + 0x38, "ARM\x64", 4) == 0 || memcmp(data + 0x38, "RSC\x05", 4) == 0 ||
	       memcmp(data + 0x30, "RISCV\0\0\0", 8) == 0 ||
	       (memcmp(data, "MZ", 2) == 0 && memcmp(data + 0x38, "\xcd\x23\x82\x81", 4) == 0);
}

static int inside_image(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
			struct fault *f)
{
	(void)depth;
	return decode_kernel(d, data, size, f);
}

static bool is_zimage(const uint8_t *data, size_t size)
{
	return size >= 0x30 && (memcmp(data + 0x24, "\x18\x28\x6f\x01", 4) == 0 ||
				memcmp(data + 0x24, "\x01\x6f\x28\x18", 4) == 0);
}

static int inside_searched(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
			   struct fault *f)
{
	(void)depth;
	return search_stream(d, data, size, f);
}

static bool is_elf(const uint8_t *data, size_t size)
{
	return size >= 64 && memcmp(data,
				    "\x7f"
				    "ELF",
				    4) == 0;
}

static int inside_elf(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
		      struct fault *f)
{
	(void)depth;
	return is_kernel(data, size) ? decode_kernel(d, data, size, f)
				     : search_stream(d, data, size, f);
}

enum { UIMAGE_HEADER_BYTES = 64 };

static bool is_uimage(const uint8_t *data, size_t size)
{
	return size > UIMAGE_HEADER_BYTES && memcmp(data, "\x27\x05\x19\x56", 4) == 0;
}

static int inside_uimage(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
			 struct fault *f)
{
	return look_inside(d, data + UIMAGE_HEADER_BYTES, size - UIMAGE_HEADER_BYTES, depth + 1, f);
}

static bool is_stream(const uint8_t *data, size_t size)
{
	return unpack_kind(data, size) != UNPACK_NONE;
}

static const struct container {
	const char *name; /* NULL: that of what is inside */
	bool (*is)(const uint8_t *data, size_t size);
	int (*inside)(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
		      struct fault *f);
	bool certain; /* the header alone says that it is a kernel */
} containers[] = {
	{"bzImage", bzimage_is, inside_bzimage, true},
	{"zboot", is_zboot, inside_zboot, true},
	{"Image", is_image, inside_image, true},
	{"zImage", is_zimage, inside_searched, false},
	{"ELF", is_elf, inside_elf, false},
	{"uImage", is_uimage, inside_uimage, false},
	{NULL, is_stream, decode_stream, false},
};

static int look_inside(struct decoding *d, const uint8_t *data, size_t size, unsigned depth,
		       struct fault *f)
{
	if (depth >= DEPTH_MAX)
		return 0;
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
		const struct container *c = &containers[i];

		if (!c->is(data, size))
			continue;
		/* The outermost has the say, but a stream around it has no name. */
		if (!d->out->format)
			d->out->format = c->name;
		d->certain = d->certain || c->certain;
		return c->inside(d, data, size, depth, f);
	}
	/* A kernel without any header, in a stream; not a log that quotes a banner. */
	if (depth == 0 || !memchr(data, '\0', size < PEEK_BYTES ? size : PEEK_BYTES) ||
	    !is_kernel(data, size))
		return 0;
	if (!d->out->format)
		d->out->format = "Image";
	return decode_kernel(d, data, size, f);
}

bool kernelimage_begins(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		if (containers[i].certain && containers[i].is(data, size))
			return true;
	return false;
}

int kernelimage_decode_within(const char *path, const uint8_t *data, size_t size, size_t limit,
			      struct kernelimage *out, struct remark_list *remarks, struct fault *f)
{
	struct kernelimage image = {0};
	struct decoding d = {
		.path = path,
		.limit = limit,
		.budget = limit * BUDGET_FACTOR,
		.out = &image,
		.remarks = remarks,
	};

	struct fault missing;
	int result;

	image.path = strdup(path);
	if (!image.path)
		return fault_set(f, ENOMEM, "reading a kernel image");
	result = look_inside(&d, data, size, 0, f);
	if (result == 0 && !d.found && !d.certain)
		result = fault_set(f, ENOEXEC, "not a kernel image");
	if (result < 0) {
		kernelimage_done(&image);
		return -1;
	}
	if (!d.found) {
		fault_set(&missing, EBADMSG, "no kernel is found inside the image");
		remark(&d, &missing);
	}
	*out = image;
	return 0;
}

int kernelimage_decode(const char *path, const uint8_t *data, size_t size, struct kernelimage *out,
		       struct remark_list *remarks, struct fault *f)
{
	return kernelimage_decode_within(path, data, size, KERNELIMAGE_UNPACKED_MAX, out, remarks,
					 f);
}

void kernelimage_done(struct kernelimage *image)
{
	for (size_t i = 0; i < image->cert_count; i++)
		free(image->certs[i].subject);
	free(image->certs);
	free(image->path);
	free(image->release);
	free(image->config_where);
	free(image->config);
	free(image->initramfs);
	*image = (struct kernelimage){0};
}

const char *kernelimage_cert_place_name(enum kernelimage_cert_place place)
{
	static const char *const names[] = {
		[KERNELIMAGE_CERT_FOUND] = "found",
		[KERNELIMAGE_CERT_BUILTIN] = "builtin",
		[KERNELIMAGE_CERT_MODULES] = "module-signing",
	};

	return names[place];
}

const char *kernelimage_config_source_name(enum kernelimage_config_source source)
{
	static const char *const names[] = {
		[KERNELIMAGE_CONFIG_NONE] = "none",
		[KERNELIMAGE_CONFIG_EMBEDDED] = "embedded",
		[KERNELIMAGE_CONFIG_FILE] = "file",
	};

	return names[source];
}
