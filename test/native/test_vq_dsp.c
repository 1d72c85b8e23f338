/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_dsp_rig.h"
#include "vqda/core/fault.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The virtual DSP with a program of ours that does as it is told (dsp_shells/shell.c). */

#define GET_ASID 5u
#define DEAD (QDA_AEE_REMOTE + 0x0d)
#define IOVA 0x10000000ull
#define SIZE 65536u

static bool alive(int pid)
{
    return kill(pid, 0) == 0;
}

static int64_t get_asid(int32_t session, uint32_t *asid)
{
    struct rig_call call;
    struct rig_buffers buffers = { .slot = 2, .out_len = sizeof(*asid) };
    CHECK_INT(rig_send_invoke(&call, session, QDA_HANDLE_PROCESS, GET_ASID, &buffers), 0);
    int64_t answer = rig_wait(&call);
    memcpy(asid, rig_out(&call), sizeof(*asid));
    return answer;
}

/* A call that the program never answers. */
static void begin_waiting(struct rig_call *call, int32_t session, unsigned slot)
{
    struct rig_buffers buffers = { .slot = slot };
    CHECK_INT(rig_send_invoke(call, session, QDA_HANDLE_LISTENER, 4, &buffers), 0);
    CHECK_INT(call->answers, 0);
}

