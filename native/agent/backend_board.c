/* SPDX-License-Identifier: MIT */
#include "agent/backend.h"

const struct agent_option agent_backend_options[] = {{NULL, NULL, NULL, NULL}};

struct qda_sys *agent_open_sys(const struct agent_options *options, char why[200])
{
    (void)options;
    struct qda_sys *sys = qda_sys_linux("");
    if (!sys)
        snprintf(why, 200, "out of memory");
    return sys;
}

void agent_close_sys(const struct agent_options *options, struct qda_sys *sys)
{
    (void)options;
    qda_sys_linux_free(sys);
}

const char *agent_backend_flag(const struct agent_options *options)
{
    (void)options;
    return NULL;
}
