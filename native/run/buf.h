/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_BUF_H
#define QDA_RUN_BUF_H

#include "run/base.h"
#include "run/self.h"

/*
 * Buffers and files of a family, outside the timed regions. Every function that can fail fills the run's result in and
 * returns -errno; every release may be called on what is empty.
 */

/* A file of the point's accel node. Its context bank belongs to the thread that opens it: the agent's only one. */
int qda_node_open(struct qda_run *run, int *fd);
/* Closes *fd if it is open and sets it to -1. What close answers is of no interest here: nothing was written. */
void qda_fd_close(struct qda_run *run, int *fd);
/* Inode behind a descriptor: identifies a dma-buf. */
int qda_fd_ino(struct qda_run *run, int fd, uint64_t *ino);

/* A GEM handle, a dma-buf descriptor or both, of one buffer. */
struct qda_buf {
    struct qda_self_entry self; /* in the ledger while there is a handle */
    uint64_t size;              /* bytes, whole pages */
    int accel;                  /* file that the handle is in; not owned */
    uint32_t handle;            /* 0: none */
    int dmabuf;                 /* -1: none */
    void *map;
    bool left_counted;
};
#define QDA_BUF_NONE ((struct qda_buf){.accel = -1, .dmabuf = -1})

/* GEM_CREATE of run->size bytes in the file `accel`. */
int qda_buf_create(struct qda_run *run, int accel, struct qda_buf *buf);
/* Takes over a handle that a timed call made. */
void qda_buf_adopt(struct qda_run *run, struct qda_buf *buf, int accel, uint32_t handle);
/* PRIME_HANDLE_TO_FD of the buffer's handle. */
int qda_buf_export(struct qda_run *run, struct qda_buf *buf);
/* PRIME_FD_TO_HANDLE of `dmabuf` into the file `accel`, as *import. */
int qda_buf_import(struct qda_run *run, int accel, int dmabuf, struct qda_buf *import);
/* A whole mapping, read and write: of the handle through its accel file, or of the dma-buf. */
int qda_buf_map_accel(struct qda_run *run, struct qda_buf *buf);
int qda_buf_map_dmabuf(struct qda_run *run, struct qda_buf *buf);
/* Says that the buffer was mapped, whichever way: counts it as left behind, once, where the driver keeps such buffers. */
void qda_buf_mapped(struct qda_run *run, struct qda_buf *buf);
void qda_buf_unmap(struct qda_run *run, struct qda_buf *buf);
/* Forgets a handle that a timed GEM_CLOSE closed. */
void qda_buf_closed(struct qda_buf *buf);
/* Unmaps, closes the descriptor and the handle: whatever there is, in that order. */
void qda_buf_free(struct qda_run *run, struct qda_buf *buf);
/* DMA_BUF_IOCTL_SYNC. */
int qda_buf_sync(struct qda_run *run, const struct qda_buf *buf, uint64_t flags);

/* Where buffers come from: an open accel node, dma-heap or udmabuf device. */
struct qda_exporter {
    enum qda_source source;
    int fd; /* -1: closed */
};

/* Opens the device of `source`; a missing one makes the point a skip that says what was looked for. */
int qda_exporter_open(struct qda_run *run, enum qda_source source, struct qda_exporter *out);
void qda_exporter_close(struct qda_run *run, struct qda_exporter *exporter);
/* One buffer of run->size bytes with its dma-buf descriptor. */
int qda_exporter_make(struct qda_run *run, const struct qda_exporter *exporter, struct qda_buf *buf);
/* Is what the exporter makes of the accel node's own (an import of it is a self-import: no attachment)? */
bool qda_exporter_is_qda(const struct qda_exporter *exporter);

#endif
