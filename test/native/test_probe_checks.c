/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "check.h"
#include "probe_rig.h"

static struct kept_check {
    char name[32];
    enum qda_check_state state;
    bool fatal;
    char read[1024];
    char why[256];
    char remedy[512];
} kept[32];
static size_t kept_count, stop_after;

static int on_check(void *arg, const struct qda_check *check)
{
    (void)arg;
    struct kept_check *to = &kept[kept_count++];
    to->state = check->state;
    to->fatal = check->fatal;
    snprintf(to->name, sizeof(to->name), "%s", check->name);
    snprintf(to->read, sizeof(to->read), "%s", check->read);
    snprintf(to->why, sizeof(to->why), "%s", check->why);
    snprintf(to->remedy, sizeof(to->remedy), "%s", check->remedy);
    return kept_count == stop_after ? 77 : 0;
}

static const struct kept_check *find(const char *name)
{
    for (size_t i = 0; i < kept_count; i++)
        if (strcmp(kept[i].name, name) == 0)
            return &kept[i];
    printf("# there is no check %s\n", name);
    static const struct kept_check none = { .state = (enum qda_check_state)-1 };
    return &none;
}

static const struct qda_probe_node good[] = {
    { "/dev/accel/accel0", "cdsp", "qda-v1", "BTF", 0 },
    { "/dev/accel/accel1", "adsp", "qda-v1", "BTF", 0 },
};

static void check_board(const char *root, const struct rig_fault *faults, const struct qda_probe_node *nodes, size_t count)
{
    struct rig rig;
    kept_count = stop_after = 0;
    rig_open(&rig, root);
    rig.faults = faults;
    CHECK_INT(qda_probe_checks(&rig.base, nodes, count, on_check, NULL), 0);
    rig_close(&rig);
    for (size_t i = 0; i < kept_count; i++) {
        CHECK(kept[i].read[0] != '\0' && kept[i].why[0] != '\0');
        CHECK((kept[i].remedy[0] == '\0') == (kept[i].state == QDA_CHECK_OK));
    }
}

static void test_good(void)
{
    check_board("board/phone", NULL, good, 2);
    CHECK_INT(kept_count, 13);
    CHECK_INT(find("accel-node")->state, QDA_CHECK_OK);
    CHECK_STR(find("accel-node")->read, "/dev/accel/accel0; /dev/accel/accel1");
    CHECK_INT(find("node-access")->state, QDA_CHECK_OK);
    CHECK_STR(find("node-access")->read, "/dev/accel/accel0: opened, DSP cdsp; /dev/accel/accel1: opened, DSP adsp");
    CHECK_INT(find("generation")->state, QDA_CHECK_OK);
    CHECK_CONTAINS(find("generation")->read, "/dev/accel/accel0: qda-v1 (BTF)");
    CHECK_INT(find("context-bank")->state, QDA_CHECK_UNKNOWN);
    CHECK_INT(find("dma-heap")->state, QDA_CHECK_OK);
    CHECK_INT(find("udmabuf")->state, QDA_CHECK_OK);
    CHECK_INT(find("debugfs")->state, QDA_CHECK_OK);
    CHECK_INT(find("tracefs")->state, QDA_CHECK_WARN); /* none in that fixture */
    CHECK_INT(find("proc")->state, QDA_CHECK_OK);
    CHECK_INT(find("other-users")->state, QDA_CHECK_WARN);
    CHECK_CONTAINS(find("other-users")->read, "pid 412 cam server-1");
    CHECK_INT(find("governor")->state, QDA_CHECK_WARN);
    CHECK_CONTAINS(find("governor")->read, "policy4: schedutil");
    CHECK_CONTAINS(find("governor")->remedy, "echo performance");
    CHECK_INT(find("thermal")->state, QDA_CHECK_WARN);
    CHECK_CONTAINS(find("thermal")->read, "thermal_zone1/temp: 71300");
    CHECK_CONTAINS(find("clock")->read, "arch_sys_counter");
}

static void test_nothing(void)
{
    char dir[64];
    rig_temp_dir(dir);
    check_board(dir, NULL, NULL, 0);
    CHECK_INT(kept_count, 10); /* what is about nodes is not asked */
    CHECK_INT(find("accel-node")->state, QDA_CHECK_FAIL);
    CHECK(find("accel-node")->fatal);
    CHECK_CONTAINS(find("accel-node")->read, "ENOENT: /dev/accel");
    CHECK_INT(find("dma-heap")->state, QDA_CHECK_WARN);
    CHECK_CONTAINS(find("udmabuf")->remedy, "CONFIG_UDMABUF");
    CHECK_CONTAINS(find("debugfs")->remedy, "CONFIG_DEBUG_FS");
    CHECK_CONTAINS(find("tracefs")->remedy, "CONFIG_TRACING");
    CHECK_INT(find("governor")->state, QDA_CHECK_UNKNOWN);
    CHECK_INT(find("thermal")->state, QDA_CHECK_UNKNOWN);
    rig_remove(dir);
}

static void test_no_qda(void)
{
    char dir[64];
    rig_temp_dir(dir);
    rig_write(dir, "/dev/accel/x", "");
    check_board(dir, NULL, NULL, 0);
    CHECK_STR(find("accel-node")->read, "/dev/accel is empty");
    CHECK_CONTAINS(find("accel-node")->remedy, "remoteproc");
    rig_write(dir, "/dev/accel/accel0", "");
    check_board(dir, NULL, NULL, 0);
    CHECK_CONTAINS(find("accel-node")->read, "accel0 (driver not known)");
    CHECK_INT(find("accel-node")->state, QDA_CHECK_FAIL);
    rig_remove(dir);
}

