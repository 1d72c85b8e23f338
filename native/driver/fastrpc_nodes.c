/* SPDX-License-Identifier: MIT */
#include "driver/fastrpc_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "driver/fastrpc_proof.h"
#include "driver/generations.h"
#include "uapi/fastrpc.h"

#define PREFIX "/dev/fastrpc-"
#define SECURE "-secure"
#define NODES_MAX 16 /* seven DSPs are known, each with two nodes at most */

struct names {
    char name[NODES_MAX][32]; /* below /dev */
    size_t count;
};

struct search {
    bool forced;
    bool btf_read;
    struct qda_proof btf;
};

bool qda_fastrpc_dsp_of(const char *path, char dsp[16], bool *secure)
{
    if (strncmp(path, PREFIX, sizeof(PREFIX) - 1) != 0)
        return false;
    const char *label = path + sizeof(PREFIX) - 1;
    size_t len = strlen(label), tail = sizeof(SECURE) - 1;
    bool is_secure = len > tail && strcmp(label + len - tail, SECURE) == 0;
    if (is_secure)
        len -= tail;
    if (len == 0 || len > 15 || memchr(label, '/', len) != NULL)
        return false;
    memset(dsp, 0, 16);
    memcpy(dsp, label, len);
    if (secure != NULL)
        *secure = is_secure;
    return true;
}

static int collect(void *arg, const char *name)
{
    struct names *names = arg;
    char path[64], dsp[16];
    int len = snprintf(path, sizeof(path), "/dev/%s", name);
    if (len >= (int)sizeof(path) || names->count == NODES_MAX || !qda_fastrpc_dsp_of(path, dsp, NULL))
        return 0;
    snprintf(names->name[names->count++], sizeof(names->name[0]), "%s", name);
    return 0;
}

/* "fastrpc-cdsp" comes before "fastrpc-cdsp-secure". */
static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void say_failed(struct qda_node *node, int err)
{
    const char *todo = "the DSP may be restarting: try again";
    if (err == -EACCES || err == -EPERM)
        todo = "run as root, or join the group that owns the node";
    else if (err == -EBUSY)
        todo = "every session of this DSP is taken: end another program that uses it";
    node->error = err;
    snprintf(node->proof, sizeof(node->proof), "%s: open failed: %s; %s", node->path, strerror(-err), todo);
}

static void take_forced(const struct qda_proof *btf, struct qda_node *node)
{
    const char *against = ", not proven";
    if (btf->state == QDA_PROOF_PROVEN)
        against = ", and the BTF agrees";
    else if (btf->state == QDA_PROOF_REFUSED)
        against = ", AGAINST the BTF";
    node->driver = &qda_driver_fastrpc;
    snprintf(node->proof, sizeof(node->proof), "the user named it: %s (--generation)%s", node->driver->title, against);
}

static void find_generation(struct qda_sys *sys, struct search *search, int fd, struct qda_node *node)
{
    if (!search->btf_read)
        qda_prove_fastrpc_by_btf(sys, &search->btf);
    search->btf_read = true;
    if (search->forced) {
        take_forced(&search->btf, node);
        return;
    }
    struct qda_proof probe = search->btf;
    if (probe.state == QDA_PROOF_ABSENT)
        qda_prove_fastrpc_by_probe(sys, fd, search->btf.text, &probe);
    node->driver = probe.driver;
    memcpy(node->proof, probe.text, sizeof(node->proof));
}

/* False: no misc device of that name. */
static bool examine(struct qda_sys *sys, struct search *search, const char *name, struct qda_node *node)
{
    struct qda_stat st;
    *node = (struct qda_node){ .error = 0 };
    snprintf(node->path, sizeof(node->path), "/dev/%.31s", name);
    qda_fastrpc_dsp_of(node->path, node->dsp, NULL);
    int err = sys->ops->stat(sys, node->path, &st);
    if (err < 0 || !S_ISCHR(st.mode) || st.rdev_major != QDA_FASTRPC_MISC_MAJOR)
        return false; /* gone since the listing, or something else */
    int fd = sys->ops->open(sys, node->path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        say_failed(node, fd);
        return true;
    }
    find_generation(sys, search, fd, node);
    sys->ops->close(sys, fd);
    return true;
}

/* A DSP with both nodes takes signed processes on the secure one alone. */
static void find_signed_path(const struct names *names, struct qda_node *node)
{
    char path[sizeof(node->path) + sizeof(SECURE)];
    snprintf(path, sizeof(path), "%s" SECURE, node->path);
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(path + sizeof("/dev/") - 1, names->name[i]) == 0)
            snprintf(node->signed_path, sizeof(node->signed_path), "/dev/%.31s", names->name[i]);
}

size_t qda_fastrpc_find_nodes(struct qda_sys *sys, bool forced, struct qda_node *out, size_t max)
{
    struct names names = { .count = 0 };
    struct search search = { .forced = forced };
    struct qda_node node;
    size_t found = 0;
    if (sys->ops->list_dir(sys, "/dev", collect, &names) < 0)
        return 0; /* not even /dev: /dev/accel tells why */
    qsort(names.name, names.count, sizeof(names.name[0]), compare);
    for (size_t i = 0; i < names.count && found < max; i++)
        if (examine(sys, &search, names.name[i], &node)) {
            find_signed_path(&names, &node);
            out[found++] = node;
        }
    return found;
}
