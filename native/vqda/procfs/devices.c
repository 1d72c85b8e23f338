/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "uapi/drm_core.h"
#include "uapi/fastrpc.h"
#include "vqda/core/abi.h"
#include "vqda/exporters/exporters.h"
#include "vqda/procfs/tree.h"

/* /dev: the nodes that the board has. devtmpfs makes a folder with its first node and removes it with its last. */

#define HEAP_MAJOR 251 /* dma-heaps and udmabuf (misc) have dynamic numbers on a board too */
#define UDMABUF_MINOR 126

static const char *const heaps[] = { VQ_HEAP_SYSTEM, VQ_HEAP_CMA };
#define HEAPS (sizeof(heaps) / sizeof(heaps[0]))

static void stat_node(struct vq_stat *out, uint32_t major, uint32_t minor)
{
    *out = (struct vq_stat){ .mode = S_IFCHR | 0600, .rdev_major = major, .rdev_minor = minor };
}

static const struct vq_node *first_plugged(const struct vq_board *board, const struct vq_node *from)
{
    while (from != NULL && !from->plugged)
        from = vq_next_node(board, from);
    return from;
}

static int stat_accel(const struct vq_board *board, const char *path, struct vq_stat *out)
{
    for (const struct vq_node *n = vq_first_node(board); n != NULL; n = vq_next_node(board, n)) {
        if (!n->plugged || strcmp(n->path + sizeof("/dev") - 1, path) != 0)
            continue;
        stat_node(out, QDA_ACCEL_MAJOR, n->minor);
        out->mode = S_IFCHR | 0666; /* drm_devnode: all accel nodes */
        return 0;
    }
    return -ENOENT;
}

/* FastRPC: misc devices, one or two a DSP. */
static bool is_fastrpc(const struct vq_board *board)
{
    return vq_abi_of(board->generation)->fastrpc;
}

#define FASTRPC_MINOR 96 /* dynamic misc minors go up from 256 or down from 127, by kernel */

static int stat_fastrpc(const struct vq_board *board, const char *path, struct vq_stat *out)
{
    const struct vq_node *n = first_plugged(board, vq_first_node(board));
    for (; n != NULL; n = first_plugged(board, vq_next_node(board, n))) {
        bool first = strcmp(n->path + sizeof("/dev") - 1, path) == 0;
        if (!first && (n->secure_path[0] == '\0' || strcmp(n->secure_path + sizeof("/dev") - 1, path) != 0))
            continue;
        stat_node(out, QDA_FASTRPC_MISC_MAJOR, FASTRPC_MINOR + 2 * n->minor + (first ? 0 : 1));
        return 0;
    }
    return -ENOENT;
}

static void list_fastrpc(const struct vq_board *board, FILE *out)
{
    const struct vq_node *n = first_plugged(board, vq_first_node(board));
    for (; n != NULL; n = first_plugged(board, vq_next_node(board, n))) {
        vq_say_name(out, n->path + sizeof("/dev/") - 1);
        if (n->secure_path[0] != '\0')
            vq_say_name(out, n->secure_path + sizeof("/dev/") - 1);
    }
}

static int stat_heap(const char *name, struct vq_stat *out)
{
    for (size_t i = 0; i < HEAPS; i++)
        if (strcmp(heaps[i], name) == 0) {
            stat_node(out, HEAP_MAJOR, (uint32_t)i);
            return 0;
        }
    return -ENOENT;
}

static bool is_folder(const struct vq_board *board, const char *rest)
{
    if (rest[0] == '\0' || strcmp(rest, "/dma_heap") == 0)
        return true;
    return strcmp(rest, "/accel") == 0 && !is_fastrpc(board) && first_plugged(board, vq_first_node(board)) != NULL;
}

static int dev_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    if (is_folder(board, rest)) {
        vq_stat_dir(out, 0755);
        return 0;
    }
    if (strcmp(rest, "/udmabuf") == 0) {
        stat_node(out, 10, UDMABUF_MINOR);
        return 0;
    }
    if (strncmp(rest, "/dma_heap/", 10) == 0)
        return stat_heap(rest + 10, out);
    if (is_fastrpc(board))
        return stat_fastrpc(board, rest, out);
    return strncmp(rest, "/accel/", 7) == 0 ? stat_accel(board, rest, out) : -ENOENT;
}

static int dev_list(const struct vq_board *board, const char *rest, FILE *out)
{
    struct vq_stat st;
    if (!is_folder(board, rest))
        return dev_stat(board, rest, &st) < 0 ? -ENOENT : -ENOTDIR;
    if (strcmp(rest, "/dma_heap") == 0) {
        for (size_t i = 0; i < HEAPS; i++)
            vq_say_name(out, heaps[i]);
    } else if (rest[0] == '\0') {
        if (is_folder(board, "/accel"))
            vq_say_name(out, "accel");
        vq_say_name(out, "dma_heap");
        if (is_fastrpc(board))
            list_fastrpc(board, out);
        vq_say_name(out, "udmabuf");
    } else {
        const struct vq_node *n = first_plugged(board, vq_first_node(board));
        for (; n != NULL; n = first_plugged(board, vq_next_node(board, n)))
            vq_say_name(out, n->path + sizeof("/dev/accel/") - 1);
    }
    return 0;
}

const struct vq_room vq_room_dev = { .prefix = "/dev", .stat = dev_stat, .list = dev_list };
