/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Files by path: which end answers, and the board's own texts. */

static bool below(const char *path, const char *dir)
{
    size_t len = strlen(dir);
    return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool has_dotdot(const char *path)
{
    for (const char *p = strstr(path, "/.."); p != NULL; p = strstr(p + 1, "/.."))
        if (p[3] == '/' || p[3] == '\0')
            return true;
    return false;
}

static bool is_node(const char *path)
{
    return strncmp(path, "/dev/accel/", 11) == 0 || strncmp(path, "/dev/fastrpc-", 13) == 0 ||
           strncmp(path, "/dev/dma_heap/", 14) == 0 || strcmp(path, "/dev/udmabuf") == 0;
}

enum vqc_place vqc_place_of(const char *path, char *out, size_t len)
{
    static const char device_tree[] = "/proc/device-tree"; /* a link */
    if (path[0] != '/' || has_dotdot(path))
        return VQC_PLACE_NONE;
    bool linked = below(path, device_tree);
    const char *base = linked ? "/sys/firmware/devicetree/base" : "";
    const char *rest = linked ? path + sizeof(device_tree) - 1 : path;
    size_t base_len = strlen(base), rest_len = strlen(rest);
    if (base_len + rest_len >= len)
        return VQC_PLACE_NONE;
    memcpy(out, base, base_len);
    memcpy(out + base_len, rest, rest_len + 1);
    if (is_node(out))
        return VQC_PLACE_NODE;
    if (below(out, "/proc"))
        return VQC_PLACE_PROC;
    if (below(out, "/sys/devices/system/cpu") || below(out, "/sys/class/thermal") || strcmp(out, "/etc/os-release") == 0)
        return VQC_PLACE_MACHINE;
    return below(out, "/dev") || below(out, "/sys") || below(out, "/usr") ? VQC_PLACE_BOARD : VQC_PLACE_NONE;
}

/* Asks about a path; the server answers -EAGAIN while it counts references for a text. */
static int64_t ask(struct vqc_client *client, uint32_t op, const char *path, struct vqc_message *m)
{
    const struct timespec pause = { .tv_nsec = 500000 };
    for (;;) {
        m->op = op;
        m->in[0] = path;
        m->in_len[0] = strlen(path) + 1;
        int64_t result = vqc_exchange(client, m);
        if (result != -EAGAIN || op != VQ_READ)
            return result;
        nanosleep(&pause, NULL);
    }
}

static int64_t ask_simply(struct vqc_client *client, uint32_t op, const char *path)
{
    struct vqc_message m = { .out = NULL };
    int64_t result = ask(client, op, path, &m);
    if (m.out_fd >= 0)
        close(m.out_fd);
    return result;
}

/* ---- open */

static int read_text(struct vqc_client *client, const char *path)
{
    struct vqc_message m = { .out = NULL };
    int64_t result = ask(client, VQ_READ, path, &m);
    if (result >= 0 && m.out_fd < 0)
        return -EPROTO;
    if (result >= 0) {
        (void)lseek(m.out_fd, 0, SEEK_SET); /* the server's position came along */
        return m.out_fd;
    }
    if (m.out_fd >= 0)
        close(m.out_fd);
    return (int)result;
}

int vqc_read_late(struct vqc_client *client, int fd, const char *path)
{
    int text = read_text(client, path);
    if (text < 0)
        return text;
    int err = dup3(text, fd, O_CLOEXEC) < 0 ? -errno : 0;
    close(text);
    return err;
}

/* A kernel makes the text of a debugfs file when it is read; opening it costs nothing and shows that it may be read. */
static bool is_made_late(const char *path)
{
    return strcmp(path, "/sys/kernel/debug/dma_buf/bufinfo") == 0;
}

static int open_late(struct vqc_client *client, const char *path)
{
    struct qda_stat st;
    int err = vqc_board_stat(client, path, &st);
    int fd = err < 0 ? err : memfd_create("qda-late", MFD_CLOEXEC);
    if (fd < 0)
        return err < 0 ? err : -errno;
    err = vqc_overlay_add_late(client, fd, path);
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

static int open_pipe(struct vqc_client *client, const char *path, int flags)
{
    struct vqc_message m = { .out = NULL };
    int64_t result = ask(client, VQ_OPEN_PIPE, path, &m);
    if (result < 0 || m.out_fd < 0) {
        if (m.out_fd >= 0)
            close(m.out_fd);
        return result < 0 ? (int)result : -EPROTO;
    }
    int wanted = (flags & O_NONBLOCK) != 0 ? O_NONBLOCK : 0;
    if (fcntl(m.out_fd, F_SETFL, wanted) < 0) {
        int err = -errno;
        close(m.out_fd);
        return err;
    }
    return m.out_fd;
}

static bool is_named(const char *path, const char *file)
{
    const char *name = strrchr(path, '/');
    return name != NULL && strcmp(name + 1, file) == 0;
}

static int64_t write_control(struct vqc_client *client, const char *path, const void *text, size_t len)
{
    struct vqc_message m = { .op = VQ_WRITE, .in = { path, text }, .in_len = { strlen(path) + 1, len } };
    return vqc_exchange(client, &m);
}

/* For writing: what is written goes to the server at once, by the path. */
static int open_control(struct vqc_client *client, const char *path, int flags)
{
    struct qda_stat st;
    int err = vqc_board_stat(client, path, &st);
    if (err < 0)
        return err;
    if (!S_ISREG(st.mode))
        return S_ISDIR(st.mode) ? -EISDIR : -EINVAL;
    if ((st.mode & 0222) == 0)
        return -EACCES;
    int fd = (flags & O_ACCMODE) == O_RDWR ? read_text(client, path) : memfd_create("qda-control", MFD_CLOEXEC);
    if (fd < 0)
        return fd == -1 ? -errno : fd;
    if ((flags & O_TRUNC) != 0 && is_named(path, "trace")) /* empties the buffer; other files do not mind */
        err = (int)write_control(client, path, "", 0);
    if (err == 0)
        err = vqc_overlay_add(client, fd, NULL, 0, path);
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

static int open_board(struct vqc_client *client, const char *path, int flags)
{
    if ((flags & O_ACCMODE) != O_RDONLY)
        return open_control(client, path, flags);
    if (is_made_late(path))
        return open_late(client, path);
    return is_named(path, "trace_pipe") ? open_pipe(client, path, flags) : read_text(client, path);
}

int vqc_client_open_path(struct qda_sys *sys, const char *path, int flags)
{
    struct vqc_client *client = vqc_client_of(sys);
    char real[512];
    switch (vqc_place_of(path, real, sizeof(real))) {
    case VQC_PLACE_NODE:
        return vqc_open_file(client, real);
    case VQC_PLACE_BOARD:
        return open_board(client, real, flags);
    case VQC_PLACE_PROC:
        return vqc_proc_open(client, real, flags);
    case VQC_PLACE_MACHINE:
        return client->kernel->ops->open(client->kernel, real, flags);
    default:
        return -ENOENT;
    }
}

ssize_t vqc_client_write(struct qda_sys *sys, int fd, const void *buf, size_t len)
{
    struct vqc_client *client = vqc_client_of(sys);
    char path[512], cookie[8];
    if (vqc_cookie_of(fd, cookie))
        return -EINVAL; /* nodes have no write; here it would reach the server */
    if (!vqc_overlay_path(client, fd, path, sizeof(path)))
        return client->kernel->ops->write(client->kernel, fd, buf, len);
    if (len > VQ_MAX_DATA - sizeof(path))
        return -EINVAL;
    int64_t result = write_control(client, path, buf, len);
    return result < 0 ? (ssize_t)result : (ssize_t)len;
}

/* ---- stat, readlink, listing */

int vqc_board_stat(struct vqc_client *client, const char *path, struct qda_stat *out)
{
    struct vq_stat st;
    struct vqc_message m = { .out = &st, .out_room = sizeof(st) };
    int64_t result = ask(client, VQ_STAT, path, &m);
    if (result < 0)
        return (int)result;
    if (m.out_len != sizeof(st))
        return -EPROTO;
    *out = (struct qda_stat){
        .size = st.size, .mode = st.mode, .uid = st.uid, .rdev_major = st.rdev_major, .rdev_minor = st.rdev_minor
    };
    return 0;
}

int vqc_client_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    struct vqc_client *client = vqc_client_of(sys);
    char real[512];
    switch (vqc_place_of(path, real, sizeof(real))) {
    case VQC_PLACE_NODE:
    case VQC_PLACE_BOARD:
        return vqc_board_stat(client, real, out);
    case VQC_PLACE_PROC:
        return vqc_proc_stat(client, real, out);
    case VQC_PLACE_MACHINE:
        return client->kernel->ops->stat(client->kernel, real, out);
    default:
        return -ENOENT;
    }
}

static ssize_t board_readlink(struct vqc_client *client, const char *path, char *buf, size_t len)
{
    char target[512];
    struct vqc_message m = { .out = target, .out_room = sizeof(target) - 1 };
    int64_t result = ask(client, VQ_READLINK, path, &m);
    if (result < 0)
        return (ssize_t)result;
    if (len == 0)
        return -EINVAL;
    target[m.out_len] = '\0';
    size_t n = strlen(target);
    n = n < len ? n : len - 1;
    memcpy(buf, target, n);
    buf[n] = '\0';
    return (ssize_t)n;
}

ssize_t vqc_client_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len)
{
    struct vqc_client *client = vqc_client_of(sys);
    char real[512];
    switch (vqc_place_of(path, real, sizeof(real))) {
    case VQC_PLACE_NODE:
    case VQC_PLACE_BOARD:
        return board_readlink(client, real, buf, len);
    case VQC_PLACE_PROC:
        return vqc_proc_readlink(client, real, buf, len);
    case VQC_PLACE_MACHINE:
        return client->kernel->ops->readlink(client->kernel, real, buf, len);
    default:
        return -ENOENT;
    }
}

static int each_name(const char *names, size_t len, qda_dirent_fn fn, void *arg)
{
    int stop = 0;
    for (size_t at = 0; at < len && stop == 0; at += strnlen(names + at, len - at) + 1)
        stop = fn(arg, names + at);
    return stop;
}

static int each_name_of_fd(int fd, qda_dirent_fn fn, void *arg)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size == 0)
        return 0;
    char *names = malloc((size_t)st.st_size + 1);
    if (names == NULL)
        return -ENOMEM;
    ssize_t got = pread(fd, names, (size_t)st.st_size, 0);
    int result = got < 0 ? -errno : 0;
    if (got > 0) {
        names[got] = '\0';
        result = each_name(names, (size_t)got, fn, arg);
    }
    free(names);
    return result;
}

