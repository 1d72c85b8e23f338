/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * Lines of the DSP's log. Firmware sends records of 256 bytes: u32 level (0 low .. 4 fatal), u16 line, u16 thread, text, and at
 * the end 30 bytes with the name of the source file (adspmsgd_apps of qualcomm/fastrpc). What is no whole number of such records
 * is taken as text, a line each.
 */
#define RECORD 256u
#define TEXT_AT 8u
#define TEXT_LEN 218u
#define LEVEL_MAX 4u

static void give(struct rpc_served *served, int level, const char *text)
{
    if (!served->hooks.log || text[0] == '\0')
        return;
    uint64_t now = served->sys->ops->now_ns(served->sys);
    if (!rpc_bucket_take(&served->lines, now, RPC_LINE_BURST, RPC_LINES_PER_S)) {
        served->lines_dropped++;
        return;
    }
    if (served->lines_dropped) {
        char said[64];
        snprintf(said, sizeof said, "%llu lines of the DSP's log were dropped", (unsigned long long)served->lines_dropped);
        served->lines_dropped = 0;
        served->hooks.log(served->hooks.arg, RPC_LEVEL_ERROR, said);
    }
    served->hooks.log(served->hooks.arg, level, text);
}

void rpc_log(struct rpc_served *served, int level, const char *format, ...)
{
    char line[512], clean[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    rpc_clean_text(clean, sizeof clean, line, sizeof line);
    give(served, level, clean);
}

static bool are_records(const uint8_t *bytes, size_t len)
{
    if (len == 0 || len % RECORD != 0)
        return false;
    for (size_t at = 0; at < len; at += RECORD) {
        uint32_t level;
        memcpy(&level, bytes + at, sizeof level);
        if (level > LEVEL_MAX)
            return false;
    }
    return true;
}

static void give_records(struct rpc_served *served, const uint8_t *bytes, size_t len)
{
    char text[TEXT_LEN + 1];
    for (size_t at = 0; at < len; at += RECORD) {
        rpc_clean_text(text, sizeof text, bytes + at + TEXT_AT, TEXT_LEN);
        give(served, bytes[at], text);
    }
}

static void give_lines(struct rpc_served *served, const uint8_t *bytes, size_t len)
{
    char text[256];
    for (size_t at = 0; at < len;) {
        const uint8_t *end = memchr(bytes + at, '\n', len - at);
        size_t line = end ? (size_t)(end - bytes) - at : len - at;
        rpc_clean_text(text, sizeof text, bytes + at, line);
        give(served, RPC_LEVEL_HIGH, text);
        at += line + 1;
    }
}

int rpc_log_message(struct rpc_served *served, const struct rpc_args *args)
{
    size_t len = rpc_word(args, 0);
    if (len > args->in[1].len)
        return QDA_AEE_EBADPARM;
    if (are_records(args->in[1].data, len))
        give_records(served, args->in[1].data, len);
    else
        give_lines(served, args->in[1].data, len);
    return 0;
}
