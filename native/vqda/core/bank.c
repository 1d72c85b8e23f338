/* SPDX-License-Identifier: MIT */
#include "vqda/core/bank.h"

#include "vqda/core/abi.h"
#include "vqda/core/fault.h"
#include "vqda/core/iova.h"
#include "vqda/core/legacy.h"
#include "vqda/core/phys.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <stdio.h>

#define IOVA_FIRST_PAGE 1ull
#define IOVA_END_PAGE (1ull << 20) /* 32-bit DMA mask */
#define MAX_SEGMENT (64u << 10)    /* dma_get_max_seg_size() of a device whose driver sets nothing */

int vq_bank_init(struct vq_bank *bank, struct vq_node *node, uint32_t sid)
{
    *bank = (struct vq_bank){ .node = node, .sid = sid };
    if (vq_abi_of(node->board->generation)->fastrpc)
        vq_legacy_name_bank(bank);
    else
        snprintf(bank->name, sizeof(bank->name), "qda-cb-%s-%u", node->dsp, sid);
    return vq_ranges_init(&bank->iova, IOVA_FIRST_PAGE, IOVA_END_PAGE);
}

void vq_bank_free(struct vq_bank *bank)
{
    vq_ranges_free(&bank->iova);
}

static struct vq_bank *find_bank(struct vq_node *node, const struct vq_file *file)
{
    bool share = node->board->quirks[VQ_QUIRK_BANKS_BY_THREAD];
    struct vq_bank *unowned = NULL;
    for (size_t i = 0; i < node->bank_count; i++) {
        struct vq_bank *bank = &node->banks[i];
        if (share && bank->owner == file->opener.tid)
            return bank;
        if (!unowned && bank->owner == 0)
            unowned = bank;
    }
    if (unowned && vq_fault_hit(node->board, VQ_FAULT_BANKS_EXHAUSTED, node->dsp))
        return NULL;
    return unowned;
}

struct vq_bank *vq_bank_assign(struct vq_file *file)
{
    if (file->bank)
        return file->bank;
    struct vq_bank *bank = find_bank(file->node, file);
    if (!bank)
        return NULL;
    bank->owner = file->opener.tid;
    bank->refs++;
    file->bank = bank;
    return bank;
}

void vq_bank_drop(struct vq_file *file)
{
    struct vq_bank *bank = file->bank;
    if (!bank)
        return;
    file->bank = NULL;
    if (--bank->refs == 0)
        bank->owner = 0;
}

static bool translated(const struct vq_bank *bank)
{
    return bank->node->board->iommu == VQ_IOMMU_TRANSLATED;
}

static int take_iova(struct vq_bank *bank, uint64_t size, uint64_t *iova)
{
    uint64_t page;
    if (vq_ranges_take_top(&bank->iova, size / VQ_PAGE, &page) != 0)
        return -ENOMEM;
    *iova = page * VQ_PAGE;
    return 0;
}

int vq_bank_alloc(struct vq_bank *bank, const struct vq_caller *who, uint64_t size, uint64_t *iova)
{
    struct vq_board *board = bank->node->board;
    int err = translated(bank) ? take_iova(bank, size, iova) : vq_phys_piece(board->phys, false, size, iova);
    if (err)
        return err;
    bank->iova_used += size;
    if (board->hooks->dma_alloc)
        board->hooks->dma_alloc(board, who, bank, *iova, size);
    return 0;
}

void vq_bank_release(struct vq_bank *bank, const struct vq_caller *who, uint64_t iova, uint64_t size)
{
    struct vq_board *board = bank->node->board;
    if (translated(bank))
        vq_ranges_give(&bank->iova, iova / VQ_PAGE, size / VQ_PAGE);
    else
        vq_phys_give(board->phys, iova, size);
    bank->iova_used -= size;
    if (board->hooks->dma_free)
        board->hooks->dma_free(board, who, bank, iova, size);
}

uint64_t vq_sg_length(const struct vq_sg *sg, size_t nents)
{
    uint64_t length = 0;
    for (size_t i = 0; i < nents; i++)
        length += sg[i].len;
    return length;
}

static void map_translated(struct vq_sg *sg, size_t nents, uint64_t iova)
{
    size_t segments = 0;
    for (size_t i = 0; i < nents; i++) {
        struct vq_sg *last = segments ? &sg[segments - 1] : NULL;
        if (last && last->dma_len + sg[i].len <= MAX_SEGMENT) {
            last->dma_len += sg[i].len;
        } else {
            sg[segments].dma = iova;
            sg[segments].dma_len = sg[i].len;
            segments++;
        }
        iova += sg[i].len;
    }
    for (size_t i = segments; i < nents; i++)
        sg[i].dma = sg[i].dma_len = 0;
}

static void map_bypass(struct vq_sg *sg, size_t nents)
{
    for (size_t i = 0; i < nents; i++) {
        sg[i].dma = sg[i].phys;
        sg[i].dma_len = sg[i].len;
    }
}

int vq_bank_map_sg(struct vq_bank *bank, const struct vq_caller *who, struct vq_sg *sg, size_t nents)
{
    struct vq_board *board = bank->node->board;
    uint64_t size = vq_sg_length(sg, nents);
    uint64_t iova = 0;
    if (translated(bank)) {
        if (take_iova(bank, size, &iova) != 0)
            return -ENOMEM;
        map_translated(sg, nents, iova);
    } else {
        map_bypass(sg, nents);
    }
    bank->iova_used += size;
    if (board->hooks->map_sg)
        board->hooks->map_sg(board, who, bank, sg, nents);
    return 0;
}

void vq_bank_unmap_sg(struct vq_bank *bank, const struct vq_caller *who, struct vq_sg *sg, size_t nents)
{
    struct vq_board *board = bank->node->board;
    uint64_t size = vq_sg_length(sg, nents);
    if (translated(bank))
        vq_ranges_give(&bank->iova, sg[0].dma / VQ_PAGE, size / VQ_PAGE);
    bank->iova_used -= size;
    if (board->hooks->unmap_sg)
        board->hooks->unmap_sg(board, who, bank, sg, nents);
}

bool vq_sg_contiguous(const struct vq_sg *sg, size_t nents)
{
    for (size_t i = 1; i < nents && sg[i].dma_len > 0; i++) {
        if (sg[i - 1].dma + sg[i - 1].dma_len != sg[i].dma)
            return false;
    }
    return true;
}
