/* SPDX-License-Identifier: MIT */
#include "vqda/core/backing.h"

#include "vqda/core/dmabuf.h"
#include "vqda/core/object.h"
#include "vqda/core/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECHECKS 12 /* 1, 2, 4 ... ms: 4 s in all */

static void look(struct vq_backing *backing);

static void on_recheck(struct vq_board *board, struct vq_timer *timer)
{
    (void)board;
    look(VQ_OF(timer, struct vq_backing, recheck));
}

static void proc_path(char path[32], int fd)
{
    snprintf(path, 32, "/proc/self/fd/%d", fd);
}

static int watch_closes(struct vq_board *board, int fd)
{
    char path[32];
    proc_path(path, fd);
    int watch = inotify_add_watch(board->inotify, path, IN_CLOSE);
    return watch < 0 ? -errno : watch;
}

/* Takes over `fd` in every case. */
static int wrap(struct vq_board *board, int fd, struct vq_backing **out)
{
    struct stat st;
    struct vq_backing *backing = calloc(1, sizeof(*backing));
    int err = backing ? 0 : -ENOMEM;
    if (!err && fstat(fd, &st) != 0)
        err = -errno;
    int watch = err ? err : watch_closes(board, fd);
    if (watch < 0) {
        free(backing);
        close(fd);
        return watch;
    }
    backing->board = board;
    backing->fd = fd;
    backing->watch = watch;
    backing->dev = st.st_dev;
    backing->ino = st.st_ino;
    backing->size = (uint64_t)st.st_size;
    backing->recheck.fn = on_recheck;
    vq_list_add(&board->by_ino[backing->ino % VQ_HASH], &backing->by_ino);
    vq_list_add(&board->by_watch[(unsigned)watch % VQ_HASH], &backing->by_watch);
    board->changes++;
    *out = backing;
    return 0;
}

int vq_backing_new(struct vq_board *board, const char *exporter, uint64_t size, struct vq_backing **out)
{
    char name[128];
    snprintf(name, sizeof(name), VQ_MEMFD_PREFIX "%s:%s", board->name, exporter);
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    /* Nobody who holds a descriptor can change a dma-buf's size. */
    if (ftruncate(fd, (off_t)size) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        int err = -errno;
        close(fd);
        return err;
    }
    return wrap(board, fd, out);
}

int vq_backing_adopt(struct vq_board *board, int memfd, struct vq_backing **out)
{
    char path[32];
    proc_path(path, memfd);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    return fd < 0 ? -errno : wrap(board, fd, out);
}

void vq_backing_free(struct vq_backing *backing)
{
    backing->board->changes++;
    vq_timer_stop(&backing->recheck);
    vq_list_del(&backing->by_ino);
    vq_list_del(&backing->by_watch);
    inotify_rm_watch(backing->board->inotify, backing->watch);
    close(backing->fd);
    free(backing);
}

static int set_lock(int fd, enum vq_use use)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = use, .l_len = 1 };
    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : -errno;
}

int vq_backing_open(struct vq_backing *backing, enum vq_use use, uint32_t flags)
{
    char path[32];
    proc_path(path, backing->fd);
    int mode = (flags & O_ACCMODE) == O_RDONLY ? O_RDONLY : O_RDWR;
    int fd = open(path, mode | O_CLOEXEC | (use == VQ_USE_DMABUF ? VQ_DMABUF_MARK : 0));
    if (fd < 0)
        return -errno;
    int err = set_lock(fd, use);
    if (err) {
        close(fd);
        return err;
    }
    if (use == VQ_USE_DMABUF)
        backing->user_dmabuf = true;
    else
        backing->user_mapping = true;
    return fd;
}

static bool in_use(const struct vq_backing *backing, enum vq_use use)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = use, .l_len = 1 };
    if (fcntl(backing->fd, F_OFD_GETLK, &lock) != 0)
        return true;
    return lock.l_type != F_UNLCK;
}

/* Compares what was handed out with the locks that are left. May free the backing. */
static void look(struct vq_backing *backing)
{
    struct vq_board *board = backing->board;
    bool dmabuf_gone = backing->user_dmabuf && !in_use(backing, VQ_USE_DMABUF);
    bool mapping_gone = backing->user_mapping && !in_use(backing, VQ_USE_MAPPING);
    backing->user_dmabuf = backing->user_dmabuf && !dmabuf_gone;
    backing->user_mapping = backing->user_mapping && !mapping_gone;
    if ((backing->user_dmabuf || backing->user_mapping) && backing->rechecks < RECHECKS)
        vq_timer_start(board, &backing->recheck, 1000000ull << backing->rechecks++);

    struct vq_object *object = backing->object;
    struct vq_dmabuf *dmabuf = backing->dmabuf;
    if (object)
        vq_object_get(object); /* the backing lives as long as its object */
    if (dmabuf_gone && dmabuf)
        vq_dmabuf_settle(dmabuf);
    if (mapping_gone && object)
        vq_object_unmapped(object);
    if (object)
        vq_object_put(object, &object->creator);
}

struct vq_backing *vq_backing_by_ino(const struct vq_board *board, uint64_t ino)
{
    const struct vq_list *head = &board->by_ino[ino % VQ_HASH];
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_backing *backing = VQ_OF(at, struct vq_backing, by_ino);
        if (backing->ino == ino)
            return backing;
    }
    return NULL;
}

static void on_close(struct vq_board *board, int watch)
{
    struct vq_list *head = &board->by_watch[(unsigned)watch % VQ_HASH];
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_backing *backing = VQ_OF(at, struct vq_backing, by_watch);
        if (backing->watch != watch)
            continue;
        backing->rechecks = 0;
        look(backing);
        return;
    }
}

/* inotify lost events: anything may have been closed. */
static void look_at_all(struct vq_board *board)
{
    for (size_t i = 0; i < VQ_HASH; i++) {
        struct vq_list *head = &board->by_watch[i];
        for (struct vq_list *at = head->next, *next = at->next; at != head; at = next, next = at->next) {
            struct vq_backing *backing = VQ_OF(at, struct vq_backing, by_watch);
            backing->rechecks = 0;
            look(backing);
        }
    }
}

void vq_backing_poll(struct vq_board *board)
{
    _Alignas(struct inotify_event) char buf[16384];
    ssize_t len;
    while ((len = read(board->inotify, buf, sizeof(buf))) > 0) {
        for (char *at = buf; at < buf + len;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            at += sizeof(*event) + event->len;
            if (event->mask & IN_Q_OVERFLOW)
                look_at_all(board);
            else if (event->mask & IN_CLOSE)
                on_close(board, event->wd);
        }
    }
}
