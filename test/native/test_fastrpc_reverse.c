/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "fake_dsp.h"

#include "fastrpc/served.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What the DSP may ask of the listener, and what a hostile one gets. */

static struct fake_dsp *dsp;
static struct qda_rpc *rpc;
static struct qda_rpc_options options;
static struct qda_shell shell;
static uint8_t shell_bytes[600], library[100000];
static struct qda_rpc_file files[] = {{"libqbench_skel.so", library, sizeof library}};
static char why[400], log_text[20000];
static unsigned descriptors, log_lines, heap_now;
static int last_level;

static void on_log(void *arg, int level, const char *text)
{
    (void)arg;
    size_t used = strlen(log_text);
    last_level = level;
    log_lines++;
    snprintf(log_text + used, sizeof log_text - used, "%s\n", text);
}

static void on_mapped(void *arg, const char *kind, uint64_t address, uint64_t size, uint64_t ino)
{
    (void)arg;
    CHECK_STR(kind, "heap");
    CHECK(address != 0 && size % 4096 == 0);
    CHECK(ino != 0 || !dsp->driver.gem);
    heap_now++;
}

static void on_unmapped(void *arg, uint64_t address)
{
    (void)arg;
    CHECK(address != 0);
    heap_now--;
}

static void begin(void)
{
    descriptors = fake_dsp_descriptors();
    dsp = fake_dsp_new();
    fake_dsp_elf(shell_bytes, sizeof shell_bytes);
    for (size_t i = 0; i < sizeof library; i++)
        library[i] = (uint8_t)(i * 31 + i / 253);
    shell = (struct qda_shell){.bytes = shell_bytes, .len = sizeof shell_bytes};
    options = (struct qda_rpc_options){
        .node = &dsp->node,
        .shell = &shell,
        .files = files,
        .file_count = 1,
        .hooks = {.log = on_log, .mapped = on_mapped, .unmapped = on_unmapped},
    };
    log_text[0] = '\0';
    log_lines = heap_now = 0;
}

/* Opens a session, plays the steps in it. */
static bool play(const struct fake_step *steps, size_t count)
{
    dsp->steps = steps;
    dsp->step_count = count;
    return CHECK_INT(qda_rpc_open(&dsp->base, &options, &rpc, why), 0) && CHECK(fake_dsp_played(dsp));
}

static void end(void)
{
    qda_rpc_close(rpc, NULL);
    rpc = NULL;
    CHECK_INT(heap_now, 0);
    CHECK_INT(dsp->closes, dsp->opens);
    fake_dsp_free(dsp);
    CHECK_INT(fake_dsp_descriptors(), descriptors);
}

/* Output `i` of an answer with the step's lengths. */
static uint8_t *output(const struct fake_step *step, unsigned at, unsigned i)
{
    struct fake_answer_of *answer = &dsp->answers[at];
    size_t pos = 0;
    for (unsigned k = 0;; k++) {
        uint32_t len;
        memcpy(&len, answer->out + pos, 4);
        CHECK_INT(len, step->outs[k]);
        pos = (pos + 4 + 7) & ~(size_t)7;
        if (k == i)
            return answer->out + pos;
        pos += step->outs[k];
    }
}

static uint32_t word_of(const struct fake_step *step, unsigned at, unsigned out, unsigned word)
{
    uint32_t value;
    memcpy(&value, output(step, at, out) + 4 * word, 4);
    return value;
}

#define WORDS(...) {(uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__})}
#define TEXT(text) {(void *)(uintptr_t)(text), sizeof(text)}
#define SC(method, in, out) QDA_SCALARS_BUILD(0, method, in, out, 0, 0)
#define FOPEN(name)                                                                                                    \
    {                                                                                                                  \
        .handle = 1, .sc = 0x13050100,                                                                                 \
        .ins = {WORDS(18, 2, sizeof(name), 3), TEXT("ADSP_LIBRARY_PATH"), TEXT(";"), TEXT(name), TEXT("rb")},          \
        .outs = {4}                                                                                                    \
    }
