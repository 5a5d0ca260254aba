/* design.h - designs that fill a space: points in the unit cube for experiments over many factors. */
#ifndef SIM_STATS_DESIGN_H
#define SIM_STATS_DESIGN_H

#include <stddef.h>
#include <stdint.h>

/* Dimensions for which GSL has direction numbers. */
#define DESIGN_SOBOL_MAX 40u

/* The first n points after the origin of Sobol's sequence (Sobol' 1967; Antonov and Saleev 1979; GSL) in k
 * dimensions, at most DESIGN_SOBOL_MAX, row by row into u[n x k], all within (0, 1). Returns 0, or -1
 * without memory. */
int design_sobol(double *u, size_t n, size_t k);

/* A Latin hypercube (McKay, Beckman and Conover 1979): in each of k dimensions every n-th of [0, 1) holds
 * exactly one of the n points, at random within it. Of several hypercubes, as many as time allows, the one
 * whose nearest points lie farthest apart (maximin: Johnson, Moore and Ylvisaker 1990). The seed alone
 * decides. Returns 0, or -1 without memory. */
int design_latin(double *u, size_t n, size_t k, uint64_t seed);

#endif
