/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "driver/driver.h"
#include "dsp_shells/probe_calls.h"
#include "live_board.h"
#include "rpcmsg/message.h"
#include "uapi/qda_v1.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* The DSP from end to end: the driver's ioctls on a virtual board of the test's own, and the shell that the board has. */

#define SHELL "/usr/lib/rfsa/adsp/fastrpc_shell_unsigned_3"
#define GET_ASID 5u

static struct live_board board;
static struct qda_sys *sys;
static const struct qda_driver *driver;
static uint8_t shell[4u << 20];
static size_t shell_len;

static size_t read_all(int fd, void *to, size_t room)
{
    size_t len = 0;
    ssize_t got = 0;
    if (!CHECK(fd >= 0))
        return 0;
    do {
        len += (size_t)got;
        got = sys->ops->read(sys, fd, (uint8_t *)to + len, room - len);
    } while (got > 0);
    sys->ops->close(sys, fd);
    return len;
}

static size_t read_shell(void)
{
    return read_all(sys->ops->open(sys, SHELL, O_RDONLY), shell, sizeof(shell));
}

/* The tests' own program, which does as it is told. */
static size_t read_probe(void)
{
    FILE *file = fopen(getenv("QDA_DSP_SHELL"), "re");
    size_t len = file ? fread(shell, 1, sizeof(shell), file) : 0;
    if (file)
        fclose(file);
    return len;
}

