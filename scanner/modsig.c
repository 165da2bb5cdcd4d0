/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures appended to modules and kernels (docs/formats/modsig.md): the trailer of
 * include/linux/module_signature.h and a PKCS#7 message as crypto/asymmetric_keys/pkcs7_parser.c,
 * pkcs7_verify.c and pkcs7_trust.c of Linux 6.12 take it.
 */
#include "scanner/modsig.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "scanner/base/bytes.h"
#include "scanner/digest.h"

static const char marker[] = "~Module signature appended~\n";

enum {
	MARKER_BYTES = sizeof(marker) - 1,
	ID_TYPE_PKCS7 = 2,
	/* A chain longer than this does not fit into a message of reasonable certificates. */
	CHAIN_MAX = 32,
};

bool modsig_find(const uint8_t tail[MODSIG_TAIL_BYTES], uint64_t file_size,
		 uint32_t *out_pkcs7_size, bool *out_malformed)
{
	struct bytes b = bytes_of(tail, MODSIG_TAIL_BYTES - MARKER_BYTES);
	uint8_t algo = bytes_u8(&b), hash = bytes_u8(&b), id_type = bytes_u8(&b);
	uint8_t signer_size = bytes_u8(&b), key_id_size = bytes_u8(&b);
	const uint8_t *padding = bytes_take(&b, 3);
	uint32_t size = bytes_u32be(&b);

	*out_malformed = false;
	if (file_size <= MODSIG_TAIL_BYTES ||
	    memcmp(tail + MODSIG_TAIL_BYTES - MARKER_BYTES, marker, MARKER_BYTES) != 0)
		return false;
	*out_malformed = algo || hash || id_type != ID_TYPE_PKCS7 || signer_size || key_id_size ||
			 !bytes_all_zero(padding, 3) || size > MODSIG_PKCS7_MAX ||
			 size >= file_size - MODSIG_TAIL_BYTES;
	if (!*out_malformed)
		*out_pkcs7_size = size;
	return !*out_malformed;
}

/* --- Parsing ---------------------------------------------------------------------------------- */

struct signer {
	const struct hashalgo *hash;
	enum keyring_algo key;
	/* Who signed: issuer and serial number, or a SubjectKeyIdentifier. Borrowed from the
	 * message. */
	const X509_NAME *issuer;
	const ASN1_INTEGER *serial;
	const ASN1_OCTET_STRING *skid;
	const ASN1_OCTET_STRING *signature;
};

struct modsig {
	CMS_ContentInfo *message;
	STACK_OF(X509) * certs;
	struct signer *signers;
	size_t count;
	bool has_attributes; /* each signer has signed attributes (or none has) */
	bool is_data;	     /* content type "data"; else Microsoft's indirect data */
	bool attached;	     /* the message brings content of its own, which is what counts then */
	struct digest attached_digest;
};

static const struct {
	int nid;
	enum hashalgo_id id;
} hashes[] = {
	{NID_sha1, HASHALGO_SHA1},
	{NID_sha224, HASHALGO_SHA224},
	{NID_sha256, HASHALGO_SHA256},
	{NID_sha384, HASHALGO_SHA384},
	{NID_sha512, HASHALGO_SHA512},
	{NID_sm3, HASHALGO_SM3},
	{NID_id_GostR3411_2012_256, HASHALGO_STREEBOG256},
	{NID_id_GostR3411_2012_512, HASHALGO_STREEBOG512},
	{NID_sha3_256, HASHALGO_SHA3_256},
	{NID_sha3_384, HASHALGO_SHA3_384},
	{NID_sha3_512, HASHALGO_SHA3_512},
};

/* Signature algorithms by the identifiers the kernel takes: of RSA the bare one only. */
static const struct {
	int nid;
	enum keyring_algo algo;
} keys[] = {
	{NID_rsaEncryption, KEYRING_RSA},
	{NID_ecdsa_with_SHA1, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA224, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA256, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA384, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA512, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA3_256, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA3_384, KEYRING_ECDSA},
	{NID_ecdsa_with_SHA3_512, KEYRING_ECDSA},
	{NID_id_GostR3410_2012_256, KEYRING_ECRDSA},
	{NID_id_GostR3410_2012_512, KEYRING_ECRDSA},
};

static int algor_nid(const X509_ALGOR *algor)
{
	const ASN1_OBJECT *object = NULL;

	X509_ALGOR_get0(&object, NULL, NULL, algor);
	return object ? OBJ_obj2nid(object) : NID_undef;
}

static const struct hashalgo *hash_of(const X509_ALGOR *algor)
{
	int nid = algor_nid(algor);

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (hashes[i].nid == nid)
			return hashalgo_by_id(hashes[i].id);
	return NULL;
}

