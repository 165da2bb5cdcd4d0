// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What libefi says of the images of an EFI system partition under a variable store:
 * verdict STORE ESP. One JSON object a line, with some of the fields of `ima-efi audit`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "efi/imagecheck.h"
#include "scanner/base/buf.h"
#include "scanner/base/fault.h"
#include "scanner/base/json.h"

static const char *const words[] = {
	[IMAGECHECK_STARTS] = "starts",
	[IMAGECHECK_REFUSED] = "refused",
	[IMAGECHECK_UNKNOWN] = "unknown",
};

static void give_up(const char *what, const struct fault *f)
{
	fprintf(stderr, "verdict: %s: %s\n", what, f->text);
	exit(70);
}

static void say(const struct imagecheck *image)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "image");
	json_path(&line, "path", "path_hex", image->path);
	json_text(&line, "by_firmware", words[image->by_firmware]);
	json_text(&line, "firmware_because", image->firmware_because);
	json_text(&line, "by_shim", words[image->by_shim]);
	json_text(&line, "shim_because", image->shim_because);
	json_close(&line, '}');
	puts(buf_text(&line));
}

static void judge(const struct secureboot *state, const char *esp)
{
	struct remark_list remarks = {0};
	struct imagecheck_list images = {0};
	struct fault f = {0};
	struct targetfs *target = targetfs_open("/proc/self/fdinfo", &f); /* no images there */
	struct imagecheck_anchors *anchors;

	if (!target || targetfs_add_esp(target, esp, &f) < 0)
		give_up(esp, &f);
	anchors = imagecheck_anchors_new(state, NULL, 0, &f);
	if (!anchors || imagecheck_find(target, state, anchors, &images, &remarks, &f) < 0)
		give_up("looking for images", &f);
	for (size_t i = 0; i < images.count; i++)
		say(&images.items[i]);
	for (size_t i = 0; i < remarks.count; i++)
		fprintf(stderr, "verdict: %s: %s\n", remarks.items[i].path,
			remarks.items[i].fault.text);
	imagecheck_list_done(&images);
	imagecheck_anchors_free(anchors);
	remark_list_done(&remarks);
	targetfs_close(target);
}

int main(int count, char **arguments)
{
	struct fault f = {0};
	struct efistore *store;
	struct secureboot state;

	if (count != 3) {
		fputs("usage: verdict STORE ESP\n", stderr);
		return 64;
	}
	store = efistore_open(arguments[1], &f);
	if (!store || secureboot_read(store, &state, &f) < 0)
		give_up(arguments[1], &f);
	judge(&state, arguments[2]);
	secureboot_done(&state);
	efistore_close(store);
	return 0;
}
