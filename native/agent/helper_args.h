/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_HELPER_ARGS_H
#define QDA_AGENT_HELPER_ARGS_H

#include "agent/options.h"

#define AGENT_HELPER_ARGS 8 /* with the NULL at the end */

/* What makes a re-exec of this program the helper process of a benchmark: same seam, same DSP. The texts stay the caller's. */
void agent_helper_args(const char *args[AGENT_HELPER_ARGS], const char *dsp, const struct agent_options *options);

#endif
