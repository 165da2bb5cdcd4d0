// SPDX-License-Identifier: GPL-2.0-or-later
/* mkcorpus MOUNTPOINT KEYS ELF UUID VERITY-LIST MODULE...: fills an empty ext4 with every case. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/provider.h>

#include "file.h"

static void load_elf(const char *path)
{
	FILE *f = fopen(path, "re");

	corpus.elf = malloc(1 << 16);
	if (!f || !corpus.elf)
		die("%s", path);
	corpus.elf_size = fread(corpus.elf, 1, 1 << 16, f);
	fclose(f);
	if (corpus.elf_size < 64 || corpus.elf_size == 1 << 16)
		die("%s is not the small program that it should be", path);
}

static void load_uuid(const char *text)
{
	size_t at = 0;

	for (; *text && at < 32; text++) {
		if (*text == '-')
			continue;
		unsigned digit = (unsigned)(*text <= '9' ? *text - '0' : (*text | 32) - 'a' + 10);

		corpus.uuid[at / 2] = (uint8_t)(corpus.uuid[at / 2] << 4 | digit);
		at++;
	}
	if (at != 32)
		die("not a UUID");
}

int main(int argc, char **argv)
{
	if (argc < 6)
		die("usage: mkcorpus MOUNTPOINT KEYS ELF UUID VERITY-LIST MODULE...");
	/* md4, RIPEMD-160 and Whirlpool are legacy to OpenSSL, and hashes like others to the
	 * kernel. */
	if (!OSSL_PROVIDER_load(NULL, "default") || !OSSL_PROVIDER_load(NULL, "legacy"))
		die("OpenSSL's legacy provider");
	umask(0);
	corpus.root = argv[1];
	corpus.keys = argv[2];
	load_elf(argv[3]);
	load_uuid(argv[4]);
	corpus.verity = fopen(argv[5], "we");
	if (!corpus.verity)
		die("%s", argv[5]);
	cases_digest();
	cases_malformed();
	cases_rsa();
	cases_ecdsa();
	cases_keys();
	cases_v1();
	cases_verity();
	cases_evm();
	cases_kinds();
	cases_names();
	cases_modules(argv + 6);
	if (fclose(corpus.verity))
		die("%s", argv[5]);
	return 0;
}
