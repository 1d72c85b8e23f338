/* SPDX-License-Identifier: MIT */
#include "agent/dsp_window.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/text.h"

#define WAIT_MS 20
#define WAITS 5

/* What is looked for, and what was found. */
struct search {
    const struct worker_traced *made;
    uint64_t address;
    uint64_t events;
};

void dsp_window_init(struct dsp_window *window, struct qda_sys *sys)
{
    *window = (struct dsp_window){.sys = sys};
}

static void end_trace(struct dsp_window *window)
{
    qda_trace_close(window->trace);
    window->trace = NULL;
}

void dsp_window_reset(struct dsp_window *window)
{
    end_trace(window);
    window->reason[0] = '\0';
    window->count = 0;
}

bool dsp_window_open(struct dsp_window *window)
{
    struct qda_tier_status status = {0};
    end_trace(window);
    window->trace = qda_trace_open(window->sys, &status);
    qda_text_copy(window->reason, sizeof(window->reason), window->trace ? "" : status.reason);
    return window->trace != NULL;
}

/* "qda-cb-cdsp-3" -> 3. Other devices (legacy: "...:compute-cb@3") end in it too. */
static uint64_t sid_of(const char *device)
{
    size_t len = strlen(device);
    while (len > 0 && strchr("0123456789", device[len - 1]))
        len--;
    return strtoull(device + len, NULL, 10);
}

static uint64_t bytes_of(const struct qda_dma_event *event)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < event->entry_count && i < QDA_MAX_SG; i++)
        bytes += event->entries[i].length;
    return bytes;
}

/* The first piece is the one that the driver hands to the DSP, with the SID above bit 32. */
static int look(void *arg, const struct qda_dma_event *event)
{
    struct search *search = arg;
    bool gives = event->kind == QDA_DMA_ALLOC || event->kind == QDA_DMA_MAP_SG;
    search->events++;
    if (!gives || event->pid != search->made->tid || event->entry_count == 0)
        return 0;
    uint64_t bytes = bytes_of(event);
    if (event->truncated ? bytes > search->made->size : bytes != search->made->size)
        return 0;
    search->address = (sid_of(event->device) << 32) + event->entries[0].dma_addr;
    return 0;
}

static void explain(struct dsp_traced *seen, const struct search *search, int err)
{
    if (err < 0)
        snprintf(seen->reason, sizeof(seen->reason), "the trace broke (%s)", strerror(-err));
    else
        snprintf(seen->reason, sizeof(seen->reason),
                 "none of %" PRIu64 " traced events is of thread %" PRIu32 " and %" PRIu64 " bytes", search->events,
                 search->made->tid, search->made->size);
}

void dsp_window_close(struct dsp_window *window, const struct worker_traced *made)
{
    struct search search = {.made = made};
    int err = 0;
    if (!window->trace)
        return;
    for (int i = 0; i < WAITS && search.address == 0 && err == 0; i++) {
        struct pollfd fd = {.fd = qda_trace_fd(window->trace), .events = POLLIN};
        poll(&fd, 1, i == 0 ? 0 : WAIT_MS);
        err = qda_trace_read(window->trace, look, &search);
    }
    end_trace(window);
    if (window->count == DSP_WINDOW_BUFFERS)
        return;
    struct dsp_traced *seen = &window->seen[window->count++];
    *seen = (struct dsp_traced){.ino = made->ino, .address = search.address};
    if (search.address == 0)
        explain(seen, &search, err);
}

uint64_t dsp_window_find(const struct dsp_window *window, uint64_t ino, const char **reason)
{
    *reason = window->reason[0] ? window->reason : "nothing was traced: the point does not verify, or its driver makes no such event";
    for (size_t i = window->count; i-- > 0;) {
        if (window->seen[i].ino != ino)
            continue;
        *reason = window->seen[i].reason;
        return window->seen[i].address;
    }
    return 0;
}
