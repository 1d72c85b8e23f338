/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/bufinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "vqda/procfs/files.h"
#include "vqda/procfs/tree.h"

/*
 * f_mode of a dma-buf's file since Linux 6.14: read, write, seek, opened, and no fsnotify events (seen in texts of real
 * boards: 02080007 for O_RDWR).
 */
#define MODE_READ 0x1u
#define MODE_WRITE 0x2u
#define MODE_REST 0x02080004u

static uint32_t mode_of(uint32_t flags)
{
    uint32_t access = flags & O_ACCMODE;
    return MODE_REST | (access != O_WRONLY ? MODE_READ : 0) | (access != O_RDONLY ? MODE_WRITE : 0);
}

static void write_attachments(const struct vq_dmabuf *dmabuf, FILE *out)
{
    int count = 0;
    fputs("\tAttached Devices:\n", out);
    for (struct vq_list *at = dmabuf->attachments.prev; at != &dmabuf->attachments; at = at->prev) {
        fprintf(out, "\t%s\n", VQ_OF(at, struct vq_attachment, link)->bank->name);
        count++;
    }
    fprintf(out, "Total %d devices attached\n\n", count);
}

static void write_buffer(const struct vq_dmabuf *dmabuf, uint64_t count, FILE *out)
{
    uint32_t flags = dmabuf->flags & (O_ACCMODE | O_NONBLOCK); /* what dma_buf_getfile keeps */
    fprintf(out, "%08" PRIu64 "\t%08x\t%08x\t%08" PRIu64 "\t%s\t%08" PRIu64 "\t%s\n", dmabuf->size, flags, mode_of(flags),
            count, dmabuf->exp_name, dmabuf->backing->ino, dmabuf->name[0] != '\0' ? dmabuf->name : "<none>");
    write_attachments(dmabuf, out);
}

void vq_bufinfo_write(const struct vq_board *board, const struct vq_counter *counter, FILE *out)
{
    uint64_t objects = 0, bytes = 0;
    fprintf(out, "\nDma-buf Objects:\n%-8s\t%-8s\t%-8s\t%-8s\texp_name\t%-8s\tname\n", "size", "flags", "mode", "count",
            "ino");
    for (struct vq_list *at = board->dmabufs.prev; at != &board->dmabufs; at = at->prev) {
        const struct vq_dmabuf *dmabuf = VQ_OF(at, struct vq_dmabuf, link);
        write_buffer(dmabuf, vq_dmabuf_kernel_refs(dmabuf) + vq_counter_of(counter, dmabuf->backing->ino), out);
        objects++;
        bytes += dmabuf->size;
    }
    fprintf(out, "\nTotal %" PRIu64 " objects, %" PRIu64 " bytes\n", objects, bytes);
}

/* ---- The file */

static int bufinfo_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    (void)board;
    if (rest[0] == '\0')
        vq_stat_dir(out, 0755);
    else if (strcmp(rest, "/bufinfo") == 0)
        vq_stat_file(out, 0444, 0);
    else
        return -ENOENT;
    return 0;
}

static int bufinfo_list(const struct vq_board *board, const char *rest, FILE *out)
{
    (void)board;
    if (rest[0] != '\0')
        return strcmp(rest, "/bufinfo") == 0 ? -ENOTDIR : -ENOENT;
    vq_say_name(out, "bufinfo");
    return 0;
}

static int bufinfo_read(struct vq_board *board, const char *rest, FILE *out)
{
    if (strcmp(rest, "/bufinfo") != 0)
        return rest[0] == '\0' ? -EISDIR : -ENOENT;
    struct vq_counter *counter = vq_counter_of_board(board);
    if (vq_newest_inode(board) != 0 && !vq_counter_ready(counter, board))
        return -EAGAIN; /* the client asks again */
    vq_bufinfo_write(board, counter, out);
    return 0;
}

const struct vq_room vq_room_bufinfo = {
    .prefix = "/sys/kernel/debug/dma_buf",
    .stat = bufinfo_stat,
    .list = bufinfo_list,
    .read = bufinfo_read,
};
