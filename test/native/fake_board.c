/* SPDX-License-Identifier: MIT */
#include "fake_board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fake_board *board_of(struct qda_sys *sys)
{
    return (struct fake_board *)sys;
}

int fake_fault(struct fake_board *board, enum fake_op op)
{
    const struct fake_fault *fault = &board->faults[op];
    board->calls[op]++;
    return fault->at > 0 && board->calls[op] >= fault->at ? fault->error : 0;
}

int fake_new_fd(struct fake_board *board, struct fake_fd what)
{
    for (int fd = FAKE_FIRST_FD; fd < FAKE_FDS; fd++) {
        if (board->fds[fd].kind != FAKE_NONE)
            continue;
        board->fds[fd] = what;
        board->fds_open++;
        if (what.kind == FAKE_DMABUF) {
            what.object->references++;
            what.object->descriptors++;
        }
        return fd;
    }
    return -EMFILE;
}

struct fake_object *fake_new_object(struct fake_board *board, uint64_t size)
{
    struct fake_object *object = calloc(1, sizeof *object);
    object->size = (size + 4095) / 4096 * 4096;
    object->memory = calloc(1, object->size);
    object->ino = ++board->next_ino;
    board->objects++;
    return object;
}

void fake_put(struct fake_board *board, struct fake_object *object)
{
    if (--object->references > 0)
        return;
    free(object->memory);
    free(object);
    board->objects--;
}

void fake_drop_file(struct fake_board *board, struct fake_file *file)
{
    for (size_t i = 0; i < sizeof file->slots / sizeof *file->slots; i++) {
        if (file->slots[i].handle == 0)
            continue;
        file->slots[i].object->handles--;
        fake_put(board, file->slots[i].object);
    }
    free(file);
}

void fake_close_fd(struct fake_board *board, int fd)
{
    struct fake_fd gone = board->fds[fd];
    board->fds[fd] = (struct fake_fd){0};
    board->fds_open--;
    if (gone.kind == FAKE_ACCEL)
        fake_drop_file(board, gone.file);
    if (gone.kind == FAKE_DMABUF) {
        gone.object->descriptors--;
        fake_put(board, gone.object);
    }
}

static struct fake_fd *fd_of(struct fake_board *board, int fd)
{
    bool known = fd >= 0 && fd < FAKE_FDS && board->fds[fd].kind != FAKE_NONE;
    return known ? &board->fds[fd] : NULL;
}

static int open_text(struct fake_board *board, int of)
{
    struct fake_fd text = {.kind = FAKE_TEXT};
    struct fake_fd *dmabuf = fd_of(board, of);
    if (!dmabuf || dmabuf->kind != FAKE_DMABUF)
        return -ENOENT;
    bool late = board->calls[FAKE_GEM_CLOSE] > 0 && board->spoil.late_counts > 0 && board->spoil.late_counts-- > 0;
    snprintf(text.text, sizeof text.text, "pos:\t0\ncount:\t%u\nexp_name:\tfake\n",
             dmabuf->object->descriptors + dmabuf->object->handles + late);
    return fake_new_fd(board, text);
}

static int open_path(struct fake_board *board, const char *path)
{
    int of = -1;
    if (sscanf(path, "/proc/self/fdinfo/%d", &of) == 1)
        return open_text(board, of);
    int err = fake_fault(board, FAKE_OPEN);
    if (err)
        return err;
    snprintf(board->opened, sizeof board->opened, "%s", path);
    if (strcmp(path, board->node.path) == 0)
        return fake_new_fd(board, (struct fake_fd){.kind = FAKE_ACCEL, .file = calloc(1, sizeof(struct fake_file))});
    if (strncmp(path, "/dev/dma_heap/", 14) == 0)
        return fake_new_fd(board, (struct fake_fd){.kind = FAKE_HEAP_DEV});
    if (strcmp(path, "/dev/udmabuf") == 0 && !board->no_udmabuf)
        return fake_new_fd(board, (struct fake_fd){.kind = FAKE_UDMABUF_DEV});
    return -ENOENT;
}

static int board_open(struct qda_sys *sys, const char *path, int flags)
{
    struct fake_board *board = board_of(sys);
    (void)flags;
    pthread_mutex_lock(&board->lock);
    int fd = open_path(board, path);
    pthread_mutex_unlock(&board->lock);
    return fd;
}

static int board_close(struct qda_sys *sys, int fd)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    int err = fd_of(board, fd) ? fake_fault(board, FAKE_CLOSE) : -EBADF;
    if (err != -EBADF) {
        int real = board->fds[fd].kind == FAKE_SOCK ? board->fds[fd].real : -1;
        fake_close_fd(board, fd); /* as the kernel: gone, whatever is answered */
        if (real >= 0)
            close(real);
    }
    pthread_mutex_unlock(&board->lock);
    return err;
}

static ssize_t board_read(struct qda_sys *sys, int fd, void *buf, size_t len)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    struct fake_fd *text = fd_of(board, fd);
    ssize_t got = -EBADF;
    if (text && text->kind == FAKE_TEXT) {
        size_t left = strlen(text->text) - text->at;
        got = (ssize_t)(left < len ? left : len);
        memcpy(buf, text->text + text->at, (size_t)got);
        text->at += (size_t)got;
    }
    pthread_mutex_unlock(&board->lock);
    return got;
}

static struct fake_object *object_to_map(struct fake_board *board, int fd, uint64_t offset)
{
    struct fake_fd *what = fd_of(board, fd);
    if (!what)
        return NULL;
    if (what->kind == FAKE_DMABUF)
        return what->object;
    for (size_t i = 0; what->kind == FAKE_ACCEL && i < sizeof what->file->slots / sizeof *what->file->slots; i++) {
        if (what->file->slots[i].handle && what->file->slots[i].object->ino << 12 == offset)
            return what->file->slots[i].object;
    }
    return NULL;
}

