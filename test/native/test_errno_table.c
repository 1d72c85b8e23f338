/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <stdlib.h>

#include "uapi/errnos.h"

static void test_no_pair_twice(void)
{
    for (size_t i = 0; i < qda_errno_row_count; i++) {
        for (size_t j = i + 1; j < qda_errno_row_count; j++) {
            const struct qda_errno_row *a = &qda_errno_rows[i];
            const struct qda_errno_row *b = &qda_errno_rows[j];
            bool clash = a->call == b->call && a->condition == b->condition && (a->generations & b->generations) != 0;
            if (!CHECK(!clash))
                printf("# rows %zu and %zu\n", i, j);
        }
    }
}

static void check_row(const struct qda_errno_row *row)
{
    CHECK(row->generations != 0 && (row->generations & ~QDA_ERRNO_ALL) == 0);
    CHECK(row->call < QDA_CALL_COUNT);
    CHECK(row->condition < QDA_COND_COUNT);
    CHECK(row->error >= 0 && row->error <= QDA_ERESTARTSYS);
    for (unsigned generation = QDA_ERRNO_V1; generation <= QDA_ERRNO_FASTRPC; generation <<= 1)
        if ((row->generations & generation) != 0)
            CHECK_INT(qda_errno(generation, row->call, row->condition), -row->error);
}

static void test_rows_are_found(void)
{
    for (size_t i = 0; i < qda_errno_row_count; i++) {
        check_row(&qda_errno_rows[i]);
        CHECK(strchr("SDM", qda_errno_rows[i].certainty) != NULL);
    }
    for (size_t i = 0; i < qda_null_dsp_row_count; i++) {
        check_row(&qda_null_dsp_rows[i]);
        CHECK_INT(qda_null_dsp_rows[i].certainty, 'V');
        CHECK_INT(qda_null_dsp_rows[i].error, ENOTCONN);
    }
}

/* The facts that are easiest to get wrong, said once more by hand. */
static void test_facts(void)
{
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_GEM_CREATE, QDA_COND_PAD_NONZERO), -EINVAL);
    CHECK_INT(qda_errno(QDA_ERRNO_RFC, QDA_CALL_GEM_CREATE, QDA_COND_PAD_NONZERO), 0);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_GEM_CREATE, QDA_COND_NO_BANK), -ENOMEM);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_PRIME_IMPORT, QDA_COND_NO_BANK), -ENODEV);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_PRIME_IMPORT, QDA_COND_NO_BANK_SELF_IMPORT), 0);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_PRIME_IMPORT, QDA_COND_EXPORTER_WITHOUT_SG), -ENOSYS);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_GEM_CLOSE, QDA_COND_UNKNOWN_HANDLE), -EINVAL);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_GEM_MMAP_OFFSET, QDA_COND_UNKNOWN_HANDLE), -ENOENT);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_MMAP, QDA_COND_NOT_OPENED_BY_FILE), -EACCES);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_INVOKE, QDA_COND_FD_BELOW_MINUS_ONE), -ENOSPC);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_BUFFER_BAD), -EINVAL);
    CHECK_INT(qda_errno(QDA_ERRNO_RFC, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_BUFFER_BAD), -ENOENT);
    CHECK_INT(qda_errno(QDA_ERRNO_RFC, QDA_CALL_MAP, QDA_COND_UNKNOWN_HANDLE), -ENOENT);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_UDMABUF_CREATE, QDA_COND_NOT_A_MEMFD), -EBADFD);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_UDMABUF_CREATE, QDA_COND_NOT_A_MEMFD), -EBADFD);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_OPEN, QDA_COND_NO_BANK), -EBUSY);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_IOCTL, QDA_COND_UNKNOWN_IOCTL), -ENOTTY);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_INVOKE, QDA_COND_DSP_GONE), -EPIPE);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_INVOKE, QDA_COND_KERNEL_HANDLE), -EPERM);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_INVOKE, QDA_COND_BAD_FD), -EINVAL);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_SESSION_CREATE, QDA_COND_SIGNED_PROCESS), -ECONNREFUSED);
    CHECK_INT(qda_errno(QDA_ERRNO_FASTRPC, QDA_CALL_GET_DSP_INFO, QDA_COND_ATTRIBUTE_TOO_HIGH), -EOVERFLOW);
}

/* An unplugged device answers every call alike, through the row for any call. */
static void test_any_call(void)
{
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_OPEN, QDA_COND_UNPLUGGED), -ENODEV);
    CHECK_INT(qda_errno(QDA_ERRNO_RFC, QDA_CALL_INVOKE, QDA_COND_UNPLUGGED), -ENODEV);
    CHECK_INT(qda_errno(QDA_ERRNO_V1, QDA_CALL_MMAP, QDA_COND_UNPLUGGED), -ENODEV);
}

static void test_absent_rows(void)
{
    CHECK(qda_errno_find(QDA_ERRNO_RFC, QDA_CALL_MAP, QDA_COND_BAD_FD) == NULL);
    CHECK(qda_errno_find(QDA_ERRNO_RFC, QDA_CALL_IOCTL, QDA_COND_RESERVED_IOCTL) == NULL);
    CHECK(qda_errno_find(QDA_ERRNO_V1, QDA_CALL_INIT_ATTACH, QDA_COND_NO_DSP) == NULL);
    CHECK(qda_errno_find(QDA_ERRNO_FASTRPC, QDA_CALL_QUERY, QDA_COND_UNPLUGGED) == NULL);
    CHECK(qda_errno_find(QDA_ERRNO_V1, QDA_CALL_INVOKE, QDA_COND_DSP_GONE) == NULL);
    CHECK(qda_errno_find(8, QDA_CALL_QUERY, QDA_COND_UNPLUGGED) == NULL);
}

static void test_names(void)
{
    CHECK_STR(qda_call_name(QDA_CALL_PRIME_IMPORT), "PRIME_FD_TO_HANDLE");
    CHECK_STR(qda_condition_name(QDA_COND_NO_BANK), "no context bank is free");
    CHECK_STR(qda_call_name(QDA_CALL_COUNT), "unknown call");
    CHECK_STR(qda_condition_name(QDA_COND_COUNT), "unknown condition");
}

int main(void)
{
    check_run("no generation has two answers to one thing", test_no_pair_twice);
    check_run("every row is found and well formed", test_rows_are_found);
    check_run("the facts easiest to get wrong", test_facts);
    check_run("an unplugged device answers every call alike", test_any_call);
    check_run("what has no row is not found", test_absent_rows);
    check_run("names", test_names);
    return check_done();
}
