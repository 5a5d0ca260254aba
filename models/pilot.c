/* pilot.c - how long the warm-up is, found by running a world of the same kind before the one that is
 * measured.
 *
 * What is watched is the number of reports under way: it is what fills up from empty, and by Little's law
 * what latency goes with. The pilot draws from streams of its own: a window that begins where its own data
 * look settled begins after a busy time rather than in one, and is too quiet (M/M/1 at 0.9, 20 000 services:
 * mean wait 5 % low; nothing to be seen with a pilot apart). Fleets that report once, when the window opens,
 * are not seen. */
#include "models/world.h"
#include "sim/stats/mser.h"

#define AUTO_OPENING (10 * (simtime)NS_PER_S) /* DESIGN: with `warmup: auto` connections open over 10 s */

/* Replications are fewer than this (run_conf.c). */
#define PILOT_STREAMS 0x80000000u

#define SLICES_PER_ROW (PILOT_SLICES / TRANSIENT_ROWS)
_Static_assert(PILOT_SLICES % TRANSIENT_ROWS == 0, "a row of the transient is a whole number of slices");

simtime opening_span(const struct herd_conf *conf)
{
    simtime warmup = conf->head.run.warmup;
    return warmup == WARMUP_AUTO ? AUTO_OPENING : warmup / 2;
}

void pilot_slice(struct world *w)
{
    struct pilot *p = &w->pilot;
    gauge_area area = gauge_area_until(&w->outstanding.number, w->now);
    p->level[p->n++] = (double)(area - p->before) / (double)p->slice;
    p->before = area;
    if (p->n < p->room)
        schedule(w, w->now + p->slice, EV_SLICE, 0, 0);
}

simtime pilot_earliest(const struct herd_conf *conf)
{
    for (uint32_t i = 0; i < conf->fleets.n; i++)
        if (conf_fleet(conf, i)->connection.kind == CONNECTION_PERSISTENT)
            return AUTO_OPENING;
    return 0;
}

/* As long as the measurement, but not shorter than the opening, from the earliest possible end on. */
static void plan(struct pilot *p, const struct herd_conf *conf)
{
    simtime from = pilot_earliest(conf), duration = conf->head.run.duration;
    simtime length = simtime_after(from, duration > from ? duration : from);
    p->slice = length > PILOT_SLICES ? length / PILOT_SLICES : 1;
    p->room = length > PILOT_SLICES ? PILOT_SLICES : (size_t)length;
    p->n = 0;
    p->before = 0;
}

static struct warmup judge(const struct pilot *p, simtime from)
{
    size_t first = (size_t)((from + p->slice - 1) / p->slice);
    if (p->n < p->room) { /* an overload ended it: half of what there was */
        size_t begin = p->n > first ? first : 0;
        return (struct warmup){ .until = (simtime)((begin + p->n) / 2) * p->slice };
    }
    struct mser m = mser5(p->level + first, p->n - first);
    return (struct warmup){ .until = (simtime)(first + m.cut) * p->slice, .found = m.found };
}

static void show(const struct pilot *p, struct transient *t)
{
    if (!t->level)
        return;
    t->slice = simtime_to_s(p->slice) * SLICES_PER_ROW;
    t->rows = p->n / SLICES_PER_ROW;
    for (size_t i = 0; i < t->rows; i++) {
        double sum = 0;
        for (size_t k = 0; k < SLICES_PER_ROW; k++)
            sum += p->level[i * SLICES_PER_ROW + k];
        t->level[i] = sum / SLICES_PER_ROW;
    }
}

bool pilot_run(struct world *w, const struct herd_conf *conf, uint64_t seed, uint32_t rep,
               const atomic_int *stop, struct warmup *warm, struct transient *shown)
{
    struct hist *none[TRIAL_HISTS] = { NULL };
    struct trial quiet = { .hist = none }; /* the window never opens, so nothing is recorded */
    struct pilot *p = &w->pilot;
    plan(p, conf);
    world_start(w, conf, rng_key_make(seed, rep | PILOT_STREAMS), SIMTIME_MAX, p->slice * (simtime)p->room,
                &quiet);
    schedule(w, p->slice, EV_SLICE, 0, 0);
    bool ran = world_run(w, stop);
    w->out = NULL;
    if (ran && !w->failed) {
        *warm = judge(p, pilot_earliest(conf));
        show(p, shown);
    }
    return ran;
}
