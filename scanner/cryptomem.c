/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of libcrypto: libc's, and the end of the program when there is none. The one place
 * where a lack of memory ends it. What each function must do with a size of 0 is in
 * CRYPTO_set_mem_functions(3) and crypto/mem.c of OpenSSL 3.
 */
#include "scanner/cryptomem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "scanner/tally.h"

/* The allocator that libcrypto calls is not told whose it is. */
static FILE *report;

void cryptomem_set_report(FILE *stream)
{
	report = stream;
}

/* Waits for a line that is being written, and lets nobody begin another one. */
static void finish_writing(FILE *stream)
{
	flockfile(stream);
	fflush(stream);
}

/* From any thread, with any lock of libcrypto held: no destructors, no atexit(), no allocation. */
_Noreturn static void end_program(void)
{
	static const char text[] = "ima-scan: out of memory in libcrypto: what was reported so far "
				   "is not everything\n";

	/* Not every stream: somebody may wait for input on one, and hold it. */
	if (report)
		finish_writing(report);
	finish_writing(stdout);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(STATUS_INTERNAL);
	_exit(STATUS_INTERNAL);
}

static void *checked(void *memory)
{
	if (!memory)
		end_program();
	return memory;
}

static void *allocate(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size ? checked(malloc(size)) : NULL;
}

static void release(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

static void *resize(void *memory, size_t size, const char *file, int line)
{
	if (size)
		return checked(realloc(memory, size));
	release(memory, file, line);
	return NULL;
}

int cryptomem_end_when_exhausted(struct fault *f)
{
	if (!CRYPTO_set_mem_functions(allocate, resize, release))
		return fault_set(f, EBUSY, "taking over the memory of libcrypto");
	return 0;
}
