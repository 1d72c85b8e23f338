/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vqda/core/bank.h"
#include "vqda/core/create.h"
#include "vqda/core/iova.h"
#include "vqda/core/node.h"
#include "vqda/core/phys.h"

#include <errno.h>
#include <stdlib.h>

#define PAGES (1ull << 20)

static void test_top_down(void)
{
    struct vq_ranges ranges;
    CHECK_INT(vq_ranges_init(&ranges, 1, PAGES), 0);
    uint64_t first;
    CHECK_INT(vq_ranges_take_top(&ranges, 1, &first), 0);
    CHECK_HEX(first, PAGES - 1);
    CHECK_INT(vq_ranges_take_top(&ranges, 4, &first), 0);
    CHECK_HEX(first, PAGES - 8); /* aligned to 4 pages below the one taken */
    CHECK_INT(vq_ranges_take_top(&ranges, 1, &first), 0);
    CHECK_HEX(first, PAGES - 2); /* the gap that alignment left is used */
    CHECK_INT(vq_ranges_take_top(&ranges, 3, &first), 0);
    CHECK_HEX(first, PAGES - 12); /* 3 pages are aligned to 4 */
    vq_ranges_free(&ranges);
}

static void test_page_zero(void)
{
    struct vq_ranges ranges;
    CHECK_INT(vq_ranges_init(&ranges, 1, 9), 0);
    uint64_t first;
    CHECK_INT(vq_ranges_take_top(&ranges, 8, &first), -ENOMEM); /* 8 aligned pages would begin at 0 or end past 9 */
    for (int i = 0; i < 8; i++) {
        CHECK_INT(vq_ranges_take_top(&ranges, 1, &first), 0);
        CHECK(first >= 1 && first < 9);
    }
    CHECK_INT(vq_ranges_take_top(&ranges, 1, &first), -ENOMEM);
    CHECK_INT(vq_ranges_take_top(&ranges, 0, &first), -ENOMEM);
    vq_ranges_free(&ranges);
}

static void test_bottom_up(void)
{
    struct vq_ranges ranges;
    CHECK_INT(vq_ranges_init(&ranges, 100, 200), 0);
    uint64_t a, b, c;
    CHECK_INT(vq_ranges_take_bottom(&ranges, 3, &a), 0);
    CHECK_INT(vq_ranges_take_bottom(&ranges, 5, &b), 0);
    CHECK_INT(a, 100);
    CHECK_INT(b, 103);
    vq_ranges_give(&ranges, a, 3);
    CHECK_INT(vq_ranges_take_bottom(&ranges, 4, &c), 0);
    CHECK_INT(c, 108); /* the hole of 3 is too small */
    CHECK_INT(vq_ranges_take_bottom(&ranges, 3, &a), 0);
    CHECK_INT(a, 100);
    vq_ranges_free(&ranges);
}

static void test_coalesces(void)
{
    struct vq_ranges ranges;
    CHECK_INT(vq_ranges_init(&ranges, 0, 30), 0);
    uint64_t at[3];
    for (int i = 0; i < 3; i++)
        CHECK_INT(vq_ranges_take_bottom(&ranges, 10, &at[i]), 0);
    CHECK_INT(ranges.count, 0);
    vq_ranges_give(&ranges, at[0], 10);
    vq_ranges_give(&ranges, at[2], 10);
    CHECK_INT(ranges.count, 2);
    vq_ranges_give(&ranges, at[1], 10); /* joins both neighbours */
    CHECK_INT(ranges.count, 1);
    CHECK_INT(ranges.free_pages, 30);
    CHECK_INT(ranges.free[0].first, 0);
    CHECK_INT(ranges.free[0].end, 30);
    vq_ranges_free(&ranges);
}

/* A model: which page belongs to which allocation. */
enum { MODEL = 4096, LIVE = 300, STEPS = 20000 };

static void claim(uint8_t *owner, uint64_t first, uint64_t pages, uint8_t from, uint8_t to)
{
    for (uint64_t i = first; i < first + pages; i++) {
        CHECK_INT(owner[i], from);
        owner[i] = to;
    }
}

