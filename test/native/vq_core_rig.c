/* SPDX-License-Identifier: MIT */
#include "vq_core_rig.h"
#include "check.h"
#include "uapi/drm_core.h"
#include "uapi/dma_heap.h"
#include "uapi/errnos.h"
#include "uapi/qda_v1.h"
#include "vqda/core/backing.h"
#include "vqda/core/bank.h"
#include "vqda/core/call.h"
#include "vqda/core/create.h"
#include "vqda/core/fault.h"
#include "vqda/core/file.h"
#include "vqda/core/handle.h"
#include "vqda/core/ledger.h"
#include "vqda/core/node.h"
#include "vqda/core/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct vq_board *board;
uint64_t hook_allocs, hook_frees, hook_maps, hook_unmaps;
struct vq_waiter rig_waiter;

static void on_alloc(struct vq_board *b, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                     uint64_t size)
{
    (void)b, (void)who, (void)bank, (void)iova, (void)size;
    hook_allocs++;
}

static void on_free(struct vq_board *b, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                    uint64_t size)
{
    (void)b, (void)who, (void)bank, (void)iova, (void)size;
    hook_frees++;
}

static void on_map(struct vq_board *b, const struct vq_caller *who, const struct vq_bank *bank,
                   const struct vq_sg *segs, size_t n)
{
    (void)b, (void)who, (void)bank, (void)segs, (void)n;
    hook_maps++;
}

static void on_unmap(struct vq_board *b, const struct vq_caller *who, const struct vq_bank *bank,
                     const struct vq_sg *segs, size_t n)
{
    (void)b, (void)who, (void)bank, (void)segs, (void)n;
    hook_unmaps++;
}

void begin(enum vq_iommu iommu)
{
    static const struct vq_hooks hooks = { on_alloc, on_free, on_map, on_unmap };
    struct vq_options options = { .name = "core", .generation = QDA_ERRNO_V1, .iommu = iommu, .hooks = &hooks };
    hook_allocs = hook_frees = hook_maps = hook_unmaps = 0;
    rig_waiter = (struct vq_waiter){ 0 };
    CHECK_INT(vq_board_new(&options, &board), 0);
}

/* Nothing is held any more, then the board ends. */
void end_empty(void)
{
    vq_waiter_gone(board, &rig_waiter);
    vq_backing_poll(board);
    CHECK_INT(board->object_count, 0);
    CHECK_INT(board->dmabuf_count, 0);
    CHECK_INT(board->bytes, 0);
    CHECK_INT(hook_allocs, hook_frees);
    CHECK_INT(hook_maps, hook_unmaps);
    vq_board_free(board);
}

struct vq_file *open_as(int tid, const char *path)
{
    static int count;
    char cookie[8];
    snprintf(cookie, sizeof(cookie), "%05x", (unsigned)++count);
    struct vq_caller who = { .pid = tid, .tid = tid };
    struct vq_file *file = NULL;
    CHECK_INT(vq_file_open(board, &who, path, cookie, &file), 0);
    return file;
}

/* One ioctl; `fd_in` < 0: none. *fd_out gets the descriptor that came back. */
int64_t ioctl_fd(struct vq_file *file, uint32_t request, void *arg, int fd_in, int *fd_out)
{
    static char data[VQ_MAX_DATA];
    struct vq_answer out = { .data = data, .fd = -1 };
    size_t size = (request >> 16) & 0x3fff;
    struct vq_ioctl call = {
        .who = file->opener, .file = file, .waiter = &rig_waiter, .request = request, .data = arg, .data_len = size,
        .fds = &fd_in, .fd_count = fd_in >= 0,
    };
    const char *name = NULL;
    int64_t result = vq_ioctl(&call, &out, &name);
    if (result == VQ_PENDING)
        return result;
    if (out.data_len > 0)
        memcpy(arg, data, size);
    if (fd_out)
        *fd_out = out.fd;
    else
        CHECK_INT(out.fd, -1);
    return result;
}

int64_t create(struct vq_file *file, uint64_t size, uint32_t *handle)
{
    struct qda_v1_gem_create arg = { .size = size };
    int64_t result = ioctl_fd(file, QDA_V1_IOCTL_GEM_CREATE, &arg, -1, NULL);
    *handle = arg.handle;
    return result;
}

int64_t export_fd(struct vq_file *file, uint32_t handle, int *fd)
{
    struct qda_drm_prime_handle arg = { .handle = handle, .flags = QDA_DRM_CLOEXEC | QDA_DRM_RDWR };
    return ioctl_fd(file, QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg, -1, fd);
}

int64_t import_fd(struct vq_file *file, int fd, uint32_t *handle)
{
    struct qda_drm_prime_handle arg = { .fd = fd };
    int64_t result = ioctl_fd(file, QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE, &arg, fd, NULL);
    *handle = arg.handle;
    return result;
}

int64_t close_handle(struct vq_file *file, uint32_t handle)
{
    struct qda_drm_gem_close arg = { .handle = handle };
    return ioctl_fd(file, QDA_DRM_IOCTL_GEM_CLOSE, &arg, -1, NULL);
}

int64_t heap_alloc(struct vq_file *file, uint64_t size, int *fd)
{
    struct qda_dma_heap_allocation arg = { .len = size, .fd_flags = O_RDWR | O_CLOEXEC };
    return ioctl_fd(file, QDA_DMA_HEAP_IOCTL_ALLOC, &arg, -1, fd);
}

/* What the kernel does when the last descriptor goes, and what the board then hears. */
void close_fd(int fd)
{
    close(fd);
    vq_backing_poll(board);
}

uint64_t inode(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_ino : 0;
}
