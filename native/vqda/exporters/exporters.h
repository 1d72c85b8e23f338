/* SPDX-License-Identifier: MIT */
#ifndef VQ_EXPORTERS_H
#define VQ_EXPORTERS_H

#include "vqda/core/call.h"

/* The exporters beside the driver: /dev/dma_heap/<name> and /dev/udmabuf. */
#define VQ_HEAP_FOLDER "/dev/dma_heap/"
#define VQ_HEAP_SYSTEM "system"
#define VQ_HEAP_CMA "reserved"
#define VQ_UDMABUF_PATH "/dev/udmabuf"

/* Is there a heap node of this path? */
bool vq_heap_exists(const char *path);

/* NULL: no such ioctl. */
const struct vq_command *vq_heap_command(uint32_t request);
const struct vq_command *vq_udmabuf_command(uint32_t request);

#endif
