/* SPDX-License-Identifier: MIT */
#include "conformance_fastrpc.h"

#include <errno.h>

/*
 * Every row of the errno table that FastRPC has, on a virtual board. Nothing here needs a DSP that answers more than
 * INIT_RELEASE.
 */

/* Cases: conf_fd is a fresh file of the open node. */

static long case_fr_unknown_ioctl(void)
{
    uint32_t free_dma_buff = 0;
    struct qda_fastrpc_invoke arg = { .handle = 4 };
    CHECK_INT(call(QDA_FASTRPC_IOCTL_FREE_DMA_BUFF, &free_dma_buff), -ENOTTY);
    CHECK_INT(call(QDA_IOC(QDA_IOC_WRITE, 'R', 3, sizeof(arg)), &arg), -ENOTTY); /* the whole number counts */
    return call(QDA_IOWR('R', 60, uint32_t), &free_dma_buff);
}

static long case_fr_node_mmap(void)
{
    int err = 0;
    CHECK(q_map(&conf_q, conf_fd, 4096, 0, &err) == NULL);
    return err;
}

static long alloc(uint64_t size)
{
    struct qda_fastrpc_alloc_dma_buf arg = { .fd = -1, .size = size };
    long result = call(QDA_FASTRPC_IOCTL_ALLOC_DMA_BUFF, &arg);
    if (result == 0)
        q_close(&conf_q, arg.fd);
    return result;
}

static long case_fr_alloc_zero(void)
{
    return alloc(0);
}

static long case_fr_alloc_fails(void)
{
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_ALLOC, .count = 1 };
    CHECK_INT(alloc(8ull << 30), -ENOMEM); /* over the 32-bit space */
    CHECK(rig_fault(&conf_rig, &fault));
    return alloc(4096);
}

static long create(struct qda_fastrpc_init_create arg)
{
    return call(QDA_FASTRPC_IOCTL_INIT_CREATE, &arg);
}

static long case_fr_signed(void)
{
    CHECK_INT(create((struct qda_fastrpc_init_create){ .attrs = QDA_PROC_DEBUG }), -ECONNREFUSED);
    return create((struct qda_fastrpc_init_create){ .filelen = QDA_FASTRPC_FILELEN_MAX + 1 }); /* first of all */
}

/* An unsigned process from an ELF. */
static struct qda_fastrpc_init_create create_from(uint32_t filelen, int filefd)
{
    return (struct qda_fastrpc_init_create){ .filelen = filelen, .filefd = filefd, .attrs = QDA_PROC_UNSIGNED_MODULE };
}

static long case_fr_create_long(void)
{
    return create(create_from(QDA_FASTRPC_FILELEN_MAX + 1, -1));
}

static long case_fr_create_bad_fd(void)
{
    CHECK_INT(create(create_from(4096, -1)), -EBADF);
    return create(create_from(4096, 9999));
}

static long case_fr_create_no_dmabuf(void)
{
    return create(create_from(4096, conf_fd));
}

static long case_fr_create_beyond(void)
{
    int dmabuf = new_heap_buffer(4096);
    long result = create(create_from(4097, dmabuf));
    q_close(&conf_q, dmabuf);
    return result;
}

static long case_fr_create_no_memory(void)
{
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_ALLOC, .count = 1 };
    int dmabuf = new_heap_buffer(4096);
    CHECK(rig_fault(&conf_rig, &fault));
    long result = create(create_from(4096, dmabuf));
    q_close(&conf_q, dmabuf);
    return result;
}

static long case_fr_static_name(void)
{
    struct qda_fastrpc_init_create_static arg = { .namelen = 129 };
    return call(QDA_FASTRPC_IOCTL_INIT_CREATE_STATIC, &arg);
}

static long invoke(uint32_t handle, uint32_t sc, const void *args)
{
    return conf_q.driver->invoke(conf_q.sys, conf_fd, handle, sc, args);
}

static long case_fr_kernel_handle(void)
{
    return invoke(QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, 1, 0, 0, 0, 0), NULL);
}

#define ONE_IN QDA_SCALARS_BUILD(0, 9, 1, 0, 0, 0)

static long case_fr_args_unreadable(void)
{
    CHECK_INT(invoke(QDA_HANDLE_INIT, ONE_IN, (const void *)16), -EFAULT); /* before the handle is looked at */
    return invoke(20, ONE_IN, (const void *)16);
}

