// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What libefi says of images under a variable store: verdict STORE IMAGE... One JSON object a line:
 * by_firmware and by_shim with their reasons, as `ima-efi audit` has them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static uint8_t *read_all(const char *path, size_t *out_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(IMAGECHECK_FILE_MAX);

	if (!file || !data) {
		perror(path);
		exit(70);
	}
	*out_size = fread(data, 1, IMAGECHECK_FILE_MAX, file);
	fclose(file);
	return data;
}

static void say(const char *path, const char *firmware, const char *firmware_because,
		const char *shim, const char *shim_because)
{
	own_buf struct buf line = {0};

	json_open(&line, NULL, '{');
	json_text(&line, "record", "image");
	json_text(&line, "path", path);
	json_text(&line, "by_firmware", firmware);
	json_text(&line, "firmware_because", firmware_because);
	json_text(&line, "by_shim", shim);
	json_text(&line, "shim_because", shim_because);
	json_close(&line, '}');
	puts(buf_text(&line));
}

static void judge(const char *path, const struct secureboot *state,
		  const struct imagecheck_anchors *anchors)
{
	struct imagecheck image = {0};
	struct fault f = {0};
	size_t size;
	uint8_t *data = read_all(path, &size);

	if (imagecheck_decode(path, data, size, state, anchors, &image, &f) < 0) {
		if (f.os != ENOEXEC)
			give_up(path, &f);
		say(path, "refused", f.text, "refused", f.text);
	} else {
		say(path, words[image.by_firmware], image.firmware_because, words[image.by_shim],
		    image.shim_because);
		imagecheck_done(&image);
	}
	free(data);
}

int main(int count, char **arguments)
{
	struct fault f = {0};
	struct efistore *store = count > 1 ? efistore_open(arguments[1], &f) : NULL;
	struct imagecheck_anchors *anchors;
	struct secureboot state;

	if (!store || secureboot_read(store, &state, &f) < 0)
		give_up("the store", &f);
	anchors = imagecheck_anchors_new(&state, NULL, 0, &f);
	if (!anchors)
		give_up("certificates", &f);
	for (int i = 2; i < count; i++)
		judge(arguments[i], &state, anchors);
	imagecheck_anchors_free(anchors);
	secureboot_done(&state);
	efistore_close(store);
	return 0;
}
