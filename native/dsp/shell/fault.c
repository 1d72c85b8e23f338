/* SPDX-License-Identifier: MIT */
#include "dsp/shell/port.h"

#include "dsp/shell/sys.h"
#include "dsp/shell/thread.h"

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SA_SIGINFO 4u
#define SA_ONSTACK 0x08000000u
#define FAULT_WRITE 1u
#define FAULT_INSTRUCTION 2u

/* What the emulator hands to a handler: source of the layouts: qemu, linux-user/hexagon/signal.c. */
struct siginfo {
    int32_t number, error, code;
    uint32_t address;
};
struct context {
    uint32_t flags[2], link, stack[3]; /* flags: a long of the emulator's host, 64 bits */
    uint32_t r[32];
    uint32_t sa0, lc0, sa1, lc1, m0, m1, usr, p3_0, gp, ugp, pc;
};

/*
 * Does an instruction word store? Linux does not say how an address was accessed, so the packet is looked at.
 * Source: Hexagon V66 Programmer's Reference, encodings by class (bits 31:28); bits 15:14 are 0 for a duplex.
 */
enum access { ACCESS_NONE, ACCESS_LOAD, ACCESS_STORE, ACCESS_BOTH };

/* A duplex is two short instructions of the groups L1, L2 (loads), S1, S2 (stores) and A; bits 31:29 and 13 say which. */
static enum access duplex_access(uint32_t word)
{
    static const uint8_t access[16] = {
        /* L1L1 */ ACCESS_LOAD,  /* L2L1 */ ACCESS_LOAD, /* L2L2 */ ACCESS_LOAD,  /* AA */ ACCESS_NONE,
        /* L1A */ ACCESS_LOAD,   /* L2A */ ACCESS_LOAD,  /* S1A */ ACCESS_STORE,  /* S2A */ ACCESS_STORE,
        /* S1L1 */ ACCESS_BOTH,  /* S1L2 */ ACCESS_BOTH, /* S1S1 */ ACCESS_STORE, /* S2S1 */ ACCESS_STORE,
        /* S2L1 */ ACCESS_BOTH,  /* S2L2 */ ACCESS_BOTH, /* S2S2 */ ACCESS_STORE, /* none */ ACCESS_NONE,
    };
    return access[((word >> 28) & 0xe) | ((word >> 13) & 1)];
}

static enum access access_of(uint32_t word)
{
    if (((word >> 14) & 3) == 0)
        return duplex_access(word);
    switch (word >> 28) {
    case 0x2: /* vector loads and stores: 0010 1000 .. 0010 1011; stores have bit 21 */
        return ((word >> 26) & 3) == 2 ? ((word >> 21) & 1 ? ACCESS_STORE : ACCESS_LOAD) : ACCESS_NONE;
    case 0x3: /* register offsets: 0000-1010 loads and stores by bit 23 within conditional ones, 1100-1110 stores and memops */
        if (((word >> 24) & 0xf) >= 0xa)
            return ((word >> 24) & 0xf) == 0xa ? ACCESS_LOAD : ACCESS_STORE;
        return (word >> 23) & 1 && ((word >> 24) & 0xf) >= 4 ? ACCESS_STORE : ACCESS_LOAD;
    case 0x4: /* conditional and GP-relative: bit 24 says load */
        return (word >> 24) & 1 ? ACCESS_LOAD : ACCESS_STORE;
    case 0x9:
        return ACCESS_LOAD;
    case 0xa:
        return ACCESS_STORE;
    default:
        return ACCESS_NONE;
    }
}

/* Is the base register of a load or store word near the address? */
static bool is_near(const struct context *at, uint32_t word, uint32_t address)
{
    return address - at->r[(word >> 16) & 31] + 4096 < 8192;
}

/* Where a packet both loads and stores, the access is the store's unless only a load's base register is near the address. */
static bool packet_writes(const struct context *at, uint32_t address)
{
    bool store = false, near_load = false, near_store = false;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t word = ((const uint32_t *)at->pc)[i], parse = (word >> 14) & 3;
        enum access access = access_of(word);
        store |= (access & ACCESS_STORE) != 0;
        if (parse)
            near_load |= access == ACCESS_LOAD && is_near(at, word, address);
        if (parse)
            near_store |= access == ACCESS_STORE && is_near(at, word, address);
        if (parse == 3 || parse == 0)
            break;
    }
    return store && (near_store || !near_load);
}

static void on_fault(int number, const struct siginfo *info, const struct context *at)
{
    uint32_t flags = 0, address = info->address;
    if (number == SIGILL || number == SIGTRAP || address == at->pc) {
        address = at->pc;
        flags = FAULT_INSTRUCTION;
    } else if (packet_writes(at, address)) {
        flags = FAULT_WRITE;
    }
    port_fault(address, flags, (uint32_t)thread_self()->tid);
    sys_exit_group(EXIT_FAULT);
}

void fault_begin(void)
{
    static const int numbers[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
    const struct {
        void (*handler)(int, const struct siginfo *, const struct context *);
        uint32_t flags;
        uint32_t rest[4];
    } action = {on_fault, SA_SIGINFO | SA_ONSTACK, {0}};
    for (uint32_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        SYS_ANY(SYS_RT_SIGACTION, numbers[i], &action, NULL, 8, 0, 0);
}
