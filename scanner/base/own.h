/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_OWN_H
#define SCANNER_BASE_OWN_H

/*
 * Ownership of locals: declare with own_*, initialised; leave with a plain return;
 * hand over with take_*. Every destructor accepts the empty value and keeps errno.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void own_free_mem(void *p)
{
	int saved = errno;

	free(*(void **)p);
	errno = saved;
}

static inline void own_close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void own_close_file(FILE **file)
{
	int saved = errno;

	if (*file)
		fclose(*file);
	errno = saved;
}

static inline void own_close_dir(DIR **dir)
{
	int saved = errno;

	if (*dir)
		closedir(*dir);
	errno = saved;
}

#define own_mem	 __attribute__((cleanup(own_free_mem)))
#define own_fd	 __attribute__((cleanup(own_close_fd)))
#define own_file __attribute__((cleanup(own_close_file)))
#define own_dir	 __attribute__((cleanup(own_close_dir)))

/* Gives the value away and leaves the local empty. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define take_ptr(p)                                                                                \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

#endif
