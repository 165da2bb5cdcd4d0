/* SPDX-License-Identifier: GPL-2.0-or-later */
/* U-Boot's scripts, bare and in an image (whose header has NUL bytes), and its environments. */
#include "tests/fuzz/loaderview.h"

/* All of the input, not what is in front of its first NUL. */
static void whole(const uint8_t *data, size_t size, const char *where)
{
	struct loaderview v = {(const uint8_t *)"", 0, 0};
	struct loaders_files files = {loaderview_read, loaderview_stat, loaderview_list,
				      loaderview_canonical, &v};
	struct bootentry_list out = {0};
	struct remark_list remarks = {0};
	struct fault f = {0};
	struct loaders l;

	loaders_init(&l, &files, &out, &remarks);
	if (uboot_decode(&l, where, (const char *)data, size, &f) < 0 && f.os != ENOSPC)
		abort();
	loaderview_check(&out);
	loaders_done(&l);
	bootentry_list_done(&out);
	remark_list_done(&remarks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	whole(data, size, "/boot/boot.scr");
	loaderview_run(data, size, "/boot/boot.scr", uboot_decode);
	loaderview_run(data, size, "/boot/uEnv.txt", uboot_decode);
	return 0;
}
