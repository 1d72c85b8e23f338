/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * The table of inodes: which socket in /proc is an open file of the board, which memfd is a dma-buf. It is fetched when a
 * listing of /proc begins, when it is a second old, and when an inode is not in it; the server sends it only if it changed.
 */

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static size_t slot_of(const struct vqc_table *t, uint64_t ino)
{
    return (size_t)(ino * 0x9e3779b97f4a7c15ull >> 20) & (t->slot_count - 1);
}

/* An inode may stand in two rows, of different kinds: sockets and memfds number their inodes by themselves. */
static const struct vq_inode *find_row(const struct vqc_table *t, uint64_t ino, enum vq_inode_kind kind)
{
    if (t->slot_count == 0)
        return NULL;
    for (size_t i = slot_of(t, ino); t->slots[i] != 0; i = (i + 1) & (t->slot_count - 1)) {
        const struct vq_inode *row = &t->rows[t->slots[i] - 1];
        if (row->ino == ino && row->kind == (uint32_t)kind)
            return row;
    }
    return NULL;
}

static void drop_rows(struct vqc_table *t)
{
    if (t->mapped > 0)
        munmap((void *)(uintptr_t)t->rows, t->mapped);
    free(t->slots);
    t->rows = NULL;
    t->slots = NULL;
    t->count = t->mapped = t->slot_count = 0;
    t->named = t->udmabuf = false;
}

static void note_kind(struct vqc_table *t, const struct vq_inode *row)
{
    if (row->kind != VQ_INODE_DMABUF)
        return;
    t->named = t->named || row->name[0] != '\0';
    t->udmabuf = t->udmabuf || strcmp(row->path, "udmabuf") == 0;
}

static int index_rows(struct vqc_table *t)
{
    size_t want = 64;
    while (want < t->count * 2)
        want *= 2;
    t->slots = calloc(want, sizeof(*t->slots));
    if (t->slots == NULL)
        return -ENOMEM;
    t->slot_count = want;
    for (size_t r = 0; r < t->count; r++) {
        size_t i = slot_of(t, t->rows[r].ino);
        while (t->slots[i] != 0)
            i = (i + 1) & (want - 1);
        t->slots[i] = (uint32_t)r + 1;
        note_kind(t, &t->rows[r]);
    }
    return 0;
}

static int map_rows(struct vqc_table *t, int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    drop_rows(t);
    if (st.st_size == 0)
        return index_rows(t);
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    t->rows = at;
    t->mapped = (size_t)st.st_size;
    t->count = t->mapped / sizeof(struct vq_inode);
    return index_rows(t);
}

static void forget_misses(struct vqc_table *t)
{
    if (t->misses != NULL)
        memset(t->misses, 0, VQC_MISSES * sizeof(*t->misses));
}

static int take_answer(struct vqc_table *t, const struct vqc_message *m, int64_t epoch, bool counts)
{
    int err = m->out_fd >= 0 ? map_rows(t, m->out_fd) : 0;
    t->fetched_ns = now_ns();
    if (t->epoch != (uint64_t)epoch)
        forget_misses(t); /* an inode that was nobody's may have become ours */
    t->epoch = err == 0 ? (uint64_t)epoch : 0;
    if (m->out_fd >= 0)
        t->counted_ns = counts ? t->fetched_ns : 0;
    return err;
}

/* -EAGAIN while the server counts descriptors and mappings, which takes it some tens of ms at most. */
static int fetch(struct vqc_client *client, uint64_t flags)
{
    struct vqc_table *t = &client->table;
    bool counts = (flags & VQ_INODES_COUNTED) != 0;
    struct vqc_message m = { .op = VQ_INODES, .arg0 = counts ? 0 : t->epoch, .arg1 = flags };
    int64_t epoch = vqc_exchange(client, &m);
    int err = epoch < 0 ? (int)epoch : take_answer(t, &m, epoch, counts);
    if (m.out_fd >= 0)
        close(m.out_fd);
    return err;
}

static int fetch_patiently(struct vqc_client *client, uint64_t flags)
{
    const struct timespec pause = { .tv_nsec = 500000 };
    for (;;) {
        int err = fetch(client, flags);
        if (err != -EAGAIN)
            return err;
        nanosleep(&pause, NULL);
    }
}

