/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "driver/driver.h"
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

static size_t read_shell(void)
{
    size_t len = 0;
    ssize_t got = 0;
    int fd = sys->ops->open(sys, SHELL, O_RDONLY);
    if (!CHECK(fd >= 0))
        return 0;
    do {
        len += (size_t)got;
        got = sys->ops->read(sys, fd, shell + len, sizeof(shell) - len);
    } while (got > 0);
    sys->ops->close(sys, fd);
    return len;
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

int main(void)
{
    check_run("a session with the board's shell", test_session);
    return check_done();
}
