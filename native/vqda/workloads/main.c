/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "vqda/client/client.h"
#include "vqda/workloads/workload.h"

enum { EXIT_CANNOT_RUN = 2, EXIT_USAGE = 3 };

static const struct {
    const char *name;
    int (*run)(struct workload *w);
    bool needs_node;
    const char *what;
} kinds[] = {
    { "producer", workload_producer, true, "makes frames (of the node and of the heap), writes them, hands them to consumers" },
    { "consumer", workload_consumer, true, "takes a producer's frames, imports them into its bank, reads them" },
    { "share", workload_share, true, "a producer with a consumer of its own" },
    { "leaker", workload_leaker, true, "makes buffers and never lets go, up to --count" },
    { "churn", workload_churn, true, "makes, exports, imports and frees buffers for ever" },
    { "holder", workload_holder, false, "holds --count dma-bufs and no bank" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static volatile sig_atomic_t stopped;
static bool say_ready;

/* ---- What the kinds use */

bool workload_stopped(void)
{
    return stopped != 0;
}

bool workload_pause(unsigned ms)
{
    struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    while (!stopped && nanosleep(&time, &time) < 0 && errno == EINTR)
        ;
    return !stopped;
}

int workload_failed(const char *what, int err)
{
    fprintf(stderr, "vqda-workload: %s: %s\n", what, strerror(-err));
    return err;
}

static void tell_ready(void)
{
    if (!say_ready)
        return;
    printf("ready\n");
    fflush(stdout);
}

/* ---- Life */

static void on_stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void set_signals(void)
{
    struct sigaction action = { .sa_handler = on_stop }; /* no SA_RESTART: sleeps end */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Ends with the process that started it. False: that one is gone already. */
static bool bind_to_parent(void)
{
    int parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

static int open_node(struct workload *w)
{
    struct qda_node nodes[8];
    int count = qda_find_nodes(w->sys, QDA_GEN_NONE, nodes, 8);
    if (count < 0)
        return workload_failed("/dev/accel", count);
    for (int i = 0; i < count && i < 8; i++) {
        if (strcmp(nodes[i].dsp, "cdsp") != 0 || nodes[i].driver == NULL)
            continue;
        w->driver = nodes[i].driver;
        w->node = w->sys->ops->open(w->sys, nodes[i].path, O_RDWR);
        return w->node < 0 ? workload_failed(nodes[i].path, w->node) : 0;
    }
    return workload_failed("no node of a cdsp whose generation is known", -ENODEV);
}

static int connect_board(struct workload *w)
{
    char name[128];
    int err;
    snprintf(name, sizeof(name), "qda-lab/%u/%s/vqda", (unsigned)getuid(), w->board);
    w->sys = vq_client_open(name, &err);
    return w->sys == NULL ? workload_failed(w->board, err) : 0;
}

static int run(struct workload *w, size_t kind)
{
    int err = connect_board(w);
    if (err == 0 && kinds[kind].needs_node)
        err = open_node(w);
    if (err == 0)
        err = kinds[kind].run(w);
    if (w->node >= 0)
        w->sys->ops->close(w->sys, w->node);
    vq_client_close(w->sys);
    return err;
}

/* ---- Options */

struct arguments {
    struct workload workload;
    int kind;
};

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-' && *out <= max;
}

static bool set_kind(struct arguments *a, const char *value)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, value) == 0)
            a->kind = i;
    return a->kind >= 0;
}

static bool set_board(struct arguments *a, const char *value)
{
    a->workload.board = value;
    return value[0] != '\0' && strchr(value, '/') == NULL;
}

static bool set_size(struct arguments *a, const char *value)
{
    return number(value, 1ull << 30, &a->workload.size);
}

static bool set_count(struct arguments *a, const char *value)
{
    uint64_t count;
    bool good = number(value, 16384, &count);
    a->workload.count = (uint32_t)count;
    return good;
}

static bool set_handover(struct arguments *a, const char *value)
{
    uint64_t fd;
    bool good = number(value, 1024, &fd);
    a->workload.handover = (int)fd;
    return good;
}

static const struct {
    const char *name, *value, *what;
    bool (*set)(struct arguments *a, const char *value);
} options[] = {
    { "--board", "NAME", "the virtual board", set_board },
    { "--kind", "KIND", "what to do, see below", set_kind },
    { "--size", "BYTES", "of a buffer, at most 1 GiB; 0: the kind's own choice", set_size },
    { "--count", "N", "of buffers, at most 16384; 0: the kind's own choice", set_count },
    { "--handover", "FD", "consumer: an inherited socket to its producer", set_handover },
};
enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static void print_help(void)
{
    printf("vqda-workload: a process that holds and shares buffers of a virtual board.\n\n");
    for (size_t i = 0; i < OPTIONS; i++)
        printf("  %-11s %-6s %s\n", options[i].name, options[i].value, options[i].what);
    printf("  %-11s %-6s prints \"ready\" when its first state is reached\n", "--say-ready", "");
    printf("\nKinds:\n");
    for (size_t i = 0; i < KINDS; i++)
        printf("  %-9s %s\n", kinds[i].name, kinds[i].what);
}

static bool set_option(struct arguments *a, const char *name, const char *value)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (strcmp(options[i].name, name) == 0 && value != NULL)
            return options[i].set(a, value);
    return false;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--say-ready") == 0) {
            say_ready = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!set_option(a, argv[i], value)) {
            fprintf(stderr, "vqda-workload: %s%s%s is no option or value that it knows; see --help\n", argv[i],
                    value != NULL ? " " : "", value != NULL ? value : "");
            return false;
        }
        i++;
    }
    if (a->workload.board == NULL || a->kind < 0)
        fprintf(stderr, "vqda-workload: --board NAME and --kind KIND are needed; see --help\n");
    return a->workload.board != NULL && a->kind >= 0;
}

int main(int argc, char **argv)
{
    struct arguments a = { .workload = { .handover = -1, .node = -1, .ready = tell_ready }, .kind = -1 };
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        print_help();
        return 0;
    }
    if (!parse(argc, argv, &a))
        return EXIT_USAGE;
    set_signals();
    if (!bind_to_parent())
        return 0;
    char comm[16];
    snprintf(comm, sizeof(comm), "vqda-%s", kinds[a.kind].name);
    prctl(PR_SET_NAME, comm); /* what a memory picture calls it */
    int err = run(&a.workload, (size_t)a.kind);
    return err < 0 && !stopped ? EXIT_CANNOT_RUN : 0;
}
