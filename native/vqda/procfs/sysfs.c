/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/drm_core.h"
#include "vqda/core/abi.h"
#include "vqda/procfs/tree.h"

/*
 * What sysfs says of the accel nodes and of the context banks' devices: /sys/class/accel, /sys/bus/qda-compute-cb,
 * /sys/devices/platform, /sys/kernel/iommu_groups. Folders are
 *     /sys/devices/platform/soc@0/<parent>/{accel/accelN/{dev,uevent,device},driver,qda-cb-<dsp>-<sid>}
 * where <parent> is the rpmsg device of the DSP. Links lead there. FastRPC's nodes are misc devices, which are not told here,
 * and its banks are platform devices without a bus of their own.
 */
#define SOC "/sys/devices/platform/soc@0"

/* ---- Walking */

static const struct vq_node *plugged(const struct vq_board *board, const struct vq_node *after)
{
    const struct vq_node *n = after == NULL ? vq_first_node(board) : vq_next_node(board, after);
    while (n != NULL && !n->plugged)
        n = vq_next_node(board, n);
    return n;
}

static bool is_fastrpc(const struct vq_board *board)
{
    return vq_abi_of(board->generation)->fastrpc;
}

static const char *short_name(const struct vq_node *node)
{
    return node->path + sizeof("/dev/accel/") - 1;
}

/* "/name" or "/name/..." of a path; what follows the name, NULL if it is another one. */
static const char *after_name(const char *rest, const char *name)
{
    size_t len = strlen(name);
    if (rest[0] != '/' || strncmp(rest + 1, name, len) != 0)
        return NULL;
    return rest[len + 1] == '/' || rest[len + 1] == '\0' ? rest + len + 1 : NULL;
}

static const struct vq_node *node_named(const struct vq_board *board, const char *rest, const char **behind)
{
    for (const struct vq_node *n = plugged(board, NULL); n != NULL; n = plugged(board, n))
        if ((*behind = after_name(rest, short_name(n))) != NULL)
            return n;
    return NULL;
}

static const struct vq_bank *bank_named(const struct vq_board *board, const char *rest, const char **behind)
{
    for (const struct vq_node *n = plugged(board, NULL); n != NULL; n = plugged(board, n))
        for (size_t i = 0; i < n->bank_count; i++)
            if ((*behind = after_name(rest, n->banks[i].name)) != NULL)
                return &n->banks[i];
    return NULL;
}

static void list_banks(const struct vq_board *board, FILE *out)
{
    for (const struct vq_node *n = plugged(board, NULL); n != NULL; n = plugged(board, n))
        for (size_t i = 0; i < n->bank_count; i++)
            vq_say_name(out, n->banks[i].name);
}

/* ---- An accel device's own folder: behind "accelN" */

static bool is_accel_file(const char *behind)
{
    return strcmp(behind, "/dev") == 0 || strcmp(behind, "/uevent") == 0;
}

static bool is_accel_folder(const char *behind)
{
    return behind[0] == '\0' || strcmp(behind, "/device") == 0 || strcmp(behind, "/device/driver") == 0;
}

static int stat_accel(const char *behind, struct vq_stat *out)
{
    if (is_accel_folder(behind))
        vq_stat_dir(out, 0755);
    else if (is_accel_file(behind))
        vq_stat_file(out, strcmp(behind, "/dev") == 0 ? 0444 : 0644, 4096);
    else
        return -ENOENT;
    return 0;
}

static int list_accel(const char *behind, FILE *out)
{
    if (behind[0] == '\0') {
        vq_say_name(out, "dev");
        vq_say_name(out, "device");
        vq_say_name(out, "uevent");
        return 0;
    }
    return is_accel_folder(behind) ? 0 : is_accel_file(behind) ? -ENOTDIR : -ENOENT;
}

static int read_accel(const struct vq_node *node, const char *behind, FILE *out)
{
    if (strcmp(behind, "/dev") == 0)
        fprintf(out, "%u:%u\n", QDA_ACCEL_MAJOR, node->minor);
    else if (strcmp(behind, "/uevent") == 0)
        fprintf(out, "MAJOR=%u\nMINOR=%u\nDEVNAME=accel/%s\nDEVTYPE=accel_minor\n", QDA_ACCEL_MAJOR, node->minor,
                short_name(node));
    else
        return is_accel_folder(behind) ? -EISDIR : -ENOENT;
    return 0;
}

static int readlink_accel(const struct vq_node *node, const char *behind, FILE *out)
{
    if (strcmp(behind, "/device") == 0)
        fprintf(out, "../../../%s", node->parent);
    else if (strcmp(behind, "/device/driver") == 0)
        fputs("../../../../../bus/rpmsg/drivers/qcom,fastrpc", out);
    else
        return is_accel_folder(behind) || is_accel_file(behind) ? -EINVAL : -ENOENT;
    return 0;
}

/* ---- /sys/class/accel: "accelN" are links to the devices */

static int class_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    const char *behind;
    if (rest[0] == '\0') {
        vq_stat_dir(out, 0755);
        return 0;
    }
    return node_named(board, rest, &behind) != NULL ? stat_accel(behind, out) : -ENOENT;
}

static int class_list(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    if (rest[0] != '\0')
        return node_named(board, rest, &behind) != NULL ? list_accel(behind, out) : -ENOENT;
    for (const struct vq_node *n = plugged(board, NULL); n != NULL; n = plugged(board, n))
        vq_say_name(out, short_name(n));
    return 0;
}

static int class_read(struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    const struct vq_node *node = node_named(board, rest, &behind);
    if (node == NULL)
        return rest[0] == '\0' ? -EISDIR : -ENOENT;
    return read_accel(node, behind, out);
}

