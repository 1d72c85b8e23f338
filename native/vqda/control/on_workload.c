/* SPDX-License-Identifier: MIT */
#include "vqda/control/impl.h"

#include "vqda/dsp/settings.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "vqda-workload"
static const char *const kinds[] = { "producer", "consumer", "leaker", "churn", "share", "holder" };

static bool kind_known(const char *kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i], kind) == 0)
            return true;
    }
    return false;
}

/* In the child: becomes the workload, which ends with the board. */
static void become(const char *const *argv, int parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* pid or -errno. */
static int spawn(struct vq_control *control, const qdalab_StartWorkload *what)
{
    char path[4200], size[24], count[16];
    snprintf(path, sizeof(path), "%s/" PROGRAM, control->exe_folder);
    snprintf(size, sizeof(size), "%llu", (unsigned long long)what->size);
    snprintf(count, sizeof(count), "%u", (unsigned)what->count);
    const char *argv[] = { path,     "--board", control->board->name, "--kind", what->kind,
                           "--size", size,      "--count",            count,    NULL };
    if (access(path, X_OK) != 0)
        return -errno;
    int parent = getpid();
    int pid = fork(); /* the board may be counting in a thread: until it is the workload, the child makes plain calls only */
    if (pid == 0)
        become(argv, parent);
    if (pid < 0)
        return -errno;
    control->workloads[control->workload_count++] = pid;
    control->had_workloads = true;
    return pid;
}

static bool refused(const struct vq_control *control, const qdalab_StartWorkload *what, size_t wanted,
                    struct qda_put *reply)
{
    if (!kind_known(what->kind)) {
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL,
                        "there is no workload \"%s\"; there are producer, consumer, leaker, churn, share and holder", what->kind);
        return true;
    }
    if (wanted <= VQ_MAX_WORKLOADS - control->workload_count)
        return false;
    vq_control_fail(reply, qdalab_FailureCode_FAILURE_LIMIT, -EAGAIN,
                    "a board runs %d workloads at most, and %zu run already; stop some", VQ_MAX_WORKLOADS,
                    control->workload_count);
    return true;
}

void vq_on_start_workload(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    const qdalab_StartWorkload *what = &request->request.start_workload;
    size_t wanted = what->processes > 0 ? what->processes : 1;
    if (refused(control, what, wanted, reply))
        return;
    size_t before = control->workload_count;
    for (size_t i = 0; i < wanted; i++) {
        int pid = spawn(control, what);
        if (pid >= 0)
            continue;
        while (control->workload_count > before)
            vq_workload_stop(control, control->workloads[before]);
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_UNAVAILABLE, pid, "%s/" PROGRAM " cannot be started: %s",
                        control->exe_folder, strerror(-pid));
        return;
    }
    size_t mark = qda_put_begin(reply, qdalab_FromBoard_workload_tag);
    for (size_t i = before; i < control->workload_count; i++)
        qda_put_uint(reply, qdalab_WorkloadStarted_pids_tag, (uint64_t)control->workloads[i]);
    qda_put_end(reply, mark);
}

static void forget(struct vq_control *control, size_t at)
{
    control->workload_count--;
    memmove(&control->workloads[at], &control->workloads[at + 1],
            (control->workload_count - at) * sizeof(control->workloads[0]));
}

bool vq_workload_known(const struct vq_control *control, int pid)
{
    for (size_t i = 0; i < control->workload_count; i++) {
        if (control->workloads[i] == pid)
            return true;
    }
    return false;
}

/* Kills whatever children there are, but for processes of the DSP, and collects those that have ended. False: there is none. */
static bool end_children(const struct vq_board *board)
{
    char path[64], line[4096];
    bool any = false;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)gettid());
    FILE *file = fopen(path, "re");
    if (file && fgets(line, sizeof(line), file)) {
        char *rest = NULL;
        for (char *word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
            int pid = atoi(word);
            if (vq_dsp_owns(board, pid))
                continue;
            any = true;
            kill(pid, SIGKILL);
            waitpid(pid, NULL, WNOHANG);
        }
    }
    if (file)
        fclose(file);
    return any;
}

/* Children of workloads come to the board when these end (it is their subreaper), and end with it. */
static void end_orphans(const struct vq_board *board)
{
    for (int tries = 0; tries < 2000 && end_children(board); tries++)
        usleep(1000);
}

bool vq_workload_stop(struct vq_control *control, int pid)
{
    bool any = false;
    for (size_t i = control->workload_count; i-- > 0;) {
        if (pid != 0 && control->workloads[i] != pid)
            continue;
        kill(control->workloads[i], SIGKILL);
        waitpid(control->workloads[i], NULL, 0); /* it needs nothing of us to die */
        forget(control, i);
        any = true;
    }
    if (pid == 0 && control->had_workloads)
        end_orphans(control->board);
    return any || pid == 0;
}

static void say_how(int pid, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        fprintf(stderr, "vqda: workload %d ended with exit code %d\n", pid, WEXITSTATUS(status));
    else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGTERM)
        fprintf(stderr, "vqda: workload %d was ended by signal %d\n", pid, WTERMSIG(status));
}

void vq_control_reap(struct vq_control *control)
{
    int pid, status;
    vq_dsp_collect(control->board);
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) { /* orphans of workloads too */
        size_t i = 0;
        while (i < control->workload_count && control->workloads[i] != pid)
            i++;
        if (i == control->workload_count)
            continue;
        say_how(pid, status);
        forget(control, i);
    }
}

void vq_on_stop_workload(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    int pid = (int)request->request.stop_workload.pid;
    if (vq_workload_stop(control, pid))
        vq_control_done(reply);
    else
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, -ESRCH,
                        "process %d is no workload of this board; ask its status for those that run", pid);
}
