/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "dsp/qbench.h"
#include "dsp/skel_bytes.h"
#include "rpcmsg/message.h"

#include <elf.h>
#include <stdlib.h>

/*
 * The skel's file as a DSP's loader sees it. What it wants: 4 KiB pages and the System V hash: a small client that runs its own code on an SDM845, and what Qualcomm's own test skels look
 * like. Nothing here trusts section headers: a loader has only the segments and the dynamic table.
 */
static const uint8_t *file;
static size_t file_len;

static const Elf32_Ehdr *header(void)
{
    return (const Elf32_Ehdr *)(const void *)file;
}

static const Elf32_Phdr *segment(unsigned i)
{
    return (const Elf32_Phdr *)(const void *)(file + header()->e_phoff) + i;
}

/* The bytes at an address of the loaded file; NULL: no segment has them. */
static const uint8_t *at(uint32_t address)
{
    for (unsigned i = 0; i < header()->e_phnum; i++) {
        const Elf32_Phdr *p = segment(i);
        if (p->p_type == PT_LOAD && address >= p->p_vaddr && address - p->p_vaddr < p->p_filesz)
            return file + p->p_offset + (address - p->p_vaddr);
    }
    return NULL;
}

/* Value of a dynamic entry, and whether there is one. */
static bool dynamic(int32_t tag, uint32_t *value)
{
    for (unsigned i = 0; i < header()->e_phnum; i++) {
        if (segment(i)->p_type != PT_DYNAMIC)
            continue;
        const Elf32_Dyn *entry = (const Elf32_Dyn *)(const void *)(file + segment(i)->p_offset);
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == tag) {
                *value = entry->d_un.d_val;
                return true;
            }
    }
    return false;
}

static void test_header(void)
{
    CHECK(file_len > sizeof(Elf32_Ehdr) && memcmp(file, ELFMAG, SELFMAG) == 0);
    CHECK_INT(file[EI_CLASS], ELFCLASS32);
    CHECK_INT(file[EI_DATA], ELFDATA2LSB);
    CHECK_INT(header()->e_type, ET_DYN);
    CHECK_INT(header()->e_machine, QDA_EM_HEXAGON);
    CHECK_HEX(header()->e_flags, 0x66); /* v66 */
}

static void test_segments(void)
{
    unsigned loads = 0, dynamics = 0;
    for (unsigned i = 0; i < header()->e_phnum; i++) {
        const Elf32_Phdr *p = segment(i);
        CHECK(p->p_type != PT_GNU_RELRO && p->p_type != PT_GNU_STACK && p->p_type != PT_NOTE && p->p_type != PT_INTERP);
        dynamics += p->p_type == PT_DYNAMIC;
        if (p->p_type != PT_LOAD)
            continue;
        CHECK_INT(p->p_align, 4096);
        CHECK_INT(p->p_vaddr % 4096, p->p_offset % 4096);
        CHECK_INT(p->p_flags, loads == 0 ? PF_R | PF_X : PF_R | PF_W);
        CHECK(p->p_offset + p->p_filesz <= file_len);
        loads++;
    }
    CHECK_INT(loads, 2);
    CHECK_INT(dynamics, 1);
}

static void test_dynamic(void)
{
    uint32_t value;
    CHECK(dynamic(DT_HASH, &value));
    CHECK(!dynamic(DT_GNU_HASH, &value));
    CHECK(!dynamic(DT_NEEDED, &value));
    CHECK(!dynamic(DT_TEXTREL, &value));
    CHECK(!dynamic(DT_INIT, &value) && !dynamic(DT_INIT_ARRAY, &value));
    if (CHECK(dynamic(DT_PLTREL, &value)))
        CHECK_INT(value, DT_RELA);
    uint32_t name, strings;
    if (CHECK(dynamic(DT_SONAME, &name) && dynamic(DT_STRTAB, &strings)))
        CHECK_STR((const char *)at(strings + name), QBENCH_FILE);
}

