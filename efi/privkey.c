/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private keys by their encoding: PEM (RFC 7468, RFC 1421 for the old encryption), PKCS#8 (RFC 5958), PKCS#1, SEC 1,
 * PKCS#12 (RFC 7292); EVM keys by the names and forms of evmctl and keyctl (ima-evm-utils' README, the
 * kernel's Documentation/security/keys/trusted-encrypted.rst).
 */
#include "efi/privkey.h"
#include "efi/targetfs_walk.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"
#include "scanner/base/path.h"

static const char *const kind_names[PRIVKEY_KINDS] = {
	[PRIVKEY_PEM] = "pem",
	[PRIVKEY_PEM_ENCRYPTED] = "pem-encrypted",
	[PRIVKEY_DER] = "der",
	[PRIVKEY_DER_ENCRYPTED] = "der-encrypted",
	[PRIVKEY_PKCS12] = "pkcs12",
	[PRIVKEY_OPENSSH] = "openssh",
	[PRIVKEY_EVM_HMAC_PLAIN] = "evm-hmac-plain",
	[PRIVKEY_EVM_BLOB] = "evm-blob",
};

const char *privkey_kind_name(enum privkey_kind kind)
{
	return kind < PRIVKEY_KINDS ? kind_names[kind] : "?";
}

/* --- PEM --- */

enum { PEM_BODY_MIN = 32 }; /* characters of base64: no key is shorter */

static const struct {
	const char *label;
	enum privkey_kind kind;
} pem_labels[] = {
	{"PRIVATE KEY", PRIVKEY_PEM},
	{"ENCRYPTED PRIVATE KEY", PRIVKEY_PEM_ENCRYPTED},
	{"RSA PRIVATE KEY", PRIVKEY_PEM},
	{"EC PRIVATE KEY", PRIVKEY_PEM},
	{"DSA PRIVATE KEY", PRIVKEY_PEM},
	{"ANY PRIVATE KEY", PRIVKEY_PEM},
	{"TSS2 PRIVATE KEY", PRIVKEY_EVM_BLOB}, /* sealed by a TPM */
	{"OPENSSH PRIVATE KEY", PRIVKEY_OPENSSH},
};

static bool is_base64(uint8_t c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '=';
}

/* Enough of a body behind the heading, so that a text that speaks of keys is none. */
static bool has_body(const uint8_t *at, const uint8_t *end)
{
	size_t n = 0;

	for (; at < end && n < PEM_BODY_MIN && *at != '-'; at++)
		if (is_base64(*at))
			n++;
		else if (!isspace(*at))
			return false;
	return n == PEM_BODY_MIN;
}

/* The nearer of both kinds: a file may end its lines in two ways. */
static const uint8_t *empty_line(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *unix_end = memmem(at, (size_t)(end - at), "\n\n", 2);
	const uint8_t *dos_end = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);

	if (!unix_end || !dos_end)
		return unix_end ? unix_end : dos_end;
	return unix_end < dos_end ? unix_end : dos_end;
}

/* Behind a heading. RFC 1421 puts fields and an empty line before the body. */
static bool pem_block(const uint8_t *at, const uint8_t *end, enum privkey_kind *kind)
{
	static const char fields[] = "Proc-Type:", encrypted[] = "ENCRYPTED";
	const uint8_t *body;

	while (at < end && isspace(*at))
		at++;
	if ((size_t)(end - at) < sizeof(fields) || memcmp(at, fields, sizeof(fields) - 1) != 0)
		return has_body(at, end);
	body = empty_line(at, end);
	if (!body)
		return false;
	if (*kind == PRIVKEY_PEM &&
	    memmem(at, (size_t)(body - at), encrypted, sizeof(encrypted) - 1))
		*kind = PRIVKEY_PEM_ENCRYPTED;
	return has_body(body, end);
}

