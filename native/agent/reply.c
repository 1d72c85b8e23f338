/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "agent/agent.h"
#include "wire/put.h"
#include "wire/text.h"

void agent_reply(struct agent *agent, uint64_t to, uint32_t tag, const pb_msgdesc_t *fields, const void *message)
{
    uint8_t body[1024];
    struct qda_put put = qda_put_into(body, sizeof(body));
    if (message)
        qda_put_fields(&put, fields, message);
    assert(!put.full);
    conn_send(&agent->conn, to, &(struct qda_body){tag, body, put.len});
}

void agent_done(struct agent *agent, uint64_t to)
{
    agent_reply(agent, to, qdalab_FromAgent_done_tag, NULL, NULL);
}

void agent_fail(struct agent *agent, uint64_t to, qdalab_FailureCode code, int error, const char *format, ...)
{
    char sentence[640];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    qdalab_Failure failure = {.code = code, .error = error, .message = qda_text(sentence)};
    agent_reply(agent, to, qdalab_FromAgent_failure_tag, qdalab_Failure_fields, &failure);
}

bool agent_reply_put(struct agent *agent, uint64_t to, uint32_t tag, const struct qda_put *put)
{
    if (put->full) {
        agent_fail(agent, to, qdalab_FailureCode_FAILURE_LIMIT, -EMSGSIZE,
                   "The answer is longer than the agent's buffer of %u bytes. This board gives more readings than expected.",
                   (unsigned)put->cap);
        return false;
    }
    conn_send(&agent->conn, to, &(struct qda_body){tag, put->buf, put->len});
    return true;
}

void agent_log(struct agent *agent, qdalab_LogLevel level, const char *format, ...)
{
    char text[320];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    qdalab_LogLine line = {.level = level, .utc_ns = agent->sys->ops->utc_ns(agent->sys), .text = qda_text(text)};
    agent_reply(agent, 0, qdalab_FromAgent_log_tag, qdalab_LogLine_fields, &line);
}

static void say_log(struct agent *agent, const qdalab_LogLine *line)
{
    agent_reply(agent, 0, qdalab_FromAgent_log_tag, qdalab_LogLine_fields, line);
}

/* HAP_debug: 0 low, 1 medium, 2 high, 3 error, 4 fatal. */
static qdalab_LogLevel log_level(int level)
{
    return level >= 3 ? qdalab_LogLevel_LOG_ERROR : level == 2 ? qdalab_LogLevel_LOG_INFO : qdalab_LogLevel_LOG_DEBUG;
}

void agent_dsp_log(void *arg, const char *source, int level, const char *text)
{
    struct agent *agent = arg;
    uint64_t now = agent->sys->ops->utc_ns(agent->sys);
    if (!conn_live(&agent->conn))
        return;
    if (conn_pending(&agent->conn) > CONN_OUT_BYTES / 2) {
        agent->log_dropped++;
        return;
    }
    if (agent->log_dropped > 0) {
        char lost[80];
        snprintf(lost, sizeof(lost), "%llu lines of the log are left out here: the host was slow.", (unsigned long long)agent->log_dropped);
        agent->log_dropped = 0;
        say_log(agent, &(qdalab_LogLine){.level = qdalab_LogLevel_LOG_WARN, .utc_ns = now, .text = qda_text(lost), .source = qda_text(source)});
    }
    say_log(agent, &(qdalab_LogLine){.level = log_level(level), .utc_ns = now, .text = qda_text(text), .source = qda_text(source)});
}
