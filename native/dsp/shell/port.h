/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_PORT_H
#define QDA_SHELL_PORT_H

#include "rpcmsg/port.h"

/* The port (descriptor QDA_PORT_FD), and the threads that serve it. */

/* What START said. */
extern struct qda_port_start start;

/* Waits for START, makes the threads, says READY, serves. */
_Noreturn void port_serve(void);
/* Answers a call. `ret`: 0 or an AEE code of the user's process. */
void port_reply(uint64_t ctx, int32_t ret);
/* A line of the runtime's own. */
void port_log(const char *text);
/* Says that the process dies, and why. */
void port_fault(uint32_t address, uint32_t flags, uint32_t tid);

/* Exit codes. */
#define EXIT_PORT_CLOSED 0
#define EXIT_BROKEN 64 /* the runtime's own failure: the log has said it */
#define EXIT_FAULT 65  /* QDA_PORT_FAULT has said it */

/* Handlers for what ends the process, of the process. */
void fault_begin(void);

#endif
