/* SPDX-License-Identifier: MIT */
#ifndef QDA_RPCMSG_AEE_H
#define QDA_RPCMSG_AEE_H

/* AEE codes that the DSP side answers (AEEStdErr); an error of a user process on the DSP arrives as QDA_AEE_REMOTE + code. */
#define QDA_AEE_SUCCESS 0x00
#define QDA_AEE_EFAILED 0x01
#define QDA_AEE_ENOMEMORY 0x02
#define QDA_AEE_ENOSUCH 0x27
#define QDA_AEE_EBADPARM 0x0e
#define QDA_AEE_EUNSUPPORTED 0x14
#define QDA_AEE_REMOTE 0x80000400u

#endif
