/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/driver.h"
#include "rpcmsg/scalars.h"

/* Calls whose answer is late: signals, other threads meanwhile, and a server that dies before it answers. */

#define LATE_NS 2000000000ull

static struct vq_rig rig;
static const struct qda_driver *driver;
static atomic_int alarms;

static void on_alarm(int signal)
{
    (void)signal;
    alarms++;
}

/* Signals again and again: the first may come before the call waits. */
static void alarms_begin(void)
{
    struct sigaction action = { .sa_handler = on_alarm }; /* no SA_RESTART */
    struct itimerval often = { .it_interval = { .tv_usec = 50000 }, .it_value = { .tv_usec = 50000 } };
    sigaction(SIGALRM, &action, NULL);
    alarms = 0;
    setitimer(ITIMER_REAL, &often, NULL);
}

static void alarms_end(void)
{
    setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 0 } }, NULL);
    CHECK(alarms > 0);
}

static void delay(const char *call)
{
    qdalab_SetFault fault = qdalab_SetFault_init_zero;
    fault.kind = qdalab_FaultKind_FAULT_DELAY;
    fault.delay_ns = LATE_NS;
    snprintf(fault.call, sizeof(fault.call), "%s", call);
    CHECK(rig_clear_faults(&rig));
    CHECK(rig_fault(&rig, &fault));
}

static int open_node(void)
{
    return rig.sys->ops->open(rig.sys, "/dev/accel/accel0", O_RDWR);
}

/* INVOKE waits interruptibly; what it would have answered meets nobody. */
static void test_signal_ends_invoke(void)
{
    char name[16] = "";
    int fd = open_node();
    uint32_t handle = 0;
    delay("INVOKE");
    alarms_begin();
    CHECK_INT(driver->invoke(rig.sys, fd, 30, QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0), NULL), -EINTR);
    alarms_end();
    CHECK_INT(driver->query(rig.sys, fd, name), 0);
    CHECK_STR(name, "cdsp");
    CHECK_INT(driver->gem_create(rig.sys, fd, 4096, &handle), 0);
    usleep(LATE_NS / 1000 + 100000);
    CHECK_INT(driver->query(rig.sys, fd, name), 0);
    CHECK_INT(qda_gem_close(rig.sys, fd, handle), 0);
    rig.sys->ops->close(rig.sys, fd);
}

/* Others do not wait interruptibly in the kernel: the signal is taken, the call goes on. */
static void test_signal_does_not_end_others(void)
{
    uint32_t handle = 0;
    int fd = open_node();
    delay("GEM_CREATE");
    alarms_begin();
    CHECK_INT(driver->gem_create(rig.sys, fd, 4096, &handle), 0);
    alarms_end();
    CHECK_INT(handle, 1);
    CHECK_INT(qda_gem_close(rig.sys, fd, handle), 0);
    rig.sys->ops->close(rig.sys, fd);
}

struct late_call {
    int fd;
    int result;
    atomic_bool done;
};

static void *invoke_late(void *arg)
{
    struct late_call *call = arg;
    call->result = driver->invoke(rig.sys, call->fd, 30, QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0), NULL);
    call->done = true;
    return NULL;
}

static void test_others_go_on_meanwhile(void)
{
    pthread_t thread;
    char name[16] = "";
    struct late_call call = { .fd = open_node() };
    delay("INVOKE");
    pthread_create(&thread, NULL, invoke_late, &call);
    int during = 0;
    usleep(100000); /* it waits by now */
    for (int i = 0; i < 20; i++)
        during += driver->query(rig.sys, call.fd, name) == 0 && !call.done;
    pthread_join(thread, NULL);
    CHECK_INT(during, 20);
    CHECK_INT(call.result, -ENOTCONN); /* of a board without a DSP, to the call that asked */
    rig.sys->ops->close(rig.sys, call.fd);
}

static void test_death_during_a_call(void)
{
    pthread_t thread;
    struct late_call call = { .fd = open_node() };
    delay("INVOKE");
    pthread_create(&thread, NULL, invoke_late, &call);
    usleep(100000);
    kill(rig.pid, SIGKILL);
    pthread_join(thread, NULL);
    CHECK_INT(call.result, -ENODEV);
    rig.sys->ops->close(rig.sys, call.fd);
}

int main(void)
{
    static const char *const no_arguments[] = { NULL };
    if (!rig_start(&rig, no_arguments))
        return 1;
    driver = qda_driver_for(QDA_GEN_V1);
    check_run("a signal ends INVOKE, and the late answer meets nobody", test_signal_ends_invoke);
    check_run("a signal does not end calls that wait uninterruptibly", test_signal_does_not_end_others);
    check_run("other threads' calls go on meanwhile", test_others_go_on_meanwhile);
    check_run("a server that dies during a call is ENODEV", test_death_during_a_call);
    waitpid(rig.pid, NULL, 0);
    return check_done();
}
