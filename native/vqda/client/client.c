/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The table of operations; what is not the board's is the kernel backend's. */

static int client_close(struct qda_sys *sys, int fd)
{
    struct vqc_client *client = vqc_client_of(sys);
    vqc_overlay_drop(client, fd);
    int err = client->kernel->ops->close(client->kernel, fd);
    vqc_cookies_outdated(client);
    return err;
}

/* The number of a new descriptor may have been another one's. */
static int fresh(struct vqc_client *client, int fd)
{
    vqc_cookies_outdated(client);
    return fd;
}

static int client_open(struct qda_sys *sys, const char *path, int flags)
{
    return fresh(vqc_client_of(sys), vqc_client_open_path(sys, path, flags));
}

static ssize_t client_read(struct qda_sys *sys, int fd, void *buf, size_t len)
{
    struct vqc_client *client = vqc_client_of(sys);
    char late[512];
    ssize_t result;
    if (vqc_overlay_take_late(client, fd, late, sizeof(late)) && (result = vqc_read_late(client, fd, late)) < 0)
        return result;
    if (vqc_overlay_read(client, fd, buf, len, &result))
        return result;
    return client->kernel->ops->read(client->kernel, fd, buf, len);
}

static int client_munmap(struct qda_sys *sys, void *addr, size_t len)
{
    struct vqc_client *client = vqc_client_of(sys);
    vqc_mapping_removed(client, addr, len);
    return client->kernel->ops->munmap(client->kernel, addr, len);
}

static int64_t client_seek_end(struct qda_sys *sys, int fd)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->seek_end(kernel, fd);
}

/* An open node is a character device, whatever carries it here. */
static int client_fstat(struct qda_sys *sys, int fd, struct qda_stat *out)
{
    struct vqc_client *client = vqc_client_of(sys);
    char path[64];
    int err = client->kernel->ops->fstat(client->kernel, fd, out);
    if (err < 0 || !S_ISSOCK(out->mode))
        return err;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return vqc_proc_stat(client, path, out);
}

static int client_poll(struct qda_sys *sys, int fd, short events, int timeout_ms)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->poll(kernel, fd, events, timeout_ms);
}

static uint64_t client_now_ns(struct qda_sys *sys)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->now_ns(kernel);
}

static uint64_t client_utc_ns(struct qda_sys *sys)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->utc_ns(kernel);
}

static int client_spawn(struct qda_sys *sys, const struct qda_spawn *what)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->spawn(kernel, what);
}

static int client_wait(struct qda_sys *sys, int pid, int *status, bool block)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->wait(kernel, pid, status, block);
}

static int client_kill(struct qda_sys *sys, int pid, int signal)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->kill(kernel, pid, signal);
}

static int client_socketpair(struct qda_sys *sys, int out[2])
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return fresh(vqc_client_of(sys), kernel->ops->socketpair(kernel, out));
}

static int client_send_fd(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return kernel->ops->send_fd(kernel, sock, buf, len, fd);
}

static ssize_t client_recv_fd(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    ssize_t got = kernel->ops->recv_fd(kernel, sock, buf, len, fd);
    vqc_cookies_outdated(vqc_client_of(sys));
    return got;
}

static int client_memfd(struct qda_sys *sys, const char *name, uint64_t size)
{
    struct qda_sys *kernel = vqc_client_of(sys)->kernel;
    return fresh(vqc_client_of(sys), kernel->ops->memfd(kernel, name, size));
}

static const struct qda_sys_ops client_ops = {
    .open = client_open,
    .close = client_close,
    .read = client_read,
    .write = vqc_client_write,
    .ioctl = vqc_client_ioctl,
    .mmap = vqc_client_mmap,
    .munmap = client_munmap,
    .seek_end = client_seek_end,
    .fstat = client_fstat,
    .poll = client_poll,
    .stat = vqc_client_stat,
    .readlink = vqc_client_readlink,
    .list_dir = vqc_client_list_dir,
    .mkdir = vqc_client_mkdir,
    .rmdir = vqc_client_rmdir,
    .open_below = vqc_client_open_below,
    .open_files = vqc_client_open_files,
    .now_ns = client_now_ns,
    .utc_ns = client_utc_ns,
    .spawn = client_spawn,
    .wait = client_wait,
    .kill = client_kill,
    .socketpair = client_socketpair,
    .send_fd = client_send_fd,
    .recv_fd = client_recv_fd,
    .memfd = client_memfd,
};

/* "qda-lab/<uid>/<board>/vqda" -> board, for the names of its memfds. */
static int name_board(struct vqc_client *client, const char *name)
{
    const char *uid = strchr(name, '/');
    const char *board = uid != NULL ? strchr(uid + 1, '/') : NULL;
    const char *end = board != NULL ? strrchr(board + 1, '/') : NULL;
    size_t len = end != NULL ? (size_t)(end - board - 1) : 0;
    if (len == 0 || len >= sizeof(client->board) || strlen(name) + 1 > sizeof(client->address.sun_path))
        return -EINVAL;
    memcpy(client->board, board + 1, len);
    snprintf(client->memfd_prefix, sizeof(client->memfd_prefix), "/memfd:vqda:%s:", client->board);
    client->address.sun_family = AF_UNIX;
    memcpy(client->address.sun_path + 1, name, strlen(name));
    client->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    return 0;
}

static int init(struct vqc_client *client, const char *name)
{
    client->base = (struct qda_sys){ .ops = &client_ops, .simulated = true };
    for (size_t i = 0; i < VQC_OVERLAYS; i++)
        client->overlays[i].fd = -1;
    pthread_mutex_init(&client->lock, NULL);
    pthread_mutex_init(&client->table_lock, NULL);
    pthread_mutex_init(&client->mappings_lock, NULL);
    int err = name_board(client, name);
    if (err == 0)
        err = vqc_proc_init(client);
    if (err == 0 && (client->kernel = qda_sys_linux("")) == NULL)
        err = -ENOMEM;
    return err < 0 ? err : vqc_link_init(client);
}

static void free_client(struct vqc_client *client)
{
    qda_sys_linux_free(client->kernel);
    free(client->mappings.ranges);
    pthread_mutex_destroy(&client->mappings_lock);
    pthread_mutex_destroy(&client->table_lock);
    pthread_mutex_destroy(&client->lock);
    free(client);
}

struct qda_sys *vq_client_open(const char *abstract_name, int *err)
{
    struct vqc_client *client = calloc(1, sizeof(*client));
    *err = client == NULL ? -ENOMEM : init(client, abstract_name);
    if (*err == 0)
        return &client->base;
    if (client != NULL)
        free_client(client);
    return NULL;
}

void vq_client_close(struct qda_sys *sys)
{
    struct vqc_client *client = vqc_client_of(sys);
    if (sys == NULL)
        return;
    vqc_link_free(client);
    vqc_table_free(client);
    for (size_t i = 0; i < VQC_OVERLAYS; i++) {
        free(client->overlays[i].text);
        free(client->overlays[i].path);
        free(client->overlays[i].late);
    }
    free_client(client);
}
