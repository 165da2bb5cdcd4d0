/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCANNER_BASE_FAULT_H
#define SCANNER_BASE_FAULT_H

/*
 * A fault is our own failure to do something: what was tried, then the reason.
 * The caller owns it (on the stack or inside a record); it needs no freeing, is
 * untouched on success and holds no path, since whoever prints it knows the path.
 */
enum { FAULT_TEXT_MAX = 256 };

struct fault {
	int os; /* an errno value, 0 if the system was not at fault */
	char text[FAULT_TEXT_MAX];
};

#define FAULT_MUST_USE __attribute__((warn_unused_result))

/* Fills *f with "TEXT: strerror(os)" (no reason when os is 0). Returns -1 always. f may be NULL. */
int fault_set(struct fault *f, int os, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "TEXT: " before what *f already says, on the way up. Returns -1 always. f may be NULL. */
int fault_add(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
