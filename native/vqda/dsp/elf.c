/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/elf.h"

#include "rpcmsg/message.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

/* Does the file name anything of QuRT, the system that Qualcomm's shells run on? */
static bool wants_qurt(const void *file, size_t len)
{
    return memmem(file, len, "qurt_", 5) != NULL;
}

/* A hash segment of a signed image: PT_NULL, and 2 in bits 24 to 26 of its flags (seen in Qualcomm's files). */
static bool is_signature(const Elf32_Phdr *part)
{
    return part->p_type == PT_NULL && (part->p_flags >> 24 & 7) == 2;
}

/* Is every program header inside the file, and what it loads too? *foreign: it is signed, dynamic, or wants a loader. */
static bool whole(const Elf32_Ehdr *head, const unsigned char *file, size_t len, bool *foreign)
{
    bool loads = false;
    *foreign = false;
    if (head->e_phentsize != sizeof(Elf32_Phdr) || head->e_phoff > len ||
        (len - head->e_phoff) / sizeof(Elf32_Phdr) < head->e_phnum)
        return false;
    for (unsigned i = 0; i < head->e_phnum; i++) {
        Elf32_Phdr part;
        memcpy(&part, file + head->e_phoff + i * sizeof(part), sizeof(part));
        *foreign = *foreign || part.p_type == PT_INTERP || part.p_type == PT_DYNAMIC || is_signature(&part);
        loads = loads || part.p_type == PT_LOAD;
        if (part.p_type == PT_LOAD && (part.p_offset > len || len - part.p_offset < part.p_filesz))
            return false;
    }
    return loads;
}

enum vq_elf vq_elf_check(const void *file, size_t len)
{
    Elf32_Ehdr head;
    bool foreign;
    if (len < sizeof(head))
        return VQ_ELF_FOREIGN;
    memcpy(&head, file, sizeof(head));
    if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS32 ||
        head.e_ident[EI_DATA] != ELFDATA2LSB || head.e_machine != QDA_EM_HEXAGON)
        return VQ_ELF_FOREIGN;
    if ((head.e_type != ET_EXEC && head.e_type != ET_DYN) || !whole(&head, file, len, &foreign))
        return VQ_ELF_FOREIGN;
    if (head.e_type == ET_EXEC && !foreign)
        return VQ_ELF_RUNS;
    return wants_qurt(file, len) ? VQ_ELF_QUALCOMM : VQ_ELF_DYNAMIC;
}
