/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_OPTIONS_H
#define QDA_AGENT_OPTIONS_H

#include <stdio.h>

#include "driver/driver.h"

#define AGENT_BOARD_LEN 49
#define AGENT_NAME_LEN 108 /* sun_path */
#define AGENT_NOBODY UINT32_MAX /* allow_uid: nobody else */

struct agent_options {
    char board[AGENT_BOARD_LEN];    /* names the sockets */
    char backend[AGENT_NAME_LEN];   /* of the host build: abstract name of a virtual QDA; "": the kernel */
    char dsp[16];                   /* --helper */
    enum qda_generation generation; /* named by the user; QDA_GEN_NONE: detect */
    const char *generation_name;    /* as given, or NULL */
    uint64_t idle_ns;               /* ends this long after the last connection */
    uint64_t keep_ns;               /* ... or this long, while there are results that nobody took */
    uint64_t grace_ns;              /* a point's calls may last this long beyond its budget */
    const char *log;                /* file for standard error once it listens, or NULL */
    uint32_t allow_uid;             /* whose connections are taken besides our own and root's */
    bool detach;                    /* outlive the starter */
    bool helper;
    bool worker;
    bool build_id; /* print it and end */
    bool help;
};

/* One row of the table of options. `set` returns 0 or -EINVAL. */
struct agent_option {
    const char *name; /* "--board" */
    const char *value; /* what it takes, for the help; NULL: nothing */
    const char *help;
    int (*set)(struct agent_options *options, const char *value);
};

/* 0, or -EINVAL with a sentence in why. */
int agent_options_parse(struct agent_options *out, int argc, char **argv, char why[200]);
void agent_options_help(FILE *to);

#endif
