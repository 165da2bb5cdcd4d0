/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns libcrypto's error queue into a fault. */
#include "scanner/cryptofault.h"

#include <stdarg.h>
#include <stdio.h>

#include <openssl/err.h>

int cryptofault_set(struct fault *f, const char *format, ...)
{
	unsigned long code = ERR_get_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	char what[FAULT_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	/* A queue left full would give a later failure a reason that is not its own. */
	ERR_clear_error();
	/* libcrypto wraps errno values (a file, memory) in codes of their own, without a text. */
	if (code && ERR_SYSTEM_ERROR(code))
		return fault_set(f, ERR_GET_REASON(code), "%s", what);
	return fault_set(f, 0, "%s: %s", what, reason ? reason : "libcrypto gives no reason");
}
