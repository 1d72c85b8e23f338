/* SPDX-License-Identifier: MIT */
#include "probe/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/text.h"

bool probe_is_node(const char *link)
{
    return strncmp(link, "/dev/accel/accel", 16) == 0 || strncmp(link, "/dev/fastrpc-", 13) == 0;
}

bool probe_is_dmabuf(const char *link)
{
    return strncmp(link, "/dmabuf:", 8) == 0;
}

/* The value of a line "key:\tvalue" if it has that key, else NULL. */
static const char *value_of(const char *line, const char *key)
{
    size_t len = strlen(key);
    if (strncmp(line, key, len) != 0 || line[len] != ':')
        return NULL;
    return line + len + 1 + strspn(line + len + 1, " \t");
}

static bool number_of(const char *line, const char *key, uint64_t *out)
{
    const char *value = value_of(line, key);
    return value != NULL && probe_number(&value, 10, out);
}

/*
 * The first line of a key counts. A dma-buf's name comes last and is the user's: line breaks in it cannot change what
 * stands before it.
 */
static void fdinfo_line(const char *line, struct probe_fdinfo *out)
{
    const char *value;
    uint64_t number;
    if (number_of(line, "ino", &number) && out->ino == 0)
        out->ino = number;
    else if (number_of(line, "size", &number) && out->size == 0)
        out->size = number;
    else if (number_of(line, "count", &number) && !out->has_count) {
        out->count = number;
        out->has_count = true;
    } else if ((value = value_of(line, "exp_name")) != NULL && !out->is_dmabuf) {
        out->exporter = value;
        out->is_dmabuf = true;
    } else if ((value = value_of(line, "name")) != NULL && out->name[0] == '\0')
        out->name = value;
}

void probe_fdinfo_parse(char *text, struct probe_fdinfo *out)
{
    *out = (struct probe_fdinfo){ .exporter = "", .name = "" };
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        fdinfo_line(line, out);
}

/* "start-end perms offset major:minor inode   path": the place behind the inode's column begins; NULL if it is no such line. */
static const char *skip_fields(const char *p, int count)
{
    for (; count > 0; count--) {
        p += strcspn(p, " ");
        p += strspn(p, " ");
    }
    return *p == '\0' ? NULL : p;
}

bool probe_maps_line(const char *line, struct probe_mapping *out)
{
    if (strstr(line, " /dmabuf:") == NULL) /* nearly every line */
        return false;
    const char *p = line, *dev;
    uint64_t end;
    if (!probe_number(&p, 16, &out->start) || *p++ != '-' || !probe_number(&p, 16, &end) || end <= out->start)
        return false;
    out->length = end - out->start;
    if ((dev = skip_fields(line, 3)) == NULL || strncmp(dev, "00:", 3) != 0) /* a real file system may have such a name */
        return false;
    if ((p = skip_fields(dev, 1)) == NULL || !probe_number(&p, 10, &out->ino) || out->ino == 0)
        return false;
    return probe_is_dmabuf(p + strspn(p, " "));
}

/* The kernel writes a line break in a name as \n and a backslash as \\ . */
static void unescape(const char *from, char *out, size_t size)
{
    size_t len = 0;
    for (; *from != '\0' && len + 1 < size; from++) {
        char c = *from;
        if (c == '\\' && (from[1] == 'n' || from[1] == '\\'))
            c = *++from == 'n' ? '\n' : '\\';
        out[len++] = c;
    }
    out[len] = '\0';
}

bool probe_status_parse(char *text, char comm[64], uint32_t *uid)
{
    bool named = false;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        const char *value = value_of(line, "Name");
        if (value != NULL && !named) {
            unescape(value, comm, 64);
            named = true;
        } else if ((value = value_of(line, "Uid")) != NULL) {
            uint64_t real, effective;
            if (probe_number(&value, 10, &real) && *value++ == '\t' && probe_number(&value, 10, &effective))
                *uid = (uint32_t)effective;
            break; /* the rest is not needed */
        }
    }
    return named;
}
