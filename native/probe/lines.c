/* SPDX-License-Identifier: MIT */
#include "probe/lines.h"

#include <assert.h>
#include <string.h>

void probe_lines_init(struct probe_lines *lines, char *memory, size_t size)
{
    assert(size >= 2);
    *lines = (struct probe_lines){ .buf = memory, .cap = size - 1 };
}

char *probe_lines_room(struct probe_lines *lines, size_t *len)
{
    memmove(lines->buf, lines->buf + lines->at, lines->have - lines->at);
    lines->have -= lines->at;
    lines->at = 0;
    if (lines->have == lines->cap) { /* a line that fills everything and does not end */
        lines->overlong += lines->skipping ? 0 : 1;
        lines->skipping = true;
        lines->have = 0;
    }
    *len = lines->cap - lines->have;
    return lines->buf + lines->have;
}

void probe_lines_put(struct probe_lines *lines, size_t len)
{
    assert(len <= lines->cap - lines->have);
    lines->have += len;
}

ssize_t probe_lines_fill(struct probe_lines *lines, struct qda_sys *sys, int fd)
{
    size_t room;
    char *to = probe_lines_room(lines, &room);
    ssize_t got = sys->ops->read(sys, fd, to, room);
    if (got > 0)
        probe_lines_put(lines, (size_t)got);
    return got;
}

char *probe_lines_next(struct probe_lines *lines)
{
    for (;;) {
        char *line = lines->buf + lines->at;
        char *end = memchr(line, '\n', lines->have - lines->at);
        if (end == NULL)
            return NULL;
        *end = '\0';
        lines->at = (size_t)(end + 1 - lines->buf);
        if (!lines->skipping)
            return line;
        lines->skipping = false; /* that was the end of the long one */
    }
}

char *probe_lines_tail(struct probe_lines *lines)
{
    if (lines->skipping || lines->at == lines->have)
        return NULL;
    char *line = lines->buf + lines->at;
    lines->buf[lines->have] = '\0'; /* buf has a byte beyond cap */
    lines->at = lines->have;
    return line;
}
