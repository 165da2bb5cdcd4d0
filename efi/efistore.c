/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The variables of a firmware, held in memory: of this machine through libefivar, of a directory of
 * efivarfs layout (Linux, Documentation/filesystems/efivarfs.rst), of a variable store, of a saved file.
 */
#include "efi/efistore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <efivar/efivar.h>

#include "efi/saved.h"
#include "efi/ucs2.h"
#include "efi/varstore.h"
#include "scanner/base/bytes.h"
#include "scanner/base/fd.h"
#include "scanner/base/own.h"

/* Of several slots with one GUID and name the one of the least rank counts. */
struct slot {
	struct efistore_variable variable;
	size_t rank;
};

struct efistore {
	enum efistore_kind kind;
	bool one_of_each; /* two of one name are a mistake */
	struct slot *slots;
	size_t count, capacity;
};

enum { GUID_TEXT = GUID_TEXT_BYTES - 1, ATTRIBUTE_BYTES = 4 };

/* --- Collecting --- */

static bool grow(struct efistore *store)
{
	size_t capacity = store->capacity ? store->capacity * 2 : 64;
	struct slot *slots;

	if (store->count < store->capacity)
		return true;
	slots = reallocarray(store->slots, capacity, sizeof(*slots));
	if (!slots)
		return false;
	store->slots = slots;
	store->capacity = capacity;
	return true;
}

static void slot_done(struct slot *slot)
{
	free(slot->variable.name);
	free(slot->variable.data);
}

/* Keeps a copy of what the arguments say; `like` gives GUID, attributes and errno. */
static int add(struct efistore *store, const char *name, const struct efistore_variable *like,
	       const void *data, size_t size, size_t rank, struct fault *f)
{
	struct slot slot = {.variable = *like, .rank = rank};
	struct efistore_variable *v = &slot.variable;

	if (store->count >= EFISTORE_COUNT_MAX)
		return fault_set(f, EFBIG, "more than %d variables", EFISTORE_COUNT_MAX);
	if (!v->unreadable && strlen(name) > EFISTORE_NAME_MAX)
		v->unreadable = ENAMETOOLONG;
	if (!v->unreadable && size > EFISTORE_DATA_MAX)
		v->unreadable = EFBIG;
	v->name = bytes_text(name, EFISTORE_NAME_MAX);
	v->size = v->unreadable ? 0 : size;
	v->data = malloc(v->size + 1);
	if (!v->name || !v->data || !grow(store)) {
		slot_done(&slot);
		return fault_set(f, ENOMEM, "keeping a variable");
	}
	if (v->size)
		memcpy(v->data, data, v->size);
	store->slots[store->count++] = slot;
	return 0;
}

static int compare_names(const struct efistore_variable *a, const struct efistore_variable *b)
{
	int order = memcmp(a->guid.bytes, b->guid.bytes, sizeof(a->guid.bytes));

	return order ? order : strcmp(a->name, b->name);
}

static int compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int order = compare_names(&x->variable, &y->variable);

	return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

/* Sorts, and leaves one of each name. */
static int finish(struct efistore *store, struct fault *f)
{
	size_t kept = 0;

	if (store->count)
		qsort(store->slots, store->count, sizeof(*store->slots), compare_slots);
	for (size_t i = 0; i < store->count; i++) {
		struct slot *slot = &store->slots[i];

		if (!kept ||
		    compare_names(&store->slots[kept - 1].variable, &slot->variable) != 0) {
			store->slots[kept++] = *slot;
			continue;
		}
		if (store->one_of_each) {
			fault_set(f, 0, "the variable %s is there twice", slot->variable.name);
			/* What was moved down must not be freed where it came from. */
			memmove(&store->slots[kept], slot, (store->count - i) * sizeof(*slot));
			store->count -= i - kept;
			return -1;
		}
		slot_done(slot);
	}
	store->count = kept;
	return 0;
}

/* --- This machine --- */

static struct guid guid_of(const efi_guid_t *from)
{
	struct guid guid;

	_Static_assert(sizeof(*from) == sizeof(guid.bytes), "a GUID is 16 bytes everywhere");
	memcpy(guid.bytes, from, sizeof(guid.bytes));
	return guid;
}

static int add_live(struct efistore *store, const efi_guid_t *guid, const char *name,
		    struct fault *f)
{
	struct efistore_variable like = {.guid = guid_of(guid)};
	own_mem uint8_t *data = NULL;
	size_t size = 0;

	errno = 0;
	if (efi_get_variable(*guid, name, &data, &size, &like.attributes) < 0) {
		like.unreadable = errno ? errno : EIO;
		efi_error_clear();
	}
	return add(store, name, &like, data, size, 0, f);
}

static int read_live(struct efistore *store, struct fault *f)
{
	efi_guid_t *guid = NULL;
	char *name = NULL;
	int more;

	if (access("/sys/firmware/efi", F_OK) < 0 && !getenv("EFIVARFS_PATH"))
		return fault_set(f, ENOENT, "this machine was not started by UEFI");
	if (!efi_variables_supported()) {
		efi_error_clear();
		return fault_set(
			f, ENOTSUP,
			"no variables can be read: is efivarfs mounted at /sys/firmware/efi/efivars?");
	}
	while ((more = efi_get_next_variable_name(&guid, &name)) > 0)
		if (add_live(store, guid, name, f) < 0)
			return -1;
	if (more < 0) {
		fault_set(f, errno, "listing this machine's variables");
		efi_error_clear();
		return -1;
	}
	return 0;
}

/* --- A directory --- */

