/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/backend.h"
#include "agent/detach.h"
#include "agent/log.h"
#include "agent/worker.h"
#include "wire/build_id.h"

#define TOKEN_TIMEOUT_MS 30000

_Static_assert(sizeof(struct agent) <= 6u * 1024 * 1024, "all that streaming takes; with code and libc it stays below 8 MiB");

static int stop_pipe_write = -1;

static void on_signal(int signal)
{
    (void)signal;
    int saved = errno;
    ssize_t written = write(stop_pipe_write, "", 1);
    (void)written; /* a full pipe says the same */
    errno = saved;
}

/* SIGTERM and SIGINT end the agent in good order; a lost terminal or a lost peer does not. */
static int watch_signals(struct agent *agent)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    agent->stop_fd = ends[0];
    stop_pipe_write = ends[1];
    struct sigaction stop = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return 0;
}

static int random_name(char *out, size_t bytes)
{
    unsigned char raw[16];
    if (getrandom(raw, bytes, 0) != (ssize_t)bytes)
        return -EIO;
    for (size_t i = 0; i < bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", raw[i]);
    return 0;
}

/* Whoever started the agent may go: nothing of theirs is held on to. */
static void let_go_of(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return;
    dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
}

static int could_not(const char *what, const char *why)
{
    fprintf(stderr, "qda-agent: %s: %s\n", what, why);
    return EXIT_COULD_NOT;
}

/* Everything up to the line that says where it listens. 0 or an exit code. */
static int get_ready(struct agent *agent)
{
    char why[200] = "", name[33];
    agent->stop_fd = -1;
    conn_init(&agent->conn);
    agent->door.listen_fd = agent->door.guest.fd = -1;
    agent->door.allow_uid = agent->options.allow_uid;
    if (door_read_token(&agent->door, STDIN_FILENO, TOKEN_TIMEOUT_MS, why) < 0)
        return could_not("token", why);
    if (!(agent->sys = agent_open_sys(&agent->options, why)))
        return could_not("board", why);
    int err = watch_signals(agent);
    if (err < 0 || (err = random_name(agent->session, 16)) < 0 || (err = random_name(name, 8)) < 0)
        return could_not("start", strerror(-err));
    if ((err = door_listen(&agent->door, agent->options.board, name)) < 0)
        return could_not("listen", strerror(-err));
    plan_init(&agent->plan, agent->sys, &agent->options);
    plan_on_log(&agent->plan, agent_dsp_log, agent);
    events_init(&agent->events, &agent->conn);
    agent->idle_since_ns = clock_now_ns();
    return 0;
}

/* It listens: says so, and lets go of its starter. */
static void settle_down(struct agent *agent, int log_fd)
{
    printf("listening %s\n", agent->door.name);
    if (agent->options.detach)
        printf("process %d\n", (int)getpid());
    fflush(stdout);
    let_go_of(STDIN_FILENO);
    let_go_of(STDOUT_FILENO);
    if (log_fd >= 0)
        log_take_over(log_fd);
    else if (agent->options.detach)
        let_go_of(STDERR_FILENO);
}

static int serve(struct agent *agent)
{
    const struct agent_options *options = &agent->options;
    int starter = -1, log_fd = -1, cgroup = 0;
    if (options->log && (log_fd = log_open(options->log)) < 0)
        return could_not(options->log, strerror(-log_fd));
    if (!options->detach)
        setpgid(0, 0); /* a terminal's Ctrl-C is for whoever started the agent; fails where it leads a session already */
    else if ((starter = detach()) < 0)
        return could_not("detach", strerror(-starter));
    else
        cgroup = detach_from_cgroup();
    int code = get_ready(agent);
    if (code == 0) {
        settle_down(agent, log_fd);
        log_say("build %s, process %d, user %u: listens", QDA_BUILD_ID, (int)getpid(), (unsigned)getuid());
        if (cgroup < 0)
            log_say("it stays in the cgroup of its starter (%s), and may be ended with it", strerror(-cgroup));
        if (starter >= 0)
            detach_done(starter, EXIT_OK);
        agent_loop(agent);
        code = agent->exit_code;
    }
    door_close(&agent->door);
    if (agent->sys)
        agent_close_sys(&agent->options, agent->sys);
    return code;
}

/* The other process of a benchmark: same program, same seam, no socket of its own. */
static int help_out(const struct agent_options *options)
{
    char why[200];
    struct qda_node nodes[AGENT_MAX_NODES];
    struct qda_sys *sys = agent_open_sys(options, why);
    if (!sys)
        return could_not("helper", why);
    int count = qda_find_nodes(sys, options->generation, nodes, AGENT_MAX_NODES);
    int code = EXIT_COULD_NOT;
    bool found = false;
    for (int i = 0; i < count && i < AGENT_MAX_NODES && !found; i++) {
        found = nodes[i].driver && strcmp(nodes[i].dsp, options->dsp) == 0;
        if (found)
            code = qda_run_helper(sys, &nodes[i]);
    }
    if (!found)
        could_not("helper", "no usable accel node of that DSP");
    agent_close_sys(options, sys);
    return code;
}

/* Calls the DSP for the agent, which names the node over the socket. */
static int work(const struct agent_options *options)
{
    char why[200];
    struct qda_sys *sys = agent_open_sys(options, why);
    if (!sys)
        return could_not("worker", why);
    int code = worker_main(sys, options);
    agent_close_sys(options, sys);
    return code;
}

int qda_agent_main(int argc, char **argv)
{
    static struct agent agent;
    char why[200];
    if (agent_options_parse(&agent.options, argc, argv, why) < 0) {
        fprintf(stderr, "qda-agent: %s\n", why);
        return EXIT_USAGE;
    }
    if (agent.options.help) {
        agent_options_help(stdout);
        return EXIT_OK;
    }
    if (agent.options.build_id) {
        printf("%s\n", QDA_BUILD_ID);
        return EXIT_OK;
    }
    if (agent.options.worker) {
        prctl(PR_SET_NAME, "qda-dsp-worker"); /* else lists of processes call it "exe", after the path that it was started by */
        return work(&agent.options);
    }
    if (!agent.options.helper)
        return serve(&agent);
    prctl(PR_SET_NAME, "qda-helper");
    return help_out(&agent.options);
}
