/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_core_rig.h"
#include "vqda/core/file.h"
#include "vqda/procfs/count.h"

#include <time.h>
#include <unistd.h>

/* When a count of descriptors and mappings answers whoever waits for it. */

#define HUNG_ASKS 100000 /* at 0.1 ms each: far more than any count takes */

static struct vq_file *heap;
static int newest = -1;

/* The board's newest buffer goes, and a newer one comes. */
static void renew(void)
{
    if (newest >= 0)
        close_fd(newest);
    CHECK_INT(heap_alloc(heap, 4096, &newest), 0);
}

/* Asks until the count is there, on a busy board with a newer buffer each time. Asks made; 0: never. */
static unsigned asks_until_ready(struct vq_counter *counter, bool busy)
{
    const struct timespec pause = { .tv_nsec = 100000 };
    for (unsigned asks = 1; asks <= HUNG_ASKS; asks++) {
        if (vq_counter_ready(counter, board))
            return asks;
        nanosleep(&pause, NULL);
        if (busy)
            renew();
    }
    return 0;
}

static struct vq_counter *start(void)
{
    begin(VQ_IOMMU_TRANSLATED);
    heap = open_as(100, "/dev/dma_heap/system");
    renew();
    return vq_counter_new("core");
}

static void end(struct vq_counter *counter)
{
    vq_counter_free(counter);
    close_fd(newest);
    newest = -1;
    vq_file_close(heap);
    end_empty();
}

static void test_quiet_board(void)
{
    struct vq_counter *counter = start();
    CHECK(asks_until_ready(counter, false) > 1); /* the first ask starts the count */
    CHECK_INT(asks_until_ready(counter, false), 1);
    end(counter);
}

/* Whoever waits is served by a count that began after the first ask, although none is ever newer than the newest buffer. */
static void test_busy_board(void)
{
    struct vq_counter *counter = start();
    for (int round = 0; round < 3; round++)
        CHECK(asks_until_ready(counter, true) > 0);
    end(counter);
}

/* A count from before a buffer came says nothing of that buffer: it does not answer a new ask. */
static void test_newer_buffer(void)
{
    struct vq_counter *counter = start();
    CHECK(asks_until_ready(counter, false) > 0);
    renew();
    CHECK(asks_until_ready(counter, false) > 1);
    end(counter);
}

int main(void)
{
    check_run("a count on a quiet board is made once", test_quiet_board);
    check_run("a busy board keeps nobody waiting for ever", test_busy_board);
    check_run("a newer buffer wants a new count", test_newer_buffer);
    return check_done();
}