static bool pem_heading(const uint8_t *at, const uint8_t *end, enum privkey_kind *out_kind)
{
	for (size_t i = 0; i < sizeof(pem_labels) / sizeof(pem_labels[0]); i++) {
		size_t n = strlen(pem_labels[i].label);

		if ((size_t)(end - at) < n + 5 || memcmp(at, pem_labels[i].label, n) != 0 ||
		    memcmp(at + n, "-----", 5) != 0)
			continue;
		*out_kind = pem_labels[i].kind;
		return pem_block(at + n + 5, end, out_kind);
	}
	return false;
}

/* The first private key; an unencrypted one goes before others. */
static bool recognise_pem(const uint8_t *data, size_t size, enum privkey_kind *out_kind)
{
	static const char begin[] = "-----BEGIN ";
	const uint8_t *end = data + size, *at = data;
	enum privkey_kind kind;
	bool found = false;

	while ((at = memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1))) {
		at += sizeof(begin) - 1;
		if (!pem_heading(at, end, &kind))
			continue;
		if (!found || kind == PRIVKEY_PEM)
			*out_kind = kind;
		found = true;
	}
	return found;
}

/* --- DER --- */

/* How long the SEQUENCE is that the bytes begin with; 0: they do not, and are not worth libcrypto's time. */
static size_t sequence_size(const uint8_t *data, size_t size)
{
	size_t length = 0, n;

	if (size < 32 || data[0] != 0x30)
		return 0;
	n = data[1] < 0x80 ? 0 : data[1] & 0x7f;
	if (data[1] == 0x80 || n > 3)
		return 0;
	length = n == 0 ? data[1] : 0;
	for (size_t i = 0; i < n; i++)
		length = length << 8 | data[2 + i];
	return length + 2 + n <= size ? length + 2 + n : 0;
}

static bool is_private_key(const uint8_t *data, size_t size)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey(
		&pkey, "DER", NULL, NULL, OSSL_KEYMGMT_SELECT_PRIVATE_KEY, NULL, NULL);
	bool found = context && OSSL_DECODER_from_data(context, &data, &size) == 1 && pkey;

	EVP_PKEY_free(pkey);
	OSSL_DECODER_CTX_free(context);
	return found;
}

static bool is_encrypted_key(const uint8_t *data, size_t size)
{
	X509_SIG *sealed = d2i_X509_SIG(NULL, &data, (long)size);
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *object = NULL;
	bool found;

	if (!sealed)
		return false;
	X509_SIG_get0(sealed, &algorithm, NULL);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	/* A DigestInfo has the same form. */
	found = OBJ_obj2nid(object) == NID_pbes2 ||
		EVP_PBE_find(EVP_PBE_TYPE_OUTER, OBJ_obj2nid(object), NULL, NULL, NULL);
	X509_SIG_free(sealed);
	return found;
}

static bool is_pkcs12(const uint8_t *data, size_t size)
{
	PKCS12 *p12 = d2i_PKCS12(NULL, &data, (long)size);
	bool found = p12 != NULL;

	PKCS12_free(p12);
	return found;
}

static bool recognise_der(const uint8_t *data, size_t size, enum privkey_kind *out_kind)
{
	static const struct {
		bool (*is)(const uint8_t *data, size_t size);
		enum privkey_kind kind;
	} forms[] = {
		{is_encrypted_key, PRIVKEY_DER_ENCRYPTED},
		{is_pkcs12, PRIVKEY_PKCS12},
		{is_private_key, PRIVKEY_DER},
	};
	bool found = false;

	/* What follows does not make it less of a key. */
	size = sequence_size(data, size);
	if (size == 0)
		return false;
	for (size_t i = 0; !found && i < sizeof(forms) / sizeof(forms[0]); i++) {
		found = forms[i].is(data, size);
		if (found)
			*out_kind = forms[i].kind;
	}
	ERR_clear_error();
	return found;
}

/* --- Keys of the kernel, by name and form --- */

enum {
	EVM_PLAIN_MIN = 16,
	EVM_PLAIN_MAX = 128, /* evmctl takes up to 128 bytes; the kernel's are 64, of masters 32 */
};

