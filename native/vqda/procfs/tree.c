/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "vqda/core/abi.h"

static const struct vq_room *const rooms[] = {
    &vq_room_tracing, &vq_room_tracing_old, &vq_room_bufinfo, &vq_room_dev,  &vq_room_class,
    &vq_room_bus,     &vq_room_devices,     &vq_room_btf,     &vq_room_tree, &vq_room_groups,
    &vq_room_vendor,
};
#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

static bool stands(const struct vq_board *board, const struct vq_room *room)
{
    return !room->of_qda || !vq_abi_of(board->generation)->fastrpc;
}

/* Rooms are never inside one another. */
const struct vq_room *vq_room_of(const struct vq_board *board, const char *path, const char **rest)
{
    for (size_t i = 0; i < ROOMS; i++) {
        size_t len = strlen(rooms[i]->prefix);
        if (strncmp(path, rooms[i]->prefix, len) != 0 || (path[len] != '/' && path[len] != '\0') ||
            !stands(board, rooms[i]))
            continue;
        *rest = path + len;
        return rooms[i];
    }
    return NULL;
}

/* What of a room's prefix stands below the folder; NULL: the room is elsewhere. */
static const char *below(const struct vq_board *board, const char *folder, const struct vq_room *room)
{
    size_t len = strlen(folder);
    return stands(board, room) && strncmp(room->prefix, folder, len) == 0 && room->prefix[len] == '/' ? room->prefix + len + 1 : NULL;
}

bool vq_is_folder(const struct vq_board *board, const char *path)
{
    for (size_t i = 0; i < ROOMS; i++)
        if (below(board, path, rooms[i]) != NULL)
            return true;
    return false;
}

static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "/");
    return b != NULL && strncmp(a, b, len) == 0 && (b[len] == '/' || b[len] == '\0');
}

int vq_list_folder(const struct vq_board *board, const char *path, FILE *out)
{
    for (size_t i = 0; i < ROOMS; i++) {
        const char *name = below(board, path, rooms[i]);
        bool said = name == NULL;
        for (size_t k = 0; k < i && !said; k++)
            said = same_name(name, below(board, path, rooms[k]));
        if (!said)
            fprintf(out, "%.*s%c", (int)strcspn(name, "/"), name, '\0');
    }
    return 0;
}

void vq_stat_dir(struct vq_stat *out, uint32_t mode)
{
    *out = (struct vq_stat){ .mode = S_IFDIR | mode };
}

void vq_stat_file(struct vq_stat *out, uint32_t mode, uint64_t size)
{
    *out = (struct vq_stat){ .mode = S_IFREG | mode, .size = size };
}

void vq_say_name(FILE *out, const char *name)
{
    fputs(name, out);
    fputc('\0', out);
}
