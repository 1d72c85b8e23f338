/* SPDX-License-Identifier: MIT */
#include "conformance.h"

#include "uapi/dma_buf.h"
#include "uapi/dma_heap.h"
#include "uapi/udmabuf.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- exporters and dma-bufs */

static long heap_call(uint64_t len, uint32_t in_fd, uint32_t fd_flags, uint64_t heap_flags)
{
    struct qda_dma_heap_allocation arg = { .len = len, .fd = in_fd, .fd_flags = fd_flags, .heap_flags = heap_flags };
    int heap = q_open(&conf_q, "/dev/dma_heap/system");
    long result = q_ioctl(&conf_q, heap, QDA_DMA_HEAP_IOCTL_ALLOC, &arg);
    q_close(&conf_q, heap);
    return result;
}

long case_heap_zero(void)
{
    return heap_call(0, 0, O_RDWR | O_CLOEXEC, 0);
}

long case_heap_fd(void)
{
    return heap_call(4096, 3, O_RDWR | O_CLOEXEC, 0);
}

long case_heap_bad_flags(void)
{
    return heap_call(4096, 0, O_RDWR | O_APPEND, 0);
}

long case_heap_flags(void)
{
    return heap_call(4096, 0, O_RDWR | O_CLOEXEC, 1);
}

static long sync_call(uint64_t flags)
{
    int dmabuf = q_heap(&conf_q, "/dev/dma_heap/system", 4096);
    CHECK_INT(qda_dmabuf_sync(conf_q.sys, dmabuf, QDA_DMA_BUF_SYNC_START | QDA_DMA_BUF_SYNC_RW), 0);
    CHECK_INT(qda_dmabuf_sync(conf_q.sys, dmabuf, QDA_DMA_BUF_SYNC_END | QDA_DMA_BUF_SYNC_RW), 0);
    long result = qda_dmabuf_sync(conf_q.sys, dmabuf, flags);
    q_close(&conf_q, dmabuf);
    return result;
}

long case_sync_bad_flags(void)
{
    return sync_call(8 | QDA_DMA_BUF_SYNC_READ);
}

long case_sync_no_direction(void)
{
    return sync_call(QDA_DMA_BUF_SYNC_END);
}

long case_name_too_long(void)
{
    int dmabuf = q_heap(&conf_q, "/dev/dma_heap/system", 4096);
    CHECK_INT(qda_dmabuf_set_name(conf_q.sys, dmabuf, "0123456789012345678901234567890"), 0); /* 31 bytes and a NUL */
    long result = qda_dmabuf_set_name(conf_q.sys, dmabuf, "01234567890123456789012345678901");
    q_close(&conf_q, dmabuf);
    return result;
}

static long udmabuf_call(int memory, uint64_t offset, uint64_t size)
{
    struct qda_udmabuf_create arg = { .memfd = (uint32_t)memory, .offset = offset, .size = size };
    int node = q_open(&conf_q, "/dev/udmabuf");
    long result = q_ioctl(&conf_q, node, QDA_UDMABUF_IOCTL_CREATE, &arg);
    q_close(&conf_q, node);
    return result;
}

static long udmabuf_of_sealed(int seals, uint64_t size)
{
    int memory = memfd_create("conformance", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK_INT(ftruncate(memory, 8192), 0);
    CHECK_INT(fcntl(memory, F_ADD_SEALS, seals), 0);
    long result = udmabuf_call(memory, 0, size);
    close(memory);
    return result;
}

long case_udmabuf_not_memfd(void)
{
    int dmabuf = q_heap(&conf_q, "/dev/dma_heap/system", 4096);
    CHECK_INT(udmabuf_call(dmabuf, 0, 4096), -EBADFD);
    q_close(&conf_q, dmabuf);
    CHECK_INT(udmabuf_call(9999, 0, 4096), -EBADFD);
    return udmabuf_call(conf_fd, 0, 4096);
}

long case_udmabuf_no_seal(void)
{
    return udmabuf_of_sealed(F_SEAL_GROW, 8192);
}

long case_udmabuf_write_seal(void)
{
    return udmabuf_of_sealed(F_SEAL_SHRINK | F_SEAL_WRITE, 8192);
}

long case_udmabuf_unaligned(void)
{
    return udmabuf_of_sealed(F_SEAL_SHRINK, 100);
}
