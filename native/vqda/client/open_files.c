/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/raw_files.h"
#include "vqda/core/board.h"

/*
 * The list of open files of the machine that plays the board, with this board's memfds shown as the dma-bufs and its sockets
 * as the nodes that they are. The table of inodes is fetched once, before: what is opened later belongs to the next look.
 */
struct looking {
    struct vqc_client *client;
    qda_open_file_fn fn;
    void *arg;
};

/* A udmabuf has its memfd's inode here; the mark on the description tells them apart. */
static bool is_dmabuf(const struct looking *look, const struct qda_raw_file *raw)
{
    struct vq_inode row;
    if (raw->magic != TMPFS_MAGIC || raw->dev != look->client->shm_dev)
        return false;
    return vqc_table_peek(look->client, raw->ino, VQ_INODE_DMABUF, &row) &&
           (strcmp(row.path, "udmabuf") != 0 || (raw->flags & VQ_DMABUF_MARK) != 0);
}

static bool is_node(const struct looking *look, const struct qda_raw_file *raw, struct qda_open_file *out)
{
    struct vq_inode row;
    struct qda_stat node;
    if (!S_ISSOCK(raw->mode) || !vqc_table_peek(look->client, raw->ino, VQ_INODE_FILE, &row) ||
        vqc_board_stat(look->client, row.path, &node) < 0)
        return false;
    out->rdev_major = node.rdev_major;
    out->rdev_minor = node.rdev_minor;
    return true;
}

static int on_raw(void *arg, const struct qda_raw_file *raw)
{
    const struct looking *look = arg;
    struct qda_open_file file = { .pid = raw->pid, .fd = raw->fd, .ino = raw->ino, .size = raw->size };
    if ((int)raw->pid == look->client->server_pid)
        return 0;
    if (is_dmabuf(look, raw))
        file.kind = QDA_OPEN_DMABUF;
    else if (is_node(look, raw, &file))
        file.kind = QDA_OPEN_DEVICE;
    else
        return 0;
    return look->fn(look->arg, &file);
}

int vqc_client_open_files(struct qda_sys *sys, qda_open_file_fn fn, void *arg)
{
    struct looking look = { vqc_client_of(sys), fn, arg };
    (void)vqc_table_refresh(look.client, false); /* a dead server has no descriptors to show */
    return qda_linux_raw_files(look.client->kernel, on_raw, &look);
}
