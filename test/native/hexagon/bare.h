/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_BARE_H
#define QDA_TEST_BARE_H

#include "dsp/skel.h"

/*
 * A static Hexagon program without a C library, for qemu-hexagon: start, system calls, output, and stand-ins for what the skel imports.
 * A program defines bare_main.
 */
int bare_main(int argc, char **argv);

/* System calls by number (asm-generic, which Hexagon Linux uses); the kernel's -errno comes back. */
long bare_call(long number, long a, long b, long c, long d);
long bare_call6(long number, const long args[6]);
#define BARE_READ 63
#define BARE_WRITE 64
#define BARE_EXIT 93
#define BARE_MMAP 222

void bare_print(const char *text);
void bare_print_number(uint64_t number);
/* Decimal; false: the text is no number below 2^32. */
bool bare_number(const char *text, uint32_t *out);
/* CLOCK_MONOTONIC_RAW, ns. */
uint64_t bare_now(void);
/* `bytes` of shared memory, as a memfd would be; NULL: there is none. */
void *bare_map(uint32_t bytes);

/* The stand-ins: what they give, and what they were asked. Threads run inside pthread_create, one after the other. */
extern struct bare_stand_in {
    uint64_t ticks, ticks_a_look; /* the timer: what it shows, and how far a look moves it */
    void (*at_look)(void);        /* called by every look at the timer: the part of the CPU */
    int threads_left;             /* pthread_create fails after this many */
    int threads, joined;
    struct {
        void *at;
        uint32_t len;
    } handles[4]; /* by fd, from 0 */
    int maps, unmaps, gets, puts;
    bool refuse; /* HAP_mmap and HAP_mmap_get fail */
    int level;
    char logged[256];
} bare_stand_in;

#endif
