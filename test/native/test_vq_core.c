/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_core_rig.h"
#include "uapi/drm_core.h"
#include "uapi/dma_heap.h"
#include "uapi/errnos.h"
#include "uapi/qda_v1.h"
#include "vqda/core/backing.h"
#include "vqda/core/bank.h"
#include "vqda/core/call.h"
#include "vqda/core/create.h"
#include "vqda/core/dmabuf.h"
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

static void test_handles_lowest_first(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    uint32_t handles[40];
    for (uint32_t i = 0; i < 40; i++) {
        CHECK_INT(create(file, 1, &handles[i]), 0);
        CHECK_INT(handles[i], i + 1);
    }
    CHECK_INT(close_handle(file, 17), 0);
    CHECK_INT(close_handle(file, 5), 0);
    CHECK_INT(close_handle(file, 5), -EINVAL);
    uint32_t again;
    CHECK_INT(create(file, 1, &again), 0);
    CHECK_INT(again, 5);
    CHECK_INT(create(file, 1, &again), 0);
    CHECK_INT(again, 17);
    CHECK_INT(create(file, 1, &again), 0);
    CHECK_INT(again, 41);
    vq_file_close(file);
    end_empty();
}

static void test_address_has_sid(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *one = open_as(100, "/dev/accel/accel0");
    struct vq_file *two = open_as(101, "/dev/accel/accel0");
    uint32_t handle;
    CHECK_INT(create(one, 5000, &handle), 0);
    CHECK_INT(create(two, 5000, &handle), 0);
    const struct vq_object *a = vq_handle_lookup(one, handle), *b = vq_handle_lookup(two, handle);
    CHECK_INT(a->size, 8192);
    CHECK_INT(a->dma >> 32, 1);
    CHECK_INT(b->dma >> 32, 2);
    CHECK_HEX(a->iova, b->iova); /* each bank has a space of its own */
    CHECK_HEX(a->dma & 0xffffffffu, a->iova);
    vq_file_close(one);
    vq_file_close(two);
    end_empty();
}

static void test_banks_shared_and_released(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *a = open_as(100, "/dev/accel/accel1"), *b = open_as(100, "/dev/accel/accel1");
    struct vq_file *c = open_as(101, "/dev/accel/accel1"), *d = open_as(102, "/dev/accel/accel1");
    struct vq_file *e = open_as(103, "/dev/accel/accel1");
    uint32_t handle;
    CHECK(a->bank == NULL); /* lazily */
    CHECK_INT(create(a, 1, &handle), 0);
    CHECK_INT(create(b, 1, &handle), 0);
    CHECK(a->bank == b->bank);
    CHECK_INT(a->bank->refs, 2);
    CHECK_INT(a->bank->sid, 3);
    CHECK_INT(create(c, 1, &handle), 0);
    CHECK_INT(create(d, 1, &handle), 0);
    CHECK_INT(d->bank->sid, 5);
    CHECK_INT(create(e, 1, &handle), -ENOMEM);
    CHECK(e->bank == NULL);
    struct vq_bank *first = a->bank;
    vq_file_close(a);
    CHECK_INT(first->owner, 100); /* b keeps it */
    CHECK_INT(create(e, 1, &handle), -ENOMEM);
    vq_file_close(b);
    CHECK_INT(first->owner, 0);
    CHECK_INT(create(e, 1, &handle), 0);
    CHECK(e->bank == first);
    vq_file_close(c);
    vq_file_close(d);
    vq_file_close(e);
    end_empty();
}

static void test_release_needs_a_bank(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *idle = open_as(100, "/dev/accel/accel0");
    vq_file_close(idle); /* nothing was ever created, yet a message went out */
    CHECK_INT(hook_allocs, 1);
    CHECK_INT(hook_frees, 1);
    struct vq_fault fault = { .kind = VQ_FAULT_DELAY, .call = "RELEASE", .delay_ns = 3600000000000ull };
    CHECK_INT(vq_fault_set(board, &fault), 0);
    struct vq_file *file = open_as(101, "/dev/accel/accel0");
    uint32_t handle;
    CHECK_INT(create(file, 4096, &handle), 0);
    struct vq_bank *bank = file->bank;
    vq_file_close(file);
    CHECK_INT(bank->owner, 101);       /* the answer is not there yet */
    CHECK_INT(board->object_count, 1); /* the message; the buffer went first */
    vq_timer_run(board, UINT64_MAX);
    CHECK_INT(bank->owner, 0);
    end_empty();
}

