/* SPDX-License-Identifier: MIT */
#include "vqda/core/file.h"

#include "uapi/errnos.h"
#include "vqda/core/abi.h"
#include "vqda/core/bank.h"
#include "vqda/core/context.h"
#include "vqda/core/fault.h"
#include "vqda/core/handle.h"
#include "vqda/core/legacy.h"
#include "vqda/core/node.h"
#include "vqda/core/object.h"
#include "vqda/core/prime.h"
#include "vqda/core/slab.h"
#include "vqda/core/timer.h"
#include "vqda/exporters/exporters.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which kind of node a path is. 0 or -errno. */
static int resolve(struct vq_board *board, const char *path, enum vq_file_kind *kind, struct vq_node **node)
{
    *node = vq_node_by_path(board, path);
    if (*node) {
        *kind = VQ_FILE_ACCEL;
        return (*node)->plugged ? 0 : qda_errno(board->generation, QDA_CALL_OPEN, QDA_COND_UNPLUGGED);
    }
    *kind = vq_heap_exists(path) ? VQ_FILE_HEAP : VQ_FILE_UDMABUF;
    return *kind == VQ_FILE_HEAP || strcmp(path, VQ_UDMABUF_PATH) == 0 ? 0 : -ENOENT;
}

/* Cookies are hexadecimal digits. */
static unsigned bucket(const char cookie[8])
{
    unsigned hash = 0;
    for (unsigned i = 0; i < 8; i++)
        hash = hash * 31 + (unsigned char)cookie[i];
    return hash % VQ_HASH;
}

int vq_file_open(struct vq_board *board, const struct vq_caller *who, const char *path, const char *cookie,
                 struct vq_file **out)
{
    enum vq_file_kind kind;
    struct vq_node *node;
    int err = resolve(board, path, &kind, &node);
    if (err)
        return err;
    struct vq_file *file = calloc(1, sizeof(*file));
    if (!file)
        return -ENOMEM;
    file->board = board;
    file->kind = kind;
    file->node = node;
    file->opener = *who;
    file->lowest_free = 1;
    file->session = node ? ++node->sessions : 0;
    snprintf(file->path, sizeof(file->path), "%s", path);
    if (node && vq_abi_of(board->generation)->fastrpc)
        err = vq_legacy_open(file);
    if (err) {
        free(file);
        return err;
    }
    strncpy(file->cookie, cookie, sizeof(file->cookie) - 1);
    vq_prime_init(file);
    vq_list_add(&board->files, &file->link);
    vq_list_add(&board->by_cookie[bucket(file->cookie)], &file->by_cookie);
    board->changes++;
    *out = file;
    return 0;
}

/* A file whose INIT_RELEASE is on its way. */
struct closing {
    struct vq_message message;
    struct vq_file *file;
    struct vq_object *buffer; /* of the message; NULL: none could be made, so nothing was sent */
    bool released;
    struct vq_list link; /* board->releases, while FAULT_DELAY holds the answer back */
    struct vq_timer timer;
};

static void drop_session(struct vq_file *file, bool released)
{
    struct vq_object *memory = file->init_memory;
    if (memory && released && file->board->quirks[VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY])
        memory->pinned = true; /* and the reference stays */
    else if (memory)
        vq_object_put(memory, &file->opener);
}

static void finish(struct closing *closing)
{
    struct vq_file *file = closing->file;
    vq_timer_stop(&closing->timer);
    vq_list_del(&closing->link);
    vq_slab_put(file->board, closing->message.slab);
    if (closing->buffer)
        vq_object_put(closing->buffer, &file->opener);
    drop_session(file, closing->released);
    vq_legacy_close(file);
    vq_bank_drop(file);
    free(file);
    free(closing);
}

static void on_timer(struct vq_board *board, struct vq_timer *timer)
{
    (void)board;
    finish(VQ_OF(timer, struct closing, timer));
}

static void on_answer(struct vq_message *message, int64_t ret)
{
    struct closing *closing = VQ_OF(message, struct closing, message);
    struct vq_board *board = message->node->board;
    uint64_t delay_ns = vq_fault_delay(board, message->node->dsp, "RELEASE");
    closing->released = ret == 0;
    if (delay_ns == 0) {
        finish(closing);
        return;
    }
    vq_list_add(&board->releases, &closing->link);
    vq_timer_start(board, &closing->timer, delay_ns);
}

void vq_file_finish_releases(struct vq_board *board)
{
    while (!vq_list_empty(&board->releases))
        finish(VQ_OF(board->releases.next, struct closing, link));
}

/* INIT_RELEASE: one argument, the session. 0, or -errno where it could not be sent. */
static int send_release(struct vq_file *file, struct closing *closing)
{
    struct vq_layout_arg in = { .len = sizeof(file->session), .fd = -1 };
    struct vq_layout layout = { .sc = QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_RELEASE, 1, 0, 0, 0), .args = &in };
    uint64_t size = vq_layout_size(&layout);
    int err = vq_context_buffer(file, &file->opener, size, &closing->buffer);
    if (err)
        return err;
    struct vq_slab *slab = vq_slab_plain(file->board, size);
    if (!slab)
        return -ENOMEM;
    vq_layout_write(&layout, slab->map, closing->buffer->dma);
    memcpy(slab->map + vq_layout_at(&layout, 0), &file->session, sizeof(file->session));
    closing->message = (struct vq_message){
        .node = file->node, .call = QDA_CALL_ANY, .bank = file->bank, .session = file->session, .slab = slab,
        .done = on_answer,
        .request = { file->legacy ? 0 : file->session, file->opener.tid, 0, QDA_HANDLE_INIT, layout.sc, closing->buffer->dma,
                     closing->buffer->size },
    };
    return vq_dsp_send(&closing->message);
}

static void close_accel(struct vq_file *file)
{
    struct closing *closing = calloc(1, sizeof(*closing));
    vq_context_file_gone(file);
    vq_handle_delete_all(file, &file->opener);
    if (!closing) {
        drop_session(file, false);
        vq_legacy_close(file);
        vq_bank_drop(file);
        free(file);
        return;
    }
    closing->file = file;
    closing->timer.fn = on_timer;
    vq_list_init(&closing->link);
    if (!file->node->plugged)
        vq_dsp_session_gone(file->node, file->session);
    if (!file->node->plugged || send_release(file, closing) != 0)
        finish(closing);
}

void vq_file_close(struct vq_file *file)
{
    vq_list_del(&file->by_cookie); /* nobody can call on it any more */
    file->closing = vq_context_waits(file);
    if (file->closing)
        return;
    file->board->changes++;
    vq_list_del(&file->link);
    if (file->kind == VQ_FILE_ACCEL)
        close_accel(file);
    else
        free(file);
}

struct vq_file *vq_file_by_cookie(const struct vq_board *board, const char cookie[8])
{
    const struct vq_list *head = &board->by_cookie[bucket(cookie)];
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_file *file = VQ_OF(at, struct vq_file, by_cookie);
        if (memcmp(file->cookie, cookie, sizeof(file->cookie)) == 0)
            return file;
    }
    return NULL;
}

uint64_t vq_file_count(const struct vq_board *board)
{
    uint64_t count = 0;
    for (const struct vq_file *file = vq_first_file(board); file; file = vq_next_file(board, file))
        count += file->kind == VQ_FILE_ACCEL;
    return count;
}
