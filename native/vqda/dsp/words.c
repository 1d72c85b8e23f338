/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/impl.h"

#include "vqda/core/timer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINES_A_SECOND 100u
#define READS_AT_ONCE 4 /* of 4 KiB: a process that talks without end does not keep the board from others */

static void put(const struct vq_dsp_process *process, const char *line)
{
    fprintf(stderr, "vqda: %s session %d (process %d): %s\n", process->node->node->dsp, process->session,
            process->spawned.pid, line);
}

static void say_omitted(struct vq_dsp_process *process)
{
    char line[64];
    if (process->log.omitted == 0)
        return;
    snprintf(line, sizeof(line), "%llu more lines were left out", (unsigned long long)process->log.omitted);
    process->log.omitted = 0;
    put(process, line);
}

void vq_dsp_process_say(struct vq_dsp_process *process, const char *format, ...)
{
    char line[VQ_WORDS_LINE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    put(process, line);
}

/* A whole line of the process. */
static void end_line(struct vq_dsp_process *process)
{
    struct vq_dsp_log *log = &process->log;
    uint64_t now = vq_now();
    log->line[log->len] = '\0';
    log->len = 0;
    if (now - log->window > 1000000000u) {
        say_omitted(process);
        log->window = now;
        log->said = 0;
    }
    if (log->said++ < LINES_A_SECOND)
        put(process, log->line);
    else
        log->omitted++;
}

void vq_dsp_process_hear(struct vq_dsp_process *process, const char *text, size_t len)
{
    struct vq_dsp_log *log = &process->log;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n' || log->len + 1 == sizeof(log->line))
            end_line(process);
        if (c != '\n')
            log->line[log->len++] = c >= ' ' && c < 0x7f ? (char)c : '?'; /* nothing that a terminal would obey */
    }
}

bool vq_dsp_process_read_words(struct vq_dsp_process *process)
{
    char text[4096];
    for (int i = 0; i < READS_AT_ONCE; i++) {
        ssize_t got = read(process->spawned.words, text, sizeof(text));
        if (got < 0 && errno != EINTR)
            return errno == EAGAIN;
        if (got == 0)
            return false;
        vq_dsp_process_hear(process, text, got > 0 ? (size_t)got : 0);
    }
    return true;
}

void vq_dsp_process_end_words(struct vq_dsp_process *process)
{
    if (process->log.len > 0)
        end_line(process);
    say_omitted(process);
}
