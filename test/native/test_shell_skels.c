/* SPDX-License-Identifier: MIT */
#include "shell_rig.h"

#include "check.h"
#include "dsp/qbench.h"
#include "dsp/skel_bytes.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The shell's loader, and skels in it: the listener, remotectl, calls with shared buffers. */

static struct rig rig;

static bool start(void)
{
    const char *missing = rig_missing();
    if (missing)
        check_skip(missing);
    return !missing && rig_start(&rig, NULL) && rig_listen(&rig, QDA_HANDLE_LISTENER1);
}

static bool serve_built(const char *file)
{
    return rig_serve_built(&rig, file);
}

static bool stop(void)
{
    return rig_stop(&rig);
}

static uint32_t open_built(const char *name)
{
    return rig_open_built(&rig, name);
}

static uint32_t open_qbench(void)
{
    char text[256];
    uint32_t handle = 0;
    rig_serve(&rig, QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len);
    if (!CHECK_INT(rig_open(&rig, QDA_HANDLE_REMOTECTL1, QBENCH_URI "cdsp", &handle, text), 0))
        printf("# %s\n", text);
    return handle;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void test_ping(void)
{
    static uint64_t ns[2000];
    if (!start())
        return;
    uint32_t handle = open_qbench();
    for (uint64_t i = 0; i < 2000 && handle; i++) {
        struct qbench_ping in = {.seq = i + 5};
        struct qbench_ping_out out = {0};
        const struct rig_arg args[] = {RIG_IN(&in, sizeof(in)), RIG_OUT(&out, sizeof(out))};
        uint64_t before = now_ns();
        if (!CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, QBENCH_PING, 1, 1, 0, 0), args), 0))
            break;
        ns[i] = now_ns() - before;
        CHECK_INT(out.seq, i + 5);
        CHECK(out.times.end_ticks >= out.times.begin_ticks && out.times.begin_ticks > 0);
    }
    qsort(ns, 2000, sizeof(ns[0]), compare);
    printf("# ping through the port: p50 %llu ns, least %llu ns\n", (unsigned long long)ns[1000], (unsigned long long)ns[0]);
    CHECK(stop());
}

static int32_t sum_call(uint32_t handle, uint64_t iova, uint64_t len, struct qbench_result *out)
{
    struct qbench_work work = {.kernel = QBENCH_SCALAR, .threads = 1, .length = len};
    const struct rig_arg args[] = {RIG_IN(&work, sizeof(work)), RIG_BUFFER(iova, len), RIG_OUT(out, sizeof(*out))};
    return rig_call(&rig, handle, QDA_SCALARS_BUILD(0, QBENCH_SUM, 2, 1, 0, 0), args);
}

static uint32_t sum_of(const uint8_t *at, uint64_t len)
{
    uint32_t sum = 0, word;
    for (uint64_t i = 0; i < len; i += 4) {
        memcpy(&word, at + i, 4);
        sum += word;
    }
    return sum;
}

static void pattern(uint8_t *at, uint64_t len, uint32_t seed)
{
    for (uint64_t i = 0; i < len; i++)
        at[i] = (uint8_t)(seed + i * 7 + (i >> 9));
}

/* A buffer of the CPU's at any place of a page: summed and filled where it lies. */
static void test_shared_buffer(void)
{
    if (!start())
        return;
    uint32_t handle = open_qbench();
    struct rig_memory memory = rig_memory(&rig, 1u << 20);
    struct qbench_result out;
    uint64_t iova = rig_map(&rig, &memory, 0x3000, 0x40000);
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t into = i * 0x1080, len = 0x10000 + 128 * i;
        pattern(memory.at, memory.size, i);
        CHECK_INT(sum_call(handle, iova + into, len, &out), 0);
        CHECK_HEX(out.value, sum_of(memory.at + 0x3000 + into, len));
    }
    pattern(memory.at, memory.size, 1);
    struct qbench_work work = {.kernel = QBENCH_SCALAR, .threads = 2, .value = 5, .length = 0x8000};
    const struct rig_arg args[] = {RIG_IN(&work, sizeof(work)), RIG_OUT(&out, sizeof(out)), RIG_BUFFER(iova + 0x1000, 0x8000)};
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, QBENCH_FILL, 1, 2, 0, 0), args), 0);
    for (uint32_t i = 0; i < 0x2000; i++) {
        uint32_t word;
        memcpy(&word, memory.at + 0x4000 + 4 * i, 4);
        if (!CHECK_HEX(word, 5 + i * QBENCH_STEP))
            break;
    }
    uint8_t untouched[16];
    pattern(untouched, 16, 1);
    CHECK(memory.at[0x3fff] == (uint8_t)(1 + 0x3fff * 7 + (0x3fff >> 9)));
    CHECK(memory.at[0xc000] == (uint8_t)(1 + 0xc000 * 7 + (0xc000 >> 9)));
    rig_memory_close(&memory);
    CHECK(stop());
}

