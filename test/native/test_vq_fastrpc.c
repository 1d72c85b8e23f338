/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "scripted_board.h"

#include "uapi/fastrpc.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

/* FastRPC's messages, and what the driver keeps until the DSP lets go of it. */

#define OPEN_NODE "/dev/fastrpc-cdsp"
#define SECURE_NODE "/dev/fastrpc-cdsp-secure"
#define SIZE 65536u

static int fd;

static bool start(const char *node)
{
    if (!board_start(QDA_ERRNO_FASTRPC, VQ_IOMMU_TRANSLATED, NULL))
        return false;
    fd = q_open(&q, node);
    return CHECK(fd >= 0);
}

/* The file closes, and INIT_RELEASE is the last message. */
static void stop(void)
{
    size_t before = script_count;
    q_close(&q, fd);
    const struct script_seen *seen = script_wait(before + 1);
    if (CHECK(seen != NULL)) {
        CHECK_INT(seen->call, QDA_CALL_ANY);
        CHECK_HEX(seen->request.sc, 0x01010000u);
        CHECK_INT(seen->request.session, 0);
        CHECK_INT(seen->session, 1);
    }
    board_stop(true);
}

static int heap_buffer(void)
{
    int dmabuf = q_heap(&q, "/dev/dma_heap/system", SIZE);
    CHECK(dmabuf > 0);
    return dmabuf;
}

/* The bytes of argument `index`, where it is in the message. */
static const void *inline_of(const struct script_seen *seen, unsigned index)
{
    const union qda_rpc_arg *args = (const void *)seen->payload;
    return seen->payload + (args[index].buf.pv & 0xfffff);
}

static struct qda_rpc_page page_of(const struct script_seen *seen, unsigned index)
{
    struct qda_rpc_page page;
    unsigned n = QDA_SCALARS_LENGTH(seen->request.sc);
    memcpy(&page, seen->payload + qda_rpc_pages_at(n) + index * sizeof(page), sizeof(page));
    return page;
}

/* ---- INIT_CREATE */

static long create(int dmabuf, const char *map, uint32_t len, uint32_t attrs)
{
    struct qda_session_args args = { .file = map, .file_len = len, .buffer = dmabuf, .attrs = attrs };
    return q.driver->session_create(q.sys, fd, &args);
}

static void check_create(uint32_t attrs, uint32_t sc)
{
    int err, dmabuf = heap_buffer();
    char *map = q_map(&q, dmabuf, SIZE, 0, &err);
    if (!CHECK(map != NULL))
        return;
    memcpy(map, "\177ELF", 4);
    CHECK_INT(create(dmabuf, map, SIZE, attrs), 0);
    const struct script_seen *seen = script_wait(1);
    const struct qda_rpc_create *head = inline_of(seen, 0);
    const struct qda_rpc_page *memory = inline_of(seen, 3);
    CHECK_HEX(seen->request.sc, sc);
    CHECK_INT(seen->request.handle, QDA_HANDLE_INIT);
    CHECK_INT(seen->request.session, 0); /* the kernel speaks */
    CHECK_INT(seen->session, 1);         /* of slot 0 */
    CHECK_INT(head->session, 1);
    CHECK_INT(head->file_len, SIZE);
    CHECK_INT(head->attrs, attrs);
    CHECK_INT(memory->size, qda_fastrpc_memory(SIZE));
    CHECK_INT(seen->memory_size, qda_fastrpc_memory(SIZE));
    CHECK_INT(seen->elf_len, SIZE);
    CHECK(seen->elf != NULL && memcmp(seen->elf, "\177ELF", 4) == 0);
    CHECK_INT(page_of(seen, 2).size, SIZE);
    CHECK_INT(board_objects(), 2); /* process memory, and the ELF stays attached */
    q.sys->ops->munmap(q.sys, map, SIZE);
    q_close(&q, dmabuf);
}

static void test_create(void)
{
    if (!start(OPEN_NODE))
        return;
    check_create(QDA_PROC_UNSIGNED_MODULE, 0x07040000u);
    stop();
}

static void test_create_signed(void)
{
    if (!start(SECURE_NODE))
        return;
    check_create(0, 0x06040000u);
    stop();
}

static void test_create_fails(void)
{
    if (!start(OPEN_NODE))
        return;
    int dmabuf = heap_buffer();
    script.refuse = -EIO;
    CHECK_INT(create(dmabuf, NULL, SIZE, QDA_PROC_UNSIGNED_MODULE), -EIO);
    CHECK_INT(board_objects(), 0);
    script.refuse = 0;
    script.answer = 0x27;
    CHECK_INT(create(dmabuf, NULL, SIZE, QDA_PROC_UNSIGNED_MODULE), 0x27);
    CHECK(board_objects() <= 1); /* no process memory */
    q_close(&q, dmabuf);
    stop();
}

/* ---- INVOKE */

static long invoke_on(uint32_t sc, const struct qda_fastrpc_invoke_args *args)
{
    return q.driver->invoke(q.sys, fd, 30, sc, args);
}

