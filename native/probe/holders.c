/* SPDX-License-Identifier: MIT */
#include "probe/environment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/proc.h"

struct collecting {
    struct probe_holder_list *out;
    uint32_t self;
    uint32_t pid; /* whose name stands at the end of the text */
    char comm[64];
    char last[64]; /* its node that was named last */
};

static const char *node_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* A process may have the same node open many times; it is named once for each run of equal ones. */
static void add_node(struct collecting *c, uint32_t pid, const char *node)
{
    char *text = c->out->text;
    size_t size = sizeof(c->out->text), have = strlen(text);
    if (pid != c->pid) {
        c->out->count++;
        snprintf(text + have, size - have, "%spid %" PRIu32 " %s (%s)", have > 0 ? ", " : "", pid, c->comm, node);
    } else if (strcmp(node, c->last) != 0 && have > 0) {
        snprintf(text + have - 1, size - have + 1, " %s)", node);
    }
    c->pid = pid;
    snprintf(c->last, sizeof(c->last), "%s", node);
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
