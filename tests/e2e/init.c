// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first program of the kernel under test: loads keys, EVM and a policy as /e2e says, then tries
 * each regular file of the image in each way asked for, and writes what the kernel answered as one
 * JSON object a line to the second virtio disk. README.md beside this file has the field names.
 *
 * The type 1800 audit record of a refusal comes from the audit multicast group, in the order of the
 * kernel's queue: a user message sent after each try marks where its records end.
 */
#define _GNU_SOURCE
#include "devmapper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/fsverity.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOUNTPOINT	"/mnt"
#define IMAGE_DISK	"/dev/vda"
#define RESULT_DISK	"/dev/vdb"
#define AUDIT_INTEGRITY 1800
#define AUDIT_WAIT_MS	3000
#define RECORDS_MAX	8
#define LINE_MAX_BYTES	16384

struct entry {
	char *path;
	ino_t ino;
	const char *starts; /* "elf", "script" or "other": what execve makes of it */
};

struct listing {
	struct entry *entries;
	size_t count;
	size_t room;
};

struct outcome {
	const char *stage; /* the system call that gave the answer */
	int err;	   /* its errno, 0 when let through */
	int status;	   /* wait status of an executed file, -1 otherwise */
};

struct
try {
	const char *name;
	bool writable; /* needs a mount that can be written */
	struct outcome (*run)(const char *path, uid_t uid);
};

static FILE *results;
static int audit_fd = -1;
static unsigned audit_sequence;

/* ---- output ------------------------------------------------------------------------------- */

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(results, format, args);
	va_end(args);
}

static void say_string(const char *text)
{
	fputc('"', results);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(results, "\\%c", *p);
		else if (*p < 0x20 || *p >= 0x7f)
			fprintf(results, "\\u%04x", *p);
		else
			fputc(*p, results);
	}
	fputc('"', results);
}

/* Names are bytes, so the exact ones always go as hex; "path" is there for the reader. */
static void say_path(const char *path)
{
	say("\"path\":");
	say_string(path);
	say(",\"path_hex\":\"");
	for (const unsigned char *p = (const unsigned char *)path; *p; p++)
		say("%02x", *p);
	say("\"");
}

static void shut_down(void)
{
	if (results) {
		fflush(results);
		fsync(fileno(results));
	}
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void die(const char *what)
{
	int err = errno;

	if (results) {
		say("{\"record\":\"broken\",\"what\":");
		say_string(what);
		say(",\"errno\":%d}\n", err);
	}
	fprintf(stderr, "e2e: %s: %s\n", what, strerror(err));
	shut_down();
}

/* ---- small files -------------------------------------------------------------------------- */

/* Whole content of a file, with a NUL after it; NULL when there is no such file. */
static char *slurp(const char *path, size_t *out_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0)
		die(path);
	bytes = malloc((size_t)st.st_size + 1);
	n = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;
	if (n != st.st_size)
		die(path);
	close(fd);
	bytes[n] = 0;
	if (out_size)
		*out_size = (size_t)n;
	return bytes;
}

/* To a file of securityfs: the errno, 0 when all went well. Of a policy a write takes one line. */
static int spill(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno;
	while (size && !err) {
		ssize_t n = write(fd, bytes, size);

		if (n <= 0) {
			err = n < 0 ? errno : EIO;
		} else {
			bytes += n;
			size -= (size_t)n;
		}
	}
	/* The kernel takes a policy over when the file is closed. */
	if (close(fd) < 0 && !err)
		err = errno;
	return err;
}

/* Value of NAME=VALUE in /e2e/config, "" when not there. */
static const char *setting(const char *name)
{
	static char *config;
	static char value[512];
	size_t length = strlen(name);

	if (!config)
		config = slurp("/e2e/config", NULL);
	if (!config)
		die("/e2e/config");
	for (const char *line = config; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) || line[length] != '=')
			continue;
		line += length + 1;
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\n"), line);
		return value;
	}
	return "";
}

/* ---- audit -------------------------------------------------------------------------------- */