static bool is_text(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!isprint(data[i]) && !isspace(data[i]))
			return false;
	return true;
}

static size_t hex_digits(const uint8_t *data, size_t size)
{
	size_t n = 0;

	while (n < size && isxdigit(data[n]))
		n++;
	return n;
}

static bool begins(const uint8_t *data, size_t size, const char *word)
{
	size_t n = strlen(word);

	return size >= n && memcmp(data, word, n) == 0;
}

/* What `keyctl pipe` gives: an encrypted key names its format and master, a trusted key is hexadecimal. */
static bool is_blob(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {
		"default user:", "default trusted:", "ecryptfs user:", "enc32 user:", "load ",
		"user:",	 "trusted:"};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (begins(data, size, formats[i]))
			return true;
	return hex_digits(data, size) > 2 * EVM_PLAIN_MAX;
}

static const struct {
	const char *name;
	enum privkey_kind kind; /* what is no blob is */
	bool any_text;		/* else a text has to be hexadecimal digits */
} evm_names[] = {
	{"evm-key-plain*", PRIVKEY_EVM_HMAC_PLAIN, true},
	{"evm-key*", PRIVKEY_EVM_HMAC_PLAIN, false},
	{"evm-*.blob", PRIVKEY_EVM_BLOB, false},
	{"kmk-trusted*", PRIVKEY_EVM_BLOB, false},
	{"kmk*", PRIVKEY_EVM_HMAC_PLAIN, false},
};

/* As many bytes as a key has, or as many digits; a newline may follow these. */
static bool is_key_sized(const uint8_t *data, size_t size, bool any_text)
{
	size_t digits = hex_digits(data, size);

	if (size >= EVM_PLAIN_MIN && size <= EVM_PLAIN_MAX && (any_text || !is_text(data, size)))
		return true;
	return digits >= 2 * EVM_PLAIN_MIN && digits <= 2 * EVM_PLAIN_MAX && digits + 1 >= size;
}

static bool recognise_evm(const char *name, const uint8_t *data, size_t size,
			  enum privkey_kind *out_kind)
{
	for (size_t i = 0; i < sizeof(evm_names) / sizeof(evm_names[0]); i++) {
		if (fnmatch(evm_names[i].name, name, 0) != 0)
			continue;
		if (is_blob(data, size))
			*out_kind = PRIVKEY_EVM_BLOB;
		else if (is_key_sized(data, size, evm_names[i].any_text))
			*out_kind = evm_names[i].kind;
		else
			return false;
		return true;
	}
	return false;
}

bool privkey_recognise(const char *name, const uint8_t *data, size_t size,
		       enum privkey_kind *out_kind)
{
	if (size > PRIVKEY_FILE_MAX)
		return false;
	return recognise_pem(data, size, out_kind) || recognise_der(data, size, out_kind) ||
	       recognise_evm(name, data, size, out_kind);
}

/* --- Where they are looked for --- */

