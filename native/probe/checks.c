/* SPDX-License-Identifier: MIT */
#include "probe/checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The checks of the accel nodes and the way to them; those of the board around stand in checks_board.c. */

int probe_say(const struct probe_checks *checks, const char *name, const char *why, const struct probe_verdict *verdict)
{
    struct qda_check check = { .name = name,
                               .state = verdict->state,
                               .read = verdict->read,
                               .why = why,
                               .remedy = verdict->state == QDA_CHECK_OK ? "" : verdict->remedy,
                               .fatal = verdict->state == QDA_CHECK_FAIL && verdict->fatal };
    return checks->fn(checks->arg, &check);
}

/* The driver of an accel node by its link in sysfs, "" if that cannot be read. */
static void driver_of(struct qda_sys *sys, const char *node, char *out, size_t size)
{
    char path[192], link[256];
    snprintf(path, sizeof(path), "/sys/class/accel/%s/device/driver", node);
    out[0] = '\0';
    if (sys->ops->readlink(sys, path, link, sizeof(link)) < 0)
        return;
    const char *slash = strrchr(link, '/');
    probe_copy(out, size, slash != NULL ? slash + 1 : link);
}

/* Nodes there are, none of which is QDA's: says whose they are. */
static void foreign_nodes(struct qda_sys *sys, const struct probe_names *names, struct probe_verdict *verdict)
{
    snprintf(verdict->read, sizeof(verdict->read), "/dev/accel:");
    for (size_t i = 0; i < names->count; i++) {
        char driver[64];
        size_t have = strlen(verdict->read);
        driver_of(sys, names->name[i], driver, sizeof(driver));
        snprintf(verdict->read + have, sizeof(verdict->read) - have, "%s %s (driver %s)", i > 0 ? "," : "", names->name[i],
                 driver[0] != '\0' ? driver : "not known");
    }
    verdict->remedy = "load the QDA driver (modprobe qda) and look whether dmesg says that it bound to the DSP";
}

int probe_check_nodes(const struct probe_checks *checks)
{
    static const char why[] = "every call to the DSP's memory goes through a node of its driver: QDA's accel node or FastRPC's";
    struct probe_verdict verdict = { .state = QDA_CHECK_FAIL, .fatal = true };
    struct probe_names names;
    int err = probe_list(checks->sys, "/dev/accel", "accel", &names);
    if (checks->count > 0) {
        verdict.state = QDA_CHECK_OK;
        for (size_t i = 0; i < checks->count; i++)
            probe_append(verdict.read, sizeof(verdict.read), "%s", checks->nodes[i].path);
    } else if (err < 0) {
        probe_reason(verdict.read, sizeof(verdict.read), "/dev/accel", err, "");
        verdict.remedy = "use a kernel with the QDA driver (CONFIG_DRM_ACCEL, CONFIG_DRM_ACCEL_QDA) or with FastRPC "
                         "(CONFIG_QCOM_FASTRPC: /dev/fastrpc-*), and a DSP that is running (/sys/class/remoteproc/*/state)";
    } else if (names.count == 0) {
        snprintf(verdict.read, sizeof(verdict.read), "/dev/accel is empty");
        verdict.remedy = "start the DSP (echo start > /sys/class/remoteproc/remoteprocN/state) and load the QDA driver "
                         "(modprobe qda)";
    } else {
        foreign_nodes(checks->sys, &names, &verdict);
    }
    return probe_say(checks, "accel-node", why, &verdict);
}

static const char *access_remedy(int err)
{
    if (err == -EACCES || err == -EPERM)
        return "start the agent as root, or give its user the node (chown, or a udev rule for SUBSYSTEM==\"accel\")";
    if (err == -ENODEV || err == -ENXIO || err == -ENOENT)
        return "the DSP went away: wait for its restart and look for the new node";
    if (err == -EBUSY)
        return "every session of this DSP is taken: end other programs that use it (check other-users)";
    return "look into dmesg for what the driver said";
}

int probe_check_access(const struct probe_checks *checks)
{
    static const char why[] = "a node that cannot be opened cannot be measured";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK, .fatal = true };
    if (checks->count == 0)
        return 0; /* "accel-node" has said it */
    for (size_t i = 0; i < checks->count; i++) {
        const struct qda_probe_node *node = &checks->nodes[i];
        verdict.fatal = verdict.fatal && node->error < 0; /* one that opens is enough */
        if (node->error < 0 && verdict.state == QDA_CHECK_OK) {
            verdict.state = QDA_CHECK_FAIL;
            verdict.remedy = access_remedy(node->error);
        }
        probe_append(verdict.read, sizeof(verdict.read), "%s: %s%s%s", node->path,
                     node->error < 0 ? probe_errno(node->error) : "opened", node->dsp[0] != '\0' ? ", DSP " : "", node->dsp);
    }
    return probe_say(checks, "node-access", why, &verdict);
}

int probe_check_generation(const struct probe_checks *checks)
{
    static const char why[] = "the driver's calls changed between its postings: what is not proven is not called";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK, .fatal = true };
    if (checks->count == 0)
        return 0;
    for (size_t i = 0; i < checks->count; i++) {
        const struct qda_probe_node *node = &checks->nodes[i];
        verdict.fatal = verdict.fatal && node->generation[0] == '\0'; /* one that is proven is enough */
        if (node->generation[0] == '\0') {
            verdict.state = QDA_CHECK_FAIL;
            verdict.remedy = "build the driver with BTF (CONFIG_DEBUG_INFO_BTF_MODULES), or name the generation yourself "
                             "(--generation v1, rfc or fastrpc) if you know it";
        }
        probe_append(verdict.read, sizeof(verdict.read), "%s: %s (%s)", node->path,
                     node->generation[0] != '\0' ? node->generation : "refused", node->proof);
    }
    return probe_say(checks, "generation", why, &verdict);
}

/* The driver has no way to ask, and to try would take one. */
int probe_check_banks(const struct probe_checks *checks)
{
    static const char why[] = "without a free context bank QDA allocates nothing (ENOMEM) and imports nothing (ENODEV), and FastRPC "
                              "opens nothing (EBUSY)";
    struct probe_verdict verdict = { .state = QDA_CHECK_UNKNOWN };
    if (checks->count == 0)
        return 0;
    snprintf(verdict.read, sizeof(verdict.read), "nothing: the driver does not tell how many context banks are free");
    verdict.remedy = "if a benchmark fails with ENOMEM, ENODEV or EBUSY, end other programs that use the DSP (check other-users)";
    return probe_say(checks, "context-bank", why, &verdict);
}

int qda_probe_checks(struct qda_sys *sys, const struct qda_probe_node *nodes, size_t count, qda_check_fn fn, void *arg)
{
    static int (*const all[])(const struct probe_checks *checks) = {
        probe_check_nodes, probe_check_access,   probe_check_generation, probe_check_banks,   probe_check_heaps,
        probe_check_udmabuf, probe_check_debugfs, probe_check_tracefs,   probe_check_proc,    probe_check_others,
        probe_check_governor, probe_check_thermal, probe_check_clock,
    };
    const struct probe_checks checks = { sys, nodes, count, fn, arg };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        int stop = all[i](&checks);
        if (stop != 0)
            return stop;
    }
    return 0;
}
