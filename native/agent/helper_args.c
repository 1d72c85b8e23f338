/* SPDX-License-Identifier: MIT */
#include "agent/helper_args.h"

#include "agent/backend.h"

void agent_helper_args(const char *args[AGENT_HELPER_ARGS], const char *dsp, const struct agent_options *options)
{
    size_t n = 0;
    args[n++] = "--helper";
    args[n++] = "--dsp";
    args[n++] = dsp;
    if (options->generation_name) {
        args[n++] = "--generation";
        args[n++] = options->generation_name;
    }
    if (agent_backend_flag(options)) {
        args[n++] = agent_backend_flag(options);
        args[n++] = options->backend;
    }
    args[n] = NULL;
}
