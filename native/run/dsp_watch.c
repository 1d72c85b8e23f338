/* SPDX-License-Identifier: MIT */
#include "run/dsp_watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rpcmsg/scalars.h"

#define TICK_NS 100000000
#define SLOTS 64u    /* calls at a time; one more goes unseen */
#define RANGES 2048u /* mappings at a time; one more goes unseen */

/* One call. `turn` is even while the slot is free and odd while it is taken, another number each time. */
struct slot {
    _Atomic uint32_t turn;
    uint32_t seen_turn; /* the watcher's: what it saw at its last look */
    struct qda_dsp_call told; /* what was told to last; name NULL: nothing */
    struct qda_dsp_call call;
};

enum range_state { RANGE_FREE, RANGE_NEW, RANGE_TOLD, RANGE_GONE }; /* GONE: the end is still to be told */
struct range {
    enum range_state state;
    struct qda_dsp_range is;
};

static struct {
    struct qda_sys *sys;
    const struct qda_driver *real;
    struct qda_driver table;
    struct qda_dsp_watcher watcher;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t telling; /* one look at a time */
    pthread_mutex_t lock;    /* of the ranges */
    size_t top;              /* ranges[top..] are free */
    size_t used;             /* ranges[..used] are not */
    struct range ranges[RANGES];
    struct slot slots[SLOTS];
} watch = {.telling = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- calls */
static uint32_t own_tid(void)
{
    static _Thread_local uint32_t tid;
    if (tid == 0)
        tid = (uint32_t)gettid();
    return tid;
}

/* A slot with the call in it; NULL where all are taken. */
static struct slot *enter(const char *name, uint32_t handle, uint32_t sc)
{
    uint32_t tid = own_tid();
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &watch.slots[(tid + i) % SLOTS];
        uint32_t turn = atomic_load_explicit(&slot->turn, memory_order_relaxed);
        if (turn % 2 != 0 || !atomic_compare_exchange_strong(&slot->turn, &turn, turn + 1))
            continue;
        slot->call = (struct qda_dsp_call){.name = name, .tid = tid, .handle = handle, .sc = sc};
        return slot;
    }
    return NULL;
}

static void leave(struct slot *slot)
{
    if (slot)
        atomic_fetch_add_explicit(&slot->turn, 1, memory_order_release);
}

/* Two looks at the same turn: the call lasts. What is read of it was written long before the second. */
static void look_at_slot(struct slot *slot, uint64_t now)
{
    uint32_t turn = atomic_load_explicit(&slot->turn, memory_order_acquire);
    if (slot->told.name && turn != slot->seen_turn) {
        slot->told.since_ns = 0;
        watch.watcher.call(watch.watcher.arg, &slot->told);
        slot->told.name = NULL;
    }
    if (!slot->told.name && turn % 2 != 0 && turn == slot->seen_turn) {
        slot->told = slot->call;
        slot->told.since_ns = now;
        watch.watcher.call(watch.watcher.arg, &slot->told);
    }
    slot->seen_turn = turn;
}

/* ---- ranges */
static struct range *find(uint64_t address)
{
    for (size_t i = watch.top; i-- > 0;) {
        struct range *range = &watch.ranges[i];
        if ((range->state == RANGE_NEW || range->state == RANGE_TOLD) && range->is.address == address)
            return range;
    }
    return NULL;
}

static struct range *free_range(void)
{
    while (watch.used < watch.top && watch.ranges[watch.used].state != RANGE_FREE)
        watch.used++;
    if (watch.used < watch.top)
        return &watch.ranges[watch.used++];
    if (watch.top == RANGES)
        return NULL;
    watch.used = ++watch.top;
    return &watch.ranges[watch.top - 1];
}

static void set_free(struct range *range)
{
    size_t at = (size_t)(range - watch.ranges);
    range->state = RANGE_FREE;
    if (at < watch.used)
        watch.used = at;
}

/* `known`: it may be there already. What the driver just mapped was not: nothing is searched for in its time. */
static void note_mapped(const char *kind, const struct qda_dsp_range *is, bool known)
{
    pthread_mutex_lock(&watch.lock);
    struct range *range = known ? find(is->address) : NULL;
    if (!range)
        range = free_range();
    if (range) {
        range->state = RANGE_NEW;
        range->is = *is;
        snprintf(range->is.kind, sizeof(range->is.kind), "%s", kind);
    }
    pthread_mutex_unlock(&watch.lock);
}

void qda_dsp_watch_mapped(const char *kind, uint64_t address, uint64_t size, uint64_t ino)
{
    note_mapped(kind, &(struct qda_dsp_range){.address = address, .size = size, .ino = ino}, true);
}

static void drop(struct range *range)
{
    if (range->state == RANGE_TOLD)
        range->state = RANGE_GONE;
    else
        set_free(range);
    while (watch.top > 0 && watch.ranges[watch.top - 1].state == RANGE_FREE)
        watch.top--;
}

void qda_dsp_watch_unmapped(uint64_t address)
{
    pthread_mutex_lock(&watch.lock);
    struct range *range = find(address);
    if (range)
        drop(range);
    pthread_mutex_unlock(&watch.lock);
}