static long invoke_one(uint64_t ptr, uint64_t length, int fd)
{
    struct qda_fastrpc_invoke_args arg = { .ptr = ptr, .length = length, .fd = fd };
    return invoke(20, ONE_IN, &arg);
}

static long case_fr_inline_unreadable(void)
{
    return invoke_one(16, 8, -1);
}

static long case_fr_invoke_bad_fd(void)
{
    return invoke_one(0, 8, 9999);
}

static long case_fr_invoke_fd_below(void)
{
    return invoke_one(0, 8, -2);
}

static long case_fr_invoke_no_dmabuf(void)
{
    return invoke_one(0, 8, conf_fd);
}

static long case_fr_invoke_beyond(void)
{
    int dmabuf = new_heap_buffer(4096);
    CHECK_INT(invoke_handle(dmabuf, 4097), -EINVAL);
    long result = invoke_one(0, 4097, dmabuf);
    q_close(&conf_q, dmabuf);
    return result;
}

static long map_memory(uint32_t flags, uint64_t vaddrin, uint64_t size)
{
    struct qda_fastrpc_req_mmap arg = { .flags = flags, .vaddrin = vaddrin, .size = size };
    return call(QDA_FASTRPC_IOCTL_MMAP, &arg);
}

static long case_fr_mmap_flags(void)
{
    CHECK_INT(map_memory(4, 0, 4096), -EINVAL);
    CHECK_INT(map_memory(6, 0, 4096), -EINVAL);
    CHECK_INT(map_memory(0x3000, 0, 4096), -EINVAL);
    return map_memory(0, 0, 4096);
}

static long case_fr_mmap_hint(void)
{
    return map_memory(QDA_FASTRPC_MMAP_ADD_PAGES, 4096, 4096);
}

static long case_fr_mmap_fails(void)
{
    return map_memory(QDA_FASTRPC_MMAP_ADD_PAGES, 0, 8ull << 30);
}

static long case_fr_munmap_unknown(void)
{
    struct qda_fastrpc_req_munmap arg = { .vaddrout = 0x1000, .size = 4096 };
    return call(QDA_FASTRPC_IOCTL_MUNMAP, &arg);
}

static long mem_map(int fd, uint64_t length)
{
    struct qda_fastrpc_mem_map arg = { .fd = fd, .length = length };
    return call(QDA_FASTRPC_IOCTL_MEM_MAP, &arg);
}

static long case_fr_mem_map_bad_fd(void)
{
    CHECK_INT(mem_map(-1, 4096), -EBADF);
    return mem_map(9999, 4096);
}

static long case_fr_mem_map_no_dmabuf(void)
{
    return mem_map(conf_fd, 4096);
}

static long case_fr_mem_map_beyond(void)
{
    int dmabuf = new_heap_buffer(4096);
    long result = mem_map(dmabuf, 8192);
    q_close(&conf_q, dmabuf);
    return result;
}

static long case_fr_mem_map_no_sg(void)
{
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_FOREIGN_IMPORT, .count = 1 };
    int dmabuf = new_heap_buffer(4096);
    CHECK(rig_fault(&conf_rig, &fault));
    long result = mem_map(dmabuf, 4096);
    q_close(&conf_q, dmabuf);
    return result;
}

static long case_fr_mem_unmap_unknown(void)
{
    struct qda_fastrpc_mem_unmap arg = { .fd = 5, .vaddr = 0x1000, .length = 4096 };
    return call(QDA_FASTRPC_IOCTL_MEM_UNMAP, &arg);
}

static long set_option(uint32_t id, uint32_t value, int32_t reserved)
{
    struct qda_fastrpc_set_option arg = { .request_id = id, .value = value, .reserved = { [5] = reserved } };
    return call(QDA_FASTRPC_IOCTL_SET_OPTION, &arg);
}

static long case_fr_option_reserved(void)
{
    return set_option(QDA_FASTRPC_POLL_MODE, 1, 1);
}

static long case_fr_option_unknown(void)
{
    CHECK_INT(set_option(QDA_FASTRPC_POLL_MODE, 2, 0), -EINVAL);
    return set_option(2, 1, 0);
}

static long case_fr_option_polling(void)
{
    return set_option(QDA_FASTRPC_POLL_MODE, 1, 0);
}

static long case_fr_attribute(void)
{
    struct qda_fastrpc_capability arg = { .attribute_id = 256 };
    return call(QDA_FASTRPC_IOCTL_GET_DSP_INFO, &arg);
}

