/* SPDX-License-Identifier: MIT */
#include "probe/checks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/environment.h"

/* What makes numbers move: the CPU's clock, heat, and the clock that they are taken with. */

int probe_check_governor(const struct probe_checks *checks)
{
    static const char why[] = "with a clock that moves, the same call takes different times";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    struct probe_names names;
    probe_list(checks->sys, PROBE_CPUFREQ, "policy", &names);
    for (size_t i = 0; i < names.count; i++) {
        char path[160], governor[64];
        snprintf(path, sizeof(path), PROBE_CPUFREQ "/%s/scaling_governor", names.name[i]);
        int err = probe_first_line(checks->sys, path, governor, sizeof(governor));
        probe_append(verdict.read, sizeof(verdict.read), "%s: %s", i == 0 ? path : names.name[i],
                     err < 0 ? probe_errno(err) : governor);
        if (err < 0 || strcmp(governor, "performance") != 0) {
            verdict.state = QDA_CHECK_WARN;
            verdict.remedy = "for i in " PROBE_CPUFREQ "/policy*/scaling_governor; do echo performance > $i; done";
        }
    }
    if (names.count == 0) {
        verdict.state = QDA_CHECK_UNKNOWN;
        probe_reason(verdict.read, sizeof(verdict.read), PROBE_CPUFREQ "/policy0", -ENOENT, "");
        verdict.remedy = "this kernel has no cpufreq: whether the clock moves cannot be seen, so trust the spread of the numbers";
    }
    return probe_say(checks, "governor", why, &verdict);
}

#define HOT_MILLIDEGREES 85000
#define WARM_MILLIDEGREES 70000

/* The hottest zone that can be read; false: none. */
static bool hottest(struct qda_sys *sys, char *path, size_t size, int64_t *temp)
{
    struct probe_names names;
    bool found = false;
    probe_list(sys, PROBE_THERMAL, "thermal_zone", &names);
    for (size_t i = 0; i < names.count; i++) {
        char file[160], text[32];
        uint64_t value;
        snprintf(file, sizeof(file), PROBE_THERMAL "/%s/temp", names.name[i]);
        if (probe_first_line(sys, file, text, sizeof(text)) < 0)
            continue;
        const char *p = text + (text[0] == '-');
        if (!probe_number(&p, 10, &value) || value > INT32_MAX)
            continue;
        int64_t now = text[0] == '-' ? -(int64_t)value : (int64_t)value;
        if (found && now <= *temp)
            continue;
        *temp = now;
        found = true;
        snprintf(path, size, "%s", file);
    }
    return found;
}

int probe_check_thermal(const struct probe_checks *checks)
{
    static const char why[] = "a hot board slows itself down in the middle of a run";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    char path[160];
    int64_t temp = 0;
    if (!hottest(checks->sys, path, sizeof(path), &temp)) {
        verdict.state = QDA_CHECK_UNKNOWN;
        probe_reason(verdict.read, sizeof(verdict.read), PROBE_THERMAL "/thermal_zone0/temp", -ENOENT, "");
        verdict.remedy = "this kernel shows no thermal zone that can be read: trust the spread of the numbers";
    } else {
        snprintf(verdict.read, sizeof(verdict.read), "hottest is %s: %" PRId64 " m°C", path, temp);
        verdict.state = temp >= HOT_MILLIDEGREES ? QDA_CHECK_FAIL : (temp >= WARM_MILLIDEGREES ? QDA_CHECK_WARN : QDA_CHECK_OK);
        verdict.remedy = "let the board cool down, or cool it, before a run";
    }
    return probe_say(checks, "thermal", why, &verdict);
}

/* The cheapest of a few: the others were interrupted. */
static uint64_t clock_cost(struct qda_sys *sys)
{
    uint64_t best = UINT64_MAX;
    for (int round = 0; round < 16; round++) {
        uint64_t begin = sys->ops->now_ns(sys), end = begin;
        for (int i = 0; i < 32; i++)
            end = sys->ops->now_ns(sys);
        uint64_t each = (end - begin) / 32;
        best = each < best ? each : best;
    }
    return best;
}

#define SLOW_CLOCK_NS 500

int probe_check_clock(const struct probe_checks *checks)
{
    static const char path[] = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    static const char why[] = "every sample costs a reading of the clock at both ends";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    char source[64];
    int err = probe_first_line(checks->sys, path, source, sizeof(source));
    uint64_t cost = clock_cost(checks->sys);
    snprintf(verdict.read, sizeof(verdict.read), "CLOCK_MONOTONIC_RAW takes %" PRIu64 " ns; clock source %s%s%s", cost,
             err < 0 ? path : source, err < 0 ? ": " : "", err < 0 ? probe_errno(err) : "");
    if (cost > SLOW_CLOCK_NS) {
        verdict.state = QDA_CHECK_WARN;
        verdict.remedy = "a clock source that user space can read itself (arch_sys_counter, tsc) is faster; until then do not trust "
                         "samples shorter than a few microseconds";
    }
    return probe_say(checks, "clock", why, &verdict);
}
