/* SPDX-License-Identifier: MIT */
#include "agent/facts.h"

#include "wire/gen/qda_lab.pb.h"
#include "wire/text.h"

/* Texts come from the board and may be of any length. */
static void put_short(struct qda_put *put, uint32_t tag, const char *text)
{
    char cut[FACT_TEXT_MAX + 1];
    if (!text)
        return;
    qda_text_copy(cut, sizeof(cut), text);
    qda_put_text(put, tag, cut);
}

static void put_process(struct qda_put *put, const struct qda_fact *fact)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_process_tag);
    qda_put_uint(put, qdalab_ProcessFact_pid_tag, fact->process.pid);
    put_short(put, qdalab_ProcessFact_comm_tag, fact->process.comm);
    qda_put_uint(put, qdalab_ProcessFact_uid_tag, fact->process.uid);
    qda_put_uint(put, qdalab_ProcessFact_unreadable_tag, fact->process.unreadable);
    qda_put_end(put, mark);
}

static void put_node(struct qda_put *put, const struct qda_fact *fact)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_node_tag);
    qda_put_uint(put, qdalab_NodeFact_pid_tag, fact->node.pid);
    qda_put_uint(put, qdalab_NodeFact_fd_tag, fact->node.fd);
    put_short(put, qdalab_NodeFact_path_tag, fact->node.path);
    qda_put_end(put, mark);
}

static void put_buffer(struct qda_put *put, const struct qda_fact *fact)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_buffer_tag);
    qda_put_uint(put, qdalab_BufferFact_ino_tag, fact->buffer.ino);
    qda_put_uint(put, qdalab_BufferFact_tier_tag, fact->buffer.tier);
    qda_put_uint(put, qdalab_BufferFact_size_tag, fact->buffer.size);
    put_short(put, qdalab_BufferFact_exporter_tag, fact->buffer.exporter);
    put_short(put, qdalab_BufferFact_name_tag, fact->buffer.name);
    if (fact->buffer.has_references)
        qda_put_uint_present(put, qdalab_BufferFact_references_tag, fact->buffer.references);
    qda_put_end(put, mark);
}

static void put_holder(struct qda_put *put, const struct qda_fact *fact)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_holder_tag);
    qda_put_uint(put, qdalab_HolderFact_pid_tag, fact->holder.pid);
    qda_put_uint(put, qdalab_HolderFact_fd_tag, fact->holder.fd);
    qda_put_uint(put, qdalab_HolderFact_ino_tag, fact->holder.ino);
    qda_put_end(put, mark);
}

static void put_map(struct qda_put *put, const struct qda_fact *fact)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_map_tag);
    qda_put_uint(put, qdalab_MapFact_pid_tag, fact->map.pid);
    qda_put_uint(put, qdalab_MapFact_ino_tag, fact->map.ino);
    qda_put_uint(put, qdalab_MapFact_start_tag, fact->map.start);
    qda_put_uint(put, qdalab_MapFact_length_tag, fact->map.length);
    qda_put_end(put, mark);
}

static void put_attachment(struct qda_put *put, const struct qda_fact *fact)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_attachment_tag);
    qda_put_uint(put, qdalab_AttachmentFact_ino_tag, fact->attachment.ino);
    put_short(put, qdalab_AttachmentFact_device_tag, fact->attachment.device);
    qda_put_end(put, mark);
}

typedef void (*put_fn)(struct qda_put *put, const struct qda_fact *fact);

void put_fact(struct qda_put *put, const struct qda_fact *fact)
{
    static const put_fn kinds[] = {
        [QDA_FACT_PROCESS] = put_process, [QDA_FACT_NODE] = put_node, [QDA_FACT_BUFFER] = put_buffer,
        [QDA_FACT_HOLDER] = put_holder,   [QDA_FACT_MAP] = put_map,   [QDA_FACT_ATTACHMENT] = put_attachment,
    };
    size_t mark = qda_put_begin(put, qdalab_MemoryChunk_records_tag);
    kinds[fact->kind](put, fact);
    qda_put_end(put, mark);
}

void put_self(struct qda_put *put, const struct qda_self_buffer *buffer)
{
    size_t record = qda_put_begin(put, qdalab_MemoryChunk_records_tag);
    size_t mark = qda_put_begin(put, qdalab_MemoryRecord_self_tag);
    put_short(put, qdalab_SelfFact_node_tag, buffer->node);
    qda_put_uint(put, qdalab_SelfFact_handle_tag, buffer->handle);
    qda_put_uint(put, qdalab_SelfFact_size_tag, buffer->size);
    if (buffer->ino != 0)
        qda_put_uint_present(put, qdalab_SelfFact_ino_tag, buffer->ino);
    qda_put_uint(put, qdalab_SelfFact_since_ns_tag, buffer->since_ns);
    qda_put_uint(put, qdalab_SelfFact_imported_tag, buffer->imported);
    qda_put_uint(put, qdalab_SelfFact_mapped_tag, buffer->mapped);
    qda_put_end(put, mark);
    qda_put_end(put, record);
}

void put_tier(struct qda_put *put, const struct qda_tier_status *status)
{
    qdalab_TierStatus tier = {
        .tier = (qdalab_Tier)status->tier,
        .available = status->available,
        .reason = qda_text(status->reason),
        .source = qda_text(status->source),
        .lost_events = status->lost_events,
        .since_ns = status->since_ns,
    };
    qda_put_message(put, qdalab_MemoryChunk_tiers_tag, qdalab_TierStatus_fields, &tier);
}

static void put_entry(struct qda_put *put, const struct qda_sg *entry)
{
    size_t mark = qda_put_begin(put, qdalab_DmaEvent_entries_tag);
    qda_put_uint(put, qdalab_SgEntry_dma_addr_tag, entry->dma_addr);
    qda_put_uint(put, qdalab_SgEntry_length_tag, entry->length);
    if (entry->has_phys)
        qda_put_uint_present(put, qdalab_SgEntry_phys_tag, entry->phys);
    qda_put_end(put, mark);
}

void put_event(struct qda_put *put, const struct qda_dma_event *event)
{
    size_t mark = qda_put_begin(put, qdalab_MemoryEvents_events_tag);
    qda_put_uint(put, qdalab_DmaEvent_kind_tag, event->kind);
    qda_put_uint(put, qdalab_DmaEvent_time_ns_tag, event->time_ns);
    qda_put_uint(put, qdalab_DmaEvent_pid_tag, event->pid);
    put_short(put, qdalab_DmaEvent_comm_tag, event->comm);
    put_short(put, qdalab_DmaEvent_device_tag, event->device);
    for (size_t i = 0; i < event->entry_count && i < QDA_MAX_SG; i++)
        put_entry(put, &event->entries[i]);
    qda_put_uint(put, qdalab_DmaEvent_truncated_tag, event->truncated || event->entry_count > QDA_MAX_SG);
    qda_put_uint(put, qdalab_DmaEvent_total_entries_tag, event->total_entries);
    qda_put_uint(put, qdalab_DmaEvent_process_tag, event->process);
    qda_put_end(put, mark);
}

void put_reading(struct qda_put *put, uint32_t tag, const struct qda_reading *reading)
{
    qdalab_Reading message = {
        .key = qda_text(reading->key),
        .value = qda_text_present(reading->value),
        .unit = qda_text(reading->unit),
        .reason = qda_text(reading->reason),
        .source = qda_text(reading->source),
    };
    qda_put_message(put, tag, qdalab_Reading_fields, &message);
}
