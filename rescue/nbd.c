/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NBD protocol's handshake (doc/proto.md of nbd), then the kernel's client by generic netlink (linux/genetlink.h,
 * linux/nbd-netlink.h, Linux 4.12). Netlink, since the kernel then chooses a free device by itself, and takes it
 * down by itself when its last user goes.
 */
#include "rescue/nbd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/genetlink.h>
#include <linux/nbd-netlink.h>
#include <linux/nbd.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rescue/tool.h"
#include "scanner/base/buf.h"
#include "scanner/base/bytes.h"
#include "scanner/base/own.h"

enum { BLOCK_BYTES = 512, NODE_TRIES = 100, NODE_WAIT_MS = 50 };

/* --- The protocol: big-endian, fixed newstyle --- */

enum {
	FIXED_NEWSTYLE = 1 << 0, /* of the server, and of the client */
	NO_ZEROES = 1 << 1,
	OPTION_EXPORT_NAME = 1,
	GREETING_BYTES = 18,
	EXPORT_BYTES = 10,
};

struct served {
	uint64_t size_bytes;
	uint16_t flags; /* as the kernel wants them: NBD_FLAG_… */
};

/* Some bytes; 0, or an errno value. A server that ended is a reset, whether it closed or went with our words unread. */
static int receive_some(int fd, uint8_t *data, size_t size, size_t *out_got)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int ready = poll(&wait, 1, NBD_TIMEOUT_S * 1000);
	ssize_t n;

	if (ready <= 0)
		return ready < 0 ? errno : ETIMEDOUT;
	n = recv(fd, data, size, 0);
	if (n <= 0)
		return n < 0 ? errno : ECONNRESET;
	*out_got = (size_t)n;
	return 0;
}

static int receive(int fd, void *data, size_t size, struct fault *f)
{
	size_t some = 0;

	for (size_t got = 0; got < size; got += some) {
		int os = receive_some(fd, (uint8_t *)data + got, size - got, &some);

		if (os)
			return fault_set(f, os, "talking to the NBD server");
	}
	return 0;
}

static bool starts_with(struct bytes *b, const char *text)
{
	const uint8_t *at = bytes_take(b, strlen(text));

	return at && memcmp(at, text, strlen(text)) == 0;
}

/* The nameless export: it tells its size, and what it can do. */
static int shake_hands(int fd, struct served *out, struct fault *f)
{
	static const uint8_t wish[] = {
		0, 0, 0, FIXED_NEWSTYLE | NO_ZEROES, 'I', 'H', 'A', 'V', 'E', 'O', 'P', 'T',
		0, 0, 0, OPTION_EXPORT_NAME,	     0,	  0,   0,   0};
	uint8_t greeting[GREETING_BYTES], answer[EXPORT_BYTES];
	struct bytes b = bytes_of(greeting, sizeof(greeting));

	if (receive(fd, greeting, sizeof(greeting), f) < 0)
		return -1;
	if (!starts_with(&b, "NBDMAGIC") || !starts_with(&b, "IHAVEOPT") ||
	    (~bytes_u16be(&b) & (FIXED_NEWSTYLE | NO_ZEROES)))
		return fault_set(f, EPROTO, "talking to the NBD server");
	if (send(fd, wish, sizeof(wish), MSG_NOSIGNAL) != (ssize_t)sizeof(wish))
		return fault_set(f, errno, "talking to the NBD server");
	if (receive(fd, answer, sizeof(answer), f) < 0)
		return -1;
	b = bytes_of(answer, sizeof(answer));
	out->size_bytes = (uint64_t)bytes_u32be(&b) << 32;
	out->size_bytes |= bytes_u32be(&b);
	out->flags = bytes_u16be(&b);
	return out->size_bytes > INT64_MAX
		       ? fault_set(f, EPROTO, "asking the NBD server for a size")
		       : 0;
}

/* --- Netlink: messages are built in a buffer, lengths filled in when they are known --- */

static void add_attribute(struct buf *m, uint16_t type, const void *data, size_t size)
{
	static const char zeros[NLA_ALIGNTO];
	struct nlattr attribute = {.nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + size)};

	buf_add(m, &attribute, sizeof(attribute));
	buf_add(m, data, size);
	buf_add(m, zeros, NLA_ALIGN(size) - size);
}

