/* SPDX-License-Identifier: MIT */
#include "dsp/shell/exports.h"

#include "dsp/shell/heap.h"
#include "dsp/shell/lock.h"
#include "dsp/shell/thread.h"

#define EAGAIN 11
#define EBUSY 16
#define EINVAL 22
#define STACK_DEFAULT (64u * 1024u)
#define STACK_MAX (16u << 20)
#define UNINITIALISED 0xffffffffu /* QuRT's static initialisers; from memory of its headers */
#define BARRIER_SERIAL 1

int skel_thread_create(uint32_t *thread, const struct skel_thread_attr *attr, void *(*start)(void *), void *arg)
{
    uint32_t bytes = attr && attr->stack_size ? attr->stack_size : STACK_DEFAULT;
    struct thread *made = start && bytes <= STACK_MAX ? thread_make(start, arg, bytes) : NULL;
    if (made && thread)
        *thread = (uint32_t)made;
    return made ? 0 : EAGAIN;
}

int skel_thread_join(uint32_t thread, void **result)
{
    if (!thread || (struct thread *)thread == thread_self())
        return EINVAL;
    void *value = thread_join((struct thread *)thread);
    if (result)
        *result = value;
    return 0;
}

int skel_thread_detach(uint32_t thread)
{
    if (!thread)
        return EINVAL;
    thread_detach((struct thread *)thread);
    return 0;
}

uint32_t skel_thread_self(void)
{
    return (uint32_t)thread_self();
}

int skel_attr_init(struct skel_thread_attr *attr)
{
    *attr = (struct skel_thread_attr){0, 0, 0};
    return 0;
}

int skel_attr_destroy(struct skel_thread_attr *attr)
{
    (void)attr;
    return 0;
}

int skel_attr_setstacksize(struct skel_thread_attr *attr, size_t bytes)
{
    attr->stack_size = bytes;
    return bytes ? 0 : EINVAL;
}

/* The lock in a mutex' word; a static initialiser becomes a free one. */
static struct lock *lock_of(uint32_t *mutex)
{
    uint32_t fresh = UNINITIALISED;
    __atomic_compare_exchange_n(mutex, &fresh, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return (struct lock *)mutex;
}

int skel_mutex_init(uint32_t *mutex, const void *attr)
{
    (void)attr;
    *mutex = 0;
    return 0;
}

int skel_mutex_destroy(uint32_t *mutex)
{
    return *mutex == 0 || *mutex == UNINITIALISED ? 0 : EBUSY;
}

int skel_mutex_lock(uint32_t *mutex)
{
    lock_take(lock_of(mutex));
    return 0;
}

int skel_mutex_trylock(uint32_t *mutex)
{
    return lock_try(lock_of(mutex)) ? 0 : EBUSY;
}

int skel_mutex_unlock(uint32_t *mutex)
{
    lock_release(lock_of(mutex));
    return 0;
}

/* A condition's word counts signals, from wherever it begins. */
int skel_cond_init(uint32_t *cond, const void *attr)
{
    (void)attr;
    *cond = 0;
    return 0;
}

int skel_cond_destroy(uint32_t *cond)
{
    (void)cond;
    return 0;
}

int skel_cond_wait(uint32_t *cond, uint32_t *mutex)
{
    signal_wait((struct signal *)cond, lock_of(mutex), 0);
    return 0;
}

int skel_cond_signal(uint32_t *cond)
{
    signal_one((struct signal *)cond);
    return 0;
}

int skel_cond_broadcast(uint32_t *cond)
{
    signal_all((struct signal *)cond);
    return 0;
}

/* The skel's word holds the address of one of these. */
struct barrier {
    struct lock lock;
    struct signal all;
    uint32_t count, here, round;
};

int skel_barrier_init(uint32_t *barrier, const void *attr, unsigned count)
{
    (void)attr;
    struct barrier *made = count ? calloc(1, sizeof(*made)) : NULL;
    if (!made)
        return count ? EAGAIN : EINVAL;
    made->count = count;
    *barrier = (uint32_t)made;
    return 0;
}

int skel_barrier_wait(uint32_t *word)
{
    struct barrier *barrier = (struct barrier *)*word;
    lock_take(&barrier->lock);
    uint32_t round = barrier->round;
    bool last = ++barrier->here == barrier->count;
    if (last) {
        barrier->here = 0;
        barrier->round++;
        signal_all(&barrier->all);
    }
    while (barrier->round == round)
        signal_wait(&barrier->all, &barrier->lock, 0);
    lock_release(&barrier->lock);
    return last ? BARRIER_SERIAL : 0;
}

int skel_barrier_destroy(uint32_t *word)
{
    free((void *)*word);
    *word = 0;
    return 0;
}