int vqc_table_refresh(struct vqc_client *client, bool counts)
{
    pthread_mutex_lock(&client->table_lock);
    int err = fetch_patiently(client, counts ? VQ_INODES_COUNTED : VQ_INODES_COUNT_SOON);
    pthread_mutex_unlock(&client->table_lock);
    return err;
}

/* Sockets of other programs are asked for again and again: each costs one question a change of the board. */
static bool known_miss(struct vqc_table *t, uint64_t ino)
{
    for (size_t i = 0; t->misses != NULL && i < VQC_MISSES; i++)
        if (t->misses[i] == ino)
            return true;
    return false;
}

static void note_miss(struct vqc_table *t, uint64_t ino)
{
    if (t->misses == NULL)
        t->misses = calloc(VQC_MISSES, sizeof(*t->misses));
    if (t->misses != NULL)
        t->misses[t->miss_next++ % VQC_MISSES] = ino;
}

static bool is_past(uint64_t ns)
{
    return ns == 0 || now_ns() - ns > VQC_TABLE_MAX_AGE_NS;
}

static bool is_old(const struct vqc_table *t)
{
    return is_past(t->fetched_ns);
}

static const struct vq_inode *find_fresh(struct vqc_client *client, uint64_t ino, enum vq_inode_kind kind)
{
    struct vqc_table *t = &client->table;
    bool old = is_old(t);
    const struct vq_inode *row = old ? NULL : find_row(t, ino, kind);
    if (row != NULL || (!old && known_miss(t, ino)))
        return row;
    (void)fetch_patiently(client, 0); /* without a server nothing is this board's */
    row = find_row(t, ino, kind);
    if (row == NULL && !known_miss(t, ino))
        note_miss(t, ino);
    return row;
}

bool vqc_table_find(struct vqc_client *client, uint64_t ino, enum vq_inode_kind kind, struct vq_inode *out)
{
    pthread_mutex_lock(&client->table_lock);
    const struct vq_inode *row = find_fresh(client, ino, kind);
    if (row != NULL)
        *out = *row;
    pthread_mutex_unlock(&client->table_lock);
    return row != NULL;
}

bool vqc_table_peek(struct vqc_client *client, uint64_t ino, enum vq_inode_kind kind, struct vq_inode *out)
{
    pthread_mutex_lock(&client->table_lock);
    const struct vq_inode *row = find_row(&client->table, ino, kind);
    if (row != NULL)
        *out = *row;
    pthread_mutex_unlock(&client->table_lock);
    return row != NULL;
}

bool vqc_table_find_counted(struct vqc_client *client, uint64_t ino, struct vq_inode *out)
{
    pthread_mutex_lock(&client->table_lock);
    struct vqc_table *t = &client->table;
    const struct vq_inode *row = find_fresh(client, ino, VQ_INODE_DMABUF);
    if (row != NULL && (is_past(t->counted_ns) || row->count == 0)) {
        (void)fetch_patiently(client, VQ_INODES_COUNTED);
        row = find_row(t, ino, VQ_INODE_DMABUF);
    }
    if (row != NULL)
        *out = *row;
    pthread_mutex_unlock(&client->table_lock);
    return row != NULL;
}

static bool table_says(struct vqc_client *client, const bool *what)
{
    pthread_mutex_lock(&client->table_lock);
    if (is_old(&client->table))
        (void)fetch_patiently(client, 0);
    bool says = *what;
    pthread_mutex_unlock(&client->table_lock);
    return says;
}

bool vqc_table_has_names(struct vqc_client *client)
{
    return table_says(client, &client->table.named);
}

bool vqc_table_has_udmabuf(struct vqc_client *client)
{
    return table_says(client, &client->table.udmabuf);
}

void vqc_table_outdated(struct vqc_client *client)
{
    pthread_mutex_lock(&client->table_lock);
    client->table.fetched_ns = 0;
    pthread_mutex_unlock(&client->table_lock);
}

void vqc_table_free(struct vqc_client *client)
{
    drop_rows(&client->table);
    free(client->table.misses);
    client->table.misses = NULL;
}
