/* SPDX-License-Identifier: MIT */
#ifndef VQ_TREE_H
#define VQ_TREE_H

#include <stdio.h>

#include "vqda/core/board.h"

/*
 * The board's files, one room a folder. A path is answered by the room with the longest prefix; rooms get what stands
 * behind it ("" or "/..."). Folders above rooms list the way to them.
 *
 * Every function gives 0 (or a count) or -errno; NULL: the room has no such thing. Texts and names are written to `out`;
 * names end in NUL.
 */
struct vq_room {
    const char *prefix;
    bool of_qda; /* not on a board whose driver is FastRPC */
    int (*stat)(const struct vq_board *board, const char *rest, struct vq_stat *out);
    int (*list)(const struct vq_board *board, const char *rest, FILE *out);
    int (*read)(struct vq_board *board, const char *rest, FILE *out);
    int (*readlink)(const struct vq_board *board, const char *rest, FILE *out);
    int (*write)(struct vq_board *board, const char *rest, const char *text);
    int (*mkdir)(struct vq_board *board, const char *rest);
    int (*rmdir)(struct vq_board *board, const char *rest);
    int (*open_pipe)(struct vq_board *board, const char *rest); /* descriptor */
};

extern const struct vq_room vq_room_tracing;   /* tracefs.c */
extern const struct vq_room vq_room_tracing_old; /* tracefs.c: where it was mounted before Linux 4.1 */
extern const struct vq_room vq_room_bufinfo;   /* bufinfo.c */
extern const struct vq_room vq_room_dev;       /* devices.c */
extern const struct vq_room vq_room_class;     /* sysfs.c */
extern const struct vq_room vq_room_bus;       /* sysfs.c */
extern const struct vq_room vq_room_devices;   /* sysfs.c */
extern const struct vq_room vq_room_btf;       /* btf.c */
extern const struct vq_room vq_room_tree;      /* devicetree.c */
extern const struct vq_room vq_room_groups;    /* iommu_groups.c */
extern const struct vq_room vq_room_vendor;    /* vendor.c */

/* The board's room of a path and what stands behind its prefix; NULL: no room. */
const struct vq_room *vq_room_of(const struct vq_board *board, const char *path, const char **rest);
/* Is the path a folder above a room? */
bool vq_is_folder(const struct vq_board *board, const char *path);
int vq_list_folder(const struct vq_board *board, const char *path, FILE *out);

/* A directory; a file of `size` bytes (0 where the kernel says so). `mode`: permissions. */
void vq_stat_dir(struct vq_stat *out, uint32_t mode);
void vq_stat_file(struct vq_stat *out, uint32_t mode, uint64_t size);

/* One name of a listing. */
void vq_say_name(FILE *out, const char *name);

#endif
