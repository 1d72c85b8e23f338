/* SPDX-License-Identifier: MIT */
/* The built agent on its own: it outlives its starter, keeps a short log, and tells who it refused. test_agent_detach AGENT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/log.h"
#include "agent_host.h"
#include "check.h"

#define OTHER_UID 65534

static const char *program;
static char folder[64], log_path[96];
static struct agent_process agent; /* its pid is the starter's */
static pid_t lives;                /* the agent's own, as its log names it; it is our child once the starter is gone */
static struct host host;
static struct host_frame frame;

static const char *read_log(void)
{
    static char text[LOG_BYTES * 4];
    int fd = open(log_path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static pid_t logged_pid(void)
{
    const char *at = strstr(read_log(), "process ");
    return at ? (pid_t)strtol(at + 8, NULL, 10) : 0;
}

static bool start(const char *option, const char *value)
{
    const char *const command[] = {program, "--detach", "--log", log_path, option, value, NULL};
    if (!CHECK(agent_spawn(&agent, command, HOST_TOKEN)) || !CHECK_INT(agent_wait(&agent), 0))
        return false;
    lives = logged_pid();
    return CHECK(lives > 1);
}

/* The agent itself ends; what it left is its exit code. */
static int end_of_agent(void)
{
    return agent_wait(&(struct agent_process){.pid = lives});
}

static void end(void)
{
    kill(lives, SIGTERM);
    CHECK_INT(end_of_agent(), 0);
}

static void check_stdio(int fd, const char *want)
{
    char link[64], target[128];
    snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)lives, fd);
    ssize_t len = readlink(link, target, sizeof(target) - 1);
    target[len > 0 ? len : 0] = '\0';
    CHECK_STR(target, want);
}

/* In a session of its own, as a daemon's shell is: starts the agent, names it, and is killed with all of its group. */
static void be_the_shell(int out)
{
    setsid();
    if (start(NULL, NULL))
        dprintf(out, "%d %s\n", (int)lives, agent.name);
    close(out);
    pause();
}

