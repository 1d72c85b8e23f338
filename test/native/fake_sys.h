/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_FAKE_SYS_H
#define QDA_TEST_FAKE_SYS_H

#include "sys/sys.h"

/*
 * A scripted `struct qda_sys`: files and directories from a table, ioctls answered by a function or by a table, and the
 * bytes of every ioctl kept. What it does not play is NULL in its ops, so that a test which strays crashes at once.
 */
struct fake_file {
    const char *path;
    const void *data;
    size_t len;
    uint32_t mode; /* S_IFREG, S_IFCHR */
    uint32_t rdev_major;
    int open_error; /* 0 or -errno */
    size_t cut;     /* not 0: no read gives more than this many bytes */
};

struct fake_call {
    const char *path; /* of the file it was on */
    unsigned long request;
    uint8_t before[64]; /* the struct as it was given; its size stands in the request */
};

/* One ioctl's answer: its result, and bytes to write over the struct. */
struct fake_answer {
    unsigned long request;
    int result;
    const void *after;
    size_t len;
};

struct fake_sys {
    struct qda_sys base;
    const struct fake_file *files;
    size_t file_count;
    int (*on_ioctl)(struct fake_sys *fake, const char *path, unsigned long request, void *arg);
    const struct fake_answer *answers; /* used where on_ioctl is NULL; what is not listed is ENOTTY */
    size_t answer_count;
    struct fake_call calls[64];
    size_t call_count;
    size_t opens; /* open(2) calls that succeeded */
    size_t open_now;
    struct {
        const struct fake_file *file;
        size_t at;
    } slots[16];
};

void fake_sys_init(struct fake_sys *fake, const struct fake_file *files, size_t count);

#endif
