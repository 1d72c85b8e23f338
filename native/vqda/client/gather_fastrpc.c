/* SPDX-License-Identifier: MIT */
#include "vqda/client/gather.h"

#include <stddef.h>

/* FastRPC's ioctls that name a descriptor. INVOKE and INIT_CREATE have v1's structs (invoke.c). */

/* dma_buf_fd() is told O_ACCMODE there: never close-on-exec. */
int vqc_alloc_dma_buff(struct vqc_gathered *g)
{
    struct vqc_message m = { .out = g->arg.bytes, .out_room = VQC_ARG_ROOM };
    int64_t result = vqc_gather_send(g, &m);
    return vqc_give_fd(g, &m, result, false, offsetof(struct qda_fastrpc_alloc_dma_buf, fd));
}

int vqc_mem_map(struct vqc_gathered *g)
{
    return vqc_with_fd(g, g->arg.mem_map.fd);
}
