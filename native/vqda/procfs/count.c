/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/count.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "vqda/procfs/files.h"

#define MAX_AGE_NS 1000000000ull

/* Inodes as they are met; afterwards sorted, so that equal ones stand together. */
struct inodes {
    uint64_t *at;
    size_t count, room;
};

struct vq_counter {
    char fd_prefix[VQ_NAME_LEN + 16]; /* "/memfd:vqda:<board>:" */
    dev_t memfd_dev;                  /* file system of all memfds */
    bool udmabufs;                    /* of the running count: some of them are udmabufs */
    bool started;                     /* a thread is to be joined */
    pthread_t thread;
    atomic_bool finished;
    struct inodes fresh; /* the thread's until it has finished */
    uint64_t begun_ns;   /* of the running count */
    uint64_t begun_newest;
    struct inodes last; /* the count that holds */
    bool have;
    uint64_t last_ns;
    uint64_t last_newest;
    uint64_t asked_ns; /* since when somebody waits for a count; 0: nobody does */
};

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- The thread */

static void note(struct inodes *inodes, uint64_t ino)
{
    if (inodes->count == inodes->room) {
        size_t room = inodes->room == 0 ? 1024 : inodes->room * 2;
        uint64_t *at = realloc(inodes->at, room * sizeof(*at));
        if (at == NULL)
            return; /* a count too low, on a machine without memory */
        inodes->at = at;
        inodes->room = room;
    }
    inodes->at[inodes->count++] = ino;
}

/* Does the descriptor's open file carry the mark of a dma-buf? */
static bool is_marked(int fds, const char *fd)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof(path), "../fdinfo/%.32s", fd);
    int in = openat(fds, path, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return false;
    ssize_t got = read(in, text, sizeof(text) - 1);
    close(in);
    const char *flags = got > 0 ? strstr(text, "flags:\t") : NULL;
    return flags != NULL && (strtoull(flags + 7, NULL, 8) & VQ_DMABUF_MARK) != 0;
}

/* Memfds named by the board are its dma-bufs; others may be udmabufs, which only the mark tells from their memfd. */
static bool is_dmabuf(const struct vq_counter *counter, int fds, const char *fd)
{
    char target[128];
    ssize_t len = readlinkat(fds, fd, target, sizeof(target) - 1);
    if (len <= 0)
        return false;
    target[len] = '\0';
    if (strncmp(target, counter->fd_prefix, strlen(counter->fd_prefix)) == 0)
        return true;
    if (strncmp(target, "/memfd:" VQ_MEMFD_PREFIX, sizeof("/memfd:" VQ_MEMFD_PREFIX) - 1) == 0)
        return false; /* another board's */
    return is_marked(fds, fd);
}

/* One call a descriptor is all that most boards need: memfds of others are counted too, but nobody asks for their inodes. */
static void count_fd(struct vq_counter *counter, int fds, const char *fd)
{
    struct stat st;
    if (fstatat(fds, fd, &st, 0) == 0 && st.st_dev == counter->memfd_dev &&
        (!counter->udmabufs || is_dmabuf(counter, fds, fd)))
        note(&counter->fresh, st.st_ino);
}

static void count_fds(struct vq_counter *counter, int proc, const char *pid)
{
    char path[32];
    const struct dirent *entry;
    snprintf(path, sizeof(path), "%.16s/fd", pid);
    int fds = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fds < 0 ? NULL : fdopendir(fds);
    if (dir == NULL) {
        if (fds >= 0)
            close(fds);
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]))
            count_fd(counter, fds, entry->d_name);
    closedir(dir);
}

