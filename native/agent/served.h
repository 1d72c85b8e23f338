/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_SERVED_H
#define QDA_AGENT_SERVED_H

#include "fastrpc/fastrpc.h"

/* What the DSP's loader is served: the code that is built into the agent. */
size_t agent_served(const struct qda_rpc_file **out);

#endif