static void test_outlives_its_starter(void)
{
    int ends[2];
    char line[160] = "";
    int status;
    CHECK(pipe(ends) == 0);
    fflush(stdout);
    pid_t shell = fork();
    if (shell == 0) {
        be_the_shell(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    CHECK(read(ends[0], line, sizeof(line) - 1) > 0);
    close(ends[0]);
    int pid = 0;
    CHECK_INT(sscanf(line, "%d %107s", &pid, agent.name), 2);
    lives = pid;
    CHECK(getsid(lives) == lives);
    CHECK(kill(-shell, SIGHUP) == 0 && kill(-shell, SIGKILL) == 0);
    waitpid(shell, &status, 0);
    CHECK(host_open(&host, &agent, 0, &frame));
    check_stdio(STDIN_FILENO, "/dev/null");
    check_stdio(STDOUT_FILENO, "/dev/null");
    check_stdio(STDERR_FILENO, log_path);
    host_ask(&host, qdalab_ToAgent_shutdown_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    host_close(&host);
    CHECK_INT(end_of_agent(), 0);
    CHECK_CONTAINS(read_log(), "ends: its host told it to");
}

static void test_starter_fails_with_it(void)
{
    const char *const no_folder[] = {program, "--detach", "--log", "/nowhere/at/all", NULL};
    CHECK(!agent_spawn(&agent, no_folder, HOST_TOKEN));
    CHECK_INT(agent_wait(&agent), 2);
    const char *const command[] = {program, "--detach", "--log", log_path, NULL};
    CHECK(!agent_spawn(&agent, command, "short"));
    CHECK_INT(agent_wait(&agent), 2);
    CHECK(waitpid(-1, NULL, 0) < 0 && errno == ECHILD); /* the starter took what its child left */
}

static void test_ends_when_nobody_comes(void)
{
    if (!start("--idle-exit", "1"))
        return;
    CHECK_INT(end_of_agent(), 0);
    CHECK_CONTAINS(read_log(), "ends: nobody was connected");
    CHECK(!host_connect(&host, &agent));
    host_close(&host);
}

static void test_says_how_it_crashed(void)
{
    if (!start(NULL, NULL))
        return;
    kill(lives, SIGSEGV);
    CHECK_INT(end_of_agent(), -1);
    CHECK_CONTAINS(read_log(), "crashed by signal 11");
}

static off_t log_size(void)
{
    struct stat now = {0};
    CHECK(stat(log_path, &now) == 0);
    return now.st_size;
}

/* As one of its workers would: they share its standard error. */
static void write_much(const char *word, int lines)
{
    int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
    for (int i = 0; i < lines; i++)
        CHECK(dprintf(fd, "%s %d of somebody who has much to say\n", word, i) > 0);
    close(fd);
}

static void test_log_stays_short(void)
{
    if (!start(NULL, NULL))
        return;
    CHECK(host_open(&host, &agent, 0, &frame));
    for (int round = 0; round < 3; round++) {
        write_much("line", 4000);
        CHECK(log_size() > (off_t)LOG_BYTES);
        host_ask(&host, qdalab_ToAgent_ping_tag);
        CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
        host_ask(&host, qdalab_ToAgent_ping_tag); /* the turn of the first one is over */
        CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
        CHECK(log_size() <= (off_t)LOG_BYTES);
    }
    CHECK_CONTAINS(read_log(), "line 3999 of");
    CHECK_CONTAINS(read_log(), "Z what stood here is left out");
    CHECK_INT(strncmp(strchr(read_log(), '\n') + 1, "line ", 5), 0); /* whole lines */
    host_close(&host);
    end();
}

static void test_log_follows_no_link(void)
{
    char link[96], victim[96];
    snprintf(link, sizeof(link), "%s/link", folder);
    snprintf(victim, sizeof(victim), "%s/victim", folder);
    CHECK(symlink(victim, link) == 0);
    CHECK_INT(log_open(link), -ELOOP);
    CHECK(access(victim, F_OK) < 0);
    unlink(link);
    CHECK(mkfifo(link, 0600) == 0);
    CHECK_INT(log_open(link), -EINVAL);
    unlink(link);
    CHECK_INT(log_open(folder), -EISDIR);
}

/* In a process of its own: somebody else with the right token. 0: sent away without a word; 1: welcome. */
static int be_another_user(void)
{
    if (setuid(OTHER_UID) < 0 || !host_connect(&host, &agent))
        return 2;
    host_hello(&host, HOST_TOKEN, "", 0);
    bool answered = host_next(&host, &frame);
    host_close(&host);
    return answered ? 1 : 0;
}

static void knock(int want)
{
    fflush(stdout);
    struct agent_process other = {.pid = fork()};
    if (other.pid == 0)
        _exit(be_another_user());
    CHECK_INT(agent_wait(&other), want);
}

static const char *reading(const char *key)
{
    struct host_frame part;
    host_ask(&host, qdalab_ToAgent_get_identity_tag);
    CHECK(host_await(&host, qdalab_FromAgent_identity_tag, &frame));
    for (unsigned i = 0; field_message(&frame, qdalab_Identity_readings_tag, i, &part); i++) {
        if (strcmp(field_text(&part, qdalab_Reading_key_tag), key) == 0)
            return field_text(&part, qdalab_Reading_value_tag);
    }
    return "none";
}

static void test_other_users_are_counted(void)
{
    if (getuid() != 0) {
        check_skip("only root can play another user");
        return;
    }
    if (!start(NULL, NULL))
        return;
    CHECK(host_open(&host, &agent, 0, &frame));
    CHECK_STR(reading("agent.refused-users"), "0");
    struct host ours = host;
    for (int i = 0; i < 5; i++)
        knock(0);
    host = ours;
    CHECK(host_await(&host, qdalab_FromAgent_log_tag, &frame));
    CHECK_CONTAINS(field_text(&frame, qdalab_LogLine_text_tag), "User 65534 of the board");
    CHECK_STR(reading("agent.refused-users"), "5");
    CHECK_CONTAINS(read_log(), "refused (4 so far): User 65534");
    CHECK(strstr(read_log(), "refused (3 so far)") == NULL);
    host_close(&host);
    end();
}

static void test_wrong_tokens_are_counted(void)
{
    if (!start(NULL, NULL))
        return;
    CHECK(host_connect(&host, &agent));
    host_hello(&host, "token-of-nobody-at-all", "", 0);
    CHECK(host_is_closed(&host));
    host_close(&host);
    CHECK(host_open(&host, &agent, 0, &frame));
    CHECK_STR(reading("agent.refused-tokens"), "1");
    CHECK_CONTAINS(read_log(), "wrong token");
    host_close(&host);
    end();
}

static void test_a_user_can_be_allowed(void)
{
    if (getuid() != 0) {
        check_skip("only root can play another user");
        return;
    }
    if (!start("--allow-uid", "65534"))
        return;
    knock(1);
    CHECK(host_open(&host, &agent, 0, &frame));
    CHECK_STR(reading("agent.refused-users"), "0");
    host_close(&host);
    end();
    static const char *const bad[] = {"", "-1", "4294967295", "root", "1x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *const command[] = {program, "--allow-uid", bad[i], NULL};
        CHECK(!agent_spawn(&agent, command, HOST_TOKEN));
        CHECK_INT(agent_wait(&agent), 3);
    }
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) > 0;
    if (fd >= 0)
        close(fd);
    return written;
}

/* Where the unified tree of cgroups is, or NULL if this user may not make one there. */
static const char *make_cgroup(char procs[128])
{
    static const char *const trees[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
    static char group[96];
    for (size_t i = 0; i < 2; i++) {
        snprintf(group, sizeof(group), "%s/qda-test-%d", trees[i], (int)getpid());
        snprintf(procs, 128, "%s/cgroup.procs", group);
        if (mkdir(group, 0755) == 0 && access(procs, W_OK) == 0)
            return group;
        rmdir(group);
    }
    return NULL;
}

static const char *cgroup_of(pid_t pid)
{
    static char text[1024];
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static void test_leaves_the_cgroup(void)
{
    char procs[128];
    const char *group = make_cgroup(procs);
    if (!group) {
        check_skip("no cgroup of version 2 can be made here");
        return;
    }
    CHECK(write_text(procs, "0"));
    bool started = start(NULL, NULL);
    CHECK_CONTAINS(cgroup_of(getpid()), "qda-test-");
    if (started) {
        CHECK(strstr(cgroup_of(lives), "qda-test-") == NULL);
        CHECK(strstr(read_log(), "stays in the cgroup") == NULL);
        end();
    }
    char root[128];
    snprintf(root, sizeof(root), "%.*s/cgroup.procs", (int)(strrchr(group, '/') - group), group);
    CHECK(write_text(root, "0"));
    CHECK(rmdir(group) == 0);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 3;
    program = argv[1];
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    snprintf(folder, sizeof(folder), "/tmp/qda-detach-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
        return 2;
    snprintf(log_path, sizeof(log_path), "%s/agent.log", folder);
    check_run("outlives its starter, that one's session and its process group", test_outlives_its_starter);
    check_run("a start that fails is the starter's failure, and leaves nothing", test_starter_fails_with_it);
    check_run("ends when nobody comes", test_ends_when_nobody_comes);
    check_run("a crash leaves a word in the log", test_says_how_it_crashed);
    check_run("the log stays short", test_log_stays_short);
    check_run("the log follows no link", test_log_follows_no_link);
    check_run("other users are refused, counted and told", test_other_users_are_counted);
    check_run("wrong tokens are counted and told", test_wrong_tokens_are_counted);
    check_run("one more user can be allowed", test_a_user_can_be_allowed);
    check_run("leaves the cgroup of its starter", test_leaves_the_cgroup);
    unlink(log_path);
    CHECK(rmdir(folder) == 0);
    return check_done();
}
