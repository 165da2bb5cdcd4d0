// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of the corpus on the mounted image, and the bytes that EVM covers of them. */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <openssl/hmac.h>

#include "file.h"

struct corpus corpus;

static void make_parents(const char *path)
{
	char part[2048];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			die("%s", part);
	}
}

struct file file_with(const char *path, const void *bytes, size_t size)
{
	struct file f = {.size = size};
	char full[2048];

	snprintf(f.path, sizeof(f.path), "%s", path);
	snprintf(full, sizeof(full), "%s/%s", corpus.root, path);
	make_parents(full);
	f.fd = open(full, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (f.fd < 0)
		die("%s", full);
	f.bytes = malloc(size + 1);
	if (!f.bytes)
		die("%s", full);
	memcpy(f.bytes, bytes, size);
	if (write(f.fd, bytes, size) != (ssize_t)size)
		die("%s", full);
	file_own(&f, 0, 0, 0755);
	return f;
}

struct file file_new(const char *format, ...)
{
	static char bytes[1 << 20];
	char path[1024];
	va_list args;
	size_t size;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	memcpy(bytes, corpus.elf, corpus.elf_size);
	size = corpus.elf_size + (size_t)sprintf(bytes + corpus.elf_size, "\n%s\n", path);
	return file_with(path, bytes, size);
}

void file_own(const struct file *f, uid_t uid, gid_t gid, mode_t mode)
{
	if (fchown(f->fd, uid, gid) < 0 || fchmod(f->fd, mode) < 0)
		die("owner of %s", f->path);
}

void file_xattr(const struct file *f, const char *name, const void *bytes, size_t size)
{
	if (fsetxattr(f->fd, name, bytes, size, 0) < 0)
		die("%s of %s", name, f->path);
}

void file_ima(const struct file *f, const struct blob *label)
{
	file_xattr(f, "security.ima", label->bytes, label->size);
}

void file_evm(const struct file *f, const struct blob *label)
{
	file_xattr(f, "security.evm", label->bytes, label->size);
}

void file_done(struct file *f)
{
	close(f->fd);
	free(f->bytes);
	f->bytes = NULL;
}

struct blob file_digest(const struct file *f, enum algo algo)
{
	return algo_digest(algo, f->bytes, f->size);
}

struct blob file_digest_label(const struct file *f)
{
	struct blob digest = file_digest(f, ALGO_SHA256);

	return label_digest(ALGO_SHA256, &digest);
}

struct blob file_signature_label(const struct file *f, const char *signer, enum algo algo)
{
	struct blob digest = file_digest(f, algo);

	return label_signed(signer_load(corpus.keys, signer), 3, algo, &digest);
}

/* ---- EVM ---------------------------------------------------------------------------------- */

/* In the kernel's order; the enabled ones are those of Debian's configuration. */
static const struct {
	const char *name;
	bool enabled;
	bool smack;
} evm_names[] = {
	{"security.selinux", true, false},     {"security.SMACK64", false, true},
	{"security.SMACK64EXEC", false, true}, {"security.SMACK64TRANSMUTE", false, true},
	{"security.SMACK64MMAP", false, true}, {"security.apparmor", true, false},
	{"security.ima", true, false},	       {"security.capability", true, false},
};

/* A version 3 capability of root id 0 is shown as version 2: magic changed, last word cut off. */
static void capability_as_stored(uint8_t *value, ssize_t *size)
{
	value[3] = 3;
	memset(value + 20, 0, 4);
	*size = 24;
}

static void add_xattr(struct blob *b, const struct file *f, const char *name,
		      const struct evm_view *view)
{
	uint8_t value[BLOB_MAX];
	ssize_t size = fgetxattr(f->fd, name, value, sizeof(value));

	if (size < 0 && errno == ENODATA)
		return;
	if (size < 0)
		die("%s of %s", name, f->path);
	if (view->cap_v3_root0 && !strcmp(name, "security.capability"))
		capability_as_stored(value, &size);
	blob_add(b, value, (size_t)size);
}

static void add_inode(struct blob *b, const struct file *f, const struct evm_view *view)
{
	struct {
		uint64_t ino;
		uint32_t generation, uid, gid;
		uint16_t mode, padding;
	} misc = {0};
	struct stat st;
	long generation = 0;

	if (fstat(f->fd, &st) < 0 || ioctl(f->fd, FS_IOC_GETVERSION, &generation) < 0)
		die("inode of %s", f->path);
	if (!view->portable) {
		misc.ino = st.st_ino;
		misc.generation = (uint32_t)generation + view->generation_add;
	}
	misc.uid = st.st_uid;
	misc.gid = st.st_gid;
	misc.mode = (uint16_t)st.st_mode;
	blob_add(b, &misc, view->short_misc ? 22 : 24);
}

struct blob evm_bytes(const struct file *f, const struct evm_view *view)
{
	struct blob b = {0};
	uint8_t uuid[16];

	for (size_t i = 0; i < sizeof(evm_names) / sizeof(evm_names[0]); i++) {
		bool counts = view->portable ? !(view->no_smack && evm_names[i].smack)
					     : evm_names[i].enabled || view->all_names;

		if (counts)
			add_xattr(&b, f, evm_names[i].name, view);
	}
	add_inode(&b, f, view);
	memcpy(uuid, corpus.uuid, sizeof(uuid));
	uuid[5] ^= view->wrong_uuid ? 0xff : 0;
	if (!view->portable)
		blob_add(&b, uuid, sizeof(uuid));
	return b;
}

struct blob evm_hmac_label(const struct file *f, const struct evm_view *view)
{
	/* The kernel keys the HMAC with its whole 128 byte buffer. */
	static uint8_t key[128];
	static bool loaded;
	struct blob covered = evm_bytes(f, view), label = {0};
	uint8_t mac[EVP_MAX_MD_SIZE];

	if (!loaded) {
		char path[512];
		FILE *k;

		snprintf(path, sizeof(path), "%s/evm-hmac.bin", corpus.keys);
		k = fopen(path, "re");
		if (!k || fread(key, 1, 64, k) != 64)
			die("%s", path);
		fclose(k);
		loaded = true;
	}
	if (!HMAC(EVP_sha1(), key, sizeof(key), covered.bytes, covered.size, mac, NULL))
		die("HMAC");
	blob_add_u8(&label, 2);
	blob_add(&label, mac, 20);
	return label;
}

struct blob evm_digest(const struct file *f, enum algo algo, const struct evm_view *view)
{
	struct blob covered = evm_bytes(f, view);

	return algo_digest(algo, covered.bytes, covered.size);
}

struct blob evm_signed_label(const struct file *f, const char *signer, unsigned type,
			     enum algo algo, const struct evm_view *view)
{
	struct blob digest = evm_digest(f, algo, view);

	return label_signed(signer_load(corpus.keys, signer), type, algo, &digest);
}
