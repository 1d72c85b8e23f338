/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vqda/core/board.h"

/*
 * Texts of /proc, rewritten: pure functions of what the machine's kernel wrote and of a row of the inode table. The lines
 * of a dma-buf are those of dma_buf_show_fdinfo in drivers/dma-buf/dma-buf.c.
 */

#define O_LARGEFILE_BIT 0100000ull /* x86-64; glibc's O_LARGEFILE is 0 there */

/* The number behind "key:" at the start of a line. */
static bool number_of(const char *text, const char *key, int base, uint64_t *out)
{
    size_t len = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += line != text;
        if (strncmp(line, key, len) != 0 || line[len] != ':')
            continue;
        char *end;
        *out = strtoull(line + len + 1, &end, base);
        return end != line + len + 1;
    }
    return false;
}

bool vqc_fdinfo_parse(const char *text, struct vqc_fdinfo *out)
{
    return number_of(text, "flags", 8, &out->flags) && number_of(text, "mnt_id", 10, &out->mnt_id) &&
           number_of(text, "ino", 10, &out->ino);
}

char *vqc_fdinfo_rewrite(const char *machine, const struct vq_inode *row, size_t *len)
{
    struct vqc_fdinfo info;
    uint64_t pos = 0;
    char *text = NULL;
    if (!vqc_fdinfo_parse(machine, &info) || !number_of(machine, "pos", 10, &pos))
        return NULL;
    uint64_t flags = info.flags & ~((uint64_t)VQ_DMABUF_MARK | O_LARGEFILE_BIT);
    int n = asprintf(&text,
                     "pos:\t%" PRIu64 "\nflags:\t0%" PRIo64 "\nmnt_id:\t%" PRIu64 "\nino:\t%" PRIu64 "\n"
                     "size:\t%" PRIu64 "\ncount:\t%" PRIu64 "\nexp_name:\t%.*s\n%s%.*s%s",
                     pos, flags, info.mnt_id, info.ino, row->size, row->count, (int)sizeof(row->path), row->path,
                     row->name[0] != '\0' ? "name:\t" : "", (int)sizeof(row->name), row->name,
                     row->name[0] != '\0' ? "\n" : "");
    if (n < 0)
        return NULL;
    *len = (size_t)n;
    return text;
}

const char *vqc_maps_path(const char *line, size_t len, uint64_t *ino)
{
    /* start-end perms offset dev inode path: the path begins after the fifth blank-separated field */
    const char *p = line, *end = line + len;
    for (int field = 0; field < 5; field++) {
        while (p < end && *p == ' ')
            p++;
        if (field == 4)
            *ino = strtoull(p, NULL, 10);
        while (p < end && *p != ' ')
            p++;
    }
    while (p < end && *p == ' ')
        p++;
    return p < end ? p : NULL;
}
