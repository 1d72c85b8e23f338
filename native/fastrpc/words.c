/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Results in words: the name, what it means here, what to do. */

void rpc_clean_text(char *out, size_t room, const void *text, size_t len)
{
    const char *from = text;
    size_t n = 0;
    while (n < len && n + 1 < room && from[n]) {
        unsigned char c = (unsigned char)from[n];
        out[n++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
    }
    out[n] = '\0';
}

void rpc_say(char why[400], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, 400, format, args);
    va_end(args);
}

struct word {
    int code;
    const char *name;
    const char *meaning; /* NULL: the name has to do */
};

#define ERRNO(e, meaning) {e, #e, meaning}
static const struct word errnos[] = {
    ERRNO(ENODEV, "the node is gone, most likely a DSP restart; run again when it is back"),
    ERRNO(ENOMEM, "no context bank is free or memory is short; close other users of the DSP"),
    ERRNO(EINVAL, "the driver refuses the call; keep the kernel log with this run"),
    ERRNO(EINTR, "a signal broke the call off; the DSP may still work on it, so begin a new session"),
    ERRNO(EPIPE, "the DSP went away during the call, most likely a restart; run again when it is back"),
    ERRNO(ENOTCONN, "no DSP answers behind this driver; look whether it is running (remoteproc state)"),
    ERRNO(ECONNRESET, "the DSP process ended; begin a new session"),
    ERRNO(ECONNREFUSED, "the driver lets no signed process be made here; take an unsigned one"),
    ERRNO(EBUSY, "all sessions of this DSP are taken; close other users of the DSP"),
    ERRNO(ETIMEDOUT, "the DSP did not answer in time; look whether it hangs or is restarting"),
    ERRNO(EACCES, "this user may not; run the agent as root or give it access to the node"),
    ERRNO(EPERM, "this user may not; run the agent as root or give it access to the node"),
    ERRNO(EFAULT, "an argument lies in memory that cannot be read or written"),
    ERRNO(ENOENT, "what the call names is not there"),
    ERRNO(EISDIR, "it is a folder; name a file"),
    ERRNO(ENXIO, "there is no device behind the node"),
    ERRNO(ENOSYS, "the buffer's exporter lets no other device attach; take another source"),
    ERRNO(ENOTTY, "this driver has no such call; look whether the generation is the right one"),
    ERRNO(EOPNOTSUPP, "this driver or this DSP does not offer it"),
    ERRNO(EMFILE, "this process is out of descriptors; raise its limit (ulimit -n)"),
    ERRNO(ENFILE, "the board is out of descriptors; close other programs"),
    ERRNO(EAGAIN, "the system has no thread left for the listener; close other programs"),
    ERRNO(EBADF, NULL),
    ERRNO(EIO, NULL),
    ERRNO(ENOSPC, NULL),
    ERRNO(EFBIG, NULL),
    ERRNO(EOVERFLOW, NULL),
    ERRNO(EPROTO, NULL),
    ERRNO(ENAMETOOLONG, NULL),
    ERRNO(EEXIST, NULL),
    ERRNO(ESRCH, NULL),
    ERRNO(ELOOP, NULL),
};

