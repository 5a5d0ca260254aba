/* floor: kernel */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/evq_campaign.h"

static void any_delay_at_any_population(void)
{
    static const uint64_t populations[] = { 1, 20, 70, 300, 700, 7000 };
    for (size_t d = 0; d < DELAYS; d++)
        for (size_t i = 0; i < sizeof populations / sizeof *populations; i++) {
            struct pair p;
            pair_init(&p, (uint32_t)(100 * d + i));
            hold(&p, delays[d].delay, populations[i], 20000);
            pair_drain(&p);
            pair_reset(&p);
            waves(&p, delays[d].delay, populations[i], 20000);
            pair_drain(&p);
            if (p.differences)
                printf("\n%s, population %d", delays[d].name, (int)populations[i]);
            CHECK_INT(p.differences, 0);
            CHECK_INT(evq_count(p.evq), 0);
            pair_term(&p);
        }
}

static void mixed_delays(void)
{
    static const uint64_t populations[] = { 50, 1000, 30000 };
    for (size_t i = 0; i < sizeof populations / sizeof *populations; i++) {
        struct pair p;
        pair_init(&p, (uint32_t)i);
        branching(&p, populations[i], 300000);
        pair_drain(&p);
        CHECK_INT(p.differences, 0);
        pair_term(&p);
    }
}

static void a_large_fleet(void)
{
    struct pair p;
    pair_init(&p, 3);
    hold(&p, fleet_mix, 200000, 400000);
    hold(&p, exponential_second, 50000, 200000);
    pair_drain(&p);
    CHECK_INT(p.differences, 0);
    pair_term(&p);
}

static void a_flood_keeps_its_order(void)
{
    struct evq *q = evq_new(0);
    enum { N = 100000 };
    for (uint64_t i = 0; i < N; i++) {
        evq_push(q, 5000, i);
        evq_push(q, (simtime)(i % 10), N + i);
    }
    struct event e;
    for (int i = 0; i < N; i++)
        CHECK(evq_pop(q, &e) && e.time < 10);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < N; i++) {
        wrong += !evq_pop(q, &e) || e.time != 5000 || e.what != i;
        if (i == 0) /* what happens now comes after what was scheduled for now before */
            evq_push(q, 5000, N);
    }
    CHECK_INT(wrong, 0);
    CHECK(evq_pop(q, &e) && e.what == N);
    CHECK(!evq_pop(q, &e));
    evq_free(q);
}

static void the_end_of_time(void)
{
    struct pair p;
    pair_init(&p, 4);
    for (int i = 0; i < 1000; i++) {
        pair_push(&p, SIMTIME_MAX);
        pair_push(&p, SIMTIME_MAX - i % 3);
        pair_push(&p, i);
    }
    for (int i = 0; i < 2500; i++)
        pair_pop(&p);
    CHECK_INT(p.now, SIMTIME_MAX);
    for (int i = 0; i < 300; i++)
        pair_push(&p, SIMTIME_MAX);
    pair_drain(&p);
    CHECK_INT(p.differences, 0);
    CHECK_INT(evq_count(p.evq), 0);
    pair_term(&p);
}

/* Two hundred events near each power of two: the widths of buckets must shrink again and again. */
static void every_scale_at_once(void)
{
    struct pair p;
    pair_init(&p, 5);
    for (int k = 62; k >= 0; k--)
        for (int i = 0; i < 200; i++)
            pair_push(&p, (simtime)((UINT64_C(1) << k) + below(&p, UINT64_C(1) << k / 2)));
    pair_drain(&p);
    CHECK_INT(p.differences, 0);
    pair_term(&p);
}

static void one_far_event_among_many_near(void)
{
    struct pair p;
    pair_init(&p, 6);
    pair_push(&p, SIMTIME_MAX);
    pair_push(&p, INT64_C(31536000000000000));
    hold(&p, few_nanoseconds, 5000, 50000);
    hold(&p, exponential_second, 100, 50000);
    pair_drain(&p);
    CHECK_INT(p.differences, 0);
    pair_term(&p);
}

static void reset_in_the_middle(void)
{
    struct pair p;
    pair_init(&p, 7);
    for (size_t d = 0; d < DELAYS; d++) {
        hold(&p, delays[d].delay, 3000, 5000);
        pair_reset(&p);
        struct event e;
        CHECK_INT(evq_count(p.evq), 0);
        CHECK(!evq_pop(p.evq, &e));
    }
    hold(&p, fleet_mix, 1000, 10000);
    pair_drain(&p);
    CHECK_INT(p.differences, 0);
    pair_term(&p);
}

