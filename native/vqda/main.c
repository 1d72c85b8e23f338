/* SPDX-License-Identifier: MIT */
#include "uapi/errnos.h"
#include "vqda/control/control.h"
#include "vqda/core/create.h"
#include "vqda/dsp/message.h"
#include "vqda/dsp/settings.h"
#include "vqda/loop.h"
#include "vqda/procfs/files.h"
#include "vqda/procfs/trace.h"
#include "vqda/quirks/quirks.h"
#include "vqda/server.h"
#include "vqda/slice.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The virtual QDA: one process a virtual board. */

enum { EXIT_CANNOT_RUN = 2, EXIT_USAGE = 3, EXIT_NAME_TAKEN = 3 };

#define MAX_ASSIGNMENTS 64

struct arguments {
    struct vq_options board;
    struct vq_dsp_settings dsp;
    const char *quirks[MAX_ASSIGNMENTS]; /* "NAME=on" */
    size_t quirk_count;
    bool parent_death;
    bool help;
};

static int set_board(struct arguments *to, const char *value)
{
    bool plain = value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
    to->board.name = value;
    return value[0] && plain && strlen(value) < VQ_NAME_LEN ? 0 : -EINVAL;
}

static int set_generation(struct arguments *to, const char *value)
{
    static const struct {
        const char *name;
        unsigned generation;
    } known[] = { { "v1", QDA_ERRNO_V1 }, { "rfc", QDA_ERRNO_RFC }, { "fastrpc", QDA_ERRNO_FASTRPC } };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].name, value) != 0)
            continue;
        to->board.generation = known[i].generation;
        return 0;
    }
    return -EINVAL;
}

static int set_iommu(struct arguments *to, const char *value)
{
    to->board.iommu = strcmp(value, "bypass") == 0 ? VQ_IOMMU_BYPASS : VQ_IOMMU_TRANSLATED;
    return strcmp(value, "bypass") == 0 || strcmp(value, "translated") == 0 ? 0 : -EINVAL;
}

static int add_quirk(struct arguments *to, const char *value)
{
    if (to->quirk_count == MAX_ASSIGNMENTS)
        return -E2BIG;
    to->quirks[to->quirk_count++] = value;
    return 0;
}

static int set_dsp(struct arguments *to, const char *value)
{
    to->dsp.none = strcmp(value, "none") == 0;
    return to->dsp.none || strcmp(value, "emulated") == 0 ? 0 : -EINVAL;
}

/* A decimal number from `min` to `max`, or -EINVAL. */
static int64_t number(const char *value, int64_t min, int64_t max)
{
    char *end;
    errno = 0;
    long long got = strtoll(value, &end, 10);
    return value[0] && !*end && errno == 0 && got >= min && got <= max ? got : -EINVAL;
}

static int set_dsp_threads(struct arguments *to, const char *value)
{
    int64_t threads = number(value, 1, 16);
    to->dsp.threads = (unsigned)threads;
    return threads < 0 ? -EINVAL : 0;
}

static int set_dsp_poll(struct arguments *to, const char *value)
{
    int64_t us = number(value, 0, 10000);
    to->dsp.poll_us = (unsigned)us;
    return us < 0 ? -EINVAL : 0;
}

static int set_dsp_wake(struct arguments *to, const char *value)
{
    int64_t us = number(value, 0, 1000000);
    to->dsp.wake_us = (unsigned)us;
    return us < 0 ? -EINVAL : 0;
}

static int set_dsp_space(struct arguments *to, const char *value)
{
    int64_t space = number(value, 1 << 20, 2048ll << 20);
    to->dsp.space = (uint64_t)space;
    return space < 0 ? -EINVAL : 0;
}

static int set_shells(struct arguments *to, const char *value)
{
    int err = vq_files_lend(value);
    (void)to;
    if (err < 0)
        fprintf(stderr, "vqda: the folder %s cannot be read: %s\n", value, strerror(-err));
    return err;
}

static int set_parent_death(struct arguments *to, const char *value)
{
    (void)value;
    to->parent_death = true;
    return 0;
}

