/* SPDX-License-Identifier: MIT */
#include "probe/trace_line.h"

#include <string.h>

#include "probe/text.h"

#define COMM_COLUMNS 16

bool probe_is_bank(const char *device)
{
    return strncmp(device, "qda-cb-", 7) == 0 || strstr(device, "compute-cb@") != NULL;
}

/* Behind `word` in text, or NULL. */
static char *after(char *text, const char *word)
{
    char *at = strstr(text, word);
    return at != NULL ? at + strlen(word) : NULL;
}

static bool decimal_after(char *text, const char *word, uint64_t *out)
{
    const char *at = after(text, word);
    return at != NULL && probe_number(&at, 10, out);
}

static bool hex_after(char *text, const char *word, uint64_t *out)
{
    const char *at = after(text, word);
    return at != NULL && probe_number(&at, 16, out);
}

/* "{0x1,0x2}" into out[0..max). All of them are counted. False: no array, or cut short. */
static bool array_after(char *text, const char *word, uint64_t out[QDA_MAX_SG], size_t *count)
{
    const char *at = after(text, word);
    *count = 0;
    if (at == NULL || *at++ != '{')
        return false;
    while (*at != '}') {
        uint64_t value;
        if (!probe_number(&at, 16, &value) || (*at != ',' && *at != '}') || (at[0] == ',' && at[1] == '}'))
            return false;
        if (*count < QDA_MAX_SG)
            out[*count] = value;
        *count += 1;
        at += *at == ',';
    }
    return true;
}

/* ---- Texts of the events. Each is given what stands behind the device. */

static enum probe_line_kind parse_alloc(char *text, struct probe_trace_line *out)
{
    uint64_t virt;
    struct qda_sg *entry = &out->entries[0];
    *entry = (struct qda_sg){ 0 };
    if (!hex_after(text, " dma_addr=", &entry->dma_addr) || !decimal_after(text, " size=", &entry->length))
        return PROBE_LINE_BAD;
    bool has_virt = hex_after(text, " virt_addr=", &virt);
    if (out->event.kind == QDA_DMA_ALLOC && (!has_virt || virt == 0)) {
        bool null = strstr(text, " virt_addr=(null)") != NULL || has_virt;
        return null ? PROBE_LINE_FOREIGN : PROBE_LINE_BAD; /* NULL: the allocation failed, nothing came to be */
    }
    out->event.entry_count = 1;
    out->event.total_entries = 1;
    return PROBE_LINE_EVENT;
}

/*
 * "word SHOWN/ALL": ALL, which must fit an array of `counted`; where the text has no such word, what was counted. False: the
 * text contradicts itself.
 */
static bool total_of(char *text, const char *word, size_t counted, uint32_t *all)
{
    uint64_t shown, total;
    const char *at = after(text, word);
    *all = (uint32_t)counted;
    if (at == NULL)
        return counted <= UINT32_MAX;
    if (!probe_number(&at, 10, &shown) || *at++ != '/' || !probe_number(&at, 10, &total))
        return false;
    *all = (uint32_t)total;
    return shown == counted && shown <= total && total <= UINT32_MAX;
}

static enum probe_line_kind parse_map(char *text, struct probe_trace_line *out)
{
    uint64_t dma[QDA_MAX_SG], sizes[QDA_MAX_SG], phys[QDA_MAX_SG];
    size_t dma_count, size_count, phys_count;
    uint32_t segments, pieces;
    if (!array_after(text, " dma_addrs=", dma, &dma_count) || !array_after(text, " sizes=", sizes, &size_count) ||
        !array_after(text, " phys_addrs=", phys, &phys_count) || dma_count != size_count)
        return PROBE_LINE_BAD;
    if (!total_of(text, " ents=", dma_count, &segments) || !total_of(text, " nents=", phys_count, &pieces))
        return PROBE_LINE_BAD;
    size_t count = dma_count < QDA_MAX_SG ? dma_count : QDA_MAX_SG;
    for (size_t i = 0; i < count; i++) {
        bool has_phys = i < phys_count && (segments == pieces || i == 0);
        out->entries[i] = (struct qda_sg){ dma[i], sizes[i], has_phys ? phys[i] : 0, has_phys };
    }
    out->event.entry_count = count;
    out->event.total_entries = segments;
    out->event.truncated = segments > count;
    return PROBE_LINE_EVENT;
}

static enum probe_line_kind parse_unmap(char *text, struct probe_trace_line *out)
{
    uint64_t phys[QDA_MAX_SG];
    size_t total;
    if (!array_after(text, " phys_addrs=", phys, &total) || total > UINT32_MAX)
        return PROBE_LINE_BAD;
    size_t count = total < QDA_MAX_SG ? total : QDA_MAX_SG;
    for (size_t i = 0; i < count; i++)
        out->entries[i] = (struct qda_sg){ .phys = phys[i], .has_phys = true };
    out->event.entry_count = count;
    out->event.total_entries = (uint32_t)total;
    out->event.truncated = total > count;
    return PROBE_LINE_EVENT;
}

static enum probe_line_kind parse_iova(char *text, struct probe_trace_line *out)
{
    struct qda_sg *entry = &out->entries[0];
    *entry = (struct qda_sg){ 0 };
    if (!hex_after(text, "iova=", &entry->dma_addr))
        return PROBE_LINE_BAD;
    if (out->event.kind != QDA_DMA_FAULT && !decimal_after(text, " size=", &entry->length))
        return PROBE_LINE_BAD;
    entry->has_phys = hex_after(text, " paddr=", &entry->phys);
    out->event.entry_count = 1;
    out->event.total_entries = 1;
    return PROBE_LINE_EVENT;
}