static void test_refused(void)
{
    static const struct qda_probe_node nodes[] = {
        { "/dev/accel/accel0", "", "", "cannot be opened", -EACCES },
        { "/dev/accel/accel1", "adsp", "", "neither v1 nor RFC", 0 },
    };
    check_board("board/phone", NULL, nodes, 2);
    CHECK_INT(find("node-access")->state, QDA_CHECK_FAIL);
    CHECK_STR(find("node-access")->read, "/dev/accel/accel0: EACCES; /dev/accel/accel1: opened, DSP adsp");
    CHECK_CONTAINS(find("node-access")->remedy, "root");
    CHECK(!find("node-access")->fatal); /* the other one opens */
    CHECK_INT(find("generation")->state, QDA_CHECK_FAIL);
    CHECK(find("generation")->fatal);
    CHECK_CONTAINS(find("generation")->read, "refused (neither v1 nor RFC)");
    CHECK_CONTAINS(find("generation")->remedy, "--generation");
}

/* FastRPC's nodes are nodes; what its open says is about sessions. */
static void test_fastrpc(void)
{
    static const struct qda_probe_node nodes[] = {
        { "/dev/fastrpc-cdsp", "cdsp", "fastrpc", "BTF", 0 },
        { "/dev/fastrpc-cdsp-secure", "cdsp", "fastrpc", "BTF", -EBUSY },
    };
    check_board("board/phone", NULL, nodes, 2);
    CHECK_INT(find("accel-node")->state, QDA_CHECK_OK);
    CHECK_STR(find("accel-node")->read, "/dev/fastrpc-cdsp; /dev/fastrpc-cdsp-secure");
    CHECK_INT(find("node-access")->state, QDA_CHECK_FAIL);
    CHECK_CONTAINS(find("node-access")->read, "/dev/fastrpc-cdsp-secure: EBUSY");
    CHECK_CONTAINS(find("node-access")->remedy, "every session of this DSP is taken");
    CHECK_CONTAINS(find("context-bank")->why, "EBUSY");
}

static void test_unprivileged(void)
{
    static const struct rig_fault faults[] = {
        { "/proc/1/fd", -EACCES }, { "/proc/412/fd", -EACCES }, { "/dev/dma_heap/*", -EACCES }, { "/dev/udmabuf", -EACCES },
        { "/sys/kernel/debug/*", -EACCES }, { "/sys/kernel/tracing/*", -EACCES }, { "/sys/class/thermal/thermal_zone1/temp", -EIO },
        { NULL, 0 }
    };
    check_board("board/phone", faults, good, 2);
    CHECK_INT(find("proc")->state, QDA_CHECK_WARN);
    CHECK_CONTAINS(find("proc")->remedy, "root");
    CHECK_INT(find("other-users")->state, QDA_CHECK_UNKNOWN);
    CHECK_CONTAINS(find("other-users")->read, "EACCES for 2 processes");
    CHECK_INT(find("dma-heap")->state, QDA_CHECK_WARN);
    CHECK_CONTAINS(find("dma-heap")->remedy, "root");
    CHECK_CONTAINS(find("udmabuf")->read, "EACCES: /dev/udmabuf");
    CHECK_CONTAINS(find("debugfs")->remedy, "root");
    CHECK_CONTAINS(find("tracefs")->remedy, "root");
    CHECK_INT(find("thermal")->state, QDA_CHECK_OK);
}

static void test_tracefs(void)
{
    static const char *const events[] = { "dma_alloc", "dma_free", "dma_map_sg", "dma_unmap_sg" };
    char dir[64], path[128];
    rig_temp_dir(dir);
    rig_write(dir, "/sys/kernel/tracing/events/iommu/io_page_fault/enable", "0\n");
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "/sys/kernel/tracing/events/dma/%s/enable", events[i]);
        rig_write(dir, path, "0\n");
        check_board(dir, NULL, NULL, 0);
        CHECK_INT(find("tracefs")->state, i == 3 ? QDA_CHECK_OK : QDA_CHECK_WARN);
        if (i < 3) {
            CHECK_CONTAINS(find("tracefs")->read, "dma_unmap_sg: ENOENT");
            CHECK_CONTAINS(find("tracefs")->remedy, "6.12");
        }
    }
    rig_remove(dir);
}

static void test_stop(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    for (size_t stop = 1; stop <= 13; stop++) {
        kept_count = 0;
        stop_after = stop;
        CHECK_INT(qda_probe_checks(&rig.base, good, 2, on_check, NULL), 77);
        CHECK_INT(kept_count, stop);
    }
    rig_close(&rig);
}

int main(void)
{
    check_run("a board with its small faults", test_good);
    check_run("a machine with nothing", test_nothing);
    check_run("nodes of others, or none", test_no_qda);
    check_run("nodes that are closed or not proven", test_refused);
    check_run("the nodes of FastRPC", test_fastrpc);
    check_run("an agent that is not root", test_unprivileged);
    check_run("trace events that are partly there", test_tracefs);
    check_run("a callback ends the checks with its value", test_stop);
    return check_done();
}
