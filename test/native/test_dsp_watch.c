/* SPDX-License-Identifier: MIT */
/* The bookkeeping in front of the driver: which calls last, what is mapped. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "rpcmsg/scalars.h"
#include "run/dsp_watch.h"

#define MANY 1500u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned calls_begun, calls_ended, mapped, unmapped, ticks;
static struct qda_dsp_call last_call;
static struct qda_dsp_range last_range;
static uint64_t live[MANY + 8]; /* addresses that were told and not taken back */
static size_t live_count;
static atomic_bool hold;
static uint64_t next_address;

static void on_call(void *arg, const struct qda_dsp_call *call)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    last_call = *call;
    calls_begun += call->since_ns != 0;
    calls_ended += call->since_ns == 0;
    pthread_mutex_unlock(&lock);
}

static size_t place(uint64_t address)
{
    size_t at = 0;
    while (at < live_count && live[at] != address)
        at++;
    return at;
}

static void on_mapped(void *arg, const struct qda_dsp_range *range)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    mapped++;
    last_range = *range;
    size_t at = place(range->address);
    live[at] = range->address;
    live_count += at == live_count;
    pthread_mutex_unlock(&lock);
}

static void on_unmapped(void *arg, uint64_t address)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    unmapped++;
    size_t at = place(address);
    if (CHECK(at < live_count))
        live[at] = live[--live_count];
    pthread_mutex_unlock(&lock);
}

static void on_tick(void *arg)
{
    (void)arg;
    ticks++;
}

/* ---- the driver */
static int do_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    (void)sys, (void)fd;
    args->vaddr_out = next_address;
    return next_address == 0 ? -ENOMEM : 0;
}

static int do_unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    (void)sys, (void)fd, (void)args;
    return 0;
}

static int do_invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args)
{
    (void)sys, (void)fd, (void)scalars, (void)args;
    while (atomic_load(&hold))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return (int)handle;
}

static uint64_t now_ns(struct qda_sys *sys)
{
    (void)sys;
    return 77;
}

static const struct qda_sys_ops ops = {.now_ns = now_ns};
static struct qda_sys sys = {.ops = &ops};
static const struct qda_driver real = {.name = "fake", .map = do_map, .unmap = do_unmap, .invoke = do_invoke};
static const struct qda_driver *driver;

static void begin(void)
{
    int err;
    struct qda_dsp_watcher watcher = {.call = on_call, .mapped = on_mapped, .unmapped = on_unmapped, .tick = on_tick};
    calls_begun = calls_ended = mapped = unmapped = ticks = 0;
    live_count = 0;
    driver = qda_dsp_watch_start(&sys, &real, &watcher, &err);
    CHECK(driver != NULL);
    CHECK_STR(driver->name, "fake");
}

static void end(void)
{
    qda_dsp_watch_forget();
    qda_dsp_watch_stop();
}

static void map(uint64_t address)
{
    struct qda_map_args args = {.request = 2, .size = 4096};
    next_address = address;
    CHECK_INT(driver->map(&sys, 3, &args), 0);
    CHECK_INT(args.vaddr_out, address);
}

static void unmap(uint32_t request, uint64_t address)
{
    struct qda_unmap_args args = {.request = request, .size = 4096};
    *(request == 1 ? &args.vaddr_out : &args.vaddr) = address;
    CHECK_INT(driver->unmap(&sys, 3, &args), 0);
}

static void *call(void *arg)
{
    (void)arg;
    CHECK_INT(driver->invoke(&sys, 3, 42, QDA_SCALARS_BUILD(0, 5, 1, 1, 0, 0), NULL), 42);
    return NULL;
}

/* Waits until *what is more than `than`: "hung" after a minute. */
static bool grows(const unsigned *what, unsigned than)
{
    for (int i = 0; i < 6000; i++) {
        pthread_mutex_lock(&lock);
        bool grown = *what > than;
        pthread_mutex_unlock(&lock);
        if (grown)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

static void test_a_call_that_lasts(void)
{
    pthread_t caller;
    begin();
    CHECK_INT(driver->invoke(&sys, 3, 41, 0, NULL), 41);
    atomic_store(&hold, true);
    pthread_create(&caller, NULL, call, NULL);
    CHECK(grows(&calls_begun, 0));
    CHECK_STR(last_call.name, "INVOKE");
    CHECK_INT(last_call.handle, 42);
    CHECK_INT(QDA_SCALARS_METHOD(last_call.sc), 5);
    CHECK(last_call.tid != 0 && last_call.since_ns == 77);
    CHECK_INT(calls_ended, 0);
    atomic_store(&hold, false);
    CHECK(grows(&calls_ended, 0));
    CHECK_INT(last_call.handle, 42);
    pthread_join(caller, NULL);
    CHECK_INT(calls_begun, 1);
    CHECK(ticks > 0);
    end();
}

static void test_mappings(void)
{
    begin();
    map(0x10000);
    qda_dsp_watch_mapped("buffer", 0x10000, 4096, 99); /* now its inode is known */
    map(0x20000);
    unmap(1, 0x20000);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, 1);
    CHECK_INT(last_range.ino, 99);
    CHECK_STR(last_range.kind, "buffer");
    qda_dsp_watch_mapped("heap", 0x30000, 65536, 0);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, 2);
    CHECK_STR(last_range.kind, "heap");
    qda_dsp_watch_unmapped(0x30000);
    unmap(2, 0x10000);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, 0);
    struct qda_map_args refused = {.request = 1, .size = 4096};
    next_address = 0;
    CHECK_INT(driver->map(&sys, 3, &refused), -ENOMEM);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, 0);
    end();
}

/* The DSP gives the same address again and again: whenever it is told, what is mapped is what was told. */
static void test_the_same_address(void)
{
    begin();
    map(0x10000);
    map(0x20000);
    qda_dsp_watch_tell();
    unmap(1, 0x10000); /* a free place below the other's */
    qda_dsp_watch_tell();
    for (int i = 0; i < 5; i++) {
        unmap(1, 0x20000);
        map(0x20000);
        qda_dsp_watch_tell();
        CHECK_INT(live_count, 1);
        CHECK_INT(live[0], 0x20000);
    }
    unmap(1, 0x20000);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, 0);
    end();
}

static void test_many(void)
{
    begin();
    for (uint64_t i = 1; i <= MANY; i++)
        map(i << 16);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, MANY);
    for (uint64_t i = MANY; i >= 2; i -= 2)
        unmap(1, i << 16);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, MANY / 2);
    for (uint64_t i = MANY; i >= 2; i -= 2)
        map(i << 16);
    qda_dsp_watch_tell();
    CHECK_INT(live_count, MANY);
    qda_dsp_watch_forget();
    qda_dsp_watch_tell();
    CHECK_INT(unmapped, MANY / 2);
    end();
}

int main(void)
{
    check_run("a call that lasts is told, and its end", test_a_call_that_lasts);
    check_run("mappings come and go", test_mappings);
    check_run("the same address again", test_the_same_address);
    check_run("many mappings", test_many);
    return check_done();
}
