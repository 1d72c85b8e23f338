/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "00012" -> the number; false for anything but five hex digits. */
static int number_of(const char *text, uint32_t *out)
{
    char digits[6] = "", *end;
    memcpy(digits, text, strnlen(text, 5));
    *out = (uint32_t)strtoul(digits, &end, 16);
    return end == digits + 5;
}

uint64_t vq_sockets_line(const char *line, uint32_t *name)
{
    /* Num: RefCount Protocol Flags Type St Inode Path; an abstract name begins with @ */
    unsigned long long ino;
    int path = 0;
    if (sscanf(line, "%*s %*s %*s %*s %*s %*s %llu %n", &ino, &path) != 1 || path == 0)
        return 0;
    if (line[path] != '@' || strcspn(line + path, "\n") != 6 || !number_of(line + path + 1, name))
        return 0;
    return ino;
}

static int by_name(const void *a, const void *b)
{
    uint32_t x = ((const struct vq_socket *)a)->name, y = ((const struct vq_socket *)b)->name;
    return x < y ? -1 : x > y;
}

static int add(struct vq_sockets *sockets, uint32_t name, uint64_t ino)
{
    if (sockets->count == sockets->room) {
        size_t room = sockets->room == 0 ? 64 : sockets->room * 2;
        struct vq_socket *at = realloc(sockets->at, room * sizeof(*at));
        if (at == NULL)
            return -ENOMEM;
        sockets->at = at;
        sockets->room = room;
    }
    sockets->at[sockets->count++] = (struct vq_socket){ name, ino };
    return 0;
}

int vq_sockets_read(struct vq_sockets *sockets)
{
    char *line = NULL;
    size_t room = 0;
    uint32_t name;
    int err = 0;
    *sockets = (struct vq_sockets){ 0 };
    FILE *in = fopen("/proc/net/unix", "re");
    if (in == NULL)
        return -errno;
    while (err == 0 && getline(&line, &room, in) > 0) {
        uint64_t ino = vq_sockets_line(line, &name);
        if (ino != 0)
            err = add(sockets, name, ino);
    }
    free(line);
    fclose(in);
    if (sockets->count > 0)
        qsort(sockets->at, sockets->count, sizeof(*sockets->at), by_name);
    return err;
}

uint64_t vq_sockets_find(const struct vq_sockets *sockets, const char cookie[8])
{
    struct vq_socket key;
    if (sockets->count == 0 || !number_of(cookie, &key.name))
        return 0;
    const struct vq_socket *found = bsearch(&key, sockets->at, sockets->count, sizeof(key), by_name);
    return found != NULL ? found->ino : 0;
}

void vq_sockets_free(struct vq_sockets *sockets)
{
    free(sockets->at);
    *sockets = (struct vq_sockets){ 0 };
}
