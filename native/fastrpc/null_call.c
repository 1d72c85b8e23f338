/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

/*
 * Calls that do nothing, on handles that every DSP process has. Numbers: the public interface of handle 4
 * (adsp_current_process1: open 0, close 1, exit 2, thread_exit 3, log 4, getASID 5); handle 2 from memory of
 * drivers/misc/fastrpc.c, which asks it for the DSP's attributes.
 */
#define ATTRIBUTES 8u
#define METHOD_UNUSED 30u

enum { UNSUPPORTED = (int)(QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED) };

static const struct qda_rpc_null candidates[] = {
    {QDA_HANDLE_PROCESS, QDA_SCALARS_BUILD(0, 5, 0, 1, 0, 0), "getASID (handle 4, method 5)", 0},
    {QDA_HANDLE_DSP_UTILITIES, QDA_SCALARS_BUILD(0, 0, 1, 1, 0, 0), "DSP attributes (handle 2, method 0)", 0},
    {QDA_HANDLE_PROCESS, QDA_SCALARS_BUILD(0, METHOD_UNUSED, 0, 0, 0, 0),
     "a method that is not there (handle 4, method 30)", UNSUPPORTED},
};

int qda_rpc_call_null(struct qda_rpc *rpc, const struct qda_rpc_null *null, uint32_t *value)
{
    uint32_t count = ATTRIBUTES, out[ATTRIBUTES] = {0};
    struct qda_rpc_arg args[2];
    unsigned n = 0;
    if (QDA_SCALARS_IN(null->sc))
        args[n++] = (struct qda_rpc_arg){.ptr = &count, .len = sizeof count};
    if (QDA_SCALARS_OUT(null->sc))
        args[n++] = (struct qda_rpc_arg){.ptr = out, .len = QDA_SCALARS_IN(null->sc) ? sizeof out : sizeof out[0]};
    int result = qda_rpc_invoke(rpc, null->handle, null->sc, args);
    *value = out[0];
    return result;
}

int qda_rpc_find_null(struct qda_rpc *rpc, struct qda_rpc_null *out)
{
    int result = 0;
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        uint32_t value;
        result = qda_rpc_call_null(rpc, &candidates[i], &value);
        if (result == candidates[i].expect) {
            *out = candidates[i];
            return 0;
        }
        if (qda_rpc_is_errno(result)) /* of the driver, not of the DSP: the next call would meet the same */
            break;
    }
    return result;
}
