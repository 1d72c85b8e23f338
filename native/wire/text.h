/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEXT_H
#define QDA_TEXT_H

#include <pb.h>

/*
 * Text that comes from a board (names of processes, lines of sysfs) may hold any bytes, but a protobuf string is UTF-8.
 * Every byte that is not part of a valid sequence becomes '?'.
 */
void qda_text_clean(char *text, size_t len);
/* Copies at most cap - 1 bytes, valid and NUL-terminated; never cuts a character in two. Bytes written without the NUL. */
size_t qda_text_copy(char *out, size_t cap, const char *text);

/* For the string fields of nanopb's structs, whose text must live until the message is encoded. NULL and "" are left out. */
pb_callback_t qda_text(const char *text);
/* For an `optional string`: NULL is absent, "" is there and empty. */
pb_callback_t qda_text_present(const char *text);

#endif
