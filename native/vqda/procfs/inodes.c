/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vqda/procfs/files.h"
#include "vqda/procfs/sockets.h"

/* VQ_INODES: what the inodes of this board's descriptors are. */

struct rows {
    struct vq_inode *at;
    size_t count, room;
};

static struct vq_inode *add_row(struct rows *rows)
{
    if (rows->count == rows->room) {
        size_t room = rows->room == 0 ? 64 : rows->room * 2;
        struct vq_inode *at = realloc(rows->at, room * sizeof(*at));
        if (at == NULL)
            return NULL;
        rows->at = at;
        rows->room = room;
    }
    struct vq_inode *row = &rows->at[rows->count++];
    memset(row, 0, sizeof(*row)); /* padding too */
    return row;
}

static void set_path(struct vq_inode *row, const char *path)
{
    size_t len = strlen(path);
    memcpy(row->path, path, len < sizeof(row->path) ? len : sizeof(row->path) - 1);
}

/* Open files: the clients' sockets are found by their cookies. */
static int add_files(const struct vq_board *board, struct rows *rows)
{
    struct vq_sockets sockets;
    if (vq_first_file(board) == NULL)
        return 0;
    int err = vq_sockets_read(&sockets);
    for (const struct vq_file *f = vq_first_file(board); f != NULL && err == 0; f = vq_next_file(board, f)) {
        uint64_t ino = vq_sockets_find(&sockets, f->cookie);
        struct vq_inode *row = ino != 0 ? add_row(rows) : NULL;
        if (ino != 0 && row == NULL)
            err = -ENOMEM;
        if (row == NULL)
            continue;
        row->ino = ino;
        row->kind = VQ_INODE_FILE;
        set_path(row, f->path);
    }
    vq_sockets_free(&sockets);
    return err;
}

static int add_dmabufs(const struct vq_board *board, struct rows *rows)
{
    for (const struct vq_dmabuf *d = vq_first_dmabuf(board); d != NULL; d = vq_next_dmabuf(board, d)) {
        struct vq_inode *row = add_row(rows);
        if (row == NULL)
            return -ENOMEM;
        row->dev = d->backing->dev;
        row->ino = d->backing->ino;
        row->size = d->size;
        row->kind = VQ_INODE_DMABUF;
        set_path(row, d->exp_name);
        memcpy(row->name, d->name, strnlen(d->name, sizeof(row->name) - 1));
    }
    return 0;
}

/* Memory of objects that were mapped but are no dma-buf: in maps it reads as the node. */
static int add_mapped(const struct vq_board *board, struct rows *rows)
{
    for (const struct vq_object *o = vq_first_object(board); o != NULL; o = vq_next_object(board, o)) {
        if (o->backing == NULL || o->backing->dmabuf != NULL)
            continue;
        struct vq_inode *row = add_row(rows);
        if (row == NULL)
            return -ENOMEM;
        row->dev = o->backing->dev;
        row->ino = o->backing->ino;
        row->size = o->size;
        row->kind = VQ_INODE_FILE;
        set_path(row, o->node->path);
    }
    return 0;
}

/* A number that changes with the table, positive, never 0. Counts are left out of it. */
static int64_t epoch_of(const struct vq_board *board)
{
    return (int64_t)(board->changes & INT64_MAX) + 1;
}

static void add_counts(struct vq_board *board, struct rows *rows)
{
    const struct vq_counter *counter = vq_counter_of_board(board);
    for (size_t i = 0; i < rows->count; i++) {
        struct vq_inode *row = &rows->at[i];
        const struct vq_dmabuf *d = row->kind == VQ_INODE_DMABUF ? vq_dmabuf_by_ino(board, row->dev, row->ino) : NULL;
        if (d != NULL)
            row->count = vq_dmabuf_kernel_refs(d) + vq_counter_of(counter, row->ino);
    }
}

static int64_t answer_rows(struct vq_board *board, const struct vq_request *request, struct rows *rows,
                           struct vq_answer *out)
{
    bool counted = (request->arg1 & VQ_INODES_COUNTED) != 0;
    int64_t epoch = epoch_of(board);
    if (!counted && request->arg0 == (uint64_t)epoch)
        return epoch; /* asked for each unknown inode of the machine: it must cost nothing */
    int err = add_files(board, rows);
    if (err == 0)
        err = add_dmabufs(board, rows);
    if (err == 0)
        err = add_mapped(board, rows);
    if (err < 0)
        return err;
    if (counted)
        add_counts(board, rows);
    out->fd = vq_text_fd(rows->at, rows->count * sizeof(*rows->at));
    return out->fd < 0 ? out->fd : epoch;
}

int64_t vq_inodes_answer(struct vq_board *board, const struct vq_request *request, struct vq_answer *out)
{
    struct rows rows = { 0 };
    struct vq_counter *counter = vq_counter_of_board(board);
    bool any = vq_newest_inode(board) != 0;
    if ((request->arg1 & VQ_INODES_COUNTED) != 0 && any && !vq_counter_ready(counter, board))
        return -EAGAIN;
    if ((request->arg1 & VQ_INODES_COUNT_SOON) != 0 && any)
        vq_counter_start(counter, board);
    int64_t result = answer_rows(board, request, &rows, out);
    free(rows.at);
    return result;
}
