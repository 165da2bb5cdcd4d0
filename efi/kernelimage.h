/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_KERNELIMAGE_H
#define EFI_KERNELIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/remark.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"
#include "scanner/kconfig.h"

/*
 * What a kernel image says about itself (docs/formats/kernel-image.md): x86 bzImage, EFI zboot, ELF
 * vmlinux, arm64 and riscv Image, compressed or not, or the .linux section of a unified kernel image.
 */
enum kernelimage_config_source {
	KERNELIMAGE_CONFIG_NONE,
	KERNELIMAGE_CONFIG_EMBEDDED, /* CONFIG_IKCONFIG: in the image itself, as signed as the image */
	KERNELIMAGE_CONFIG_FILE, /* beside it, by the distribution's custom: evidence of less weight */
};

enum kernelimage_cert_place {
	KERNELIMAGE_CERT_FOUND,	  /* somewhere: trusted, revoked or of no meaning, not known */
	KERNELIMAGE_CERT_BUILTIN, /* in the kernel's own list, .builtin_trusted_keys */
	KERNELIMAGE_CERT_MODULES, /* there too: the one that the kernel's own modules are signed with */
};

struct kernelimage {
	char *path;		 /* targetfs path */
	char *release;		 /* "6.1.0-56-amd64"; NULL: not found */
	unsigned major, minor;	 /* 0.0: not known */
	const char *format;	 /* "bzImage", "zboot", "Image", "zImage", "ELF", "uImage" */
	const char *compression; /* "gzip", "zstd", …; NULL: none or not found */
	enum kernelimage_config_source config_source;
	char *config_where; /* file of the configuration: the image, or another */
	char *config;	    /* its text; NULL: none found */
	size_t config_size;
	/* DER certificates in the image, each once. Not every one that is found is trusted, and not every
	 * trusted one may be found: docs/formats/kernel-image.md. */
	struct kernelimage_cert {
		enum kernelimage_cert_place place;
		char *subject; /* printable text of any bytes: escape */
		uint8_t sha256[32];
	} * certs;
	size_t cert_count;
	bool has_initramfs; /* an embedded initramfs with more than the kernel's own default */
	uint8_t *initramfs; /* its cpio archive, decompressed; NULL: none found or too large */
	size_t initramfs_size;
};

struct kernelimage_list {
	struct kernelimage *items;
	size_t count;
};

enum {
	KERNELIMAGE_MAX = 256u << 20,	       /* of a file: real ones are below 64 MiB */
	KERNELIMAGE_UNPACKED_MAX = 512u << 20, /* what is inside */
};

/*
 * From the bytes of an image, as read from `path`. Only lack of memory and what is no kernel (f->os
 * ENOEXEC) fail; what could not be found or unpacked is a remark. Looks for no files.
 */
int kernelimage_decode(const char *path, const uint8_t *data, size_t size, struct kernelimage *out,
		       struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
/* The same with another limit than KERNELIMAGE_UNPACKED_MAX. */
int kernelimage_decode_within(const char *path, const uint8_t *data, size_t size, size_t limit,
			      struct kernelimage *out, struct remark_list *remarks,
			      struct fault *f) FAULT_MUST_USE;
/* Is what a file begins with (its first 4 KiB do) a header that only kernels have? */
bool kernelimage_begins(const uint8_t *data, size_t size);
/* The same of a file, and when the image has no configuration, one from the target by its release
 * (/boot/config-R, /lib/modules/R/config, /usr/lib/modules/R/config, /usr/src/linux-R/.config, …). */
int kernelimage_read(const struct targetfs *t, const char *path, struct kernelimage *out,
		     struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
/* Finds a configuration file for image->release when it has none embedded. */
int kernelimage_find_config(const struct targetfs *t, struct kernelimage *image,
			    struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void kernelimage_done(struct kernelimage *image);
/* "found", "builtin", "module-signing" */
const char *kernelimage_cert_place_name(enum kernelimage_cert_place place);
/* "none", "embedded", "file" */
const char *kernelimage_config_source_name(enum kernelimage_config_source source);
static inline struct kconfig kernelimage_kconfig(const struct kernelimage *image)
{
	return kconfig_of(image->config ? image->config : "", image->config_size);
}

/* Paths of kernels that lie about: /boot, /efi, ESPs, /lib/modules/R/vmlinuz, /usr/lib/modules/R/vmlinuz,
 * /usr/src/linux/arch/x86/boot/bzImage; each file once. The caller ends it with targetfs_names_done(). */
int kernelimage_find(const struct targetfs *t, struct targetfs_names *out,
		     struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;

#endif