/* Without the offset that the DSP adds. Values: AEEStdErr.h of qualcomm/fastrpc. */
static const struct word aees[] = {
    {0x01, "AEE_EFAILED", "the DSP failed without a reason; its log lines may say more"},
    {0x02, "AEE_ENOMEMORY", "the DSP process has no memory or address space left; unmap buffers or take smaller ones"},
    {0x03, "AEE_ECLASSNOTSUPPORT", NULL},
    {0x04, "AEE_EVERSIONNOTSUPPORT", "the DSP's firmware does not take this version"},
    {0x05, "AEE_EALREADYLOADED", NULL},
    {0x06, "AEE_EUNABLETOLOAD", "the DSP's loader refuses the module; its log lines may say why"},
    {0x07, "AEE_EUNABLETOUNLOAD", NULL},
    {0x0c, "AEE_EEXPIRED", NULL},
    {0x0d, "AEE_EBADSTATE", "the DSP process is not in a state for calls, most likely it crashed; begin a new session"},
    {0x0e, "AEE_EBADPARM", "the DSP does not take these arguments; look whether skel and agent are of one build"},
    {0x10, "AEE_EBADITEM", NULL},
    {0x11, "AEE_EINVALIDFORMAT",
     "the DSP does not run this file; a virtual DSP runs static programs, and not Qualcomm's own shell, which needs QuRT"},
    {0x12, "AEE_EINCOMPLETEITEM", NULL},
    {0x14, "AEE_EUNSUPPORTED", "the DSP has no such method or kernel"},
    {0x15, "AEE_EPRIVLEVEL", "a process of this kind may not; an unsigned one is more limited than a signed one"},
    {0x16, "AEE_ERESOURCENOTFOUND", NULL},
    {0x1a, "AEE_EALREADY", NULL},
    {0x1e, "AEE_EHEAP", "the heap of the DSP process is damaged; begin a new session"},
    {0x20, "AEE_EITEMBUSY", NULL},
    {0x26, "AEE_EBUFFERTOOSMALL", NULL},
    {0x27, "AEE_ENOSUCH", "the DSP knows no such name or handle"},
    {0x2b, "AEE_ENOTALLOWED", NULL},
    {0x2c, "AEE_EINVHANDLE", "the handle is closed or was never given"},
    {0x2d, "AEE_EOUTOFHANDLES", NULL},
    {0x2e, "AEE_EINTERRUPTED", "the wait was broken off on the DSP; begin a new session"},
    {0x2f, "AEE_ENOMORE", NULL},
    {0x30, "AEE_ECPUEXCEPTION", "the DSP process crashed; begin a new session, and read its log lines"},
    {0x38, "AEE_EINVALIDSIGNATURE", "the module's signature does not hold here; unsigned modules need an unsigned process"},
    {0x39, "AEE_EINVALIDDOMAIN", NULL},
    {0x3a, "AEE_EINVALIDFD", "the DSP knows no such descriptor; map the buffer first"},
    {0x3e, "AEE_ENOSUCHMOD", "the DSP has no such module"},
    {0x41, "AEE_ENOSUCHPROCESS", "the DSP process is gone; begin a new session"},
    {0x42, "AEE_ENOSUCHSYMBOL", "the module lacks the entry point or needs a function that this DSP's shell has not got"},
    {0x45, "AEE_ENOSUCHFILE", "the DSP's loader was not given the file that it asked for"},
    {0x46, "AEE_ENOSUCHHANDLE", "the handle is closed or was never given"},
    {0x48, "AEE_ENOSUCHMAP", "nothing is mapped at this address of the DSP"},
    {0x4d, "AEE_EBADSIZE", NULL},
    {0x4e, "AEE_EBADPERMS", NULL},
    {0x4f, "AEE_EBADFD", NULL},
    {0x52, "AEE_EBADELF", "the file is no ELF that the DSP's loader takes"},
    {0x55, "AEE_EBADMEMALIGN", NULL},
    {0x65, "AEE_EMMAP", "the DSP could not map the memory; its address space may be full"},
    {0x68, "AEE_ENORPCMEMORY", NULL},
    {0x6b, "AEE_ENOTINITIALIZED", NULL},
    {0x6c, "AEE_EUNSUPPORTEDAPI", NULL},
    {0x70, "AEE_EMAXBUFS", NULL},
    {0x72, "AEE_ECONNREFUSED", NULL},
    {0x81, "AEE_EUNSIGNEDMOD", "the module is not signed and this process takes signed ones only; make an unsigned process"},
    {0x83, "AEE_EBADVA", NULL},
    {0x87, "AEE_EMAPALREADYPRESENT", NULL},
    {0x88, "AEE_ENOFREESECTION", NULL},
    {0x8a, "AEE_ENOSESSION", "the DSP has no session left; close other users of the DSP"},
    {0x200, "AEE_ERPC", "the DSP's FastRPC does not take the call; older firmware says so to newer handles"},
    {0x201, "AEE_EFILE", NULL},
};

static const struct word *find(const struct word *words, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].code == code)
            return &words[i];
    }
    return NULL;
}

/* The code without the DSP's offset; -1 where it is neither. */
static int plain_aee(int result)
{
    uint32_t code = (uint32_t)result;
    if (code >= QDA_AEE_REMOTE && code < QDA_AEE_REMOTE + 0x400)
        return (int)(code - QDA_AEE_REMOTE);
    return code < 0x400 ? (int)code : -1;
}

static const struct word *word_of(int result)
{
    if (qda_rpc_is_errno(result))
        return find(errnos, sizeof errnos / sizeof *errnos, -result);
    return find(aees, sizeof aees / sizeof *aees, plain_aee(result));
}

void qda_rpc_result_name(int result, char *out, size_t len)
{
    const struct word *word = word_of(result);
    if (result == 0)
        snprintf(out, len, "success");
    else if (word)
        snprintf(out, len, "%s", word->name);
    else if (qda_rpc_is_errno(result))
        snprintf(out, len, "errno %d", -result);
    else
        snprintf(out, len, "0x%08x", (unsigned)result);
}

void qda_rpc_words(int result, char *out, size_t len)
{
    char name[40];
    const struct word *word = word_of(result);
    const char *meaning = word ? word->meaning : NULL;
    qda_rpc_result_name(result, name, sizeof name);
    if (result == 0)
        snprintf(out, len, "success");
    else if (qda_rpc_is_errno(result))
        snprintf(out, len, "%s: %s", name, meaning ? meaning : "keep the kernel log with this run");
    else if (word)
        snprintf(out, len, "%s (0x%08x): %s", name, (unsigned)result,
                 meaning ? meaning : "the DSP's log lines may say more");
    else
        snprintf(out, len, "%s: a code of the DSP that is not known here; look it up for this firmware", name);
}
