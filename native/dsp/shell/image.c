/* SPDX-License-Identifier: MIT */
#include "dsp/shell/arena.h"
#include "dsp/shell/elf.h"
#include "dsp/shell/heap.h"
#include "dsp/shell/module.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/text.h"

#include "rpcmsg/message.h"

#define IMAGE_MAX (64u << 20)

/* A file while it becomes an image. */
struct loading {
    struct image *image;
    const char *name;
    const uint8_t *file;
    uint32_t len;
    struct elf_header header;
    struct why *why;
};

int32_t why_say(struct why *why, int32_t code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    return code;
}

static int32_t check_header(struct loading *load)
{
    const struct elf_header *header = &load->header;
    if (load->len < sizeof(*header))
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s is truncated: %u bytes are no ELF file", load->name,
                       (unsigned)load->len);
    memcpy(&load->header, load->file, sizeof(load->header));
    if (memcmp(header->ident, "\177ELF", 4) != 0)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s is not an ELF file", load->name);
    if (header->ident[4] != 1 || header->ident[5] != 1)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s is for a wrong machine: not 32 bits, little-endian", load->name);
    if (header->machine != QDA_EM_HEXAGON)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s is for a wrong machine: ELF machine %u, Hexagon is %u", load->name,
                       header->machine, QDA_EM_HEXAGON);
    if (header->type != ELF_SHARED)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s is not a shared object", load->name);
    if (header->phentsize != sizeof(struct elf_segment) || header->phoff > load->len ||
        header->phnum > (load->len - header->phoff) / sizeof(struct elf_segment))
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s is truncated: its segment table lies outside", load->name);
    return 0;
}

static struct elf_segment segment(const struct loading *load, uint32_t i)
{
    struct elf_segment out;
    memcpy(&out, load->file + load->header.phoff + i * sizeof(out), sizeof(out));
    return out;
}

/* The addresses that the segments span. */
static int32_t measure(struct loading *load, uint32_t *low, uint32_t *high)
{
    *low = 0xffffffff, *high = 0;
    for (uint32_t i = 0; i < load->header.phnum; i++) {
        struct elf_segment s = segment(load, i);
        if (s.type == SEGMENT_TLS)
            return why_say(load->why, AEE_EUNABLETOLOAD, "%s has thread-local variables, which this loader does not offer",
                           load->name);
        if (s.type != SEGMENT_LOAD)
            continue;
        if (s.offset > load->len || s.filesz > load->len - s.offset)
            return why_say(load->why, AEE_EUNABLETOLOAD, "%s is truncated: segment %u ends at byte %llu of %u", load->name,
                           (unsigned)i, (unsigned long long)s.offset + s.filesz, (unsigned)load->len);
        if (s.memsz < s.filesz || s.memsz > IMAGE_MAX || s.vaddr > 0xffffffffu - s.memsz)
            return why_say(load->why, AEE_EUNABLETOLOAD, "%s has a segment of impossible size", load->name);
        *low = s.vaddr < *low ? s.vaddr : *low;
        *high = s.vaddr + s.memsz > *high ? s.vaddr + s.memsz : *high;
    }
    if (*low >= *high || *high - *low > IMAGE_MAX)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s has no segments to load, or ones too far apart", load->name);
    return 0;
}

/* Memory of whole pages of the emulator, because protection comes by the page. */
static int32_t place(struct loading *load)
{
    struct image *image = load->image;
    uint32_t low, high;
    int32_t err = measure(load, &low, &high);
    if (err)
        return err;
    image->low = low & ~(QDA_PORT_PAGE - 1);
    image->bytes = pages_of(high - image->low) * QDA_PORT_PAGE;
    image->base = memalign(QDA_PORT_PAGE, image->bytes);
    if (!image->base)
        return why_say(load->why, QDA_AEE_ENOMEMORY, "%s needs %u bytes of memory, the process has not so many", load->name,
                       (unsigned)image->bytes);
    memset(image->base, 0, image->bytes);
    for (uint32_t i = 0; i < load->header.phnum; i++) {
        struct elf_segment s = segment(load, i);
        if (s.type == SEGMENT_LOAD)
            memcpy(image->base + (s.vaddr - image->low), load->file + s.offset, s.filesz);
    }
    return 0;
}

