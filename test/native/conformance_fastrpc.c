/* SPDX-License-Identifier: MIT */
#include "conformance_fastrpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* FastRPC on a virtual board: its nodes and sessions, its buffers and what they are attached to. */

/* ---- Nodes */

static void test_nodes(void)
{
    struct qda_node nodes[8];
    if (!begin())
        return;
    if (CHECK_INT(qda_find_nodes(conf_q.sys, QDA_GEN_NONE, nodes, 8), 3)) {
        CHECK_STR(nodes[0].path, ADSP_NODE);
        CHECK_STR(nodes[1].path, OPEN_NODE);
        CHECK_STR(nodes[2].path, SECURE_NODE);
        for (int i = 0; i < 3; i++) {
            CHECK(nodes[i].driver == conf_q.driver);
            CHECK_INT(nodes[i].error, 0);
            CHECK_CONTAINS(nodes[i].proof, "/sys/kernel/btf/fastrpc");
            CHECK_STR(nodes[i].dsp, i == 0 ? "adsp" : "cdsp");
        }
    }
    char name[16];
    int fd = q_open(&conf_q, SECURE_NODE);
    CHECK_INT(conf_q.driver->query(conf_q.sys, fd, name), 0);
    CHECK_STR(name, "cdsp");
    q_close(&conf_q, fd);
    CHECK_INT(q_open(&conf_q, "/dev/accel/accel0"), -ENOENT);
    CHECK_INT(q_open(&conf_q, "/dev/fastrpc-adsp"), -ENOENT); /* its channel has the secure one alone */
    struct qda_stat st;
    CHECK_INT(conf_q.sys->ops->stat(conf_q.sys, OPEN_NODE, &st), 0);
    CHECK_INT(st.rdev_major, QDA_FASTRPC_MISC_MAJOR);
    CHECK_INT(conf_q.sys->ops->stat(conf_q.sys, "/sys/class/accel", &st), -ENOENT);
    CHECK_INT(conf_q.sys->ops->stat(conf_q.sys, "/sys/kernel/btf/qda", &st), -ENOENT);
    end();
}

/* ---- Sessions */

static const struct rig_bank *bank(const struct rig_info *info, const char *dsp, uint32_t sid)
{
    for (size_t i = 0; i < info->bank_count; i++)
        if (strcmp(info->banks[i].dsp, dsp) == 0 && info->banks[i].sid == sid)
            return &info->banks[i];
    CHECK(!"the board has the bank");
    return &info->banks[0];
}

/* `count` sessions are free; `others` files are open. */
static void check_sessions(const char *path, int count, uint64_t others)
{
    int fds[QDA_FASTRPC_SESSIONS];
    struct rig_info info;
    for (int i = 0; i < count; i++)
        CHECK((fds[i] = q_open(&conf_q, path)) >= 0);
    CHECK_INT(q_open(&conf_q, path), -EBUSY);
    CHECK(rig_status(&conf_rig, &info));
    if (strcmp(path, ADSP_NODE) == 0) {
        CHECK_INT(bank(&info, "adsp", 3)->references, 1);
        CHECK_INT(bank(&info, "adsp", 5)->references, 5); /* qcom,nsessions */
    }
    q_close(&conf_q, fds[2]);
    CHECK(rig_settle(&conf_rig, 0, others + (uint64_t)count - 1, &info));
    CHECK((fds[2] = q_open(&conf_q, path)) >= 0); /* the one that became free */
    CHECK_INT(q_open(&conf_q, path), -EBUSY);
    for (int i = 0; i < count; i++)
        q_close(&conf_q, fds[i]);
    CHECK(rig_settle(&conf_rig, 0, others, &info));
}

static void test_sessions(void)
{
    if (!begin())
        return;
    check_sessions(ADSP_NODE, ADSP_SESSIONS, 0);
    check_sessions(OPEN_NODE, CDSP_SESSIONS, 0);
    int fd = q_open(&conf_q, SECURE_NODE); /* both nodes draw on one set */
    check_sessions(OPEN_NODE, CDSP_SESSIONS - 1, 1);
    q_close(&conf_q, fd);
    end();
}