static void test_reexport_same_dmabuf(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle, again;
    int one, two;
    CHECK_INT(create(file, 4096, &handle), 0);
    CHECK_INT(export_fd(file, handle, &one), 0);
    uint64_t ino = inode(one);
    close_fd(one);
    CHECK_INT(board->dmabuf_count, 1); /* the handle keeps the export */
    CHECK_INT(export_fd(file, handle, &two), 0);
    CHECK_INT(inode(two), ino);
    CHECK_INT(import_fd(file, two, &again), 0);
    CHECK_INT(again, handle); /* known in this file */
    CHECK_INT(close_handle(file, handle), 0);
    CHECK_INT(board->object_count, 1); /* the descriptor keeps both */
    CHECK_INT(board->dmabuf_count, 1);
    int extra = dup(two);
    close_fd(two);
    CHECK_INT(board->dmabuf_count, 1);
    void *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, extra, 0);
    close_fd(extra);
    CHECK_INT(board->dmabuf_count, 1); /* a mapping is a use too */
    munmap(mapped, 4096);
    vq_backing_poll(board);
    CHECK_INT(board->dmabuf_count, 0);
    CHECK_INT(board->object_count, 0);
    vq_file_close(file);
    end_empty();
}

static void test_self_import(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *owner = open_as(100, "/dev/accel/accel0"), *other = open_as(101, "/dev/accel/accel0");
    uint32_t handle, theirs;
    int fd;
    CHECK_INT(create(owner, 4096, &handle), 0);
    CHECK_INT(export_fd(owner, handle, &fd), 0);
    CHECK_INT(import_fd(other, fd, &theirs), 0);
    CHECK(vq_handle_lookup(other, theirs) == vq_handle_lookup(owner, handle));
    CHECK(other->bank == NULL); /* no bank, no mapping: the address stays in the exporter's */
    CHECK_INT(hook_maps, 0);
    close_fd(fd);
    vq_file_close(owner);
    CHECK_INT(board->object_count, 1);
    CHECK_INT(vq_handle_lookup(other, theirs)->dma >> 32, 1);
    vq_file_close(other);
    end_empty();
}

static void test_self_import_without_quirk(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    CHECK_INT(vq_quirk_set(board, "self-import-keeps-address=off"), 0);
    struct vq_file *owner = open_as(100, "/dev/accel/accel0"), *other = open_as(101, "/dev/accel/accel0");
    uint32_t handle, theirs;
    int fd;
    CHECK_INT(create(owner, 1u << 20, &handle), 0);
    CHECK_INT(export_fd(owner, handle, &fd), 0);
    CHECK_INT(import_fd(other, fd, &theirs), 0);
    CHECK_INT(vq_handle_lookup(other, theirs)->dma >> 32, 2);
    CHECK_INT(hook_maps, 1);
    close_fd(fd);
    vq_file_close(owner);
    vq_file_close(other);
    end_empty();
}

static void test_external_import(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *heap = open_as(90, "/dev/dma_heap/system");
    struct vq_file *one = open_as(100, "/dev/accel/accel0"), *two = open_as(100, "/dev/accel/accel0");
    uint32_t a, again, b;
    int fd;
    CHECK_INT(heap_alloc(heap, 3u << 20, &fd), 0);
    const struct vq_dmabuf *dmabuf = vq_first_dmabuf(board);
    CHECK_STR(dmabuf->exp_name, "system");
    CHECK_INT(import_fd(one, fd, &a), 0);
    CHECK_INT(import_fd(one, fd, &again), 0);
    CHECK_INT(a, again);
    CHECK_INT(import_fd(two, fd, &b), 0); /* the same bank, another file: another object, another attachment */
    CHECK(vq_handle_lookup(one, a) != vq_handle_lookup(two, b));
    const struct vq_attachment *first = vq_first_attachment(dmabuf);
    CHECK_STR(first->bank->name, "qda-cb-cdsp-1");
    CHECK(vq_next_attachment(dmabuf, first) != NULL);
    CHECK_INT(hook_maps, 2);
    close_fd(fd);
    CHECK_INT(board->dmabuf_count, 1); /* the imports keep it */
    CHECK_INT(close_handle(one, a), 0);
    CHECK_INT(hook_unmaps, 1);
    CHECK_INT(board->dmabuf_count, 1);
    vq_file_close(one);
    vq_file_close(two);
    CHECK_INT(board->dmabuf_count, 0);
    vq_file_close(heap);
    end_empty();
}