/* Bytes of the image at an address of the file, NULL: not all of them are in it. */
static void *at_address(const struct image *image, uint32_t address, uint64_t len)
{
    uint32_t into = address - image->low;
    return address >= image->low && into <= image->bytes && len <= image->bytes - into ? image->base + into : NULL;
}

static bool whole_table(const struct image *image, uint32_t at, uint32_t bytes)
{
    return at == 0 || at_address(image, at, bytes);
}

static int32_t read_dynamic(struct loading *load)
{
    struct image *image = load->image;
    memset(image->dynamic, 0, sizeof(image->dynamic));
    for (uint32_t i = 0; i < load->header.phnum; i++) {
        struct elf_segment s = segment(load, i);
        const struct elf_dynamic *dynamic = s.type == SEGMENT_DYNAMIC ? at_address(image, s.vaddr, s.memsz) : NULL;
        for (uint32_t k = 0; dynamic && k < s.memsz / sizeof(*dynamic) && dynamic[k].tag; k++) {
            if (dynamic[k].tag < DYN_KNOWN)
                image->dynamic[dynamic[k].tag] = dynamic[k].value;
        }
    }
    const uint32_t *d = image->dynamic;
    const uint32_t *hash = d[DYN_HASH] ? at_address(image, d[DYN_HASH], 8) : NULL;
    const char *names = d[DYN_STRSZ] ? at_address(image, d[DYN_STRTAB], d[DYN_STRSZ]) : NULL;
    bool whole = hash && hash[0] && at_address(image, d[DYN_HASH], 8 + 4 * ((uint64_t)hash[0] + hash[1])) &&
                 at_address(image, d[DYN_SYMTAB], (uint64_t)hash[1] * sizeof(struct elf_symbol)) && names &&
                 names[d[DYN_STRSZ] - 1] == 0 && whole_table(image, d[DYN_RELA], d[DYN_RELASZ]) &&
                 whole_table(image, d[DYN_JMPREL], d[DYN_PLTRELSZ]);
    return whole ? 0
                 : why_say(load->why, AEE_EUNABLETOLOAD,
                           "%s cannot be linked: its dynamic section lacks a table (SysV hash, symbols, strings) or is damaged",
                           load->name);
}

static uint32_t hash_of(const char *name)
{
    uint32_t h = 0;
    for (; *name; name++) {
        h = (h << 4) + (uint8_t)*name;
        h = (h ^ ((h & 0xf0000000) >> 24)) & 0x0fffffff;
    }
    return h;
}

static const char *name_of(const struct image *image, const struct elf_symbol *symbol)
{
    const char *names = at_address(image, image->dynamic[DYN_STRTAB], image->dynamic[DYN_STRSZ]);
    return symbol->name < image->dynamic[DYN_STRSZ] ? names + symbol->name : "";
}

void *image_symbol(const struct image *image, const char *name)
{
    const uint32_t *hash = at_address(image, image->dynamic[DYN_HASH], 8);
    const struct elf_symbol *symbols = at_address(image, image->dynamic[DYN_SYMTAB], 0);
    const uint32_t *chains = hash + 2 + hash[0];
    uint32_t at = hash[2 + hash_of(name) % hash[0]];
    for (uint32_t steps = 0; at && at < hash[1] && steps < hash[1]; at = chains[at], steps++) {
        if (symbols[at].section && strcmp(name_of(image, &symbols[at]), name) == 0)
            return at_address(image, symbols[at].value, 0);
    }
    return NULL;
}

/* The value of a symbol for a relocation. */
static int32_t resolve(struct loading *load, uint32_t index, uint32_t *value)
{
    struct image *image = load->image;
    const uint32_t *hash = at_address(image, image->dynamic[DYN_HASH], 8);
    const struct elf_symbol *symbol = at_address(image, image->dynamic[DYN_SYMTAB], 0);
    *value = 0;
    if (index == 0)
        return 0;
    if (index >= hash[1])
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s cannot be linked: a relocation names a symbol outside its table",
                       load->name);
    symbol += index;
    const char *name = name_of(image, symbol);
    if (symbol->section) {
        *value = (uint32_t)(image->base - image->low) + symbol->value;
        return 0;
    }
    *value = (uint32_t)export_find(name);
    if (*value || SYMBOL_WEAK(symbol->info))
        return 0;
    return why_say(load->why, AEE_ENOSUCHSYMBOL, "%s has an unresolved import: the DSP's process offers no `%s`", load->name,
                   name);
}

