/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "driver/generations.h"
#include "driver/proof.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"

/* v1's QUERY asked with the read-write form of its number: 16 bytes, of which a driver with v1's QUERY reads none. */
#define PROBE_QUERY QDA_IOWR('d', 0x40, struct qda_v1_query)
QDA_ABI_VALUE(PROBE_QUERY, 0xc0106440u);

static int is_name(const uint8_t name[16])
{
    size_t len = strnlen((const char *)name, 16);
    if (len == 0 || len == 16)
        return 0;
    for (size_t i = 0; i < len; i++)
        if (!isgraph(name[i]))
            return 0;
    return 1;
}

/*
 * RFC, v1 and v2 write the DSP's name whatever the input is; a QUERY that takes a type fails on 0xff.. (derived from the
 * postings, not tried on hardware). 0 with the name, or -errno; -EPROTO where it answered no name.
 */
static int probe_query(struct qda_sys *sys, int fd, char dsp[16])
{
    struct qda_v1_query arg;
    memset(&arg, 0xff, sizeof(arg));
    int err = sys->ops->ioctl(sys, fd, PROBE_QUERY, &arg);
    if (err < 0)
        return err;
    if (err > 0 || !is_name(arg.dsp_name))
        return -EPROTO;
    memcpy(dsp, arg.dsp_name, sizeof(arg.dsp_name));
    return 0;
}

/*
 * GEM_MMAP_OFFSET on zeroes with byte 12 set: v1 sees pad != 0 and says EINVAL before it looks at the handle; the RFC
 * sees handle 0 and says ENOENT (derived as well).
 */
static int probe_mmap_offset(struct qda_sys *sys, int fd)
{
    uint8_t arg[sizeof(struct qda_v1_gem_mmap_offset)] = { 0 };
    arg[offsetof(struct qda_v1_gem_mmap_offset, pad)] = 1;
    return sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_GEM_MMAP_OFFSET, arg);
}

static void say_no_query(const char *why, int err, struct qda_proof *out)
{
    qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                  "refused: no proof by BTF (%s), and QUERY as v1 has it answered no DSP name (%s), as on newer drivers, whose "
                  "layouts this build does not know; only --generation v1|rfc overrides this",
                  why, err == -EPROTO ? "unprintable" : strerror(-err));
}

void qda_prove_by_probe(struct qda_sys *sys, int fd, const char *why, struct qda_proof *out)
{
    *out = (struct qda_proof){ .state = QDA_PROOF_ABSENT };
    int err = probe_query(sys, fd, out->dsp);
    if (err < 0) {
        say_no_query(why, err, out);
        return;
    }
    err = probe_mmap_offset(sys, fd);
    if (err == -ENOENT)
        qda_proof_say(out, QDA_PROOF_PROVEN, &qda_driver_rfc,
                      "GEM_MMAP_OFFSET read its handle from byte 0 (ENOENT), as only %s does; no BTF: %s",
                      qda_driver_rfc.title, why);
    else if (err == -EINVAL)
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                      "refused: no proof by BTF (%s), and v1 and newer drivers answer the probes alike; if this board runs "
                      "%s, say --generation v1",
                      why, qda_driver_v1.title);
    else
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                      "refused: no proof by BTF (%s), and GEM_MMAP_OFFSET answered the probe as no known QDA does (%s); only "
                      "--generation v1|rfc overrides this",
                      why, err < 0 ? strerror(-err) : "success");
}