static void add_u64(struct buf *m, uint16_t type, uint64_t value)
{
	add_attribute(m, type, &value, sizeof(value));
}

static void begin(struct buf *m, uint16_t family, uint8_t command, uint8_t version)
{
	struct nlmsghdr header = {.nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK};
	struct genlmsghdr general = {.cmd = command, .version = version};

	buf_add(m, &header, sizeof(header));
	buf_add(m, &general, sizeof(general));
}

/* Netlink is in the machine's own order of bytes. */
static uint32_t number_of(const uint8_t *at, size_t size)
{
	uint32_t number = 0;
	uint16_t small = 0;

	if (size >= sizeof(number)) {
		memcpy(&number, at, sizeof(number));
		return number;
	}
	if (size >= sizeof(small))
		memcpy(&small, at, sizeof(small));
	return small;
}

/* The number that an answer has in an attribute of this type. */
static bool find_number(const uint8_t *at, size_t left, uint16_t type, uint32_t *out)
{
	while (left >= NLA_HDRLEN) {
		struct nlattr attribute;
		size_t step;

		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > left)
			return false;
		if (attribute.nla_type == type) {
			*out = number_of(at + NLA_HDRLEN, attribute.nla_len - NLA_HDRLEN);
			return true;
		}
		step = (size_t)NLA_ALIGN(attribute.nla_len);
		if (step >= left)
			return false;
		at += step;
		left -= step;
	}
	return false;
}

/* One answer: 1 the last, 0 more to come, -1 the kernel refuses (errno is set). */
static int take_answer(const uint8_t *data, const struct nlmsghdr *header, uint16_t type,
		       uint32_t *out)
{
	const size_t heads = NLMSG_HDRLEN + GENL_HDRLEN;
	int error;

	if (header->nlmsg_type != NLMSG_ERROR) {
		if (header->nlmsg_len >= heads)
			(void)find_number(data + heads, header->nlmsg_len - heads, type, out);
		return 0;
	}
	if (header->nlmsg_len < NLMSG_HDRLEN + sizeof(error)) {
		errno = EPROTO;
		return -1;
	}
	memcpy(&error, data + NLMSG_HDRLEN, sizeof(error));
	errno = -error;
	return error ? -1 : 1;
}

static int take_answers(int fd, uint16_t type, uint32_t *out)
{
	uint8_t data[8192];
	int result = 0;

	while (result == 0) {
		ssize_t n = recv(fd, data, sizeof(data), 0);
		struct nlmsghdr header;

		if (n < 0)
			return -1;
		for (size_t at = 0; result == 0 && at + sizeof(header) <= (size_t)n;
		     at += NLMSG_ALIGN(header.nlmsg_len)) {
			memcpy(&header, data + at, sizeof(header));
			if (header.nlmsg_len < sizeof(header) ||
			    header.nlmsg_len > (size_t)n - at) {
				errno = EPROTO;
				return -1;
			}
			result = take_answer(data + at, &header, type, out);
		}
	}
	return result < 0 ? -1 : 0;
}

/* Sends a message; *out is the number of that type in the answer. -1: errno says why. */
static int ask(int fd, struct buf *m, uint16_t type, uint32_t *out)
{
	uint32_t length = (uint32_t)m->len;

	if (m->failed) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(m->data + offsetof(struct nlmsghdr, nlmsg_len), &length, sizeof(length));
	*out = UINT32_MAX;
	if (send(fd, m->data, m->len, 0) != (ssize_t)m->len || take_answers(fd, type, out) < 0)
		return -1;
	errno = EPROTO;
	return *out == UINT32_MAX ? -1 : 0;
}

static int ask_family(int fd, uint32_t *out)
{
	own_buf struct buf m = {0};

	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	add_attribute(&m, CTRL_ATTR_FAMILY_NAME, NBD_GENL_FAMILY_NAME,
		      sizeof(NBD_GENL_FAMILY_NAME));
	return ask(fd, &m, CTRL_ATTR_FAMILY_ID, out);
}

