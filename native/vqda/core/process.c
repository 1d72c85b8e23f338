/* SPDX-License-Identifier: MIT */
#include "vqda/core/create.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct vq_process *vq_process_find(const struct vq_board *board, int pid)
{
    struct vq_process *process = vq_first_process(board);
    while (process && process->pid != pid)
        process = vq_next_process(board, process);
    return process;
}

int vq_process_add(struct vq_board *board, int pid, uint32_t uid)
{
    struct vq_process *process = vq_process_find(board, pid);
    if (!process) {
        process = calloc(1, sizeof(*process));
        if (!process)
            return -ENOMEM;
        process->pid = pid;
        process->uid = uid;
        process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
        vq_list_add(&board->processes, &process->link);
    }
    process->connections++;
    return 0;
}

int vq_process_kill(const struct vq_board *board, int pid)
{
    const struct vq_process *process = vq_process_find(board, pid);
    if (!process || process->pidfd < 0)
        return -ESRCH;
    return syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0) == 0 ? 0 : -errno;
}

void vq_process_free(struct vq_process *process)
{
    vq_list_del(&process->link);
    if (process->pidfd >= 0)
        close(process->pidfd);
    free(process);
}

bool vq_process_remove(struct vq_board *board, int pid)
{
    struct vq_process *process = vq_process_find(board, pid);
    if (!process || --process->connections > 0)
        return false;
    vq_process_free(process);
    return true;
}
