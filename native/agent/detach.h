/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_DETACH_H
#define QDA_AGENT_DETACH_H

/*
 * An agent outlives who started it: the daemon whose shell ran it may be restarted, and its process group, its session and
 * (under systemd and Android's init) its cgroup are killed with it.
 */

/* Forks. In the child, which leads a session of its own: a descriptor for detach_done. In the starter: does not come back; it
 * ends with the code that the child names. -errno where there was no fork. */
int detach(void);
/* Lets the starter end with that exit code. */
void detach_done(int fd, int code);
/* Moves into the root of the cgroup tree, as far as this user may. 0 (or there is none), or -errno: it stays with its starter. */
int detach_from_cgroup(void);

#endif