static bool write_file(const char *path, const char *text)
{
    int fd = sys->ops->open(sys, path, O_WRONLY);
    bool done = fd >= 0 && sys->ops->write(sys, fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        sys->ops->close(sys, fd);
    return done;
}

static bool start(void)
{
    static const char *const args[] = { "--dsp", "emulated", NULL };
    if (!CHECK(live_board_start(&board, args)))
        return false;
    sys = board.sys;
    driver = qda_driver_for(QDA_GEN_V1);
    shell_len = read_shell();
    return CHECK(shell_len > 0);
}

static int create(int fd, const void *file, size_t len)
{
    struct qda_session_args args = { .file = file, .file_len = (uint32_t)len, .attrs = QDA_PROC_UNSIGNED_MODULE };
    return driver->session_create(sys, fd, &args);
}

static int get_asid(int fd, uint32_t *asid)
{
    struct qda_v1_fastrpc_invoke_args args = { .ptr = (uint64_t)(uintptr_t)asid, .length = sizeof(*asid), .fd = -1 };
    return driver->invoke(sys, fd, QDA_HANDLE_PROCESS, QDA_SCALARS_BUILD(0, GET_ASID, 0, 1, 0, 0), &args);
}

static void test_session(void)
{
    if (!start())
        return;
    uint32_t asid = 0;
    int fd = sys->ops->open(sys, "/dev/accel/accel0", O_RDWR);
    CHECK_INT(get_asid(fd, &asid), QDA_AEE_ENOSUCH);
    CHECK_INT(create(fd, shell, shell_len), 0);
    CHECK_INT(get_asid(fd, &asid), 0);
    CHECK(asid != 0);
    CHECK_INT(create(fd, shell, shell_len), 0x1a);
    sys->ops->close(sys, fd);
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    live_board_stop(&board);
}

/* Touches an address that its bank does not translate: its end, and an event of the IOMMU. */
static void test_page_fault(void)
{
    static char trace[65536];
    if (!start())
        return;
    shell_len = read_probe();
    CHECK(write_file("/sys/kernel/tracing/events/iommu/io_page_fault/enable", "1"));
    int fd = sys->ops->open(sys, "/dev/accel/accel0", O_RDWR);
    CHECK_INT(create(fd, shell, shell_len), 0);
    struct probe_call in = { .iova = 0x12345000 };
    struct probe_answer out;
    struct qda_v1_fastrpc_invoke_args args[2] = {
        { .ptr = (uint64_t)(uintptr_t)&in, .length = sizeof(in), .fd = -1 },
        { .ptr = (uint64_t)(uintptr_t)&out, .length = sizeof(out), .fd = -1 },
    };
    uint32_t sc = QDA_SCALARS_BUILD(0, PROBE_METHOD_PEEK, 1, 1, 0, 0);
    CHECK_HEX((uint32_t)driver->invoke(sys, fd, PROBE_HANDLE, sc, args), QDA_AEE_REMOTE + 0x0d);
    size_t len = read_all(sys->ops->open(sys, "/sys/kernel/tracing/trace", O_RDONLY), trace, sizeof(trace) - 1);
    trace[len] = '\0';
    CHECK_CONTAINS(trace, "io_page_fault: IOMMU:qda-compute-cb qda-cb-cdsp-1 iova=0x0000000012345000 flags=0x0000");
    sys->ops->close(sys, fd);
    live_board_stop(&board);
}

/* The pid of the board's only child, or 0. */
static int child_of_board(void)
{
    char path[64];
    int pid = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", board.pid, board.pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%d", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return pid;
}

static bool runs(int pid)
{
    char path[64], state = 'X';
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 'X';
    if (file)
        fclose(file);
    return state != 'X' && state != 'Z';
}

/* All workloads are stopped, and whatever they left: a session is none of them. */
static void test_workloads(void)
{
    if (!start())
        return;
    uint32_t asid;
    int fd = sys->ops->open(sys, "/dev/accel/accel0", O_RDWR);
    CHECK_INT(create(fd, shell, shell_len), 0);
    int pid = child_of_board();
    CHECK(live_board_workload(&board, "holder"));
    CHECK(live_board_workload(&board, NULL));
    CHECK_INT(child_of_board(), pid);
    CHECK_INT(get_asid(fd, &asid), 0);
    sys->ops->close(sys, fd);
    live_board_stop(&board);
}

/* A board that is killed takes its DSP processes along. */
static void test_board_killed(void)
{
    if (!start())
        return;
    int fd = sys->ops->open(sys, "/dev/accel/accel0", O_RDWR);
    CHECK_INT(create(fd, shell, shell_len), 0);
    int pid = child_of_board();
    CHECK(pid > 0 && runs(pid));
    kill(board.pid, SIGKILL);
    for (int i = 0; i < 3000 && runs(pid); i++)
        usleep(10000);
    CHECK(!runs(pid));
    sys->ops->close(sys, fd);
    live_board_stop(&board);
}

/* By a name that somebody else gave: plain files only, and no link on the way. */
static void test_below(void)
{
    static const char folder[] = "/usr/lib/rfsa/adsp";
    if (!start())
        return;
    CHECK_INT(read_all(qda_open_below(sys, folder, "fastrpc_shell_unsigned_3"), shell, sizeof(shell)), shell_len);
    CHECK_INT(read_all(qda_open_below(sys, "/usr/lib", "rfsa/adsp/fastrpc_shell_unsigned_3"), shell, sizeof(shell)), shell_len);
    CHECK_INT(qda_open_below(sys, folder, "none"), -ENOENT);
    CHECK_INT(qda_open_below(sys, folder, "../adsp/fastrpc_shell_unsigned_3"), -EINVAL);
    CHECK_INT(qda_open_below(sys, "/usr/lib/rfsa", "adsp"), -EINVAL);
    CHECK_INT(qda_open_below(sys, "/sys/class/accel", "accel0"), -ELOOP);
    CHECK_INT(qda_open_below(sys, "/sys/class", "accel/accel0/dev"), -ELOOP);
    CHECK_INT(qda_open_below(sys, "/dev/accel", "accel0"), -EINVAL);
    live_board_stop(&board);
}

int main(void)
{
    check_run("a session with the board's shell", test_session);
    check_run("a page fault", test_page_fault);
    check_run("workloads come and go beside it", test_workloads);
    check_run("files of the board below a folder", test_below);
    check_run("a board that is killed", test_board_killed);
    return check_done();
}
