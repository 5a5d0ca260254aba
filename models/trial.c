/* trial.c - a trial as the experiment floor asks for it: its warm-up found where it must be, and the world
 * run. */
#include "models/trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "models/metrics.h"
#include "models/world.h"

#define POOL_FIRST 1024u

void *trial_worker_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->q = evq_new(POOL_FIRST);
    w->gave_up = malloc(sizeof *w->gave_up);
    w->sample = malloc((SAMPLES + 2) * COLUMNS * sizeof *w->sample);
    w->pilot.level = malloc(PILOT_SLICES * sizeof *w->pilot.level);
    if (w->q && w->gave_up && w->sample && w->pilot.level)
        return w;
    trial_worker_free(w);
    return NULL;
}

void trial_worker_free(void *worker)
{
    struct world *w = worker;
    void *const pieces[] = { w->gave_up,    w->sample,       w->pilot.level,   w->batches.hist[0],
                             w->fleet,      w->link,         w->server,        w->collar,
                             w->conn,       w->req,          w->thread,        w->state_memory,
                             w->reports.at, w->faults.spell, w->reconnects.at, w->times };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        free(pieces[i]);
    machines_free(w);
    locks_free(w);
    backends_free(&w->backends);
    balancers_free(w);
    free(w->meter);
    evq_free(w->q);
    free(w);
}

/* The trial proper, once its warm-up is known. Like trial_run(). */
static int measured_run(struct world *w, const struct herd_conf *conf, struct rng_key key, simtime warm,
                        const atomic_int *stop, struct trial *out)
{
    world_start(w, conf, key, warm, simtime_after(warm, conf->head.run.duration), out);
    if (!w->failed && batches_prepare(w) && !world_run(w, stop))
        return 1;
    if (!w->failed)
        measure_finish(w, out);
    out->events += w->events;
    return w->failed ? -1 : 0;
}

/* The trial after a pilot that tells its warm-up. */
static int found_run(struct world *w, const struct herd_conf *conf, uint64_t seed, uint32_t rep,
                     const atomic_int *stop, struct trial *out)
{
    struct warmup warm;
    if (!pilot_run(w, conf, seed, rep, stop, &warm, &out->transient))
        return 1;
    out->events = w->events;
    if (w->failed)
        return -1;
    int status = measured_run(w, conf, rng_key_make(seed, rep), warm.until, stop, out);
    out->value[M_WARMUP_FOUND] = warm.found;
    return status;
}

int trial_run(void *worker, const void *conf, uint64_t seed, uint32_t rep, const atomic_int *stop,
              struct trial *out)
{
    struct world *w = worker;
    const struct herd_conf *c = conf;
    simtime warmup = c->head.run.warmup;
    sim_place.scenario = c->head.name;
    sim_place.replication = rep;
    out->events = 0;
    out->transient.rows = 0;
    int status = warmup == WARMUP_AUTO ? found_run(w, c, seed, rep, stop, out)
                                       : measured_run(w, c, rng_key_make(seed, rep), warmup, stop, out);
    if (status < 0)
        snprintf(out->error, sizeof out->error, "%s", w->failed);
    return status;
}
