/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vqda/procfs/tree.h"

/*
 * /sys/kernel/iommu_groups/N/{type,devices}: one group a context bank, numbered over the plugged nodes' banks. `type` says
 * whether addresses are translated.
 */

static const struct vq_bank *bank_at(const struct vq_board *board, unsigned long number)
{
    for (const struct vq_node *n = vq_first_node(board); n != NULL; n = vq_next_node(board, n)) {
        if (!n->plugged)
            continue;
        if (number < n->bank_count)
            return &n->banks[number];
        number -= n->bank_count;
    }
    return NULL;
}

/* "/N..." -> the group's bank and what stands behind the number. */
static const struct vq_bank *find(const struct vq_board *board, const char *rest, const char **behind)
{
    char *end;
    if (rest[0] != '/' || rest[1] < '0' || rest[1] > '9')
        return NULL;
    unsigned long number = strtoul(rest + 1, &end, 10);
    *behind = end;
    return bank_at(board, number);
}

static bool is_device(const struct vq_bank *bank, const char *behind)
{
    return strncmp(behind, "/devices/", 9) == 0 && strcmp(behind + 9, bank->name) == 0;
}

static int groups_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    const char *behind = "";
    const struct vq_bank *bank = find(board, rest, &behind);
    if (rest[0] != '\0' && bank == NULL)
        return -ENOENT;
    if (behind[0] == '\0' || strcmp(behind, "/devices") == 0 || is_device(bank, behind))
        vq_stat_dir(out, 0755);
    else if (strcmp(behind, "/type") == 0)
        vq_stat_file(out, 0644, 4096);
    else
        return -ENOENT;
    return 0;
}

static int groups_list(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    const struct vq_bank *bank = find(board, rest, &behind);
    if (rest[0] == '\0') {
        for (unsigned i = 0; bank_at(board, i) != NULL; i++)
            fprintf(out, "%u%c", i, '\0');
        return 0;
    }
    if (bank == NULL)
        return -ENOENT;
    if (behind[0] == '\0') {
        vq_say_name(out, "devices");
        vq_say_name(out, "type");
        return 0;
    }
    if (strcmp(behind, "/devices") != 0)
        return strcmp(behind, "/type") == 0 ? -ENOTDIR : -ENOENT;
    vq_say_name(out, bank->name);
    return 0;
}

static int groups_read(struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    const struct vq_bank *bank = find(board, rest, &behind);
    if (bank == NULL || strcmp(behind, "/type") != 0)
        return rest[0] == '\0' ? -EISDIR : -ENOENT;
    fputs(board->iommu == VQ_IOMMU_TRANSLATED ? "DMA\n" : "identity\n", out);
    return 0;
}

static int groups_readlink(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    const struct vq_bank *bank = find(board, rest, &behind);
    if (bank == NULL || !is_device(bank, behind))
        return bank != NULL ? -EINVAL : -ENOENT;
    fprintf(out, "../../../../devices/platform/soc@0/%s/%s", bank->node->parent, bank->name);
    return 0;
}

const struct vq_room vq_room_groups = {
    .prefix = "/sys/kernel/iommu_groups",
    .stat = groups_stat,
    .list = groups_list,
    .read = groups_read,
    .readlink = groups_readlink,
};
