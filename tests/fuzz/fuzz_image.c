/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes a whole image: sections of unified kernel images, shim's own lists, signatures, and what firmware and shim decide. */
#include <stdlib.h>
#include <string.h>

#include "efi/imagecheck.h"
#include "efi/shimimage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_shim(const uint8_t *data, size_t size)
{
	struct shimimage shim;
	struct peimage pe;

	if (peimage_decode(data, size, &pe, NULL) < 0)
		return;
	if (shimimage_decode(&pe, &shim, NULL) == 0)
		shimimage_done(&shim);
	peimage_done(&pe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct secureboot state = {.word = SECUREBOOT_ENFORCING};
	static struct imagecheck_anchors *anchors;
	struct imagecheck image;

	if (!anchors)
		anchors = imagecheck_anchors_new(&state, NULL, 0, NULL);
	if (!anchors)
		abort();
	decode_shim(data, size);
	if (imagecheck_decode("ESP:/x", data, size, &state, anchors, &image, NULL) < 0)
		return 0;
	/* Without any key nothing is started. */
	if (image.by_firmware == IMAGECHECK_STARTS || image.by_shim == IMAGECHECK_STARTS)
		abort();
	if (image.linux_offset + image.linux_size > size ||
	    image.initrd_offset + image.initrd_size > size)
		abort();
	imagecheck_done(&image);
	return 0;
}