static int set_help(struct arguments *to, const char *value)
{
    (void)value;
    to->help = true;
    return 0;
}

static const struct option {
    const char *name;
    const char *value; /* NULL: takes none */
    const char *what;
    int (*set)(struct arguments *to, const char *value);
} options[] = {
    { "--board", "NAME", "name of the board: letters, digits, dot, dash and underscore, at most 47", set_board },
    { "--generation", "v1|rfc|fastrpc", "which QDA posting it speaks (v1), or FastRPC of mainline", set_generation },
    { "--iommu", "translated|bypass", "does an IOMMU translate what the DSP addresses (translated)", set_iommu },
    { "--quirk", "NAME=on|off", "switches one of the generation's quirks; may come several times", add_quirk },
    { "--dsp", "emulated|none", "does a DSP run behind the driver (emulated, where this machine can)", set_dsp },
    { "--dsp-threads", "N", "hardware threads that the DSP says it has (4)", set_dsp_threads },
    { "--dsp-poll-us", "N", "how long both ends of a DSP call poll before they sleep (20)", set_dsp_poll },
    { "--dsp-wake-us", "N", "delay before the DSP takes up a call (0)", set_dsp_wake },
    { "--dsp-space", "BYTES", "DSP address space of a session, at most 2 GiB (2 GiB less 64 MiB)", set_dsp_space },
    { "--shells", "DIR", "what lies in the board's /usr/lib/rfsa/adsp, instead of the shell that the virtual DSP runs", set_shells },
    { "--parent-death", NULL, "ends when the process that started it ends", set_parent_death },
    { "--help", NULL, "says this", set_help },
};
enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static void print_help(void)
{
    printf("vqda: a virtual board with a QDA driver. Prints \"ready NAME\" when clients can connect.\n\n");
    for (size_t i = 0; i < OPTIONS; i++)
        printf("  %-14s %-18s %s\n", options[i].name, options[i].value ? options[i].value : "", options[i].what);
    printf("\nQuirks (on by default where a generation is named):\n");
    for (int i = 0; i < VQ_QUIRK_COUNT; i++) {
        const struct vq_quirk_info *info = &vq_quirk_infos[i];
        printf("  %s (%s%s%s)\n      %s\n", info->name, info->generations & QDA_ERRNO_V1 ? "v1" : "",
               info->generations & QDA_ERRNO_RFC ? " rfc" : "", info->generations & QDA_ERRNO_FASTRPC ? " fastrpc" : "",
               info->what);
    }
}

static const struct option *find_option(const char *name)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    }
    return NULL;
}

static int parse(int argc, char **argv, struct arguments *to)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        const struct option *option = find_option(name);
        const char *value = option && option->value && i + 1 < argc ? argv[++i] : NULL;
        int err = !option || (option->value && !value) ? -EINVAL : option->set(to, value);
        if (err == -EINVAL || err == -E2BIG)
            fprintf(stderr, "vqda: %s %s is not understood; try --help\n", name, value ? value : "");
        if (err != 0)
            return err; /* any other is said where it was found */
    }
    if (!to->help && !to->board.name) {
        fprintf(stderr, "vqda: --board NAME is needed; try --help\n");
        return -EINVAL;
    }
    return 0;
}

static int apply_quirks(struct vq_board *board, const struct arguments *from)
{
    for (size_t i = 0; i < from->quirk_count; i++) {
        if (vq_quirk_set(board, from->quirks[i]) == 0)
            continue;
        fprintf(stderr, "vqda: --quirk %s: a quirk is set with NAME=on or NAME=off; there are", from->quirks[i]);
        for (int quirk = 0; quirk < VQ_QUIRK_COUNT; quirk++)
            fprintf(stderr, " %s", vq_quirk_infos[quirk].name);
        fprintf(stderr, "\n");
        return -EINVAL;
    }
    return 0;
}

/* Signals come through the loop. */
struct signals {
    int fd;
    struct vq_watch *watch;
    struct vq_control *control;
};

static void on_signal(struct vq_board *board, void *arg, uint32_t events)
{
    struct signals *signals = arg;
    struct signalfd_siginfo info;
    (void)events;
    while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            vq_control_reap(signals->control);
        else
            vq_loop_stop(board);
    }
}

