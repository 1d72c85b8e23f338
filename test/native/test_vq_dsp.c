/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_dsp_rig.h"
#include "vqda/core/fault.h"
#include "vqda/core/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define GET_ASID 5u
#define DEAD (QDA_AEE_REMOTE + 0x0d)

static bool alive(int pid)
{
    return kill(pid, 0) == 0;
}

static void test_slice(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    CHECK(rig_create(7, 8));
    int pid = rig_pid(7);
    CHECK(pid > 0 && alive(pid));
    struct rig_buffers buffers = { .slot = 2, .out_len = 4 };
    CHECK_INT(rig_send_invoke(&call, 7, QDA_HANDLE_PROCESS, GET_ASID, &buffers), 0);
    CHECK_INT(rig_wait(&call), 0);
    CHECK_INT(*(const uint32_t *)rig_out(&call), 1);
    CHECK_INT(rig_session(7).calls, 2);
    CHECK_INT(rig_session(7).mappings, 1);
    rig_release(7);
    CHECK(!alive(pid));
    CHECK_INT(rig_sessions(), 0);
    rig_end();
}

int main(void)
{
    check_run("a session is created, called and released", test_slice);
    return check_done();
}