/* Pieces of IOVA next to each other that are different memories. */
static void test_pieces(void)
{
    if (!start())
        return;
    uint32_t handle = open_qbench();
    struct rig_memory a = rig_memory(&rig, 0x20000), b = rig_memory(&rig, 0x20000);
    struct qbench_result out;
    rig_map_at(&rig, &a, 0x10000, 0x10000, 0x50000000);
    rig_map_at(&rig, &b, 0, 0x10000, 0x50010000);
    rig_map_at(&rig, &a, 0, 0x10000, 0x50020000);
    pattern(a.at, a.size, 3);
    pattern(b.at, b.size, 4);
    CHECK_INT(sum_call(handle, 0x50000000, 0x30000, &out), 0);
    CHECK_HEX(out.value, sum_of(a.at, 0x20000) + sum_of(b.at, 0x10000));
    /* Side by side in one page of the emulator only where they are one piece of one memory. */
    rig_map_at(&rig, &a, 0, 0x1000, 0x58000000);
    rig_map_at(&rig, &b, 0x1000, 0x1000, 0x58001000);
    CHECK_HEX((uint32_t)sum_call(handle, 0x58000000, 0x2000, &out), 0x80000402);
    rig_map_at(&rig, &a, 0x1000, 0x1000, 0x58001000);
    CHECK_INT(sum_call(handle, 0x58000000, 0x2000, &out), 0);
    CHECK_HEX(out.value, sum_of(a.at, 0x2000));
    rig_memory_close(&a);
    rig_memory_close(&b);
    CHECK(stop());
}

/* Memories of less than a page of the emulator, at places of 4 KiB: all of them is reached, nothing beside them is written. */
static void test_small_memories(void)
{
    if (!start())
        return;
    uint32_t handle = open_qbench();
    for (uint32_t i = 0; i < 6; i++) {
        struct rig_memory memory = rig_memory(&rig, 0x1000 * (3 * i + 1));
        uint64_t iova = 0x60001000 + i * 0x123000, len = memory.size, address = 0;
        struct qbench_result out;
        rig_map_at(&rig, &memory, 0, len, iova);
        pattern(memory.at, len, i);
        CHECK_INT(sum_call(handle, iova, len, &out), 0);
        CHECK_HEX(out.value, sum_of(memory.at, len));
        CHECK_INT(rig_dsp_map(&rig, iova, len, 0, &address), 0);
        CHECK_INT(sum_call(handle, iova, len, &out), 0);
        CHECK_HEX(out.value, sum_of(memory.at, len));
        CHECK_INT(rig_dsp_unmap(&rig, address, len), 0);
        rig_unmap(&rig, iova, len);
        rig_forget(&rig, &memory);
        rig_memory_close(&memory);
    }
    CHECK(stop());
}

/* A mapping of the DSP stands while its IOVA goes and comes back as another memory: that one is seen, as through an SMMU. */
static void test_iova_again(void)
{
    if (!start())
        return;
    uint32_t handle = open_qbench();
    struct rig_memory a = rig_memory(&rig, 0x40000), b = rig_memory(&rig, 0x40000);
    struct qbench_result out;
    uint64_t iova = rig_map(&rig, &a, 0, a.size), address = 0;
    pattern(a.at, a.size, 1);
    pattern(b.at, b.size, 2);
    CHECK_INT(rig_dsp_map(&rig, iova, a.size, 0, &address), 0);
    CHECK_INT(sum_call(handle, iova, a.size, &out), 0);
    CHECK_HEX(out.value, sum_of(a.at, a.size));
    rig_unmap(&rig, iova + 0x10000, 0x20000);
    rig_map_at(&rig, &b, 0x10000, 0x20000, iova + 0x10000);
    CHECK_INT(sum_call(handle, iova, a.size, &out), 0);
    CHECK_HEX(out.value, sum_of(a.at, 0x10000) + sum_of(b.at + 0x10000, 0x20000) + sum_of(a.at + 0x30000, 0x10000));
    rig_memory_close(&a);
    rig_memory_close(&b);
    CHECK(stop());
}

