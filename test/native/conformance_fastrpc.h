/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_CONFORMANCE_FASTRPC_H
#define QDA_TEST_CONFORMANCE_FASTRPC_H

#include "conformance.h"

#include "rpcmsg/scalars.h"
#include "uapi/fastrpc.h"

/* What both programs about FastRPC on a virtual board share: each has its own state and includes this once. */
#define OPEN_NODE "/dev/fastrpc-cdsp"
#define SECURE_NODE "/dev/fastrpc-cdsp-secure"
#define ADSP_NODE "/dev/fastrpc-adsp-secure"
#define SYSTEM "/dev/dma_heap/system"
#define BUFINFO "/sys/kernel/debug/dma_buf/bufinfo"
#define CDSP_SESSIONS 12
#define ADSP_SESSIONS 7

struct vq_rig conf_rig;
struct calls conf_q;
unsigned conf_generation = QDA_ERRNO_FASTRPC;
int conf_fd;

CHECK_UNUSED static bool begin(void)
{
    const char *arguments[] = { "--generation", "fastrpc", NULL };
    if (!rig_start(&conf_rig, arguments))
        return false;
    conf_q.sys = conf_rig.sys;
    conf_q.driver = qda_driver_for(QDA_GEN_FASTRPC);
    return true;
}

CHECK_UNUSED static void end(void)
{
    struct rig_info info;
    CHECK(rig_settle(&conf_rig, 0, 0, &info));
    CHECK_INT(info.dmabufs, 0);
    CHECK_INT(info.bytes, 0);
    for (size_t i = 0; i < info.bank_count; i++) {
        CHECK_INT(info.banks[i].references, 0);
        CHECK_INT(info.banks[i].owner, 0);
        CHECK_INT(info.banks[i].iova_used, 0);
    }
    rig_stop(&conf_rig);
}

CHECK_UNUSED static long call(unsigned long request, void *arg)
{
    return q_ioctl(&conf_q, conf_fd, request, arg);
}

CHECK_UNUSED static int new_heap_buffer(uint64_t size)
{
    int dmabuf = q_heap(&conf_q, SYSTEM, size);
    CHECK(dmabuf >= 0);
    return dmabuf;
}

/* One handle argument on an unused static handle. */
CHECK_UNUSED static long invoke_handle(int dmabuf, uint64_t length)
{
    struct qda_fastrpc_invoke_args arg = { .length = length, .fd = dmabuf };
    return conf_q.driver->invoke(conf_q.sys, conf_fd, 20, QDA_SCALARS_BUILD(0, 9, 0, 0, 1, 0), &arg);
}

#endif
