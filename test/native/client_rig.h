/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_CLIENT_RIG_H
#define QDA_TEST_CLIENT_RIG_H

#include "driver/driver.h"
#include "live_board.h"

/* A virtual board of generation v1, and short ways to what tests of the client need of it. */
#define RIG_PAGE 4096u

extern struct live_board board;
extern struct qda_sys *sys;
extern const struct qda_driver *driver;

/* False: the test cannot go on, and why is printed. */
bool client_rig_start(void);

int open_node(void);                                  /* /dev/accel/accel0 */
int heap_buffer(const char *heap, uint64_t size);     /* a dma-buf of the heap's node, or -errno */
void *unmapped(void);                                 /* an address that no mapping has */
int text_of(const char *path, char *out, size_t len); /* bytes or -errno */
void path_of(char *out, size_t len, const char *what, int fd); /* /proc/PID/WHAT/FD of this process */

#endif
