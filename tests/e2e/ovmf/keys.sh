#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the keys and certificates of the firmware oracle: keys.sh FOLDER. Each is NAME.key (PEM),
# NAME.crt (PEM) and NAME.der. What is there already is kept; remove the folder for new ones.
set -euo pipefail

folder=${1:?folder}
[ ! -f "$folder/done" ] || exit 0
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder" && folder=$PWD

cat >ca.conf <<'END'
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = req_dn
prompt = no
[req_dn]
CN = replaced
[ca_cert]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
[ca_short]
basicConstraints = critical,CA:TRUE,pathlen:0
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
[code]
basicConstraints = CA:FALSE
extendedKeyUsage = codeSigning
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,serverAuth
[usage]
basicConstraints = CA:FALSE
keyUsage = critical,keyEncipherment
[strange]
basicConstraints = CA:FALSE
1.2.3.4.5.6.7.8.1 = critical,ASN1:UTF8String:nobody knows this
END
: >index

quietly()
{
	"$@" 2>openssl.log || { cat openssl.log >&2 && exit 70; }
}

key_of()
{
	case $1 in
	ec*)	 quietly openssl ecparam -name prime256v1 -genkey -noout -out "$2.key" ;;
	rsa*)	 quietly openssl genrsa -out "$2.key" "${1#rsa}" ;;
	*)	 exit 70 ;;
	esac
}

# make NAME SUBJECT ISSUER EXTENSIONS [KIND [HASH [FROM TO]]]; ISSUER "-": itself
make()
{
	local name=$1 subject=$2 issuer=$3 extensions=$4 kind=${5:-rsa2048} hash=${6:-sha256}
	local from=${7:-20200101000000Z} to=${8:-20491231000000Z} by
	key_of "$kind" "$name"
	quietly openssl req -new -config ca.conf -key "$name.key" -subj "/CN=$subject" -out "$name.csr"
	if [ "$issuer" = - ]; then
		by=(-selfsign -keyfile "$name.key")
	else
		by=(-cert "$issuer.crt" -keyfile "$issuer.key")
	fi
	quietly openssl ca -batch -notext -config ca.conf -in "$name.csr" -out "$name.crt" \
		-extensions "$extensions" -md "$hash" -startdate "$from" -enddate "$to" "${by[@]}"
	openssl x509 -in "$name.crt" -outform DER -out "$name.der"
}

for name in pk kek sign foreign second revoked mok driver; do
	make "$name" "ima-scan trial $name" - ca_cert
done
# The same name as "sign", another key.
make impostor "ima-scan trial sign" - ca_cert
make expired "ima-scan trial expired" - ca_cert rsa2048 sha256 20100101000000Z 20110101000000Z
make future "ima-scan trial future" - ca_cert rsa2048 sha256 20480101000000Z 20490101000000Z
make rsa1024 "ima-scan trial 1024" - ca_cert rsa1024
make rsa4096 "ima-scan trial 4096" - ca_cert rsa4096
make ec256 "ima-scan trial P-256" - ca_cert ec
make selfleaf "ima-scan trial leaf of its own" - leaf
make server "ima-scan trial server" - server
make usage "ima-scan trial key usage" - usage
make strange "ima-scan trial strange" - strange

# A root, an intermediate below it, and what they sign.
make root "ima-scan trial root" - ca_cert
make middle "ima-scan trial middle" root ca_cert
make leaf "ima-scan trial leaf" middle code
make leaf-expired "ima-scan trial expired leaf" middle code rsa2048 sha256 \
	20100101000000Z 20110101000000Z
make leaf-sha1 "ima-scan trial leaf by SHA-1" middle code rsa2048 sha1
make leaf-server "ima-scan trial server leaf" middle server
make middle-short "ima-scan trial short middle" root ca_short
make middle-deep "ima-scan trial deep middle" middle-short ca_cert
make leaf-deep "ima-scan trial deep leaf" middle-deep code
# An issuer that may not be one.
make leaf-noca "ima-scan trial leaf of a leaf" selfleaf code

rm -f ./*.csr ./*.pem ca.conf index* openssl.log
touch "$folder/done"
