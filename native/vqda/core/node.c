/* SPDX-License-Identifier: MIT */
#include "vqda/core/node.h"

#include "vqda/core/abi.h"
#include "vqda/core/bank.h"
#include "vqda/core/iova.h"
#include "vqda/core/legacy.h"
#include "vqda/dsp/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The DRM core's fake offsets: from 4 GiB on. */
#define OFFSET_FIRST_PAGE 0x100000ull
#define OFFSET_END_PAGE 0x10000000ull

struct dsp {
    const char *name;
    const char *parent; /* the rpmsg device */
    uint32_t first_sid;
    uint32_t bank_count;
    struct vq_legacy_dsp legacy;
};

static const struct dsp dsps[] = {
    { "cdsp", "6800000.remoteproc:glink-edge.fastrpcglink-apps-dsp.-1.-1", 1, 12, { .open_node = true, .last_bank_sessions = 1 } },
    { "adsp", "3000000.remoteproc:glink-edge.fastrpcglink-apps-dsp.-1.-1", 3, 3, { .last_bank_sessions = 5 } },
};
enum { DSPS = sizeof(dsps) / sizeof(dsps[0]) };

static const struct dsp *find_dsp(const char *name)
{
    for (size_t i = 0; i < DSPS; i++) {
        if (strcmp(dsps[i].name, name) == 0)
            return &dsps[i];
    }
    return NULL;
}

bool vq_node_dsp_known(const char *dsp)
{
    return find_dsp(dsp) != NULL;
}

static void free_node(struct vq_node *node)
{
    for (size_t i = 0; i < node->bank_count; i++)
        vq_bank_free(&node->banks[i]);
    vq_ranges_free(&node->offsets);
    free(node->banks);
    free(node);
}

static int fill_banks(struct vq_node *node, const struct dsp *dsp)
{
    node->banks = calloc(dsp->bank_count, sizeof(*node->banks));
    if (!node->banks)
        return -ENOMEM;
    for (; node->bank_count < dsp->bank_count; node->bank_count++) {
        uint32_t sid = dsp->first_sid + (uint32_t)node->bank_count;
        if (vq_bank_init(&node->banks[node->bank_count], node, sid) != 0)
            return -ENOMEM;
    }
    return 0;
}

static int add(struct vq_board *board, const struct dsp *dsp)
{
    struct vq_node *node = calloc(1, sizeof(*node));
    if (!node)
        return -ENOMEM;
    node->board = board;
    node->minor = board->next_minor;
    node->plugged = true;
    snprintf(node->dsp, sizeof(node->dsp), "%s", dsp->name);
    if (vq_abi_of(board->generation)->fastrpc)
        vq_legacy_name_node(node, &dsp->legacy);
    else
        snprintf(node->path, sizeof(node->path), "/dev/accel/accel%u", node->minor);
    snprintf(node->parent, sizeof(node->parent), "%s", dsp->parent);
    for (size_t i = 0; i < VQ_OFFSET_HASH; i++)
        vq_list_init(&node->by_offset[i]);
    if (vq_ranges_init(&node->offsets, OFFSET_FIRST_PAGE, OFFSET_END_PAGE) != 0 || fill_banks(node, dsp) != 0) {
        free_node(node);
        return -ENOMEM;
    }
    vq_legacy_make_slots(node, &dsp->legacy);
    board->next_minor++;
    vq_list_add(&board->nodes, &node->link);
    return 0;
}

int vq_node_add_all(struct vq_board *board)
{
    for (size_t i = 0; i < DSPS; i++) {
        int err = add(board, &dsps[i]);
        if (err)
            return err;
    }
    return 0;
}

void vq_node_free_all(struct vq_board *board)
{
    while (!vq_list_empty(&board->nodes)) {
        struct vq_node *node = VQ_OF(board->nodes.next, struct vq_node, link);
        vq_list_del(&node->link);
        free_node(node);
    }
}

struct vq_node *vq_node_by_path(const struct vq_board *board, const char *path)
{
    struct vq_node *gone = NULL;
    for (struct vq_node *node = vq_first_node(board); node; node = vq_next_node(board, node)) {
        if (strcmp(node->path, path) != 0 && strcmp(node->secure_path, path) != 0)
            continue;
        if (node->plugged)
            return node;
        gone = node; /* FastRPC: the DSP's next node has the same name */
    }
    return gone;
}

struct vq_node *vq_node_by_dsp(const struct vq_board *board, const char *dsp)
{
    struct vq_node *node = vq_first_node(board);
    while (node && (!node->plugged || strcmp(node->dsp, dsp) != 0))
        node = vq_next_node(board, node);
    return node;
}

int vq_node_unplug(struct vq_board *board, const char *dsp)
{
    struct vq_node *node = vq_node_by_dsp(board, dsp);
    if (!node)
        return -ENODEV;
    node->plugged = false;
    vq_dsp_node_gone(node);
    return 0;
}

int vq_node_plug(struct vq_board *board, const char *dsp)
{
    const struct dsp *known = find_dsp(dsp);
    if (!known)
        return -ENODEV;
    return vq_node_by_dsp(board, dsp) ? -EEXIST : add(board, known);
}