static void audit_open(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	struct timeval wait = {.tv_sec = AUDIT_WAIT_MS / 1000};
	int room = 1 << 20;

	audit_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (audit_fd < 0 || bind(audit_fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("audit multicast group");
	setsockopt(audit_fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(audit_fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

static void audit_mark(void)
{
	struct {
		struct nlmsghdr header;
		char text[64];
	} message = {.header.nlmsg_type = AUDIT_USER, .header.nlmsg_flags = NLM_F_REQUEST};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int n;

	n = snprintf(message.text, sizeof(message.text), "e2e-mark-%u.", ++audit_sequence);
	message.header.nlmsg_len = NLMSG_LENGTH((size_t)n + 1);
	message.header.nlmsg_seq = audit_sequence;
	if (sendto(audit_fd, &message, message.header.nlmsg_len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		die("audit marker");
}

/* The word after NAME in an audit record, "" when it is not there. */
static void audit_word(const char *text, const char *name, char *out_word, size_t room)
{
	const char *at = strstr(text, name);

	out_word[0] = 0;
	if (at) {
		at += strlen(name);
		snprintf(out_word, room, "%.*s", (int)strcspn(at, " \n"), at);
	}
}

static void say_audit_record(const char *text, bool first)
{
	char op[64], cause[64], ino[32], res[8];

	audit_word(text, " op=", op, sizeof(op));
	audit_word(text, " cause=", cause, sizeof(cause));
	audit_word(text, " ino=", ino, sizeof(ino));
	audit_word(text, " res=", res, sizeof(res));
	say("%s{\"op\":", first ? "" : ",");
	say_string(op);
	say(",\"cause\":");
	say_string(cause);
	say(",\"ino\":%s,\"res\":%s}", ino[0] ? ino : "0", res[0] ? res : "null");
}

/* Prints the records up to the marker as a JSON array. */
static void say_audit(void)
{
	static char buffer[LINE_MAX_BYTES];
	const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
	char mark[32];
	bool first = true;

	audit_mark();
	snprintf(mark, sizeof(mark), "e2e-mark-%u.", audit_sequence);
	say(",\"audit\":[");
	for (;;) {
		ssize_t n = recv(audit_fd, buffer, sizeof(buffer) - 1, 0);
		const char *text = NLMSG_DATA(buffer);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("audit records lost");
		if ((size_t)n < NLMSG_HDRLEN)
			continue;
		buffer[n] = 0;
		if (header->nlmsg_type == AUDIT_USER && strstr(text, mark))
			break;
		if (header->nlmsg_type != AUDIT_INTEGRITY)
			continue;
		say_audit_record(text, first);
		first = false;
	}
	say("]");
}

/* ---- setting up --------------------------------------------------------------------------- */

static void mount_or_die(const char *source, const char *target, const char *type,
			 unsigned long flags)
{
	mkdir(target, 0755);
	if (mount(source, target, type, flags, NULL) < 0 && errno != EBUSY)
		die(target);
}

/* Without a file IMA has nothing to appraise: what the kernel itself has signed gets in under module.sig_enforce. */
static int load_as_bytes(const char *path)
{
	size_t size;
	char *bytes = slurp(path, &size);
	int result = bytes ? (int)syscall(SYS_init_module, bytes, size, "") : -1;

	free(bytes);
	return result;
}

/* FOLDER/order lists files beside it, one a line, what is needed before what needs it. */
static void load_modules(const char *folder)
{
	char path[256];
	char *order, *rest;

	snprintf(path, sizeof(path), "%s/order", folder);
	order = rest = slurp(path, NULL);
	for (char *name; order && (name = strsep(&rest, "\n"));) {
		int fd;

		if (!*name)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* Some exist for other processors only (ENODEV) or are there already. */
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST &&
			       errno != ENODEV && (errno != EACCES || load_as_bytes(path) < 0)))
			fprintf(stderr, "e2e: module %s: %s\n", name, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	free(order);
}

static long key_add(const char *type, const char *name, const void *bytes, size_t size, long ring)
{
	return syscall(SYS_add_key, type, name, bytes, size, ring);
}

/* Every file of FOLDER becomes a key of TYPE in RING; "user" keys are named after their file. */
static void load_keys(const char *folder, const char *type, const char *ring_name, long ring,
		      bool revoke)
{
	struct dirent **names;
	int count = scandir(folder, &names, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char path[512];
		char *bytes;
		size_t size;
		long id;

		if (names[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		bytes = slurp(path, &size);
		if (!bytes)
			die(path);
		id = key_add(type, strcmp(type, "user") ? "" : names[i]->d_name, bytes, size, ring);
		say("{\"record\":\"key\",\"keyring\":\"%s\",\"type\":\"%s\",\"file\":", ring_name,
		    type);
		say_string(names[i]->d_name);
		say(",\"errno\":%d,\"revoked\":%s}\n", id < 0 ? errno : 0,
		    revoke ? "true" : "false");
		if (id >= 0 && revoke && syscall(SYS_keyctl, KEYCTL_REVOKE, id) < 0)
			die("revoking a key");
		free(bytes);
	}
}

static void load_keyrings(void)
{
	long ima, evm;

	/*
	 * The kernel looks them up by name, for whoever makes the first access: a session keyring,
	 * unlike that of a process, is also there for children.
	 */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		die("session keyring");
	ima = key_add("keyring", "_ima", NULL, 0, KEY_SPEC_SESSION_KEYRING);
	evm = key_add("keyring", "_evm", NULL, 0, KEY_SPEC_SESSION_KEYRING);
	if (ima < 0 || evm < 0)
		die("making the keyrings");
	load_keys("/e2e/keys/ima", "asymmetric", "_ima", ima, false);
	load_keys("/e2e/keys/ima-v1", "user", "_ima", ima, false);
	load_keys("/e2e/keys/ima-revoked", "asymmetric", "_ima", ima, true);
	load_keys("/e2e/keys/evm", "asymmetric", "_evm", evm, false);
	load_keys("/e2e/keys/evm-v1", "user", "_evm", evm, false);
}

/* The HMAC key is sealed under a "user" key, as evmctl's documentation has it. */
static void load_hmac_key(void)
{
	size_t size, blob_size;
	char *kmk = slurp("/e2e/keys/kmk", &size);
	char *blob = slurp("/e2e/keys/evm-key.blob", &blob_size);
	long id;

	if (!kmk || !blob)
		return;
	id = key_add("user", "kmk", kmk, size, KEY_SPEC_SESSION_KEYRING);
	if (id >= 0)
		id = key_add("encrypted", "evm-key", blob, blob_size, KEY_SPEC_SESSION_KEYRING);
	say("{\"record\":\"key\",\"keyring\":\"session\",\"type\":\"encrypted\",\"file\":\"evm-key\","
	    "\"errno\":%d}\n",
	    id < 0 ? errno : 0);
	free(kmk);
	free(blob);
}

static void enable_evm(void)
{
	char mode[16], state[16] = "";
	int err = 0, fd;

	snprintf(mode, sizeof(mode), "%s", setting("evm"));
	if (mode[0] && strcmp(mode, "0"))
		err = spill("/sys/kernel/security/evm", mode, strlen(mode));
	fd = open("/sys/kernel/security/evm", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ssize_t n = read(fd, state, sizeof(state) - 1);

		state[n > 0 ? n : 0] = 0;
		close(fd);
	}
	state[strcspn(state, "\n")] = 0;
	say("{\"record\":\"evm\",\"asked\":\"%s\",\"errno\":%d,\"state\":\"%s\"}\n", mode, err,
	    state);
}

static void load_policy(void)
{
	size_t size;
	char *text = slurp("/e2e/policy", &size);

	if (!text)
		return;
	say("{\"record\":\"policy\",\"bytes\":%zu,\"errno\":%d}\n", size,
	    spill("/sys/kernel/security/ima/policy", text, size));
	free(text);
}

/* ---- the image ---------------------------------------------------------------------------- */

static const char *first_bytes(const char *path)
{
	char bytes[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		close(fd);
	if (n == 4 && !memcmp(bytes, "\177ELF", 4))
		return "elf";
	return n >= 2 && !memcmp(bytes, "#!", 2) ? "script" : "other";
}

static void listing_add(struct listing *list, const char *path, const char *full, ino_t ino)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->entries[i].ino == ino)
			return; /* a verdict is cached with the inode: only one first access */
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 256;
		list->entries = realloc(list->entries, list->room * sizeof(*list->entries));
		if (!list->entries)
			die("file list");
	}
	list->entries[list->count++] = (struct entry){
		.path = strdup(path),
		.ino = ino,
		.starts = first_bytes(full),
	};
}

/* FOLDER is below the image's root. What lies in crash/ takes the kernel down: only when asked. */
static void listing_walk(struct listing *list, const char *folder, bool crash_too)
{
	char full[4096];
	struct dirent **names;
	int count;

	snprintf(full, sizeof(full), MOUNTPOINT "/%s", folder);
	count = scandir(full, &names, NULL, alphasort);
	if (count < 0)
		die(full);
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "", name);
		snprintf(full, sizeof(full), MOUNTPOINT "/%.4000s", path);
		if (lstat(full, &st) < 0)
			die(full);
		if (S_ISREG(st.st_mode))
			listing_add(list, path, full, st.st_ino);
		else if (S_ISDIR(st.st_mode) && strcmp(name, ".") && strcmp(name, "..") &&
			 (crash_too || strcmp(path, "crash")))
			listing_walk(list, path, crash_too);
		free(names[i]);
	}
	free(names);
}

static void image_mount(bool writable)
{
	mkdir(MOUNTPOINT, 0755);
	if (mount(IMAGE_DISK, MOUNTPOINT, "ext4", writable ? MS_NOATIME : MS_RDONLY, NULL) < 0)
		die("mounting the image");
}

/* Drops every inode of the image, and with them the verdicts the kernel remembers. */
static void image_unmount(void)
{
	for (int i = 0; umount(MOUNTPOINT) < 0; i++) {
		if (errno != EBUSY || i == 100)
			die("unmounting the image");
		usleep(20000);
	}
}

/* ---- the tries ---------------------------------------------------------------------------- */

/* Drops to UID in a way that can be undone: access rights and rules go by the other two ids. */
static void become(uid_t uid)
{
	if (uid && (setresgid(uid, uid, 0) < 0 || setresuid(uid, uid, 0) < 0))
		die("changing user");
}

static void become_root(uid_t from)
{
	if (from && (setresuid(0, 0, 0) < 0 || setresgid(0, 0, 0) < 0))
		die("becoming root again");
}

static struct outcome try_open(const char *path, uid_t uid, int flags)
{
	struct outcome result = {.stage = "open", .status = -1};
	int fd;

	become(uid);
	fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		result.err = errno;
	else
		close(fd);
	become_root(uid);
	return result;
}

static struct outcome try_read(const char *path, uid_t uid)
{
	return try_open(path, uid, O_RDONLY);
}

static struct outcome try_write(const char *path, uid_t uid)
{
	return try_open(path, uid, O_WRONLY);
}

static struct outcome try_rdwr(const char *path, uid_t uid)
{
	return try_open(path, uid, O_RDWR);
}

static struct outcome try_mmap(const char *path, uid_t uid)
{
	struct outcome result = {.stage = "open", .status = -1};
	int fd;

	become(uid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		result.err = errno;
	} else {
		void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

		result.stage = "mmap";
		if (map == MAP_FAILED)
			result.err = errno;
		else
			munmap(map, 4096);
		close(fd);
	}
	become_root(uid);
	return result;
}

static struct outcome try_module(const char *path, uid_t uid)
{
	struct outcome result = {.stage = "open", .status = -1};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	(void)uid;
	if (fd < 0) {
		result.err = errno;
		return result;
	}
	result.stage = "finit_module";
	if (syscall(SYS_finit_module, fd, "", 0) < 0)
		result.err = errno;
	close(fd);
	return result;
}

/* Has the kernel read the file as a policy. None of the corpus is one, so it never takes it over. */
static struct outcome try_policy(const char *path, uid_t uid)
{
	(void)uid;
	return (struct outcome){
		.stage = "policy",
		.err = spill("/sys/kernel/security/ima/policy", path, strlen(path)),
		.status = -1,
	};
}

static void exec_child(const char *path, uid_t uid, int report)
{
	char *arguments[] = {(char *)path, NULL};
	char *environment[] = {NULL};
	int err, quiet = open("/dev/null", O_RDWR);

	if (quiet >= 0) {
		dup2(quiet, 0);
		dup2(quiet, 1);
		dup2(quiet, 2);
	}
	if (uid && (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
		err = EPERM;
	else {
		execve(path, arguments, environment);
		err = errno;
	}
	if (write(report, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

static struct outcome try_exec(const char *path, uid_t uid)
{
	struct outcome result = {.stage = "execve", .status = -1};
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		die("pipe");
	child = vfork();
	if (child < 0)
		die("fork");
	if (!child)
		exec_child(path, uid, ends[1]);
	close(ends[1]);
	if (read(ends[0], &result.err, sizeof(result.err)) != sizeof(result.err))
		result.err = 0;
	close(ends[0]);
	while (waitpid(child, &result.status, 0) < 0 && errno == EINTR)
		;
	return result;
}

static const struct try tries[] = {
	{.name = "read", .run = try_read},
	{.name = "write", .run = try_write, .writable = true},
	{.name = "rdwr", .run = try_rdwr, .writable = true},
	{.name = "exec", .run = try_exec},
	{.name = "mmap", .run = try_mmap},
	{.name = "module", .run = try_module},
	{.name = "policy", .run = try_policy},
};

static const struct try *try_from_name(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (strlen(tries[i].name) == length && !strncmp(tries[i].name, name, length))
			return &tries[i];
	return NULL;
}

static void say_try(const struct try *how, uid_t uid, const struct entry *file,
		    const struct outcome *result)
{
	say("{\"record\":\"try\",\"try\":\"%s\",\"uid\":%u,\"ino\":%ju,", how->name, uid,
	    (uintmax_t)file->ino);
	say_path(file->path);
	say(",\"starts\":\"%s\",\"stage\":\"%s\",\"errno\":%d", file->starts, result->stage,
	    result->err);
	if (result->status >= 0 && WIFSIGNALED(result->status))
		say(",\"signal\":%d", WTERMSIG(result->status));
	say_audit();
	say("}\n");
}

/* Of an empty file, and of a name that goes on after its first line, no policy is read: IMA is not asked. */
static bool is_for(const struct try *how, const char *path)
{
	struct stat st;

	if (!strcmp(how->name, "module"))
		return strstr(path, ".ko");
	if (!strcmp(how->name, "policy"))
		return !strchr(path, '\n') && stat(path, &st) == 0 && st.st_size > 0;
	return true;
}

static void try_all(const struct try *how, uid_t uid, const struct listing *list)
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	image_mount(how->writable);
	for (size_t i = 0; i < list->count; i++) {
		char path[4096];
		struct outcome result;

		snprintf(path, sizeof(path), MOUNTPOINT "/%s", list->entries[i].path);
		if (!is_for(how, path))
			continue;
		result = how->run(path, uid);
		say_try(how, uid, &list->entries[i], &result);
	}
	image_unmount();
	clock_gettime(CLOCK_MONOTONIC, &end);
	say("{\"record\":\"pass\",\"try\":\"%s\",\"uid\":%u,\"ms\":%ld}\n", how->name, uid,
	    (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000);
	fflush(results);
}

/* tries=read:0,exec:0,read:1000 : one pass over the whole image for each. */
static void run_tries(void)
{
	struct listing list = {0};
	char only[64];
	char *plan = strdup(setting("tries"));
	char *rest = plan;

	image_mount(false);
	snprintf(only, sizeof(only), "%s", setting("only"));
	listing_walk(&list, only, *only);
	image_unmount();
	load_policy();
	audit_open();
	for (char *word; (word = strsep(&rest, ","));) {
		const char *colon = strchr(word, ':');
		const struct try *how = colon ? try_from_name(word, (size_t)(colon - word)) : NULL;

		if (!how) {
			errno = EINVAL;
			die("unknown try");
		}
		try_all(how, (uid_t)strtoul(colon + 1, NULL, 10), &list);
	}
	free(plan);
}

/* ---- fs-verity ---------------------------------------------------------------------------- */

static uint8_t nibble(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* /e2e/verity: path, algorithm number, block size, salt in hex or "-", with tabs between them. */
static void enable_verity(void)
{
	char *list = slurp("/e2e/verity", NULL);
	char *rest = list;

	image_mount(true);
	for (char *line; list && (line = strsep(&rest, "\n"));) {
		struct fsverity_enable_arg arg = {.version = 1};
		char name[1024], path[2048], salt_hex[65];
		uint8_t salt[32];
		int fd, err = 0;

		if (sscanf(line, "%1023[^\t]\t%u\t%u\t%64s", name, &arg.hash_algorithm,
			   &arg.block_size, salt_hex) != 4)
			continue;
		if (strcmp(salt_hex, "-")) {
			arg.salt_size = (uint32_t)strlen(salt_hex) / 2;
			arg.salt_ptr = (uintptr_t)salt;
			for (uint32_t i = 0; i < arg.salt_size; i++)
				salt[i] = (uint8_t)(nibble(salt_hex[2 * i]) << 4 |
						    nibble(salt_hex[2 * i + 1]));
		}
		snprintf(path, sizeof(path), MOUNTPOINT "/%s", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || ioctl(fd, FS_IOC_ENABLE_VERITY, &arg) < 0)
			err = errno;
		if (fd >= 0)
			close(fd);
		say("{\"record\":\"verity\",");
		say_path(name);
		say(",\"errno\":%d}\n", err);
	}
	image_unmount();
}

/* ---- a scanner inside the guest ----------------------------------------------------------- */

/* /e2e/scans: a name, a tab, the arguments with single blanks between them. No policy is loaded. */
/* Its status, as wait() gives it. */
static int run_scan(const char *name, char *words)
{
	char *arguments[64] = {(char *)"/e2e/ima-scan"};
	int count = 1, status = 0;
	pid_t child;

	for (char *word; count < 63 && (word = strsep(&words, " "));)
		if (*word)
			arguments[count++] = word;
	say("{\"record\":\"scan\",\"name\":\"%s\"}\n", name);
	fflush(results);
	child = fork();
	if (!child) {
		dup2(fileno(results), 1);
		execv(arguments[0], arguments);
		_exit(127);
	}
	waitpid(child, &status, 0);
	/* The child moved the shared position of the disk; stdio has to hear of it. */
	fseek(results, 0, SEEK_CUR);
	say("{\"record\":\"scan-end\",\"name\":\"%s\",\"status\":%d}\n", name, status);
	return status;
}

static void run_scans(void)
{
	char *list = slurp("/e2e/scans", NULL);
	char *rest = list;

	image_mount(false);
	for (char *line; list && (line = strsep(&rest, "\n"));) {
		char *tab = strchr(line, '\t');

		if (tab) {
			*tab = 0;
			run_scan(line, tab + 1);
		}
	}
	image_unmount();
}

/* ---- disks that fail ---------------------------------------------------------------------- */

/* A disk that fails now and then may fail at the mount: it is asked for as long as a boot may take. */
static void disk_mount(const char *device, const char *type, const char *options)
{
	for (int i = 0; mount(device, MOUNTPOINT, type, MS_RDONLY, options) < 0; i++) {
		if (errno != EIO || i == 500)
			die(device);
		usleep(200000);
	}
}

/* What was read before must not answer for the disk. */
static void drop_caches(void)
{
	int err = spill("/proc/sys/vm/drop_caches", "3", 1);

	if (err) {
		errno = err;
		die("dropping caches");
	}
}

static unsigned seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)now.tv_sec;
}

/*
 * The device of the table /e2e/table.NAME. A target "flakey", which is all of a table, gets its last two parameters
 * here: the seconds for which it works and fails, several times what a scan takes, whatever else the host has to do.
 */
static void disk_create(const char *name, unsigned scan_seconds, char *out_path, size_t room)
{
	char path[128];
	char *table, *whole = NULL;

	snprintf(path, sizeof(path), "/e2e/table.%s", name);
	table = slurp(path, NULL);
	if (!table)
		die(path);
	if (!strstr(table, " flakey "))
		whole = strdup(table);
	else if (asprintf(&whole, "%.*s %u %u", (int)strcspn(table, "\n"), table, 3 * scan_seconds,
			  2 * scan_seconds) < 0)
		whole = NULL;
	if (!whole || devmapper_create(name, whole, out_path, room) < 0)
		die(name);
	free(whole);
	free(table);
}

/* Ever so often a disk that works and fails in turns is asked: it may be that it was never met in one of them. */
enum { SCANS_MAX = 150 };

/*
 * Scans the device of the table /e2e/table.NAME, with some time between: once, or as often as asked and until there was
 * a scan with faults and one without. Returns the seconds that the longest took, one at least.
 */
static unsigned run_disk(const char *name, const char *type, const char *options, unsigned repeats,
			 unsigned scan_seconds)
{
	unsigned longest = 1, with = 0, without = 0;
	char device[64], scan[128], words[512];

	disk_create(name, scan_seconds, device, sizeof(device));
	mkdir(MOUNTPOINT, 0755);
	disk_mount(device, type, options);
	for (unsigned i = 0; i < repeats || (repeats > 1 && i < SCANS_MAX && (!with || !without));
	     i++) {
		unsigned began = seconds_now(), took;

		drop_caches();
		snprintf(scan, sizeof(scan), "%s-%u", name, i);
		snprintf(words, sizeof(words), "%s", setting("scan"));
		if (run_scan(scan, words) == 0)
			without++;
		else
			with++;
		took = seconds_now() - began + 1;
		longest = took > longest ? took : longest;
		usleep(repeats > 1 ? 500000 : 0);
	}
	image_unmount();
	if (devmapper_remove(name) < 0)
		die("removing a device");
	return longest;
}

/* /e2e/disks: name, file system, mount options, number of scans, with blanks between them. */
static void run_disks(void)
{
	char *list = slurp("/e2e/disks", NULL);
	char *rest = list;
	unsigned scan_seconds = 1;

	for (char *line; list && (line = strsep(&rest, "\n"));) {
		char name[32], type[16], options[64];
		unsigned repeats;

		if (sscanf(line, "%31s %15s %63s %u", name, type, options, &repeats) == 4)
			scan_seconds = run_disk(name, type, options, repeats, scan_seconds);
	}
}

/* ------------------------------------------------------------------------------------------- */

static void open_results(void)
{
	for (int i = 0; !results; i++) {
		int fd = open(RESULT_DISK, O_RDWR | O_CLOEXEC);

		if (fd >= 0)
			results = fdopen(fd, "r+");
		else if (i == 250)
			die(RESULT_DISK);
		else
			usleep(20000);
	}
	setvbuf(results, NULL, _IOFBF, 1 << 20);
}

int main(void)
{
	struct utsname name;
	const char *mode;

	mount_or_die("devtmpfs", "/dev", "devtmpfs", 0);
	mount_or_die("proc", "/proc", "proc", 0);
	mount_or_die("sysfs", "/sys", "sysfs", 0);
	mount_or_die("securityfs", "/sys/kernel/security", "securityfs", 0);
	load_modules("/e2e/modules");
	load_modules("/e2e/modules-more");
	open_results();
	uname(&name);
	say("{\"record\":\"boot\",\"kernel\":\"%s\",\"version\":", name.release);
	say_string(name.version);
	say("}\n");
	load_keyrings();
	load_hmac_key();
	enable_evm();
	mode = setting("mode");
	if (!strcmp(mode, "verity"))
		enable_verity();
	else if (!strcmp(mode, "scan"))
		run_scans();
	else if (!strcmp(mode, "disks"))
		run_disks();
	else
		run_tries();
	say("{\"record\":\"end\"}\n");
	shut_down();
}
