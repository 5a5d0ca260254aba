/* rng.h - random streams: Philox 4x32-10, a counter-based generator.
 *
 * Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The output is a
 * keyed bijection of a 128-bit counter, so a stream is only its coordinates: (seed, replication) is
 * the key, and (purpose, entity, sequence, block) the counter. Every collar owns one stream for each
 * purpose and each of its reports at no cost in memory, and what one report draws never depends on
 * how many numbers another one took: variants meet the same reports with the same work. */
#ifndef SIM_KERNEL_RNG_H
#define SIM_KERNEL_RNG_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

struct rng_key {
    uint32_t k[2];
};

struct rng {
    uint32_t key[2];
    uint32_t ctr[4]; /* block, sequence, entity, purpose */
    uint64_t spare;  /* the second half of the last block */
    uint32_t left;   /* 1 while spare is unused */
    uint32_t half;   /* for 32-bit draws */
    uint32_t has_half;
};

/* The key of one replication; distinct (seed, replication) give unrelated keys. */
struct rng_key rng_key_make(uint64_t seed, uint32_t replication);

/* The raw bijection, for known-answer tests. */
void rng_philox4x32(const uint32_t key[2], const uint32_t ctr[4], uint32_t out[4]);

/* The next block into r (two 64-bit draws): returns one and keeps the other. */
uint64_t rng_refill(struct rng *r);

static inline struct rng rng_stream(struct rng_key key, uint32_t purpose, uint32_t entity, uint32_t sequence)
{
    return (struct rng){ .key = { key.k[0], key.k[1] }, .ctr = { 0, sequence, entity, purpose } };
}

static inline uint64_t rng_u64(struct rng *r)
{
    if (r->left) {
        r->left = 0;
        return r->spare;
    }
    return rng_refill(r);
}

/* Uniform on [0, 1), 53 bits. */
static inline double rng_uniform(struct rng *r) { return (double)(int64_t)(rng_u64(r) >> 11) * 0x1.0p-53; }

/* Uniform on (0, 1). */
static inline double rng_uniform_pos(struct rng *r)
{
    return ((double)(int64_t)(rng_u64(r) >> 12) + 0.5) * 0x1.0p-52;
}

/* Philox as a GSL generator type: get gives 32 bits, get_double 53. */
extern const gsl_rng_type rng_gsl_type;

/* A view of r for gsl_ran_*: built on the stack, owns nothing, and draws advance r. */
static inline gsl_rng rng_view(struct rng *r) { return (gsl_rng){ .type = &rng_gsl_type, .state = r }; }

#endif