#define FCLOSE(fd) {.handle = 1, .sc = 0x03010000, .ins = {WORDS(fd)}}
#define FREAD(fd, len) {.handle = 1, .sc = 0x04010200, .ins = {WORDS(fd, len)}, .outs = {8, len}}
#define FSEEK(fd, offset, whence) {.handle = 1, .sc = 0x09010000, .ins = {WORDS(fd, (uint32_t)(offset), whence)}}
#define OPEN_MODULE(name) {.sc = SC(0, 2, 2), .ins = {WORDS(sizeof(name), 40), TEXT(name)}, .outs = {8, 40}}

/* As a loader does it: greeting, open, length, head, a piece, the end, stat, close. */
static void test_loader(void)
{
    const struct fake_step steps[] = {
        OPEN_MODULE("apps_std"),
        FOPEN("libqbench_skel.so"),
        {.handle = 1, .sc = 0x0a010100, .ins = {WORDS(1)}, .outs = {8}},
        FREAD(1, 52),
        FSEEK(1, 4096, 0),
        FREAD(1, 3000),
        FSEEK(1, -10, 2),
        FREAD(1, 64),
        {.handle = 1, .sc = SC(8, 1, 1), .ins = {WORDS(1)}, .outs = {4}},
        {.handle = 1, .sc = 0x1f020100, .ins = {WORDS(31, 18), TEXT("libqbench_skel.so")}, .outs = {96}},
        FCLOSE(1),
        FREAD(1, 4),
        {.sc = SC(1, 1, 2), .ins = {WORDS(1, 40)}, .outs = {4, 40}},
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK_INT(word_of(&steps[0], 0, 0, 0), 1);
        CHECK_INT(word_of(&steps[0], 0, 0, 1), 0);
        CHECK_INT(word_of(&steps[1], 1, 0, 0), 1);
        CHECK_INT(word_of(&steps[2], 2, 0, 0), sizeof library);
        CHECK_INT(word_of(&steps[3], 3, 0, 0), 52);
        CHECK_INT(word_of(&steps[3], 3, 0, 1), 0);
        CHECK_MEM(output(&steps[3], 3, 1), library, 52);
        CHECK_MEM(output(&steps[5], 5, 1), library + 4096, 3000);
        CHECK_INT(word_of(&steps[7], 7, 0, 0), 10);
        CHECK_INT(word_of(&steps[7], 7, 0, 1), 1); /* at the end */
        CHECK_MEM(output(&steps[7], 7, 1), library + sizeof library - 10, 10);
        CHECK_INT(word_of(&steps[8], 8, 0, 0), sizeof library);
        CHECK_INT(word_of(&steps[9], 9, 0, 0), 96);
        CHECK_INT(word_of(&steps[9], 9, 0, 10), sizeof library); /* size, at byte 40 */
        CHECK_INT(dsp->answers[10].result, 0);
        CHECK_INT(dsp->answers[11].result, RPC_EBADFD);
        CHECK_INT(word_of(&steps[12], 12, 0, 0), 0);
        CHECK_INT(qda_rpc_reverse_calls(rpc), sizeof steps / sizeof *steps);
    }
    end();
}

static void test_modules(void)
{
    const struct fake_step steps[] = {
        OPEN_MODULE("apps_mem"),
        OPEN_MODULE("adspmsgd_apps?x&_dom=cdsp"),
        OPEN_MODULE("libc.so"),
        {.sc = SC(0, 2, 2), .ins = {WORDS(4, 8), TEXT("abc")}, .outs = {8, 8}}, /* no room for the text */
        {.sc = SC(0, 2, 2), .ins = {WORDS(3, 8), TEXT("abc")}, .outs = {8, 8}}, /* no NUL where it should be */
        {.sc = SC(1, 1, 2), .ins = {WORDS(9, 40)}, .outs = {4, 40}},
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK_INT(word_of(&steps[0], 0, 0, 0), 2);
        CHECK_INT(word_of(&steps[1], 1, 0, 0), 3);
        CHECK_INT(word_of(&steps[2], 2, 0, 1), RPC_ENOSUCHMOD);
        CHECK_STR((char *)output(&steps[2], 2, 1), "no such module is served");
        CHECK_INT(word_of(&steps[3], 3, 0, 1), RPC_ENOSUCHMOD);
        CHECK_INT(dsp->answers[4].result, QDA_AEE_EBADPARM);
        CHECK_INT(word_of(&steps[5], 5, 0, 0), RPC_ENOSUCHMOD);
    }
    end();
}