static bool key_of(const X509_ALGOR *algor, enum keyring_algo *out)
{
	int nid = algor_nid(algor);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].nid == nid) {
			*out = keys[i].algo;
			return true;
		}
	return false;
}

/* Signed attributes need these two; a set of none is refused as well. */
static bool attributes_complete(const CMS_SignerInfo *info)
{
	return CMS_signed_get_attr_by_NID(info, NID_pkcs9_contentType, -1) >= 0 &&
	       CMS_signed_get_attr_by_NID(info, NID_pkcs9_messageDigest, -1) >= 0;
}

static bool signer_parse(CMS_SignerInfo *info, struct signer *out, bool *out_has_attributes)
{
	ASN1_OCTET_STRING *skid = NULL;
	X509_NAME *issuer = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_ALGOR *hash = NULL, *key = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &hash, &key);
	if (CMS_SignerInfo_get0_signer_id(info, &skid, &issuer, &serial) != 1 || !hash || !key)
		return false;
	*out = (struct signer){
		.hash = hash_of(hash),
		.issuer = issuer,
		.serial = serial,
		.skid = skid,
		.signature = CMS_SignerInfo_get0_signature(info),
	};
	*out_has_attributes = CMS_signed_get_attr_count(info) >= 0;
	if (*out_has_attributes && !attributes_complete(info))
		return false;
	return out->hash && key_of(key, &out->key) && out->signature;
}

static bool signers_parse(struct modsig *m)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(m->message);
	int count = infos ? sk_CMS_SignerInfo_num(infos) : 0;

	if (count <= 0)
		return false;
	m->signers = calloc((size_t)count, sizeof(*m->signers));
	if (!m->signers)
		return false;
	for (int i = 0; i < count; i++) {
		bool attributes;

		if (!signer_parse(sk_CMS_SignerInfo_value(infos, i), &m->signers[i], &attributes))
			return false;
		/* All have them or none has. */
		if (i > 0 && attributes != m->has_attributes)
			return false;
		m->has_attributes = attributes;
	}
	m->count = (size_t)count;
	return true;
}

/* The content's type, and the content itself where the message brings one. */
static bool content_parse(struct modsig *m)
{
	static const char indirect_data[] = "1.3.6.1.4.1.311.2.1.4";
	const ASN1_OBJECT *type = CMS_get0_eContentType(m->message);
	ASN1_OCTET_STRING **content = CMS_get0_content(m->message);
	struct digester *digester;
	char text[sizeof(indirect_data) + 1];
	int hashed;

	m->is_data = type && OBJ_obj2nid(type) == NID_pkcs7_data;
	if (!m->is_data)
		return type && m->has_attributes && OBJ_obj2txt(text, sizeof(text), type, 1) > 0 &&
		       strcmp(text, indirect_data) == 0;
	m->attached = content && *content;
	if (!m->attached || !digest_available(m->signers[0].hash))
		return true;
	digester = digester_new();
	hashed = digester ? digest_buffer(
				    digester, m->signers[0].hash, ASN1_STRING_get0_data(*content),
				    (size_t)ASN1_STRING_length(*content), &m->attached_digest, NULL)
			  : -1;
	digester_free(digester);
	return hashed == 0;
}

struct modsig *modsig_parse(const uint8_t *pkcs7, size_t size)
{
	struct modsig *m = size <= MODSIG_PKCS7_MAX ? calloc(1, sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	m->message = d2i_CMS_ContentInfo(NULL, &pkcs7, (long)size);
	if (!m->message || OBJ_obj2nid(CMS_get0_type(m->message)) != NID_pkcs7_signed ||
	    !signers_parse(m) || !content_parse(m)) {
		modsig_free(m);
		m = NULL;
	} else {
		m->certs = CMS_get1_certs(m->message);
	}
	ERR_clear_error();
	return m;
}

void modsig_free(struct modsig *m)
{
	if (!m)
		return;
	sk_X509_pop_free(m->certs, X509_free);
	CMS_ContentInfo_free(m->message);
	free(m->signers);
	free(m);
}

const struct hashalgo *modsig_algo(const struct modsig *m)
{
	return m->signers[0].hash;
}

/* --- Who is who ------------------------------------------------------------------------------- */

/*
 * A search for a certificate: by issuer and serial number, by SubjectKeyIdentifier, or by both,
 * when the second must agree. The kernel compares the encoded bytes, so names are not made
 * canonical.
 */
struct wanted {
	const X509_NAME *issuer;
	const ASN1_INTEGER *serial;
	const ASN1_OCTET_STRING *skid;
};

static bool name_same(const X509_NAME *a, const X509_NAME *b)
{
	const unsigned char *der_a, *der_b;
	size_t size_a, size_b;

	return X509_NAME_get0_der(a, &der_a, &size_a) && X509_NAME_get0_der(b, &der_b, &size_b) &&
	       size_a == size_b && memcmp(der_a, der_b, size_a) == 0;
}

static bool skid_same(X509 *cert, const ASN1_OCTET_STRING *skid)
{
	const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(cert);

	return own && ASN1_OCTET_STRING_cmp(own, skid) == 0;
}

/* Is this the certificate by its first identifier? *out_denied: it is, but the second disagrees. */
static bool is_wanted(X509 *cert, const struct wanted *w, bool *out_denied)
{
	*out_denied = false;
	if (!w->serial)
		return w->skid && skid_same(cert, w->skid);
	if (ASN1_INTEGER_cmp(X509_get0_serialNumber(cert), w->serial) != 0 ||
	    !name_same(X509_get_issuer_name(cert), w->issuer))
		return false;
	*out_denied = w->skid && !skid_same(cert, w->skid);
	return true;
}

static struct wanted itself(X509 *cert)
{
	return (struct wanted){
		.issuer = X509_get_issuer_name(cert),
		.serial = X509_get0_serialNumber(cert),
		.skid = X509_get0_subject_key_id(cert),
	};
}

/* Who signed the certificate, by its AuthorityKeyIdentifier; nobody when it has none. */
static struct wanted its_issuer(X509 *cert)
{
	const GENERAL_NAMES *names = X509_get0_authority_issuer(cert);
	const GENERAL_NAME *first =
		sk_GENERAL_NAME_num(names) > 0 ? sk_GENERAL_NAME_value(names, 0) : NULL;
	struct wanted wanted = {.skid = X509_get0_authority_key_id(cert)};

