/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which certificates a kernel loads (crypto/asymmetric_keys/x509_cert_parser.c, x509_public_key.c;
 * Linux 6.1 and 6.12). Those it does not load are keys it does not know.
 */
#include "scanner/certrules.h"

#include <errno.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "scanner/digest.h"
#include "scanner/pkverify.h"

/* Signature algorithms of certificates. Any other is refused, even where nobody checks the
 * signature. */
static const struct sigalg {
	int nid;
	enum keyring_algo key;
	enum hashalgo_id hash;
} sigalgs[] = {
	{NID_sha1WithRSAEncryption, KEYRING_RSA, HASHALGO_SHA1},
	{NID_sha224WithRSAEncryption, KEYRING_RSA, HASHALGO_SHA224},
	{NID_sha256WithRSAEncryption, KEYRING_RSA, HASHALGO_SHA256},
	{NID_sha384WithRSAEncryption, KEYRING_RSA, HASHALGO_SHA384},
	{NID_sha512WithRSAEncryption, KEYRING_RSA, HASHALGO_SHA512},
	{NID_RSA_SHA3_256, KEYRING_RSA, HASHALGO_SHA3_256},
	{NID_RSA_SHA3_384, KEYRING_RSA, HASHALGO_SHA3_384},
	{NID_RSA_SHA3_512, KEYRING_RSA, HASHALGO_SHA3_512},
	{NID_ecdsa_with_SHA1, KEYRING_ECDSA, HASHALGO_SHA1},
	{NID_ecdsa_with_SHA224, KEYRING_ECDSA, HASHALGO_SHA224},
	{NID_ecdsa_with_SHA256, KEYRING_ECDSA, HASHALGO_SHA256},
	{NID_ecdsa_with_SHA384, KEYRING_ECDSA, HASHALGO_SHA384},
	{NID_ecdsa_with_SHA512, KEYRING_ECDSA, HASHALGO_SHA512},
	{NID_ecdsa_with_SHA3_256, KEYRING_ECDSA, HASHALGO_SHA3_256},
	{NID_ecdsa_with_SHA3_384, KEYRING_ECDSA, HASHALGO_SHA3_384},
	{NID_ecdsa_with_SHA3_512, KEYRING_ECDSA, HASHALGO_SHA3_512},
	{NID_id_tc26_signwithdigest_gost3410_2012_256, KEYRING_ECRDSA, HASHALGO_STREEBOG256},
	{NID_id_tc26_signwithdigest_gost3410_2012_512, KEYRING_ECRDSA, HASHALGO_STREEBOG512},
	{NID_SM2_with_SM3, KEYRING_SM2, HASHALGO_SM3},
};

/* Kinds of public key by the identifier of the algorithm and, for curves, of its parameter. */
static const struct {
	int nid, curve_nid;
	enum keyring_algo algo;
} key_kinds[] = {
	{NID_rsaEncryption, NID_undef, KEYRING_RSA},
	{NID_X9_62_id_ecPublicKey, NID_X9_62_prime192v1, KEYRING_ECDSA},
	{NID_X9_62_id_ecPublicKey, NID_X9_62_prime256v1, KEYRING_ECDSA},
	{NID_X9_62_id_ecPublicKey, NID_secp384r1, KEYRING_ECDSA},
	{NID_X9_62_id_ecPublicKey, NID_secp521r1, KEYRING_ECDSA},
	{NID_X9_62_id_ecPublicKey, NID_sm2, KEYRING_SM2},
	{NID_id_GostR3410_2012_256, NID_undef, KEYRING_ECRDSA},
	{NID_id_GostR3410_2012_512, NID_undef, KEYRING_ECRDSA},
};

/* Adds what follows the header of one DER element. */
static void add_content(struct buf *out, const uint8_t *der, long size)
{
	const uint8_t *at = der;
	long length = 0;
	int tag, class;

	if (size > 0 && !(ASN1_get_object(&at, &length, &tag, &class, size) & 0x80))
		buf_add(out, at, (size_t)length);
}

void certrules_name(const X509_NAME *name, struct buf *out)
{
	const uint8_t *der;
	size_t size;

	if (X509_NAME_get0_der(name, &der, &size))
		add_content(out, der, (long)size);
}

