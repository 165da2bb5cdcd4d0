/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef E2E_FILE_H
#define E2E_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "label.h"

/* A file of the corpus: made, owned, filled and then labelled. The content stays at hand. */
struct file {
	int fd;
	char path[1024]; /* below the root of the image */
	char *bytes;
	size_t size;
};

/* Where the image is mounted, the keys folder, the smallest ELF program, the list for fs-verity. */
struct corpus {
	const char *root;
	const char *keys;
	char *elf;
	size_t elf_size;
	uint8_t uuid[16];
	FILE *verity;
};

extern struct corpus corpus;

/* An executable of root, mode 0755: the smallest ELF program and the path, so no two are alike. */
struct file file_new(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with other content. */
struct file file_with(const char *path, const void *bytes, size_t size);

/* Owner before mode, as a change of owner drops set-user-id. */
void file_own(const struct file *f, uid_t uid, gid_t gid, mode_t mode);
void file_xattr(const struct file *f, const char *name, const void *bytes, size_t size);
void file_ima(const struct file *f, const struct blob *label);
void file_evm(const struct file *f, const struct blob *label);
void file_done(struct file *f);

struct blob file_digest(const struct file *f, enum algo algo);

/* Right labels of the plainest kind. */
struct blob file_digest_label(const struct file *f);
struct blob file_signature_label(const struct file *f, const char *signer, enum algo algo);

/* What the bytes that EVM covers are made of; see security/integrity/evm/evm_crypto.c. */
struct evm_view {
	bool portable;
	bool short_misc; /* 22 bytes without the padding: wrong */
	bool wrong_uuid;
	bool all_names; /* names count that these kernels have not enabled */
	bool no_smack;	/* portable, but as if SMACK did not count: wrong */
	uint32_t generation_add;
	bool cap_v3_root0; /* the capability lies on disk as version 3, though shown as 2 */
};

struct blob evm_bytes(const struct file *f, const struct evm_view *view);
struct blob evm_hmac_label(const struct file *f, const struct evm_view *view);
struct blob evm_digest(const struct file *f, enum algo algo, const struct evm_view *view);
struct blob evm_signed_label(const struct file *f, const char *signer, unsigned type,
			     enum algo algo, const struct evm_view *view);

/* ---- groups of cases, one function each ---- */
void cases_digest(void);
void cases_malformed(void);
void cases_rsa(void);
void cases_ecdsa(void);
void cases_keys(void);
void cases_v1(void);
void cases_verity(void);
void cases_evm(void);
void cases_kinds(void);
void cases_names(void);
void cases_modules(char **modules);

#endif
