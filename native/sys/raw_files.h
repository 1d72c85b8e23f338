/* SPDX-License-Identifier: MIT */
#ifndef QDA_SYS_RAW_FILES_H
#define QDA_SYS_RAW_FILES_H

#include "sys/sys.h"

/* One record of the kernel's list of open files, as the iterator writes it. */
struct qda_raw_file {
    uint32_t pid;
    uint32_t fd;
    uint64_t ino;
    uint64_t size;
    uint32_t magic; /* of its file system */
    uint32_t mode;
    uint32_t flags; /* O_* */
    uint32_t rdev;  /* the kernel's own form: major << 20 | minor */
    uint32_t dev;   /* of its file system, the same form */
    uint32_t pad;
};
typedef int (*qda_raw_file_fn)(void *arg, const struct qda_raw_file *file);

/*
 * Every open file of every process that has a descriptor table of its own (threads that share one count once), in the order
 * of the kernel's list. For backends that stand on the kernel's (`sys` is from qda_sys_linux). As open_files of qda_sys_ops.
 */
int qda_linux_raw_files(struct qda_sys *sys, qda_raw_file_fn fn, void *arg);

#endif
