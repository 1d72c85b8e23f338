/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/* A sound library without the entry that its name promises. */
int no_entry_something_else(void);

__attribute__((visibility("default"))) int no_entry_something_else(void)
{
    return 0;
}
