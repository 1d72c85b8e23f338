/* SPDX-License-Identifier: MIT */
#ifndef QDA_SYS_LINUX_H
#define QDA_SYS_LINUX_H

#include <limits.h>
#include <sys/stat.h>

#include "sys/sys.h"

/* Shared by the files of the kernel backend; nobody else includes this. */
struct linux_sys {
    struct qda_sys base;
    bool files_tried;
    int files_link; /* BPF link of the iterator over open files, or -errno */
    size_t root_len;
    char root[];
};

/*
 * The path below the root, into out[PATH_MAX]. 0, -EINVAL for a path that is not absolute or has a ".." component,
 * -ENAMETOOLONG.
 */
int linux_path(const struct qda_sys *sys, const char *path, char out[PATH_MAX]);

void linux_stat_convert(const struct stat *from, struct qda_stat *to);

/* linux_files.c */
int linux_open(struct qda_sys *sys, const char *path, int flags);
int linux_stat(struct qda_sys *sys, const char *path, struct qda_stat *out);
ssize_t linux_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len);
int linux_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg);
int linux_mkdir(struct qda_sys *sys, const char *path);
int linux_rmdir(struct qda_sys *sys, const char *path);

/* linux_below.c */
int linux_open_below(struct qda_sys *sys, const char *folder, const char *name);

/* linux_file_iter.c */
/* A link to an iterator over open files: its descriptor, -EPERM, or -EOPNOTSUPP where this kernel has none. */
int linux_file_iter_make(void);
/* One pass: a descriptor to read records from, or -errno. */
int linux_file_iter_open(int link);

/* linux_open_files.c */
int linux_open_files(struct qda_sys *sys, qda_open_file_fn fn, void *arg);

/* linux_process.c */
int linux_spawn(struct qda_sys *sys, const struct qda_spawn *what);
int linux_wait(struct qda_sys *sys, int pid, int *status, bool block);
int linux_kill(struct qda_sys *sys, int pid, int signal);
int linux_socketpair(struct qda_sys *sys, int out[2]);
int linux_send_fd(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd);
ssize_t linux_recv_fd(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd);
int linux_memfd(struct qda_sys *sys, const char *name, uint64_t size);

#endif