/* A buffer is attached for the call; where a map of it stands, that one's address is taken. */
static void test_buffer_argument(void)
{
    if (!start(OPEN_NODE))
        return;
    int err, dmabuf = heap_buffer();
    char *map = q_map(&q, dmabuf, SIZE, 0, &err);
    struct qda_fastrpc_invoke_args arg = { .ptr = (uintptr_t)map + 8200, .length = 100, .fd = dmabuf };
    CHECK_INT(invoke_on(QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg), 0);
    const struct script_seen *seen = script_wait(1);
    CHECK_INT(seen->request.session, 1);
    CHECK_INT(page_of(seen, 0).addr >> 32, 1); /* SID of the first bank */
    CHECK_INT(page_of(seen, 0).addr & 0xfff, 0);
    CHECK_INT(page_of(seen, 0).size, 4096);
    CHECK_INT(board_objects(), 0);
    struct qda_map_args standing = { .request = 2, .flags = QDA_MAP_FD, .buffer = dmabuf, .size = SIZE };
    CHECK_INT(q.driver->map(q.sys, fd, &standing), 0);
    uint64_t address = ((const struct qda_rpc_page *)inline_of(script_wait(2), 1))->addr;
    CHECK_INT(invoke_on(QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg), 0);
    CHECK_HEX(page_of(script_wait(3), 0).addr, address + 8192);
    CHECK_INT(board_objects(), 1);
    q.sys->ops->munmap(q.sys, map, SIZE);
    q_close(&q, dmabuf);
    stop();
}

static int32_t fd_to_release;

/* In the DSP's place: names a descriptor in the fd list. */
static void put_fd(struct vq_message *message)
{
    uint64_t entry = (uint64_t)fd_to_release;
    unsigned n = QDA_SCALARS_LENGTH(message->request.sc);
    memcpy(message->slab->map + message->slab_offset + qda_rpc_fdlist_at(n), &entry, sizeof(entry));
}

static void test_fd_list(void)
{
    if (!start(OPEN_NODE))
        return;
    int kept = heap_buffer(), released = heap_buffer();
    struct qda_fastrpc_invoke_args args[] = { { .length = SIZE, .fd = kept }, { .length = SIZE, .fd = released } };
    const uint32_t two_handles = QDA_SCALARS_BUILD(0, 2, 0, 0, 2, 0);
    CHECK_INT(invoke_on(two_handles, args), 0);
    CHECK_INT(board_objects(), 2);
    const union qda_rpc_arg *arg = (const void *)script_wait(1)->payload;
    CHECK_INT(arg[1].dma.fd, released);
    CHECK_INT(page_of(script_wait(1), 1).size, SIZE);
    fd_to_release = released;
    script.run = put_fd;
    CHECK_INT(invoke_on(QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0), NULL), 0);
    CHECK_INT(board_objects(), 1);
    CHECK_INT(invoke_on(QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0), NULL), 0); /* it is gone already: nothing more goes */
    CHECK_INT(board_objects(), 1);
    q_close(&q, kept);
    q_close(&q, released);
    stop();
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* A wait that a signal ends leaves the buffer to the DSP, until that has answered. */
static void test_interrupted(void)
{
    const struct sigaction action = { .sa_handler = on_alarm };
    const struct itimerval often = { .it_interval = { .tv_usec = 20000 }, .it_value = { .tv_usec = 20000 } }, never = { 0 };
    if (!start(OPEN_NODE))
        return;
    int dmabuf = heap_buffer();
    struct qda_fastrpc_invoke_args arg = { .length = 100, .fd = dmabuf };
    script.hold = true;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    CHECK_INT(invoke_on(QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &arg), -EINTR);
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK_INT(board_objects(), 2); /* message and import */
    script_answer(0, 0);
    CHECK(board_settles_at(0));
    q_close(&q, dmabuf);
    stop();
}

/* ---- Maps */

static uint64_t given_address;

static void give_address(struct vq_message *message)
{
    const union qda_rpc_arg *args = (const void *)(message->slab->map + message->slab_offset);
    unsigned last = QDA_SCALARS_LENGTH(message->request.sc) - 1;
    if (QDA_SCALARS_OUT(message->request.sc) == 1)
        memcpy(message->slab->map + message->slab_offset + (args[last].buf.pv & 0xfffff), &given_address,
               sizeof(given_address));
}

