/* SPDX-License-Identifier: MIT */
#include "procfs_rig.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "uapi/errnos.h"
#include "vqda/core/create.h"
#include "vqda/procfs/files.h"
#include "vqda/procfs/trace.h"

struct vq_board *board;
const struct vq_caller rig_who = { .pid = 137, .tid = 137 };
char rig_text[VQ_MAX_DATA + 1];

void rig_begin(enum vq_iommu iommu)
{
    static const struct vq_hooks hooks = {
        .dma_alloc = vq_trace_dma_alloc,
        .dma_free = vq_trace_dma_free,
        .map_sg = vq_trace_map_sg,
        .unmap_sg = vq_trace_unmap_sg,
    };
    struct vq_options options = { .name = "texts", .generation = QDA_ERRNO_V1, .iommu = iommu, .hooks = &hooks };
    CHECK_INT(vq_board_new(&options, &board), 0);
    CHECK_INT(vq_files_init(board), 0);
}

void rig_end(void)
{
    vq_files_free(board);
    vq_board_free(board);
}

int64_t rig_ask(uint32_t op, const char *path, const char *text)
{
    char data[1024];
    size_t head = strlen(path) + 1, tail = text != NULL ? strlen(text) : 0;
    struct vq_request request = { .op = op, .data_len = (uint32_t)(head + tail) };
    struct vq_answer out = { .data = rig_text, .fd = -1 };
    memcpy(data, path, head);
    if (tail > 0)
        memcpy(data + head, text, tail);
    data[head + tail] = '\0';
    int64_t result = vq_files_request(board, &rig_who, &request, data, &out);
    if (op == VQ_OPEN_PIPE)
        return result < 0 ? result : out.fd;
    ssize_t got = out.fd >= 0 ? pread(out.fd, rig_text, VQ_MAX_DATA, 0) : (ssize_t)out.data_len;
    if (out.fd >= 0)
        close(out.fd);
    rig_text[got < 0 ? 0 : got] = '\0';
    return result;
}

const char *rig_read(const char *path)
{
    int64_t result = rig_ask(VQ_READ, path, NULL);
    return CHECK_INT(result, 0) ? rig_text : "";
}

char *rig_fixture(const char *name)
{
    char path[512];
    const char *root = getenv("QDA_SOURCE_ROOT");
    snprintf(path, sizeof(path), "%s/test/fixtures/%s", root != NULL ? root : ".", name);
    FILE *in = fopen(path, "r");
    char *text = NULL;
    size_t len = 0;
    if (!CHECK(in != NULL))
        return strdup("");
    if (getdelim(&text, &len, EOF, in) < 0) {
        free(text);
        text = strdup("");
    }
    fclose(in);
    return text;
}

void rig_make(struct rig_dmabuf *m, uint64_t ino, uint64_t size, const char *exporter)
{
    *m = (struct rig_dmabuf){ .backing.ino = ino, .dmabuf = { .size = size, .flags = O_RDWR | O_CLOEXEC } };
    m->dmabuf.board = board;
    m->dmabuf.backing = &m->backing;
    snprintf(m->dmabuf.exp_name, sizeof(m->dmabuf.exp_name), "%s", exporter);
    vq_list_init(&m->dmabuf.attachments);
    vq_list_add(&board->dmabufs, &m->dmabuf.link);
    board->changes++;
}
