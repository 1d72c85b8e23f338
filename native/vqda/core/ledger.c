/* SPDX-License-Identifier: MIT */
#include "vqda/core/ledger.h"

#include "vqda/core/prime.h"

/* Does nothing but the quirk's own reference keep the object? */
static bool kept_by(const struct vq_object *object, enum vq_quirk quirk)
{
    if (!object->pinned || object->refs != 1)
        return false;
    return quirk == (object->mapped ? VQ_QUIRK_MMAP_PINS_OBJECT : VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY);
}

/* Handles that only an import by fd made: nobody was told of them, and they hold what they import. */
static void add_hidden(const struct vq_file *file, struct vq_ledger_line *line)
{
    for (const struct vq_list *at = file->prime.next; at != &file->prime; at = at->next) {
        const struct vq_prime_entry *entry = VQ_OF((uintptr_t)at, struct vq_prime_entry, link);
        if (!entry->hidden)
            continue;
        line->objects++;
        line->bytes += entry->dmabuf->size;
    }
}

static struct vq_ledger_line hidden_handles(const struct vq_board *board)
{
    struct vq_ledger_line line = { 0 };
    for (const struct vq_file *file = vq_first_file(board); file; file = vq_next_file(board, file)) {
        if (file->kind == VQ_FILE_ACCEL)
            add_hidden(file, &line);
    }
    return line;
}

/* What only calls that were interrupted keep. */
static struct vq_ledger_line interrupted_calls(const struct vq_board *board)
{
    struct vq_ledger_line line = { 0 };
    for (const struct vq_object *object = vq_first_object(board); object; object = vq_next_object(board, object)) {
        if (object->leaks == 0 || object->leaks != object->refs)
            continue;
        line.objects++;
        line.bytes += object->size;
    }
    return line;
}

struct vq_ledger_line vq_ledger(const struct vq_board *board, enum vq_quirk quirk)
{
    if (quirk == VQ_QUIRK_HIDDEN_IMPORT_HANDLES)
        return hidden_handles(board);
    if (quirk == VQ_QUIRK_INTERRUPTED_CALL_LEAKS)
        return interrupted_calls(board);
    struct vq_ledger_line line = { 0 };
    for (const struct vq_object *object = vq_first_object(board); object; object = vq_next_object(board, object)) {
        if (!kept_by(object, quirk))
            continue;
        line.objects++;
        line.bytes += object->size;
    }
    return line;
}