	if (first && first->type == GEN_DIRNAME && X509_get0_authority_serial(cert)) {
		wanted.issuer = first->d.directoryName;
		wanted.serial = X509_get0_authority_serial(cert);
	}
	return wanted;
}

static bool is_self_signed(X509 *cert)
{
	struct wanted issuer = its_issuer(cert);
	bool denied;

	if (!name_same(X509_get_subject_name(cert), X509_get_issuer_name(cert)))
		return false;
	return (!issuer.serial && !issuer.skid) || (is_wanted(cert, &issuer, &denied) && !denied);
}

static X509 *embedded_find(const struct modsig *m, const struct wanted *wanted, bool *out_denied)
{
	*out_denied = false;
	for (int i = 0; i < sk_X509_num(m->certs); i++)
		if (is_wanted(sk_X509_value(m->certs, i), wanted, out_denied))
			return sk_X509_value(m->certs, i);
	return NULL;
}

/* --- Checking --------------------------------------------------------------------------------- */

struct checking {
	const struct modsig *m;
	struct verifier *verifier;
	const struct keyring *ring;
	const struct signer *signer;
	const struct digest *digest;
};

static enum verify_result check_signature(const struct checking *c, const struct keyring_key *key)
{
	if (key->algo != c->signer->key)
		return VERIFY_BAD;
	if (!c->digest || c->digest->algo != c->signer->hash || !c->digest->size_bytes)
		return VERIFY_CANNOT;
	return verifier_raw(c->verifier, key, c->digest,
			    ASN1_STRING_get0_data(c->signer->signature),
			    (size_t)ASN1_STRING_length(c->signer->signature));
}

static bool signed_by(X509 *cert, EVP_PKEY *key)
{
	bool good = key && X509_verify(cert, key) == 1;

	ERR_clear_error();
	return good;
}

/*
 * Looks for a trusted key and, when there is one, has it verify: `child`, the certificate below, or
 * the message when that is NULL. VERIFY_NO_KEY: no such key.
 */
static struct verify_outcome try_ring(const struct checking *c, const struct wanted *wanted,
				      X509 *child)
{
	struct verify_outcome outcome = {.result = VERIFY_NO_KEY};

	for (size_t i = 0; i < keyring_count(c->ring); i++) {
		const struct keyring_key *key = keyring_at(c->ring, i);
		enum verify_result result;
		bool denied;

		if (!key->x509 || key->refused || !is_wanted(key->x509, wanted, &denied))
			continue;
		if (denied)
			result = VERIFY_BAD;
		else if (key->revoked)
			result = VERIFY_REVOKED;
		else if (child)
			result = signed_by(child, key->pkey) ? VERIFY_OK : VERIFY_BAD;
		else
			result = check_signature(c, key);
		/* Several of one identity: the kernel takes any. */
		if (outcome.key && outcome.result != result)
			result = VERIFY_AMBIGUOUS;
		outcome = (struct verify_outcome){.result = result, .key = key};
	}
	return outcome;
}

/* The signer's certificate in the message as a key of no keyring. */
static enum verify_result check_embedded(const struct checking *c, X509 *cert)
{
	static const struct {
		int type;
		enum keyring_algo algo;
	} types[] = {{EVP_PKEY_RSA, KEYRING_RSA}, {EVP_PKEY_EC, KEYRING_ECDSA}};
	EVP_PKEY *pkey = X509_get0_pubkey(cert);
	struct keyring_key key = {.pkey = pkey, .x509 = cert, .algo = KEYRING_OTHER};

