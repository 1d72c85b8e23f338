/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/btf_write.h"
#include "vqda/core/abi.h"
#include "vqda/procfs/tree.h"

/* /sys/kernel/btf: the module's types, split upon vmlinux's as for a loaded module. */

static int write_btf(const struct vq_board *board, enum qda_btf_form form, FILE *out)
{
    const size_t room = 16384;
    size_t count;
    uint8_t *bytes = malloc(room);
    if (bytes == NULL)
        return -ENOMEM;
    const struct qda_layout *layouts = qda_layouts(board->generation, &count);
    size_t len = qda_btf_write(form, layouts, count, bytes, room);
    if (len > 0)
        fwrite(bytes, 1, len, out);
    free(bytes);
    return len > 0 ? 0 : -EIO;
}

/* The driver's module. */
static const char *module(const struct vq_board *board)
{
    return vq_abi_of(board->generation)->fastrpc ? "fastrpc" : "qda";
}

static bool is_module(const struct vq_board *board, const char *rest)
{
    return rest[0] == '/' && strcmp(rest + 1, module(board)) == 0;
}

static bool is_known(const struct vq_board *board, const char *rest)
{
    return is_module(board, rest) || strcmp(rest, "/vmlinux") == 0;
}

static int btf_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    if (rest[0] == '\0')
        vq_stat_dir(out, 0755);
    else if (is_known(board, rest))
        vq_stat_file(out, 0444, 0);
    else
        return -ENOENT;
    return 0;
}

static int btf_list(const struct vq_board *board, const char *rest, FILE *out)
{
    if (rest[0] != '\0')
        return is_known(board, rest) ? -ENOTDIR : -ENOENT;
    vq_say_name(out, module(board));
    vq_say_name(out, "vmlinux");
    return 0;
}

static int btf_read(struct vq_board *board, const char *rest, FILE *out)
{
    if (!is_known(board, rest))
        return rest[0] == '\0' ? -EISDIR : -ENOENT;
    return write_btf(board, is_module(board, rest) ? QDA_BTF_MODULE : QDA_BTF_VMLINUX, out);
}

const struct vq_room vq_room_btf = {
    .prefix = "/sys/kernel/btf", .stat = btf_stat, .list = btf_list, .read = btf_read
};
