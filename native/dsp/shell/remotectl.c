/* SPDX-License-Identifier: MIT */
#include "dsp/shell/call.h"
#include "dsp/shell/module.h"
#include "dsp/shell/text.h"

/*
 * remotectl, on handle 0 as ever and on handle 8 as in newer firmware; both are always there.
 *   open:  in {bytes of the name with NUL, room for text}, name;  out {handle, nErr}, text
 *   close: in {handle, room for text};                            out {nErr}, text
 */
#define NAME_ROOM 512u

static void give_text(struct call *call, const struct why *why)
{
    uint32_t room = call_out_len(call, 1);
    if (room)
        strlcpy(call->args[call->ins + 1].buf.pv, why->text, room);
}

static int32_t on_open(struct call *call)
{
    uint32_t lengths[2];
    char uri[NAME_ROOM];
    const void *head = call_in(call, 0, sizeof(lengths)), *name = call_in(call, 1, 1);
    void *out = call_out(call, 0, sizeof(lengths));
    if (call->ins != 2 || call->outs != 2 || call->total != 4 || !head || !name || !out)
        return QDA_AEE_EBADPARM;
    memcpy(lengths, head, sizeof(lengths));
    if (lengths[0] == 0 || lengths[0] > call->args[1].buf.len || lengths[0] > sizeof(uri))
        return QDA_AEE_EBADPARM;
    memcpy(uri, name, lengths[0]);
    uri[lengths[0] - 1] = 0;
    struct why why = {{0}};
    uint32_t answer[2] = {0, 0};
    answer[1] = (uint32_t)remote_error(module_open(uri, &answer[0], &why));
    memcpy(out, answer, sizeof(answer));
    give_text(call, &why);
    return 0;
}

static int32_t on_close(struct call *call)
{
    uint32_t in[2], answer;
    const void *head = call_in(call, 0, sizeof(in));
    void *out = call_out(call, 0, sizeof(answer));
    if (call->ins != 1 || call->outs != 2 || call->total != 3 || !head || !out)
        return QDA_AEE_EBADPARM;
    memcpy(in, head, sizeof(in));
    struct why why = {{0}};
    answer = (uint32_t)remote_error(module_close(in[0], &why));
    memcpy(out, &answer, sizeof(answer));
    give_text(call, &why);
    return 0;
}

int32_t on_remotectl(struct call *call, uint32_t first)
{
    uint32_t method = QDA_SCALARS_METHOD(call->request->sc);
    if (method == first)
        return on_open(call);
    return method == first + 1 ? on_close(call) : QDA_AEE_EUNSUPPORTED;
}