static void test_scattered_import(void)
{
    begin(VQ_IOMMU_BYPASS);
    struct vq_file *heap = open_as(90, "/dev/dma_heap/system"), *cma = open_as(90, "/dev/dma_heap/reserved");
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle;
    int scattered, whole;
    CHECK_INT(heap_alloc(heap, 2u << 20, &scattered), 0);
    CHECK_INT(heap_alloc(cma, 2u << 20, &whole), 0);
    CHECK_INT(vq_first_dmabuf(board)->nents, 2);
    CHECK_INT(vq_next_dmabuf(board, vq_first_dmabuf(board))->nents, 1);
    CHECK_INT(import_fd(file, scattered, &handle), 0);
    CHECK_HEX(vq_handle_lookup(file, handle)->iova, vq_first_dmabuf(board)->sg[0].phys); /* silently the first piece */
    CHECK_INT(close_handle(file, handle), 0);
    CHECK_INT(vq_quirk_set(board, "first-sg-only=off"), 0);
    CHECK_INT(import_fd(file, scattered, &handle), -EINVAL);
    CHECK_INT(import_fd(file, whole, &handle), 0);
    vq_file_close(file);
    vq_file_close(heap);
    vq_file_close(cma);
    close_fd(scattered);
    close_fd(whole);
    end_empty();
}

static void test_foreign_node(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *cdsp = open_as(100, "/dev/accel/accel0"), *adsp = open_as(100, "/dev/accel/accel1");
    uint32_t handle, theirs;
    int fd;
    CHECK_INT(create(cdsp, 4096, &handle), 0);
    CHECK_INT(export_fd(cdsp, handle, &fd), 0);
    CHECK_INT(import_fd(adsp, fd, &theirs), -ENOSYS);
    CHECK_INT(vq_quirk_set(board, "export-without-sg=off"), 0);
    CHECK_INT(import_fd(adsp, fd, &theirs), 0);
    CHECK_INT(vq_handle_lookup(adsp, theirs)->dma >> 32, 3);
    close_fd(fd);
    vq_file_close(cdsp);
    vq_file_close(adsp);
    end_empty();
}

/* Maps the object as a client would; returns the mapping. */
static void *map_object(struct vq_file *file, uint32_t handle, uint64_t size)
{
    struct qda_v1_gem_mmap_offset arg = { .handle = handle };
    int fd = -1;
    CHECK_INT(ioctl_fd(file, QDA_V1_IOCTL_GEM_MMAP_OFFSET, &arg, -1, NULL), 0);
    CHECK(arg.offset >= 1ull << 32);
    CHECK_INT(vq_gem_mmap(file, size, arg.offset, &fd), 0);
    void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(mapped != MAP_FAILED);
    close_fd(fd);
    return mapped;
}

static void test_mapping_pins(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle;
    CHECK_INT(create(file, 8192, &handle), 0);
    void *mapped = map_object(file, handle, 8192);
    CHECK_INT(close_handle(file, handle), 0);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_MMAP_PINS_OBJECT).objects, 0); /* it is still mapped */
    munmap(mapped, 8192);
    vq_backing_poll(board);
    CHECK_INT(board->object_count, 1);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_MMAP_PINS_OBJECT).objects, 1);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_MMAP_PINS_OBJECT).bytes, 8192);
    vq_file_close(file);
    CHECK_INT(board->object_count, 1);
    CHECK_INT(board->bytes, 8192);
    vq_board_free(board);
}

