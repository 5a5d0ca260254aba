#include "sim/kernel/rng.h"

/* Multipliers and Weyl increments of the published generator. */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u
enum { PHILOX_ROUNDS = 10 };

static inline void philox(const uint32_t key[2], const uint32_t ctr[4], uint32_t out[4])
{
    uint32_t k0 = key[0], k1 = key[1];
    uint32_t c0 = ctr[0], c1 = ctr[1], c2 = ctr[2], c3 = ctr[3];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t p0 = (uint64_t)PHILOX_M0 * c0, p1 = (uint64_t)PHILOX_M1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void rng_philox4x32(const uint32_t key[2], const uint32_t ctr[4], uint32_t out[4]) { philox(key, ctr, out); }

/* A stream that outlives its 2^32 blocks goes on in the upper half of the purpose, which no stream
 * begins in: purposes are small numbers. */
uint64_t rng_refill(struct rng *r)
{
    uint32_t out[4];
    philox(r->key, r->ctr, out);
    if (__builtin_expect(!++r->ctr[0], 0))
        r->ctr[3] += 0x10000u;
    r->spare = (uint64_t)out[3] << 32 | out[2];
    r->left = 1;
    return (uint64_t)out[1] << 32 | out[0];
}

/* A bijection of 64 bits in which every input bit touches every output bit. */
static uint64_t mix64(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* Injective in the seed for each replication, and in the replication for each seed. */
struct rng_key rng_key_make(uint64_t seed, uint32_t replication)
{
    uint64_t k = mix64(mix64(seed + 0x9e3779b97f4a7c15u) + (uint64_t)replication * 0xd1342543de82ef95u);
    return (struct rng_key){ { (uint32_t)k, (uint32_t)(k >> 32) } };
}

static void gsl_set(void *state, unsigned long seed)
{
    struct rng *r = state;
    *r = rng_stream(rng_key_make(seed, 0), 0, 0, 0);
}

static unsigned long gsl_get(void *state)
{
    struct rng *r = state;
    if (r->has_half) {
        r->has_half = 0;
        return r->half;
    }
    uint64_t both = rng_u64(r);
    r->half = (uint32_t)(both >> 32);
    r->has_half = 1;
    return (uint32_t)both;
}

static double gsl_get_double(void *state) { return rng_uniform(state); }

const gsl_rng_type rng_gsl_type = {
    .name = "philox4x32-10",
    .max = 0xffffffffu,
    .min = 0,
    .size = sizeof(struct rng),
    .set = gsl_set,
    .get = gsl_get,
    .get_double = gsl_get_double,
};