static long case_fr_no_session(void)
{
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_BANKS_EXHAUSTED, .count = 1 };
    CHECK(rig_fault(&conf_rig, &fault));
    return q_open(&conf_q, OPEN_NODE);
}

/* Every call on a file whose DSP went. */
static long case_fr_gone(void)
{
    struct qda_fastrpc_capability info = { .attribute_id = 6 };
    int dmabuf = new_heap_buffer(4096);
    CHECK(rig_unplug(&conf_rig, "cdsp"));
    CHECK_INT(create(create_from(4096, dmabuf)), -EPIPE);
    CHECK_INT(call(QDA_FASTRPC_IOCTL_INIT_ATTACH, NULL), -EPIPE);
    CHECK_INT(map_memory(QDA_FASTRPC_MMAP_ADD_PAGES, 0, 4096), -EPIPE);
    CHECK_INT(mem_map(dmabuf, 4096), -EPIPE);
    CHECK_INT(call(QDA_FASTRPC_IOCTL_GET_DSP_INFO, &info), -EPIPE);
    CHECK_INT(invoke(QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, 1, 0, 0, 0, 0), NULL), -EPIPE); /* before EPERM */
    long result = invoke(4, QDA_SCALARS_BUILD(0, 5, 0, 0, 0, 0), NULL);
    CHECK(rig_replug(&conf_rig, "cdsp"));
    CHECK_INT(invoke(4, QDA_SCALARS_BUILD(0, 5, 0, 0, 0, 0), NULL), -EPIPE); /* the old file stays dead */
    q_close(&conf_q, dmabuf);
    return result;
}

/* The node goes and comes back under its name. */
static long case_fr_open_gone(void)
{
    struct qda_stat st;
    CHECK(rig_unplug(&conf_rig, "cdsp"));
    CHECK_INT(conf_q.sys->ops->stat(conf_q.sys, SECURE_NODE, &st), -ENOENT);
    long result = q_open(&conf_q, OPEN_NODE);
    CHECK(rig_replug(&conf_rig, "cdsp"));
    int again = q_open(&conf_q, OPEN_NODE);
    CHECK(again >= 0);
    q_close(&conf_q, again);
    return result;
}

