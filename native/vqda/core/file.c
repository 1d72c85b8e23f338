/* SPDX-License-Identifier: MIT */
#include "vqda/core/file.h"

#include "uapi/errnos.h"
#include "vqda/core/bank.h"
#include "vqda/core/handle.h"
#include "vqda/core/node.h"
#include "vqda/core/object.h"
#include "vqda/core/prime.h"
#include "vqda/core/remote.h"
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
        return (*node)->plugged ? 0 : qda_errno(board->generation, QDA_CALL_ANY, QDA_COND_UNPLUGGED);
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
    snprintf(file->path, sizeof(file->path), "%s", path);
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
    struct vq_file *file;
    struct vq_object *message; /* NULL: none could be made, so nothing was sent */
};

static void drop_session(struct vq_file *file, bool released)
{
    struct vq_object *memory = file->init_memory;
    if (memory && released && file->board->quirks[VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY])
        memory->pinned = true; /* and the reference stays */
    else if (memory)
        vq_object_put(memory, &file->opener);
}

static void finish(void *arg)
{
    struct closing *closing = arg;
    struct vq_file *file = closing->file;
    bool released = closing->message != NULL;
    if (closing->message)
        vq_object_put(closing->message, &file->opener);
    drop_session(file, released);
    vq_bank_drop(file);
    free(file);
    free(closing);
}

static void close_accel(struct vq_file *file)
{
    struct closing *closing = calloc(1, sizeof(*closing));
    vq_handle_delete_all(file, &file->opener);
    if (!closing) {
        vq_bank_drop(file);
        free(file);
        return;
    }
    closing->file = file;
    bool tell = file->node->plugged;
    if (tell && vq_remote_message(file, &file->opener, VQ_PAGE, &closing->message) != 0)
        tell = false;
    if (!tell || vq_dsp_release(file->node, finish, closing) != 0)
        finish(closing);
}

void vq_file_close(struct vq_file *file)
{
    file->board->changes++;
    vq_list_del(&file->link);
    vq_list_del(&file->by_cookie);
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
