/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EFI_IMAGECHECK_H
#define EFI_IMAGECHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/remark.h"
#include "efi/secureboot.h"
#include "efi/targetfs.h"
#include "scanner/base/fault.h"

/* What a PE image of the target is, and whether this firmware would start it. */
enum imagecheck_start {
	IMAGECHECK_STARTS,
	IMAGECHECK_REFUSED,
	IMAGECHECK_UNKNOWN, /* the firmware's state, or something needed, is not known */
};

enum imagecheck_role {
	IMAGECHECK_OTHER,
	IMAGECHECK_SHIM,
	IMAGECHECK_GRUB,
	IMAGECHECK_SYSTEMD_BOOT,
	IMAGECHECK_REFIND,
	IMAGECHECK_LIMINE,
	IMAGECHECK_KERNEL, /* a kernel with an EFI stub */
	IMAGECHECK_UKI,
	IMAGECHECK_ADDON, /* a PE file of sections for a UKI, with no code to run */
	IMAGECHECK_SHELL,
};

/* A choice within a unified kernel image. Its own command line, or the base's, is what counts. */
struct imagecheck_profile {
	char *id, *title; /* of the .profile section; NULL: it says none */
	char *cmdline;	  /* NULL: neither the profile nor the base has one */
};

struct imagecheck_signer {
	char *subject, *issuer, *serial; /* printable text of any bytes: escape */
	uint8_t sha256[32]; /* of the signer's certificate; zero: it is not in the message */
	const char *digest; /* "sha256" */
	bool valid; /* the signature is over this image's digest and verifies by that certificate */
	const char
		*anchor; /* "db", "MokListRT", "shim" (built in), "given"; NULL: no chain to any */
	const char *revoked; /* "dbx", "MokListXRT", "shim"; NULL: not revoked */
};

struct imagecheck {
	char *path; /* targetfs path */
	enum imagecheck_role role;
	uint16_t machine;				      /* IMAGE_FILE_MACHINE_* */
	uint8_t sha1[20], sha256[32], sha384[48], sha512[64]; /* Authenticode; zero: it has none */
	struct imagecheck_signer *signers;
	size_t signer_count;
	/* Started by the firmware itself, and by shim (which looks at MOK and SBAT too). */
	enum imagecheck_start by_firmware, by_shim;
	char firmware_because[200], shim_because[200];
	char *sbat;	   /* the .sbat section's text; NULL: none */
	bool sbat_revoked; /* a component is below the level */
	/* Of unified kernel images and addons (docs/formats/uki.md); each NULL when the section is absent. */
	char *cmdline, *osrel, *uname;
	bool has_linux, has_initrd, has_pcrsig, has_ucode, has_dtb;
	unsigned profiles;			 /* number of .profile sections */
	struct imagecheck_profile *profile_list; /* of them, at most UKI_PROFILES_MAX (uki.h) */
	size_t profile_list_count;
	/* In the file, and inside it; of the base. */
	uint64_t linux_offset, linux_size, initrd_offset, initrd_size, ucode_offset, ucode_size;
};

struct imagecheck_list {
	struct imagecheck *items;
	size_t count;
};

enum {
	IMAGECHECK_FILE_MAX = 512u << 20, /* a UKI with a whole system in it has some 300 MiB */
	IMAGECHECK_COUNT_MAX = 4096,	  /* images of a target; an ESP has room for some hundred */
	IMAGECHECK_TEXTS_MAX =
		64 << 20, /* bytes of their texts together; real ones have some KiB each */
	IMAGECHECK_SHIMS_MAX = 16,
	IMAGECHECK_SHIM_BYTES_MAX = 16 << 20, /* a shim has 1 MiB */
};

/*
 * Certificates (DER or PEM files) that the operator trusts beside the firmware's. Borrows `state`,
 * which must be the one given below. Const afterwards.
 */
struct imagecheck_anchors;
struct imagecheck_anchors *imagecheck_anchors_new(const struct secureboot *state,
						  const char *const *files, size_t file_count,
						  struct fault *f) FAULT_MUST_USE;
void imagecheck_anchors_free(struct imagecheck_anchors *anchors);

/*
 * From the bytes of an image. anchors NULL: the operator trusts none. What is built into a shim is
 * only known to imagecheck_find(), which looks for one. f->os ENOEXEC: no PE file; else it fails only
 * for lack of memory. Dates are never asked for: firmware knows no time worth the name.
 */
int imagecheck_decode(const char *path, const uint8_t *data, size_t size,
		      const struct secureboot *state, const struct imagecheck_anchors *anchors,
		      struct imagecheck *out, struct fault *f) FAULT_MUST_USE;
void imagecheck_done(struct imagecheck *image);

/* Every PE image of the ESPs, /boot, /efi and kernels elsewhere; what cannot be read is a remark. */
int imagecheck_find(const struct targetfs *t, const struct secureboot *state,
		    const struct imagecheck_anchors *anchors, struct imagecheck_list *out,
		    struct remark_list *remarks, struct fault *f) FAULT_MUST_USE;
void imagecheck_list_done(struct imagecheck_list *list);
const char *imagecheck_role_name(enum imagecheck_role role);

#endif