/* Thousands of mappings, then without them. */
static void test_many_maps(void)
{
    static uint64_t addresses[4000];
    if (!start())
        return;
    uint32_t handle = open_qbench();
    struct rig_memory memory = rig_memory(&rig, 4000 * 0x1000);
    struct qbench_result out;
    uint64_t iova = rig_map(&rig, &memory, 0, memory.size);
    pattern(memory.at, memory.size, 1);
    for (uint32_t i = 0; i < 4000; i++) {
        if (!CHECK_INT(rig_dsp_map_fd(&rig, (int)i, iova + i * 0x1000, 0x1000, &addresses[i]), 0))
            break;
    }
    CHECK_INT(sum_call(handle, iova + 3999 * 0x1000, 0x1000, &out), 0);
    CHECK_HEX(out.value, sum_of(memory.at + 3999 * 0x1000, 0x1000));
    for (uint32_t i = 0; i < 4000; i++) {
        if (!CHECK_INT(rig_dsp_unmap(&rig, addresses[i], 0x1000), 0))
            break;
    }
    rig_memory_close(&memory);
    CHECK(stop());
}

static uint32_t address_in_call(uint32_t handle, uint64_t iova, uint64_t len)
{
    uint32_t address = 0;
    const struct rig_arg args[] = {RIG_BUFFER(iova, len), RIG_OUT(&address, 4)};
    CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 10, 1, 1, 0, 0), args), 0);
    return address;
}

/* Bytes of a memory that the emulator has mapped: of the file itself, so nothing was copied. */
static uint64_t mapped_bytes(const struct rig_memory *memory)
{
    char path[64], line[600];
    struct stat st;
    uint64_t bytes = 0;
    CHECK_INT(fstat(memory->fd, &st), 0);
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)rig.pid);
    FILE *from = fopen(path, "r");
    while (from && fgets(line, sizeof(line), from)) {
        unsigned long long low, high, inode;
        if (sscanf(line, "%llx-%llx %*s %*s %*s %llu", &low, &high, &inode) == 3 && inode == st.st_ino)
            bytes += high - low;
    }
    if (CHECK(from != NULL))
        fclose(from);
    return bytes;
}

/* An argument inside a static map lies there; others are mapped for the call. */
static void test_static_map(void)
{
    if (!start())
        return;
    uint32_t handle = open_built("runtime");
    struct rig_memory memory = rig_memory(&rig, 1u << 20);
    uint64_t iova = rig_map(&rig, &memory, 0, memory.size), address = 0;
    uint32_t before = address_in_call(handle, iova + 0x1234, 64);
    CHECK_HEX(before & 0xffff, 0x1234);
    CHECK_INT(mapped_bytes(&memory), 0);
    CHECK_INT(rig_dsp_map(&rig, iova, memory.size, 0, &address), 0);
    CHECK_INT(mapped_bytes(&memory), memory.size);
    CHECK_HEX(address_in_call(handle, iova + 0x1234, 64), address + 0x1234);
    CHECK_HEX(address_in_call(handle, iova + 0xfff00, 0x100), address + 0xfff00);
    CHECK_INT(rig_dsp_unmap(&rig, address, memory.size), 0);
    CHECK_INT(mapped_bytes(&memory), 0);
    rig_memory_close(&memory);
    CHECK(stop());
}

static int32_t handle_call(uint32_t handle, uint32_t method, int fd, const uint64_t range[2], uint32_t out[2])
{
    uint32_t in[2] = {16, 0x5a5a5a5a};
    const struct rig_arg args[] = {RIG_IN(in, 8), RIG_OUT(out, 8), RIG_HANDLE(fd, range[0], range[1])};
    return rig_call(&rig, handle, QDA_SCALARS_BUILD(0, method, 1, 1, 1, 0), args);
}

