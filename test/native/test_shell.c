/* SPDX-License-Identifier: MIT */
#include "shell_rig.h"

#include "check.h"

#include <stdlib.h>

/* The stand-in shell without any skel: the port, handle 1, handle 4, payloads that are wrong. */

static struct rig rig;

static bool start(const struct rig_options *options)
{
    const char *missing = rig_missing();
    if (missing)
        check_skip(missing);
    return !missing && rig_start(&rig, options);
}

static int32_t get_asid(uint32_t *asid)
{
    const struct rig_arg args[] = {RIG_OUT(asid, 4)};
    return rig_call(&rig, QDA_HANDLE_PROCESS, QDA_SCALARS_BUILD(0, 5, 0, 1, 0, 0), args);
}

static void test_asid(void)
{
    if (!start(NULL))
        return;
    for (int i = 0; i < 100; i++) {
        uint32_t asid = 0;
        CHECK_INT(get_asid(&asid), 0);
        CHECK_INT(asid, 0x2a);
    }
    CHECK(rig_stop(&rig));
    CHECK_INT(rig.status, 0);
}

static void test_poll_and_wake(void)
{
    static const struct rig_options options[] = {{.poll_us = 200, .wake_us = 100}, {.poll_us = 0}};
    for (unsigned i = 0; i < 2; i++) {
        if (!start(&options[i]))
            return;
        uint32_t asid = 0;
        for (unsigned k = 0; k < 50; k++)
            CHECK_INT(get_asid(&asid), 0);
        CHECK_INT(asid, 0x2a);
        CHECK(rig_stop(&rig));
    }
}

static void test_unknown(void)
{
    if (!start(NULL))
        return;
    CHECK_HEX((uint32_t)rig_call(&rig, 5, QDA_SCALARS_BUILD(0, 3, 0, 0, 0, 0), NULL), 0x80000414);
    CHECK_HEX((uint32_t)rig_call(&rig, QDA_HANDLE_PROCESS, QDA_SCALARS_BUILD(0, 30, 0, 0, 0, 0), NULL), 0x80000414);
    CHECK_HEX((uint32_t)rig_call(&rig, QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, 9, 0, 0, 0, 0), NULL), 0x80000414);
    CHECK(rig_stop(&rig));
}

static void test_map(void)
{
    if (!start(NULL))
        return;
    struct rig_memory memory = rig_memory(&rig, 1 << 20);
    uint64_t iova = rig_map(&rig, &memory, 0x3000, 0x5000), address = 0, second = 0;
    CHECK_INT(rig_dsp_map(&rig, iova, 0x5000, 0, &address), 0);
    CHECK(address > 0 && address < 0x80000000);
    CHECK_HEX(address & 0xffff, 0x3000);
    CHECK_INT(rig_dsp_map(&rig, iova, 0x5000, 0, &second), 0);
    CHECK(second != address);
    CHECK_HEX((uint32_t)rig_dsp_unmap(&rig, address, 0x4000), 0x8000040e);
    CHECK_INT(rig_dsp_unmap(&rig, address, 0x5000), 0);
    CHECK_HEX((uint32_t)rig_dsp_unmap(&rig, address, 0x5000), 0x80000427);
    CHECK_HEX((uint32_t)rig_dsp_unmap(&rig, (uint64_t)1 << 40, 0x5000), 0x80000427);
    CHECK_INT(rig_dsp_unmap(&rig, second, 0x5000), 0);
    CHECK_HEX((uint32_t)rig_dsp_map(&rig, iova, 0, 0, &address), 0x8000040e);
    rig_memory_close(&memory);
    CHECK(rig_stop(&rig));
}

/* Until the DSP's space is full; then one goes and one fits. */
static void test_space(void)
{
    const struct rig_options options = {.space = 64u << 20};
    if (!start(&options))
        return;
    struct rig_memory memory = rig_memory(&rig, 16u << 20);
    uint64_t iova = rig_map(&rig, &memory, 0, memory.size), addresses[8];
    int count = 0;
    while (count < 8 && rig_dsp_map(&rig, iova, memory.size, 0, &addresses[count]) == 0)
        count++;
    CHECK_INT(count, 3);
    uint64_t more;
    CHECK_HEX((uint32_t)rig_dsp_map(&rig, iova, memory.size, 0, &more), 0x80000402);
    CHECK_INT(rig_dsp_unmap(&rig, addresses[1], memory.size), 0);
    CHECK_INT(rig_dsp_map(&rig, iova, memory.size, 0, &more), 0);
    CHECK_HEX(more, addresses[1]);
    rig_memory_close(&memory);
    CHECK(rig_stop(&rig));
}