void certrules_serial(const ASN1_INTEGER *serial, struct buf *out)
{
	uint8_t *der = NULL;
	int size = i2d_ASN1_INTEGER(serial, &der);

	add_content(out, der, size);
	OPENSSL_free(der);
}

/* The value of an extension; NULL when it is not there. */
static const ASN1_OCTET_STRING *extension(const X509 *x509, int nid, bool *out_twice)
{
	int at = X509_get_ext_by_NID(x509, nid, -1);

	*out_twice = at >= 0 && X509_get_ext_by_NID(x509, nid, at) >= 0;
	return at < 0 ? NULL : X509_EXTENSION_get_data(X509_get_ext(x509, at));
}

/* An OCTET STRING with a length of one byte, not empty. */
static bool skid_well_formed(const ASN1_OCTET_STRING *value)
{
	const uint8_t *v = ASN1_STRING_get0_data(value);
	int size = ASN1_STRING_length(value);

	return size >= 3 && v[0] == V_ASN1_OCTET_STRING && v[1] == size - 2;
}

bool certrules_skid(const X509 *x509, struct buf *out)
{
	bool twice;
	const ASN1_OCTET_STRING *value = extension(x509, NID_subject_key_identifier, &twice);

	if (!value || twice || !skid_well_formed(value))
		return false;
	buf_add(out, ASN1_STRING_get0_data(value) + 2, (size_t)ASN1_STRING_length(value) - 2);
	return true;
}

/* Identifiers of the public key's algorithm and of its named parameter, if it has one. */
static void key_nids(const X509 *x509, int *out_nid, int *out_curve)
{
	X509_ALGOR *algor = NULL;
	const ASN1_OBJECT *object = NULL;
	const void *parameter = NULL;
	int type = V_ASN1_UNDEF;

	*out_nid = *out_curve = NID_undef;
	if (!X509_PUBKEY_get0_param(NULL, NULL, NULL, &algor, X509_get_X509_PUBKEY(x509)))
		return;
	X509_ALGOR_get0(&object, &type, &parameter, algor);
	*out_nid = OBJ_obj2nid(object);
	if (type == V_ASN1_OBJECT)
		*out_curve = OBJ_obj2nid(parameter);
}

enum keyring_algo certrules_key_algo(const X509 *x509)
{
	int nid, curve;

	key_nids(x509, &nid, &curve);
	for (size_t i = 0; i < sizeof(key_kinds) / sizeof(key_kinds[0]); i++)
		if (key_kinds[i].nid == nid &&
		    (key_kinds[i].curve_nid == NID_undef || key_kinds[i].curve_nid == curve))
			return key_kinds[i].algo;
	return KEYRING_OTHER;
}

static const struct sigalg *sigalg_of(const X509 *x509)
{
	const ASN1_OBJECT *object = NULL;
	int nid;

	X509_ALGOR_get0(&object, NULL, NULL, X509_get0_tbs_sigalg(x509));
	nid = OBJ_obj2nid(object);
	for (size_t i = 0; i < sizeof(sigalgs) / sizeof(sigalgs[0]); i++)
		if (sigalgs[i].nid == nid)
			return &sigalgs[i];
	return NULL;
}

/* The signed part is the first element inside the certificate, header and all. */
static bool find_tbs(const uint8_t *der, long size, const uint8_t **out, size_t *out_size)
{
	const uint8_t *at = der, *inner;
	long length = 0;
	int tag, class;

	if (ASN1_get_object(&at, &length, &tag, &class, size) & 0x80)
		return false;
	inner = at;
	size = length;
	if (ASN1_get_object(&at, &length, &tag, &class, size) & 0x80)
		return false;
	*out = inner;
	*out_size = (size_t)(at - inner) + (size_t)length;
	return true;
}

int certrules_tbs(X509 *x509, struct digest *out, struct fault *f)
{
	const struct sigalg *alg = sigalg_of(x509);
	struct digester *digester;
	uint8_t *der = NULL;
	const uint8_t *tbs;
	size_t tbs_size;
	int size;

	if (!alg)
		return 0;
	digester = digester_new();
	if (!digester)
		return fault_set(f, ENOMEM, "hashing a certificate");
	size = i2d_X509(x509, &der);
	if (size > 0 && find_tbs(der, size, &tbs, &tbs_size))
		(void)!digest_buffer(digester, hashalgo_by_id(alg->hash), tbs, tbs_size, out, NULL);
	OPENSSL_free(der);
	digester_free(digester);
	ERR_clear_error();
	return 0;
}

