/* SPDX-License-Identifier: MIT */
#include "dsp/shell/mappings.h"

#include "dsp/shell/arena.h"
#include "dsp/shell/port.h"
#include "dsp/shell/smmu.h"
#include "dsp/shell/space.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/thread.h"

uint32_t mappings_applied; /* threads wait on it */
/* Counts descriptors that came; who needs a memory whose descriptor another thread is about to add waits on it. */
static uint32_t arrived;
#define ARRIVAL_US 2000000u
uint32_t mappings_changes = 1;

static void await(uint32_t number)
{
    for (uint32_t now; (int32_t)((now = __atomic_load_n(&mappings_applied, __ATOMIC_ACQUIRE)) - number) < 0;)
        futex_wait(&mappings_applied, now, 0);
}

static void done(uint32_t number)
{
    __atomic_store_n(&mappings_applied, number, __ATOMIC_RELEASE);
    futex_wake(&mappings_applied, 0x7fffffff);
}

/* Keeps the descriptor of a mapping that is the first to name its memory. */
static void take_fresh(struct packet *packet, const struct qda_port_map *map)
{
    if (!map->fresh || packet->fds_used == packet->fd_count)
        return;
    lock_take(&space_lock);
    if (smmu_memory_add(map->memory, packet->fds[packet->fds_used]))
        packet->fds_used++;
    else
        port_log("the port: more memories than the runtime can know");
    lock_release(&space_lock);
    __atomic_fetch_add(&mappings_changes, 1, __ATOMIC_RELEASE);
    __atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
    futex_wake(&arrived, 0x7fffffff);
}

/* With space_lock, which it lets go while it waits: another thread may hold the packet that brings it. */
static struct memory *await_memory(uint32_t id)
{
    struct memory *memory;
    for (bool in_time = true; !(memory = smmu_memory(id)) && in_time;) {
        uint32_t seen = __atomic_load_n(&arrived, __ATOMIC_ACQUIRE);
        lock_release(&space_lock);
        in_time = futex_wait(&arrived, seen, ARRIVAL_US);
        lock_take(&space_lock);
    }
    return memory;
}

static void apply_maps(struct packet *packet, uint32_t count)
{
    const struct qda_port_map *map = (const void *)(packet->bytes + sizeof(struct qda_port_maps));
    for (uint32_t i = 0; i < count; i++, map++) {
        take_fresh(packet, map);
        lock_take(&space_lock);
        if (await_memory(map->memory) && smmu_add(map))
            space_refresh(map->iova, map->size);
        else
            port_log("the port: a mapping of an unknown memory, outside 4 GiB, or one too many was ignored");
        lock_release(&space_lock);
    }
}

static void apply_unmap(const struct qda_port_unmap *unmap)
{
    if (unmap->iova > 0x100000000u || unmap->size > 0x100000000u - unmap->iova)
        return;
    lock_take(&space_lock);
    smmu_remove(unmap->iova, unmap->size);
    space_refresh(unmap->iova, unmap->size);
    lock_release(&space_lock);
}

static void apply_forget(const struct qda_port_forget *forget)
{
    lock_take(&space_lock);
    smmu_memory_forget(forget->memory);
    lock_release(&space_lock);
    __atomic_fetch_add(&mappings_changes, 1, __ATOMIC_RELEASE);
}

bool mappings_apply(struct packet *packet)
{
    const struct qda_port_maps *head = (const void *)packet->bytes;
    uint32_t kind = head->head.kind, count = head->head.count;
    bool known = kind == QDA_PORT_MAP
                     ? packet->len >= sizeof(*head) && count <= (packet->len - sizeof(*head)) / sizeof(struct qda_port_map)
                     : (kind == QDA_PORT_UNMAP && packet->len >= sizeof(struct qda_port_unmap)) ||
                           (kind == QDA_PORT_FORGET && packet->len >= sizeof(struct qda_port_forget));
    if (!known)
        return false;
    uint32_t number = head->number;
    await(number - 1);
    if (kind == QDA_PORT_MAP)
        apply_maps(packet, count);
    else if (kind == QDA_PORT_UNMAP)
        apply_unmap((const void *)packet->bytes);
    else
        apply_forget((const void *)packet->bytes);
    done(number);
    return true;
}

void mappings_await(struct packet *packet, const struct qda_port_call *call)
{
    await(call->after);
    take_fresh(packet, &call->message);
}

/* Maps a whole memory where message buffers are read. */
static uint32_t open_window(struct memory *memory)
{
    uint32_t pages = pages_of(memory->size), at = upper_take(pages);
    if (!at)
        return 0;
    if (sys_map(at, pages * QDA_PORT_PAGE, PROT_READ | PROT_WRITE, memory->fd, 0) < 0) {
        upper_give(at, pages);
        return 0;
    }
    return memory->window = at;
}

void mappings_window(uint32_t id, struct window *window)
{
    uint32_t now = __atomic_load_n(&mappings_changes, __ATOMIC_ACQUIRE);
    lock_take(&space_lock);
    struct memory *memory = await_memory(id);
    uint32_t at = memory ? memory->window : 0;
    if (memory && !at)
        at = open_window(memory);
    *window = (struct window){id, at, at ? now : 0, memory ? memory->size : 0};
    lock_release(&space_lock);
}
