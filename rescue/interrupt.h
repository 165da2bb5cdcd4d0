/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESCUE_INTERRUPT_H
#define RESCUE_INTERRUPT_H

#include <sys/types.h>

#include "scanner/base/fault.h"

/*
 * Being asked to stop, by SIGHUP (the terminal went), SIGINT, SIGQUIT, SIGTERM, or SIGPIPE (nobody reads the report),
 * while things are made that have to be undone. The signals are held back, and asked for between the steps: no
 * handler runs, and nothing is cut in two. What was ignored when we were started (nohup) stays ignored.
 */
void interrupt_hold(void);
/* For a child, before it becomes another program. */
void interrupt_release(void);
/* The one that waits; 0: none. */
int interrupt_pending(void);
/* -1 with *f filled (EINTR) when one waits. */
int interrupt_check(struct fault *f) FAULT_MUST_USE;
/* The exit status of who was asked to stop, as a shell would tell it; `status` of who was not. */
int interrupt_status(int status);

/* Waits until there is something to read from `fd`. -1 with *f filled when one of the signals comes first (EINTR). */
int interrupt_await(int fd, struct fault *f) FAULT_MUST_USE;
/*
 * Waits for a child that does not hold them back. It is handed on what is sent to us alone, and ended when we are
 * asked twice; Ctrl-C at the terminal reaches it by itself. *out_signal: what was handed on, or 0.
 */
int interrupt_await_child(pid_t child, int *out_status, int *out_signal,
			  struct fault *f) FAULT_MUST_USE;

#endif
