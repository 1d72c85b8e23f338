/* SPDX-License-Identifier: MIT */
#include "agent/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/backend.h"
#include "agent/clock.h"


static int set_board(struct agent_options *options, const char *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(value);
    if (len == 0 || len >= sizeof(options->board) || strspn(value, allowed) != len)
        return -EINVAL;
    memcpy(options->board, value, len + 1);
    return 0;
}

static int set_generation(struct agent_options *options, const char *value)
{
    options->generation = qda_generation_from_name(value);
    options->generation_name = value;
    return options->generation == QDA_GEN_NONE ? -EINVAL : 0;
}

static int parse_seconds(const char *value, uint64_t *ns)
{
    char *end;
    errno = 0;
    long seconds = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || seconds < 1 || seconds > 86400)
        return -EINVAL;
    *ns = (uint64_t)seconds * SECOND_NS;
    return 0;
}

static int set_idle(struct agent_options *options, const char *value)
{
    return parse_seconds(value, &options->idle_ns);
}

static int set_keep(struct agent_options *options, const char *value)
{
    return parse_seconds(value, &options->keep_ns);
}

static int set_grace(struct agent_options *options, const char *value)
{
    return parse_seconds(value, &options->grace_ns);
}

static int set_dsp(struct agent_options *options, const char *value)
{
    size_t len = strlen(value);
    if (len == 0 || len >= sizeof(options->dsp))
        return -EINVAL;
    memcpy(options->dsp, value, len + 1);
    return 0;
}

static int set_detach(struct agent_options *options, const char *value)
{
    (void)value;
    options->detach = true;
    return 0;
}

static int set_log(struct agent_options *options, const char *value)
{
    options->log = value;
    return value[0] == '/' ? 0 : -EINVAL;
}

static int set_allow_uid(struct agent_options *options, const char *value)
{
    char *end;
    errno = 0;
    unsigned long long uid = strtoull(value, &end, 10);
    if (errno != 0 || value[0] < '0' || value[0] > '9' || *end != '\0' || uid >= AGENT_NOBODY)
        return -EINVAL;
    options->allow_uid = (uint32_t)uid;
    return 0;
}

static int set_helper(struct agent_options *options, const char *value)
{
    (void)value;
    options->helper = true;
    return 0;
}

static int set_worker(struct agent_options *options, const char *value)
{
    (void)value;
    options->worker = true;
    return 0;
}

static int set_build_id(struct agent_options *options, const char *value)
{
    (void)value;
    options->build_id = true;
    return 0;
}

static int set_help(struct agent_options *options, const char *value)
{
    (void)value;
    options->help = true;
    return 0;
}

static const struct agent_option table[] = {
    {"--board", "NAME", "name of the board in the names of sockets: letters, digits, . _ - (default: board)", set_board},
    {"--generation", "v1|rfc|fastrpc", "the driver's generation, where it cannot be proven", set_generation},
    {"--idle-exit", "SECONDS", "end after so long without a connection, 1 to 86400 (default: 30)", set_idle},
    {"--keep-results", "SECONDS", "... or after so long, while a plan's results wait (default: 600)", set_keep},
    {"--call-grace", "SECONDS", "give a call of the DSP up so long after the point's budget, 1 to 86400 (default: 10)", set_grace},
    {"--detach", NULL, "once it listens, live on in a session of its own; the starter ends", set_detach},
    {"--log", "PATH", "... and write to this file (the last 64 KiB) what goes to standard error", set_log},
    {"--allow-uid", "N", "take connections of this user too, besides our own user and root", set_allow_uid},
    {"--dsp", "NAME", "with --helper: the DSP", set_dsp},
    {"--helper", NULL, "serve as the other process of a benchmark, on descriptor 3", set_helper},
    {"--worker", NULL, "run points on the DSP for the agent that started it, on descriptor 3", set_worker},
    {"--build-id", NULL, "print the build id and end", set_build_id},
    {"--help", NULL, "print this and end", set_help},
    {NULL, NULL, NULL, NULL},
};

static const struct agent_option *find(const struct agent_option *rows, const char *name)
{
    for (; rows->name; rows++) {
        if (strcmp(rows->name, name) == 0)
            return rows;
    }
    return NULL;
}

int agent_options_parse(struct agent_options *out, int argc, char **argv, char why[200])
{
    *out = (struct agent_options){.board = "board", .dsp = "cdsp", .idle_ns = 30 * SECOND_NS, .keep_ns = 600 * SECOND_NS,
                                  .grace_ns = 10 * SECOND_NS, .allow_uid = AGENT_NOBODY};
    for (int i = 1; i < argc; i++) {
        const struct agent_option *row = find(table, argv[i]);
        if (!row)
            row = find(agent_backend_options, argv[i]);
        if (!row) {
            snprintf(why, 200, "unknown option '%s'; --help lists them", argv[i]);
            return -EINVAL;
        }
        const char *value = row->value ? argv[++i] : NULL; /* argv ends with a NULL */
        if ((row->value && !value) || row->set(out, value) < 0) {
            snprintf(why, 200, "%s wants %s: %s", row->name, row->value, row->help);
            return -EINVAL;
        }
    }
    return 0;
}

static void print_rows(FILE *to, const struct agent_option *rows)
{
    for (; rows->name; rows++)
        fprintf(to, "  %-15s %-14s  %s\n", rows->name, rows->value ? rows->value : "", rows->help);
}

void agent_options_help(FILE *to)
{
    fprintf(to, "usage: qda-agent [option]...\n"
                "The agent of QDA Lab. It reads a token (16 to 127 characters, one line) from its standard input, prints\n"
                "'listening NAME' and serves whoever shows the token on the abstract unix socket NAME.\n");
    print_rows(to, table);
    print_rows(to, agent_backend_options);
}