static void test_mapping_without_quirk(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    CHECK_INT(vq_quirk_set(board, "mmap-pins-object=off"), 0);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle;
    int fd;
    CHECK_INT(create(file, 8192, &handle), 0);
    char *mapped = map_object(file, handle, 8192);
    CHECK_INT(mapped[0], 0);
    mapped[0] = 42;
    CHECK_INT(export_fd(file, handle, &fd), 0);
    char *theirs = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
    CHECK_INT(theirs[0], 42); /* one memory */
    CHECK_INT(close_handle(file, handle), 0);
    munmap(mapped, 8192);
    vq_backing_poll(board);
    CHECK_INT(board->object_count, 1); /* the dma-buf keeps it */
    close_fd(fd);
    CHECK_INT(board->dmabuf_count, 1);
    munmap(theirs, 8192);
    vq_backing_poll(board);
    CHECK_INT(board->object_count, 0);
    vq_file_close(file);
    end_empty();
}

/* Maps the dma-buf at `offset` as a client would; *mapped is the mapping if the board agreed. */
static int64_t map_dmabuf(int fd, uint64_t offset, uint32_t shared, void **mapped)
{
    const struct vq_dmabuf_mmap how = { .length = 8192, .offset = offset, .shared = shared };
    const struct vq_request request = {
        .op = VQ_DMABUF, .arg0 = VQ_DMABUF_MMAP, .arg1 = inode(fd), .data_len = sizeof(how) };
    const char *call = NULL;
    int64_t at = vq_dmabuf_request(board, &request, &how, &call);
    *mapped = at < 0 ? NULL : mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
    return at;
}

static void unmap(void *mapped)
{
    munmap(mapped, 8192);
    vq_backing_poll(board);
}

/* However often it is mapped, and by whom: one object, once in the ledger. */
static void test_dmabuf_mapping_pins(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0"), *other = open_as(101, "/dev/accel/accel0");
    uint32_t handle, theirs;
    int fd, again;
    void *one, *two, *three;
    CHECK_INT(create(file, 8192, &handle), 0);
    CHECK_INT(export_fd(file, handle, &fd), 0);
    CHECK_INT(import_fd(other, fd, &theirs), 0);
    CHECK_INT(export_fd(other, theirs, &again), 0); /* exported again */
    CHECK_INT(map_dmabuf(fd, 0, 1, &one), 0);
    CHECK_INT(map_dmabuf(again, 0, 1, &two), 0);
    three = map_object(file, handle, 8192); /* and through the node */
    close_fd(fd);
    close_fd(again);
    CHECK_INT(close_handle(file, handle), 0);
    CHECK_INT(close_handle(other, theirs), 0);
    unmap(one);
    unmap(three);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_MMAP_PINS_OBJECT).objects, 0); /* it is still mapped */
    unmap(two);
    CHECK_INT(board->dmabuf_count, 0);
    CHECK_INT(board->object_count, 1);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_MMAP_PINS_OBJECT).objects, 1);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_MMAP_PINS_OBJECT).bytes, 8192);
    vq_file_close(file);
    vq_file_close(other);
    CHECK_INT(board->object_count, 1);
    CHECK_INT(board->bytes, 8192);
    vq_board_free(board);
}

/* What was refused was not mapped; what is no GEM object has nobody to keep it. */
static void test_dmabuf_mapping_pins_nothing_else(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *heap = open_as(90, "/dev/dma_heap/system"), *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle;
    int fd;
    void *mapped;
    CHECK_INT(create(file, 8192, &handle), 0);
    CHECK_INT(export_fd(file, handle, &fd), 0);
    CHECK_INT(map_dmabuf(fd, 8192, 1, &mapped), -EINVAL); /* past the end */
    CHECK_INT(map_dmabuf(fd, 0, 0, &mapped), -EINVAL);    /* private */
    close_fd(fd);
    CHECK_INT(heap_alloc(heap, 8192, &fd), 0);
    CHECK_INT(import_fd(file, fd, &handle), 0);
    CHECK_INT(map_dmabuf(fd, 0, 1, &mapped), 0);
    close_fd(fd);
    unmap(mapped);
    vq_file_close(file);
    vq_file_close(heap);
    end_empty();
}

