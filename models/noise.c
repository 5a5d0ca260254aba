/* noise.c - what else needs the cores: other programs, kernel threads, other guests of the host. A core that
 * is taken away stands still, whoever has it, and goes on where it was; it is neither idle nor busy
 * meanwhile. On an idle core it is the thread woken next that finds it taken: as much is taken of idle cores
 * as of busy ones. So noise is a class of customers of its own that comes before all others. */
#include "models/sched.h"
#include "models/world.h"

double machine_noise(const struct machine_conf *m)
{
    const struct scheduler_conf *s = &m->scheduler;
    return s->policy == SCHED_PROCESSOR_SHARING ? 0 : s->noise_for.mean / s->noise_every.mean;
}

static void next_at(struct world *w, uint32_t packed, simtime at)
{
    if (at < w->end)
        schedule(w, at, EV_NOISE, 0, packed);
}

void noise_start(struct world *w)
{
    for (uint32_t i = 0; i < w->machines; i++)
        for (uint32_t c = 0; machine_noise(w->machine[i].conf) > 0 && c < w->machine[i].cores; c++) {
            uint32_t packed = core_pack(&w->machine[i], c);
            struct rng g = rng_stream(w->key, DRAW_NOISE, packed, 0);
            simtime first =
                simtime_from_s(dist_draw_residual(&w->machine[i].conf->scheduler.noise_every, &g));
            next_at(w, packed, first);
        }
}

void noise_event(struct world *w, uint32_t packed)
{
    struct machine *m = &w->machine[packed >> CORE_BITS];
    uint32_t c = packed & ((1u << CORE_BITS) - 1);
    const struct scheduler_conf *conf = &m->conf->scheduler;
    struct rng g = rng_stream(w->key, DRAW_NOISE, packed, ++m->core[c].noises);
    core_taken(w, m, c, dist_draw_time(&conf->noise_for, &g));
    simtime gap = dist_draw_time(&conf->noise_every, &g);
    next_at(w, packed, simtime_after(w->now, gap ? gap : 1));
}
