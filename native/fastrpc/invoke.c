/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include "uapi/qda_v1.h"

#include <assert.h>

/*
 * INVOKE. The elements of the argument array are the same in all generations: the legacy driver's struct fastrpc_invoke_args has
 * the layout of the RFC's and of v1's.
 */

int rpc_call(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint32_t handle, uint32_t sc,
             const struct qda_rpc_arg *args)
{
    struct qda_v1_fastrpc_invoke_args elements[QDA_SCALARS_MAX];
    uint32_t buffers = QDA_SCALARS_IN(sc) + QDA_SCALARS_OUT(sc), count = QDA_SCALARS_LENGTH(sc);
    for (uint32_t i = 0; i < count; i++) {
        bool is_handle = i >= buffers;
        elements[i] = (struct qda_v1_fastrpc_invoke_args){
            .ptr = is_handle ? args[i].offset : (uintptr_t)args[i].ptr,
            .length = args[i].len,
            .fd = args[i].ref,
        };
    }
    return driver->invoke(sys, fd, handle, sc, count > 0 ? elements : NULL);
}

void rpc_signals_off(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    int err = pthread_sigmask(SIG_SETMASK, &all, before);
    assert(err == 0);
    (void)err;
}

void rpc_signals_back(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static _Thread_local bool signals_stay_off;

/* Not those that say what the thread itself did wrong: no call is waiting then, and whoever watches for them is to hear. */
void qda_rpc_signals_stay_off(void)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        sigdelset(&all, own[i]);
    int err = pthread_sigmask(SIG_BLOCK, &all, NULL);
    assert(err == 0);
    signals_stay_off = err == 0;
}

/*
 * v1 and the RFC wait interruptibly: a signal would end the wait while the DSP still owns the message and the buffers, and a call
 * that is then made again runs twice. So no signal arrives meanwhile (SIGKILL does: the agent ends a hung worker by it), and
 * -EINTR, should it come all the same, goes to the caller.
 */
int qda_rpc_invoke_fd(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint32_t handle, uint32_t sc,
                      const struct qda_rpc_arg *args)
{
    if (signals_stay_off)
        return rpc_call(sys, driver, fd, handle, sc, args);
    sigset_t before;
    rpc_signals_off(&before);
    int result = rpc_call(sys, driver, fd, handle, sc, args);
    rpc_signals_back(&before);
    return result;
}

int qda_rpc_invoke(struct qda_rpc *rpc, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    return qda_rpc_invoke_fd(rpc->sys, rpc->driver, rpc->fd, handle, sc, args);
}