static void a_glance_sees_what_comes(void)
{
    struct pair p;
    pair_init(&p, 8);
    hold(&p, floods, 500, 1000);
    int seen = 0;
    for (int i = 0; i < 2000; i++) {
        struct event expected, got;
        bool glimpsed = evq_glance(p.evq, 0, &expected);
        push_after(&p, same_delay);
        evq_pop(p.evq, &got);
        heapq_pop(p.heapq, &got);
        p.now = got.time;
        seen += glimpsed && expected.time == got.time;
    }
    CHECK(seen > 1500);
    struct event e;
    CHECK(!evq_glance(p.evq, 1000000, &e));
    pair_term(&p);
}

static void steady_population_takes_no_memory(void)
{
    struct pair p;
    pair_init(&p, 9);
    hold(&p, exponential_second, 10000, 200000);
    size_t bytes = evq_bytes(p.evq);
    for (int i = 0; i < 500000; i++) {
        pair_pop(&p);
        push_after(&p, exponential_second);
    }
    CHECK_INT(evq_bytes(p.evq), bytes);
    pair_term(&p);
}

static void few_bytes_an_event(void)
{
    static const size_t populations[] = { 10000, 100000, 1000000 };
    for (int i = 0; i < 3; i++) {
        struct evq *q = evq_new(0);
        struct rng r = rng_stream(rng_key_make(1, 0), 0, 0, 0);
        size_t n = populations[i];
        for (size_t k = 0; k < n; k++)
            evq_push(q, simtime_from_s(-log(rng_uniform_pos(&r))), k);
        for (size_t k = 0; k < 3 * n; k++) {
            struct event e;
            evq_pop(q, &e);
            evq_push(q, e.time + simtime_from_s(-log(rng_uniform_pos(&r))), k);
        }
        double bytes = (double)evq_bytes(q) / (double)n;
        CHECK(bytes <= 28);
        evq_free(q);
    }
}

/* The exit status of a child that runs f, or minus the signal that ended it. */
static int run_apart(void (*f)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(9);
        f();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void push_into_the_past(void)
{
    struct evq *q = evq_new(0);
    struct event e;
    evq_push(q, 10, 0);
    evq_pop(q, &e);
    evq_push(q, 9, 0);
}

static void the_past_is_over(void) { CHECK_INT(run_apart(push_into_the_past), -SIGABRT); }

/* Sanitizers need address space of their own. gcc says so by a macro, clang by a feature. */
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer)
enum { CAN_LIMIT_MEMORY = 0 };
#else
enum { CAN_LIMIT_MEMORY = 1 };
#endif

/* Fills a queue until the address space is used up: the failure shows and stays, and what is left can
 * be drained. */
static void exhaust_memory(void)
{
    struct rlimit limit = { 256u << 20, 256u << 20 };
    struct rng r = rng_stream(rng_key_make(1, 0), 0, 0, 0);
    struct evq *q = evq_new(0);
    if (!q || setrlimit(RLIMIT_AS, &limit))
        _exit(2);
    for (uint64_t i = 0; i < 20000000 && !evq_failed(q); i++)
        evq_push(q, (simtime)(rng_u64(&r) >> 20), i);
    if (!evq_failed(q))
        _exit(3);
    struct event e;
    simtime last = 0;
    while (evq_pop(q, &e)) {
        if (e.time < last)
            _exit(4);
        last = e.time;
    }
    _exit(evq_failed(q) ? 0 : 5);
}

static void exhaustion_is_reported(void)
{
    if (CAN_LIMIT_MEMORY)
        CHECK_INT(run_apart(exhaust_memory), 0);
    struct evq *q = evq_new(1000);
    CHECK(q && !evq_failed(q) && evq_bytes(q) > 0);
    evq_free(q);
    evq_free(NULL);
}

static void packed_events(void)
{
    uint64_t what = event_pack(63, 0xffffffff, 0xfffffffe);
    CHECK_INT(event_kind(what), 63);
    CHECK_INT(event_gen(what), EVENT_GEN_MASK);
    CHECK_INT(event_who(what), 0xfffffffe);
    what = event_pack(1, 2, 3);
    CHECK(event_kind(what) == 1 && event_gen(what) == 2 && event_who(what) == 3);
}

SUITE("event queue", { "any delay at any population comes out as from a heap", any_delay_at_any_population },
      { "delays of all kinds at once come out as from a heap", mixed_delays },
      { "a large fleet comes out as from a heap", a_large_fleet },
      { "equal times come out in the order of pushing", a_flood_keeps_its_order },
      { "events at the end of time are legal", the_end_of_time },
      { "events on every scale come out as from a heap", every_scale_at_once },
      { "one far event among many near ones comes out as from a heap", one_far_event_among_many_near },
      { "a queue is reset and used again", reset_in_the_middle },
      { "a glance sees what comes next", a_glance_sees_what_comes },
      { "a steady population takes no more memory", steady_population_takes_no_memory },
      { "an event takes at most 28 bytes", few_bytes_an_event },
      { "an event in the past is our own mistake", the_past_is_over },
      { "lack of memory is reported and stays so", exhaustion_is_reported },
      { "an event holds its kind, generation and entity", packed_events })