/* Times as the kernel reads them: UTCTime before 2050, GeneralizedTime after, nothing before 1970.
 */
static bool time_taken(const ASN1_TIME *time)
{
	const uint8_t *text = ASN1_STRING_get0_data(time);
	int type = ASN1_STRING_type(time), size = ASN1_STRING_length(time);
	struct tm tm;

	if (!ASN1_TIME_to_tm(time, &tm) || text[size - 1] != 'Z' || tm.tm_year < 70)
		return false;
	if (type == V_ASN1_UTCTIME)
		return size == 13;
	return size == 15 && tm.tm_year >= 150;
}

static bool extensions_taken(const X509 *x509)
{
	bool twice;
	const ASN1_OCTET_STRING *skid = extension(x509, NID_subject_key_identifier, &twice);
	const ASN1_OCTET_STRING *usage;

	if (skid && (twice || !skid_well_formed(skid)))
		return false;
	usage = extension(x509, NID_key_usage, &twice);
	return !usage || ASN1_STRING_length(usage) >= 4;
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(buf_text(a), buf_text(b), a->len) == 0;
}

/* What the AuthorityKeyIdentifier says of the certificate's signer. */
struct authority {
	bool present, has_keyid, has_serial;
	bool keyid_matches, serial_matches;
	bool no_memory;
};

static void read_authority_serial(const X509 *x509, const AUTHORITY_KEYID *akid,
				  struct authority *out)
{
	own_buf struct buf own = {0}, named = {0};
	const X509_NAME *issuer = NULL;

	for (int i = 0; i < sk_GENERAL_NAME_num(akid->issuer); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(akid->issuer, i);

		if (name->type == GEN_DIRNAME)
			issuer = name->d.directoryName;
	}
	if (!issuer || !akid->serial)
		return;
	certrules_serial(X509_get0_serialNumber(x509), &own);
	certrules_name(X509_get_issuer_name(x509), &own);
	certrules_serial(akid->serial, &named);
	certrules_name(issuer, &named);
	out->no_memory = own.failed || named.failed;
	out->has_serial = true;
	out->serial_matches = same(&own, &named);
}

static struct authority read_authority(const X509 *x509)
{
	struct authority out = {0};
	AUTHORITY_KEYID *akid = X509_get_ext_d2i(x509, NID_authority_key_identifier, NULL, NULL);
	own_buf struct buf skid = {0};

	if (!akid)
		return out;
	if (akid->keyid) {
		out.has_keyid = true;
		out.keyid_matches =
			certrules_skid(x509, &skid) &&
			skid.len == (size_t)ASN1_STRING_length(akid->keyid) &&
			memcmp(skid.data, ASN1_STRING_get0_data(akid->keyid), skid.len) == 0;
	}
	read_authority_serial(x509, akid, &out);
	out.no_memory = out.no_memory || skid.failed;
	out.present = out.has_keyid || out.has_serial;
	AUTHORITY_KEYID_free(akid);
	return out;
}

/* The certificate's own signature by the certificate's own key. */
static const char *check_own_signature(const X509 *x509, struct keyring_key *key,
				       const struct sigalg *alg,
				       const struct kernel_profile *profile, bool *out_no_memory)
{
	const struct hashalgo *hash = hashalgo_by_id(alg->hash);
	const ASN1_BIT_STRING *sig = NULL;
	struct pkverify *p;
	enum verify_result result;

	/* What the kernel cannot hash it takes unverified. */
	if (profile->hash[alg->hash] == PROFILE_ABSENT)
		return NULL;
	if (alg->key != key->algo)
		return "self-signed, but by a signature of another kind of key";
	/* SM2 signs more than the hash, and streebog is not to be had: believed rather than
	 * checked. */
	if (key->algo == KEYRING_SM2 || key->tbs.size_bytes == 0)
		return NULL;
	p = pkverify_new(key);
	if (!p) {
		*out_no_memory = true;
		return NULL;
	}
	X509_get0_signature(&sig, NULL, x509);
	result = pkverify_check(p, profile, hash, key->tbs.value, key->tbs.size_bytes,
				ASN1_STRING_get0_data(sig), (size_t)ASN1_STRING_length(sig));
	pkverify_free(p);
	key->self_signed = result == VERIFY_OK;
	if (result == VERIFY_UNSUPPORTED_ALGO)
		return "self-signed by an algorithm this kernel does not have";
	return result == VERIFY_BAD ? "self-signed with a bad signature" : NULL;
}