static void test_handles(void)
{
    if (!start())
        return;
    uint32_t handle = open_built("runtime"), out[2] = {0, 0};
    struct rig_memory memory = rig_memory(&rig, 0x10000);
    uint64_t range[2] = {rig_map(&rig, &memory, 0x1000, 0x8000), 0x8000}, address = 0;
    memset(memory.at + 0x1000, 0x77, 0x8000);
    CHECK_INT(handle_call(handle, 6, 40, range, out), 0);
    CHECK_HEX(out[0], 0x77777777);
    CHECK_HEX(*(uint32_t *)(void *)(memory.at + 0x1040), 0x5a5a5a5a);
    CHECK_HEX((uint32_t)handle_call(handle, 7, 40, range, out), 0x80000427);
    CHECK_INT(rig_dsp_map_fd(&rig, 40, range[0], range[1], &address), 0);
    CHECK_INT(handle_call(handle, 7, 40, range, out), 0);
    CHECK_HEX(out[0], 0x5a5a5a5a);
    CHECK_HEX(out[1], address);
    /* A descriptor that nobody named, and more bytes than the buffer has. */
    const uint32_t asks[2][2] = {{99, 4096}, {40, 0x9000}};
    for (unsigned i = 0; i < 2; i++) {
        const struct rig_arg args[] = {RIG_IN(asks[i], 8), RIG_OUT(out, 4)};
        CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 12, 1, 1, 0, 0), args), 0);
        CHECK_HEX(out[0], 0xffffffff);
    }
    rig_memory_close(&memory);
    CHECK(stop());
}

/* wild: method 2 writes, 3 reads a DSP address. */
static uint64_t send_wild(uint32_t handle, uint32_t method, uint32_t address, struct rig_message *message)
{
    static uint32_t in[2], out;
    static struct rig_arg args[2];
    in[0] = address;
    in[1] = 1;
    args[0] = RIG_IN(in, 8);
    args[1] = RIG_OUT(&out, 4);
    rig_lay(&rig, message, QDA_SCALARS_BUILD(0, method, 1, 1, 0, 0), args);
    return rig_send(&rig, handle, message);
}

static void expect_fault(uint32_t address, uint64_t iova, uint32_t flags)
{
    CHECK(rig_wait_end(&rig));
    CHECK(rig.faulted);
    CHECK_HEX(rig.fault.address, address);
    CHECK_HEX(rig.fault.iova, iova);
    CHECK_HEX(rig.fault.flags, flags);
    CHECK(WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 65);
    stop();
}

static void test_fault_nowhere(void)
{
    for (uint32_t method = 2; method < 4; method++) {
        struct rig_message message;
        if (!start())
            return;
        send_wild(open_built("wild"), method, 0x7123456c, &message);
        expect_fault(0x7123456c, ~(uint64_t)0, method == 2);
    }
}

/* Mapped, used, then the bank stops to translate it. */
static void test_fault_unmapped(void)
{
    for (uint32_t method = 2; method < 4; method++) {
        struct rig_message message;
        if (!start())
            return;
        uint32_t handle = open_built("wild");
        struct rig_memory memory = rig_memory(&rig, 0x40000);
        uint64_t iova = rig_map(&rig, &memory, 0, memory.size), address = 0;
        CHECK_INT(rig_dsp_map(&rig, iova, memory.size, 0, &address), 0);
        send_wild(handle, method, (uint32_t)address + 0x20100, &message);
        CHECK_INT(rig_wait(&rig, &message), 0);
        rig_unmap(&rig, iova, memory.size);
        rig_forget(&rig, &memory);
        send_wild(handle, method, (uint32_t)address + 0x20100, &message);
        expect_fault((uint32_t)address + 0x20100, iova + 0x20100, method == 2);
        rig_memory_close(&memory);
    }
}

