/* evq_campaign.h - random operations through the event queue and the reference heap at once. */
#ifndef TESTS_EVQ_CAMPAIGN_H
#define TESTS_EVQ_CAMPAIGN_H

#include "sim/kernel/evq.h"
#include "sim/kernel/heapq.h"
#include "sim/kernel/rng.h"
#include "tests/suite.h"

struct pair {
    struct evq *evq;
    struct heapq *heapq;
    struct rng rng;
    simtime now;
    uint64_t pushed;
    uint64_t differences;
};

static inline void pair_init(struct pair *p, uint32_t seed)
{
    *p = (struct pair){ .evq = evq_new(0), .heapq = heapq_new(0) };
    SIM_ASSERT(p->evq && p->heapq);
    p->rng = rng_stream(rng_key_make(seed, 0), 0, 0, 0);
}

static inline void pair_term(struct pair *p)
{
    evq_free(p->evq);
    heapq_free(p->heapq);
}

static inline void pair_reset(struct pair *p)
{
    evq_reset(p->evq);
    heapq_reset(p->heapq);
    p->now = 0;
}

/* Every event carries its own number, so that a wrong order among equal times shows. */
static inline void pair_push(struct pair *p, simtime time)
{
    evq_push(p->evq, time, p->pushed);
    heapq_push(p->heapq, time, p->pushed);
    p->pushed++;
}

static inline bool pair_pop(struct pair *p)
{
    struct event x = { 0, 0 }, y = { 0, 0 };
    bool got_x = evq_pop(p->evq, &x), got_y = heapq_pop(p->heapq, &y);
    if (got_x != got_y || x.time != y.time || x.what != y.what ||
        evq_count(p->evq) != heapq_count(p->heapq)) {
        if (p->differences++ == 0)
            printf("\nafter %llu pushes: %lld #%llu, expected %lld #%llu", (unsigned long long)p->pushed,
                   (long long)x.time, (unsigned long long)x.what, (long long)y.time,
                   (unsigned long long)y.what);
    }
    if (got_y)
        p->now = y.time;
    return got_y;
}

static inline void pair_drain(struct pair *p)
{
    while (pair_pop(p) && p->differences == 0)
        ;
}

/* How far ahead the next event is scheduled. */
typedef simtime delay_maker(struct pair *p);

static inline uint64_t below(struct pair *p, uint64_t n) { return rng_u64(&p->rng) % n; }

static inline simtime no_delay(struct pair *p)
{
    (void)p;
    return 0;
}

static inline simtime one_nanosecond(struct pair *p) { return (simtime)below(p, 2); }

static inline simtime few_nanoseconds(struct pair *p) { return (simtime)below(p, 50); }

static inline simtime within_millisecond(struct pair *p) { return (simtime)below(p, 1000000); }

static inline simtime exponential_second(struct pair *p)
{
    return simtime_from_s(-log(rng_uniform_pos(&p->rng)));
}

/* Every scale that an int64 has. */
static inline simtime any_scale(struct pair *p) { return (simtime)(rng_u64(&p->rng) >> (2 + below(p, 62))); }

/* What a fleet looks like. */
static inline simtime fleet_mix(struct pair *p)
{
    if (below(p, 10) > 0)
        return (simtime)(1000 + below(p, 5000000));
    return (simtime)(30000000000 + below(p, 3570000000000));
}

/* The next full second: everything happens at few instants. */
static inline simtime clock_tick(struct pair *p)
{
    simtime second = 1000000000, ticks = (simtime)(1 + below(p, 3));
    return second * ticks - p->now % second;
}

/* Clock ticks smeared over a microsecond. */
static inline simtime smeared_tick(struct pair *p) { return clock_tick(p) + (simtime)below(p, 1000); }

static inline simtime same_delay(struct pair *p)
{
    (void)p;
    return 1000000;
}

/* One in a thousand lies years ahead. */
static inline simtime far_outlier(struct pair *p)
{
    return below(p, 1000) ? (simtime)below(p, 1000) : (simtime)(300000000000000000 + below(p, 1000));
}

static inline simtime never(struct pair *p) { return below(p, 3) ? (simtime)below(p, 10000) : SIMTIME_MAX; }

/* A third of the events at the current instant, a third at the same later one. */
static inline simtime floods(struct pair *p)
{
    uint64_t what = below(p, 3);
    return what == 0 ? 0 : what == 1 ? 4096 - p->now % 4096 : (simtime)below(p, 20000);
}

/* A mixture that changes its scale as time goes on. */
static inline simtime changing_scale(struct pair *p)
{
    return (simtime)below(p, UINT64_C(1) << (1 + p->pushed / 4096 % 40));
}

/* Always earlier than what is pending, where that is possible. */
static inline simtime ever_earlier(struct pair *p)
{
    return (simtime)(1000000000 - p->pushed % 1000000 * 1000);
}

static const struct {
    const char *name;
    delay_maker *delay;
} delays[] = {
    { "no delay", no_delay },
    { "0 or 1 ns", one_nanosecond },
    { "a few ns", few_nanoseconds },
    { "within a millisecond", within_millisecond },
    { "exponential", exponential_second },
    { "any scale", any_scale },
    { "fleet mix", fleet_mix },
    { "clock ticks", clock_tick },
    { "smeared ticks", smeared_tick },
    { "the same delay", same_delay },
    { "far outliers", far_outlier },
    { "never", never },
    { "floods", floods },
    { "changing scale", changing_scale },
    { "ever earlier", ever_earlier },
};
enum { DELAYS = sizeof delays / sizeof *delays };

static inline void push_after(struct pair *p, delay_maker *delay)
{
    pair_push(p, simtime_after(p->now, delay(p)));
}

/* Holds n events for a number of operations. */
static inline void hold(struct pair *p, delay_maker *delay, uint64_t n, uint64_t operations)
{
    for (uint64_t i = 0; i < n; i++)
        push_after(p, delay);
    for (uint64_t i = 0; i < operations && p->differences == 0; i++) {
        pair_pop(p);
        push_after(p, delay);
    }
}

/* Grows to about n and drains, again and again, in bursts of random length. */
static inline void waves(struct pair *p, delay_maker *delay, uint64_t n, uint64_t operations)
{
    bool growing = true;
    for (uint64_t done = 0; done < operations && p->differences == 0;) {
        uint64_t burst = 1 + below(p, 1 + n / 8);
        for (uint64_t i = 0; i < burst; i++, done++) {
            if (below(p, 4) < (growing ? 3u : 1u))
                push_after(p, delay);
            else
                pair_pop(p);
        }
        if (heapq_count(p->heapq) >= n)
            growing = false;
        if (heapq_count(p->heapq) == 0)
            growing = true;
    }
}

/* Every event that happens schedules none to three others, another kind of delay each time. */
static inline void branching(struct pair *p, uint64_t n, uint64_t operations)
{
    for (uint64_t i = 0; i < operations && p->differences == 0; i++) {
        pair_pop(p);
        uint64_t count = heapq_count(p->heapq), children = count < n / 2 ? 1 + below(p, 3) : below(p, 3);
        if (count > n)
            children = 0;
        for (; children > 0; children--)
            push_after(p, delays[below(p, DELAYS)].delay);
    }
}

#endif
