/* SPDX-License-Identifier: MIT */
#include "conformance.h"

#include "vqda/core/create.h"

#include <errno.h>

/*
 * Every row of the errno table, driven through the seam on a virtual board of each generation. A row without a case fails
 * the test.
 */
struct vq_rig conf_rig;
struct calls conf_q;
unsigned conf_generation;
int conf_fd;

bool conf_v1(void)
{
    return conf_generation == QDA_ERRNO_V1;
}

/* ---- unplugged: everything at once */

long case_unplugged(void)
{
    uint64_t offset = 0;
    uint32_t handle;
    char name[16];
    CHECK_INT(conf_gem_mmap_offset(conf_fd, conf_some_handle(), 0, &offset), 0);
    CHECK(rig_unplug(&conf_rig, "cdsp"));
    CHECK_INT(q_open(&conf_q, CDSP), -ENODEV);
    CHECK_INT(conf_q.driver->query(conf_q.sys, conf_fd, name), -ENODEV);
    CHECK_INT(conf_gem_create(conf_fd, 0, 1), -ENODEV); /* before any other check */
    CHECK_INT(q_import(&conf_q, conf_fd, 9999, &handle), -ENODEV);
    CHECK_INT(q_export(&conf_q, conf_fd, 1), -ENODEV);
    CHECK_INT(qda_gem_close(conf_q.sys, conf_fd, 1), -ENODEV);
    CHECK_INT(conf_invoke(), -ENODEV);
    CHECK(rig_replug(&conf_rig, "cdsp"));
    return conf_map_result(conf_fd, 8192, offset);
}

typedef long (*case_fn)(void);

static const struct conformance_case {
    enum qda_call call;
    enum qda_condition condition;
    case_fn fn;
} cases[] = {
#define CASE(call, condition, fn) { QDA_CALL_##call, QDA_COND_##condition, fn }
    CASE(IOCTL, UNKNOWN_IOCTL, case_unknown_ioctl),
    CASE(IOCTL, RESERVED_IOCTL, case_reserved_ioctl),
    CASE(GEM_CREATE, PAD_NONZERO, case_create_pad),
    CASE(GEM_CREATE, SIZE_ZERO, case_create_zero),
    CASE(GEM_CREATE, SIZE_WRAPS, case_create_wraps),
    CASE(GEM_CREATE, DMA_ALLOC_FAILED, case_create_fails),
    CASE(GEM_MMAP_OFFSET, PAD_NONZERO, case_offset_pad),
    CASE(GEM_MMAP_OFFSET, UNKNOWN_HANDLE, case_offset_unknown),
    CASE(GEM_MMAP_OFFSET, IMPORTED_OBJECT, case_offset_of_import),
    CASE(MMAP, OFFSET_NOT_EXACT, case_mmap_not_exact),
    CASE(MMAP, LONGER_THAN_OBJECT, case_mmap_longer),
    CASE(MMAP, NOT_OPENED_BY_FILE, case_mmap_of_another_file),
    CASE(MMAP, IMPORTED_OBJECT, case_mmap_of_import),
    CASE(GEM_CLOSE, UNKNOWN_HANDLE, case_close_unknown),
    CASE(PRIME_IMPORT, BAD_FD, case_import_bad_fd),
    CASE(PRIME_IMPORT, NOT_A_DMABUF, case_import_not_a_dmabuf),
    CASE(PRIME_IMPORT, EXPORTER_WITHOUT_SG, case_import_without_sg),
    CASE(PRIME_EXPORT, BAD_FLAGS, case_export_bad_flags),
    CASE(PRIME_EXPORT, UNKNOWN_HANDLE, case_export_unknown),
    CASE(SESSION_CREATE, FILE_TOO_LONG, case_session_too_long),
    CASE(SESSION_CREATE, FILE_BUFFER_BAD, case_session_bad_buffer),
    CASE(MAP, PAD_NONZERO, case_map_pad),
    CASE(MAP, BAD_REQUEST, case_map_bad_request),
    CASE(MAP, BAD_FD, case_map_bad_fd),
    CASE(MAP, NOT_A_DMABUF, case_map_not_a_dmabuf),
    CASE(MAP, NO_BUFFER, case_map_no_buffer),
    CASE(MAP, UNKNOWN_HANDLE, case_map_unknown_handle),
    CASE(MUNMAP, BAD_REQUEST, case_munmap_bad_request),
    CASE(INVOKE, ARGS_UNREADABLE, case_invoke_args_unreadable),
    CASE(INVOKE, INLINE_UNREADABLE, case_invoke_inline_unreadable),
    CASE(INVOKE, FD_BELOW_MINUS_ONE, case_invoke_fd_below),
    CASE(INVOKE, UNKNOWN_HANDLE, case_invoke_unknown_handle),
    CASE(INVOKE, INTERRUPTED, case_invoke_interrupted),
    CASE(OPEN, NO_BANK, case_no_bank_open),
    CASE(QUERY, NO_BANK, case_no_bank_query),
    CASE(GEM_MMAP_OFFSET, NO_BANK, case_no_bank_offset),
    CASE(PRIME_EXPORT, NO_BANK, case_no_bank_export),
    CASE(PRIME_IMPORT, NO_BANK_SELF_IMPORT, case_no_bank_self_import),
    CASE(PRIME_IMPORT, NO_BANK, case_no_bank_import),
    CASE(GEM_CREATE, NO_BANK, case_no_bank_create),
    CASE(INIT_ATTACH, NO_BANK, case_no_bank_attach),
    CASE(INIT_ATTACH, NO_DSP, case_attach),
    CASE(SESSION_CREATE, NO_BANK, case_no_bank_session),
    CASE(MAP, NO_BANK, case_no_bank_map),
    CASE(MUNMAP, NO_BANK, case_no_bank_munmap),
    CASE(INVOKE, NO_BANK, case_no_bank_invoke),
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
    CASE(SESSION_CREATE, NO_DSP, case_session_no_dsp),
    CASE(MAP, NO_DSP, case_map_no_dsp),
    CASE(MUNMAP, NO_DSP, case_munmap_no_dsp),
    CASE(INVOKE, NO_DSP, case_invoke_no_dsp),
    CASE(ANY, UNPLUGGED, case_unplugged), /* last: the node has another path afterwards */
};
#undef CASE