static void count_maps(struct vq_counter *counter, int proc, const char *pid)
{
    char path[32], *line = NULL;
    size_t room = 0;
    snprintf(path, sizeof(path), "%.16s/maps", pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
    if (maps == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while (getline(&line, &room, maps) > 0) {
        unsigned long long ino;
        if (strstr(line, counter->fd_prefix) != NULL && sscanf(line, "%*s %*s %*s %*s %llu", &ino) == 1)
            note(&counter->fresh, ino);
    }
    free(line);
    fclose(maps);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void *count_all(void *arg)
{
    struct vq_counter *counter = arg;
    const struct dirent *entry;
    DIR *proc = opendir("/proc");
    const int self = getpid();
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == self)
            continue;
        count_fds(counter, dirfd(proc), entry->d_name);
        count_maps(counter, dirfd(proc), entry->d_name);
    }
    if (proc != NULL)
        closedir(proc);
    if (counter->fresh.count > 0)
        qsort(counter->fresh.at, counter->fresh.count, sizeof(uint64_t), by_number);
    atomic_store(&counter->finished, true);
    return NULL;
}

/* ---- The server's side */

static bool learn_memfd_dev(struct vq_counter *counter)
{
    struct stat st;
    int fd = memfd_create("qda-probe", MFD_CLOEXEC);
    bool known = fd >= 0 && fstat(fd, &st) == 0;
    if (known)
        counter->memfd_dev = st.st_dev;
    if (fd >= 0)
        close(fd);
    return known;
}

struct vq_counter *vq_counter_new(const char *board_name)
{
    struct vq_counter *counter = calloc(1, sizeof(*counter));
    if (counter == NULL || !learn_memfd_dev(counter)) {
        free(counter);
        return NULL;
    }
    snprintf(counter->fd_prefix, sizeof(counter->fd_prefix), "/memfd:" VQ_MEMFD_PREFIX "%s:", board_name);
    return counter;
}

static void take_over(struct vq_counter *counter)
{
    free(counter->last.at);
    counter->last = counter->fresh;
    counter->fresh = (struct inodes){ 0 };
    counter->have = true;
    counter->last_ns = counter->begun_ns;
    counter->last_newest = counter->begun_newest;
}

/* Takes over what the thread has counted, if it is done (or waits for it). */
static void collect(struct vq_counter *counter, bool wait)
{
    if (!counter->started || (!wait && !atomic_load(&counter->finished)))
        return;
    pthread_join(counter->thread, NULL);
    counter->started = false;
    take_over(counter);
}

void vq_counter_free(struct vq_counter *counter)
{
    if (counter == NULL)
        return;
    collect(counter, true);
    free(counter->last.at);
    free(counter);
}

static bool is_fresh(const struct vq_counter *counter, uint64_t newest)
{
    return counter->have && counter->last_newest == newest && now_ns() - counter->last_ns <= MAX_AGE_NS;
}

/* Signals are the server's. */
static void start_thread(struct vq_counter *counter)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    counter->started = pthread_create(&counter->thread, NULL, count_all, counter) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool has_udmabufs(const struct vq_board *board)
{
    const struct vq_dmabuf *d = vq_first_dmabuf(board);
    while (d != NULL && strcmp(d->exp_name, "udmabuf") != 0)
        d = vq_next_dmabuf(board, d);
    return d != NULL;
}

void vq_counter_start(struct vq_counter *counter, const struct vq_board *board)
{
    uint64_t newest = vq_newest_inode(board);
    collect(counter, false);
    if (counter->started || is_fresh(counter, newest))
        return;
    counter->begun_ns = now_ns();
    counter->begun_newest = newest;
    counter->udmabufs = has_udmabufs(board);
    atomic_store(&counter->finished, false);
    start_thread(counter);
    if (!counter->started) { /* no thread to be had: count here and now */
        count_all(counter);
        take_over(counter);
    }
}

/* A count that began after it was asked for will do, even where buffers came meanwhile: a busy board has a newer one each time. */
static bool will_do(const struct vq_counter *counter, uint64_t newest)
{
    return is_fresh(counter, newest) || (counter->have && counter->asked_ns != 0 && counter->last_ns >= counter->asked_ns);
}

bool vq_counter_ready(struct vq_counter *counter, const struct vq_board *board)
{
    uint64_t newest = vq_newest_inode(board);
    collect(counter, false);
    if (!will_do(counter, newest)) {
        if (counter->asked_ns == 0)
            counter->asked_ns = now_ns();
        vq_counter_start(counter, board);
    }
    bool ready = will_do(counter, newest);
    if (ready)
        counter->asked_ns = 0;
    return ready;
}

/* The first index whose inode is at least `ino`. */
static size_t lower(const struct inodes *inodes, uint64_t ino)
{
    size_t from = 0, to = inodes->count;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (inodes->at[mid] < ino)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

uint64_t vq_counter_of(const struct vq_counter *counter, uint64_t ino)
{
    return lower(&counter->last, ino + 1) - lower(&counter->last, ino);
}