static const char *check_self_signed(const X509 *x509, struct keyring_key *key,
				     const struct sigalg *alg, const struct kernel_profile *profile,
				     bool *out_no_memory)
{
	own_buf struct buf subject = {0}, issuer = {0};
	struct authority akid;

	certrules_name(X509_get_subject_name(x509), &subject);
	certrules_name(X509_get_issuer_name(x509), &issuer);
	*out_no_memory = subject.failed || issuer.failed;
	if (*out_no_memory || !same(&subject, &issuer))
		return NULL;
	akid = read_authority(x509);
	*out_no_memory = akid.no_memory;
	if (akid.no_memory)
		return NULL;
	if (akid.present && !akid.keyid_matches && !akid.serial_matches)
		return NULL;
	if (akid.has_keyid && akid.has_serial && akid.keyid_matches != akid.serial_matches)
		return "contradicts itself about who signed it";
	return check_own_signature(x509, key, alg, profile, out_no_memory);
}

/* A point with both coordinates. The kernel loads others at times, and then verifies nothing by
 * them. */
static bool point_taken(const X509 *x509)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(x509);

	return bits && ASN1_STRING_length(bits) > 0 && ASN1_STRING_get0_data(bits)[0] == 4;
}

static const char *check_key(const X509 *x509, const struct keyring_key *key,
			     const struct kernel_profile *profile)
{
	int nid, curve;

	key_nids(x509, &nid, &curve);
	if (key->algo == KEYRING_OTHER || (key->algo == KEYRING_SM2 && !profile->sm2))
		return "a kind of public key this kernel does not know";
	if (curve == NID_secp521r1 &&
	    (profile->major < 6 || (profile->major == 6 && profile->minor < 10)))
		return "a curve this kernel does not know"; /* P-521 came later than the others */
	if (key->algo == KEYRING_ECDSA && !point_taken(x509))
		return "a compressed public key";
	return NULL;
}

static const char *refusal(X509 *x509, struct keyring_key *key,
			   const struct kernel_profile *profile, bool *out_no_memory)
{
	const struct sigalg *alg = sigalg_of(x509);
	const X509_ALGOR *outer = NULL;
	const ASN1_OBJECT *inner_oid = NULL, *outer_oid = NULL;
	const char *refused;

	if (!alg || !hashalgo_of_kernel(alg->hash, profile->major, profile->minor) ||
	    (alg->key == KEYRING_SM2 && !profile->sm2))
		return "signed by an algorithm the kernel does not know";
	X509_get0_signature(NULL, &outer, x509);
	X509_ALGOR_get0(&inner_oid, NULL, NULL, X509_get0_tbs_sigalg(x509));
	X509_ALGOR_get0(&outer_oid, NULL, NULL, outer);
	if (OBJ_cmp(inner_oid, outer_oid) != 0)
		return "names two signature algorithms";
	if (!time_taken(X509_get0_notBefore(x509)) || !time_taken(X509_get0_notAfter(x509)))
		return "dates that the kernel cannot read";
	refused = check_key(x509, key, profile);
	if (refused)
		return refused;
	if (!extensions_taken(x509))
		return "extensions that the kernel cannot read";
	return check_self_signed(x509, key, alg, profile, out_no_memory);
}

int certrules_judge(X509 *x509, struct keyring_key *key, const struct kernel_profile *profile,
		    struct fault *f)
{
	bool no_memory = false;

	key->refused = refusal(x509, key, profile, &no_memory);
	return no_memory ? fault_set(f, ENOMEM, "judging a certificate") : 0;
}