static const struct qda_errno_row *row_now;

static case_fn find_case(const struct qda_errno_row *row)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].call == row->call && cases[i].condition == row->condition)
            return cases[i].fn;
    }
    return NULL;
}

static void test_row(void)
{
    case_fn fn = find_case(row_now);
    if (!CHECK(fn != NULL))
        return;
    conf_fd = q_open(&conf_q, CDSP);
    if (!CHECK(conf_fd >= 0))
        return;
    long result = fn();
    if (row_now->error == 0)
        CHECK(result >= 0);
    else
        CHECK_INT(result, -row_now->error);
    q_close(&conf_q, conf_fd);
}

static void run_rows(const struct qda_errno_row *rows, size_t count, bool unplugged)
{
    for (size_t i = 0; i < count; i++) {
        char name[160];
        row_now = &rows[i];
        if ((row_now->generations & conf_generation) == 0 ||
            (row_now->condition == QDA_COND_UNPLUGGED) != unplugged)
            continue;
        snprintf(name, sizeof(name), "%s: %s: %s", conf_v1() ? "v1" : "rfc",
                 qda_call_name((enum qda_call)row_now->call), qda_condition_name((enum qda_condition)row_now->condition));
        check_run(name, test_row);
    }
}

static bool started;

static void test_start(void)
{
    const char *arguments[] = { "--generation", conf_v1() ? "v1" : "rfc", "--quirk", "mmap-pins-object=off", NULL };
    started = rig_start(&conf_rig, arguments);
    conf_q.sys = conf_rig.sys;
    conf_q.driver = qda_driver_for(conf_v1() ? QDA_GEN_V1 : QDA_GEN_RFC);
}

static void test_nothing_left(void)
{
    struct rig_info info;
    CHECK(rig_settle(&conf_rig, 0, 0, &info));
    CHECK_INT(info.dmabufs, 0);
    CHECK_INT(info.bytes, 0);
    CHECK_INT(info.known_differences, vq_known_difference_count);
    for (size_t i = 0; i < info.bank_count; i++) {
        CHECK_INT(info.banks[i].owner, 0);
        CHECK_INT(info.banks[i].references, 0);
        CHECK_INT(info.banks[i].iova_used, 0);
    }
    rig_stop(&conf_rig);
}

static void run_generation(unsigned generation)
{
    conf_generation = generation;
    check_run(conf_v1() ? "v1: the board starts" : "rfc: the board starts", test_start);
    if (!started)
        return;
    run_rows(qda_errno_rows, qda_errno_row_count, false);
    run_rows(qda_null_dsp_rows, qda_null_dsp_row_count, false);
    run_rows(qda_errno_rows, qda_errno_row_count, true);
    check_run(conf_v1() ? "v1: nothing is left" : "rfc: nothing is left", test_nothing_left);
}

int main(void)
{
    run_generation(QDA_ERRNO_V1);
    run_generation(QDA_ERRNO_RFC);
    return check_done();
}