static void test_dmabuf_mapping_without_quirk(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    CHECK_INT(vq_quirk_set(board, "mmap-pins-object=off"), 0);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle;
    int fd;
    void *mapped;
    CHECK_INT(create(file, 8192, &handle), 0);
    CHECK_INT(export_fd(file, handle, &fd), 0);
    CHECK_INT(map_dmabuf(fd, 0, 1, &mapped), 0);
    close_fd(fd);
    vq_file_close(file);
    CHECK_INT(board->object_count, 1); /* the mapping keeps it */
    unmap(mapped);
    end_empty();
}

/* inotify speaks before the lock goes, and joins equal events: the board looks again by itself. */
static void test_close_without_event(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *heap = open_as(90, "/dev/dma_heap/system"), *file = open_as(100, "/dev/accel/accel0");
    uint32_t handle;
    int fd, again;
    CHECK_INT(heap_alloc(heap, 4096, &fd), 0);
    CHECK_INT(import_fd(file, fd, &handle), 0);
    CHECK_INT(export_fd(file, handle, &again), 0); /* a second description of it */
    CHECK_INT(close_handle(file, handle), 0);
    close_fd(again); /* the first one still holds its lock */
    CHECK_INT(board->dmabuf_count, 1);
    close(fd); /* nobody reads what inotify says of this one */
    vq_timer_run(board, UINT64_MAX);
    CHECK_INT(board->dmabuf_count, 0);
    vq_file_close(heap);
    vq_file_close(file);
    end_empty();
}

static void test_size_mismatch(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    /* GEM_CREATE asked with a struct of 8 bytes: the rest reads as zero, and 8 bytes come back. */
    struct {
        uint64_t size;
        uint32_t canary;
    } small = { 4096, 0xdeadbeef };
    uint32_t request = (QDA_V1_IOCTL_GEM_CREATE & ~0x3fff0000u) | 8u << 16;
    CHECK_INT(ioctl_fd(file, request, &small, -1, NULL), 0);
    CHECK_HEX(small.canary, 0xdeadbeef);
    /* QUERY asked read-write on 0xff: the driver's direction wins. */
    char name[16];
    memset(name, 0xff, sizeof(name));
    CHECK_INT(ioctl_fd(file, QDA_V1_IOCTL_QUERY | 0x40000000u, name, -1, NULL), 0);
    CHECK_STR(name, "cdsp");
    CHECK_INT(name[15], 0);
    vq_file_close(file);
    end_empty();
}

static void test_largest_struct(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0");
    static char arg[0x4000];
    CHECK_INT(ioctl_fd(file, (QDA_DRM_IOCTL_VERSION & ~0x3fff0000u) | 0x3fff0000u, arg, -1, NULL), 0);
    CHECK_INT(((struct qda_drm_version_arg *)(void *)arg)->name_len, 3);
    vq_file_close(file);
    end_empty();
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Zero or small mostly, so that the checks are passed now and then. */
static void fill_randomly(uint32_t *state, uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i] = next_random(state) % 2 ? 0 : next_random(state) % 16 ? next_random(state) % 9 : next_random(state) << 8;
}

static void test_random_calls(void)
{
    static const char *const paths[] = { "/dev/accel/accel0", "/dev/accel/accel1", "/dev/dma_heap/system",
                                         "/dev/udmabuf" };
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *files[4];
    int kept[8] = { -1, -1, -1, -1, -1, -1, -1, -1 };
    uint32_t state = 4711, words[4096];
    for (int i = 0; i < 4; i++)
        files[i] = open_as(100 + i, paths[i]);
    for (int i = 0; i < 30000; i++) {
        uint32_t number = next_random(&state) % 2 ? 0x40 + next_random(&state) % 9 : 0x2d + next_random(&state) % 2;
        uint32_t request = (next_random(&state) & 0x3) << 30 | (next_random(&state) % 200) << 16 | 'd' << 8 | number;
        struct vq_file *file = files[next_random(&state) % 4];
        int slot = (int)(next_random(&state) % 8), fd = -1;
        fill_randomly(&state, words, 64);
        if (file->kind == VQ_FILE_HEAP)
            request = QDA_DMA_HEAP_IOCTL_ALLOC;
        ioctl_fd(file, request, words, kept[slot], &fd);
        if (fd < 0)
            continue;
        if (kept[slot] >= 0)
            close_fd(kept[slot]);
        kept[slot] = fd;
    }
    CHECK(hook_allocs > 500); /* it did get somewhere */
    CHECK(hook_maps > 10);
    for (int i = 0; i < 4; i++)
        vq_file_close(files[i]);
    for (int i = 0; i < 8; i++) {
        if (kept[i] >= 0)
            close_fd(kept[i]);
    }
    end_empty();
}