static void test_random_against_model(void)
{
    static uint8_t owner[MODEL];
    struct {
        uint64_t first, pages;
    } live[LIVE] = { 0 };
    struct vq_ranges ranges;
    uint32_t seed = 12345;
    CHECK_INT(vq_ranges_init(&ranges, 1, MODEL), 0);
    for (int step = 0; step < STEPS; step++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned slot = (seed >> 8) % LIVE;
        if (live[slot].pages > 0) {
            claim(owner, live[slot].first, live[slot].pages, 1, 0);
            vq_ranges_give(&ranges, live[slot].first, live[slot].pages);
            live[slot].pages = 0;
            continue;
        }
        uint64_t pages = 1 + (seed >> 20) % 40, first;
        if (vq_ranges_take_top(&ranges, pages, &first) != 0)
            continue;
        claim(owner, first, pages, 0, 1);
        live[slot].first = first;
        live[slot].pages = pages;
    }
    for (int i = 0; i < LIVE; i++) {
        if (live[i].pages > 0)
            vq_ranges_give(&ranges, live[i].first, live[i].pages);
    }
    CHECK_INT(ranges.count, 1);
    CHECK_INT(ranges.free_pages, MODEL - 1);
    CHECK_INT(ranges.taken, 0);
    vq_ranges_free(&ranges);
}

static void test_system_heap_orders(void)
{
    struct vq_phys *phys = vq_phys_new();
    struct vq_sg *sg;
    size_t nents;
    uint64_t size = (2ull << 20) + (64u << 10) + 2 * VQ_PAGE;
    if (!CHECK(phys != NULL) || !CHECK_INT(vq_phys_scatter(phys, size, false, &sg, &nents), 0))
        return;
    static const uint64_t want[] = { 1u << 20, 1u << 20, 64u << 10, 4096, 4096 };
    CHECK_INT(nents, 5);
    for (size_t i = 0; i < nents && i < 5; i++) {
        CHECK_INT(sg[i].len, want[i]);
        CHECK_INT(sg[i].phys % sg[i].len, 0); /* blocks are naturally aligned */
        CHECK(sg[i].phys >= VQ_PHYS_BASE + VQ_PHYS_CMA && sg[i].phys + sg[i].len <= VQ_PHYS_END);
    }
    CHECK(sg[0].phys + sg[0].len != sg[1].phys); /* it does scatter */
    vq_phys_give_sg(phys, sg, nents);
    CHECK_INT(vq_phys_scatter(phys, 8 * VQ_PAGE, true, &sg, &nents), 0);
    CHECK_INT(nents, 8);
    vq_phys_give_sg(phys, sg, nents);
    vq_phys_free_all(phys);
}

static void test_memory_runs_out(void)
{
    struct vq_phys *phys = vq_phys_new();
    struct vq_sg *sg;
    size_t nents;
    uint64_t addr;
    CHECK_INT(vq_phys_piece(phys, true, VQ_PHYS_CMA, &addr), 0);
    CHECK_HEX(addr, VQ_PHYS_BASE);
    CHECK_INT(vq_phys_piece(phys, true, VQ_PAGE, &addr), -ENOMEM);
    CHECK_INT(vq_phys_scatter(phys, VQ_PHYS_END - VQ_PHYS_BASE, false, &sg, &nents), -ENOMEM);
    /* and nothing was kept of the attempt */
    CHECK_INT(vq_phys_scatter(phys, VQ_PHYS_END - VQ_PHYS_BASE - VQ_PHYS_CMA, false, &sg, &nents), 0);
    vq_phys_give_sg(phys, sg, nents);
    vq_phys_free_all(phys);
}

static struct vq_board *make_board(enum vq_iommu iommu)
{
    struct vq_options options = { .name = "iova", .generation = 1, .iommu = iommu };
    struct vq_board *board = NULL;
    CHECK_INT(vq_board_new(&options, &board), 0);
    return board;
}

static void test_translated_segments(void)
{
    struct vq_board *board = make_board(VQ_IOMMU_TRANSLATED);
    struct vq_bank *bank = &vq_node_by_dsp(board, "cdsp")->banks[2];
    const struct vq_caller who = { 1, 1, 0 };
    struct vq_sg sg[20] = { 0 };
    for (int i = 0; i < 20; i++)
        sg[i] = (struct vq_sg){ .phys = 0x50000000ull + (uint64_t)i * 0x10000, .len = VQ_PAGE };
    sg[0].len = 1u << 20;
    CHECK_INT(vq_bank_map_sg(bank, &who, sg, 20), 0);
    CHECK_INT(sg[0].dma_len, 1u << 20);  /* a large piece stays one segment */
    CHECK_INT(sg[1].dma_len, 64u << 10); /* 16 pages joined */
    CHECK_INT(sg[2].dma_len, 3 * VQ_PAGE);
    CHECK_INT(sg[3].dma_len, 0);
    CHECK(vq_sg_contiguous(sg, 20));
    CHECK_INT(bank->iova_used, (1u << 20) + 19 * VQ_PAGE);
    CHECK(sg[0].dma >= VQ_PAGE && sg[0].dma < 1ull << 32);
    vq_bank_unmap_sg(bank, &who, sg, 20);
    CHECK_INT(bank->iova_used, 0);
    CHECK_INT(bank->iova.free_pages, PAGES - 1);
    vq_board_free(board);
}

