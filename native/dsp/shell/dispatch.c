/* SPDX-License-Identifier: MIT */
#include "dsp/shell/call.h"

int32_t dispatch_static(struct call *call)
{
    switch (call->request->handle) {
    case QDA_HANDLE_INIT:
        return on_init(call);
    case QDA_HANDLE_PROCESS:
        return on_process(call);
    case QDA_HANDLE_REMOTECTL:
        return on_remotectl(call, 0);
    case QDA_HANDLE_REMOTECTL1:
        return on_remotectl(call, 2);
    case QDA_HANDLE_LISTENER:
        return on_listener(call, 3);
    case QDA_HANDLE_LISTENER1:
        return on_listener(call, 5);
    default:
        return QDA_AEE_EUNSUPPORTED;
    }
}