/* Sorted. What a process on the DSP must offer: hap.h. */
static const char *const imports[] = {
    "HAP_debug_v2", "HAP_mmap",
    "HAP_mmap_get", "HAP_mmap_put",
    "HAP_munmap",   "HAP_perf_get_pcycles",
    "HAP_perf_get_qtimer_count", "pthread_create",
    "pthread_join",
};
#define IMPORTS (sizeof(imports) / sizeof(imports[0]))

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void test_symbols(void)
{
    uint32_t hash, symbols, strings;
    if (!CHECK(dynamic(DT_HASH, &hash) && dynamic(DT_SYMTAB, &symbols) && dynamic(DT_STRTAB, &strings)))
        return;
    const uint32_t count = ((const uint32_t *)(const void *)at(hash))[1];
    const Elf32_Sym *table = (const Elf32_Sym *)(const void *)at(symbols);
    const char *undefined[64];
    unsigned missing = 0, exported = 0;
    for (uint32_t i = 1; i < count && missing < 64; i++) {
        const char *name = (const char *)at(strings + table[i].st_name);
        if (table[i].st_shndx == SHN_UNDEF) {
            undefined[missing++] = name;
            continue;
        }
        exported++;
        CHECK_STR(name, QBENCH_ENTRY);
        CHECK_INT(ELF32_ST_TYPE(table[i].st_info), STT_FUNC);
        CHECK_INT(ELF32_ST_BIND(table[i].st_info), STB_GLOBAL);
    }
    CHECK_INT(exported, 1);
    qsort(undefined, missing, sizeof(undefined[0]), by_name);
    CHECK_INT(missing, IMPORTS);
    for (unsigned i = 0; i < missing && i < IMPORTS; i++)
        CHECK_STR(undefined[i], imports[i]);
}

/* The loader finds the entry by the SysV hash; so do we. */
static void test_hash_finds_entry(void)
{
    uint32_t hash, symbols, strings;
    if (!CHECK(dynamic(DT_HASH, &hash) && dynamic(DT_SYMTAB, &symbols) && dynamic(DT_STRTAB, &strings)))
        return;
    const uint32_t *table = (const uint32_t *)(const void *)at(hash);
    const uint32_t buckets = table[0];
    uint32_t h = 0;
    for (const char *c = QBENCH_ENTRY; *c != '\0'; c++) {
        h = (h << 4) + (uint8_t)*c;
        h = (h ^ (h >> 24 & 0xf0)) & 0x0fffffff;
    }
    uint32_t index = table[2 + h % buckets];
    const Elf32_Sym *all = (const Elf32_Sym *)(const void *)at(symbols);
    while (index != 0 && strcmp((const char *)at(strings + all[index].st_name), QBENCH_ENTRY) != 0)
        index = table[2 + buckets + index];
    if (CHECK(index != 0))
        CHECK(at(all[index].st_value) != NULL);
}

/* Only what a small loader knows: RELATIVE, GLOB_DAT, JMP_SLOT (35, 33, 34 of the Hexagon ABI), and 32 for data that names an import. */
static void test_relocations(void)
{
    static const int32_t tables[][2] = { { DT_RELA, DT_RELASZ }, { DT_JMPREL, DT_PLTRELSZ } };
    for (unsigned t = 0; t < 2; t++) {
        uint32_t where, bytes;
        if (!CHECK(dynamic(tables[t][0], &where) && dynamic(tables[t][1], &bytes)))
            return;
        const Elf32_Rela *rela = (const Elf32_Rela *)(const void *)at(where);
        for (unsigned i = 0; i < bytes / sizeof(*rela); i++) {
            const uint32_t type = ELF32_R_TYPE(rela[i].r_info);
            CHECK(type == 35 || type == 33 || type == 34);
            CHECK(at(rela[i].r_offset) != NULL);
        }
    }
}

/* What the agent carries is this very file. */
static void test_embedded(void)
{
    if (CHECK_INT(qda_qbench_skel_len, file_len))
        CHECK(memcmp(qda_qbench_skel, file, file_len) == 0);
}

static bool read_file(const char *path)
{
    static uint8_t bytes[1 << 20] __attribute__((aligned(8)));
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return false;
    file_len = fread(bytes, 1, sizeof(bytes), in);
    file = bytes;
    fclose(in);
    return file_len > sizeof(Elf32_Ehdr) && file_len < sizeof(bytes);
}

int main(int argc, char **argv)
{
    if (argc != 2 || !read_file(argv[1])) {
        fprintf(stderr, "usage: test_skel_elf LIBQBENCH_SKEL.SO\n");
        return 3;
    }
    check_run("a little-endian Hexagon v66 library", test_header);
    check_run("two segments at multiples of 4 KiB, no RELRO, no GNU_STACK, no notes", test_segments);
    check_run("SysV hash, no other; no needed libraries, no constructors", test_dynamic);
    check_run("one exported function; the imports are those of hap.h", test_symbols);
    check_run("the hash table leads to the entry", test_hash_finds_entry);
    check_run("no relocations but those that every loader knows", test_relocations);
    check_run("the bytes that the agent carries are these", test_embedded);
    return check_done();
}
