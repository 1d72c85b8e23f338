/* SPDX-License-Identifier: MIT */
#ifndef QDA_DRIVER_GENERATIONS_H
#define QDA_DRIVER_GENERATIONS_H

#include "driver/driver.h"

/* The tables, one a file; callers get them through qda_driver_for. */
extern const struct qda_driver qda_driver_v1;
extern const struct qda_driver qda_driver_rfc;
extern const struct qda_driver qda_driver_fastrpc;

#endif
