/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/tree.h"

#include <errno.h>
#include <string.h>

/* /usr/lib/rfsa/adsp: where a Linux board keeps what its DSPs run. The shell is the stand-in for the virtual DSP. */

#define SHELL "fastrpc_shell_unsigned_3" /* 3: the domain of the compute DSP */

extern const unsigned char qda_dsp_shell[]; /* native/dsp/shell, as it was built with this program */
extern const size_t qda_dsp_shell_len;

static bool is_shell(const char *rest)
{
    return strcmp(rest, "/" SHELL) == 0;
}

static int vendor_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    (void)board;
    if (rest[0] == '\0')
        vq_stat_dir(out, 0755);
    else if (is_shell(rest))
        vq_stat_file(out, 0644, qda_dsp_shell_len);
    else
        return -ENOENT;
    return 0;
}

static int vendor_list(const struct vq_board *board, const char *rest, FILE *out)
{
    (void)board;
    if (rest[0] != '\0')
        return is_shell(rest) ? -ENOTDIR : -ENOENT;
    vq_say_name(out, SHELL);
    return 0;
}

static int vendor_read(struct vq_board *board, const char *rest, FILE *out)
{
    (void)board;
    if (!is_shell(rest))
        return rest[0] == '\0' ? -EISDIR : -ENOENT;
    return fwrite(qda_dsp_shell, 1, qda_dsp_shell_len, out) == qda_dsp_shell_len ? 0 : -ENOMEM;
}

const struct vq_room vq_room_vendor = {
    .prefix = "/usr/lib/rfsa/adsp", .stat = vendor_stat, .list = vendor_list, .read = vendor_read
};
