/* SPDX-License-Identifier: MIT */
#include "shell_rig.h"

#include "check.h"

#include <sys/wait.h>
#include <time.h>

/* What the shell offers to skels, several calls at once, reverse calls in numbers, the heap. */

static struct rig rig;

static bool start(uint32_t listener)
{
    const char *missing = rig_missing();
    if (missing)
        check_skip(missing);
    return !missing && rig_start(&rig, NULL) && rig_listen(&rig, listener);
}

static uint32_t call_word(uint32_t handle, uint32_t method)
{
    uint32_t out = 0;
    const struct rig_arg args[] = {RIG_OUT(&out, 4)};
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, method, 0, 1, 0, 0), args), 0);
    return out;
}

static void test_exports(void)
{
    if (!start(QDA_HANDLE_LISTENER))
        return;
    uint32_t handle = rig_open_built(&rig, "runtime");
    CHECK_INT(call_word(handle, 3), 4 * 5 / 2 * 50);
    CHECK_INT(call_word(handle, 3), 4 * 5 / 2 * 50);

    const uint32_t in[4] = {48879, (uint32_t)-42, 0x89abcdef, 0x01234567};
    char text[128] = {0};
    const struct rig_arg format[] = {RIG_IN(in, sizeof(in)), RIG_OUT(text, sizeof(text))};
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 4, 1, 1, 0, 0), format), 0);
    CHECK_STR(text, "[48879|-42   |00beef|text|81985529216486895|   xy|c%]");

    static const uint64_t pairs[][2] = {{100, 7}, {0xffffffffffffffff, 10}, {5, 0x100000000}, {1ull << 63, 3}, {0, 9}};
    for (unsigned i = 0; i < 5; i++) {
        uint64_t out[2] = {0, 0};
        const struct rig_arg args[] = {RIG_IN(pairs[i], 16), RIG_OUT(out, 16)};
        CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 8, 1, 1, 0, 0), args), 0);
        CHECK_HEX(out[0], pairs[i][0] / pairs[i][1]);
        CHECK_HEX(out[1], pairs[i][0] % pairs[i][1]);
    }

    uint64_t times[3] = {0, 0, 0};
    const struct rig_arg clock[] = {RIG_OUT(times, sizeof(times))};
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 9, 0, 1, 0, 0), clock), 0);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    CHECK(times[0] / 1000000 <= (uint64_t)now.tv_sec && times[1] / 19200000 <= (uint64_t)now.tv_sec);
    CHECK(times[1] >= times[0] * 192 / 10 - 20); /* the ticks were read after the microseconds */
    CHECK(times[2] - times[1] >= 2000 * 192 / 10 - 20);
    CHECK(rig_stop(&rig));
}

/* Two calls that wait for each other: each has a thread of its own. Then more sleepers than threads at the start. */
static void test_concurrent(void)
{
    static struct rig_message messages[40];
    static uint32_t out[2], us = 20000, asid;
    if (!start(QDA_HANDLE_LISTENER1))
        return;
    uint32_t handle = rig_open_built(&rig, "runtime");
    const struct rig_arg first[] = {RIG_OUT(&out[0], 4)}, second[] = {RIG_OUT(&out[1], 4)}, get[] = {RIG_OUT(&asid, 4)};
    rig_lay(&rig, &messages[0], QDA_SCALARS_BUILD(0, 13, 0, 1, 0, 0), first);
    rig_lay(&rig, &messages[1], QDA_SCALARS_BUILD(0, 13, 0, 1, 0, 0), second);
    rig_send(&rig, handle, &messages[0]);
    rig_send(&rig, handle, &messages[1]);
    CHECK_INT(rig_wait(&rig, &messages[0]), 0);
    CHECK_INT(rig_wait(&rig, &messages[1]), 0);
    CHECK_INT(out[0] + out[1], 4);

    const struct rig_arg sleep[] = {RIG_IN(&us, 4)};
    for (unsigned i = 0; i < 40; i++) {
        rig_lay(&rig, &messages[i], QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), sleep);
        rig_send(&rig, handle, &messages[i]);
    }
    CHECK_INT(rig_call(&rig, QDA_HANDLE_PROCESS, QDA_SCALARS_BUILD(0, 5, 0, 1, 0, 0), get), 0);
    for (unsigned i = 0; i < 40; i++)
        CHECK_INT(rig_wait(&rig, &messages[i]), 0);
    CHECK(rig_stop(&rig));
}

/* More calls than the runtime has threads: they wait, a map does not. */
static void test_full_pool(void)
{
    static struct rig_message messages[150];
    static uint32_t us = 100000;
    if (!start(QDA_HANDLE_LISTENER1))
        return;
    uint32_t handle = rig_open_built(&rig, "runtime");
    struct rig_memory memory = rig_memory(&rig, 1u << 20);
    const struct rig_arg sleep[] = {RIG_IN(&us, 4)};
    for (unsigned i = 0; i < 150; i++) {
        rig_lay(&rig, &messages[i], QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), sleep);
        rig_send(&rig, handle, &messages[i]);
    }
    uint64_t iova = rig_map(&rig, &memory, 0, memory.size), address = 0;
    CHECK_INT(rig_dsp_map(&rig, iova, memory.size, 0, &address), 0);
    for (unsigned i = 0; i < 150; i++)
        CHECK_INT(rig_wait(&rig, &messages[i]), 0);
    rig_memory_close(&memory);
    CHECK(rig_stop(&rig));
}

