/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the path of an image to volumes: raw ones as they are, qcow2 by qemu-nbd and the kernel's NBD client. */
#include "rescue/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "rescue/background.h"
#include "rescue/imageformat.h"
#include "rescue/nbd.h"
#include "rescue/qcow2.h"
#include "rescue/qcow2map.h"
#include "rescue/confined.h"
#include "scanner/base/buf.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

enum { EXT_MAGIC_AT = 1080, MBR_MAGIC_AT = 510, GPT_MAGIC_AT = 512 };

/* --- Which format --- */

/* What a disk or a file system has at places that a qcow2 image, whose header is short, leaves zero. */
static bool looks_raw(const uint8_t *head, size_t size)
{
	return size >= IMAGEFORMAT_HEAD_BYTES && (memcmp(head + MBR_MAGIC_AT, "\x55\xaa", 2) == 0 ||
						  memcmp(head + GPT_MAGIC_AT, "EFI PART", 8) == 0 ||
						  memcmp(head + EXT_MAGIC_AT, "\x53\xef", 2) == 0);
}

/* NULL with *f filled: not to be told, or not to be opened. */
static const struct imageformat *choose(const uint8_t *head, size_t size, const char *format,
					struct fault *f)
{
	const struct imageformat *found = imageformat_of(head, size);

	if (format && strcmp(format, "raw") == 0)
		return imageformat_of("", 0);
	if (format && strcmp(format, "qcow2") == 0) {
		if (found->way == IMAGEFORMAT_QCOW2)
			return found;
		fault_set(f, EINVAL, "it does not begin like a qcow2 image");
		return NULL;
	}
	if (found->way == IMAGEFORMAT_OTHER) {
		fault_set(f, ENOTSUP, "it is %s, which is not opened: %s", found->name,
			  found->remedy);
		return NULL;
	}
	if (found->way == IMAGEFORMAT_QCOW2 && looks_raw(head, size)) {
		fault_set(f, EINVAL,
			  "it begins like a qcow2 image and looks like a disk too: say which it is "
			  "(--image-format raw, or qcow2)");
		return NULL;
	}
	return found;
}

/* --- qcow2 --- */

/* A listening socket with our own connection waiting, and no name any more by which others could come. */
static int make_sockets(const struct ledger *ledger, int *out_listening, int *out_connected,
			struct fault *f)
{
	own_fd int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	own_fd int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int n = snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", ledger->dir), result;

	if (listening < 0 || connected < 0 || n < 0 || (size_t)n >= sizeof(at.sun_path))
		return fault_set(f, errno, "making a socket");
	result = bind(listening, (struct sockaddr *)&at, sizeof(at));
	if (result == 0)
		result = listen(listening, 1) < 0
				 ? -1
				 : connect(connected, (struct sockaddr *)&at, sizeof(at));
	if (result < 0)
		fault_set(f, errno, "making the socket %s", at.sun_path);
	(void)unlink(at.sun_path);
	if (result < 0)
		return -1;
	*out_listening = take_fd(&listening);
	*out_connected = take_fd(&connected);
	return 0;
}

/*
 * The format is said, so that nothing is guessed from what a guest wrote; no other file is opened, even if the
 * header that we read should have changed since. It reads our descriptor: names are no matter.
 */
static const char server_image[] =
	"json:{\"driver\":\"qcow2\",\"backing\":null,\"read-only\":true,\"auto-read-only\":false,"
	"\"discard\":\"ignore\",\"file\":{\"driver\":\"file\",\"filename\":\"/proc/self/fd/4\","
	"\"read-only\":true}}";

static const char *const server_words[] = {
	"qemu-nbd",   "--read-only", "--shared=1", "--discard=ignore", "--detect-zeroes=off",
	server_image, NULL,
};

/* The server, and the kernel's client of it. The device's descriptor, or -1. */
static int open_served(int fd, struct ledger *ledger, char device[BLOCKDEV_PATH_BYTES],
		       struct fault *f)
{
	own_fd int listening = -1, connected = -1, error = confined_output(f);
	struct fault why;
	int result;

	if (error < 0 || make_sockets(ledger, &listening, &connected, f) < 0)
		return -1;
	if (background_start(&(struct background){.words = server_words,
						  .socket_fd = listening,
						  .file_fd = fd,
						  .error_fd = error},
			     ledger, f) < 0)
		return -1;
	/* Its end alone: otherwise a server that ended would leave us waiting for an answer. */
	close(take_fd(&listening));
	result = nbd_open(connected, device, &why);
	if (result >= 0)
		return result;
	if (why.os == ECONNRESET || why.os == EPROTO)
		return confined_complaint(server_words[0], error, "it ended without a word", f);
	*f = why;
	return -1;
}

static ssize_t read_some(void *context, void *data, size_t size, uint64_t offset)
{
	return fd_pread_full(*(const int *)context, data, size, offset);
}

static int read_header(const uint8_t *head, size_t size, int fd, uint64_t file_bytes,
		       struct remark_list *remarks, const char *name, struct fault *f)
{
	const struct qcow2map_file file = {read_some, &fd, file_bytes};
	struct qcow2 header;
	struct fault fault;

	if (qcow2_decode(head, size, &header, f) < 0 || qcow2_check(&header, file_bytes, f) < 0 ||
	    qcow2map_check(&header, &file, f) < 0)
		return -1;
	if (header.corrupt) {
		fault_set(&fault, 0, "it is marked as corrupt by a program that used it");
		remark_add(remarks, name, &fault);
	}
	if (header.snapshots) {
		fault_set(&fault, 0, "it holds %u snapshots, and they are not looked into",
			  header.snapshots);
		remark_add(remarks, name, &fault);
	}
	return 0;
}

static int add_served(struct volume_list *volumes, const char *path, int fd, struct ledger *ledger,
		      struct fault *f)
{
	static const char advice[] =
		"a qcow2 image is opened by qemu-nbd and the kernel's nbd, or made raw by "
		"qemu-img convert -O raw";
	char device[BLOCKDEV_PATH_BYTES];
	own_fd int device_fd = -1;

	if (!ledger)
		return fault_set(f, EPERM, "%s", advice);
	device_fd = open_served(fd, ledger, device, f);
	if (device_fd < 0)
		return f->os == ENOENT ? fault_add(f, "%s", advice) : -1;
	return volume_add_served_image(volumes, path, device, take_fd(&device_fd), f);
}

/* --- Both --- */

int image_add(struct volume_list *volumes, const char *path, const char *format,
	      struct ledger *ledger, struct remark_list *remarks, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const struct imageformat *found;
	uint8_t head[IMAGEFORMAT_HEAD_BYTES];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_set(f, errno, "opening the image %s", path);
	if (!S_ISREG(st.st_mode))
		return fault_set(f, EINVAL, "opening the image %s: it is no regular file", path);
	n = fd_pread_full(fd, head, sizeof(head), 0);
	if (n < 0)
		return fault_set(f, errno, "reading the image %s", path);
	found = choose(head, (size_t)n, format, f);
	if (!found)
		return fault_add(f, "%s", path);
	if (found->way == IMAGEFORMAT_RAW)
		return volume_add_image(volumes, path, f);
	if (read_header(head, (size_t)n, fd, (uint64_t)st.st_size, remarks, path, f) < 0 ||
	    add_served(volumes, path, fd, ledger, f) < 0)
		return fault_add(f, "%s", path);
	return 0;
}