static int class_readlink(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    const struct vq_node *node = node_named(board, rest, &behind);
    if (node == NULL)
        return rest[0] == '\0' ? -EINVAL : -ENOENT;
    if (behind[0] != '\0')
        return readlink_accel(node, behind, out);
    fprintf(out, "../../devices/platform/soc@0/%s/accel/%s", node->parent, short_name(node));
    return 0;
}

const struct vq_room vq_room_class = {
    .prefix = "/sys/class/accel",
    .of_qda = true,
    .stat = class_stat,
    .list = class_list,
    .read = class_read,
    .readlink = class_readlink,
};

/* ---- /sys/bus/qda-compute-cb/devices: links to the banks' devices */

static int bus_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    const char *behind;
    if (rest[0] != '\0' && (bank_named(board, rest, &behind) == NULL || behind[0] != '\0'))
        return -ENOENT;
    vq_stat_dir(out, 0755);
    return 0;
}

static int bus_list(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    if (rest[0] != '\0')
        return bank_named(board, rest, &behind) != NULL && behind[0] == '\0' ? 0 : -ENOENT;
    list_banks(board, out);
    return 0;
}

static int bus_readlink(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind;
    const struct vq_bank *bank = bank_named(board, rest, &behind);
    if (bank == NULL || behind[0] != '\0')
        return rest[0] == '\0' ? -EINVAL : -ENOENT;
    fprintf(out, "../../../devices/platform/soc@0/%s/%s", bank->node->parent, bank->name);
    return 0;
}

const struct vq_room vq_room_bus = {
    .prefix = "/sys/bus/qda-compute-cb/devices",
    .of_qda = true,
    .stat = bus_stat,
    .list = bus_list,
    .readlink = bus_readlink,
};

/* ---- /sys/devices/platform/soc@0/<parent> */

static const struct vq_node *node_of_parent(const struct vq_board *board, const char *rest, const char **behind)
{
    for (const struct vq_node *n = plugged(board, NULL); n != NULL; n = plugged(board, n))
        if ((*behind = after_name(rest, n->parent)) != NULL)
            return n;
    return NULL;
}

/* Behind the parent: "", "/driver", "/accel", a bank, or the accel device's folder (*accel: what follows its name). */
static bool is_parent_folder(const struct vq_board *board, const struct vq_node *node, const char *behind,
                             const char **accel)
{
    const char *tail;
    const char *in_accel = is_fastrpc(board) ? NULL : after_name(behind, "accel");
    *accel = in_accel != NULL ? after_name(in_accel, short_name(node)) : NULL;
    if (*accel != NULL)
        return false;
    if (strcmp(behind, "/accel") == 0)
        return !is_fastrpc(board);
    if (behind[0] == '\0' || strcmp(behind, "/driver") == 0)
        return true;
    const struct vq_bank *bank = bank_named(board, behind, &tail);
    return bank != NULL && bank->node == node && tail[0] == '\0';
}

static int devices_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    const char *behind, *accel = NULL;
    const struct vq_node *node = node_of_parent(board, rest, &behind);
    if (rest[0] != '\0' && node == NULL)
        return -ENOENT;
    if (node != NULL && !is_parent_folder(board, node, behind, &accel))
        return accel != NULL ? stat_accel(accel, out) : -ENOENT;
    vq_stat_dir(out, 0755);
    return 0;
}

static void list_parent(const struct vq_node *node, const char *behind, FILE *out)
{
    if (strcmp(behind, "/accel") == 0)
        vq_say_name(out, short_name(node));
    if (behind[0] != '\0')
        return;
    if (!is_fastrpc(node->board))
        vq_say_name(out, "accel");
    vq_say_name(out, "driver");
    for (size_t i = 0; i < node->bank_count; i++)
        vq_say_name(out, node->banks[i].name);
}

static int devices_list(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind, *accel = NULL;
    const struct vq_node *node = node_of_parent(board, rest, &behind);
    if (rest[0] == '\0') {
        for (node = plugged(board, NULL); node != NULL; node = plugged(board, node))
            vq_say_name(out, node->parent);
        return 0;
    }
    if (node == NULL)
        return -ENOENT;
    if (!is_parent_folder(board, node, behind, &accel))
        return accel != NULL ? list_accel(accel, out) : -ENOENT;
    list_parent(node, behind, out);
    return 0;
}

static int devices_read(struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind, *accel = NULL;
    const struct vq_node *node = node_of_parent(board, rest, &behind);
    if (node == NULL)
        return rest[0] == '\0' ? -EISDIR : -ENOENT;
    if (is_parent_folder(board, node, behind, &accel))
        return -EISDIR;
    return accel != NULL ? read_accel(node, accel, out) : -ENOENT;
}

static int devices_readlink(const struct vq_board *board, const char *rest, FILE *out)
{
    const char *behind, *accel = NULL;
    const struct vq_node *node = node_of_parent(board, rest, &behind);
    if (node == NULL)
        return rest[0] == '\0' ? -EINVAL : -ENOENT;
    bool folder = is_parent_folder(board, node, behind, &accel);
    if (accel != NULL)
        return readlink_accel(node, accel, out);
    if (!folder || strcmp(behind, "/driver") != 0)
        return folder ? -EINVAL : -ENOENT;
    fputs("../../../../bus/rpmsg/drivers/qcom,fastrpc", out);
    return 0;
}

const struct vq_room vq_room_devices = {
    .prefix = SOC, .stat = devices_stat, .list = devices_list, .read = devices_read, .readlink = devices_readlink
};