void qda_dsp_watch_forget(void)
{
    pthread_mutex_lock(&watch.lock);
    for (size_t i = 0; i < watch.top; i++)
        watch.ranges[i].state = RANGE_FREE;
    watch.top = watch.used = 0;
    pthread_mutex_unlock(&watch.lock);
}

/* What is to be told of a range, whose state moves on. The end of one whose address is mapped anew is not: the new one stands for it. */
static enum range_state news_of(struct range *range, uint64_t now)
{
    enum range_state news = range->state;
    if (news == RANGE_NEW) {
        range->is.since_ns = now;
        range->state = RANGE_TOLD;
        return news;
    }
    if (news != RANGE_GONE)
        return RANGE_FREE;
    bool again = find(range->is.address) != NULL;
    set_free(range);
    return again ? RANGE_FREE : news;
}

/* The next range at or after *at that is to be told. Nothing is said under the lock. */
static enum range_state take_news(size_t *at, struct qda_dsp_range *out, uint64_t now)
{
    enum range_state news = RANGE_FREE;
    pthread_mutex_lock(&watch.lock);
    for (; *at < watch.top && news == RANGE_FREE; (*at)++) {
        news = news_of(&watch.ranges[*at], now);
        *out = watch.ranges[*at].is;
    }
    pthread_mutex_unlock(&watch.lock);
    return news;
}

static void tell_ranges(uint64_t now)
{
    struct qda_dsp_range range;
    size_t at = 0;
    enum range_state news;
    while ((news = take_news(&at, &range, now)) != RANGE_FREE) {
        if (news == RANGE_NEW)
            watch.watcher.mapped(watch.watcher.arg, &range);
        else
            watch.watcher.unmapped(watch.watcher.arg, range.address);
    }
}

/* ---- the table in front of the driver's */
static int watched_create(struct qda_sys *sys, int fd, const struct qda_session_args *args)
{
    uint32_t method = args->attrs != 0 ? QDA_METHOD_INIT_CREATE_ATTR : QDA_METHOD_INIT_CREATE;
    struct slot *slot = enter("SESSION_CREATE", QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, method, 4, 0, 0, 0));
    int result = watch.real->session_create(sys, fd, args);
    leave(slot);
    return result;
}

static int watched_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    uint32_t sc = args->request == 1 ? QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MMAP, 2, 1, 0, 0)
                                     : QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_MAP, 3, 1, 0, 0);
    struct slot *slot = enter("REMOTE_MAP", QDA_HANDLE_INIT, sc);
    int result = watch.real->map(sys, fd, args);
    leave(slot);
    if (result == 0)
        note_mapped("buffer", &(struct qda_dsp_range){.address = args->vaddr_out, .size = args->size}, false);
    return result;
}

static int watched_unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    uint32_t method = args->request == 1 ? QDA_METHOD_INIT_MUNMAP : QDA_METHOD_INIT_MEM_UNMAP;
    struct slot *slot = enter("REMOTE_MUNMAP", QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, method, 1, 0, 0, 0));
    int result = watch.real->unmap(sys, fd, args);
    leave(slot);
    if (result == 0)
        qda_dsp_watch_unmapped(args->request == 1 ? args->vaddr_out : args->vaddr);
    return result;
}

static int watched_invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args)
{
    if (handle == QDA_HANDLE_LISTENER || handle == QDA_HANDLE_LISTENER1)
        return watch.real->invoke(sys, fd, handle, scalars, args);
    struct slot *slot = enter("INVOKE", handle, scalars);
    int result = watch.real->invoke(sys, fd, handle, scalars, args);
    leave(slot);
    return result;
}

/* ---- the thread */
void qda_dsp_watch_tell(void)
{
    uint64_t now = watch.sys->ops->now_ns(watch.sys);
    pthread_mutex_lock(&watch.telling);
    tell_ranges(now);
    pthread_mutex_unlock(&watch.telling);
}

static void *run(void *arg)
{
    (void)arg;
    while (!atomic_load(&watch.stop)) {
        nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
        uint64_t now = watch.sys->ops->now_ns(watch.sys);
        pthread_mutex_lock(&watch.telling);
        for (size_t i = 0; i < SLOTS; i++)
            look_at_slot(&watch.slots[i], now);
        tell_ranges(now);
        pthread_mutex_unlock(&watch.telling);
        if (watch.watcher.tick)
            watch.watcher.tick(watch.watcher.arg);
    }
    return NULL;
}

/* With every signal blocked, whatever the caller does with its own. */
static int start_thread(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = -pthread_create(&watch.thread, NULL, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

const struct qda_driver *qda_dsp_watch_start(struct qda_sys *sys, const struct qda_driver *real,
                                             const struct qda_dsp_watcher *watcher, int *err)
{
    watch.sys = sys;
    watch.real = real;
    watch.watcher = *watcher;
    watch.table = *real;
    watch.table.session_create = watched_create;
    watch.table.map = watched_map;
    watch.table.unmap = watched_unmap;
    watch.table.invoke = watched_invoke;
    atomic_store(&watch.stop, false);
    *err = start_thread();
    return *err < 0 ? NULL : &watch.table;
}

void qda_dsp_watch_stop(void)
{
    atomic_store(&watch.stop, true);
    pthread_join(watch.thread, NULL);
}
