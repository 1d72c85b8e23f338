/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_LINES_H
#define QDA_PROBE_LINES_H

#include "sys/sys.h"

/*
 * Lines of a text of any length through a buffer of fixed size. A line that does not fit is dropped whole and counted.
 *
 *     while ((got = probe_lines_fill(&lines, sys, fd)) > 0)
 *         while ((line = probe_lines_next(&lines)) != NULL)
 *             ...
 */
struct probe_lines {
    char *buf; /* cap + 1 bytes */
    size_t cap;
    size_t at;   /* first byte not given yet */
    size_t have; /* bytes in buf */
    bool skipping;     /* inside a line that is too long */
    uint64_t overlong; /* lines dropped */
};

/* `size` bytes of memory, which the caller keeps; lines of up to size - 2 bytes fit. */
void probe_lines_init(struct probe_lines *lines, char *memory, size_t size);
/* Room for more bytes: *len of them at the returned place, never none. Lines given before are gone. */
char *probe_lines_room(struct probe_lines *lines, size_t *len);
/* `len` bytes were put there. */
void probe_lines_put(struct probe_lines *lines, size_t len);
/* One read of fd. Bytes, 0 at the end, or -errno. */
ssize_t probe_lines_fill(struct probe_lines *lines, struct qda_sys *sys, int fd);
/* The next whole line without its newline, NUL-terminated, writable until the next fill; NULL: fill first. */
char *probe_lines_next(struct probe_lines *lines);
/* At the end of the text: what stands after the last newline, or NULL. */
char *probe_lines_tail(struct probe_lines *lines);

#endif