static int32_t relocate_one(struct loading *load, const struct elf_rela *rela)
{
    uint8_t *place = at_address(load->image, rela->offset, 4);
    uint32_t type = rela->info & 0xff, value = 0;
    if (!place)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s cannot be linked: a relocation lies outside of it", load->name);
    int32_t err = type == RELOC_RELATIVE ? 0 : resolve(load, rela->info >> 8, &value);
    if (err)
        return err;
    if (type == RELOC_RELATIVE)
        value = (uint32_t)(load->image->base - load->image->low);
    else if (type != RELOC_32 && type != RELOC_GLOB_DAT && type != RELOC_JMP_SLOT)
        return why_say(load->why, AEE_EUNABLETOLOAD, "%s cannot be linked: relocation type %u is not known", load->name,
                       (unsigned)type);
    value += (uint32_t)rela->addend;
    memcpy(place, &value, sizeof(value));
    return 0;
}

static int32_t relocate(struct loading *load, uint32_t at, uint32_t bytes)
{
    const struct elf_rela *rela = at ? at_address(load->image, at, bytes) : NULL;
    int32_t err = 0;
    for (uint32_t i = 0; rela && i < bytes / sizeof(*rela) && !err; i++)
        err = relocate_one(load, &rela[i]);
    return err;
}

/* Code becomes executable; pages without data stay as they were read. */
static void protect(const struct loading *load)
{
    struct image *image = load->image;
    for (uint32_t page = 0; page < image->bytes; page += QDA_PORT_PAGE) {
        int prot = PROT_READ;
        for (uint32_t i = 0; i < load->header.phnum; i++) {
            struct elf_segment s = segment(load, i);
            uint32_t from = s.vaddr - image->low;
            if (s.type != SEGMENT_LOAD || from >= page + QDA_PORT_PAGE || from + s.memsz <= page)
                continue;
            prot |= (s.flags & SEGMENT_W ? PROT_WRITE : 0) | (s.flags & SEGMENT_X ? PROT_EXEC : 0);
        }
        SYS3(SYS_MPROTECT, image->base + page, QDA_PORT_PAGE, prot);
    }
}

int32_t image_load(struct image *image, const char *name, const uint8_t *file, uint32_t len, struct why *why)
{
    struct loading load = {.image = image, .name = name, .file = file, .len = len, .why = why};
    image->base = NULL;
    int32_t err = check_header(&load);
    err = err ? err : place(&load);
    err = err ? err : read_dynamic(&load);
    err = err ? err : relocate(&load, image->dynamic[DYN_RELA], image->dynamic[DYN_RELASZ]);
    err = err ? err : relocate(&load, image->dynamic[DYN_JMPREL], image->dynamic[DYN_PLTRELSZ]);
    if (err) {
        free(image->base);
        image->base = NULL;
    } else {
        protect(&load);
    }
    return err;
}

static void run_one(const struct image *image, uint32_t address)
{
    void (*fn)(void) = address ? (void (*)(void))(uintptr_t)at_address(image, address, 4) : NULL;
    if (fn)
        fn();
}

void image_begin(const struct image *image)
{
    uint32_t count = image->dynamic[DYN_INIT_ARRAYSZ] / 4;
    void (**array)(void) = at_address(image, image->dynamic[DYN_INIT_ARRAY], 4 * count);
    run_one(image, image->dynamic[DYN_INIT]);
    for (uint32_t i = 0; array && i < count; i++)
        array[i]();
}

void image_end(const struct image *image)
{
    uint32_t count = image->dynamic[DYN_FINI_ARRAYSZ] / 4;
    void (**array)(void) = at_address(image, image->dynamic[DYN_FINI_ARRAY], 4 * count);
    for (uint32_t i = count; array && i > 0; i--)
        array[i - 1]();
    run_one(image, image->dynamic[DYN_FINI]);
}

void image_free(struct image *image)
{
    SYS3(SYS_MPROTECT, image->base, image->bytes, PROT_READ | PROT_WRITE);
    free(image->base);
    image->base = NULL;
}
