/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel images in every container, what is packed in them within a small limit. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "efi/bzimage.h"
#include "efi/kernelimage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void header(const uint8_t *data, size_t size)
{
	struct bzimage image;
	struct fault f;

	if (bzimage_decode(data, size, &image, &f) == 0 &&
	    (image.code + image.code_size != data + size || image.payload_size > image.code_size ||
	     image.version_size > size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LIMIT = 1 << 16 };
	struct remark_list remarks = {0};
	struct kernelimage image;
	struct fault f;

	header(data, size);
	if (kernelimage_decode_within("/boot/vmlinuz", data, size, LIMIT, &image, &remarks, &f) <
	    0) {
		if (f.os != ENOEXEC)
			abort();
	} else {
		if (!image.format || (image.release && strlen(image.release) > 64) ||
		    (image.config_source != KERNELIMAGE_CONFIG_NONE) != (image.config != NULL) ||
		    image.has_initramfs != (image.initramfs != NULL))
			abort();
		kernelimage_done(&image);
	}
	remark_list_done(&remarks);
	return 0;
}