static int board_list(struct vqc_client *client, const char *path, qda_dirent_fn fn, void *arg)
{
    char *names = malloc(VQ_MAX_DATA + 1);
    if (names == NULL)
        return -ENOMEM;
    struct vqc_message m = { .out = names, .out_room = VQ_MAX_DATA };
    int64_t result = ask(client, VQ_LIST, path, &m);
    if (result >= 0) {
        names[m.out_len] = '\0';
        result = m.out_fd >= 0 ? each_name_of_fd(m.out_fd, fn, arg) : each_name(names, m.out_len, fn, arg);
    }
    if (m.out_fd >= 0)
        close(m.out_fd);
    free(names);
    return (int)result;
}

int vqc_client_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg)
{
    struct vqc_client *client = vqc_client_of(sys);
    char real[512];
    switch (vqc_place_of(path, real, sizeof(real))) {
    case VQC_PLACE_NODE:
    case VQC_PLACE_BOARD:
        return board_list(client, real, fn, arg);
    case VQC_PLACE_PROC:
        return vqc_proc_list(client, real, fn, arg);
    case VQC_PLACE_MACHINE:
        return client->kernel->ops->list_dir(client->kernel, real, fn, arg);
    default:
        return -ENOENT;
    }
}

int vqc_client_mkdir(struct qda_sys *sys, const char *path)
{
    char real[512];
    bool board = vqc_place_of(path, real, sizeof(real)) == VQC_PLACE_BOARD;
    return board ? (int)ask_simply(vqc_client_of(sys), VQ_MKDIR, real) : -EPERM;
}

int vqc_client_rmdir(struct qda_sys *sys, const char *path)
{
    char real[512];
    bool board = vqc_place_of(path, real, sizeof(real)) == VQC_PLACE_BOARD;
    return board ? (int)ask_simply(vqc_client_of(sys), VQ_RMDIR, real) : -EPERM;
}
