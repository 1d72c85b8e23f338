/* SPDX-License-Identifier: MIT */
#ifndef VQ_SERVER_H
#define VQ_SERVER_H

#include "vqda/core/board.h"

/*
 * The clients' door: SOCK_SEQPACKET on the abstract name "qda-lab/<uid>/<board>/vqda"; see vq_abi.h. Peers of another
 * uid are refused, root's are not.
 */

/* What procfs/ does for the server; see board.h. NULL members: nothing of the kind is served (EOPNOTSUPP). */
struct vq_texts {
    int64_t (*request)(struct vq_board *board, const struct vq_caller *who, const struct vq_request *request,
                       const char *data, struct vq_answer *out);
    void (*client_gone)(struct vq_board *board, const struct vq_caller *who);
};

struct vq_server;

/* Listens. 0, -EADDRINUSE where a board of this name runs already, or -errno. */
int vq_server_start(struct vq_board *board, const struct vq_texts *texts, struct vq_server **out);
/* Ends all connections: every open file is closed. */
void vq_server_stop(struct vq_server *server);

/* A listening socket on the abstract name "qda-lab/<uid>/<board>/<door>". Descriptor or -errno. */
int vq_listen(const struct vq_board *board, int type, const char *door);
/* May this peer talk to the board? *pid and *uid are its own. */
bool vq_peer_allowed(int fd, int *pid, uint32_t *uid);

#endif
