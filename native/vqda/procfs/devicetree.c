/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "vqda/procfs/tree.h"

/* /sys/firmware/devicetree/base: properties end in NUL, as in a real tree. */

static const struct {
    const char *name, *before; /* the board's name follows, if `named` */
    bool named;
} properties[] = {
    { "compatible", "qda-lab,virtual-board", false },
    { "model", "QDA Lab virtual board ", true },
    { "serial-number", "", true },
};
#define PROPERTIES (sizeof(properties) / sizeof(properties[0]))

static int find(const char *rest)
{
    for (size_t i = 0; i < PROPERTIES; i++)
        if (rest[0] == '/' && strcmp(rest + 1, properties[i].name) == 0)
            return (int)i;
    return -ENOENT;
}

static int tree_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    int i = find(rest);
    if (rest[0] == '\0')
        vq_stat_dir(out, 0755);
    else if (i < 0)
        return i;
    else
        vq_stat_file(out, 0444, strlen(properties[i].before) + (properties[i].named ? strlen(board->name) : 0) + 1);
    return 0;
}

static int tree_list(const struct vq_board *board, const char *rest, FILE *out)
{
    (void)board;
    if (rest[0] != '\0')
        return find(rest) < 0 ? -ENOENT : -ENOTDIR;
    for (size_t i = 0; i < PROPERTIES; i++)
        vq_say_name(out, properties[i].name);
    return 0;
}

static int tree_read(struct vq_board *board, const char *rest, FILE *out)
{
    int i = find(rest);
    if (i < 0)
        return rest[0] == '\0' ? -EISDIR : i;
    fprintf(out, "%s%s%c", properties[i].before, properties[i].named ? board->name : "", '\0');
    return 0;
}

const struct vq_room vq_room_tree = {
    .prefix = "/sys/firmware/devicetree/base", .stat = tree_stat, .list = tree_list, .read = tree_read
};
