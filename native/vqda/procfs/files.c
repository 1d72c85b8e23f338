/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/files.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vqda/procfs/trace.h"
#include "vqda/procfs/tree.h"

/* Requests by path: found, dispatched to the room, and answered in one place. */

struct files {
    struct vq_trace trace;
    struct vq_counter *counter;
};

static struct files *files_of(const struct vq_board *board)
{
    return board->files_state;
}

struct vq_trace *vq_trace_of(const struct vq_board *board)
{
    struct files *files = files_of(board);
    return files != NULL ? &files->trace : NULL;
}

struct vq_counter *vq_counter_of_board(const struct vq_board *board)
{
    return files_of(board)->counter;
}

uint64_t vq_newest_inode(const struct vq_board *board)
{
    return vq_list_empty(&board->dmabufs) ? 0 : VQ_OF(board->dmabufs.prev, struct vq_dmabuf, link)->backing->ino;
}

int vq_files_init(struct vq_board *board)
{
    struct files *files = calloc(1, sizeof(*files));
    if (files == NULL)
        return -ENOMEM;
    signal(SIGPIPE, SIG_IGN);
    files->counter = vq_counter_new(board->name);
    int err = files->counter == NULL ? -ENOMEM : vq_trace_init(board, &files->trace);
    if (err < 0) {
        vq_counter_free(files->counter);
        free(files);
        return err;
    }
    board->files_state = files;
    return 0;
}

void vq_files_free(struct vq_board *board)
{
    struct files *files = files_of(board);
    if (files == NULL)
        return;
    board->files_state = NULL;
    vq_trace_free(&files->trace);
    vq_counter_free(files->counter);
    free(files);
}

void vq_files_client_gone(struct vq_board *board, const struct vq_caller *who)
{
    (void)board;
    (void)who;
}

/* ---- Answers */

int vq_text_fd(const void *bytes, size_t len)
{
    int fd = memfd_create("qda-text", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    for (size_t at = 0; at < len;) {
        ssize_t put = pwrite(fd, (const char *)bytes + at, len - at, (off_t)at);
        if (put < 0 && errno != EINTR) {
            int err = -errno;
            close(fd);
            return err;
        }
        at += put > 0 ? (size_t)put : 0;
    }
    return fd;
}

typedef int (*write_text_fn)(const struct vq_board *board, const char *rest, FILE *out);

/* What the room writes, in memory of the caller. 0 or -errno. */
static int text_of(const struct vq_board *board, const char *rest, write_text_fn fn, char **text, size_t *len)
{
    *text = NULL;
    FILE *out = open_memstream(text, len);
    if (out == NULL)
        return -ENOMEM;
    int err = fn(board, rest, out);
    if (fclose(out) != 0 && err == 0)
        err = -ENOMEM;
    return err < 0 ? err : 0;
}

static int answer_text(const char *text, size_t len, bool as_fd, struct vq_answer *out)
{
    if (as_fd || len > VQ_MAX_DATA) {
        out->fd = vq_text_fd(text, len);
        return out->fd < 0 ? out->fd : 0;
    }
    memcpy(out->data, text, len);
    out->data_len = len;
    return 0;
}

static int read_room(const struct vq_board *board, const char *rest, FILE *out)
{
    const struct vq_room *room = vq_room_of(board, rest, &rest);
    return room->read != NULL ? room->read((struct vq_board *)(uintptr_t)board, rest, out) : -EISDIR;
}

static int list_path(const struct vq_board *board, const char *path, FILE *out)
{
    const char *rest;
    const struct vq_room *room = vq_room_of(board, path, &rest);
    return room != NULL ? room->list(board, rest, out) : vq_list_folder(board, path, out);
}

static int readlink_room(const struct vq_board *board, const char *path, FILE *out)
{
    const char *rest;
    const struct vq_room *room = vq_room_of(board, path, &rest);
    return room->readlink != NULL ? room->readlink(board, rest, out) : -EINVAL;
}

static int answer_written(const struct vq_board *board, const char *path, write_text_fn fn, bool as_fd,
                          struct vq_answer *out)
{
    char *text;
    size_t len;
    int err = text_of(board, path, fn, &text, &len);
    if (err == 0)
        err = answer_text(text, len, as_fd, out);
    free(text);
    return err;
}

static int answer_stat(const struct vq_board *board, const char *path, struct vq_answer *out)
{
    const char *rest;
    struct vq_stat st = { 0 };
    const struct vq_room *room = vq_room_of(board, path, &rest);
    int err = 0;
    if (room != NULL)
        err = room->stat(board, rest, &st);
    else
        vq_stat_dir(&st, 0755);
    if (err < 0)
        return err;
    memcpy(out->data, &st, sizeof(st));
    out->data_len = sizeof(st);
    return 0;
}

/* ---- Requests */

/* Changes below a room: writing, making and removing folders, pipes. */
static int64_t change(struct vq_board *board, uint32_t op, const char *path, const char *text, struct vq_answer *out)
{
    const char *rest;
    const struct vq_room *room = vq_room_of(board, path, &rest);
    if (room == NULL)
        return -EPERM;
    switch (op) {
    case VQ_WRITE:
        return room->write != NULL ? room->write(board, rest, text) : -EACCES;
    case VQ_MKDIR:
        return room->mkdir != NULL ? room->mkdir(board, rest) : -EPERM;
    case VQ_RMDIR:
        return room->rmdir != NULL ? room->rmdir(board, rest) : -EPERM;
    default:
        out->fd = room->open_pipe != NULL ? room->open_pipe(board, rest) : -EINVAL;
        return out->fd < 0 ? out->fd : 0;
    }
}

static int64_t look(struct vq_board *board, uint32_t op, const char *path, struct vq_answer *out)
{
    const char *rest;
    bool room = vq_room_of(board, path, &rest) != NULL;
    if (!room && !vq_is_folder(board, path))
        return -ENOENT;
    switch (op) {
    case VQ_STAT:
        return answer_stat(board, path, out);
    case VQ_LIST:
        return answer_written(board, path, list_path, false, out);
    case VQ_READ:
        return room ? answer_written(board, path, read_room, true, out) : -EISDIR;
    default:
        return room ? answer_written(board, path, readlink_room, false, out) : -EINVAL;
    }
}

int64_t vq_files_request(struct vq_board *board, const struct vq_caller *who, const struct vq_request *request,
                         const char *data, struct vq_answer *out)
{
    char path[512], text[256] = "";
    (void)who;
    out->data_len = 0;
    out->fd = -1;
    if (request->op == VQ_INODES)
        return vq_inodes_answer(board, request, out);
    size_t len = strnlen(data, request->data_len);
    if (len == request->data_len || len >= sizeof(path))
        return len >= sizeof(path) ? -ENAMETOOLONG : -EINVAL;
    memcpy(path, data, len + 1);
    while (len > 1 && path[len - 1] == '/')
        path[--len] = '\0';
    size_t head = strlen(data) + 1;
    size_t text_len = request->data_len - head;
    if (text_len >= sizeof(text))
        return -EINVAL;
    memcpy(text, data + head, text_len);
    int64_t result = request->op == VQ_STAT || request->op == VQ_LIST || request->op == VQ_READ ||
                             request->op == VQ_READLINK
                         ? look(board, request->op, path, out)
                         : change(board, request->op, path, text, out);
    if (out->fd < 0)
        out->fd = -1;
    return result;
}
