/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entry files of the Boot Loader Specification, loader.conf, and the order of versions. */
#include "efi/loaders/bls.h"
#include "tests/fuzz/loaderview.h"

static int item(struct loaders *l, const char *where, const char *text, size_t size,
		struct fault *f)
{
	struct bls_item out;
	int result = bls_decode(l, where, text, size, &out, f);

	if (result == 0 && (!out.id || !*out.id || out.initrd_count > BOOTENTRY_INITRDS_MAX))
		abort();
	bls_item_done(&out);
	return result;
}

static int settings(struct loaders *l, const char *where, const char *text, size_t size,
		    struct fault *f)
{
	struct bls_settings out = {.editor = true};
	int result = bls_settings_decode(l, where, text, size, &out, f);

	free(out.pattern);
	return result;
}

/* The input is every entry file and loader.conf of a whole target. */
static int all(struct loaders *l, const char *where, const char *text, size_t size, struct fault *f)
{
	(void)where;
	(void)text;
	(void)size;
	return sdboot_find(l, f);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char a[64], b[64];
	size_t half = size / 2 < sizeof(a) - 1 ? size / 2 : sizeof(a) - 1;

	loaderview_run(data, size, "/boot/loader/entries/a+3-1.conf", item);
	loaderview_run(data, size, "ESP:/loader/loader.conf", settings);
	loaderview_run(data, size, "ESP:/", all);
	memcpy(a, data, half);
	memcpy(b, data + half, half);
	a[half] = b[half] = '\0';
	if (sign(bls_version_compare(a, b)) != -sign(bls_version_compare(b, a)) ||
	    bls_version_compare(a, a) != 0)
		abort();
	return 0;
}
