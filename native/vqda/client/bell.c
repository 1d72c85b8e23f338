/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* The client's end of struct vq_bell. */

#define LOOK_NS 50000ull
#define LOOKS_A_TIME 2u /* between two looks at the clock */
#define MOST_MISSES 10u /* then every 1024th call tries again */

void vqc_bell_get(struct vqc_client *client, struct vqc_call *call)
{
    struct vqc_message m = { .op = VQ_BELL };
    if (call->bell != NULL || call->no_bell)
        return;
    call->no_bell = vqc_exchange(client, &m) < 0 || m.out_fd < 0;
    if (call->no_bell)
        return;
    void *map = mmap(NULL, sizeof(struct vq_bell), PROT_READ | PROT_WRITE, MAP_SHARED, m.out_fd, 0);
    close(m.out_fd);
    if (map != MAP_FAILED)
        call->bell = map;
    else
        call->no_bell = true;
}

void vqc_bell_drop(struct vqc_call *call)
{
    if (call->bell != NULL)
        munmap(call->bell, sizeof(*call->bell));
    call->bell = NULL;
    call->no_bell = false;
}

bool vqc_bell_ask(struct vqc_call *call, const struct vq_request *head, const struct vqc_message *m)
{
    struct vq_bell *bell = call->bell;
    uint32_t watched = VQ_BELL_WATCHED;
    call->bell_awaited = call->bell_rest == 0;
    if (!call->bell_awaited) {
        call->bell_rest--;
        return false;
    }
    atomic_store(&bell->answer, VQ_BELL_AWAITED);
    if (m->fd_count > 0 || head->data_len > sizeof(bell->data) || atomic_load(&bell->request) != watched)
        return false;
    bell->head = *head;
    if (m->in_len[0] > 0)
        memcpy(bell->data, m->in[0], m->in_len[0]);
    if (m->in_len[1] > 0)
        memcpy(bell->data + m->in_len[0], m->in[1], m->in_len[1]);
    return atomic_compare_exchange_strong(&bell->request, &watched, VQ_BELL_ASKED);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Is there time for further looks? The first asks for the clock begin it: what comes at the first look has cost none. */
static bool look_on(uint64_t *until)
{
    uint64_t now = now_ns();
    if (*until == 0)
        *until = now + LOOK_NS;
    return now < *until;
}

/* How long it took says whether it is worth it. */
static void learn(struct vqc_call *call, bool in_time)
{
    if (in_time) {
        call->bell_misses = 0;
        return;
    }
    call->bell_misses += call->bell_misses < MOST_MISSES;
    call->bell_rest = 1u << call->bell_misses;
}

bool vqc_bell_wait(struct vqc_call *call, struct vqc_message *m, struct vq_reply *reply)
{
    struct vq_bell *bell = call->bell;
    uint64_t until = 0;
    bool in_time = true;
    uint32_t awaited = VQ_BELL_AWAITED;
    if (!call->bell_awaited)
        return false;
    for (unsigned looks = 1; in_time && atomic_load(&bell->answer) != VQ_BELL_ANSWERED; looks++) {
        sched_yield();
        in_time = looks % LOOKS_A_TIME != 0 || look_on(&until);
    }
    learn(call, in_time);
    if (atomic_compare_exchange_strong(&bell->answer, &awaited, VQ_BELL_NOBODY))
        return false;
    *reply = bell->reply;
    m->out_len = reply->data_len < m->out_room ? reply->data_len : m->out_room;
    if (m->out_len > 0)
        memcpy(m->out, bell->reply_data, m->out_len);
    return true;
}