static unsigned count_fds(int pid)
{
    char path[64];
    unsigned count = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    DIR *dir = opendir(path);
    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

/* Memory at IOVA whose every word is its index. */
static uint32_t *counted(uint64_t iova, uint64_t offset)
{
    int fd = memfd_create("counted", MFD_CLOEXEC);
    CHECK_INT(ftruncate(fd, offset + SIZE), 0);
    uint32_t *words = mmap(NULL, offset + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (uint32_t i = 0; i < (offset + SIZE) / 4; i++)
        words[i] = i;
    rig_map(iova, SIZE, fd, offset);
    return words;
}

static void test_session(void)
{
    if (!rig_begin())
        return;
    uint32_t asid = 0;
    CHECK(rig_create(7, 8));
    int pid = rig_pid(7);
    CHECK(pid > 0 && alive(pid));
    CHECK_INT(get_asid(7, &asid), 0);
    CHECK_INT(asid, 1);
    CHECK_INT(rig_session(7).calls, 2);
    CHECK_INT(rig_session(7).mappings, 1);
    CHECK_INT(rig_session(7).sid, RIG_SID);
    rig_release(7);
    CHECK(!alive(pid));
    CHECK_INT(rig_sessions(), 0);
    CHECK_STR(rig_log(), "");
    rig_end();
}

static void test_without_session(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    uint32_t asid, wanted = 10;
    CHECK_INT(get_asid(3, &asid), QDA_AEE_ENOSUCH);
    rig_release(3);
    struct rig_buffers buffers = { .in = &wanted, .in_len = 4, .out_len = 40 };
    CHECK_INT(rig_send_invoke(&call, 3, QDA_HANDLE_DSP_UTILITIES, 0, &buffers), 0);
    CHECK_INT(call.answer, 0);
    const uint32_t *values = rig_out(&call);
    CHECK_HEX(values[5], 0x66); /* attribute 6: architecture */
    CHECK_INT(values[2], 4);    /* attribute 3: HVX of 128 bytes */
    wanted = 300;
    CHECK_INT(rig_send_invoke(&call, 3, QDA_HANDLE_DSP_UTILITIES, 0, &buffers), 0);
    CHECK_INT(call.answer, QDA_AEE_EBADPARM);
    wanted = 11; /* more than there is room for */
    CHECK_INT(rig_send_invoke(&call, 3, QDA_HANDLE_DSP_UTILITIES, 0, &buffers), 0);
    CHECK_INT(call.answer, QDA_AEE_EBADPARM);
    CHECK_INT(rig_send_invoke(&call, 3, QDA_HANDLE_DSP_UTILITIES, 1, &buffers), 0);
    CHECK_INT(call.answer, QDA_AEE_EUNSUPPORTED);
    CHECK_INT(rig_send_invoke(&call, 3, QDA_HANDLE_INIT, QDA_METHOD_INIT_CREATE, &buffers), 0);
    CHECK_INT(call.answer, QDA_AEE_EUNSUPPORTED);
    rig_end();
}

static void test_mappings(void)
{
    if (!rig_begin())
        return;
    uint32_t value = 0;
    uint32_t *words = counted(IOVA, 2 * SIZE);
    CHECK(rig_create(1, 8) && rig_create(2, 8));
    CHECK_INT(rig_peek(1, IOVA + 400, true, &value), 0);
    CHECK_INT(value, (2 * SIZE + 400) / 4);
    CHECK_INT(rig_session(1).mappings, 2);
    words[(2 * SIZE + 404) / 4] = 0xfeedu; /* one memory on both sides */
    CHECK_INT(rig_peek(1, IOVA + 404, false, &value), 0);
    CHECK_HEX(value, 0xfeedu);
    CHECK_INT(rig_session(1).mappings, 2); /* told once */
    CHECK_INT(rig_peek(2, IOVA + 404, true, &value), 0); /* the same bank */
    CHECK_HEX(value, 0xfeedu);
    unsigned before = count_fds(rig_pid(1));
    rig_unmap(IOVA);
    CHECK_INT(rig_session(1).mappings, 1);
    CHECK_INT(rig_session(2).mappings, 1);
    CHECK_INT(get_asid(1, &value), 0);
    CHECK_INT(count_fds(rig_pid(1)), before - 1); /* and the memory is forgotten */
    munmap(words, 3 * SIZE);
    rig_end();
}

static void test_many_mappings(void)
{
    if (!rig_begin())
        return;
    uint32_t value;
    int fd = memfd_create("pieces", MFD_CLOEXEC);
    CHECK_INT(ftruncate(fd, 4096 * 200), 0);
    for (unsigned i = 0; i < 200; i++) /* in the bank one after the other, in the memory backwards */
        rig_map(IOVA + 4096ull * i, 4096, fd, 4096ull * (199 - i));
    uint32_t *words = mmap(NULL, 4096 * 200, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (unsigned i = 0; i < 200; i++)
        words[1024 * i] = i;
    CHECK(rig_create(1, 8));
    struct rig_call call;
    struct probe_call in = { .iova = IOVA + 4096 * 150 };
    struct rig_buffers buffers = { .slot = 1, .in = &in, .in_len = sizeof(in), .out_len = 4, .iova = IOVA, .size = 4096 * 200 };
    CHECK_INT(rig_send_invoke(&call, 1, PROBE_HANDLE, PROBE_METHOD_PEEK, &buffers), 0);
    CHECK_INT(rig_wait(&call), 0);
    CHECK_INT(*(const uint32_t *)rig_out(&call), 49);
    CHECK_INT(rig_session(1).mappings, 201);
    rig_unmap(IOVA + 4096 * 150);
    CHECK_INT(rig_session(1).mappings, 200);
    CHECK_INT(rig_peek(1, IOVA + 4096 * 151, false, &value), 0);
    CHECK_INT(value, 48);
    CHECK_INT(rig_peek(1, IOVA + 4096 * 150, false, &value), DEAD);
    munmap(words, 4096 * 200);
    rig_end();
}

static void test_page_fault(void)
{
    if (!rig_begin())
        return;
    uint32_t value;
    struct rig_call waiting;
    CHECK(rig_create(1, 8));
    int pid = rig_pid(1);
    begin_waiting(&waiting, 1, 3);
    CHECK_INT(rig_peek(1, IOVA, true, &value), DEAD); /* named, but nothing is there */
    CHECK_INT(rig_wait(&waiting), DEAD);
    CHECK_INT(rig_faults, 1);
    CHECK_HEX(rig_fault_iova, IOVA);
    CHECK(!alive(pid));
    CHECK_INT(rig_sessions(), 0);
    CHECK_INT(get_asid(1, &value), DEAD);
    CHECK_CONTAINS(rig_log(), "IOVA 0x10000000 of bank qda-cb-cdsp-3, which is not translated");
    CHECK(rig_create(1, 8)); /* in the place of the dead one */
    CHECK_INT(get_asid(1, &value), 0);
    rig_release(1);
    rig_end();
}

static void test_slab_gone(void)
{
    if (!rig_begin())
        return;
    uint32_t asid;
    CHECK(rig_create(1, 8));
    CHECK_INT(get_asid(1, &asid), 0);
    unsigned before = count_fds(rig_pid(1));
    vq_dsp_slab_gone(rig_board, &rig_slab);
    rig_slab.serial++; /* another one at the same place */
    CHECK_INT(get_asid(1, &asid), 0);
    CHECK_INT(asid, 1);
    CHECK_INT(count_fds(rig_pid(1)), before);
    rig_release(1);
    rig_end();
}

static void test_shells(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    static unsigned char elf[512] = { 0x7f, 'E', 'L', 'F', 1, 1, 1 };
    elf[16] = 3, elf[18] = 164, elf[20] = 1, elf[28] = 52, elf[40] = 52, elf[42] = 32, elf[44] = 1, elf[52] = 1;
    memcpy(elf + 200, "qurt_thread_create", 18);
    CHECK_INT(rig_send_create(&call, 1, 8, elf, sizeof(elf)), 0);
    CHECK_INT(call.answer, 0x11);
    CHECK_CONTAINS(rig_log(), "Qualcomm's own");
    memset(elf + 200, 0, 18);
    CHECK_INT(rig_send_create(&call, 1, 8, elf, sizeof(elf)), 0);
    CHECK_INT(call.answer, 0x11);
    CHECK_CONTAINS(rig_log(), "wants a loader");
    elf[18] = 62;
    CHECK_INT(rig_send_create(&call, 1, 8, elf, sizeof(elf)), 0);
    CHECK_INT(call.answer, 0x06);
    CHECK_CONTAINS(rig_log(), "is no whole ELF program for Hexagon");
    CHECK_INT(rig_send_create(&call, 1, 8, "#!/bin/sh\n", 10), 0);
    CHECK_INT(call.answer, 0x06);
    CHECK(rig_create(1, 8));
    CHECK_INT(rig_send_create(&call, 1, 8, NULL, 0), 0);
    CHECK_INT(call.answer, 0x1a);
    CHECK_INT(rig_sessions(), 1);
    rig_end();
}

static void test_faults(void)
{
    if (!rig_begin())
        return;
    struct rig_call hung, waiting;
    struct vq_fault crash = { .kind = VQ_FAULT_DSP_CRASH, .left = 1 }, hang = { .kind = VQ_FAULT_DSP_HANG, .left = 1 };
    struct vq_fault space = { .kind = VQ_FAULT_DSP_SPACE, .delay_ns = 16u << 20, .left = 1 };
    uint32_t value;
    struct probe_call none = { 0 };
    CHECK_INT(vq_fault_set(rig_board, &space), 0);
    CHECK(rig_create(1, 8) && rig_create(2, 8));
    CHECK_INT(rig_probe(1, PROBE_METHOD_SPACE, &none, &value), 0);
    CHECK_INT(value, 16);
    CHECK_INT(rig_probe(2, PROBE_METHOD_SPACE, &none, &value), 0);
    CHECK_INT(value, 1024);
    CHECK_INT(vq_fault_set(rig_board, &crash), 0);
    begin_waiting(&waiting, 1, 3); /* a listener does not count */
    CHECK_INT(get_asid(1, &value), DEAD);
    CHECK_INT(rig_wait(&waiting), DEAD);
    CHECK_CONTAINS(rig_log(), "fault on request");
    CHECK_INT(vq_fault_set(rig_board, &hang), 0);
    struct rig_buffers buffers = { .slot = 5, .out_len = 4 };
    CHECK_INT(rig_send_invoke(&hung, 2, QDA_HANDLE_PROCESS, GET_ASID, &buffers), 0);
    CHECK_INT(get_asid(2, &value), 0); /* the next one is answered */
    CHECK_INT(hung.answers, 0);
    CHECK_INT(rig_session(2).waiting, 1);
    rig_release(2);
    CHECK_INT(hung.answer, DEAD);
    rig_end();
}

static void test_node_gone(void)
{
    if (!rig_begin())
        return;
    struct rig_call waiting[2], other;
    struct rig_buffers buffers = { .slot = 9, .out_len = 4 };
    CHECK(rig_create(1, 8) && rig_create(2, 8));
    int pid = rig_pid(1);
    begin_waiting(&waiting[0], 1, 3);
    begin_waiting(&waiting[1], 2, 4);
    vq_dsp_node_gone(&rig_node);
    rig_run(200);
    CHECK(!alive(pid));
    CHECK_INT(waiting[0].answers + waiting[1].answers, 0); /* nobody wakes them */
    CHECK_INT(rig_send_invoke(&other, 1, QDA_HANDLE_PROCESS, GET_ASID, &buffers), -ENODEV);
    rig_release(1); /* its file closes */
    CHECK_INT(waiting[0].answer, -ENODEV);
    CHECK_INT(waiting[1].answers, 0);
    rig_end(); /* the board ends */
    CHECK_INT(waiting[1].answer, -ENODEV);
}

static void test_killed(void)
{
    if (!rig_begin())
        return;
    struct rig_call waiting, release;
    uint32_t asid;
    CHECK(rig_create(1, 8) && rig_create(2, 8));
    begin_waiting(&waiting, 1, 3);
    kill(rig_pid(1), SIGKILL);
    CHECK_INT(rig_wait(&waiting), DEAD);
    CHECK_INT(get_asid(2, &asid), 0); /* the other one lives */
    begin_waiting(&waiting, 2, 3);
    CHECK_INT(rig_send_release(&release, 2), 0);
    CHECK_INT(waiting.answers + release.answers, 0); /* until the process has gone */
    CHECK_INT(rig_wait(&release), 0);
    CHECK_INT(waiting.answer, DEAD);
    rig_release(1);
    rig_end();
}

static void test_many_calls(void)
{
    if (!rig_begin())
        return;
    static struct rig_call calls[256];
    uint32_t asid;
    CHECK(rig_create(1, 8));
    for (unsigned i = 0; i < 255; i++)
        begin_waiting(&calls[i], 1, 3);
    for (unsigned i = 1; i < 255; i++)
        CHECK(calls[i].message.request.ctx != calls[i - 1].message.request.ctx);
    struct rig_buffers buffers = { .slot = 4 };
    CHECK_INT(rig_send_invoke(&calls[255], 1, QDA_HANDLE_LISTENER, 4, &buffers), -EBUSY);
    kill(rig_pid(1), SIGKILL);
    CHECK_INT(rig_wait(&calls[254]), DEAD);
    CHECK_INT(calls[0].answer, DEAD);
    CHECK_INT(get_asid(1, &asid), DEAD); /* there is room for calls again */
    rig_end();
}

static void test_nothing_stays(void)
{
    if (!rig_begin())
        return;
    uint32_t asid;
    unsigned before = 0;
    for (unsigned i = 0; i < 12; i++) {
        CHECK(rig_create(1, 8) && rig_create(2, 8));
        CHECK_INT(get_asid(1, &asid), 0);
        kill(rig_pid(2), SIGKILL);
        rig_release(1);
        rig_release(2);
        if (i == 0)
            before = count_fds(getpid());
    }
    CHECK_INT(count_fds(getpid()), before);
    rig_end();
}

static void test_missing(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    struct rig_buffers buffers = { .out_len = 4 };
    struct vq_dsp_settings settings = rig_settings();
    settings.none = true;
    vq_dsp_configure(&settings);
    CHECK_CONTAINS(vq_dsp_missing(), "--dsp none");
    CHECK_INT(rig_send_create(&call, 1, 8, NULL, 0), -ENOTCONN);
    CHECK_INT(rig_send_invoke(&call, 1, QDA_HANDLE_PROCESS, GET_ASID, &buffers), -ENOTCONN);
    rig_release(1);
    settings.none = false;
    strcpy(settings.sandbox, "/nowhere/vqda-sandbox.so");
    vq_dsp_configure(&settings);
    CHECK_CONTAINS(vq_dsp_missing(), "/nowhere/vqda-sandbox.so");
    settings = rig_settings();
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    vq_dsp_configure(&settings);
    CHECK_CONTAINS(vq_dsp_missing(), "apt-get install qemu-user");
    CHECK_INT(rig_send_create(&call, 1, 8, NULL, 0), -ENOTCONN);
    setenv("PATH", path, 1);
    free(path);
    rig_end();
}

int main(void)
{
    check_run("a session is created, called and released", test_session);
    check_run("the root process answers without a session", test_without_session);
    check_run("a process sees what is mapped in its bank, from when a call names it until it is unmapped", test_mappings);
    check_run("more mappings than one packet takes", test_many_mappings);
    check_run("an address that is not translated ends the process, and the fault is told", test_page_fault);
    check_run("a slab that goes is forgotten", test_slab_gone);
    check_run("what is no program for this DSP is refused", test_shells);
    check_run("faults on request", test_faults);
    check_run("a node that goes leaves its callers waiting", test_node_gone);
    check_run("a process that dies, or is released, answers what waits for it", test_killed);
    check_run("255 calls at a time", test_many_calls);
    check_run("sessions leave nothing behind", test_nothing_stays);
    check_run("a machine without the emulator", test_missing);
    return check_done();
}
