/* SPDX-License-Identifier: MIT */
#include "conformance.h"

#include <errno.h>
#include <pthread.h>

/* ---- no context bank is free: the audio DSP has three */

struct holder {
    pthread_t thread;
    int fd;
};
static struct holder holders[3];

static void *take_bank(void *arg)
{
    struct holder *holder = arg;
    uint32_t handle;
    holder->fd = q_open(&conf_q, ADSP);
    CHECK_INT(q_create(&conf_q, holder->fd, 4096, &handle), 0);
    return NULL;
}

/* Takes all banks of the audio DSP and makes conf_fd a file of it that has none. A buffer of its own node is in *dmabuf. */
static void exhaust(int *dmabuf)
{
    for (int i = 0; i < 3; i++) {
        CHECK_INT(pthread_create(&holders[i].thread, NULL, take_bank, &holders[i]), 0);
        pthread_join(holders[i].thread, NULL); /* the bank is keyed by the opener, alive or not */
    }
    *dmabuf = q_export(&conf_q, holders[0].fd, 1);
    q_close(&conf_q, conf_fd);
    conf_fd = q_open(&conf_q, ADSP);
}

/* One call while no bank is free. */
static long exhausted(long (*call)(void))
{
    int dmabuf;
    exhaust(&dmabuf);
    long result = call();
    q_close(&conf_q, dmabuf);
    for (int i = 0; i < 3; i++)
        q_close(&conf_q, holders[i].fd);
    return result;
}

static long open_another(void)
{
    int other = q_open(&conf_q, ADSP);
    if (other >= 0)
        q_close(&conf_q, other);
    return other;
}

static long query(void)
{
    char name[16];
    long result = conf_q.driver->query(conf_q.sys, conf_fd, name);
    CHECK_STR(name, "adsp");
    return result;
}

/* A handle that needs no bank: of the node's own buffer. */
static uint32_t self_import(long *result)
{
    uint32_t handle = 0;
    int dmabuf = q_export(&conf_q, holders[0].fd, 1);
    *result = q_import(&conf_q, conf_fd, dmabuf, &handle);
    q_close(&conf_q, dmabuf);
    return handle;
}

static long do_self_import(void)
{
    long result;
    self_import(&result);
    return result;
}

static long do_offset(void)
{
    long result;
    uint64_t offset;
    return conf_gem_mmap_offset(conf_fd, self_import(&result), 0, &offset);
}

static long do_export(void)
{
    long result;
    int dmabuf = q_export(&conf_q, conf_fd, self_import(&result));
    if (dmabuf >= 0)
        q_close(&conf_q, dmabuf);
    return dmabuf;
}

static long do_import(void)
{
    uint32_t handle;
    int dmabuf = q_heap(&conf_q, "/dev/dma_heap/reserved", 4096);
    long result = q_import(&conf_q, conf_fd, dmabuf, &handle);
    q_close(&conf_q, dmabuf);
    return result;
}

static long do_create(void)
{
    return conf_gem_create(conf_fd, 4096, 0);
}

long case_no_bank_open(void)
{
    return exhausted(open_another);
}

long case_no_bank_query(void)
{
    return exhausted(query);
}

long case_no_bank_offset(void)
{
    return exhausted(do_offset);
}

long case_no_bank_export(void)
{
    return exhausted(do_export);
}

long case_no_bank_self_import(void)
{
    return exhausted(do_self_import);
}

long case_no_bank_import(void)
{
    return exhausted(do_import);
}

long case_no_bank_create(void)
{
    return exhausted(do_create);
}

long case_no_bank_attach(void)
{
    return exhausted(case_attach);
}

long case_no_bank_session(void)
{
    return exhausted(case_session_no_dsp);
}

long case_no_bank_map(void)
{
    return exhausted(case_map_no_dsp);
}

long case_no_bank_munmap(void)
{
    return exhausted(case_munmap_no_dsp);
}

long case_no_bank_invoke(void)
{
    return exhausted(conf_invoke);
}
