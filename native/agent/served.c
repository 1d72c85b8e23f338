/* SPDX-License-Identifier: MIT */
#include "agent/served.h"

#include "dsp/qbench.h"
#include "dsp/skel_bytes.h"

size_t agent_served(const struct qda_rpc_file **out)
{
    static struct qda_rpc_file files[1];
    files[0] = (struct qda_rpc_file){.name = QBENCH_FILE, .bytes = qda_qbench_skel, .len = qda_qbench_skel_len};
    *out = files;
    return 1;
}
