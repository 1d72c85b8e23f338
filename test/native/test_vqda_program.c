/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_rig.h"

#include "vqda/client/client.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program vqda: its options, its name, and how it ends. */

/* Runs vqda with these arguments to its end; *text gets what it says on both outputs. Exit code. */
static int run_vqda(const char *const *arguments, char text[4096])
{
    char path[4096];
    int out[2], status;
    if (!CHECK(rig_vqda_path(path, sizeof(path))) || !CHECK_INT(pipe(out), 0))
        return -1;
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        const char *argv[20] = { path };
        for (size_t i = 0; arguments[i]; i++)
            argv[i + 1] = arguments[i];
        dup2(out[1], STDOUT_FILENO);
        dup2(out[1], STDERR_FILENO);
        close(out[0]);
        execv(path, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(out[1]);
    size_t len = 0;
    ssize_t got;
    while (len < 4095 && (got = read(out[0], text + len, 4095 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(out[0]);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_usage(void)
{
    static const struct {
        const char *arguments[6];
        const char *says;
    } wrong[] = {
        { { NULL }, "--board NAME is needed" },
        { { "--board", NULL }, "--board  is not understood" },
        { { "--board", "a/b", NULL }, "a/b is not understood" },
        { { "--board", "x", "--generation", "v9", NULL }, "v9 is not understood" },
        { { "--board", "x", "--iommu", "maybe", NULL }, "maybe is not understood" },
        { { "--board", "x", "--nonsense", NULL }, "--nonsense" },
        { { "--board", "x", "--quirk", "nonsense=on", NULL }, "no such quirk" },
        { { "--board", "x", "--quirk", "first-sg-only=perhaps", NULL }, "neither =on nor =off" },
    };
    char text[4096];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_INT(run_vqda(wrong[i].arguments, text), 3);
        CHECK_CONTAINS(text, wrong[i].says);
    }
}

static void test_help(void)
{
    char text[4096];
    CHECK_INT(run_vqda((const char *[]){ "--help", NULL }, text), 0);
    CHECK_CONTAINS(text, "--iommu");
    CHECK_CONTAINS(text, "mmap-pins-object");
}

static void test_one_of_a_name(void)
{
    static const char *const none[] = { NULL };
    struct vq_rig rig;
    char text[4096];
    if (!rig_start(&rig, none))
        return;
    CHECK_INT(run_vqda((const char *[]){ "--board", rig.name, NULL }, text), 3);
    CHECK_CONTAINS(text, "runs already");
    CHECK_CONTAINS(text, rig.name);
    struct rig_info info;
    CHECK(rig_status(&rig, &info)); /* the first one goes on */
    rig_stop(&rig);
}

/* Asked for a minute. */
static int wait_until_refused(const char *door)
{
    int err = 0;
    for (int i = 0; i < 6000; i++) {
        struct qda_sys *sys = vq_client_open(door, &err);
        if (err == -ECONNREFUSED)
            return err;
        vq_client_close(sys); /* NULL where it was just about to end */
        poll(NULL, 0, 10);
    }
    return err;
}

static void test_parent_death(void)
{
    static const char *const none[] = { NULL };
    int out[2], status;
    char door[96];
    CHECK_INT(pipe(out), 0);
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        struct vq_rig rig;
        bool started = rig_start(&rig, none);
        ssize_t written = write(out[1], rig.door, sizeof(rig.door));
        _exit(started && written == (ssize_t)sizeof(rig.door) ? 0 : 1);
    }
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    CHECK_INT(read(out[0], door, sizeof(door)), sizeof(door));
    close(out[0]);
    close(out[1]);
    CHECK_INT(wait_until_refused(door), -ECONNREFUSED); /* nothing of it is left to connect to */
}

int main(void)
{
    check_run("wrong options are named, exit code 3", test_usage);
    check_run("--help says what there is", test_help);
    check_run("there is one board of a name", test_one_of_a_name);
    check_run("it ends with its parent", test_parent_death);
    return check_done();
}
