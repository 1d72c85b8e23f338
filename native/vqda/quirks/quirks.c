/* SPDX-License-Identifier: MIT */
#include "vqda/quirks/quirks.h"

#include "uapi/errnos.h"

#include <errno.h>
#include <string.h>

_Static_assert((int)VQ_QUIRK_COUNT <= VQ_QUIRKS, "struct vq_board has room for all quirks");

const struct vq_quirk_info vq_quirk_infos[VQ_QUIRK_COUNT] = {
    [VQ_QUIRK_MMAP_PINS_OBJECT] = {
        "mmap-pins-object",
        "on: the reference that an mmap of the accel node or of an exported dma-buf takes is never dropped, so an object "
        "once mapped stays for good; off: it goes with the last mapping",
        QDA_ERRNO_BOTH, true },
    [VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY] = {
        "release-leaks-init-memory",
        "on: the 4 MiB of process memory of a session stay after its release at close; off: they are freed",
        QDA_ERRNO_V1, true },
    [VQ_QUIRK_HIDDEN_IMPORT_HANDLES] = {
        "hidden-import-handles",
        "on: a dma-buf fd named in SESSION_CREATE, MAP or INVOKE leaves a GEM handle in the file that nobody was told of; "
        "off: that handle goes with the call",
        QDA_ERRNO_V1, true },
    [VQ_QUIRK_INTERRUPTED_CALL_LEAKS] = {
        "interrupted-call-leaks",
        "on: a call whose wait was interrupted, by a signal or the caller's death, keeps its message buffer and the buffers "
        "that it names for good; off: they are let go when the DSP has answered",
        QDA_ERRNO_V1, true },
    [VQ_QUIRK_BANKS_BY_THREAD] = {
        "banks-by-thread",
        "on: files opened by one thread share a context bank; off: each open file has a bank of its own",
        QDA_ERRNO_BOTH, false },
    [VQ_QUIRK_SELF_IMPORT_KEEPS_ADDRESS] = {
        "self-import-keeps-address",
        "on: importing a buffer of the same node gives the same object, mapped in the exporter's bank only; off: a file of "
        "another bank gets an object of its own, mapped in its bank",
        QDA_ERRNO_BOTH, false },
    [VQ_QUIRK_FIRST_SG_ONLY] = {
        "first-sg-only",
        "on: an import takes the address of the first DMA segment for the whole buffer; off: segments that do not follow "
        "each other are refused (EINVAL)",
        QDA_ERRNO_ALL, false },
    [VQ_QUIRK_EXPORT_WITHOUT_SG] = {
        "export-without-sg",
        "on: buffers exported by a QDA node have no sg table, so no other device can attach (ENOSYS); off: they have one",
        QDA_ERRNO_BOTH, false },
    [VQ_QUIRK_MMAP_OFFSET_OF_IMPORT] = {
        "mmap-offset-of-import",
        "on: GEM_MMAP_OFFSET answers for an import although its mmap is refused; off: it is refused (EINVAL)",
        QDA_ERRNO_BOTH, false },
    [VQ_QUIRK_DMABUF_MMAP_IGNORES_OFFSET] = {
        "dmabuf-mmap-ignores-offset",
        "on: mmap of a QDA dma-buf fd at an offset shows the buffer from its start; off: it is refused (EINVAL)",
        QDA_ERRNO_V1, false },
};

void vq_quirks_defaults(struct vq_board *board)
{
    for (int i = 0; i < VQ_QUIRK_COUNT; i++)
        board->quirks[i] = (vq_quirk_infos[i].generations & board->generation) != 0;
}

static int find(const char *name, size_t len)
{
    for (int i = 0; i < VQ_QUIRK_COUNT; i++) {
        const char *known = vq_quirk_infos[i].name;
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return i;
    }
    return -1;
}

int vq_quirk_find(const char *name)
{
    return find(name, strlen(name));
}

int vq_quirk_set(struct vq_board *board, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (!equals)
        return -EINVAL;
    int quirk = find(assignment, (size_t)(equals - assignment));
    bool on = strcmp(equals + 1, "on") == 0;
    if (quirk < 0 || (!on && strcmp(equals + 1, "off") != 0))
        return -EINVAL;
    board->quirks[quirk] = on;
    return 0;
}
