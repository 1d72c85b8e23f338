/* SPDX-License-Identifier: MIT */
#ifndef VQ_SLAB_H
#define VQ_SLAB_H

#include "vqda/dsp/message.h"

/* Memory that message buffers are cut from; what a kernel takes from the DMA allocator anew for each message. */

/* Makes *slab (NULL: none yet) at least `size` bytes large, perhaps another one. 0, -ENOMEM over VQ_SLAB_MAX, or -errno. */
int vq_slab_ensure(struct vq_board *board, struct vq_slab **slab, uint64_t size);
/* One for a message that no process of the DSP sees: without a descriptor. One reference. NULL: no memory. */
struct vq_slab *vq_slab_plain(struct vq_board *board, uint64_t size);

void vq_slab_get(struct vq_slab *slab);
/* NULL is fine. */
void vq_slab_put(struct vq_board *board, struct vq_slab *slab);

#endif
