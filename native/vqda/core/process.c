/* SPDX-License-Identifier: MIT */
#include "vqda/core/create.h"

#include <errno.h>
#include <stdlib.h>

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
        vq_list_add(&board->processes, &process->link);
    }
    process->connections++;
    return 0;
}

bool vq_process_remove(struct vq_board *board, int pid)
{
    struct vq_process *process = vq_process_find(board, pid);
    if (!process || --process->connections > 0)
        return false;
    vq_list_del(&process->link);
    free(process);
    return true;
}
