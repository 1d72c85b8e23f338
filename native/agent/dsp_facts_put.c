/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "agent/dsp_facts.h"
#include "agent/facts.h"
#include "wire/gen/qda_lab.pb.h"
#include "wire/text.h"

_Static_assert(sizeof(((struct worker_session *)0)->shell) <= FACT_TEXT_MAX, "the longest record keeps its bound");

static void put_sha256(struct qda_put *put, const uint8_t *sha)
{
    char hex[65];
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sha[i]);
    qda_put_text(put, qdalab_DspSessionFact_shell_sha256_tag, hex);
}

void put_dsp_session(struct qda_put *put, const struct dsp_session *session)
{
    const struct worker_session *is = &session->is;
    size_t record = qda_put_begin(put, qdalab_MemoryChunk_records_tag);
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_dsp_session_tag);
    qda_put_uint(put, qdalab_DspSessionFact_pid_tag, session->pid);
    qda_put_text(put, qdalab_DspSessionFact_node_tag, session->node);
    qda_put_uint(put, qdalab_DspSessionFact_unsigned_pd_tag, is->unsigned_pd);
    qda_put_text(put, qdalab_DspSessionFact_shell_tag, is->shell);
    qda_put_uint(put, qdalab_DspSessionFact_shell_bytes_tag, is->shell_bytes);
    put_sha256(put, is->shell_sha256);
    if (is->process_memory != 0)
        qda_put_uint_present(put, qdalab_DspSessionFact_process_memory_tag, is->process_memory);
    qda_put_uint(put, qdalab_DspSessionFact_since_ns_tag, is->since_ns);
    qda_put_uint(put, qdalab_DspSessionFact_address_space_tag, is->address_space);
    qda_put_uint(put, qdalab_DspSessionFact_reverse_calls_tag, (uint32_t)is->reverse_calls);
    qda_put_uint(put, qdalab_DspSessionFact_ended_tag, session->ended);
    qda_put_end(put, mark);
    qda_put_end(put, record);
}

void put_dsp_map(struct qda_put *put, const struct dsp_map *map)
{
    const struct worker_mapped *is = &map->is;
    size_t record = qda_put_begin(put, qdalab_MemoryChunk_records_tag);
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_dsp_map_tag);
    qda_put_uint(put, qdalab_DspMapFact_pid_tag, map->pid);
    qda_put_uint(put, qdalab_DspMapFact_address_tag, is->address);
    qda_put_uint(put, qdalab_DspMapFact_size_tag, is->size);
    if (is->ino != 0)
        qda_put_uint_present(put, qdalab_DspMapFact_ino_tag, is->ino);
    qda_put_text(put, qdalab_DspMapFact_kind_tag, is->kind);
    qda_put_uint(put, qdalab_DspMapFact_since_ns_tag, is->since_ns);
    qda_put_end(put, mark);
    qda_put_end(put, record);
}

void put_dsp_call(struct qda_put *put, const struct dsp_call *call)
{
    const struct worker_call *is = &call->is;
    size_t record = qda_put_begin(put, qdalab_MemoryChunk_records_tag);
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_dsp_call_tag);
    qda_put_uint(put, qdalab_DspCallFact_pid_tag, call->pid);
    qda_put_uint(put, qdalab_DspCallFact_tid_tag, is->tid);
    qda_put_uint(put, qdalab_DspCallFact_handle_tag, is->handle);
    qda_put_uint(put, qdalab_DspCallFact_scalars_tag, is->sc);
    qda_put_uint(put, qdalab_DspCallFact_since_ns_tag, is->since_ns);
    qda_put_end(put, mark);
    qda_put_end(put, record);
}