	if (!pkey)
		return VERIFY_CANNOT;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (EVP_PKEY_get_base_id(pkey) == types[i].type)
			key.algo = types[i].algo;
	if (key.algo == KEYRING_OTHER)
		return VERIFY_CANNOT;
	key.bits = (unsigned)EVP_PKEY_get_bits(pkey);
	return check_signature(c, &key);
}

/*
 * The chain within the message from the signer's certificate upwards. False: a link of it does not
 * verify, which refuses the message whatever is trusted.
 */
static bool chain_build(const struct modsig *m, X509 *leaf, X509 *chain[CHAIN_MAX],
			size_t *out_count)
{
	size_t count = 0;

	for (X509 *cert = leaf; cert && count < CHAIN_MAX;) {
		struct wanted issuer = its_issuer(cert);
		X509 *next;
		bool denied, loop = false;

		chain[count++] = cert;
		*out_count = count;
		if (is_self_signed(cert))
			return true;
		next = embedded_find(m, &issuer, &denied);
		if (denied)
			return false;
		for (size_t i = 0; next && i < count; i++)
			loop |= chain[i] == next;
		if (loop)
			return true;
		if (next && !signed_by(cert, X509_get0_pubkey(next)))
			return false;
		cert = next;
	}
	return true;
}

/* pkcs7_validate_trust_one(): the first certificate of the chain that the keyring has decides. */
static struct verify_outcome check_trust(const struct checking *c, X509 *const *chain, size_t count)
{
	struct verify_outcome outcome = {.result = VERIFY_NO_KEY};
	struct wanted wanted;

	for (size_t i = 0; i < count; i++) {
		wanted = itself(chain[i]);
		outcome = try_ring(c, &wanted, i ? chain[i - 1] : NULL);
		/* An identity that agrees in one half only is passed over here. */
		if (outcome.result != VERIFY_NO_KEY)
			return outcome;
		if (is_self_signed(chain[i]))
			return outcome;
	}
	if (count) {
		wanted = its_issuer(chain[count - 1]);
		outcome = try_ring(c, &wanted, chain[count - 1]);
		if (outcome.result != VERIFY_NO_KEY)
			return outcome;
	}
	wanted = (struct wanted){c->signer->issuer, c->signer->serial, c->signer->skid};
	return try_ring(c, &wanted, NULL);
}

static struct verify_outcome check_signer(const struct checking *c)
{
	const struct wanted signer = {c->signer->issuer, c->signer->serial, NULL};
	X509 *chain[CHAIN_MAX];
	size_t count = 0;
	bool denied;
	X509 *cert = c->signer->serial ? embedded_find(c->m, &signer, &denied) : NULL;

	if (cert) {
		enum verify_result result = check_embedded(c, cert);

		if (result != VERIFY_OK)
			return (struct verify_outcome){.result = result};
		if (!chain_build(c->m, cert, chain, &count))
			return (struct verify_outcome){.result = VERIFY_BAD};
	}
	if (!keyring_count(c->ring))
		return (struct verify_outcome){.result = VERIFY_NO_KEYRING};
	return check_trust(c, chain, count);
}

/* Of several signers: one bad is bad, else one not known is not known, else one good is good. */
static int rank(enum verify_result result)
{
	static const int ranks[] = {
		[VERIFY_NO_KEY] = 0,	[VERIFY_UNSUPPORTED_ALGO] = 1,
		[VERIFY_OK] = 2,	[VERIFY_NO_KEYRING] = 3,
		[VERIFY_AMBIGUOUS] = 4, [VERIFY_CANNOT] = 5,
		[VERIFY_REVOKED] = 6,	[VERIFY_BAD] = 7,
		[VERIFY_NOT_TRIED] = 5, [VERIFY_UNSUPPORTED_VERSION] = 7,
	};

	return ranks[result];
}

struct verify_outcome modsig_check(const struct modsig *m, struct verifier *v,
				   const struct keyring *ring, const struct digest *content)
{
	struct verify_outcome worst = {.result = VERIFY_BAD};

	/* Of modules the kernel takes plain data without signed attributes only. */
	if (!m->is_data || m->has_attributes)
		return worst;
	for (size_t i = 0; i < m->count; i++) {
		const struct checking c = {
			.m = m,
			.verifier = v,
			.ring = ring,
			.signer = &m->signers[i],
			/* What the message brings along counts instead of the file. */
			.digest = m->attached ? &m->attached_digest : content,
		};
		struct verify_outcome outcome = check_signer(&c);

		if (i == 0 || rank(outcome.result) > rank(worst.result))
			worst = outcome;
	}
	return worst;
}