/* A buffer of which the bank translates only the first half. */
static void test_fault_hole(void)
{
    if (!start())
        return;
    uint32_t handle = open_qbench();
    struct rig_memory memory = rig_memory(&rig, 0x20000);
    struct qbench_result out;
    struct rig_message message;
    struct qbench_work work = {.kernel = QBENCH_SCALAR, .threads = 1, .length = 0x40000};
    uint64_t iova = rig_map(&rig, &memory, 0, memory.size);
    CHECK_INT(sum_call(handle, iova, memory.size, &out), 0);
    const struct rig_arg args[] = {RIG_IN(&work, sizeof(work)), RIG_BUFFER(iova, 0x40000), RIG_OUT(&out, sizeof(out))};
    rig_lay(&rig, &message, QDA_SCALARS_BUILD(0, QBENCH_SUM, 2, 1, 0, 0), args);
    rig_send(&rig, handle, &message);
    CHECK(rig_wait_end(&rig));
    CHECK(rig.faulted);
    CHECK_HEX(rig.fault.iova, iova + 0x20000);
    CHECK_HEX(rig.fault.flags, 0);
    rig_memory_close(&memory);
    stop();
}

static void test_exceptions(void)
{
    static const uint32_t flags[] = {1, 0, 2, 2};
    for (uint32_t method = 2; method < 6; method++) {
        struct rig_message message;
        if (!start())
            return;
        uint32_t handle = open_built("crash");
        CHECK_INT(rig_call(&rig, handle, QDA_SCALARS_BUILD(0, 6, 0, 0, 0, 0), NULL), (int32_t)0x8000042a);
        rig_lay(&rig, &message, QDA_SCALARS_BUILD(0, method, 0, 0, 0, 0), NULL);
        rig_send(&rig, handle, &message);
        CHECK(rig_wait_end(&rig));
        /* Some words that are no instruction end the emulator itself (qemu 7.2): then nobody tells of a fault. */
        if (CHECK(rig.faulted || method == 5) && rig.faulted) {
            CHECK_HEX(rig.fault.flags, flags[method - 2]);
            CHECK_HEX(rig.fault.iova, ~(uint64_t)0);
        }
        stop();
    }
}

/* What cannot be opened, and what it says. */
static void test_refused(void)
{
    char text[256];
    uint32_t handle = 0;
    static uint8_t broken[1u << 16];
    if (!start())
        return;
    const char *uri = "file:///libx_skel.so?calculator_skel_handle_invoke&_dom=cdsp";
    CHECK_HEX((uint32_t)rig_open(&rig, 0, uri, &handle, text), 0x80000427);
    CHECK_CONTAINS(text, "there is no libx_skel.so");
    CHECK_HEX((uint32_t)rig_open(&rig, 0, "libx_skel.so", &handle, text), 0x8000040e);
    CHECK(serve_built("libcalculator_skel.so"));
    size_t len = rig.files[0].len;
    memcpy(broken, rig.files[0].bytes, len);
    rig_serve(&rig, "libx_skel.so", broken, len - len / 2);
    CHECK_HEX((uint32_t)rig_open(&rig, 8, uri, &handle, text), 0x80000406);
    CHECK_CONTAINS(text, "libx_skel.so is truncated");
    rig_serve(&rig, "libx_skel.so", broken, 20);
    CHECK_HEX((uint32_t)rig_open(&rig, 8, uri, &handle, text), 0x80000406);
    CHECK_CONTAINS(text, "truncated");
    broken[18] = 62;
    rig_serve(&rig, "libx_skel.so", broken, len);
    CHECK_HEX((uint32_t)rig_open(&rig, 8, uri, &handle, text), 0x80000406);
    CHECK_CONTAINS(text, "wrong machine: ELF machine 62");
    CHECK(serve_built("libno_entry_skel.so") && serve_built("libunresolved_skel.so"));
    CHECK_HEX((uint32_t)rig_open(&rig, 8, "file:///libno_entry_skel.so?no_entry_skel_handle_invoke", &handle, text), 0x80000442);
    CHECK_CONTAINS(text, "has no entry point `no_entry_skel_handle_invoke`");
    CHECK_HEX((uint32_t)rig_open(&rig, 8, "file:///libunresolved_skel.so?unresolved_skel_handle_invoke&x", &handle, text), 0x80000442);
    CHECK_CONTAINS(text, "`no_such_function`");
    CHECK_HEX((uint32_t)rig_close(&rig, 8, 0x123, text), 0x80000427);
    CHECK_HEX((uint32_t)rig_call(&rig, 0x123, QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0), NULL), 0x80000427);
    uint32_t calculator = open_built("calculator");
    CHECK(calculator > 20);
    CHECK(stop());
}