/* Before any thread is made, so that all of them leave these signals to the loop. */
static sigset_t block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return set;
}

static int open_signals(struct vq_board *board, struct signals *signals)
{
    sigset_t set = block_signals();
    signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->fd < 0)
        return -errno;
    signals->watch = vq_watch_fd(board, signals->fd, EPOLLIN, on_signal, signals);
    return signals->watch ? 0 : -ENOMEM;
}

static void close_signals(struct vq_board *board, struct signals *signals)
{
    if (signals->watch)
        vq_unwatch_fd(board, signals->watch);
    if (signals->fd >= 0)
        close(signals->fd);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void exe_folder(char out[4096])
{
    ssize_t len = readlink("/proc/self/exe", out, 4095);
    out[len > 0 ? len : 0] = '\0';
    char *folder = dirname(out);
    memmove(out, folder, strlen(folder) + 1);
}

static int complain(const struct vq_board *board, int err)
{
    if (err == -EADDRINUSE) {
        fprintf(stderr, "vqda: a board named %s runs already; stop it or choose another --board name\n", board->name);
        return EXIT_NAME_TAKEN;
    }
    fprintf(stderr, "vqda: board %s cannot run: %s\n", board->name, strerror(-err));
    return EXIT_CANNOT_RUN;
}

/* Listens at both doors and serves until told to stop. 0 or -errno. */
static int serve(struct vq_board *board)
{
    static const struct vq_texts texts = { vq_files_request, vq_files_client_gone };
    struct signals signals = { .fd = -1 };
    struct vq_server *server = NULL;
    char folder[4096];
    exe_folder(folder);
    int err = vq_server_start(board, &texts, &server);
    if (!err)
        err = vq_control_start(board, folder, &signals.control);
    if (!err)
        err = open_signals(board, &signals);
    if (!err) {
        printf("ready %s\n", board->name);
        fflush(stdout);
        err = vq_loop_run(board);
    }
    close_signals(board, &signals);
    if (signals.control)
        vq_control_stop(signals.control);
    if (server)
        vq_server_stop(server);
    return err;
}

static int run(struct vq_board *board)
{
    int err = vq_loop_init(board);
    if (!err)
        err = vq_files_init(board);
    if (!err) {
        err = serve(board);
        vq_dsp_finish(board);
        vq_files_free(board);
    }
    int code = err ? complain(board, err) : 0;
    vq_loop_free(board);
    return code;
}

static void configure_dsp(struct vq_dsp_settings *settings)
{
    char folder[4096];
    exe_folder(folder);
    vq_dsp_sandbox_beside(settings, folder);
    settings->page_fault = vq_trace_page_fault;
    vq_dsp_configure(settings);
}

int main(int argc, char **argv)
{
    static const struct vq_hooks hooks = {
        .dma_alloc = vq_trace_dma_alloc,
        .dma_free = vq_trace_dma_free,
        .map_sg = vq_trace_map_sg,
        .unmap_sg = vq_trace_unmap_sg,
    };
    struct arguments arguments = { .board = { .generation = QDA_ERRNO_V1, .hooks = &hooks }, .dsp = *vq_dsp_settings() };
    if (parse(argc, argv, &arguments) != 0)
        return EXIT_USAGE;
    if (arguments.help) {
        print_help();
        return 0;
    }
    setpgid(0, 0); /* a terminal's signals are for whoever started the board; fails where it leads a session already */
    int parent = getppid();
    if (arguments.parent_death && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent))
        return EXIT_CANNOT_RUN;
    raise_descriptor_limit();
    block_signals();
    configure_dsp(&arguments.dsp);
    vq_slice_halve();
    struct vq_board *board;
    int err = vq_board_new(&arguments.board, &board);
    if (err) {
        fprintf(stderr, "vqda: no board: %s\n", strerror(-err));
        return EXIT_CANNOT_RUN;
    }
    int code = apply_quirks(board, &arguments) == 0 ? run(board) : EXIT_USAGE;
    vq_board_free(board);
    return code;
}
