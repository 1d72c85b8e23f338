/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_REVERSE_H
#define QDA_SHELL_REVERSE_H

#include "rpcmsg/reverse.h"

/* Calls to the CPU: they wait for a listener of its (handle 3 or 7), one is handed to it, its next call brings the outputs. */

/* Nobody listens: the CPU's process never said init2 and next2. */
#define REVERSE_NOBODY (-1)

/*
 * Makes a call of any thread; waits for its end. parts: in buffers, then out buffers with room for their len. 0, an AEE code of the
 * CPU, or REVERSE_NOBODY.
 */
int32_t reverse_call(uint32_t handle, uint32_t sc, const struct qda_part *parts);
/* Is there somebody who listens? */
bool reverse_heard(void);

/* What the CPU serves (apps.c). 0, an AEE code, or REVERSE_NOBODY. */
int32_t apps_open(const char *name, uint32_t *fd);
int32_t apps_size(uint32_t fd, uint64_t *size);
/* Up to `room` bytes; *got 0: the file ends. */
int32_t apps_read(uint32_t fd, void *to, uint32_t room, uint32_t *got);
void apps_close(uint32_t fd);
/* Memory for the heap: its DSP address. */
int32_t apps_grow(uint64_t len, uint64_t *address);
int32_t apps_log(const void *records, uint32_t len);

#endif
