/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "probe/bufinfo.h"
#include "probe/lines.h"

/* Text of debugfs dma_buf/bufinfo. An attachment must belong to the buffer that was given last. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_fact(void *arg, const struct qda_fact *fact)
{
    uint64_t *last = arg;
    if (fact->kind == QDA_FACT_BUFFER) {
        *last = fact->buffer.ino;
        if (strlen(fact->buffer.name) + strlen(fact->buffer.exporter) > 4096)
            abort();
    } else if (fact->kind != QDA_FACT_ATTACHMENT || fact->attachment.ino != *last || fact->attachment.device[0] == '\0') {
        abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[1024];
    struct probe_lines lines;
    struct probe_bufinfo state;
    uint64_t last = 0;
    probe_lines_init(&lines, memory, sizeof(memory));
    probe_bufinfo_init(&state, on_fact, &last);
    for (size_t at = 0; at < size;) {
        size_t room;
        char *to = probe_lines_room(&lines, &room);
        size_t n = size - at < room ? size - at : room;
        n = n > 64 ? 64 : n;
        memcpy(to, data + at, n);
        probe_lines_put(&lines, n);
        at += n;
        for (char *line = probe_lines_next(&lines); line != NULL; line = probe_lines_next(&lines))
            probe_bufinfo_line(&state, line);
    }
    return 0;
}