static void test_unplugged(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *file = open_as(100, "/dev/accel/accel0"), *refused;
    uint32_t handle;
    CHECK_INT(create(file, 4096, &handle), 0);
    CHECK_INT(vq_node_unplug(board, "cdsp"), 0);
    CHECK_INT(vq_node_unplug(board, "cdsp"), -ENODEV);
    CHECK_INT(create(file, 4096, &handle), -ENODEV);
    CHECK_INT(vq_file_open(board, &file->opener, "/dev/accel/accel0", "x", &refused), -ENODEV);
    CHECK_INT(vq_node_plug(board, "cdsp"), 0);
    CHECK_STR(vq_node_by_dsp(board, "cdsp")->path, "/dev/accel/accel2");
    CHECK_INT(create(file, 4096, &handle), -ENODEV); /* the old file stays dead */
    struct vq_file *fresh = open_as(100, "/dev/accel/accel2");
    CHECK_INT(create(fresh, 4096, &handle), 0);
    vq_file_close(file);
    vq_file_close(fresh);
    end_empty();
}

static void test_fault_counts(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    struct vq_file *cdsp = open_as(100, "/dev/accel/accel0"), *adsp = open_as(100, "/dev/accel/accel1");
    struct vq_fault fault = { .kind = VQ_FAULT_ALLOC, .dsp = "cdsp", .left = 2 };
    uint32_t handle;
    CHECK_INT(vq_fault_set(board, &fault), 0);
    CHECK_INT(create(adsp, 4096, &handle), 0);
    CHECK_INT(create(cdsp, 4096, &handle), -ENOMEM);
    CHECK_INT(create(cdsp, 4096, &handle), -ENOMEM);
    CHECK_INT(create(cdsp, 4096, &handle), 0);
    vq_file_close(cdsp);
    vq_file_close(adsp);
    end_empty();
}

int main(void)
{
    check_run("handles count from 1, the lowest free one first", test_handles_lowest_first);
    check_run("an address is the IOVA with the bank's SID on top", test_address_has_sid);
    check_run("files of one thread share a bank by reference count", test_banks_shared_and_released);
    check_run("INIT_RELEASE takes a bank, and keeps it until it is answered", test_release_needs_a_bank);
    check_run("an export is the same dma-buf again, and lives as long as it is used", test_reexport_same_dmabuf);
    check_run("a self-import is the same object in the exporter's bank", test_self_import);
    check_run("without the quirk a self-import is mapped in the importer's bank", test_self_import_without_quirk);
    check_run("an external import is attached to the bank for its life", test_external_import);
    check_run("without translation an import knows its first piece only", test_scattered_import);
    check_run("another node cannot attach to an export", test_foreign_node);
    check_run("a mapped object stays, and the ledger says so", test_mapping_pins);
    check_run("without the quirk it goes with its last use", test_mapping_without_quirk);
    check_run("an object whose dma-buf was mapped stays too, once", test_dmabuf_mapping_pins);
    check_run("a refused mapping and a heap's buffer keep nothing", test_dmabuf_mapping_pins_nothing_else);
    check_run("without the quirk it goes with its dma-buf's last mapping", test_dmabuf_mapping_without_quirk);
    check_run("a close that inotify kept quiet about is found", test_close_without_event);
    check_run("structs of another size are extended and cut", test_size_mismatch);
    check_run("the largest struct that a number can name", test_largest_struct);
    check_run("random calls leave nothing behind", test_random_calls);
    check_run("an unplugged node answers ENODEV and comes back as another", test_unplugged);
    check_run("a fault hits as often as it was asked to", test_fault_counts);
    return check_done();
}
