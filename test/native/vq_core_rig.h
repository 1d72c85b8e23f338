/* SPDX-License-Identifier: MIT */
#ifndef TEST_VQ_CORE_RIG_H
#define TEST_VQ_CORE_RIG_H

#include "vqda/core/call.h"

/* The board's memory model without sockets: calls go straight to vq_ioctl(). */
extern struct vq_board *board;
extern uint64_t hook_allocs, hook_frees, hook_maps, hook_unmaps;

/* Who makes the calls: a connection's part. */
extern struct vq_waiter rig_waiter;

/* A fresh board, its trace hooks counting. */
void begin(enum vq_iommu iommu);
/* Nothing is held any more, then the board ends. */
void end_empty(void);
/* Opens a node as that thread. */
struct vq_file *open_as(int tid, const char *path);
/* One ioctl; `fd_in` < 0: none. *fd_out gets the descriptor that came back; without fd_out none may. Result or -errno. */
int64_t ioctl_fd(struct vq_file *file, uint32_t request, void *arg, int fd_in, int *fd_out);
int64_t create(struct vq_file *file, uint64_t size, uint32_t *handle);
int64_t export_fd(struct vq_file *file, uint32_t handle, int *fd);
int64_t import_fd(struct vq_file *file, int fd, uint32_t *handle);
int64_t close_handle(struct vq_file *file, uint32_t handle);
int64_t heap_alloc(struct vq_file *file, uint64_t size, int *fd);
/* What the kernel does when the last descriptor goes, and what the board then hears. */
void close_fd(int fd);
uint64_t inode(int fd);

#endif