/* Without a folder nothing of the board can be named. */
static void test_refused_names(void)
{
    const struct fake_step steps[] = {
        FOPEN("/etc/passwd"),
        FOPEN("../../etc/passwd"),
        FOPEN("other.so"),
        FOPEN("libqbench_skel.so/"),
        FOPEN(""),
        {.handle = 1, .sc = SC(0, 3, 1), .ins = {WORDS(18, 3), TEXT("libqbench_skel.so"), TEXT("r+")}, .outs = {4}},
        {.handle = 1, .sc = SC(0, 3, 1), .ins = {WORDS(18, 2), TEXT("libqbench_skel.so"), TEXT("r")}, .outs = {4}},
        {.handle = 1, .sc = SC(22, 2, 1), .ins = {WORDS(18), TEXT("libqbench_skel.so")}, .outs = {1}},
        {.handle = 1, .sc = SC(22, 2, 1), .ins = {WORDS(12), TEXT("/etc/passwd")}, .outs = {1}},
        {.handle = 1, .sc = 0x1f020100, .ins = {WORDS(31, 12), TEXT("/etc/passwd")}, .outs = {96}},
        {.handle = 1, .sc = SC(16, 2, 2), .ins = {WORDS(5, 9), TEXT("PATH")}, .outs = {4, 9}},
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        for (unsigned i = 0; i < 5; i++)
            CHECK_INT(dsp->answers[i].result, RPC_ENOSUCHFILE);
        CHECK_INT(dsp->answers[5].result, RPC_EBADPERMS);
        CHECK_INT(dsp->answers[5].out_len, 0); /* no outputs where there is an error */
        CHECK_CONTAINS(log_text, "wanted to write \"libqbench_skel.so\"");
        CHECK_INT(dsp->answers[6].result, 0);
        CHECK_INT(*output(&steps[7], 7, 0), 1);
        CHECK_INT(*output(&steps[8], 8, 0), 0);
        CHECK_INT(dsp->answers[9].result, RPC_ENOSUCHFILE);
        CHECK_INT(dsp->answers[10].result, RPC_EGETENV);
    }
    end();
}

static void link_in(const char *from, const char *to)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", dsp->root, from);
    CHECK_INT(symlink(to, full), 0);
}

static void put_folder(void)
{
    uint8_t *huge = calloc(1, RPC_FOLDER_FILE_MAX + 1);
    fake_dsp_put(dsp, "/secret", "secret", 6);
    fake_dsp_put(dsp, "/libs/extra.so", "extra", 5);
    fake_dsp_put(dsp, "/libs/sub/deep.so", "deep", 4);
    fake_dsp_put(dsp, "/libs/libqbench_skel.so", "short", 5);
    fake_dsp_put(dsp, "/libs/huge.so", huge, RPC_FOLDER_FILE_MAX + 1);
    link_in("/libs/link.so", "../secret");
    link_in("/libs/linked", "sub");
    link_in("/libs/out", "..");
    link_in("/libs/self.so", "extra.so");
    free(huge);
    options.folder = "/libs";
}