/* The driver is a module mostly, and nobody has needed it yet. */
static int find_driver(int fd, uint32_t *out, struct fault *f)
{
	static const struct tool modprobe = {.name = "modprobe", .package = "kmod", .seconds = 60};
	static const char *const arguments[] = {"nbd", NULL};
	struct fault why;

	if (ask_family(fd, out) == 0)
		return 0;
	if (tool_run(&modprobe, arguments, NULL, NULL, &why) == 0 && ask_family(fd, out) == 0)
		return 0;
	return fault_set(f, ENOENT, "this kernel has no driver for network block devices (nbd)");
}

static int connect_driver(int fd, uint32_t family, int socket_fd, const struct served *served,
			  uint32_t *out_index)
{
	own_buf struct buf m = {0}, item = {0}, sockets = {0};
	uint32_t number = (uint32_t)socket_fd;

	add_attribute(&item, NBD_SOCK_FD, &number, sizeof(number));
	add_attribute(&sockets, NBD_SOCK_ITEM | NLA_F_NESTED, item.data, item.len);
	begin(&m, (uint16_t)family, NBD_CMD_CONNECT, NBD_GENL_VERSION);
	add_u64(&m, NBD_ATTR_SIZE_BYTES, served->size_bytes);
	add_u64(&m, NBD_ATTR_BLOCK_SIZE_BYTES, BLOCK_BYTES);
	add_u64(&m, NBD_ATTR_TIMEOUT, NBD_TIMEOUT_S);
	add_u64(&m, NBD_ATTR_SERVER_FLAGS, served->flags | NBD_FLAG_READ_ONLY);
	add_u64(&m, NBD_ATTR_CLIENT_FLAGS, NBD_CFLAG_DISCONNECT_ON_CLOSE);
	add_attribute(&m, NBD_ATTR_SOCKETS | NLA_F_NESTED, sockets.data, sockets.len);
	if (item.failed || sockets.failed)
		m.failed = true;
	return ask(fd, &m, NBD_ATTR_INDEX, out_index);
}

/* --- The device --- */

static int open_node(const char *path)
{
	int fd = -1;

	/* Where devtmpfs does not make it, udev may need a moment. */
	for (int i = 0; i < NODE_TRIES && fd < 0; i++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT && errno != ENXIO)
			break;
		if (fd < 0)
			(void)poll(NULL, 0, NODE_WAIT_MS);
	}
	return fd;
}

/* It goes when its last user does, and somebody may have been quicker than we (udev's probes): then it is gone. */
static int check_device(int fd, const struct served *served, struct fault *f)
{
	uint64_t size = 0;
	int on = 1, read_only = 0;

	/* It is, by what the server says; a mark of ours would stay when it is somebody else's. */
	if (ioctl(fd, BLKROGET, &read_only) < 0 || (!read_only && ioctl(fd, BLKROSET, &on) < 0) ||
	    ioctl(fd, BLKGETSIZE64, &size) < 0)
		return fault_set(f, errno, "setting a network block device read-only");
	if (size != served->size_bytes / BLOCK_BYTES * BLOCK_BYTES)
		return fault_set(f, EAGAIN, "setting up a network block device");
	return 0;
}

int nbd_open(int socket_fd, char out_path[BLOCKDEV_PATH_BYTES], struct fault *f)
{
	own_fd int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), fd = -1;
	struct served served = {0};
	uint32_t family = 0, index = 0;

	if (netlink < 0)
		return fault_set(f, errno, "asking the kernel for a network block device");
	if (find_driver(netlink, &family, f) < 0 || shake_hands(socket_fd, &served, f) < 0)
		return -1;
	if (connect_driver(netlink, family, socket_fd, &served, &index) < 0)
		return fault_set(f, errno, "setting up a network block device");
	snprintf(out_path, BLOCKDEV_PATH_BYTES, "/dev/nbd%u", index);
	fd = open_node(out_path);
	if (fd < 0)
		return fault_set(f, errno, "opening %s", out_path);
	return check_device(fd, &served, f) < 0 ? -1 : take_fd(&fd);
}
