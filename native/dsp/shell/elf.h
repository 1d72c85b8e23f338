/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_ELF_H
#define QDA_SHELL_ELF_H

#include <stdint.h>

/* ELF32 as far as a loader of shared objects needs it. Sources: the ELF specification; relocations: Hexagon's ABI supplement. */
struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
#define ELF_SHARED 3u
struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
#define SEGMENT_LOAD 1u
#define SEGMENT_DYNAMIC 2u
#define SEGMENT_TLS 7u
#define SEGMENT_X 1u
#define SEGMENT_W 2u
struct elf_dynamic {
    uint32_t tag, value;
};
enum {
    DYN_PLTRELSZ = 2,
    DYN_HASH = 4,
    DYN_STRTAB = 5,
    DYN_SYMTAB = 6,
    DYN_RELA = 7,
    DYN_RELASZ = 8,
    DYN_STRSZ = 10,
    DYN_INIT = 12,
    DYN_FINI = 13,
    DYN_JMPREL = 23,
    DYN_INIT_ARRAY = 25,
    DYN_FINI_ARRAY = 26,
    DYN_INIT_ARRAYSZ = 27,
    DYN_FINI_ARRAYSZ = 28,
    DYN_KNOWN = 32,
};
struct elf_symbol {
    uint32_t name, value, size;
    uint8_t info, other;
    uint16_t section;
};
#define SYMBOL_WEAK(info) (((info) >> 4) == 2)
struct elf_rela {
    uint32_t offset, info;
    int32_t addend;
};
#define RELOC_32 6u
#define RELOC_GLOB_DAT 33u
#define RELOC_JMP_SLOT 34u
#define RELOC_RELATIVE 35u

#endif
