# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the kernel appraises a file by: labels, EVM facts, appended signatures, fs-verity descriptors.
# shellcheck disable=SC2154 # $keys is of keys.sh

# A v2 signature label of a type: header, then the signature over the content's digest.
signed_label() {
	local type=$1 key=$2 size
	openssl dgst -sha256 -sign "$keys/$key.key" -out "$keys/sig" "$keys/content"
	size=$(stat -c %s "$keys/sig")
	hex "$type" 02 04 01020304 "$(printf '%04x' "$size")"
	cat "$keys/sig"
}

corpus_label() {
	local name bytes
	make_keys
	while read -r name bytes; do
		hex "$bytes" | seed label "$name"
	done <<-EOT
		empty-digest 01
		legacy-md5 01$(repeat ab 16)
		legacy-sha1 01$(repeat ab 20)
		legacy-md5-padded 01$(repeat ab 16)00000000
		ng-sha1 0402$(repeat cd 20)
		ng-sha256 0404$(repeat cd 32)
		ng-sha512 0406$(repeat cd 64)
		ng-trailing 0404$(repeat cd 32)ffff
		ng-short 0404$(repeat cd 31)
		ng-unknown 0463$(repeat cd 32)
		zeros $(repeat 00 33)
		hmac 02$(repeat ef 20)
		v1 03010000000000000102030405060708010008ff
		v2-header-only 03020401020304 0100
		v2-lying-size 03020401020304ffff$(repeat 11 64)
		v3 03030401020304 0040$(repeat 22 64)
		portable-v2 05020401020304 0040$(repeat 33 64)
		verity-v3 06030401020304 0040$(repeat 44 64)
		unknown 7f00
	EOT
	printf '' | seed label empty
	signed_label 03 rsa | seed label signed-rsa
	signed_label 05 p256 | seed label signed-ec
}

# Flags, bits of the attributes, mode, uid, inode number, generation, then each attribute.
corpus_evm() {
	local name start ima
	make_keys
	ima=22000404$(repeat cd 32)
	while read -r name start; do
		hex "$start" "$(repeat 00 20)" "$ima" 1500 02 "$(repeat ef 20)" | seed evm "$name"
	done <<-EOT
		hmac 3540
		hmac-facts-unknown 3040
		no-evm 2540
		overlayfs 3d40
		nothing 3500
	EOT
	signed_label 05 rsa >"$keys/label"
	{ hex 7540 ed810000 "$(repeat 00 16)" "$ima" 0901 && cat "$keys/label"; } | seed evm portable
	{ hex 5540 ed810000 "$(repeat 00 16)" "$ima" 0901 03 && tail -c +2 "$keys/label"; } | seed evm signature
	# security.selinux, security.ima and security.capability (version 3, with a root id).
	hex 75c1 ed810000 "$(repeat 00 16)" 0500 755f723a74 "$ima" 1800 01000003 "$(repeat 11 16)" 00000000 \
		0901 "$(od -An -v -tx1 "$keys/label")" | seed evm capability
	hex 7501 ed810000 "$(repeat 00 16)" ffff | seed evm unreadable
}

# The trailer of an appended signature of a size: struct module_signature, then the marker.
modsig_tail() {
	hex 00 00 02 00 00 000000 "$(printf '%08x' "$1")"
	printf '~Module signature appended~\n'
}

corpus_modsig() {
	local name size
	make_keys
	for name in rsa p256; do
		openssl cms -sign -binary -noattr -md sha256 -nocerts -in "$keys/content" -outform DER \
			-signer "$keys/$name.pem" -inkey "$keys/$name.key" -out "$keys/p7"
		size=$(stat -c %s "$keys/p7")
		seed modsig "$name.p7" <"$keys/p7"
		{ cat "$keys/content" "$keys/p7" && modsig_tail "$size"; } | seed modsig "$name-appended"
	done
	openssl cms -sign -binary -md sha512 -in "$keys/content" -outform DER -keyid \
		-signer "$keys/rsa.pem" -inkey "$keys/rsa.key" | seed modsig attributes.p7
	# With certificates: the signer's, another one, and content of its own.
	openssl cms -sign -binary -noattr -md sha256 -in "$keys/content" -outform DER -certfile "$keys/p256.pem" \
		-signer "$keys/rsa.pem" -inkey "$keys/rsa.key" | seed modsig certificates.p7
	openssl cms -sign -binary -noattr -md sha256 -nodetach -in "$keys/content" -outform DER \
		-signer "$keys/p256.pem" -inkey "$keys/p256.key" | seed modsig attached.p7
	openssl cms -sign -binary -noattr -md sha256 -nodetach -in "$keys/content" -outform DER -keyid \
		-signer "$keys/rsa.pem" -inkey "$keys/rsa.key" | seed modsig attached-by-id.p7
	modsig_tail 4294967295 | seed modsig lying-size
}

# struct fsverity_descriptor: version, algorithm, block size, salt size, data size, root, salt.
corpus_verity() {
	local name start
	while read -r name start; do
		hex "$start" 00000000 0010000000000000 "$(repeat aa 64)" "$(repeat 55 32)" "$(repeat 00 144)" |
			seed verity "$name"
	done <<-EOT
		sha256 01010c00
		sha512 01020c00
		salted 01010c20
		block-1k 01010a08
		bad-version 02010c00
		bad-algorithm 01090c00
		bad-block 0101ff00
		bad-salt 01010cff
	EOT
	hex 01010c00 | seed verity short
}
