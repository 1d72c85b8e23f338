/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_SELF_H
#define QDA_AGENT_SELF_H

#include <stdint.h>

/* Memory of this process that is in RAM, bytes; 0 if the kernel does not say. */
uint64_t self_rss_bytes(void);

#endif