static void *add_map(struct fake_board *board, struct fake_object *object, size_t len)
{
    size_t i = 0;
    while (board->maps[i].addr)
        i++;
    bool copy = board->spoil.stale_view && object->mapped_twice;
    board->maps[i].addr = copy ? calloc(1, len) : object->memory;
    board->maps[i].len = len;
    board->maps[i].object = object;
    board->maps[i].copy = copy;
    object->mapped_twice = true;
    object->references++;
    board->maps_open++;
    return board->maps[i].addr;
}

static void *board_mmap(struct qda_sys *sys, size_t len, int prot, int flags, int fd, uint64_t offset, int *err)
{
    struct fake_board *board = board_of(sys);
    (void)prot;
    (void)flags;
    void *addr = NULL;
    pthread_mutex_lock(&board->lock);
    struct fake_object *object = object_to_map(board, fd, offset);
    *err = fake_fault(board, FAKE_MMAP);
    if (*err == 0 && (!object || len > object->size))
        *err = -EINVAL;
    if (*err == 0)
        addr = add_map(board, object, len);
    pthread_mutex_unlock(&board->lock);
    return addr;
}

static void drop_map(struct fake_board *board, size_t i)
{
    if (board->spoil.forgets)
        memset(board->maps[i].object->memory, 0, board->maps[i].len);
    if (board->maps[i].copy)
        free(board->maps[i].addr);
    board->maps[i].addr = NULL;
    board->maps_open--;
    fake_put(board, board->maps[i].object);
}

static int board_munmap(struct qda_sys *sys, void *addr, size_t len)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    int err = fake_fault(board, FAKE_MUNMAP);
    size_t i = FAKE_MAPS;
    while (err == 0 && i-- > 0) {
        if (board->maps[i].addr == addr && board->maps[i].len == len) {
            drop_map(board, i);
            break;
        }
    }
    pthread_mutex_unlock(&board->lock);
    return err;
}

static int64_t board_seek_end(struct qda_sys *sys, int fd)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    struct fake_fd *what = fd_of(board, fd);
    int64_t end = fake_fault(board, FAKE_SEEK);
    if (end == 0)
        end = what ? (int64_t)what->object->size - (board->spoil.short_dmabuf ? 4096 : 0) : -EBADF;
    pthread_mutex_unlock(&board->lock);
    return end;
}

static int board_fstat(struct qda_sys *sys, int fd, struct qda_stat *out)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    struct fake_fd *what = fd_of(board, fd);
    int err = fake_fault(board, FAKE_FSTAT);
    *out = (struct qda_stat){0};
    if (err == 0 && what && what->kind == FAKE_DMABUF)
        out->ino = what->object->ino + (board->spoil.export_twice ? 1000u * (unsigned)fd : 0);
    pthread_mutex_unlock(&board->lock);
    return err;
}

static int board_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    struct fake_board *board = board_of(sys);
    *out = (struct qda_stat){0};
    return strcmp(path, "/dev/udmabuf") == 0 && !board->no_udmabuf ? 0 : -ENOENT;
}

static int board_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg)
{
    struct fake_board *board = board_of(sys);
    if (strcmp(path, "/dev/dma_heap") != 0 || !board->heaps)
        return -ENOENT;
    for (size_t i = 0; board->heaps[i]; i++) {
        int stop = fn(arg, board->heaps[i]);
        if (stop)
            return stop;
    }
    return 0;
}

static uint64_t board_now_ns(struct qda_sys *sys)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    uint64_t now = board->now += board->tick_ns;
    for (size_t i = 0; board->spoil.touch_lost && i < FAKE_MAPS; i++) {
        if (board->maps[i].addr)
            memset(board->maps[i].addr, 0, board->maps[i].len);
    }
    pthread_mutex_unlock(&board->lock);
    return now;
}

static int board_memfd(struct qda_sys *sys, const char *name, uint64_t size)
{
    struct fake_board *board = board_of(sys);
    (void)name;
    pthread_mutex_lock(&board->lock);
    int fd = fake_new_fd(board, (struct fake_fd){.kind = FAKE_MEMFD, .size = size});
    pthread_mutex_unlock(&board->lock);
    return fd;
}

static const struct qda_sys_ops ops = {
    .open = board_open, .close = board_close, .read = board_read, .ioctl = fake_board_ioctl, .mmap = board_mmap,
    .munmap = board_munmap, .seek_end = board_seek_end, .fstat = board_fstat, .poll = fake_board_poll, .stat = board_stat,
    .list_dir = board_list_dir, .now_ns = board_now_ns, .spawn = fake_board_spawn, .wait = fake_board_wait,
    .kill = fake_board_kill, .socketpair = fake_board_socketpair, .send_fd = fake_board_send_fd,
    .recv_fd = fake_board_recv_fd, .memfd = board_memfd,
};

struct fake_board *fake_board_new(void)
{
    static const char *const heaps[] = {"reserved", "system", NULL};
    struct fake_board *board = calloc(1, sizeof *board);
    board->base.ops = &ops;
    board->base.simulated = true;
    pthread_mutex_init(&board->lock, NULL);
    board->driver = *qda_driver_for(QDA_GEN_V1);
    board->driver.leaks_mappings = false;
    board->node = (struct qda_node){.path = "/dev/accel/accel0", .dsp = "cdsp", .driver = &board->driver};
    board->heaps = heaps;
    board->tick_ns = 100;
    return board;
}

void fake_board_free(struct fake_board *board)
{
    pthread_mutex_destroy(&board->lock);
    free(board);
}