static void test_log(void)
{
    uint32_t in[2] = {1, 3};
    const struct rig_arg args[] = {RIG_IN(in, 8)};
    if (!start(QDA_HANDLE_LISTENER1))
        return;
    uint32_t handle = rig_open_built(&rig, "runtime");
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 5, 1, 0, 0, 0), args), 0);
    while (!rig_has_log(&rig, "line 0 of 1") && rig_pump(&rig, 60000))
        ;
    CHECK(rig_has_log(&rig, "line 0 of 1"));

    /* A flood: the methods do not wait for it; what does not fit is counted. */
    in[0] = 20000;
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 5, 1, 0, 0, 0), args), 0);
    while (rig.log_count + rig.log_dropped < 20001 && rig_pump(&rig, 60000))
        ;
    CHECK_INT(rig.log_count + rig.log_dropped, 20001);
    CHECK_INT(call_word(handle, 3), 500);
    CHECK(rig_stop(&rig));
}

/* Without a listener a module cannot be opened, and says why; one that comes later is taken. */
static void test_late_listener(void)
{
    const char *missing = rig_missing();
    if (missing)
        check_skip(missing);
    if (missing || !rig_start(&rig, NULL))
        return;
    const char *uri = "file:///libruntime_skel.so?runtime_skel_handle_invoke";
    uint32_t lengths[2] = {(uint32_t)strlen(uri) + 1, 255}, answer[2] = {0, 0};
    char text[256] = {0};
    const struct rig_arg args[] = {RIG_IN(lengths, 8), RIG_IN(uri, lengths[0]), RIG_OUT(answer, 8), RIG_OUT(text, 255)};
    struct rig_message message;
    CHECK(rig_serve_built(&rig, "libruntime_skel.so"));
    rig_lay(&rig, &message, QDA_SCALARS_BUILD(0, 0, 2, 2, 0, 0), args);
    rig_send(&rig, QDA_HANDLE_REMOTECTL, &message);
    rig_pump(&rig, 50); /* it waits */
    CHECK(rig_listen(&rig, QDA_HANDLE_LISTENER));
    CHECK_INT(rig_wait(&rig, &message), 0);
    CHECK_HEX(answer[1], 0);
    CHECK(answer[0] > 20);
    CHECK(rig_stop(&rig));
}

static uint32_t eat(uint32_t handle, uint32_t method, uint32_t bytes)
{
    uint32_t out = 0;
    const struct rig_arg args[] = {RIG_IN(&bytes, 4), RIG_OUT(&out, 4)};
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, method, 1, 1, 0, 0), args), 0);
    return out;
}

/* malloc beyond the process memory: from the CPU, until it gives no more; then NULL, and what came back can be had again. */
static void test_heap(void)
{
    if (!start(QDA_HANDLE_LISTENER1))
        return;
    uint32_t handle = rig_open_built(&rig, "eater");
    rig.refuse_heap = true;
    uint32_t own = eat(handle, 2, 65536);
    CHECK(own >= 32 && own < 64);
    CHECK_INT(eat(handle, 3, 65536), own);
    uint32_t small = eat(handle, 2, 1000);
    CHECK(small > 4000);
    CHECK_INT(eat(handle, 3, 1000), small);
    CHECK_INT(eat(handle, 2, 65536), own); /* the small ones joined again */
    CHECK_INT(eat(handle, 3, 65536), own);
    rig.refuse_heap = false;
    uint32_t more = eat(handle, 2, 65536);
    CHECK_INT(rig.heap_maps, 16);
    CHECK(more > own + 16 * 8);
    CHECK_INT(eat(handle, 3, 65536), more);
    CHECK_INT(eat(handle, 2, 65536), more);
    CHECK_INT(eat(handle, 3, 65536), more);
    CHECK(rig_stop(&rig));
}

static void test_stack(void)
{
    struct rig_message message;
    if (!start(QDA_HANDLE_LISTENER1))
        return;
    uint32_t handle = rig_open_built(&rig, "runtime");
    rig_lay(&rig, &message, QDA_SCALARS_BUILD(0, 14, 0, 0, 0, 0), NULL);
    rig_send(&rig, handle, &message);
    CHECK(rig_wait_end(&rig));
    CHECK(rig.faulted && rig.fault.flags == 1);
    CHECK_HEX(rig.fault.iova, ~(uint64_t)0);
    rig_stop(&rig);
}

/* A listener with so little room that it fetches the rest of each call's inputs. */
static void test_small_listener(void)
{
    const char *missing = rig_missing();
    if (missing)
        check_skip(missing);
    if (missing || !rig_start(&rig, NULL))
        return;
    rig.listener_room = 48;
    CHECK(rig_listen(&rig, QDA_HANDLE_LISTENER));
    uint32_t handle = rig_open_built(&rig, "runtime");
    CHECK_INT(call_word(handle, 3), 500);
    CHECK(rig.fetched > 0);
    CHECK(rig_stop(&rig));
}

static void test_abort(void)
{
    struct rig_message message;
    if (!start(QDA_HANDLE_LISTENER1))
        return;
    uint32_t handle = rig_open_built(&rig, "runtime");
    rig_lay(&rig, &message, QDA_SCALARS_BUILD(0, 11, 0, 0, 0, 0), NULL);
    rig_send(&rig, handle, &message);
    CHECK(rig_wait_end(&rig));
    CHECK(rig.faulted && rig.fault.flags == 2);
    CHECK(rig_has_line(&rig, "abort"));
    CHECK(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 65);
    rig_stop(&rig);
}

int main(void)
{
    check_run("what skels import does what it says", test_exports);
    check_run("calls run at the same time", test_concurrent);
    check_run("more calls than threads", test_full_pool);
    check_run("lines of the log come by reverse calls", test_log);
    check_run("a listener that comes late is waited for", test_late_listener);
    check_run("the heap grows through the CPU and ends in NULL", test_heap);
    check_run("inputs that do not fit are fetched", test_small_listener);
    check_run("a full stack ends the process", test_stack);
    check_run("abort ends the process", test_abort);
    return check_done();
}
