/* SPDX-License-Identifier: MIT */
#include "dsp/shell/port.h"
#include "dsp/shell/thread.h"

/*
 * The shell of the virtual board: a stand-in for fastrpc_shell_unsigned_3, the program that a DSP process begins with. A static
 * Hexagon ELF that runs under qemu-hexagon; its only door is the port. What is in it serves any skel.
 */

/* By this the virtual board tells this shell from one that wants QuRT. */
__attribute__((used, section(".qda_lab_shell"))) static const char marker[] = "QDA Lab DSP shell 1";

static void *begin(void *arg)
{
    (void)arg;
    fault_begin();
    port_serve();
}

_Noreturn void _start(void);
_Noreturn void _start(void)
{
    thread_leave(begin);
}
