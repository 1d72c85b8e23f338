/* SPDX-License-Identifier: MIT */
#include "agent/backend.h"

#include <errno.h>
#include <string.h>

#include "vqda/client/client.h"

static int set_vqda(struct agent_options *options, const char *value)
{
    size_t len = strlen(value);
    if (len == 0 || len >= sizeof(options->backend))
        return -EINVAL;
    memcpy(options->backend, value, len + 1);
    return 0;
}

const struct agent_option agent_backend_options[] = {
    {"--vqda", "NAME", "talk to the virtual QDA at this abstract socket instead of the kernel", set_vqda},
    {NULL, NULL, NULL, NULL},
};

struct qda_sys *agent_open_sys(const struct agent_options *options, char why[200])
{
    if (options->backend[0] == '\0') {
        struct qda_sys *sys = qda_sys_linux("");
        if (!sys)
            snprintf(why, 200, "out of memory");
        return sys;
    }
    int err = 0;
    struct qda_sys *sys = vq_client_open(options->backend, &err);
    if (!sys)
        snprintf(why, 200, "no virtual QDA answers at '%s' (%s); is the board started?", options->backend, strerror(-err));
    return sys;
}

void agent_close_sys(const struct agent_options *options, struct qda_sys *sys)
{
    if (options->backend[0] == '\0')
        qda_sys_linux_free(sys);
    else
        vq_client_close(sys);
}

const char *agent_backend_flag(const struct agent_options *options)
{
    return options->backend[0] == '\0' ? NULL : "--vqda";
}