static void test_mem_map(void)
{
    if (!start(OPEN_NODE))
        return;
    int dmabuf = heap_buffer();
    struct qda_map_args map = { .request = 2, .flags = QDA_MAP_FD, .buffer = dmabuf, .size = SIZE - 100, .offset = 64 };
    struct qda_unmap_args unmap = { .request = 2, .buffer = dmabuf, .vaddr = 0x30000000, .size = 1 };
    given_address = 0x30000000;
    script.run = give_address;
    CHECK_INT(q.driver->map(q.sys, fd, &map), 0);
    CHECK_HEX(map.vaddr_out, 0x30000000);
    const struct script_seen *seen = script_wait(1);
    const struct qda_rpc_mem_map *head = inline_of(seen, 0);
    const struct qda_rpc_page *page = inline_of(seen, 1);
    CHECK_HEX(seen->request.sc, 0x0a030100u);
    CHECK_INT(head->session, 1);
    CHECK_INT(head->fd, dmabuf);
    CHECK_INT(head->offset, 64);
    CHECK_INT(head->flags, QDA_MAP_FD);
    CHECK_INT(page->size, SIZE - 100);
    CHECK_INT(q.driver->map(q.sys, fd, &map), 0); /* the same buffer once more: one attachment */
    CHECK_INT(board_objects(), 1);
    CHECK_INT(q.driver->unmap(q.sys, fd, &unmap), 0);
    const struct qda_rpc_mem_unmap *gone = inline_of(script_wait(3), 0);
    CHECK_INT(gone->size, SIZE - 100); /* the map's own length */
    CHECK_HEX(gone->vaddr, 0x30000000);
    CHECK_INT(board_objects(), 1);
    unmap.buffer = -1; /* any with this address */
    CHECK_INT(q.driver->unmap(q.sys, fd, &unmap), 0);
    CHECK_INT(board_objects(), 0);
    CHECK_INT(q.driver->unmap(q.sys, fd, &unmap), -EINVAL);
    q_close(&q, dmabuf);
    stop();
}

/* What the DSP refuses does not stand. */
static void test_refused_maps(void)
{
    if (!start(OPEN_NODE))
        return;
    int dmabuf = heap_buffer();
    struct qda_map_args buffer = { .request = 2, .buffer = dmabuf, .size = SIZE };
    struct qda_map_args memory = { .request = 1, .flags = QDA_FASTRPC_MMAP_ADD_PAGES, .size = SIZE };
    script.answer = 2;
    CHECK_INT(q.driver->map(q.sys, fd, &buffer), 2);
    CHECK_INT(q.driver->map(q.sys, fd, &memory), 2);
    CHECK_INT(board_objects(), 0);
    CHECK_HEX(script_wait(2)->request.sc, 0x04020100u);
    script.answer = 0;
    script.run = give_address;
    given_address = 0x40000000;
    CHECK_INT(q.driver->map(q.sys, fd, &memory), 0);
    struct qda_unmap_args unmap = { .request = 1, .vaddr_out = 0x40000000, .size = SIZE };
    script.answer = 2;
    CHECK_INT(q.driver->unmap(q.sys, fd, &unmap), 2);
    CHECK_INT(board_objects(), 1); /* it stands still */
    script.answer = 0;
    CHECK_INT(q.driver->unmap(q.sys, fd, &unmap), 0);
    CHECK_HEX(script_wait(5)->request.sc, 0x05010000u);
    CHECK_INT(board_objects(), 0);
    q_close(&q, dmabuf);
    stop();
}

/* ---- GET_DSP_INFO */

static void give_attributes(struct vq_message *message)
{
    const union qda_rpc_arg *args = (const void *)(message->slab->map + message->slab_offset);
    uint32_t *values = (void *)(message->slab->map + message->slab_offset + (args[1].buf.pv & 0xfffff));
    CHECK_INT(args[1].buf.len, 255 * 4);
    for (uint32_t i = 0; i < 255; i++)
        values[i] = 1000 + i;
}

static void test_capabilities(void)
{
    uint32_t value = 5;
    if (!start(OPEN_NODE))
        return;
    script.answer = (int32_t)(QDA_AEE_REMOTE | QDA_AEE_EUNSUPPORTED);
    CHECK_INT(q.driver->capability(q.sys, fd, 6, &value), -EOPNOTSUPP);
    CHECK_INT(value, 5);
    script.answer = 0;
    script.run = give_attributes;
    CHECK_INT(q.driver->capability(q.sys, fd, 6, &value), 0);
    CHECK_INT(value, 1005); /* number 1 is the first that the DSP tells */
    const struct script_seen *seen = script_wait(2);
    CHECK_INT(seen->request.handle, QDA_HANDLE_DSP_UTILITIES);
    CHECK_HEX(seen->request.sc, 0x00010100u);
    CHECK_INT(*(const uint32_t *)inline_of(seen, 0), 255);
    CHECK_INT(q.driver->capability(q.sys, fd, 255, &value), 0);
    CHECK_INT(value, 1254);
    CHECK_INT(q.driver->capability(q.sys, fd, 0, &value), 0);
    CHECK_INT(value, 0);
    CHECK_INT(script_count, 2); /* asked once */
    stop();
}

int main(void)
{
    check_run("INIT_CREATE: an unsigned process on the open node", test_create);
    check_run("INIT_CREATE: a signed one on the secure node", test_create_signed);
    check_run("INIT_CREATE that fails keeps nothing", test_create_fails);
    check_run("INVOKE: a buffer is attached for the call, or as it stands", test_buffer_argument);
    check_run("INVOKE: handles stay until the fd list names them", test_fd_list);
    check_run("INVOKE: an interrupted wait", test_interrupted);
    check_run("MEM_MAP and MEM_UNMAP", test_mem_map);
    check_run("maps that the DSP refuses", test_refused_maps);
    check_run("GET_DSP_INFO is asked once", test_capabilities);
    return check_done();
}
