// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of files, owners and modes; names of arbitrary bytes; kernel modules. */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/pem.h>

#include "file.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum mark { MARK_NONE, MARK_DIGEST, MARK_DIGEST_BAD, MARK_RSA, MARK_RSA_BAD, MARK_COUNT };

static const char *const mark_names[] = {"none", "digest", "digest-bad", "rsa", "rsa-bad"};

/* A label of the plain sort, and a portable EVM signature so that it counts with EVM on, too. */
static void mark(const struct file *f, enum mark which)
{
	struct blob label;

	if (which == MARK_NONE)
		return;
	if (which < MARK_RSA)
		label = file_digest_label(f);
	else
		label = file_signature_label(f, "rsa2048", ALGO_SHA256);
	if (which == MARK_DIGEST_BAD || which == MARK_RSA_BAD)
		label.bytes[label.size - 3] ^= 1;
	file_ima(f, &label);
	label = evm_signed_label(f, "evmrsa", 5, ALGO_SHA256, &(struct evm_view){.portable = true});
	file_evm(f, &label);
}

static void owners_and_modes(void)
{
	static const struct {
		const char *name;
		uid_t uid;
		gid_t gid;
		mode_t mode;
	} rows[] = {
		{"root-0755", 0, 0, 0755},
		{"root-0644", 0, 0, 0644},
		{"root-0600", 0, 0, 0600},
		{"root-0000", 0, 0, 0},
		{"root-4755", 0, 0, 04755},
		{"root-2755", 0, 0, 02755},
		{"root-1755", 0, 0, 01755},
		{"root-0711", 0, 0, 0711},
		{"user-0755", 1000, 1000, 0755},
		{"user-0700", 1000, 1000, 0700},
		{"user-0644", 1000, 1000, 0644},
		{"user-4755", 1000, 1000, 04755},
		{"user-group0", 1000, 0, 0755},
		{"root-group1000", 0, 1000, 0755},
		{"root-group1000-0750", 0, 1000, 0750},
		{"other-0755", 1001, 1001, 0755},
		{"nobody-0755", 65534, 65534, 0755},
		{"huge-0755", 4000000000u, 4000000000u, 0755},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (enum mark m = 0; m < MARK_COUNT; m++) {
			struct file f = file_new("owner/%s-%s", rows[i].name, mark_names[m]);

			file_own(&f, rows[i].uid, rows[i].gid, rows[i].mode);
			mark(&f, m);
			file_done(&f);
		}
	}
}

static void plain_content(const char *path, const char *bytes, size_t size)
{
	for (enum mark m = 0; m < MARK_COUNT; m++) {
		char name[256];
		struct file f;

		snprintf(name, sizeof(name), "kinds/%s-%s", path, mark_names[m]);
		f = file_with(name, bytes, size);
		mark(&f, m);
		file_done(&f);
	}
}

static void sparse(void)
{
	static char hole[300000];

	for (enum mark m = 0; m < MARK_COUNT; m++) {
		char name[256];
		struct file f;

		snprintf(name, sizeof(name), "kinds/sparse-%s", mark_names[m]);
		f = file_with(name, "", 0);
		if (ftruncate(f.fd, sizeof(hole)) < 0)
			die("%s", name);
		/* Borrowed: the content is what the hole reads as. */
		free(f.bytes);
		f.bytes = hole;
		f.size = sizeof(hole);
		mark(&f, m);
		close(f.fd);
	}
}

static void hard_links(void)
{
	for (enum mark m = 0; m < MARK_COUNT; m++) {
		struct file f = file_new("kinds/hardlink-%s-a", mark_names[m]);
		char from[2048], to[2048];

		mark(&f, m);
		snprintf(from, sizeof(from), "%s/%s", corpus.root, f.path);
		snprintf(to, sizeof(to), "%s/kinds/hardlink-%s-b", corpus.root, mark_names[m]);
		if (link(from, to) < 0)
			die("%s", to);
		snprintf(to, sizeof(to), "%s/kinds/.hardlink-%s-0", corpus.root, mark_names[m]);
		if (link(from, to) < 0)
			die("%s", to);
		file_done(&f);
	}
}

