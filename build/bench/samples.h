/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* What the bare programs share: a call in a loop, and the p50 of its times. */
#define MAX_SAMPLES 10000000ul

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Calls `fn` WARM-UPS + SAMPLES times. The first negative result ends it and is returned. */
static int take_samples(int (*fn)(void *arg), void *arg, uint64_t *ns, const size_t counts[2])
{
    for (size_t i = 0; i < counts[1] + counts[0]; i++) {
        uint64_t begin = now_ns();
        int err = fn(arg);
        uint64_t took = now_ns() - begin;
        if (err < 0)
            return err;
        if (i >= counts[1])
            ns[i - counts[1]] = took;
    }
    return 0;
}

/* Prints "p50 NS", the lower one of two middles. counts: samples (at least 1), warm-ups. 0, or what `fn` failed with. */
static int print_p50(int (*fn)(void *arg), void *arg, const size_t counts[2])
{
    uint64_t *ns = malloc(counts[0] * sizeof(*ns));
    int err = ns != NULL ? take_samples(fn, arg, ns, counts) : -1;
    if (err == 0) {
        qsort(ns, counts[0], sizeof(*ns), by_value);
        printf("p50 %llu\n", (unsigned long long)ns[(counts[0] - 1) / 2]);
    }
    free(ns);
    return err;
}

/* The number at a place of the arguments, at most MAX_SAMPLES. */
static size_t number(int argc, char **argv, int at, size_t otherwise)
{
    size_t value = argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
    return value > MAX_SAMPLES ? MAX_SAMPLES : value;
}

#endif