static void test_folder(void)
{
    const struct fake_step steps[] = {
        FOPEN("extra.so"),
        FREAD(1, 16),
        FOPEN("sub/deep.so"),
        FOPEN("../secret"),
        FOPEN("sub/../../secret"),
        FOPEN("./extra.so"),
        FOPEN("/secret"),
        FOPEN("sub//deep.so"),
        FOPEN("link.so"),
        FOPEN("linked/deep.so"),
        FOPEN("sub"),
        FOPEN("out/secret"),
        FOPEN("self.so"), /* also where it stays within */
        FOPEN("/libs/extra.so"),
        FOPEN("sub/.."),
        FOPEN("huge.so"),
        FOPEN("libqbench_skel.so"), /* memory first */
        {.handle = 1, .sc = 0x0a010100, .ins = {WORDS(3)}, .outs = {8}},
    };
    begin();
    put_folder();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK_INT(word_of(&steps[1], 1, 0, 0), 5);
        CHECK_MEM(output(&steps[1], 1, 1), "extra", 5);
        CHECK_INT(word_of(&steps[2], 2, 0, 0), 2);
        for (unsigned i = 3; i <= 14; i++)
            CHECK_INT(dsp->answers[i].result, RPC_EBADPERMS);
        CHECK_INT(dsp->answers[15].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(word_of(&steps[17], 17, 0, 0), sizeof library);
        CHECK_CONTAINS(log_text, "asked for \"../secret\": refused, only plain files below /libs are served");
    }
    end();
}

/* Nothing is written there, and what can be asked of a file without opening it keeps to the folder too. */
static void test_folder_is_read(void)
{
    const struct fake_step steps[] = {
        {.handle = 1, .sc = SC(0, 3, 1), .ins = {WORDS(9, 3), TEXT("extra.so"), TEXT("r+")}, .outs = {4}},
        {.handle = 1, .sc = SC(0, 3, 1), .ins = {WORDS(7, 2), TEXT("new.so"), TEXT("w")}, .outs = {4}},
        {.handle = 1, .sc = SC(22, 2, 1), .ins = {WORDS(9), TEXT("extra.so")}, .outs = {1}},
        {.handle = 1, .sc = SC(22, 2, 1), .ins = {WORDS(10), TEXT("../secret")}, .outs = {1}},
        {.handle = 1, .sc = 0x1f020100, .ins = {WORDS(31, 8), TEXT("link.so")}, .outs = {96}},
    };
    begin();
    put_folder();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK_INT(dsp->answers[0].result, RPC_EBADPERMS);
        CHECK_INT(dsp->answers[1].result, RPC_EBADPERMS);
        CHECK_CONTAINS(log_text, "wanted to write \"new.so\": refused");
        CHECK_INT(*output(&steps[2], 2, 0), 1);
        CHECK_INT(*output(&steps[3], 3, 0), 0);
        CHECK_INT(dsp->answers[4].result, RPC_EBADPERMS);
    }
    end();
}

static void test_unknown_methods(void)
{
    const struct fake_step steps[] = {
        {.handle = 1, .sc = SC(5, 2, 1), .ins = {WORDS(1, 4), TEXT("abc")}, .outs = {8}}, /* fwrite */
        {.handle = 1, .sc = SC(31, 2, 1), .ins = {WORDS(34, 4), TEXT("abc")}, .outs = {8}}, /* fopen_fd */
        {.handle = 2, .sc = SC(4, 1, 1), .ins = {WORDS(1, 2)}, .outs = {16}}, /* share_map */
        {.handle = 3, .sc = SC(1, 0, 0)},
        {.handle = 0, .sc = SC(2, 0, 0)},
        {.handle = 77, .sc = SC(0, 0, 0)},
        {.handle = 0xffffffff, .sc = 0},
        {.handle = 1, .sc = QDA_SCALARS_BUILD(0, 3, 1, 0, 1, 0), .ins = {WORDS(1)}},
        {.handle = 1, .sc = SC(3, 2, 0), .ins = {WORDS(1), WORDS(1)}}, /* too many */
        {.handle = 1, .sc = SC(3, 1, 0), .ins = {TEXT("ab")}},         /* too short */
        {.handle = 1, .sc = 0x0a010100, .ins = {WORDS(1)}, .outs = {4}},
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        for (unsigned i = 0; i < 7; i++)
            CHECK_INT(dsp->answers[i].result, QDA_AEE_EUNSUPPORTED);
        for (unsigned i = 7; i < 11; i++)
            CHECK_INT(dsp->answers[i].result, QDA_AEE_EBADPARM);
    }
    end();
}

