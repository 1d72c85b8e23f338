/* SPDX-License-Identifier: MIT */
#include "probe/environment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/trace_line.h"

/*
 * Whether the context banks' addresses are translated. A group's `type` file says "DMA", "DMA-FQ" (translated),
 * "identity" (bypass) or "auto"; a device's group is the one whose `devices` folder names it.
 */
#define GROUPS "/sys/kernel/iommu_groups"

struct types {
    const struct probe_sink *sink;
    char type[32];  /* of the group at hand */
    char path[128]; /* of its type file */
    int stop;
    char seen[4][32];
    unsigned count[4];
    unsigned others;
};

static void count_type(struct types *types, const char *type)
{
    for (size_t i = 0; i < 4; i++) {
        if (types->seen[i][0] == '\0')
            snprintf(types->seen[i], sizeof(types->seen[i]), "%s", type);
        if (strcmp(types->seen[i], type) == 0) {
            types->count[i]++;
            return;
        }
    }
    types->others++;
}

static int on_device(void *arg, const char *name)
{
    struct types *types = arg;
    char key[96];
    if (!probe_is_bank(name))
        return 0;
    snprintf(key, sizeof(key), "iommu.%s", name);
    types->stop = probe_give(types->sink, key, types->type, "", types->path);
    return types->stop;
}

static int on_group(void *arg, const char *name)
{
    struct types *types = arg;
    struct qda_sys *sys = types->sink->sys;
    char devices[128];
    if (strlen(name) > 24)
        return 0;
    snprintf(types->path, sizeof(types->path), GROUPS "/%s/type", name);
    int err = probe_first_line(sys, types->path, types->type, sizeof(types->type));
    if (err < 0)
        snprintf(types->type, sizeof(types->type), "unreadable (%s)", probe_errno(err));
    count_type(types, types->type);
    snprintf(devices, sizeof(devices), GROUPS "/%s/devices", name);
    (void)sys->ops->list_dir(sys, devices, on_device, types); /* a group without the folder has no devices to name */
    return types->stop;
}

static int give_groups(const struct probe_sink *sink)
{
    struct types types = { .sink = sink };
    char text[256] = "";
    int err = sink->sys->ops->list_dir(sink->sys, GROUPS, on_group, &types);
    if (types.stop != 0)
        return types.stop;
    for (size_t i = 0; i < 4 && types.seen[i][0] != '\0'; i++) {
        size_t have = strlen(text);
        snprintf(text + have, sizeof(text) - have, "%s%s %u", i > 0 ? ", " : "", types.seen[i], types.count[i]);
    }
    if (types.others > 0)
        probe_append(text, sizeof(text), "others %u", types.others);
    if (text[0] != '\0')
        return probe_give(sink, "iommu.groups", text, "", GROUPS);
    return probe_give_absent(sink, "iommu.groups", GROUPS, err < 0 ? err : -ENODATA,
                             "no device here is behind an IOMMU that the kernel manages");
}

int probe_iommu(const struct probe_sink *sink)
{
    struct probe_names names;
    char text[256] = "";
    int err = probe_list(sink->sys, "/sys/class/iommu", "", &names);
    for (size_t i = 0; i < names.count; i++) {
        size_t have = strlen(text);
        snprintf(text + have, sizeof(text) - have, "%s%s", i > 0 ? "," : "", names.name[i]);
    }
    int stop = names.count > 0 ? probe_give(sink, "iommu.units", text, "", "/sys/class/iommu")
                               : probe_give_absent(sink, "iommu.units", "/sys/class/iommu", err < 0 ? err : -ENODATA,
                                                   "this kernel runs no IOMMU");
    return stop != 0 ? stop : give_groups(sink);
}
