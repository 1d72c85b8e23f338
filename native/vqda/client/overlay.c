/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Descriptors whose text is not the kernel's own: rewritten fdinfo and maps, and tracefs files that are written to. A
 * descriptor that was closed behind our back and used again is known by its inode.
 */

static void forget(struct vqc_client *client, struct vqc_overlay *o)
{
    free(o->text);
    free(o->path);
    free(o->late);
    *o = (struct vqc_overlay){ .fd = -1 };
    atomic_fetch_sub(&client->overlay_count, 1);
}

/* The entry of a descriptor, under the lock. A stale one is dropped. */
static struct vqc_overlay *find(struct vqc_client *client, int fd)
{
    struct stat st;
    for (size_t i = 0; i < VQC_OVERLAYS; i++) {
        struct vqc_overlay *o = &client->overlays[i];
        if (o->fd != fd)
            continue;
        if (fstat(fd, &st) == 0 && st.st_dev == o->dev && st.st_ino == o->ino)
            return o;
        forget(client, o);
    }
    return NULL;
}

static struct vqc_overlay *free_slot(struct vqc_client *client)
{
    for (size_t i = 0; i < VQC_OVERLAYS; i++)
        if (client->overlays[i].fd < 0)
            return &client->overlays[i];
    return NULL;
}

static int put(struct vqc_client *client, const struct vqc_overlay *entry)
{
    (void)find(client, entry->fd); /* drops a stale entry of that number */
    struct vqc_overlay *slot = free_slot(client);
    if (slot == NULL)
        return -EMFILE;
    *slot = *entry;
    atomic_fetch_add(&client->overlay_count, 1);
    return 0;
}

/* Takes over the entry's memory in every case. */
static int add(struct vqc_client *client, struct vqc_overlay *entry)
{
    struct stat st;
    int err = fstat(entry->fd, &st) < 0 ? -errno : 0;
    if (err == 0) {
        entry->dev = st.st_dev;
        entry->ino = st.st_ino;
        pthread_mutex_lock(&client->lock);
        err = put(client, entry);
        pthread_mutex_unlock(&client->lock);
    }
    if (err < 0) {
        free(entry->late);
        free(entry->path);
        free(entry->text);
    }
    return err;
}

int vqc_overlay_add(struct vqc_client *client, int fd, char *text, size_t len, const char *path)
{
    struct vqc_overlay entry = { .fd = fd, .text = text, .len = len };
    if (path != NULL && (entry.path = strdup(path)) == NULL) {
        free(text);
        return -ENOMEM;
    }
    return add(client, &entry);
}

int vqc_overlay_add_late(struct vqc_client *client, int fd, const char *path)
{
    struct vqc_overlay entry = { .fd = fd, .late = strdup(path) };
    return entry.late == NULL ? -ENOMEM : add(client, &entry);
}

bool vqc_overlay_take_late(struct vqc_client *client, int fd, char *path, size_t len)
{
    if (atomic_load(&client->overlay_count) == 0)
        return false;
    pthread_mutex_lock(&client->lock);
    struct vqc_overlay *o = find(client, fd);
    bool late = o != NULL && o->late != NULL && strlen(o->late) < len;
    if (late) {
        strcpy(path, o->late);
        forget(client, o);
    }
    pthread_mutex_unlock(&client->lock);
    return late;
}

bool vqc_overlay_read(struct vqc_client *client, int fd, void *buf, size_t len, ssize_t *result)
{
    if (atomic_load(&client->overlay_count) == 0)
        return false;
    pthread_mutex_lock(&client->lock);
    struct vqc_overlay *o = find(client, fd);
    bool ours = o != NULL && o->text != NULL;
    if (ours) {
        size_t left = o->len - o->pos;
        size_t n = len < left ? len : left;
        memcpy(buf, o->text + o->pos, n);
        o->pos += n;
        *result = (ssize_t)n;
    }
    pthread_mutex_unlock(&client->lock);
    return ours;
}

bool vqc_overlay_path(struct vqc_client *client, int fd, char *path, size_t len)
{
    if (atomic_load(&client->overlay_count) == 0)
        return false;
    pthread_mutex_lock(&client->lock);
    const struct vqc_overlay *o = find(client, fd);
    bool ours = o != NULL && o->path != NULL && strlen(o->path) < len;
    if (ours)
        strcpy(path, o->path);
    pthread_mutex_unlock(&client->lock);
    return ours;
}

void vqc_overlay_drop(struct vqc_client *client, int fd)
{
    if (atomic_load(&client->overlay_count) == 0)
        return;
    pthread_mutex_lock(&client->lock);
    struct vqc_overlay *o = find(client, fd);
    if (o != NULL)
        forget(client, o);
    pthread_mutex_unlock(&client->lock);
}
