/* SPDX-License-Identifier: MIT */
#include "vqda/core/create.h"

const char *const vq_known_differences[] = {
    "dsp: a board without a DSP answers INIT_RELEASE only; SESSION_CREATE, MAP, MUNMAP, INVOKE and INIT_ATTACH end with "
    "ENOTCONN after the driver's own checks",
    "dsp: addresses in a DSP process are multiples of 64 KiB, the page of what plays it, and faults are found by such pages",
    "dsp: what was never seen on hardware is answered by a guess: 0x06 to a create whose file is none for Hexagon, 0x11 for one "
    "that wants QuRT or a loader, 0x1a where the session has a process, 0x80000401 where that ended before it was ready; 0x27 to a "
    "call of a session without a process, 0x8000040d where it has ended; the attributes that handle 2 answers",
    "dsp: stacks, message buffers and the shell itself take nothing of a DSP process' address space; two memories in one page of "
    "64 KiB cannot be shown side by side, the call ends with 0x80000402; a word that is no instruction can end the process without "
    "a fault",
    "dsp: a skel finds the functions that native/dsp/shell/exports.c lists; any other import is unresolved, and named",
    "dsp: a create whose process is not ready after 20 s ends; 255 messages can be on their way to a DSP, another ends with EBUSY, "
    "and a board runs 64 DSP processes",
    "dsp: of handle 1 an INVOKE reaches only the methods that map and unmap; the others are answered as unsupported",
    "dsp: an address with another bank's SID (a buffer that a second file imports back) is not translated for the process",
    "messages: inline arguments that overlap are laid out one by one in their order; the driver joins them, ordered by address",
    "messages: one of more than 256 MiB ends with ENOMEM; of the descriptors that one call names at most 200 are known",
    "messages: where a handler was set with SA_RESTART an INVOKE goes on waiting, which the driver would send again",
    "messages: a pointer that no mapping of the caller holds counts as one to the start of the buffer that is named with it",
    "messages: a message buffer can be reached by the call that it belongs to, not by address from another",
    "close: close() of an accel file returns before INIT_RELEASE is answered; the context bank is given back with the answer",
    "close: buffers that go because the last descriptor or mapping went are freed in the name of the thread that created "
    "them, and of a file in the name of the thread that opened it",
    "close: the last close is noticed at the next request, within microseconds; where inotify races the close, within "
    "seconds",
    "drm: only VERSION, GET_CAP, GEM_CLOSE, PRIME_HANDLE_TO_FD and PRIME_FD_TO_HANDLE of the DRM core's ioctls; any other "
    "ends with EINVAL",
    "dma-buf: EXPORT_SYNC_FILE and IMPORT_SYNC_FILE end with ENOTTY; a private mapping is refused for every exporter",
    "dma-buf: each export hands out a new open file description (file offset and status flags are its own), marked "
    "O_NOATIME",
    "dma-buf: a buffer exported again after its dma-buf was gone has its old inode, and a mapping through the accel node "
    "has the inode of the buffer's dma-buf",
    "udmabuf: has its memfd's inode and covers the whole memfd; a part of one or a list ends with EOPNOTSUPP, a second "
    "udmabuf of one memfd with EBUSY",
    "udmabuf: a mapping of the memfd cannot be told from one of the udmabuf",
    "node: a DSP that comes back always has a new accel number, also where the old one is free; opening the old path ends "
    "with ENODEV",
    "fastrpc: INIT_CREATE_STATIC, MMAP with the flag 8 and an INIT_CREATE whose ELF no descriptor names end with EOPNOTSUPP; "
    "SET_OPTION finds no polling; ALLOC_DMA_BUFF ends with EPIPE after the DSP went, and makes whole pages",
    "fastrpc: a buffer that two calls name at the same time is attached twice; overlapping inline arguments have room of their "
    "own each; what the DSP's fd list names is found by its number alone",
    "fastrpc: memory that MMAP made goes with its file, also after a signal broke a wait of it; the driver keeps it then",
    "fastrpc: every channel is a secure one; the misc class of sysfs is not there",
    "iommu: a physical piece larger than 64 KiB stays one DMA segment",
    "memory: GEM memory is made when first mapped, exported or used by the DSP, so GEM_CREATE fails for want of addresses "
    "only, never of pages; caches are coherent",
    "machine: /proc, CPUs, clocks and thermal zones are those of the machine that plays the board; links, fdinfo and maps of "
    "/proc are rewritten for readers over the seam only",
    "texts: descriptors and mappings behind `count` are counted in /proc, at most a second ago; names that other processes "
    "give show within a second; stat gives a dma-buf the mode of a regular file",
    "texts: of the trace events dma_alloc, dma_free, dma_map_sg, dma_unmap_sg, iommu:map and iommu:unmap are told, all on "
    "CPU 0, the iommu ones for imported tables only; attrs are empty where a udmabuf's say SKIP_CPU_SYNC",
    "texts: a trace buffer is bounded by the bytes of its lines instead of binary entries; up to 64 KiB in the pipe of a "
    "reader that goes away are lost",
};
const size_t vq_known_difference_count = sizeof(vq_known_differences) / sizeof(vq_known_differences[0]);
