/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_PROCFS_RIG_H
#define QDA_TEST_PROCFS_RIG_H

#include "vqda/core/board.h"

/* A board without sockets whose files are asked for as the server asks. */
extern struct vq_board *board;
extern const struct vq_caller rig_who;

void rig_begin(enum vq_iommu iommu);
void rig_end(void);

/* The last answer's text, NUL-terminated. */
extern char rig_text[VQ_MAX_DATA + 1];
/* A request; result as in the reply (VQ_OPEN_PIPE: the descriptor). `text` is for VQ_WRITE. */
int64_t rig_ask(uint32_t op, const char *path, const char *text);
/* The text of a file; "" and a failed check if there is none. */
const char *rig_read(const char *path);

/* The text of test/fixtures/NAME, to be freed. */
char *rig_fixture(const char *name);

/* A dma-buf made by hand: nothing but what texts show. It is to be taken off board->dmabufs before the end. */
struct rig_dmabuf {
    struct vq_dmabuf dmabuf;
    struct vq_backing backing;
    struct vq_attachment attachment;
};
void rig_make(struct rig_dmabuf *m, uint64_t ino, uint64_t size, const char *exporter);

#endif
