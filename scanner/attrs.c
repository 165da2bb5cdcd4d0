/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the extended attributes that IMA and EVM look at (the names are in scanner/profile.c). */
#include "scanner/attrs.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

enum {
	POOL_START = 4096,
	/* One more than the kernel can ever hand out at once, so that ERANGE cannot go on for ever.
	 */
	ROOM_MAX = ATTRS_VALUE_MAX + 1,
	/* The values to be read: the protected ones and security.evm itself. */
	VALUES = PROFILE_XATTR_COUNT + 1,
};

_Static_assert(ATTRS_VALUE_MAX == XATTR_LIST_MAX, "the list of names has the same bound");

static const char *value_name(unsigned i)
{
	return i < PROFILE_XATTR_COUNT ? profile_xattr_name((enum profile_xattr)i) : "security.evm";
}

static struct attrs_value *value_at(struct attrs *attrs, unsigned i)
{
	return i < PROFILE_XATTR_COUNT ? &attrs->protected[i] : &attrs->evm;
}

/* Makes room for at least one byte more than is free now. False: no memory, or no sense in more. */
static bool pool_grow(struct attrs *attrs)
{
	size_t size = attrs->pool_size ? attrs->pool_size * 2 : POOL_START;
	uint8_t *pool;

	if (attrs->pool_size - attrs->pool_used >= ROOM_MAX) {
		errno = E2BIG;
		return false;
	}
	pool = realloc(attrs->pool, size);
	if (!pool) {
		errno = ENOMEM;
		return false;
	}
	attrs->pool = pool;
	attrs->pool_size = size;
	return true;
}

/*
 * Appends what fgetxattr() (or flistxattr(), for a NULL name) has to say to the pool. Returns its
 * size, or -1 with errno set. The value may grow between two calls, hence the loop.
 */
static ssize_t pool_read(struct attrs *attrs, int fd, const char *name)
{
	for (;;) {
		size_t room = attrs->pool_size - attrs->pool_used;
		ssize_t n = -1;

		/* With no room at all the calls would answer with the size and read nothing. */
		errno = ERANGE;
		if (room) {
			char *at = (char *)attrs->pool + attrs->pool_used;

			n = name ? fgetxattr(fd, name, at, room) : flistxattr(fd, at, room);
		}
		if (n >= 0 || errno != ERANGE)
			return n;
		if (!pool_grow(attrs))
			return -1;
	}
}

/* Marks in `present` which of our names a list of NUL-terminated names holds. */
static void names_find(const char *list, size_t size, bool present[VALUES])
{
	while (size) {
		size_t n = strnlen(list, size);

		for (unsigned i = 0; i < VALUES; i++)
			if (strlen(value_name(i)) == n && memcmp(list, value_name(i), n) == 0)
				present[i] = true;
		n += n < size;
		list += n;
		size -= n;
	}
}

/*
 * One call tells which of the names exist: most files have one or two of nine. Where listing fails
 * for another reason than "no attributes here", every name is asked for.
 */
static bool names_read(struct attrs *attrs, int fd, bool present[VALUES])
{
	ssize_t n = pool_read(attrs, fd, NULL);

	if (n < 0 && errno == EOPNOTSUPP)
		return false;
	if (n < 0) {
		memset(present, true, VALUES * sizeof(*present));
		return true;
	}
	names_find((const char *)attrs->pool, (size_t)n, present);
	/*
	 * A list does not tell "none" from "none possible": of vfat or iso9660 it is empty, or has a security
	 * module's own name. The kernel asks by name too, so that its answer counts, not the list's.
	 */
	if (present[PROFILE_XATTR_IMA])
		return true;
	if (fgetxattr(fd, value_name(PROFILE_XATTR_IMA), NULL, 0) < 0 &&
	    (errno == ENODATA || errno == EOPNOTSUPP))
		return errno == ENODATA;
	present[PROFILE_XATTR_IMA] = true;
	return true;
}

static void value_fail(struct attrs_value *value, int os)
{
	value->state = os == ENODATA	  ? ATTRS_ABSENT
		       : os == EOPNOTSUPP ? ATTRS_UNSUPPORTED
					  : ATTRS_UNREADABLE;
	value->os = value->state == ATTRS_UNREADABLE ? os : 0;
}

void attrs_read(int fd, struct attrs *attrs)
{
	bool present[VALUES] = {false};
	size_t offset[VALUES] = {0};
	bool supported;

	attrs->pool_used = 0;
	supported = names_read(attrs, fd, present);
	for (unsigned i = 0; i < VALUES; i++) {
		struct attrs_value *value = value_at(attrs, i);
		ssize_t n;

		*value =
			(struct attrs_value){.state = supported ? ATTRS_ABSENT : ATTRS_UNSUPPORTED};
		if (!supported || !present[i])
			continue;
		n = pool_read(attrs, fd, value_name(i));
		if (n < 0) {
			value_fail(value, errno);
			continue;
		}
		value->state = ATTRS_PRESENT;
		value->size = (size_t)n;
		offset[i] = attrs->pool_used;
		attrs->pool_used += (size_t)n;
	}
	/* Only now: the pool may have moved while it grew. */
	for (unsigned i = 0; i < VALUES; i++)
		if (value_at(attrs, i)->state == ATTRS_PRESENT)
			value_at(attrs, i)->data = attrs->pool + offset[i];
}

void attrs_done(struct attrs *attrs)
{
	free(attrs->pool);
	*attrs = (struct attrs){0};
}
