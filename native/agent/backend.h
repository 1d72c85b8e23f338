/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_BACKEND_H
#define QDA_AGENT_BACKEND_H

#include "agent/options.h"

/*
 * Which seam the agent stands on. backend_board.c knows the kernel only; backend_host.c, which a board's build does not
 * have, also the virtual QDA.
 */
extern const struct agent_option agent_backend_options[]; /* ends with a name of NULL */

/* NULL with a sentence in why. */
struct qda_sys *agent_open_sys(const struct agent_options *options, char why[200]);
void agent_close_sys(const struct agent_options *options, struct qda_sys *sys);
/* The option and value that bring a re-executed agent onto the same seam; NULL: none needed. */
const char *agent_backend_flag(const struct agent_options *options);

#endif
