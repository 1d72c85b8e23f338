/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <string.h>

/*
 * Opening and closing of modules on the DSP. Newer firmware has handle 8 (open 2, close 3); where it fails, handle 0 (open 0,
 * close 1) is asked, which all have.
 *   open:  in {name_len with NUL, room for text}, name;  out {handle, nErr}, text
 *   close: in {handle, room for text};                   out {nErr}, text
 * Source: public remotectl interface of qualcomm/fastrpc.
 */
#define TEXT_ROOM 255u
#define AEE_EUNABLETOLOAD 0x06u

struct answer {
    uint32_t handle;
    int32_t error; /* of dlopen: not the call's */
    char text[TEXT_ROOM + 1];
};

static int open_on(struct qda_rpc *rpc, uint32_t remotectl, const char *uri, struct answer *out)
{
    uint32_t method = remotectl == QDA_HANDLE_REMOTECTL1 ? 2 : 0;
    uint32_t lengths[2] = {(uint32_t)strlen(uri) + 1, TEXT_ROOM}, got[2] = {0};
    memset(out, 0, sizeof *out);
    struct qda_rpc_arg args[4] = {
        {.ptr = lengths, .len = sizeof lengths},
        {.ptr = (void *)(uintptr_t)uri, .len = lengths[0]},
        {.ptr = got, .len = sizeof got},
        {.ptr = out->text, .len = TEXT_ROOM},
    };
    int result = qda_rpc_invoke(rpc, remotectl, QDA_SCALARS_BUILD(0, method, 2, 2, 0, 0), args);
    out->handle = got[0];
    out->error = (int32_t)got[1];
    return result;
}

static int close_on(struct qda_rpc *rpc, uint32_t remotectl, uint32_t handle, struct answer *out)
{
    uint32_t method = remotectl == QDA_HANDLE_REMOTECTL1 ? 3 : 1;
    uint32_t in[2] = {handle, TEXT_ROOM}, got = 0;
    memset(out, 0, sizeof *out);
    struct qda_rpc_arg args[3] = {
        {.ptr = in, .len = sizeof in},
        {.ptr = &got, .len = sizeof got},
        {.ptr = out->text, .len = TEXT_ROOM},
    };
    int result = qda_rpc_invoke(rpc, remotectl, QDA_SCALARS_BUILD(0, method, 1, 2, 0, 0), args);
    out->error = (int32_t)got;
    return result;
}

/* The module's own error as a result: one that would read as an errno is none. */
static int result_of(int32_t error)
{
    return qda_rpc_is_errno(error) ? (int)(QDA_AEE_REMOTE + AEE_EUNABLETOLOAD) : error;
}

static int refuse(char why[400], const char *what, int result, const struct answer *answer)
{
    char words[200], text[TEXT_ROOM + 1];
    rpc_clean_text(text, sizeof text, answer->text, TEXT_ROOM);
    qda_rpc_words(result, words, sizeof words);
    if (text[0])
        rpc_say(why, "the DSP could not %s: %s (%s)", what, text, words);
    else
        rpc_say(why, "the DSP could not %s and says no more than %s", what, words);
    return result;
}

int qda_rpc_load(struct qda_rpc *rpc, const char *uri, uint32_t *handle, char why[400])
{
    struct answer answer;
    int known = atomic_load(&rpc->remotectl);
    uint32_t remotectl = known >= 0 ? (uint32_t)known : QDA_HANDLE_REMOTECTL1;
    int result = open_on(rpc, remotectl, uri, &answer);
    if (known < 0 && result != 0 && !qda_rpc_is_errno(result)) {
        remotectl = QDA_HANDLE_REMOTECTL;
        result = open_on(rpc, remotectl, uri, &answer);
    }
    if (result != 0)
        return refuse(why, "open the module", result, &answer);
    atomic_store(&rpc->remotectl, (int)remotectl);
    if (answer.error != 0)
        return refuse(why, "load the module", result_of(answer.error), &answer);
    *handle = answer.handle;
    return 0;
}

int qda_rpc_unload(struct qda_rpc *rpc, uint32_t handle, char why[400])
{
    struct answer answer;
    int known = atomic_load(&rpc->remotectl);
    int result = close_on(rpc, known == 0 ? QDA_HANDLE_REMOTECTL : QDA_HANDLE_REMOTECTL1, handle, &answer);
    if (result != 0)
        return refuse(why, "close the module", result, &answer);
    return answer.error == 0 ? 0 : refuse(why, "unload the module", result_of(answer.error), &answer);
}
