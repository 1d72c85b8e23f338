/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "scripted_board.h"

#include "vqda/core/ledger.h"
#include "vqda/core/object.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* SESSION_CREATE, MAP, MUNMAP and INIT_RELEASE: what they send and keep. */

#define PAGE 4096u
#define MEMORY (4u << 20)

static const void *at(const struct script_seen *seen, uint64_t place)
{
    return seen->payload + place;
}

static const struct qda_rpc_page *page_of(const struct script_seen *seen, unsigned n, unsigned i)
{
    return at(seen, 24u * n + 16u * i);
}

static uint64_t len_of(const struct script_seen *seen, unsigned i)
{
    return ((const union qda_rpc_arg *)at(seen, 16u * i))->buf.len;
}

static uint64_t ledger_objects(enum vq_quirk quirk)
{
    board_objects(); /* what is closed by now is heard of */
    return vq_ledger(board, quirk).objects;
}

static long create(int fd, const struct qda_v1_init_create *how)
{
    struct qda_v1_init_create arg = *how;
    return q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_SESSION_CREATE, &arg);
}

/* ---- SESSION_CREATE */

static void check_create(const struct script_seen *seen, uint32_t file_len, uint32_t attrs, uint32_t sig_len)
{
    const struct qda_rpc_create *head = at(seen, 640);
    CHECK_INT(seen->call, QDA_CALL_SESSION_CREATE);
    CHECK_HEX(seen->request.sc, attrs ? 0x07040000 : 0x06040000);
    CHECK_INT(seen->request.handle, 1);
    CHECK_INT(head->session, seen->session);
    CHECK_INT(head->file_len, file_len);
    CHECK_INT(head->pages, 1);
    CHECK_INT(head->attrs, attrs);
    CHECK_INT(head->sig_len, sig_len);
    CHECK_INT(head->name_len, sizeof("the caller"));
    CHECK_STR((const char *)at(seen, 768), "the caller");
    CHECK_INT(len_of(seen, 0), 24);
    CHECK_INT(len_of(seen, 1), sizeof("the caller"));
    CHECK_INT(len_of(seen, 2), file_len);
    CHECK_INT(len_of(seen, 3), 16);
    CHECK_INT(seen->elf_len, file_len);
    CHECK_INT(seen->attrs, attrs);
    CHECK_INT(seen->memory_size, MEMORY);
}

static void check_memory_page(const struct script_seen *seen, uint64_t place)
{
    const struct qda_rpc_page *page = at(seen, place);
    CHECK_HEX(page->addr, seen->memory_iova + ((uint64_t)seen->sid << 32));
    CHECK_INT(page->size, MEMORY);
}

static void test_by_pointer(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    static char elf[5000];
    prctl(PR_SET_NAME, "the caller");
    memset(elf, 'e', sizeof(elf));
    int fd = open_cdsp();
    struct qda_v1_init_create how = {
        .filelen = sizeof(elf), .attrs = QDA_PROC_UNSIGNED_MODULE, .siglen = 3, .file = (uintptr_t)elf };
    CHECK_INT(create(fd, &how), 0);
    const struct script_seen *seen = script_wait(1);
    check_create(seen, sizeof(elf), QDA_PROC_UNSIGNED_MODULE, 3);
    CHECK_MEM(seen->elf, elf, sizeof(elf));
    CHECK_MEM(at(seen, 896), elf, sizeof(elf));
    check_memory_page(seen, 896 + 5120 - 5120 % 128); /* 5000 rounds up to 5120 */
    CHECK_INT(board_objects(), 1);                    /* the process memory */
    uint64_t first = seen->memory_iova;
    CHECK_INT(create(fd, &how), 0); /* drops the old one first, so its address is free again */
    CHECK_INT(board_objects(), 1);
    CHECK_HEX(script_wait(2)->memory_iova, first);
    q_close(&q, fd);
    CHECK(board_settles_at(1)); /* v1 leaks it after a release */
    seen = script_wait(3);
    CHECK_INT(seen->call, QDA_CALL_ANY);
    CHECK(!seen->has_file);
    CHECK_HEX(seen->request.sc, 0x01010000);
    CHECK_INT(*(const int32_t *)at(seen, 512), seen->session);
    CHECK_INT(seen->session, 1);
    CHECK_INT(ledger_objects(VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY), 1);
    CHECK_INT(vq_ledger(board, VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY).bytes, MEMORY);
    board_stop(false);
}