/* A byte changed, in the headers, then anywhere: refused (the entry point that is asked for is never there), and nothing dies. */
static void test_damaged(void)
{
    char text[256];
    static uint8_t broken[1u << 16];
    if (!start() || !serve_built("libno_entry_skel.so"))
        return;
    size_t len = rig.files[0].len;
    srand(7);
    for (size_t i = 0; i < 400; i++) {
        uint32_t handle = 0;
        memcpy(broken, rig.files[0].bytes, len);
        broken[i < 100 ? i * 3 : (size_t)rand() % len] ^= (uint8_t)(1 + rand() % 255);
        rig_serve(&rig, "libx_skel.so", broken, len);
        if (!CHECK(rig_open(&rig, 8, "file:///libx_skel.so?nothing", &handle, text) != INT32_MIN))
            break;
        CHECK(text[0] != 0);
    }
    CHECK(!rig.faulted);
    CHECK(stop());
}

/* Several modules, several opens of one; each handle is its own. */
static void test_opens(void)
{
    char text[256];
    if (!start())
        return;
    uint32_t qbench = open_qbench(), first = open_built("calculator"), unused = rig.reverse_calls, second;
    CHECK_INT(rig_open(&rig, 0, "file:///libcalculator_skel.so?calculator_skel_handle_invoke", &second, text), 0);
    CHECK_INT(rig.reverse_calls, unused);
    CHECK(qbench != first && first != second && qbench > 20);
    int32_t in[4] = {3, -5, 4, 100};
    uint32_t count = 3;
    int64_t sum = 0;
    const struct rig_arg args[] = {RIG_IN(&count, 4), RIG_IN(in, sizeof(in)), RIG_OUT(&sum, 8)};
    CHECK_INT(rig_call(&rig, second, QDA_SCALARS_BUILD(0, 2, 2, 1, 0, 0), args), 0);
    CHECK_INT(sum, 2);
    count = 5;
    CHECK_HEX((uint32_t)rig_call(&rig, second, QDA_SCALARS_BUILD(0, 2, 2, 1, 0, 0), args), 0x8000040e);
    CHECK_HEX((uint32_t)rig_call(&rig, second, QDA_SCALARS_BUILD(0, 20, 0, 0, 0, 0), NULL), 0x80000414);
    CHECK_INT(rig_close(&rig, 8, first, text), 0);
    count = 2;
    CHECK_INT(rig_call(&rig, second, QDA_SCALARS_BUILD(0, 2, 2, 1, 0, 0), args), 0);
    CHECK_HEX((uint32_t)rig_call(&rig, first, QDA_SCALARS_BUILD(0, 2, 2, 1, 0, 0), args), 0x80000427);
    CHECK_INT(rig_close(&rig, 0, second, text), 0);
    CHECK_HEX((uint32_t)rig_close(&rig, 0, second, text), 0x80000427);
    for (unsigned i = 0; i < 20; i++) { /* loaded anew each time: nothing of it stays */
        CHECK_INT(rig_open(&rig, 8, "file:///libcalculator_skel.so?calculator_skel_handle_invoke", &second, text), 0);
        CHECK_INT(rig_close(&rig, 8, second, text), 0);
    }
    CHECK_INT(rig.heap_maps, 0);
    CHECK(stop());
}

int main(void)
{
    check_run("qbench is loaded and answers pings", test_ping);
    check_run("a shared buffer is summed and filled where it lies", test_shared_buffer);
    check_run("pieces of several memories are one buffer", test_pieces);
    check_run("small memories at any place", test_small_memories);
    check_run("an IOVA that comes back shows its new memory", test_iova_again);
    check_run("thousands of mappings", test_many_maps);
    check_run("an argument inside a static map lies there", test_static_map);
    check_run("handles are mapped by HAP_mmap and HAP_mmap_get", test_handles);
    check_run("an address that nothing maps ends the process", test_fault_nowhere);
    check_run("an address whose IOVA went ends the process and is told", test_fault_unmapped);
    check_run("a hole in a buffer faults with its IOVA", test_fault_hole);
    check_run("exceptions of a skel end the process", test_exceptions);
    check_run("what cannot be opened says why", test_refused);
    check_run("damaged headers end nothing", test_damaged);
    check_run("modules and handles", test_opens);
    return check_done();
}