/* ---- Where an event's text names its device */

/* "DEVICE dir=..." */
static char *dma_device(char *text, char **rest)
{
    char *end = strstr(text, " dir=");
    if (end == NULL || end == text)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    return text;
}

/* "IOMMU:DRIVER DEVICE iova=..." */
static char *fault_device(char *text, char **rest)
{
    char *end = strstr(text, " iova=");
    if (end == NULL)
        return NULL;
    *end = '\0';
    *rest = end + 1;
    char *blank = strrchr(text, ' ');
    return blank != NULL ? blank + 1 : NULL;
}

/* "IOMMU: iova=...": none */
static char *no_device(char *text, char **rest)
{
    *rest = text;
    return text + strlen(text);
}

static const struct event_text {
    const char *name;
    enum qda_dma_kind kind;
    char *(*device)(char *text, char **rest);
    enum probe_line_kind (*parse)(char *text, struct probe_trace_line *out);
} events[] = {
    { "dma_alloc", QDA_DMA_ALLOC, dma_device, parse_alloc },
    { "dma_free", QDA_DMA_FREE, dma_device, parse_alloc },
    { "dma_map_sg", QDA_DMA_MAP_SG, dma_device, parse_map },
    { "dma_unmap_sg", QDA_DMA_UNMAP_SG, dma_device, parse_unmap },
    { "io_page_fault", QDA_DMA_FAULT, fault_device, parse_iova },
    { "map", QDA_DMA_IOMMU_MAP, no_device, parse_iova },
    { "unmap", QDA_DMA_IOMMU_UNMAP, no_device, parse_iova },
};

/* ---- The line around them */

/* "[001] d..2.  1884.319631: " -> ns, and what stands behind it. */
static char *parse_time(char *text, uint64_t *ns)
{
    char *at = after(text, "] ");
    if (text[0] != '[' || at == NULL)
        return NULL;
    at += strspn(at, " ");
    size_t word = strcspn(at, " ");
    if (word > 0 && at[word - 1] != ':') /* flags */
        at += word + strspn(at + word, " ");
    const char *p = at;
    uint64_t seconds, fraction;
    if (!probe_number(&p, 10, &seconds) || *p++ != '.' || seconds > UINT64_MAX / 1000000000u - 1)
        return NULL;
    const char *digits = p;
    if (!probe_number(&p, 10, &fraction) || p - digits > 9 || strncmp(p, ": ", 2) != 0)
        return NULL;
    for (ptrdiff_t i = p - digits; i < 9; i++)
        fraction *= 10;
    *ns = seconds * 1000000000u + fraction;
    return at + (p - at) + 2;
}

/* "-1234    (  1234) [001]...": thread, its process where it is said, and what stands behind them. */
static char *parse_pid(char *text, struct qda_dma_event *event)
{
    const char *p = text + 1;
    uint64_t pid, process = 0;
    if (text[0] != '-' || !probe_number(&p, 10, &pid) || pid > UINT32_MAX)
        return NULL;
    p += strspn(p, " ");
    if (*p == '(') {
        p += 1 + strspn(p + 1, " ");
        if (*p != '-' && (!probe_number(&p, 10, &process) || process > UINT32_MAX)) /* "(-------)": not known */
            return NULL;
        p += strcspn(p, ")");
        p += strspn(p, ") ");
    }
    event->pid = (uint32_t)pid;
    event->process = (uint32_t)process;
    return text + (p - text);
}

static enum probe_line_kind parse_lost(const char *line, struct probe_trace_line *out)
{
    const char *at = strstr(line, " [LOST ");
    if (at == NULL)
        return PROBE_LINE_BAD;
    at += 7;
    if (!probe_number(&at, 10, &out->lost) || out->lost == 0)
        out->lost = 1;
    return strstr(at, "EVENTS]") != NULL ? PROBE_LINE_LOST : PROBE_LINE_BAD;
}

static enum probe_line_kind parse_event(char *text, struct probe_trace_line *out)
{
    char *colon = strstr(text, ": "), *rest;
    if (colon == NULL)
        return PROBE_LINE_BAD;
    *colon = '\0';
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (strcmp(text, events[i].name) != 0)
            continue;
        out->event.kind = events[i].kind;
        out->event.device = events[i].device(colon + 2, &rest);
        if (out->event.device == NULL)
            return PROBE_LINE_BAD;
        if (out->event.device[0] != '\0' && !probe_is_bank(out->event.device))
            return PROBE_LINE_FOREIGN;
        return events[i].parse(rest, out);
    }
    return PROBE_LINE_FOREIGN;
}

enum probe_line_kind probe_trace_parse(char *line, struct probe_trace_line *out)
{
    out->event = (struct qda_dma_event){ .entries = out->entries };
    out->lost = 0;
    if (strncmp(line, "CPU:", 4) == 0)
        return parse_lost(line, out);
    if (strlen(line) <= COMM_COLUMNS || line[COMM_COLUMNS] != '-')
        return PROBE_LINE_BAD;
    char *rest = parse_pid(line + COMM_COLUMNS, &out->event);
    if (rest == NULL || (rest = parse_time(rest, &out->event.time_ns)) == NULL)
        return PROBE_LINE_BAD;
    line[COMM_COLUMNS] = '\0';
    out->event.comm = line + strspn(line, " ");
    return parse_event(rest, out);
}
