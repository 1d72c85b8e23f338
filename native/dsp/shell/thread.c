/* SPDX-License-Identifier: MIT */
#include "dsp/shell/thread.h"

#include "dsp/shell/arena.h"
#include "dsp/shell/sys.h"

/* What qemu-user accepts as the making of a thread: VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, CHILD_CLEARTID. */
#define CLONE_FLAGS (0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000 | 0x200000)
#define ALT_STACK 65536u

static uint16_t upper_owner[(UPPER_LIMIT - UPPER_BASE) / QDA_PORT_PAGE];
static struct arena upper = {UPPER_BASE, (UPPER_LIMIT - UPPER_BASE) / QDA_PORT_PAGE, 0, 0, upper_owner};
static struct lock upper_lock;
static struct thread *ended; /* detached ones, to be freed when they have gone */

uint32_t upper_take(uint32_t pages)
{
    lock_take(&upper_lock);
    uint32_t va = arena_take(&upper, pages, 1);
    lock_release(&upper_lock);
    return va;
}

void upper_give(uint32_t va, uint32_t pages)
{
    lock_take(&upper_lock);
    arena_give(&upper, va, pages);
    lock_release(&upper_lock);
}

bool upper_has(uint32_t va)
{
    return arena_owner(&upper, va) != 0;
}

static void thread_free(struct thread *thread)
{
    uint32_t area = thread->area, pages = thread->area_pages;
    sys_unmap(area, pages * QDA_PORT_PAGE);
    upper_give(area, pages);
}

/* Frees the detached threads whose stack nobody uses any more. */
static void sweep(void)
{
    lock_take(&upper_lock);
    struct thread *all = ended;
    ended = NULL;
    lock_release(&upper_lock);
    while (all) {
        struct thread *thread = all;
        all = all->next;
        if (__atomic_load_n(&thread->gone, __ATOMIC_ACQUIRE) == 0) {
            thread_free(thread);
            continue;
        }
        lock_take(&upper_lock);
        thread->next = ended;
        ended = thread;
        lock_release(&upper_lock);
    }
}

static void bury(struct thread *thread)
{
    lock_take(&upper_lock);
    thread->next = ended;
    ended = thread;
    lock_release(&upper_lock);
}

/* The stack for signals, a page that faults, the stack, and the thread at its top. */
static struct thread *thread_place(uint32_t stack_bytes)
{
    uint32_t pages = 2 + pages_of((uint64_t)stack_bytes + sizeof(struct thread) + 4096);
    uint32_t area = upper_take(pages);
    if (!area)
        return NULL;
    if (sys_map(area, pages * QDA_PORT_PAGE, PROT_READ | PROT_WRITE, -1, 0) < 0) {
        upper_give(area, pages);
        return NULL;
    }
    sys_unmap(area + ALT_STACK, QDA_PORT_PAGE);
    struct thread *thread = (struct thread *)((area + pages * QDA_PORT_PAGE - sizeof(struct thread)) & ~127u);
    thread->area = area;
    thread->area_pages = pages;
    return thread;
}

static void own_signal_stack(const struct thread *thread)
{
    const struct {
        uint32_t at;
        int32_t flags;
        uint32_t size;
    } stack = {thread->area, 0, ALT_STACK};
    SYS3(SYS_SIGALTSTACK, &stack, NULL, 0);
}

_Noreturn void thread_exit(void *result)
{
    struct thread *self = thread_self();
    self->result = result;
    if (__atomic_fetch_or(&self->state, THREAD_ENDED, __ATOMIC_ACQ_REL) & THREAD_DETACHED)
        bury(self);
    for (;;)
        SYS3(SYS_EXIT, 0, 0, 0);
}

/* First code of a thread, on its own stack. */
_Noreturn void thread_first(void);
_Noreturn void thread_first(void)
{
    struct thread *self = thread_self();
    self->tid = (int32_t)SYS3(SYS_GETTID, 0, 0, 0);
    own_signal_stack(self);
    thread_exit(self->start(self->arg));
}

/* thread_clone(flags, stack, self, gone): as clone, the child goes to thread_first. */
long thread_clone(uint32_t flags, void *stack, struct thread *self, uint32_t *gone);
__asm__(".text\n"
        ".p2align 4\n"
        "thread_clone:\n"
        "  { r4 = r2; r6 = #220; r2 = #0 }\n"
        "  { trap0(#1) }\n"
        "  { p0 = cmp.eq(r0, #0); if (!p0.new) jumpr:nt r31 }\n"
        "  { r30 = #0 }\n"
        "  { jump thread_first }\n"
        ".p2align 4\n"
        "thread_switch:\n" /* (stack, self) */
        "  { r29 = r0; ugp = r1 }\n"
        "  { r30 = #0 }\n"
        "  { jump thread_first }\n");
_Noreturn void thread_switch(void *stack, struct thread *self);

static void *stack_of(struct thread *thread)
{
    return (void *)((uint32_t)thread & ~127u);
}

struct thread *thread_make(void *(*start)(void *), void *arg, uint32_t stack_bytes)
{
    sweep();
    struct thread *thread = thread_place(stack_bytes);
    if (!thread)
        return NULL;
    thread->start = start;
    thread->arg = arg;
    thread->gone = 1;
    if (thread_clone(CLONE_FLAGS, stack_of(thread), thread, &thread->gone) < 0) {
        thread_free(thread);
        return NULL;
    }
    return thread;
}

void *thread_join(struct thread *thread)
{
    for (uint32_t gone; (gone = __atomic_load_n(&thread->gone, __ATOMIC_ACQUIRE)) != 0;) {
        /* The kernel wakes it as a shared futex. */
        SYS_ANY(SYS_FUTEX, &thread->gone, 0, gone, NULL, 0, 0);
    }
    void *result = thread->result;
    thread_free(thread);
    return result;
}

void thread_detach(struct thread *thread)
{
    if (__atomic_fetch_or(&thread->state, THREAD_DETACHED, __ATOMIC_ACQ_REL) & THREAD_ENDED)
        bury(thread);
}

_Noreturn void thread_leave(void *(*start)(void *))
{
    struct thread *thread = thread_place(256 * 1024);
    if (!thread)
        sys_exit_group(1);
    thread->start = start;
    thread_switch(stack_of(thread), thread);
}