static void with_flag(const char *name, int flag)
{
	for (enum mark m = 0; m < MARK_COUNT; m++) {
		struct file f = file_new("kinds/%s-%s", name, mark_names[m]);
		int flags = 0;

		mark(&f, m);
		if (ioctl(f.fd, FS_IOC_GETFLAGS, &flags) < 0)
			die("flags");
		flags |= flag;
		if (ioctl(f.fd, FS_IOC_SETFLAGS, &flags) < 0)
			die("flags of %s", f.path);
		file_done(&f);
	}
}

static void script(const char *name, const char *interpreter)
{
	char text[256];

	snprintf(text, sizeof(text), "#!%s\n", interpreter);
	plain_content(name, text, strlen(text));
}

static void special_files(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[2048];
	int fd;

	snprintf(path, sizeof(path), "%s/kinds/fifo", corpus.root);
	if (mkfifo(path, 0666) < 0)
		die("%s", path);
	snprintf(path, sizeof(path), "%s/kinds/null", corpus.root);
	if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) < 0)
		die("%s", path);
	snprintf(path, sizeof(path), "%s/kinds/block", corpus.root);
	if (mknod(path, S_IFBLK | 0600, makedev(7, 99)) < 0)
		die("%s", path);
	snprintf(path, sizeof(path), "%s/kinds/symlink", corpus.root);
	if (symlink("/etc/passwd", path) < 0)
		die("%s", path);
	snprintf(path, sizeof(path), "%s/kinds/symlink-loop", corpus.root);
	if (symlink("symlink-loop", path) < 0)
		die("%s", path);
	/* The path of a socket is short, the image's may be long. */
	snprintf(path, sizeof(path), "%s/kinds", corpus.root);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "socket");
	if (fd < 0 || chdir(path) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || chdir("/") < 0)
		die("socket");
	close(fd);
}

static void large(void)
{
	size_t size = 200 * 1024 + 77;
	char *bytes = malloc(size);

	if (!bytes)
		die("memory");
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 2654435761u >> 11);
	plain_content("large", bytes, size);
	free(bytes);
}

void cases_kinds(void)
{
	struct file f;

	owners_and_modes();
	plain_content("empty", "", 0);
	plain_content("one-byte", "\n", 1);
	plain_content("text", "just text\n", 10);
	plain_content("page", corpus.elf, corpus.elf_size < 4096 ? corpus.elf_size : 4096);
	plain_content("elf-cut", corpus.elf, 52);
	large();
	sparse();
	hard_links();
	with_flag("immutable", FS_IMMUTABLE_FL);
	with_flag("append-only", FS_APPEND_FL);
	/* The guest mounts the image at /mnt. */
	f = file_new("kinds/interpreter-good");
	mark(&f, MARK_RSA);
	file_done(&f);
	f = file_new("kinds/interpreter-bad");
	mark(&f, MARK_RSA_BAD);
	file_done(&f);
	script("script", "/mnt/kinds/interpreter-good");
	script("script-bad-interpreter", "/mnt/kinds/interpreter-bad");
	script("script-no-interpreter", "/mnt/kinds/no-such-interpreter");
	special_files();
}

/* ---- names -------------------------------------------------------------------------------- */

void cases_names(void)
{
	static const char *const names[] = {
		"blank in name",
		" leading",
		"trailing ",
		"-dash",
		"--format=text",
		"new\nline",
		"tab\there",
		"carriage\rreturn",
		"escape\033[31mred\033[0m",
		"bell\a",
		"back\b\bspace",
		"quote\"quote",
		"single'quote",
		"back\\slash",
		"\\x41",
		"%s%n%d",
		"$(reboot)",
		"`id`",
		"*",
		"?",
		"~",
		"#hash",
		"...",
		"..x",
		"utf8-\xc3\xbc",
		"utf8-\xe2\x82\xac",
		"utf8-\xf0\x9f\x94\x92",
		"rtl-\xe2\x80\xaegnp.exe",
		"zero-width-\xe2\x80\x8b-",
		"bom-\xef\xbb\xbf",
		"invalid-\xff\xfe",
		"invalid-\xc3",
		"overlong-\xc0\xaf",
		"surrogate-\xed\xa0\x80",
		"c1-\xc2\x9b"
		"31m",
		"latin1-\xfc",
		"delete-\x7f",
		"\x01",
		"\xff",
		"\x80\x80\x80",
		"{\"record\":\"file\"}",
		"name=\"x\" ino=1 cause=y",
		"combining-e\xcc\x81",
	};
	char path[1024] = "names/";

	for (size_t i = 0; i < COUNT(names); i++) {
		char text[64];
		struct file f;

		snprintf(path, sizeof(path), "names/%s", names[i]);
		snprintf(text, sizeof(text), "name %zu\n", i);
		f = file_with(path, text, strlen(text));
		mark(&f, i % 2 ? MARK_RSA_BAD : MARK_RSA);
		file_done(&f);
	}
	strcpy(path, "names/");
	memset(path + 6, 'n', 255);
	path[261] = 0;
	struct file f = file_with(path, "long", 4);

	mark(&f, MARK_DIGEST);
	file_done(&f);
	strcpy(path, "names/");
	for (int i = 0; i < 40; i++)
		sprintf(path + strlen(path), "depth%02d/", i);
	strcat(path, "file");
	f = file_with(path, "deep", 4);
	mark(&f, MARK_DIGEST_BAD);
	file_done(&f);
	f = file_with("names/d\xffr\n/in odd folder", "odd", 3);
	mark(&f, MARK_DIGEST);
	file_done(&f);
}

