/* ziggurat.h - exponential and normal draws without a logarithm: Marsaglia and Tsang, "The ziggurat
 * method for generating random variables", JSS 5(8), 2000, with 256 layers and 53-bit abscissae.
 *
 * GSL's transforms take a logarithm a draw, as long as an event takes in all; these two are the draws
 * that a fleet makes all the time. Layer i spans [0, x_i) across and f(x_i) to f(x_i+1) upwards; a
 * point of it that lies left of x_i+1 is certainly under the curve, which is 99 draws of 100. */
#ifndef SIM_KERNEL_ZIGGURAT_H
#define SIM_KERNEL_ZIGGURAT_H

#include <stdint.h>

#include "sim/kernel/rng.h"

enum { ZIGGURAT_LAYERS = 256 };

struct ziggurat_layer {
    uint64_t inside; /* 53-bit abscissae below this are under the curve */
    double width;    /* x_i / 2^53 */
};
extern struct ziggurat_layer ziggurat_exponential_layers[ZIGGURAT_LAYERS];
extern struct ziggurat_layer ziggurat_normal_layers[ZIGGURAT_LAYERS];

/* The hundredth draw: an edge or the tail; bits are the draw that did not fit. */
double ziggurat_exponential_edge(struct rng *r, uint64_t bits);
double ziggurat_normal_edge(struct rng *r, uint64_t bits);

/* Exponential with mean 1. Bits 0-7 choose the layer, bits 11-63 the abscissa. */
static inline double ziggurat_exponential(struct rng *r)
{
    uint64_t bits = rng_u64(r), across = bits >> 11;
    const struct ziggurat_layer *l = &ziggurat_exponential_layers[bits & (ZIGGURAT_LAYERS - 1)];
    if (__builtin_expect(across < l->inside, 1))
        return (double)(int64_t)across * l->width;
    return ziggurat_exponential_edge(r, bits);
}

/* Standard normal. Bit 8 is the sign. */
static inline double ziggurat_normal(struct rng *r)
{
    uint64_t bits = rng_u64(r), across = bits >> 11;
    const struct ziggurat_layer *l = &ziggurat_normal_layers[bits & (ZIGGURAT_LAYERS - 1)];
    if (__builtin_expect(across < l->inside, 1)) {
        int64_t side = -(int64_t)(bits >> 8 & 1); /* 0 or -1: negates without a branch */
        return (double)(((int64_t)across ^ side) - side) * l->width;
    }
    return ziggurat_normal_edge(r, bits);
}

#endif
