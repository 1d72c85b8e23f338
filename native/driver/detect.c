/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "driver/fastrpc_nodes.h"
#include "driver/generations.h"
#include "driver/proof.h"
#include "uapi/drm_core.h"
#include "uapi/layouts.h"

_Static_assert((unsigned)QDA_GEN_V1 == QDA_LAYOUTS_V1 && (unsigned)QDA_GEN_RFC == QDA_LAYOUTS_RFC &&
                   (unsigned)QDA_GEN_FASTRPC == QDA_LAYOUTS_FASTRPC,
               "one numbering");

#define ACCEL_DIR "/dev/accel"

/* The N of every /dev/accel/accelN. */
struct numbers {
    unsigned short n[QDA_ACCEL_MINORS];
    size_t count;
};

/* What one search knows; the BTF speaks for every node, so it is read once, when the first QDA node is found. */
struct search {
    enum qda_generation forced;
    struct qda_proof btf;
    bool btf_read;
};

const struct qda_driver *qda_driver_for(enum qda_generation generation)
{
    switch (generation) {
    case QDA_GEN_V1:
        return &qda_driver_v1;
    case QDA_GEN_RFC:
        return &qda_driver_rfc;
    case QDA_GEN_FASTRPC:
        return &qda_driver_fastrpc;
    case QDA_GEN_NONE:
        break;
    }
    return NULL;
}

enum qda_generation qda_generation_from_name(const char *name)
{
    static const struct {
        const char *name;
        enum qda_generation generation;
    } names[] = { { "v1", QDA_GEN_V1 }, { "rfc", QDA_GEN_RFC }, { "fastrpc", QDA_GEN_FASTRPC } };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].generation;
    return QDA_GEN_NONE;
}

void qda_proof_say(struct qda_proof *out, enum qda_proof_state state, const struct qda_driver *driver, const char *format,
                   ...)
{
    va_list args;
    out->state = state;
    out->driver = driver;
    va_start(args, format);
    vsnprintf(out->text, sizeof(out->text), format, args);
    va_end(args);
}

static int collect_number(void *arg, const char *name)
{
    struct numbers *numbers = arg;
    unsigned n;
    char rest;
    if (sscanf(name, "accel%3u%c", &n, &rest) != 1 || numbers->count == QDA_ACCEL_MINORS)
        return 0;
    numbers->n[numbers->count++] = (unsigned short)n;
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    return *(const unsigned short *)a - *(const unsigned short *)b;
}

/* The user's word against what the BTF says of it. */
static void take_forced(struct search *search, struct qda_node *node)
{
    const char *against = "";
    node->driver = qda_driver_for(search->forced);
    if (search->btf.state == QDA_PROOF_PROVEN)
        against = search->btf.driver == node->driver ? ", and the module's BTF agrees" : ", AGAINST the module's BTF";
    else if (search->btf.state == QDA_PROOF_REFUSED)
        against = ", although the module's BTF fits no known generation";
    else
        against = ", not proven";
    snprintf(node->proof, sizeof(node->proof), "the user named it: %s (--generation)%s", node->driver->title, against);
}

static void take_proof(const struct qda_proof *proof, struct qda_node *node)
{
    node->driver = proof->driver;
    memcpy(node->proof, proof->text, sizeof(node->proof));
    memcpy(node->dsp, proof->dsp, sizeof(node->dsp));
}

static void find_generation(struct qda_sys *sys, struct search *search, int fd, struct qda_node *node)
{
    if (!search->btf_read)
        qda_prove_by_btf(sys, &search->btf);
    search->btf_read = true;
    if (search->forced != QDA_GEN_NONE) {
        take_forced(search, node);
    } else if (search->btf.state != QDA_PROOF_ABSENT) {
        take_proof(&search->btf, node);
    } else {
        struct qda_proof probe;
        qda_prove_by_probe(sys, fd, search->btf.text, &probe);
        take_proof(&probe, node);
    }
}

static void say_failed(struct qda_node *node, const char *call, int err)
{
    node->error = err;
    snprintf(node->proof, sizeof(node->proof), "%s: %s failed: %s; %s", node->path, call, strerror(-err),
             err == -EACCES || err == -EPERM ? "run as root, or join the group that owns the node"
                                             : "the DSP may be restarting: try again");
}

/* 1: a QDA node, or one that would not say; 0: another driver's. */
static int examine_open(struct qda_sys *sys, struct search *search, int fd, struct qda_node *node)
{
    struct qda_drm_version version;
    int err = qda_drm_version(sys, fd, &version);
    if (err < 0) {
        say_failed(node, "DRM_IOCTL_VERSION", err);
        return 1;
    }
    if (strcmp(version.name, QDA_DRM_DRIVER_NAME) != 0)
        return 0;
    find_generation(sys, search, fd, node);
    if (node->driver != NULL)
        node->error = node->driver->query(sys, fd, node->dsp);
    return 1;
}

static int examine(struct qda_sys *sys, struct search *search, unsigned n, struct qda_node *node)
{
    struct qda_stat st;
    *node = (struct qda_node){ .error = 0 };
    snprintf(node->path, sizeof(node->path), ACCEL_DIR "/accel%u", n);
    int err = sys->ops->stat(sys, node->path, &st);
    if (err == 0 && !S_ISCHR(st.mode))
        return 0;
    if (err == -ENOENT)
        return 0; /* gone since the listing */
    int fd = sys->ops->open(sys, node->path, O_RDWR);
    if (fd < 0) {
        say_failed(node, "open", fd);
        return 1;
    }
    int found = examine_open(sys, search, fd, node);
    sys->ops->close(sys, fd);
    return found;
}

/* As qda_find_nodes, accel nodes only. */
static int find_accel_nodes(struct qda_sys *sys, enum qda_generation forced, struct qda_node *out, size_t max)
{
    struct numbers numbers = { .count = 0 };
    struct search search = { .forced = forced };
    struct qda_node node;
    int err = sys->ops->list_dir(sys, ACCEL_DIR, collect_number, &numbers);
    if (err < 0)
        return err;
    qsort(numbers.n, numbers.count, sizeof(numbers.n[0]), compare_numbers);
    size_t found = 0;
    for (size_t i = 0; i < numbers.count && found < max; i++)
        if (examine(sys, &search, numbers.n[i], &node) > 0)
            out[found++] = node;
    return (int)found;
}

int qda_find_nodes(struct qda_sys *sys, enum qda_generation forced, struct qda_node *out, size_t max)
{
    int accel = forced == QDA_GEN_FASTRPC ? 0 : find_accel_nodes(sys, forced, out, max);
    if (forced != QDA_GEN_NONE && forced != QDA_GEN_FASTRPC)
        return accel;
    size_t have = accel > 0 ? (size_t)accel : 0;
    size_t more = qda_fastrpc_find_nodes(sys, forced == QDA_GEN_FASTRPC, out + have, max - have);
    return have + more > 0 ? (int)(have + more) : accel;
}
