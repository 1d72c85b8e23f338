/* SPDX-License-Identifier: MIT */
#ifndef VQ_SLICE_H
#define VQ_SLICE_H

/*
 * Asks for half the usual slice of processor time, where the kernel lets a program say that. Whoever yields goes behind by a slice
 * (EEVDF), and in a call the board has two turns, between each of its caller and its DSP process: with half a slice it has them as
 * often where all three share a processor.
 */
void vq_slice_halve(void);

#endif