/* ---- Buffers */

/* The bank's device is named only as long as the buffer is attached. */
static bool attached(const char *bank_device, int dmabuf)
{
    char *text = NULL, needle[32];
    struct qda_stat st = { 0 };
    bool found = false;
    CHECK_INT(conf_q.sys->ops->fstat(conf_q.sys, dmabuf, &st), 0);
    snprintf(needle, sizeof(needle), "%08llu", (unsigned long long)st.ino);
    CHECK(qda_read_file_alloc(conf_q.sys, BUFINFO, 1u << 20, &text) > 0);
    const char *buffer = text ? strstr(text, needle) : NULL;
    const char *stop = buffer ? strstr(buffer, "devices attached") : NULL;
    const char *device = buffer ? strstr(buffer, bank_device) : NULL;
    CHECK(buffer != NULL);
    if (device && stop)
        found = device < stop;
    free(text);
    return found;
}

static void test_own_memory(void)
{
    if (!begin())
        return;
    int err = 0, dmabuf = -1;
    conf_fd = q_open(&conf_q, OPEN_NODE);
    CHECK_INT(conf_q.driver->dmabuf_alloc(conf_q.sys, conf_fd, 12288, &dmabuf), 0);
    CHECK_INT(fcntl(dmabuf, F_GETFD) & FD_CLOEXEC, 0);
    CHECK_INT(conf_q.sys->ops->seek_end(conf_q.sys, dmabuf), 12288);
    char *memory = q_map(&conf_q, dmabuf, 12288, 0, &err);
    char *tail = q_map(&conf_q, dmabuf, 4096, 8192, &err);
    if (CHECK(memory != NULL && tail != NULL)) {
        CHECK_INT(memory[12287], 0);
        memory[8192] = 7;
        CHECK_INT(tail[0], 7);
    }
    conf_q.sys->ops->munmap(conf_q.sys, memory, 12288);
    conf_q.sys->ops->munmap(conf_q.sys, tail, 4096);
    q_close(&conf_q, conf_fd); /* the buffer outlives its file */
    CHECK_INT(qda_dmabuf_sync(conf_q.sys, dmabuf, QDA_SYNC_START | QDA_SYNC_RW), 0);
    char *text = NULL;
    CHECK(qda_read_file_alloc(conf_q.sys, BUFINFO, 1u << 20, &text) > 0);
    CHECK_CONTAINS(text, "\tfastrpc\t");
    free(text);
    q_close(&conf_q, dmabuf);
    end();
}

/* A handle argument stays attached until the file closes; each call attaches it once more. */
static void test_handles_stay(void)
{
    static const char device[] = "\t6800000.remoteproc:glink-edge:fastrpc:compute-cb@1\n";
    if (!begin())
        return;
    conf_fd = q_open(&conf_q, OPEN_NODE);
    int heap = new_heap_buffer(65536), own = -1;
    CHECK_INT(conf_q.driver->dmabuf_alloc(conf_q.sys, conf_fd, 4096, &own), 0);
    CHECK(!attached(device, heap));
    invoke_handle(heap, 65536);
    CHECK(attached(device, heap));
    invoke_handle(own, 4096); /* a buffer of FastRPC's own can be attached to */
    CHECK(attached(device, own));
    struct rig_info info;
    CHECK(rig_status(&conf_rig, &info));
    CHECK_INT(info.objects, 3);
    invoke_handle(heap, 65536);
    CHECK(rig_status(&conf_rig, &info));
    CHECK_INT(info.objects, 4);
    q_close(&conf_q, conf_fd);
    CHECK(rig_settle(&conf_rig, 1, 0, &info));
    CHECK(!attached(device, heap));
    q_close(&conf_q, own);
    q_close(&conf_q, heap);
    end();
}

int main(void)
{
    check_run("fastrpc: the nodes of two DSPs", test_nodes);
    check_run("fastrpc: a session is taken at open", test_sessions);
    check_run("fastrpc: ALLOC_DMA_BUFF", test_own_memory);
    check_run("fastrpc: handles stay attached", test_handles_stay);
    return check_done();
}