/* A "*" in a path stands for each name of that directory. Depth 0: a single file. */
static const struct place {
	const char *path;
	unsigned depth;
	const char *usual;
} places[] = {
	{"/etc/keys/privkey_evm.pem", 0, "evmctl's default key"},
	{"/etc/keys/evm-key-plain", 0, "evmctl's default EVM HMAC key"},
	{"/etc/keys/privkey_ima.pem", 0, "evmctl's key for IMA in its examples"},
	{"/etc/keys", 4, "keys of IMA and EVM"},
	{"/etc/ima", 3, "the IMA policy's directory"},
	{"/etc/evm", 3, "keys of EVM"},
	{"/etc/sysconfig", 1, "dracut's configuration of IMA and EVM"},
	{"/etc/efi-keys", 3, "Secure Boot keys"},
	{"/etc/efikeys", 3, "Secure Boot keys"},
	{"/etc/uefi-keys", 3, "Secure Boot keys"},
	{"/etc/secureboot", 4, "Secure Boot keys"},
	{"/etc/sbctl", 4, "sbctl"},
	{"/var/lib/sbctl", 5, "sbctl"},
	{"/usr/share/secureboot", 5, "sbctl, before 0.15"},
	{"/etc/refind.d", 3, "rEFInd's local keys"},
	{"/etc/kernel", 3, "kernel-install and ukify"},
	{"/etc/systemd", 1, "systemd's keys for signed PCR policies"},
	{"/etc/kernel_key.pem", 0, "a kernel module signing key"},
	{"/var/lib/shim-signed", 3, "MOK"},
	{"/var/lib/dkms/mok.key", 0, "DKMS's MOK"},
	{"/var/lib/dkms", 1, "DKMS's MOK"},
	{"/etc/dkms", 2, "DKMS"},
	{"/etc/mok", 3, "MOK"},
	{"/etc/MOK", 3, "MOK"},
	{"/etc/pki/akmods", 3, "akmods' module signing key"},
	{"/etc/pki/pesign", 2, "pesign"},
	{"/etc/portage", 3, "Gentoo's signing of kernels and modules"},
	{"/etc/ssl/mok", 2, "MOK"},
	{"/usr/src/*/certs", 1, "kernel module signing key"},
	{"/usr/src/*/tools/certs", 1, "kernel module signing key"},
	{"/lib/modules/*/build/certs", 1, "kernel module signing key"},
	{"/lib/modules/*/source/certs", 1, "kernel module signing key"},
	{"/usr/lib/modules/*/build/certs", 1, "kernel module signing key"},
	{"/usr/local/etc", 2, "the administrator's own"},
	{"/boot", 6, "the boot partition"},
	{"/efi", 6, "the EFI system partition"},
	{"/root", 3, "root's home directory"},
};

struct search {
	const struct targetfs *t;
	struct targetfs_walk walk;
	struct privkey_list *out;
	struct remark_list *remarks;
	const char *usual;
	struct file_id {
		dev_t dev;
		ino_t ino;
	} * seen;
	size_t seen_count, looked_at;
	uint8_t *buffer; /* PRIVKEY_FILE_MAX, wiped after each file */
};

static int add(struct search *s, const char *path, const struct stat *st, enum privkey_kind kind,
	       struct fault *f)
{
	struct privkey_list *list = s->out;
	struct privkey *items;
	struct file_id *seen = reallocarray(s->seen, s->seen_count + 1, sizeof(*seen));

	if (!seen)
		return fault_set(f, ENOMEM, "listing private keys");
	s->seen = seen;
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return fault_set(f, ENOMEM, "listing private keys");
	list->items = items;
	items[list->count] = (struct privkey){.kind = kind,
					      .path = strdup(path),
					      .usual = s->usual,
					      .world_readable = st->st_mode & S_IROTH};
	if (!items[list->count].path)
		return fault_set(f, ENOMEM, "listing private keys");
	list->count++;
	s->seen[s->seen_count++] = (struct file_id){st->st_dev, st->st_ino};
	return 0;
}

static bool is_seen(const struct search *s, const struct stat *st)
{
	for (size_t i = 0; i < s->seen_count; i++)
		if (s->seen[i].dev == st->st_dev && s->seen[i].ino == st->st_ino)
			return true;
	return false;
}

/* Reads into the buffer; the bytes are wiped by the caller. -1: a remark was made. */
static ssize_t read_file(struct search *s, const char *path)
{
	struct fault fault;
	own_fd int fd = targetfs_open_file(s->t, path, &fault);
	ssize_t n;

	if (fd < 0) {
		if (fault.os != ENOENT)
			remark_add(s->remarks, path, &fault);
		return -1;
	}
	n = fd_pread_full(fd, s->buffer, PRIVKEY_FILE_MAX, 0);
	if (n < 0) {
		fault_set(&fault, errno, "reading");
		remark_add(s->remarks, path, &fault);
	}
	return n;
}

