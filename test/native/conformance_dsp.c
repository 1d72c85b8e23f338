/* SPDX-License-Identifier: MIT */
#include "conformance.h"

#include "rpcmsg/scalars.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

/* ---- messages to the DSP */

long case_attach(void)
{
    return q_ioctl(&conf_q, conf_fd, QDA_RFC_IOCTL_INIT_ATTACH, NULL);
}

static long session(uint32_t filelen, int32_t filefd)
{
    static char elf[16] = "\177ELF";
    struct qda_v1_init_create arg = { .filelen = filelen, .filefd = filefd, .file = (uintptr_t)elf };
    return q_ioctl(&conf_q, conf_fd, QDA_V1_IOCTL_REMOTE_SESSION_CREATE, &arg);
}

long case_session_too_long(void)
{
    return session((4u << 20) + 1, 0);
}

long case_session_bad_buffer(void)
{
    return session(16, 9999);
}

long case_session_no_dsp(void)
{
    return session(16, 0);
}

static long map_buffer(uint32_t request, int32_t buffer, uint32_t pad)
{
    struct qda_v1_mem_map arg = { .request = request, .fd = buffer, .pad = pad, .flags = QDA_MAP_FD };
    return q_ioctl(&conf_q, conf_fd, QDA_V1_IOCTL_REMOTE_MAP, &arg);
}

/* What a call that is well-formed comes to on a board without a DSP. Only what the driver itself minds is told apart. */
static long unless_no_dsp(long result)
{
    return result == -ENOTCONN ? 0 : result;
}

long case_map_pad(void)
{
    return unless_no_dsp(map_buffer(1, 0, 1));
}

long case_map_bad_request(void)
{
    CHECK_INT(map_buffer(0, 0, 0), -EINVAL);
    return map_buffer(3, 0, 0);
}

long case_map_bad_fd(void)
{
    return map_buffer(1, 9999, 0);
}

long case_map_not_a_dmabuf(void)
{
    return map_buffer(2, conf_fd, 0);
}

long case_map_no_buffer(void)
{
    CHECK_INT(unless_no_dsp(map_buffer(1, -5, 0)), 0);
    return unless_no_dsp(map_buffer(1, 0, 0));
}

long case_map_unknown_handle(void)
{
    return map_buffer(1, 77, 0);
}

long case_map_no_dsp(void)
{
    return map_buffer(1, 0, 0);
}

static long munmap_buffer(uint32_t request)
{
    struct qda_v1_mem_unmap arg = { .request = request };
    return q_ioctl(&conf_q, conf_fd, QDA_V1_IOCTL_REMOTE_MUNMAP, &arg);
}

long case_munmap_bad_request(void)
{
    CHECK_INT(munmap_buffer(0), -EINVAL);
    return munmap_buffer(9);
}

long case_munmap_no_dsp(void)
{
    return munmap_buffer(2);
}

static long invoke(uint64_t ptr, int32_t buffer)
{
    struct qda_v1_fastrpc_invoke_args arg = { .ptr = ptr, .length = 16, .fd = buffer };
    struct qda_v1_invoke_args call = {
        .handle = 30, .sc = QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), .args = (uintptr_t)&arg,
    };
    return q_ioctl(&conf_q, conf_fd, QDA_V1_IOCTL_REMOTE_INVOKE, &call);
}

long case_invoke_args_unreadable(void)
{
    struct qda_v1_invoke_args call = { .handle = 30, .sc = QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), .args = 64 };
    return q_ioctl(&conf_q, conf_fd, QDA_V1_IOCTL_REMOTE_INVOKE, &call);
}

long case_invoke_inline_unreadable(void)
{
    CHECK_INT(invoke(64, 0), -EFAULT);
    return invoke(64, -1);
}

static char inline_data[16];

long case_invoke_fd_below(void)
{
    return invoke((uintptr_t)inline_data, -2);
}

long case_invoke_unknown_handle(void)
{
    return invoke((uintptr_t)inline_data, 77);
}

long conf_invoke(void)
{
    return invoke((uintptr_t)inline_data, -1);
}

static void on_alarm(int signal)
{
    (void)signal;
}

/* The answer is held back until a signal has come. User space sees EINTR where the driver says ERESTARTSYS. */
long case_invoke_interrupted(void)
{
    qdalab_SetFault fault = qdalab_SetFault_init_zero;
    struct sigaction action = { .sa_handler = on_alarm };
    struct itimerval often = { .it_interval = { .tv_usec = 20000 }, .it_value = { .tv_usec = 20000 } }, never = { 0 };
    fault.kind = qdalab_FaultKind_FAULT_DELAY;
    fault.delay_ns = 60000000000ull;
    snprintf(fault.call, sizeof(fault.call), "INVOKE");
    CHECK(rig_fault(&conf_rig, &fault));
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    long result = conf_invoke();
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(rig_clear_faults(&conf_rig));
    return result == -EINTR ? -QDA_ERESTARTSYS : result;
}

long case_invoke_no_dsp(void)
{
    struct qda_v1_invoke_args none = { .handle = 30, .sc = QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0) };
    CHECK_INT(q_ioctl(&conf_q, conf_fd, QDA_V1_IOCTL_REMOTE_INVOKE, &none), -ENOTCONN);
    return conf_invoke();
}
