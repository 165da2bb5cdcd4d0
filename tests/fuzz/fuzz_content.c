/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Up to the first NUL a path below the root, after it the first bytes of a file. */
#include <stdlib.h>
#include <string.h>

#include "scanner/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, 0, size);
	size_t path_size = nul ? (size_t)(nul - data) : size, head_size;
	unsigned kinds;
	uint8_t *head;
	char *path;

	path = strndup((const char *)data, path_size);
	head_size = nul ? size - path_size - 1 : 0;
	if (head_size > CONTENT_HEAD_BYTES)
		head_size = CONTENT_HEAD_BYTES;
	/* Of its own size, so that a read past the end is seen. */
	head = malloc(head_size ? head_size : 1);
	if (!path || !head)
		abort();
	if (head_size)
		memcpy(head, nul + 1, head_size);
	kinds = content_of_head(head, head_size);
	if (kinds & CONTENT_ELF_RELOCATABLE && !(kinds & CONTENT_ELF))
		abort();
	if (content_of_path(path) & CONTENT_AT_COMPRESSED_MODULE && !strstr(path, ".ko."))
		abort();
	free(head);
	free(path);
	return 0;
}