static void test_by_buffer(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, "release-leaks-init-memory=off"))
        return;
    struct buffer a;
    int fd = open_cdsp();
    if (!buffer_make(fd, 4 * PAGE, &a))
        return;
    for (unsigned i = 0; i < 4 * PAGE; i++)
        a.map[i] = (char)(i / 7);
    struct qda_v1_init_create how = {
        .filelen = 5000, .filefd = a.field, .file = (uintptr_t)a.map + PAGE + 9 };
    CHECK_INT(create(fd, &how), 0);
    const struct script_seen *seen = script_wait(1);
    check_create(seen, 5000, 0, 0);
    CHECK_MEM(seen->elf, a.map + PAGE + 9, 5000);
    CHECK_HEX(page_of(seen, 4, 2)->addr, dma_of(a.handle) + PAGE);
    CHECK_INT(page_of(seen, 4, 2)->size, 2 * PAGE);
    check_memory_page(seen, 896); /* the file is not in the message */
    CHECK_INT(vq_copied_bytes(board), 0);
    how.file = (uintptr_t)a.map + 3 * PAGE; /* ends before the ELF does */
    CHECK_INT(create(fd, &how), 0);
    CHECK_INT(script_wait(2)->elf_len, PAGE);
    how.file = 0; /* no mapping: from the buffer's start */
    CHECK_INT(create(fd, &how), 0);
    CHECK_MEM(script_wait(3)->elf, a.map, 5000);
    buffer_drop(fd, &a);
    q_close(&q, fd);
    board_stop(true);
}

static void test_create_fails(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    char elf[16] = "ELF";
    struct qda_v1_init_create how = { .filelen = 16, .file = 64 };
    CHECK_INT(create(fd, &how), -EFAULT);
    CHECK_INT(script_count, 0);
    how.file = (uintptr_t)elf;
    script.answer = QDA_AEE_ENOSUCH;
    CHECK_INT(create(fd, &how), QDA_AEE_ENOSUCH);
    CHECK_INT(board_objects(), 0);
    script.answer = 0;
    how.filelen = 0;
    CHECK_INT(create(fd, &how), 0);
    CHECK_INT(script_wait(2)->elf_len, 0);
    CHECK_INT(board_objects(), 1);
    script.answer = 1;
    CHECK_INT(create(fd, &how), 1); /* the earlier memory is gone all the same */
    CHECK_INT(board_objects(), 0);
    q_close(&q, fd);
    board_stop(true);
}

static void test_session_ids(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int one = open_cdsp(), two = open_cdsp(), other = q_open(&q, "/dev/accel/accel1");
    CHECK_INT(invoke(two, 5, 0, NULL), 0);
    CHECK_INT(script_wait(1)->session, 2);
    CHECK_INT(invoke(one, 5, 0, NULL), 0);
    CHECK_INT(script_wait(2)->session, 1);
    CHECK_INT(invoke(other, 5, 0, NULL), 0);
    CHECK_INT(script_wait(3)->session, 1); /* counted a node */
    q_close(&q, one);
    CHECK_INT(script_wait(4)->session, 1);
    q_close(&q, two);
    q_close(&q, other);
    board_stop(true);
}

/* ---- MAP, MUNMAP */

#define VADDR 0xc0de0000ull

/* out[0] of a map request, behind inputs of 24 or 32 bytes, a page, and an empty one. */
static void write_vaddr(struct vq_message *message)
{
    bool attr = QDA_SCALARS_METHOD(message->request.sc) == QDA_METHOD_INIT_MEM_MAP;
    uint64_t vaddr = VADDR;
    memcpy(message->slab->map + (attr ? 640 : 512) + 256, &vaddr, sizeof(vaddr));
}

static void check_plain_map(const struct script_seen *seen, uint32_t handle)
{
    const struct qda_rpc_map *head = at(seen, 512); /* 40 * 3 + 384 = 504 */
    const struct qda_rpc_page *page = at(seen, 640);
    CHECK_HEX(seen->request.sc, 0x04020100);
    CHECK_INT(head->session, seen->session);
    CHECK_INT(head->flags, QDA_MAP_FD);
    CHECK_HEX(head->vaddr, 0x1000);
    CHECK_INT(head->pages, 1);
    CHECK_HEX(page->addr, dma_of(handle)); /* all of it, whatever `size` says */
    CHECK_INT(page->size, 2 * PAGE);
    CHECK_INT(len_of(seen, 0), 24);
    CHECK_INT(len_of(seen, 2), 8);
}

static void check_full_map(const struct script_seen *seen, const struct buffer *a)
{
    const struct qda_rpc_mem_map *head = at(seen, 640); /* 40 * 4 + 384 = 544 */
    const struct qda_rpc_page *page = at(seen, 768);
    CHECK_HEX(seen->request.sc, 0x0a030100);
    CHECK_INT(head->session, seen->session);
    CHECK_INT(head->fd, a->field);
    CHECK_INT(head->offset, 77);
    CHECK_INT(head->flags, QDA_MAP_FD);
    CHECK_HEX(head->vaddr, 0x1000);
    CHECK_INT(head->pages, 1);
    CHECK_INT(head->data_len, 0);
    CHECK_HEX(page->addr, dma_of(a->handle));
    CHECK_INT(page->size, 2 * PAGE);
    CHECK_INT(len_of(seen, 2), 0);
    CHECK_INT(len_of(seen, 3), 8);
}

