# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Keys, certificates, and what is recognised as one.

# A directory of them, and for whatever else a family needs between two commands; empty: not made yet.
keys=

# Keys and certificates of each kind, once for all targets.
make_keys() {
	[ -z "$keys" ] || return 0
	keys=$(mktemp -d)
	trap 'rm -rf "$keys"' EXIT
	local name
	openssl genrsa -out "$keys/rsa.key" 2048 2>/dev/null
	openssl ecparam -name prime256v1 -genkey -noout -out "$keys/p256.key"
	openssl ecparam -name secp384r1 -genkey -noout -out "$keys/p384.key"
	openssl genpkey -algorithm ed25519 -out "$keys/ed25519.key"
	for name in rsa p256 p384 ed25519; do
		openssl req -new -x509 -key "$keys/$name.key" -subj "/O=Seeds/CN=$name" -days 2 \
			-addext keyUsage=digitalSignature -out "$keys/$name.pem" 2>/dev/null
		openssl x509 -in "$keys/$name.pem" -outform DER -out "$keys/$name.der"
	done
	openssl req -new -x509 -key "$keys/rsa.key" -subj /CN=no-skid -days 2 \
		-config <(printf '[req]\ndistinguished_name=d\nx509_extensions=x\n[d]\n[x]\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=none\n') \
		-out "$keys/noskid.pem" 2>/dev/null
	printf 'content\n' >"$keys/content"
}

corpus_certs() {
	local name
	make_keys
	for name in rsa p256 p384 ed25519; do
		seed certs "$name.pem" <"$keys/$name.pem"
		seed certs "$name.der" <"$keys/$name.der"
	done
	seed certs noskid.pem <"$keys/noskid.pem"
	cat "$keys/rsa.pem" "$keys/p256.pem" | seed certs two.pem
	openssl pkey -in "$keys/rsa.key" -pubout | seed certs public.pem
	head -c 200 "$keys/rsa.der" | seed certs truncated.der
}

# The encodings of r and s that the kernel takes and strict DER does not, beside the strict one.
corpus_ecdsasig() {
	local name bytes r s
	r=$(repeat 12 32)
	s=$(repeat 34 32)
	make_keys
	while read -r name bytes; do
		hex "$bytes" | seed ecdsasig "$name"
	done <<-EOT
		strict 3044 0220$r 0220$s
		long-form 308144 0220$r 0220$s
		three-byte-length 30820044 0220$r 0220$s
		indefinite 3080 0220$r 0220$s 0000
		leading-zero 3045 022100$r 0220$s
		negative 3044 0220ff$(repeat 12 31) 0220$s
		trailing 3044 0220$r 0220$s $(repeat ee 50)
		bare $r$s
		extra-element 3047 0220$r 0220$s 020101
		zero 3006 020100 020100
		empty 3000
	EOT
	openssl dgst -sha256 -sign "$keys/p256.key" "$keys/content" | seed ecdsasig p256
	openssl dgst -sha256 -sign "$keys/p384.key" "$keys/content" | seed ecdsasig p384
}

corpus_privkey() {
	local name
	make_keys
	for name in rsa p256 ed25519; do
		{ printf '\0' && cat "$keys/$name.key"; } | seed privkey "$name.pem"
		{ printf '\0' && openssl pkey -in "$keys/$name.key" -outform DER; } | seed privkey "$name.der"
		{ printf '\0' && openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in "$keys/$name.key" \
			-outform DER; } | seed privkey "$name-encrypted.der"
		{ printf '\0' && openssl pkcs12 -export -passout pass:x -inkey "$keys/$name.key" \
			-in "$keys/$name.pem"; } | seed privkey "$name.p12"
	done
	{ printf '\0' && openssl rsa -aes128 -traditional -passout pass:x -in "$keys/rsa.key" 2>/dev/null; } |
		seed privkey rsa-traditional.pem
	{ printf '\0' && cat "$keys/rsa.der"; } | seed privkey certificate.der
	printf '\1default user:kmk 64 0011' | seed privkey blob
	{ printf '\3' && repeat 0123456789abcdef 4; } | seed privkey digits
	{ printf '\2' && hex "$(repeat 81 32)"; } | seed privkey raw
}
