/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "probe/lines.h"
#include "probe/trace_line.h"

/*
 * Text of trace_pipe: cut into lines through a small buffer, each line parsed. What an event promises is checked: as many
 * entries as it says, a device that is a bank's or none, strings that end.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct probe_trace_line out;

static void look(char *text)
{
    size_t len = strlen(text);
    if (probe_trace_parse(text, &out) != PROBE_LINE_EVENT)
        return;
    const struct qda_dma_event *event = &out.event;
    if (event->entry_count > QDA_MAX_SG || event->total_entries < event->entry_count || strlen(event->comm) > 16)
        abort();
    if (event->device[0] != '\0' && !probe_is_bank(event->device))
        abort();
    if (strlen(event->device) > len || (event->truncated && event->total_entries == event->entry_count))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[4096];
    struct probe_lines lines;
    size_t at = 0;
    probe_lines_init(&lines, memory, sizeof(memory));
    while (at < size) {
        size_t room;
        char *to = probe_lines_room(&lines, &room);
        size_t n = size - at < room ? size - at : room;
        n = n > 100 ? 100 : n;
        memcpy(to, data + at, n);
        probe_lines_put(&lines, n);
        at += n;
        for (char *line = probe_lines_next(&lines); line != NULL; line = probe_lines_next(&lines))
            look(line);
    }
    char *tail = probe_lines_tail(&lines);
    if (tail != NULL)
        look(tail);
    return 0;
}