static void run_maps(unsigned generation)
{
    if (!board_start(generation, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct buffer a;
    int fd = open_cdsp();
    if (!buffer_make(fd, 2 * PAGE, &a))
        return;
    struct qda_v1_mem_map arg = {
        .request = 1, .flags = QDA_MAP_FD, .fd = a.field, .offset = 77, .vaddrin = 0x1000, .size = 5 };
    script.run = write_vaddr;
    CHECK_INT(q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_MAP, &arg), 0);
    CHECK_HEX(arg.vaddrout, VADDR);
    check_plain_map(script_wait(1), a.handle);
    arg.request = 2;
    arg.vaddrout = 0;
    CHECK_INT(q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_MAP, &arg), 0);
    CHECK_HEX(arg.vaddrout, VADDR);
    check_full_map(script_wait(2), &a);
    script.answer = QDA_AEE_ENOMEMORY;
    arg.vaddrout = 9;
    CHECK_INT(q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_MAP, &arg), QDA_AEE_ENOMEMORY);
    CHECK_HEX(arg.vaddrout, 9);
    script.answer = 0;
    arg.request = 1;
    arg.fd = 0;
    CHECK_INT(q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_MAP, &arg), 0);
    CHECK_HEX(((const struct qda_rpc_page *)at(script_wait(4), 640))->addr, 0); /* a zero page entry */
    CHECK_INT(vq_copied_bytes(board), 0);
    buffer_drop(fd, &a);
    q_close(&q, fd);
    board_stop(true);
}

static void test_maps_v1(void)
{
    run_maps(QDA_ERRNO_V1);
}

static void test_maps_rfc(void)
{
    run_maps(QDA_ERRNO_RFC);
}

static void test_unmaps(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    struct qda_v1_mem_unmap arg = { .request = 1, .fd = 4, .vaddr = 5, .vaddrout = 6, .size = 7 };
    CHECK_INT(q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_MUNMAP, &arg), 0); /* of nothing that was mapped: not looked at */
    const struct script_seen *seen = script_wait(1);
    const struct qda_rpc_unmap *plain = at(seen, 512);
    CHECK_HEX(seen->request.sc, 0x05010000);
    CHECK_INT(plain->session, 1);
    CHECK_INT(plain->vaddr, 6);
    CHECK_INT(plain->size, 7);
    arg.request = 2;
    script.answer = QDA_AEE_ENOSUCH;
    CHECK_INT(q_ioctl(&q, fd, QDA_V1_IOCTL_REMOTE_MUNMAP, &arg), QDA_AEE_ENOSUCH);
    seen = script_wait(2);
    const struct qda_rpc_mem_unmap *full = at(seen, 512);
    CHECK_HEX(seen->request.sc, 0x0b010000);
    CHECK_INT(full->session, 1);
    CHECK_INT(full->fd, 4);
    CHECK_INT(full->vaddr, 5);
    CHECK_INT(full->size, 7);
    q_close(&q, fd);
    board_stop(true);
}

/* ---- imports by fd inside a call */

static void look_up_import(struct vq_message *message)
{
    const struct qda_rpc_page *page = (const void *)(message->slab->map + 24); /* of one argument */
    struct vq_backed backed;
    CHECK_INT(vq_bank_lookup(message->bank, page->addr & 0xffffffffu, &backed), 0);
    CHECK_INT(backed.size, 3 * PAGE);
}

static long invoke_one(int fd, int dmabuf)
{
    struct qda_v1_fastrpc_invoke_args arg = { .ptr = 64, .length = 3 * PAGE, .fd = dmabuf };
    return invoke(fd, 30, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg);
}

static void test_hidden_handle(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp(), dmabuf = q_heap(&q, "/dev/dma_heap/system", 3 * PAGE);
    script.run = look_up_import;
    CHECK_INT(invoke_one(fd, dmabuf), 0);
    CHECK_INT(invoke_one(fd, dmabuf), 0);
    CHECK_INT(board_objects(), 1);
    CHECK_INT(ledger_objects(VQ_QUIRK_HIDDEN_IMPORT_HANDLES), 1);
    q_close(&q, fd);
    q_close(&q, dmabuf);
    board_stop(true);
}

static void test_no_hidden_handle(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, "hidden-import-handles=off"))
        return;
    int fd = open_cdsp(), dmabuf = q_heap(&q, "/dev/dma_heap/system", 3 * PAGE);
    script.run = look_up_import; /* attached while the call is on its way */
    CHECK_INT(invoke_one(fd, dmabuf), 0);
    CHECK_INT(board_objects(), 0);
    CHECK_INT(script_unmapped_count, 1);
    CHECK_INT(script_unmapped[0].size, 3 * PAGE);
    q_close(&q, fd);
    q_close(&q, dmabuf);
    board_stop(true);
}

int main(void)
{
    check_run("a session by an ELF in memory, and its release", test_by_pointer);
    check_run("a session by an ELF in a buffer", test_by_buffer);
    check_run("a create that fails keeps nothing", test_create_fails);
    check_run("files are numbered a node", test_session_ids);
    check_run("v1: map requests of both kinds", test_maps_v1);
    check_run("rfc: map requests of both kinds", test_maps_rfc);
    check_run("unmap requests of both kinds", test_unmaps);
    check_run("hidden-import-handles on: INVOKE leaves the handle", test_hidden_handle);
    check_run("hidden-import-handles off: the buffer goes with the call", test_no_hidden_handle);
    return check_done();
}