/* ---- modules ------------------------------------------------------------------------------ */

/* The trailer of scripts/sign-file: PKCS#7, struct module_signature, magic. */
static void append_signature(struct blob *out, const struct file *f, const char *key,
			     const char *folder)
{
	static const char magic[] = "~Module signature appended~\n";
	char path[512];
	unsigned char *der = NULL;
	FILE *c;
	X509 *x;
	CMS_ContentInfo *cms;
	BIO *content = BIO_new_mem_buf(f->bytes, (int)f->size);
	int size;

	snprintf(path, sizeof(path), "%s/%s/%s.der", corpus.keys, folder, key);
	c = fopen(path, "re");
	x = c ? d2i_X509_fp(c, NULL) : NULL;
	if (!x)
		die("%s", path);
	fclose(c);
	cms = CMS_sign(NULL, NULL, NULL, content,
		       CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED | CMS_STREAM);
	if (!cms ||
	    !CMS_add1_signer(cms, x, signer_load(corpus.keys, key)->key, EVP_sha256(),
			     CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR) ||
	    CMS_final(cms, content, NULL, CMS_NOCERTS | CMS_BINARY) != 1)
		die("module signature");
	size = i2d_CMS_ContentInfo(cms, &der);
	blob_add(out, der, (size_t)size);
	blob_add(out, "\0\0\2\0\0\0\0\0", 8); /* id_type 2: PKCS#7 */
	blob_add_u16be(out, 0);
	blob_add_u16be(out, (unsigned)size);
	blob_add(out, magic, sizeof(magic) - 1);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	X509_free(x);
}

static char *module_read(const char *path, size_t *out_size)
{
	FILE *f = fopen(path, "re");
	char *bytes = malloc(1 << 20);

	if (!f || !bytes)
		die("%s", path);
	*out_size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

static void module_variant(const char *stem, const char *suffix, const char *bytes, size_t size,
			   const char *key, const char *folder, enum mark m)
{
	struct blob trailer = {0};
	char path[512], *whole;
	struct file f = {.bytes = (char *)bytes, .size = size}, made;

	snprintf(path, sizeof(path), "modules/%s-%s-%s.ko", stem, suffix, mark_names[m]);
	if (key)
		append_signature(&trailer, &f, key, folder);
	whole = malloc(size + trailer.size);
	if (!whole)
		die("memory");
	memcpy(whole, bytes, size);
	memcpy(whole + size, trailer.bytes, trailer.size);
	made = file_with(path, whole, size + trailer.size);
	file_own(&made, 0, 0, 0644);
	mark(&made, m);
	file_done(&made);
	free(whole);
}

void cases_modules(char **modules)
{
	for (; *modules; modules++) {
		char stem[64];
		const char *base = strrchr(*modules, '/');
		size_t size;
		char *bytes = module_read(*modules, &size);

		snprintf(stem, sizeof(stem), "%.*s", (int)strlen(base + 1) - 3, base + 1);
		for (enum mark m = 0; m < MARK_COUNT; m++) {
			module_variant(stem, "plain", bytes, size, NULL, NULL, m);
			module_variant(stem, "signed", bytes, size, "rsa2048", "ima", m);
			module_variant(stem, "unknown", bytes, size, "unknown", "unloaded", m);
		}
		free(bytes);
	}
}