static int look_at(void *context, const char *path, const struct stat *st, struct fault *f)
{
	struct search *s = context;
	enum privkey_kind kind;
	ssize_t n;
	bool found;

	if (st->st_size == 0 || st->st_size > PRIVKEY_FILE_MAX || is_seen(s, st))
		return 0;
	if (s->looked_at++ >= PRIVKEY_FILES_MAX)
		return 0;
	n = read_file(s, path);
	if (n < 0)
		return 0;
	found = privkey_recognise(path_base(path), s->buffer, (size_t)n, &kind);
	OPENSSL_cleanse(s->buffer, (size_t)n);
	return found ? add(s, path, st, kind, f) : 0;
}

static void trouble(void *context, const char *path, const struct fault *fault)
{
	struct search *s = context;

	/* Without an errno it is the depth that we asked for. */
	if (fault->os != 0)
		remark_add(s->remarks, path, fault);
}

static int search_path(struct search *s, const char *path, unsigned depth, struct fault *f)
{
	struct stat st;

	if (!targetfs_stat(s->t, path, &st))
		return 0;
	if (S_ISREG(st.st_mode))
		return look_at(s, path, &st, f);
	if (depth == 0 || !S_ISDIR(st.st_mode))
		return 0;
	return targetfs_walk_below(s->t, &s->walk, path, depth, f);
}

/* "/usr/src/" "*" "/certs" */
static int search_each(struct search *s, const struct place *place, const char *star,
		       struct fault *f)
{
	own_mem char *dir = bytes_text(place->path, (size_t)(star - place->path) - 1);
	struct targetfs_names names = {0};
	struct fault fault;
	int result = 0;

	if (!dir)
		return fault_set(f, ENOMEM, "looking for private keys");
	if (targetfs_list(s->t, dir, &names, &fault) < 0) {
		remark_add(s->remarks, dir, &fault);
		return 0;
	}
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		own_mem char *path = NULL;

		if (asprintf(&path, "%s/%s%s", dir, names.names[i], star + 1) < 0) {
			path = NULL;
			result = fault_set(f, ENOMEM, "looking for private keys");
		} else {
			result = search_path(s, path, place->depth, f);
		}
	}
	targetfs_names_done(&names);
	return result;
}

static int search_places(struct search *s, struct fault *f)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *star = strchr(places[i].path, '*');

		s->usual = places[i].usual;
		if ((star ? search_each(s, &places[i], star, f)
			  : search_path(s, places[i].path, places[i].depth, f)) < 0)
			return -1;
	}
	return 0;
}

static int search_esps(struct search *s, struct fault *f)
{
	s->usual = "the EFI system partition";
	for (size_t i = 0; i < targetfs_esp_count(s->t); i++) {
		own_mem char *path = NULL;

		if (asprintf(&path, "%s/", targetfs_esp_prefix(i)) < 0) {
			path = NULL;
			return fault_set(f, ENOMEM, "looking for private keys");
		}
		if (search_path(s, path, 8, f) < 0)
			return -1;
	}
	return 0;
}

int privkey_find(const struct targetfs *t, struct privkey_list *out, struct remark_list *remarks,
		 struct fault *f)
{
	struct privkey_list found = {0};
	struct search s = {.t = t,
			   .out = &found,
			   .remarks = remarks,
			   .walk = {.file = look_at, .trouble = trouble, .context = &s}};
	struct fault limit;
	int result;

	s.buffer = malloc(PRIVKEY_FILE_MAX);
	if (!s.buffer)
		return fault_set(f, ENOMEM, "looking for private keys");
	result = search_places(&s, f);
	if (result == 0)
		result = search_esps(&s, f);
	if (s.looked_at > PRIVKEY_FILES_MAX) {
		fault_set(&limit, 0,
			  "more than %d files where keys usually lie: not all were looked at",
			  PRIVKEY_FILES_MAX);
		remark_add(remarks, "/", &limit);
	}
	free(s.seen);
	free(s.buffer);
	if (result < 0)
		privkey_list_done(&found);
	else
		*out = found;
	return result;
}

void privkey_list_done(struct privkey_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].path);
	free(list->items);
	*list = (struct privkey_list){0};
}