/* Payloads that say wrong things: each is answered, none ends the process. */
static void test_malformed(void)
{
    if (!start(NULL))
        return;
    uint32_t asid = 0, sc = QDA_SCALARS_BUILD(0, 5, 0, 1, 0, 0);
    const struct rig_arg args[] = {RIG_OUT(&asid, 4)};
    CHECK_HEX((uint32_t)rig_wait_ctx(&rig, rig_send_raw(&rig, 4, sc, 0, 0)), 0x8000040e);
    CHECK_HEX((uint32_t)rig_wait_ctx(&rig, rig_send_raw(&rig, 4, 0xffffffff, 0, 4096)), 0x8000040e);
    struct rig_message message;
    rig_lay(&rig, &message, sc, args);
    CHECK_HEX((uint32_t)rig_wait_ctx(&rig, rig_send_raw(&rig, 4, sc, message.at, 100)), 0x8000040e);
    for (unsigned word = 0; word < 10; word++) {
        for (unsigned kind = 0; kind < 4; kind++) {
            static const uint32_t values[] = {0, 1, 0x7fffffff, 0xffffffff};
            rig_lay(&rig, &message, sc, args);
            memcpy(rig.slab.at + message.at + 4 * word, &values[kind], 4);
            int32_t ret = rig_wait_ctx(&rig, rig_send(&rig, 4, &message));
            CHECK(ret == 0 || (uint32_t)ret == 0x8000040e || (uint32_t)ret == 0x80000402);
        }
    }
    CHECK_INT(get_asid(&asid), 0);
    CHECK(rig_stop(&rig));
}

/* One word of a good payload that is added to, and the buffer is none any more. */
static void test_wrong_words(void)
{
    static const struct {
        const char *what;
        unsigned word;
        uint32_t more;
    } wrong[] = {
        {"two page entries", 4, 1},
        {"a page entry that is none", 5, 1},
        {"a page that does not begin at one", 6, 8},
        {"a page of nothing", 8, (uint32_t)-4096},
        {"a page that ends before the buffer", 8, (uint32_t)-4095 + 2},
        {"a page of more than 4 GiB", 9, 1},
        {"a length of more than 4 GiB", 3, 1},
    };
    if (!start(NULL))
        return;
    uint32_t asid = 0, sc = QDA_SCALARS_BUILD(0, 5, 0, 1, 0, 0);
    const struct rig_arg args[] = {RIG_OUT(&asid, 4)};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rig_message message;
        uint32_t value;
        rig_lay(&rig, &message, sc, args);
        uint8_t *at = rig.slab.at + message.at + 4 * wrong[i].word;
        memcpy(&value, at, 4);
        value += wrong[i].more;
        memcpy(at, &value, 4);
        if (!CHECK_HEX((uint32_t)rig_wait_ctx(&rig, rig_send(&rig, 4, &message)), 0x8000040e))
            printf("#     %s\n", wrong[i].what);
    }
    CHECK_INT(get_asid(&asid), 0);
    CHECK(rig_stop(&rig));
}

static void test_random_payloads(void)
{
    if (!start(NULL))
        return;
    srand(1);
    static const uint32_t handles[] = {0, 1, 3, 4, 7, 8, 30};
    for (unsigned i = 0; i < 400; i++) {
        uint32_t *words = (uint32_t *)(void *)(rig.slab.at + (1u << 20));
        for (unsigned k = 0; k < 1024; k++)
            words[k] = rand() % 3 ? (uint32_t)rand() % 64 : (uint32_t)rand() * 2u + (uint32_t)rand();
        uint32_t method = (uint32_t)rand() % 12, sc = QDA_SCALARS_BUILD(0, method, rand() % 4, rand() % 4, 0, 0);
        uint32_t handle = handles[(unsigned)rand() % 7];
        bool waits = (handle == 3 && method == 4) || (handle == 7 && method == 6);
        if (!waits && !CHECK(rig_wait_ctx(&rig, rig_send_raw(&rig, handle, sc, 1u << 20, 4096)) != INT32_MIN))
            break;
    }
    CHECK(!rig.faulted);
    CHECK(rig_stop(&rig));
}

int main(void)
{
    check_run("getASID answers what START said", test_asid);
    check_run("a shell that polls, wakes up slowly, or sleeps at once answers the same", test_poll_and_wake);
    check_run("unknown handles and methods are unsupported", test_unknown);
    check_run("handle 1 maps IOVA into the DSP's space and takes it away again", test_map);
    check_run("a full address space answers no memory", test_space);
    check_run("malformed payloads are answered", test_malformed);
    check_run("a buffer of a wrong word is none", test_wrong_words);
    check_run("random payloads end nothing", test_random_payloads);
    return check_done();
}
