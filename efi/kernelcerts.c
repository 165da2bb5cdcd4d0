/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates inside a kernel, and which of them are its own list (certs/system_certificates.S of Linux
 * 6.12; docs/formats/kernel-image.md). */
#include "efi/kernelcerts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

/* Certificates that lie one after another. */
enum { RUN_MAX = 1024 };

struct run {
	const uint8_t *start, *at; /* where it begins, where it ends so far */
	size_t ends[RUN_MAX];	   /* of each certificate, from start */
	size_t kept[RUN_MAX];	   /* where each is in the image's list */
	size_t count;
};

struct search {
	const uint8_t *data, *end; /* the kernel */
	struct kernelimage *out;
	size_t tries, bytes;
	bool cut;
};

/* --- One certificate --- */

/* The content's length of a SEQUENCE of 128 to 65535 bytes, as no certificate is shorter; 0: there is
 * none, or it goes beyond the end. *at moves to the content. */
static size_t sequence(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *p = *at;
	size_t length;

	if (end - p < 4 || p[0] != 0x30 || (p[1] != 0x81 && p[1] != 0x82))
		return 0;
	length = p[1] == 0x81 ? p[2] : (size_t)p[2] << 8 | p[3];
	p += p[1] == 0x81 ? 3 : 4;
	if (length < 128 || length > (size_t)(end - p))
		return 0;
	*at = p;
	return length;
}

/* The length of what begins like a certificate; 0: nothing does. */
static size_t looks_like_one(const uint8_t *start, const uint8_t *end)
{
	const uint8_t *at = start;
	size_t outer = sequence(&at, end), inner;

	if (outer == 0)
		return 0;
	end = at + outer;
	inner = sequence(&at, end);
	/* Within, a version in its tag, or a serial number. */
	if (inner == 0 || (*at != 0x02 && memcmp(at, "\xa0\x03\x02\x01", 4) != 0))
		return 0;
	return (size_t)(end - start);
}

static void x509_end(X509 **x509)
{
	X509_free(*x509);
}

static bool is_consistent(const X509 *x509)
{
	const X509_ALGOR *outer = NULL;

	X509_get0_signature(NULL, &outer, x509);
	return outer && X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509)) == 0 &&
	       X509_NAME_entry_count(X509_get_subject_name(x509)) > 0;
}

static X509 *parse(struct search *s, const uint8_t *at, size_t size)
{
	const uint8_t *der = at;
	X509 *x509;

	if (s->tries >= KERNELCERTS_TRIES_MAX || s->bytes >= KERNELCERTS_BYTES_MAX) {
		s->cut = true;
		return NULL;
	}
	s->tries++;
	s->bytes += size;
	x509 = d2i_X509(NULL, &der, (long)size);
	if (x509 && der == at + size && is_consistent(x509))
		return x509;
	X509_free(x509);
	ERR_clear_error();
	return NULL;
}

static char *subject_of(const X509 *x509)
{
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL, *data = NULL;
	long size;

	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(x509), 0, flags) >= 0) {
		size = BIO_get_mem_data(bio, &data);
		text = bytes_text(size > 0 ? data : "", (size_t)(size > 0 ? size : 0));
	}
	BIO_free(bio);
	return text;
}

/* Index of a certificate of this digest in the list; its count: it is new. */
static size_t index_of(const struct kernelimage *image, const uint8_t sha256[32])
{
	size_t i = 0;

	while (i < image->cert_count && memcmp(image->certs[i].sha256, sha256, 32) != 0)
		i++;
	return i;
}

/* *out_index: where it is in the list. */
static int keep(struct search *s, const X509 *x509, size_t *out_index, struct fault *f)
{
	struct kernelimage *image = s->out;
	struct kernelimage_cert cert = {.place = KERNELIMAGE_CERT_FOUND}, *grown;

	if (X509_digest(x509, EVP_sha256(), cert.sha256, NULL) != 1)
		return fault_set(f, ENOMEM, "hashing a certificate");
	*out_index = index_of(image, cert.sha256);
	if (*out_index < image->cert_count)
		return 0;
	if (image->cert_count >= KERNELCERTS_MAX) {
		s->cut = true;
		return 0;
	}
	grown = reallocarray(image->certs, image->cert_count + 1, sizeof(*grown));
	if (grown)
		image->certs = grown;
	cert.subject = grown ? subject_of(x509) : NULL;
	if (!cert.subject)
		return fault_set(f, ENOMEM, "keeping a certificate");
	image->certs[image->cert_count++] = cert;
	return 0;
}

/* --- The kernel's own list --- */

/* The sizes that follow a list, in words of the machine that lie 8 bytes apart. */
static uint64_t word(const uint8_t *at, unsigned bytes, bool big_endian)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[big_endian ? i : bytes - 1 - i];
	return value;
}

/* How many of a run's certificates are those that modules are signed with; -1: the run is not followed
 * by its sizes. */
static int module_certs(const struct run *run, const uint8_t *words, unsigned bytes,
			bool big_endian)
{
	uint64_t all = word(words, bytes, big_endian), modules = word(words + 8, bytes, big_endian);

	if (all != (uint64_t)(run->at - run->start))
		return -1;
	if (modules == 0)
		return 0;
	for (size_t i = 0; i < run->count; i++)
		if (run->ends[i] == modules)
			return (int)i + 1;
	return -1;
}

static void mark(struct search *s, const struct run *run, size_t modules)
{
	for (size_t i = 0; i < run->count; i++)
		/* One that was not kept is beyond the list. */
		if (run->kept[i] < s->out->cert_count)
			s->out->certs[run->kept[i]].place =
				i < modules ? KERNELIMAGE_CERT_MODULES : KERNELIMAGE_CERT_BUILTIN;
}

static void judge_run(struct search *s, const struct run *run)
{
	static const struct {
		unsigned bytes;
		bool big_endian;
	} machines[] = {{8, false}, {4, false}, {8, true}, {4, true}};
	const uint8_t *words = s->data + (((size_t)(run->at - s->data) + 7) & ~(size_t)7);

	if (run->count == 0 || s->end < words || s->end - words < 16)
		return;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		int modules = module_certs(run, words, machines[i].bytes, machines[i].big_endian);

		if (modules >= 0) {
			mark(s, run, (size_t)modules);
			return;
		}
	}
}

/* All that lie one after another from here on. */
static int read_run(struct search *s, struct run *run, struct fault *f)
{
	size_t size;

	while (run->count < RUN_MAX && (size = looks_like_one(run->at, s->end)) > 0) {
		__attribute__((cleanup(x509_end))) X509 *x509 = parse(s, run->at, size);

		if (!x509)
			break;
		if (keep(s, x509, &run->kept[run->count], f) < 0)
			return -1;
		run->at += size;
		run->ends[run->count++] = (size_t)(run->at - run->start);
	}
	judge_run(s, run);
	return 0;
}

int kernelcerts_find(const uint8_t *data, size_t size, struct kernelimage *out, bool *out_cut,
		     struct fault *f)
{
	struct search s = {.data = data, .end = data + size, .out = out};
	own_mem struct run *run = calloc(1, sizeof(*run));
	const uint8_t *at = data;

	if (!run)
		return fault_set(f, ENOMEM, "looking for certificates");
	while (!s.cut && at < s.end && (at = memchr(at, 0x30, (size_t)(s.end - at)))) {
		run->start = run->at = at;
		run->count = 0;
		if (looks_like_one(at, s.end) && read_run(&s, run, f) < 0)
			return -1;
		at = run->count > 0 ? run->at : at + 1;
	}
	*out_cut = s.cut;
	return 0;
}
