/* SPDX-License-Identifier: MIT */
#include "vqda/core/create.h"

#include "vqda/core/backing.h"
#include "vqda/core/context.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/fault.h"
#include "vqda/core/file.h"
#include "vqda/core/node.h"
#include "vqda/core/object.h"
#include "vqda/core/phys.h"
#include "vqda/core/timer.h"
#include "vqda/dsp/message.h"
#include "vqda/quirks/quirks.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

static void init_lists(struct vq_board *board)
{
    struct vq_list *heads[] = { &board->nodes,     &board->files,    &board->objects, &board->dmabufs,
                                &board->processes, &board->releases, &board->calls,   &board->leaked,
                                &board->timers };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        vq_list_init(heads[i]);
    for (size_t i = 0; i < VQ_HASH; i++) {
        vq_list_init(&board->by_cookie[i]);
        vq_list_init(&board->by_ino[i]);
        vq_list_init(&board->by_watch[i]);
    }
}

int vq_board_new(const struct vq_options *options, struct vq_board **out)
{
    static const struct vq_hooks no_hooks = { 0 };
    struct vq_board *board = calloc(1, sizeof(*board));
    if (!board)
        return -ENOMEM;
    snprintf(board->name, sizeof(board->name), "%s", options->name);
    board->generation = options->generation;
    board->iommu = options->iommu;
    board->hooks = options->hooks ? options->hooks : &no_hooks;
    board->changes = vq_now();
    init_lists(board);
    vq_quirks_defaults(board);
    board->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    int err = board->inotify < 0 ? -errno : 0;
    board->faults = calloc(1, sizeof(*board->faults));
    board->phys = vq_phys_new();
    if (!err && (!board->faults || !board->phys))
        err = -ENOMEM;
    if (!err)
        err = vq_node_add_all(board);
    if (err) {
        vq_board_free(board);
        return err;
    }
    *out = board;
    return 0;
}

/* What clients still hold, or a quirk keeps, ends with the board. */
static void free_leftovers(struct vq_board *board)
{
    struct vq_dmabuf *dmabuf;
    struct vq_dmabuf *next;
    for (dmabuf = vq_first_dmabuf(board); dmabuf; dmabuf = next) {
        next = vq_next_dmabuf(board, dmabuf);
        dmabuf->backing->user_dmabuf = false;
        vq_dmabuf_settle(dmabuf);
    }
    while (!vq_list_empty(&board->objects)) {
        struct vq_object *object = VQ_OF(board->objects.next, struct vq_object, link);
        assert((object->mapped || object->pinned) && object->refs == 1);
        vq_object_put(object, &object->creator);
    }
}

static void free_processes(struct vq_board *board)
{
    while (!vq_list_empty(&board->processes))
        vq_process_free(VQ_OF(board->processes.next, struct vq_process, link));
}

void vq_board_free(struct vq_board *board)
{
    vq_context_detach_all(board);
    while (!vq_list_empty(&board->files))
        vq_file_close(VQ_OF(board->files.next, struct vq_file, link));
    vq_dsp_finish(board);
    vq_file_finish_releases(board);
    vq_context_free_leaked(board);
    free_leftovers(board);
    vq_node_free_all(board);
    free_processes(board);
    vq_phys_free_all(board->phys);
    free(board->faults);
    if (board->inotify >= 0)
        close(board->inotify);
    free(board);
}