static void test_bypass_segments(void)
{
    struct vq_board *board = make_board(VQ_IOMMU_BYPASS);
    struct vq_bank *bank = &vq_node_by_dsp(board, "cdsp")->banks[0];
    const struct vq_caller who = { 1, 1, 0 };
    struct vq_sg sg[2] = { { .phys = 0x60000000, .len = VQ_PAGE }, { .phys = 0x50000000, .len = VQ_PAGE } };
    CHECK_INT(vq_bank_map_sg(bank, &who, sg, 2), 0);
    CHECK_HEX(sg[0].dma, 0x60000000);
    CHECK_HEX(sg[1].dma, 0x50000000);
    CHECK(!vq_sg_contiguous(sg, 2));
    vq_bank_unmap_sg(bank, &who, sg, 2);
    vq_board_free(board);
}

static void test_bank_fills_up(void)
{
    struct vq_board *board = make_board(VQ_IOMMU_TRANSLATED);
    struct vq_bank *bank = &vq_node_by_dsp(board, "adsp")->banks[0];
    const struct vq_caller who = { 1, 1, 0 };
    uint64_t size = 1ull << 30, iova;
    for (int i = 3; i > 0; i--) {
        CHECK_INT(vq_bank_alloc(bank, &who, size, &iova), 0);
        CHECK_HEX(iova, (uint64_t)i << 30);
    }
    CHECK_INT(vq_bank_alloc(bank, &who, size, &iova), -ENOMEM); /* page 0 is never given out */
    CHECK_INT(vq_bank_alloc(bank, &who, 512u << 20, &iova), 0);
    CHECK_INT(vq_bank_alloc(&bank[1], &who, size, &iova), 0); /* another bank, another space */
    CHECK_HEX(iova, 3ull << 30);
    vq_board_free(board);
}

/* Page by page until none is left, as many udmabufs take them: each is found quickly, or this hangs. */
static void test_single_pages(void)
{
    enum { PART = 16384, PARTS = (VQ_PHYS_END - VQ_PHYS_BASE - VQ_PHYS_CMA) / VQ_PAGE / PART };
    static struct vq_sg *parts[PARTS];
    static uint8_t seen[(VQ_PHYS_END - VQ_PHYS_BASE) / VQ_PAGE];
    struct vq_phys *phys = vq_phys_new();
    struct vq_sg *sg;
    size_t nents, twice = 0;
    uint64_t addr;
    if (!CHECK(phys != NULL))
        return;
    for (size_t i = 0; i < PARTS; i++) {
        if (!CHECK_INT(vq_phys_scatter(phys, PART * VQ_PAGE, true, &parts[i], &nents), 0) || !CHECK_INT(nents, PART))
            return;
        for (size_t k = 0; k < nents; k++)
            twice += seen[(parts[i][k].phys - VQ_PHYS_BASE) / VQ_PAGE]++;
    }
    CHECK_INT(twice, 0);
    CHECK_INT(vq_phys_scatter(phys, VQ_PAGE, true, &sg, &nents), -ENOMEM);
    CHECK_INT(vq_phys_piece(phys, false, VQ_PAGE, &addr), -ENOMEM);
    for (size_t i = 0; i < PARTS; i++)
        vq_phys_give_sg(phys, parts[i], PART);
    CHECK_INT(vq_phys_piece(phys, false, VQ_PHYS_END - VQ_PHYS_BASE - VQ_PHYS_CMA, &addr), 0);
    CHECK_INT(addr, VQ_PHYS_BASE + VQ_PHYS_CMA);
    vq_phys_free_all(phys);
}

int main(void)
{
    check_run("addresses are taken from the top, aligned to their size", test_top_down);
    check_run("page 0 is never given out", test_page_zero);
    check_run("offsets are taken from the bottom", test_bottom_up);
    check_run("freed ranges join their neighbours", test_coalesces);
    check_run("random takes and gives agree with a model", test_random_against_model);
    check_run("the system heap builds from orders 8, 4 and 0", test_system_heap_orders);
    check_run("memory that runs out leaves nothing behind", test_memory_runs_out);
    check_run("with translation segments follow each other", test_translated_segments);
    check_run("without translation segments stay where they are", test_bypass_segments);
    check_run("a bank's 32 bits of addresses can be used up", test_bank_fills_up);
    check_run("every page can be had one by one, and comes back", test_single_pages);
    return check_done();
}