static const struct {
    enum qda_call call;
    enum qda_condition condition;
    long (*fn)(void); /* NULL: `why` says what keeps it from being reached */
    const char *why;
} cases[] = {
#define CASE(call, condition, fn) { QDA_CALL_##call, QDA_COND_##condition, fn, NULL }
#define LEFT(call, condition, why) { QDA_CALL_##call, QDA_COND_##condition, NULL, why }
    CASE(OPEN, NO_BANK, case_fr_no_session),
    CASE(IOCTL, UNKNOWN_IOCTL, case_fr_unknown_ioctl),
    CASE(MMAP, OFFSET_NOT_EXACT, case_fr_node_mmap),
    CASE(ALLOC_DMA_BUFF, SIZE_ZERO, case_fr_alloc_zero),
    CASE(ALLOC_DMA_BUFF, DMA_ALLOC_FAILED, case_fr_alloc_fails),
    CASE(SESSION_CREATE, SIGNED_PROCESS, case_fr_signed),
    CASE(SESSION_CREATE, FILE_TOO_LONG, case_fr_create_long),
    CASE(SESSION_CREATE, BAD_FD, case_fr_create_bad_fd),
    CASE(SESSION_CREATE, NOT_A_DMABUF, case_fr_create_no_dmabuf),
    CASE(SESSION_CREATE, LONGER_THAN_OBJECT, case_fr_create_beyond),
    CASE(SESSION_CREATE, DMA_ALLOC_FAILED, case_fr_create_no_memory),
    CASE(CREATE_STATIC, STATIC_NAME_TOO_LONG, case_fr_static_name),
    CASE(INVOKE, KERNEL_HANDLE, case_fr_kernel_handle),
    CASE(INVOKE, ARGS_UNREADABLE, case_fr_args_unreadable),
    CASE(INVOKE, INLINE_UNREADABLE, case_fr_inline_unreadable),
    CASE(INVOKE, BAD_FD, case_fr_invoke_bad_fd),
    CASE(INVOKE, FD_BELOW_MINUS_ONE, case_fr_invoke_fd_below),
    CASE(INVOKE, NOT_A_DMABUF, case_fr_invoke_no_dmabuf),
    CASE(INVOKE, LONGER_THAN_OBJECT, case_fr_invoke_beyond),
    LEFT(INVOKE, INTERRUPTED, "needs a DSP that lets the call wait"),
    CASE(FASTRPC_MMAP, BAD_FLAGS, case_fr_mmap_flags),
    CASE(FASTRPC_MMAP, ADDRESS_HINT, case_fr_mmap_hint),
    CASE(FASTRPC_MMAP, DMA_ALLOC_FAILED, case_fr_mmap_fails),
    CASE(FASTRPC_MUNMAP, UNKNOWN_MAPPING, case_fr_munmap_unknown),
    CASE(MEM_MAP, BAD_FD, case_fr_mem_map_bad_fd),
    CASE(MEM_MAP, NOT_A_DMABUF, case_fr_mem_map_no_dmabuf),
    CASE(MEM_MAP, LONGER_THAN_OBJECT, case_fr_mem_map_beyond),
    CASE(MEM_MAP, EXPORTER_WITHOUT_SG, case_fr_mem_map_no_sg),
    CASE(MEM_UNMAP, UNKNOWN_MAPPING, case_fr_mem_unmap_unknown),
    CASE(SET_OPTION, PAD_NONZERO, case_fr_option_reserved),
    CASE(SET_OPTION, UNKNOWN_OPTION, case_fr_option_unknown),
    CASE(SET_OPTION, NO_POLLING, case_fr_option_polling),
    CASE(GET_DSP_INFO, ATTRIBUTE_TOO_HIGH, case_fr_attribute),
    LEFT(GET_DSP_INFO, NO_CAPABILITIES, "this board's DSPs tell their capabilities"),
    CASE(HEAP_ALLOC, SIZE_ZERO, case_heap_zero),
    CASE(HEAP_ALLOC, FD_NONZERO, case_heap_fd),
    CASE(HEAP_ALLOC, BAD_FLAGS, case_heap_bad_flags),
    CASE(HEAP_ALLOC, HEAP_FLAGS, case_heap_flags),
    CASE(DMABUF_SYNC, BAD_FLAGS, case_sync_bad_flags),
    CASE(DMABUF_SYNC, NO_DIRECTION, case_sync_no_direction),
    CASE(DMABUF_SET_NAME, NAME_TOO_LONG, case_name_too_long),
    CASE(UDMABUF_CREATE, NOT_A_MEMFD, case_udmabuf_not_memfd),
    CASE(UDMABUF_CREATE, SEAL_MISSING, case_udmabuf_no_seal),
    CASE(UDMABUF_CREATE, SEAL_WRITE, case_udmabuf_write_seal),
    CASE(UDMABUF_CREATE, UNALIGNED, case_udmabuf_unaligned),
    CASE(OPEN, UNPLUGGED, case_fr_open_gone),
    CASE(ANY, DSP_GONE, case_fr_gone),
#undef CASE
#undef LEFT
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static const struct qda_errno_row *row_now;

static size_t case_of(const struct qda_errno_row *row)
{
    size_t i = 0;
    while (i < CASES && (cases[i].call != row->call || cases[i].condition != row->condition))
        i++;
    return i;
}

static void test_row(void)
{
    size_t i = case_of(row_now);
    if (!CHECK(i < CASES))
        return;
    if (!cases[i].fn) {
        check_skip(cases[i].why);
        return;
    }
    conf_fd = q_open(&conf_q, OPEN_NODE);
    if (!CHECK(conf_fd >= 0))
        return;
    CHECK_INT(cases[i].fn(), -row_now->error);
    q_close(&conf_q, conf_fd);
}

static void run_rows(void)
{
    for (size_t i = 0; i < qda_errno_row_count; i++) {
        char name[160];
        row_now = &qda_errno_rows[i];
        if ((row_now->generations & QDA_ERRNO_FASTRPC) == 0)
            continue;
        snprintf(name, sizeof(name), "fastrpc: %s: %s", qda_call_name((enum qda_call)row_now->call),
                 qda_condition_name((enum qda_condition)row_now->condition));
        check_run(name, test_row);
    }
}

static bool started;

static void test_start(void)
{
    started = begin();
    CHECK(started);
}

int main(void)
{
    check_run("fastrpc: the board starts", test_start);
    if (started) {
        run_rows();
        check_run("fastrpc: nothing is left", end);
    }
    return check_done();
}
