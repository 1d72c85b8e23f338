/* SPDX-License-Identifier: MIT */
#include "probe/environment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What heats, and how fast it runs: cpufreq, thermal zones, power supplies. */

struct member {
    const char *file;
    const char *key; /* behind the "cpu0." */
    const char *unit;
    const char *advice;
};

/* Readings "<key>.<member>" of the files below a folder. */
static int give_members(const struct probe_sink *sink, const char *key, const char *dir, const struct member *members)
{
    for (const struct member *m = members; m->file != NULL; m++) {
        char full_key[96], path[192];
        snprintf(full_key, sizeof(full_key), "%s.%s", key, m->key);
        snprintf(path, sizeof(path), "%s/%s", dir, m->file);
        int stop = probe_give_file(sink, &(struct probe_file){ full_key, path, m->unit, m->advice });
        if (stop != 0)
            return stop;
    }
    return 0;
}

/* One policy is one cluster; its number is that of its first CPU. */
int probe_cpufreq(const struct probe_sink *sink)
{
    static const struct member members[] = {
        { "scaling_governor", "governor", "", "" },
        { "scaling_cur_freq", "freq", "kHz", "this driver does not say its frequency" },
        { "scaling_min_freq", "freq_min", "kHz", "" },
        { "scaling_max_freq", "freq_max", "kHz", "" },
        { NULL, NULL, NULL, NULL },
    };
    static const char advice[] = "this kernel has no cpufreq, so the CPU's clock may move unseen";
    struct probe_names names;
    probe_list(sink->sys, PROBE_CPUFREQ, "policy", &names);
    for (size_t i = 0; i < names.count; i++) {
        char key[80], dir[128];
        snprintf(key, sizeof(key), "cpu%s", names.name[i] + strlen("policy"));
        snprintf(dir, sizeof(dir), PROBE_CPUFREQ "/%s", names.name[i]);
        int stop = give_members(sink, key, dir, members);
        if (stop != 0)
            return stop;
    }
    if (names.count > 0)
        return 0;
    int stop = probe_give_absent(sink, "cpu.governor", PROBE_CPUFREQ "/policy0", -ENOENT, advice);
    return stop != 0 ? stop : probe_give_absent(sink, "cpu.freq", PROBE_CPUFREQ "/policy0", -ENOENT, advice);
}

int probe_thermal(const struct probe_sink *sink)
{
    static const struct member members[] = {
        { "type", "type", "", "" },
        { "temp", "temp", "m°C", "the sensor behind it is off or busy" },
        { NULL, NULL, NULL, NULL },
    };
    struct probe_names names;
    probe_list(sink->sys, PROBE_THERMAL, "thermal_zone", &names);
    for (size_t i = 0; i < names.count; i++) {
        char key[80], dir[128];
        snprintf(key, sizeof(key), "thermal%s", names.name[i] + strlen("thermal_zone"));
        snprintf(dir, sizeof(dir), PROBE_THERMAL "/%s", names.name[i]);
        int stop = give_members(sink, key, dir, members);
        if (stop != 0)
            return stop;
    }
    if (names.left_out > 0) {
        char more[24];
        snprintf(more, sizeof(more), "%zu", names.left_out);
        return probe_give(sink, "thermal.left_out", more, "", PROBE_THERMAL);
    }
    return names.count > 0 ? 0
                           : probe_give_absent(sink, "thermal.temp", PROBE_THERMAL "/thermal_zone0", -ENOENT,
                                               "this kernel shows no thermal zone, so heat may slow the board unseen");
}

/* Which of status, online and capacity there are depends on the kind of supply: the others are left out, not absent. */
static int supply(const struct probe_sink *sink, const char *name)
{
    static const struct member members[] = {
        { "type", "type", "", "" },     { "status", "status", "", "" },
        { "online", "online", "", "" }, { "capacity", "capacity", "%", "" },
    };
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        char key[96], path[160], value[64];
        snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", name, members[i].file);
        snprintf(key, sizeof(key), "power.%s.%s", name, members[i].key);
        int err = probe_first_line(sink->sys, path, value, sizeof(value));
        int stop = err == 0 ? probe_give(sink, key, value, members[i].unit, path)
                            : (err == -ENOENT ? 0 : probe_give_absent(sink, key, path, err, members[i].advice));
        if (stop != 0)
            return stop;
    }
    return 0;
}

int probe_power(const struct probe_sink *sink)
{
    struct probe_names names;
    int err = probe_list(sink->sys, "/sys/class/power_supply", "", &names);
    for (size_t i = 0; i < names.count; i++) {
        int stop = supply(sink, names.name[i]);
        if (stop != 0)
            return stop;
    }
    return names.count > 0 ? 0
                           : probe_give_absent(sink, "power", "/sys/class/power_supply", err < 0 ? err : -ENODATA,
                                               "this board has no battery, or its kernel does not show one");
}
