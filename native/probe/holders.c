/* SPDX-License-Identifier: MIT */
#include "probe/environment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/proc.h"

#define MOST_NODES 8 /* names kept of one process */

/* The nodes of one process, each named once, in the order of their names: the order of /proc says nothing. */
struct collecting {
    struct probe_holder_list *out;
    uint32_t self;
    uint32_t pid; /* whose nodes are being collected; 0: nobody's yet */
    char comm[64];
    char owner[64]; /* comm of `pid` */
    char nodes[MOST_NODES][64];
    size_t count;
};

static const char *node_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Says whose nodes were collected, and forgets them. */
static void flush(struct collecting *c)
{
    char *text = c->out->text;
    size_t size = sizeof(c->out->text), have = strlen(text);
    if (c->count == 0)
        return;
    c->out->count++;
    have += (size_t)snprintf(text + have, size - have, "%spid %" PRIu32 " %s (", have > 0 ? ", " : "", c->pid, c->owner);
    for (size_t i = 0; i < c->count && have < size; i++)
        have += (size_t)snprintf(text + have, size - have, "%s%s", c->nodes[i], i + 1 < c->count ? " " : ")");
    c->count = 0;
}

static void insert(struct collecting *c, const char *node)
{
    size_t at = 0;
    while (at < c->count && strcmp(c->nodes[at], node) < 0)
        at++;
    if ((at < c->count && strcmp(c->nodes[at], node) == 0) || c->count == MOST_NODES)
        return;
    memmove(c->nodes[at + 1], c->nodes[at], (c->count - at) * sizeof(c->nodes[0]));
    snprintf(c->nodes[at], sizeof(c->nodes[at]), "%s", node);
    c->count++;
}

static void add_node(struct collecting *c, uint32_t pid, const char *node)
{
    if (pid != c->pid) {
        flush(c);
        c->pid = pid;
        snprintf(c->owner, sizeof(c->owner), "%s", c->comm);
    }
    insert(c, node);
}

static int on_fact(void *arg, const struct qda_fact *fact)
{
    struct collecting *c = arg;
    if (fact->kind == QDA_FACT_PROCESS)
        snprintf(c->comm, sizeof(c->comm), "%s", fact->process.comm);
    else if (fact->kind == QDA_FACT_NODE && fact->node.pid != c->self)
        add_node(c, fact->node.pid, node_name(fact->node.path));
    return 0;
}

void probe_other_holders(struct qda_sys *sys, struct probe_holder_list *out)
{
    *out = (struct probe_holder_list){ 0 };
    struct collecting c = { .out = out, .self = probe_self(sys) };
    probe_node_holders(sys, on_fact, &c, &out->unreadable);
    flush(&c);
}

/* "none", or who. Where some processes cannot be looked at, that is said with it. */
int probe_holders(const struct probe_sink *sink)
{
    struct probe_holder_list holders;
    char text[640];
    probe_other_holders(sink->sys, &holders);
    snprintf(text, sizeof(text), "%s", holders.count > 0 ? holders.text : "none");
    if (holders.unreadable > 0)
        probe_append(text, sizeof(text), "%" PRIu32 " processes could not be looked at (EACCES: start the agent as root)",
                     holders.unreadable);
    return probe_give(sink, "accel.holders", text, "", "/proc/*/fd");
}
