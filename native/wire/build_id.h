/* SPDX-License-Identifier: MIT */
#ifndef QDA_BUILD_ID_H
#define QDA_BUILD_ID_H

/* 40 hexadecimal digits: a hash of every native source (build-id.sh), the same for the same sources on any machine. */
extern const char qda_build_id[];
#define QDA_BUILD_ID qda_build_id

#endif