/* "Name-8be4df61-93ca-11d2-aa0d-00e098032b8c": cuts the name off. */
static bool split_name(char *file_name, struct guid *out_guid)
{
	size_t length = strlen(file_name);

	if (length < GUID_TEXT + 2 || file_name[length - GUID_TEXT - 1] != '-' ||
	    !guid_from_text(file_name + length - GUID_TEXT, out_guid))
		return false;
	file_name[length - GUID_TEXT - 1] = '\0';
	return true;
}

/* The attributes and what follows, in *out_data; or an errno value. */
static int read_file(int dir, const char *file_name, uint8_t **out_data, size_t *out_size)
{
	own_fd int fd =
		openat(dir, file_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	own_mem uint8_t *data = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	/* efivarfs tells the size before it reads; one byte more shows what is larger. */
	data = malloc(ATTRIBUTE_BYTES + EFISTORE_DATA_MAX + 1);
	if (!data)
		return ENOMEM;
	n = fd_pread_full(fd, data, ATTRIBUTE_BYTES + EFISTORE_DATA_MAX + 1, 0);
	if (n < 0)
		return errno;
	if (n < ATTRIBUTE_BYTES)
		return ENODATA;
	if (n > ATTRIBUTE_BYTES + EFISTORE_DATA_MAX)
		return EFBIG;
	*out_data = take_ptr(data);
	*out_size = (size_t)n;
	return 0;
}

static int add_file(struct efistore *store, int dir, const char *file_name, struct fault *f)
{
	own_mem char *name = strdup(file_name);
	own_mem uint8_t *data = NULL;
	struct efistore_variable like = {0};
	size_t size = 0;
	struct bytes b;

	if (!name)
		return fault_set(f, ENOMEM, "keeping a name");
	if (!split_name(name, &like.guid))
		return 0;
	like.unreadable = read_file(dir, file_name, &data, &size);
	if (like.unreadable == ENOMEM)
		return fault_set(f, ENOMEM, "reading a variable");
	b = bytes_of(data, size);
	like.attributes = bytes_u32le(&b);
	return add(store, name, &like, b.at, b.left, 0, f);
}

static int read_directory(struct efistore *store, int fd, struct fault *f)
{
	own_fd int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	own_dir DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!dir)
		return fault_set(f, errno, "reading the directory");
	(void)take_fd(&copy);
	while ((void)(errno = 0), (entry = readdir(dir)))
		if (add_file(store, fd, entry->d_name, f) < 0)
			return -1;
	if (errno)
		return fault_set(f, errno, "reading the directory");
	if (!store->count)
		return fault_set(
			f, 0, "no variables in the directory: files of them are called Name-GUID");
	return 0;
}

/* --- A file --- */

static int add_stored(void *context, const struct varstore_variable *stored, struct fault *f)
{
	struct efistore *store = context;
	struct efistore_variable like = {.guid = stored->guid, .attributes = stored->attributes};
	own_buf struct buf name = {0};

	/* The first that is not in deletion, else the last one. */
	(void)ucs2_to_utf8(stored->name, stored->name_size, &name);
	if (name.failed)
		return fault_set(f, ENOMEM, "keeping a name");
	return add(store, buf_text(&name), &like, stored->data, stored->size,
		   stored->in_deletion ? SIZE_MAX - stored->offset : stored->offset, f);
}

static int add_saved(void *context, const struct efistore_variable *saved, struct fault *f)
{
	return add(context, saved->name, saved, saved->data, saved->size, 0, f);
}

static int read_image(struct efistore *store, const char *path, struct fault *f)
{
	own_mem uint8_t *data = NULL;
	size_t size;

	if (fd_read_file(path, VARSTORE_IMAGE_MAX, &data, &size, f) < 0)
		return -1;
	if (saved_is(data, size)) {
		store->kind = EFISTORE_SAVED;
		store->one_of_each = true;
		return saved_decode(data, size, add_saved, store, f);
	}
	if (!varstore_is(data, size))
		return fault_set(f, 0,
				 "it is neither a directory of variables, nor an OVMF "
				 "variable store, nor a file of `ima-efi save`");
	store->kind = EFISTORE_VARSTORE;
	return varstore_decode(data, size, add_stored, store, f);
}

static int read_path(struct efistore *store, const char *path, struct fault *f)
{
	own_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOTDIR)
		return read_image(store, path, f);
	if (fd < 0)
		return fault_set(f, errno, "opening it");
	store->kind = EFISTORE_DIRECTORY;
	store->one_of_each = true;
	return read_directory(store, fd, f);
}

struct efistore *efistore_open(const char *path, struct fault *f)
{
	struct efistore *store = calloc(1, sizeof(*store));
	int result;

	if (!store) {
		fault_set(f, ENOMEM, "reading variables");
		return NULL;
	}
	result = path ? read_path(store, path, f) : read_live(store, f);
	if (result == 0 && finish(store, f) == 0)
		return store;
	efistore_close(store);
	if (path)
		fault_add(f, "variables of %s", path);
	return NULL;
}

void efistore_close(struct efistore *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->count; i++)
		slot_done(&store->slots[i]);
	free(store->slots);
	free(store);
}

/* --- Asking --- */

enum efistore_kind efistore_kind(const struct efistore *store)
{
	return store->kind;
}

const struct efistore_variable *efistore_find(const struct efistore *store, const struct guid *guid,
					      const char *name)
{
	size_t low = 0, high = store->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct efistore_variable *v = &store->slots[middle].variable;
		int order = memcmp(v->guid.bytes, guid->bytes, sizeof(guid->bytes));

		if (!order)
			order = strcmp(v->name, name);
		if (!order)
			return v;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t efistore_count(const struct efistore *store)
{
	return store->count;
}

const struct efistore_variable *efistore_at(const struct efistore *store, size_t i)
{
	return &store->slots[i].variable;
}
