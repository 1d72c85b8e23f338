/* SPDX-License-Identifier: MIT */
#include "dsp/shell/log.h"

#include "dsp/shell/lock.h"
#include "dsp/shell/port.h"
#include "dsp/shell/reverse.h"
#include "dsp/shell/text.h"
#include "dsp/shell/thread.h"

/* As firmware sends them. Source: adspmsgd of qualcomm/fastrpc. */
struct record {
    uint32_t level;
    uint16_t line;
    uint16_t thread;
    char text[218];
    char file[30];
};
_Static_assert(sizeof(struct record) == 256, "record of the log");

#define QUEUE 512u
#define BATCH 32u

static struct record queue[QUEUE];
static uint32_t first, count, dropped;
static struct lock queue_lock;
static struct signal queue_signal;
static bool running;

static void fill(struct record *record, int level, const char *file, int line)
{
    const char *name = file ? strrchr(file, '/') : NULL;
    record->level = level < LOG_LOW ? LOG_LOW : level > LOG_FATAL ? LOG_FATAL : (uint32_t)level;
    record->line = (uint16_t)line;
    record->thread = (uint16_t)thread_self()->tid;
    strlcpy(record->file, name ? name + 1 : file ? file : "", sizeof(record->file));
}

/* Takes what is queued, at most BATCH; waits while there is nothing. */
static uint32_t take(struct record *to)
{
    lock_take(&queue_lock);
    while (count == 0 && dropped == 0)
        signal_wait(&queue_signal, &queue_lock, 0);
    uint32_t taken = 0;
    for (; taken < BATCH && count; taken++, count--) {
        to[taken] = queue[first];
        first = (first + 1) % QUEUE;
    }
    if (dropped && taken < BATCH && count == 0) {
        fill(&to[taken], LOG_ERROR, "shell", 0);
        snprintf(to[taken++].text, sizeof(to->text), "%u lines of the log were dropped: they came faster than the CPU took them",
                 (unsigned)dropped);
        dropped = 0;
    }
    lock_release(&queue_lock);
    return taken;
}

static void *run(void *arg)
{
    static struct record batch[BATCH];
    (void)arg;
    for (;;) {
        uint32_t taken = take(batch);
        if (reverse_heard() && apps_log(batch, taken * (uint32_t)sizeof(*batch)) == 0)
            continue;
        for (uint32_t i = 0; i < taken; i++)
            port_log(batch[i].text);
    }
    return NULL;
}

/* A free record at the end, NULL: full. With the lock. */
static struct record *push(void)
{
    if (!running) {
        struct thread *thread = thread_make(run, NULL, 64 * 1024);
        running = thread != NULL;
        if (thread)
            thread_detach(thread);
    }
    if (count == QUEUE || !running) {
        dropped++;
        return NULL;
    }
    return &queue[(first + count++) % QUEUE];
}

void log_format(int level, const char *file, int line, const char *format, va_list args)
{
    char text[sizeof(queue->text)];
    vsnprintf(text, sizeof(text), format, args);
    log_line(level, file, line, text);
}

void log_line(int level, const char *file, int line, const char *text)
{
    lock_take(&queue_lock);
    struct record *record = push();
    if (record) {
        fill(record, level, file, line);
        strlcpy(record->text, text, sizeof(record->text));
    }
    lock_release(&queue_lock);
    signal_one(&queue_signal);
}