#define MAP64(flags, size)                                                                                             \
    {                                                                                                                  \
        .handle = 2, .sc = 0x02010100,                                                                                 \
        .ins = {{&(struct qda_apps_mem_map){.rflags = (flags), .len = (size)}, sizeof(struct qda_apps_mem_map)}},      \
        .outs = {16}                                                                                                   \
    }
#define UNMAP64(address, size)                                                                                         \
    {.handle = 2, .sc = 0x03010000, .ins = {{(uint64_t[]){(address), (size)}, 16}}}

static void test_heap(void)
{
    const struct fake_step steps[] = {
        MAP64(0x1000, 100000),
        MAP64(0x1000, 1 << 20),
        UNMAP64(0x10000, 100000),
        UNMAP64(0x10000, 100000),
        UNMAP64(0, 0),
        MAP64(0x1000, 0),
        MAP64(0x1000, UINT64_MAX),
        MAP64(0x1000, RPC_HEAP_MAX),
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK_INT(word_of(&steps[0], 0, 0, 2), 0x10000);
        CHECK_INT(dsp->answers[1].result, 0);
        CHECK_INT(dsp->map_flags, 0x1000);
        CHECK_INT(dsp->map_request, 1);
        CHECK_INT(dsp->answers[2].result, 0);
        CHECK_INT(dsp->answers[3].result, RPC_ENOSUCHMAP);
        CHECK_INT(dsp->answers[4].result, RPC_ENOSUCHMAP);
        CHECK_INT(dsp->answers[5].result, QDA_AEE_EBADPARM);
        CHECK_INT(dsp->answers[6].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(dsp->answers[7].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(dsp->maps, 2);
        CHECK_INT(dsp->unmaps, 1);
        CHECK_INT(heap_now, 1);
    }
    end();
}

static int own_memory(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    (void)fd;
    *dmabuf = sys->ops->memfd(sys, "own", size);
    return *dmabuf < 0 ? *dmabuf : 0;
}

/* Legacy FastRPC: the driver makes the heap's pages; for other flags it is handed a buffer. */
static void test_heap_without_gem(void)
{
    const struct fake_step steps[] = {MAP64(0x1000, 4096), MAP64(2, 4096)};
    begin();
    dsp->driver.gem = false;
    dsp->driver.dmabuf_alloc = own_memory;
    if (play(steps, 1)) {
        CHECK_INT(dsp->answers[0].result, 0);
        CHECK_INT(dsp->map_request, 1);
        CHECK_INT(heap_now, 1);
    }
    end();
    begin();
    dsp->driver.gem = false;
    dsp->driver.dmabuf_alloc = own_memory;
    if (play(steps + 1, 1)) {
        CHECK_INT(dsp->answers[0].result, 0);
        CHECK_INT(dsp->map_request, 2);
    }
    end();
}

/* FastRPC: the pages that the driver made stay once the listener's wait was broken; a buffer of ours does not. */
static void test_heap_stays(void)
{
    const struct fake_step steps[] = {MAP64(0x1000, 5000), MAP64(0x1000, 4096), MAP64(2, 4096), UNMAP64(0x20000, 4096)};
    for (unsigned keeps = 0; keeps < 2; keeps++) {
        struct qda_rpc_cost cost;
        begin();
        dsp->driver.gem = false;
        dsp->driver.dmabuf_alloc = own_memory;
        dsp->driver.leaks_waits = dsp->driver.leaks_process = false;
        dsp->driver.leaks_pages = keeps;
        if (play(steps, 4)) {
            CHECK_INT(dsp->answers[3].result, 0);
            qda_rpc_close(rpc, &cost);
            rpc = NULL;
            CHECK_INT(cost.left_behind, keeps ? 8192 : 0);
        }
        end();
    }
}

/* All of it is whole pages, also what the driver makes by itself: so the sum ends at the limit and never goes past it. */
static void test_heap_limit(void)
{
    const struct fake_step steps[] = {MAP64(0x1000, 1), MAP64(2, RPC_HEAP_MAX - 1), MAP64(2, RPC_HEAP_MAX - 4096), MAP64(2, 1)};
    begin();
    dsp->driver.gem = false;
    dsp->driver.dmabuf_alloc = own_memory;
    if (play(steps, 4)) {
        CHECK_INT(dsp->answers[0].result, 0);
        CHECK_INT(dsp->answers[1].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(dsp->answers[2].result, 0);
        CHECK_INT(dsp->answers[3].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(heap_now, 2);
    }
    end();
}

static void test_heap_refused(void)
{
    const struct fake_step steps[] = {MAP64(0x1000, 4096), MAP64(0x1000, 4096)};
    const struct fake_step many[] = {
        {.handle = 2, .sc = 0x02010100, .times = RPC_HEAP_BUFFERS + 1,
         .ins = {{&(struct qda_apps_mem_map){.len = 4096}, sizeof(struct qda_apps_mem_map)}}, .outs = {16}},
    };
    begin();
    dsp->same_address = true; /* a DSP that lies */
    if (play(steps, 2)) {
        CHECK_INT(dsp->answers[0].result, 0);
        CHECK_INT(dsp->answers[1].result, RPC_EMMAP);
        CHECK_INT(heap_now, 1);
    }
    end();
    begin();
    dsp->map_result = (int)0x80000402;
    if (play(steps, 1))
        CHECK_INT(dsp->answers[0].result, RPC_EMMAP);
    end();
    begin();
    if (play(many, 1)) {
        CHECK_INT(dsp->answers[0].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(dsp->maps, RPC_HEAP_BUFFERS);
    }
    end();
}

static void test_log(void)
{
    static uint8_t records[512];
    records[0] = 3;
    memcpy(records + 8, "first \x07", 8);
    records[256] = 1;
    memcpy(records + 264, "second", 7);
    const struct fake_step steps[] = {
        {.handle = 3, .sc = SC(0, 2, 0), .ins = {WORDS(512), {records, 512}}},
        {.handle = 3, .sc = SC(0, 2, 0), .ins = {WORDS(11), TEXT("third\nlast\n")}},
        {.handle = 3, .sc = SC(0, 2, 0), .ins = {WORDS(12), {records, 8}}}, /* longer than it is */
        {.handle = 3, .sc = SC(0, 2, 0), .ins = {WORDS(0), {records, 0}}},
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK_STR(log_text, "first ?\nsecond\nthird\nlast\n");
        CHECK_INT(log_lines, 4);
        CHECK_INT(last_level, RPC_LEVEL_HIGH);
        CHECK_INT(dsp->answers[2].result, QDA_AEE_EBADPARM);
    }
    end();
}

/* Bytes that are no call, lengths that lie, outputs without end. */
static void test_hostile_bytes(void)
{
    static uint8_t ones[64];
    memset(ones, 0xff, sizeof ones);
    const struct fake_step steps[] = {
        {.handle = 1, .sc = 0xffffff00, .raw = ones, .raw_len = 64},
        {.handle = 1, .sc = 0x13050100, .raw = ones, .raw_len = 64},
        {.handle = 1, .sc = 0x13050100, .raw = "", .raw_len = 0},
        {.handle = 1, .sc = 0x04010200, .raw = ones, .raw_len = 3},
        {.handle = 1, .sc = 0x04010200, .raw = ones, .raw_len = 8, .needed = 0xffffffff},
        {.handle = 1, .sc = 0x04010200, .raw = ones, .raw_len = 8, .needed = QDA_REVERSE_ROOM},
        {.handle = 1, .sc = 0x04010200, .ins = {WORDS(1, 0xffffffff)}, .outs = {8, 0xfffffff0}},
        {.handle = 1, .sc = 0x04010200, .ins = {WORDS(1, 16)}, .outs = {0xffffffff, 0xffffffff}},
        {.handle = 0, .sc = SC(0, 0, 255), .raw = ones, .raw_len = 64},
        FOPEN("libqbench_skel.so"),
        {.handle = 1, .sc = 0x04010200, .ins = {WORDS(1, 100)}, .outs = {8, 99}}, /* more than the room */
        FSEEK(1, -1, 0),
        FSEEK(1, 1, 2),
        FSEEK(1, 0x7fffffff, 1),
        FSEEK(1, 0, 3),
        FCLOSE(0),
        FCLOSE(33),
        FCLOSE(0xffffffff),
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
            CHECK(i == 9 ? dsp->answers[i].result == 0 : dsp->answers[i].result > 0);
        CHECK_INT(dsp->answers[4].result, RPC_EBADSIZE);
        CHECK_INT(dsp->answers[6].result, QDA_AEE_ENOMEMORY);
        CHECK_INT(dsp->answers[10].result, QDA_AEE_EBADPARM);
        CHECK_INT(dsp->answers[11].result, RPC_EFSEEK);
        CHECK_INT(dsp->answers[14].result, QDA_AEE_EBADPARM);
    }
    end();
}

static void test_flood(void)
{
    const struct fake_step steps[] = {
        {.handle = 3, .sc = SC(0, 2, 0), .ins = {WORDS(4), TEXT("spam")}, .times = 3000},
        {.handle = 1, .sc = 0x13050100, .times = 100,
         .ins = {WORDS(18, 2, 18, 3), TEXT("ADSP_LIBRARY_PATH"), TEXT(";"), TEXT("libqbench_skel.so"), TEXT("rb")},
         .outs = {4}},
        {.handle = 77, .sc = 0, .times = 6000},
    };
    begin();
    if (play(steps, sizeof steps / sizeof *steps)) {
        CHECK(log_lines >= RPC_LINE_BURST && log_lines < 3000);
        CHECK_INT(dsp->answers[1].result, QDA_AEE_ENOMEMORY); /* 32 files are open */
        CHECK_INT(dsp->answers[2].result, QDA_AEE_EUNSUPPORTED);
        CHECK_INT(qda_rpc_reverse_calls(rpc), 9100);
    }
    end();
}

static void test_bucket(void)
{
    struct rpc_bucket bucket = {0};
    unsigned taken = 0;
    while (taken < 100 && rpc_bucket_take(&bucket, 5000000000u, 10, 100))
        taken++;
    CHECK_INT(taken, 11);
    CHECK(!rpc_bucket_take(&bucket, 5000000000u, 10, 100));
    CHECK(rpc_bucket_take(&bucket, 5010000000u, 10, 100));
    CHECK(!rpc_bucket_take(&bucket, 5010000000u, 10, 100));
}

/* The session can be closed while the DSP goes on asking. */
static void test_close_in_flood(void)
{
    const struct fake_step steps[] = {{.handle = 77, .sc = 0, .times = 100000000}};
    begin();
    dsp->steps = steps;
    dsp->step_count = 1;
    CHECK_INT(qda_rpc_open(&dsp->base, &options, &rpc, why), 0);
    end();
}

int main(void)
{
    check_run("a loader's sequence", test_loader);
    check_run("modules that are served, and others", test_modules);
    check_run("names that are not served", test_refused_names);
    check_run("a folder, and no way out of it", test_folder);
    check_run("a folder is only read", test_folder_is_read);
    check_run("unknown methods and wrong counts", test_unknown_methods);
    check_run("the heap grows and shrinks", test_heap);
    check_run("the heap of a driver without GEM", test_heap_without_gem);
    check_run("what of a heap stays in the driver", test_heap_stays);
    check_run("a heap at its limit", test_heap_limit);
    check_run("heaps that are refused", test_heap_refused);
    check_run("log lines", test_log);
    check_run("hostile bytes", test_hostile_bytes);
    check_run("a flood is bounded", test_flood);
    check_run("so many at once, then so many a second", test_bucket);
    check_run("a close in the middle of a flood", test_close_in_flood);
    return check_done();
}
