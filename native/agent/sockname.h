/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_SOCKNAME_H
#define QDA_AGENT_SOCKNAME_H

/* Abstract unix stream sockets: names without a file, which vanish with the process. All close-on-exec. */

/* Listens on a name. Descriptor or -errno (-EADDRINUSE: somebody has it). */
int sockname_listen(const char *name);
/* Process that listens on a name (as the kernel vouches for), or 0 if that cannot be had. */
int sockname_listener(const char *name);

#endif
