/* balancer.c - the policies. Random draws are numbered by balancer; hashes by collar, drawn anew in every
 * replication, for one placement of names on a ring is not the average. */
#include "models/balancer.h"

#include <stdlib.h>

#include "models/world.h"

/* A dead server gets connections until the health check has noticed. */
static bool is_out(const struct world *w, uint8_t server, simtime notice)
{
    const struct server *s = &w->server[server];
    return s->dead && w->now >= simtime_after(s->died, notice);
}

static bool member_is_out(const struct world *w, const struct balancer *b, uint32_t member)
{
    return is_out(w, b->conf->member[member], b->conf->health_check);
}

/* The member k places after the one whose turn it is. */
static uint32_t in_turn(const struct balancer *b, uint32_t k)
{
    uint32_t member = b->next + k;
    return member < b->conf->members ? member : member - b->conf->members;
}

static uint32_t round_robin(struct world *w, struct balancer *b)
{
    uint32_t k = 0;
    while (k + 1 < b->conf->members && member_is_out(w, b, in_turn(b, k)))
        k++;
    return in_turn(b, k);
}

/* Of several with as few, the one whose turn comes first. */
static uint32_t least_connections(struct world *w, struct balancer *b)
{
    uint32_t best = NONE;
    for (uint32_t k = 0; k < b->conf->members; k++) {
        uint32_t m = in_turn(b, k);
        if (member_is_out(w, b, m))
            continue;
        if (best == NONE || w->server[b->conf->member[m]].open < w->server[b->conf->member[best]].open)
            best = m;
    }
    return best == NONE ? b->next : best;
}

/* A member that is not out, other than `but`; NONE where there is none. */
static uint32_t draw(const struct world *w, const struct balancer *b, struct rng *r, uint32_t but)
{
    uint32_t in = 0, found = NONE;
    for (uint32_t m = 0; m < b->conf->members; m++)
        in += m != but && !member_is_out(w, b, m);
    if (!in)
        return NONE;
    uint32_t skip = (uint32_t)(rng_uniform(r) * in);
    for (uint32_t m = 0; m < b->conf->members && found == NONE; m++)
        if (m != but && !member_is_out(w, b, m) && !skip--)
            found = m;
    return found;
}

static struct rng draws_of(struct world *w, struct balancer *b)
{
    return rng_stream(w->key, DRAW_BALANCE, (uint32_t)(b - w->balancer), b->draws++);
}

static uint32_t at_random(struct world *w, struct balancer *b)
{
    struct rng r = draws_of(w, b);
    uint32_t m = draw(w, b, &r, NONE);
    return m == NONE ? 0 : m;
}

/* Two different ones at random, and the less busy of them (Mitzenmacher 2001). */
static uint32_t power_of_two(struct world *w, struct balancer *b)
{
    struct rng r = draws_of(w, b);
    uint32_t one = draw(w, b, &r, NONE);
    if (one == NONE)
        return 0;
    uint32_t other = draw(w, b, &r, one);
    if (other == NONE)
        return one;
    const struct server *s = w->server;
    return s[b->conf->member[other]].open < s[b->conf->member[one]].open ? other : one;
}

/* The first point at or after the collar's whose server is not out (Karger et al. 1997): when a server dies
 * its connections go to others, and nobody else's move. */
static uint8_t consistent_hash(struct world *w, struct balancer *b, uint32_t collar)
{
    struct rng r = rng_stream(w->key, DRAW_BALANCE, NONE, collar);
    uint64_t at = rng_u64(&r);
    uint32_t low = 0, high = b->points;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (b->ring[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t k = 0;
    while (k + 1 < b->points && is_out(w, b->ring[(low + k) % b->points].server, b->conf->health_check))
        k++;
    return b->ring[(low + k) % b->points].server;
}

uint8_t balancer_choose(struct world *w, uint32_t balancer, uint32_t collar)
{
    static uint32_t (*const policies[])(struct world *, struct balancer *) = {
        [BALANCE_ROUND_ROBIN] = round_robin,
        [BALANCE_LEAST_CONNECTIONS] = least_connections,
        [BALANCE_RANDOM] = at_random,
        [BALANCE_POWER_OF_TWO] = power_of_two,
    };
    struct balancer *b = &w->balancer[balancer];
    if (b->conf->policy == BALANCE_CONSISTENT_HASH)
        return consistent_hash(w, b, collar);
    uint32_t m = policies[b->conf->policy](w, b);
    b->next = m + 1 < b->conf->members ? m + 1 : 0;
    return b->conf->member[m];
}

/* --- a trial ------------------------------------------------------------------------------------------ */

static int by_place(const void *a, const void *b)
{
    const struct hash_point *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->server > y->server) - (x->server < y->server);
}

static bool make_ring(struct world *w, struct balancer *b, uint32_t index)
{
    uint32_t each = (uint32_t)b->conf->points;
    b->points = each * b->conf->members;
    b->ring = malloc(b->points * sizeof *b->ring);
    if (!b->ring) {
        w->failed = "out of memory";
        return false;
    }
    for (uint32_t i = 0; i < b->points; i++) {
        struct rng r = rng_stream(w->key, DRAW_RING, index, i);
        b->ring[i] = (struct hash_point){ rng_u64(&r), b->conf->member[i / each] };
    }
    qsort(b->ring, b->points, sizeof *b->ring, by_place);
    return true;
}

void balancers_free(struct world *w)
{
    for (uint32_t i = 0; i < w->balancers; i++)
        free(w->balancer[i].ring);
    free(w->balancer);
    w->balancer = NULL;
    w->balancers = 0;
}

bool balancers_start(struct world *w)
{
    balancers_free(w);
    uint32_t n = (uint32_t)w->conf->routes.n;
    if (!n)
        return true;
    w->balancer = calloc(n, sizeof *w->balancer);
    if (!w->balancer) {
        w->failed = "out of memory";
        return false;
    }
    w->balancers = n;
    for (uint32_t i = 0; i < n; i++) {
        struct balancer *b = &w->balancer[i];
        b->conf = conf_route(w->conf, i);
        if (b->conf->policy == BALANCE_CONSISTENT_HASH && !make_ring(w, b, i))
            return false;
    }
    return true;
}
