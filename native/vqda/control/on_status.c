/* SPDX-License-Identifier: MIT */
#include "vqda/control/impl.h"

#include "vqda/core/abi.h"
#include "vqda/core/create.h"
#include "vqda/core/file.h"
#include "vqda/core/ledger.h"
#include "vqda/dsp/message.h"
#include "wire/build_id.h"

#include <unistd.h>

static void put_banks(struct qda_put *reply, const struct vq_node *node)
{
    for (size_t i = 0; i < node->bank_count; i++) {
        const struct vq_bank *bank = &node->banks[i];
        size_t mark = qda_put_begin(reply, qdalab_BoardInfo_banks_tag);
        qda_put_text(reply, qdalab_BoardBank_dsp_tag, node->dsp);
        qda_put_uint(reply, qdalab_BoardBank_sid_tag, bank->sid);
        qda_put_uint(reply, qdalab_BoardBank_owner_tag, (uint64_t)bank->owner);
        qda_put_uint(reply, qdalab_BoardBank_references_tag, bank->refs);
        qda_put_uint(reply, qdalab_BoardBank_iova_used_tag, bank->iova_used);
        qda_put_end(reply, mark);
    }
}

static void put_node(struct qda_put *reply, const struct vq_node *node)
{
    size_t mark = qda_put_begin(reply, qdalab_BoardInfo_nodes_tag);
    qda_put_text(reply, qdalab_BoardNode_path_tag, node->path);
    qda_put_text(reply, qdalab_BoardNode_dsp_tag, node->dsp);
    qda_put_uint(reply, qdalab_BoardNode_plugged_tag, node->plugged);
    qda_put_end(reply, mark);
}

static void put_quirk(struct qda_put *reply, const struct vq_board *board, enum vq_quirk quirk)
{
    const struct vq_quirk_info *info = &vq_quirk_infos[quirk];
    size_t mark = qda_put_begin(reply, qdalab_BoardInfo_quirks_tag);
    qda_put_text(reply, qdalab_Quirk_name_tag, info->name);
    qda_put_uint(reply, qdalab_Quirk_on_tag, board->quirks[quirk]);
    qda_put_text(reply, qdalab_Quirk_what_tag, info->what);
    qda_put_end(reply, mark);
    if (!info->leaks)
        return;
    struct vq_ledger_line line = vq_ledger(board, quirk);
    mark = qda_put_begin(reply, qdalab_BoardInfo_ledger_tag);
    qda_put_text(reply, qdalab_LedgerEntry_quirk_tag, info->name);
    qda_put_uint(reply, qdalab_LedgerEntry_objects_tag, line.objects);
    qda_put_uint(reply, qdalab_LedgerEntry_bytes_tag, line.bytes);
    qda_put_end(reply, mark);
}

static void put_totals(struct qda_put *reply, const struct vq_board *board)
{
    qda_put_text(reply, qdalab_BoardInfo_name_tag, board->name);
    qda_put_text(reply, qdalab_BoardInfo_generation_tag, vq_abi_of(board->generation)->name);
    qda_put_text(reply, qdalab_BoardInfo_iommu_tag, board->iommu == VQ_IOMMU_BYPASS ? "bypass" : "translated");
    qda_put_uint(reply, qdalab_BoardInfo_pid_tag, (uint64_t)getpid());
    qda_put_text(reply, qdalab_BoardInfo_build_id_tag, QDA_BUILD_ID);
    qda_put_uint(reply, qdalab_BoardInfo_objects_tag, board->object_count);
    qda_put_uint(reply, qdalab_BoardInfo_dmabufs_tag, board->dmabuf_count);
    qda_put_uint(reply, qdalab_BoardInfo_bytes_tag, board->bytes);
    qda_put_uint(reply, qdalab_BoardInfo_files_tag, vq_file_count(board));
}

static void put_session(void *arg, const struct vq_dsp_session *session)
{
    struct qda_put *reply = arg;
    size_t mark = qda_put_begin(reply, qdalab_BoardInfo_dsp_sessions_tag);
    qda_put_uint(reply, qdalab_BoardDsp_pid_tag, (uint64_t)session->pid);
    qda_put_uint(reply, qdalab_BoardDsp_session_tag, (uint64_t)(int64_t)session->session); /* int32: sign-extended */
    qda_put_text(reply, qdalab_BoardDsp_dsp_tag, session->dsp);
    qda_put_uint(reply, qdalab_BoardDsp_sid_tag, session->sid);
    qda_put_uint(reply, qdalab_BoardDsp_waiting_tag, session->waiting);
    qda_put_uint(reply, qdalab_BoardDsp_calls_tag, session->calls);
    qda_put_uint(reply, qdalab_BoardDsp_mappings_tag, session->mappings);
    qda_put_end(reply, mark);
}

static void put_dsp(struct qda_put *reply, const struct vq_board *board)
{
    const char *missing = vq_dsp_missing();
    vq_dsp_each(board, put_session, reply);
    qda_put_uint(reply, qdalab_BoardInfo_copied_bytes_tag, vq_copied_bytes(board));
    if (missing)
        qda_put_text(reply, qdalab_BoardInfo_dsp_missing_tag, missing);
}

void vq_on_status(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    const struct vq_board *board = control->board;
    (void)request;
    size_t mark = qda_put_begin(reply, qdalab_FromBoard_info_tag);
    put_totals(reply, board);
    put_dsp(reply, board);
    for (const struct vq_node *node = vq_first_node(board); node; node = vq_next_node(board, node)) {
        put_node(reply, node);
        if (node->plugged)
            put_banks(reply, node);
    }
    for (int quirk = 0; quirk < VQ_QUIRK_COUNT; quirk++)
        put_quirk(reply, board, (enum vq_quirk)quirk);
    for (size_t i = 0; i < control->workload_count; i++)
        qda_put_uint(reply, qdalab_BoardInfo_workload_pids_tag, (uint64_t)control->workloads[i]);
    for (size_t i = 0; i < vq_known_difference_count; i++)
        qda_put_text(reply, qdalab_BoardInfo_known_differences_tag, vq_known_differences[i]);
    qda_put_end(reply, mark);
}
