/* SPDX-License-Identifier: MIT */
#include "dsp/shell/call.h"

int32_t dispatch(struct call *call)
{
    switch (call->request.handle) {
    case QDA_HANDLE_INIT:
        return on_init(call);
    case QDA_HANDLE_PROCESS:
        return on_process(call);
    default:
        return QDA_AEE_EUNSUPPORTED;
    }
}
