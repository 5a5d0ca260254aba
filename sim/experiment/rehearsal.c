#include "sim/experiment/rehearsal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/experiment/crew.h"
#include "sim/experiment/progress.h"

#define POINTS_TRIED 40u
#define SHARE        0.02 /* of a trial's simulated time, to begin with */

struct stage {
    const struct plan *plan;
    const atomic_int *stop;
    void *workspace, *conf; /* conf: the point's, but shorter */
    struct trial trial;
    struct trial_room room;
    struct arena arena;
    double seconds; /* spent on events that were counted */
    double events;
};

static const atomic_int never;

static int stage_init(struct stage *s)
{
    const struct study *study = s->plan->study;
    s->conf = arena_take(&s->arena, 1, study->root->size);
    if (!s->conf || trial_take_buffers(&s->trial, study, &s->room, &s->arena))
        return -1;
    return (s->workspace = study->worker_new()) ? 0 : -1;
}

static void stage_term(struct stage *s)
{
    if (s->workspace)
        s->plan->study->worker_free(s->workspace);
    arena_term(&s->arena);
}

static simtime shorter(simtime t, double share)
{
    simtime cut = (simtime)((double)t * share);
    return t == WARMUP_AUTO ? t : cut < 1 ? (t > 0 ? 1 : 0) : cut;
}

/* Seconds that a share of the point's simulated time takes; NaN: it could not be run. */
static double try_share(struct stage *s, size_t point, double share)
{
    const struct study *study = s->plan->study;
    memcpy(s->conf, s->plan->point[point].conf, study->root->size);
    struct scenario_head *head = (struct scenario_head *)s->conf;
    head->run.duration = shorter(head->run.duration, share);
    head->run.warmup = shorter(head->run.warmup, share);
    trial_reset(&s->trial, study, &s->room);
    double begun = monotonic_s();
    int status =
        study->trial(s->workspace, s->conf, head->run.seed, 0, s->stop ? s->stop : &never, &s->trial);
    double seconds = monotonic_s() - begun;
    s->events += (double)s->trial.events;
    s->seconds += seconds;
    return status ? NAN : seconds;
}

/* Seconds that a whole trial takes: the share grows until its time can be measured, and the last two shares
 * tell what is begun once (connections) from what goes on. */
static double try_point(struct stage *s, size_t point, double budget)
{
    double share = SHARE, seconds = try_share(s, point, share), spent = seconds, rate = seconds / share;
    while (seconds < budget / 4 && spent < budget && share < 1) {
        double before = seconds, smaller = share;
        share = fmin(share * 4, 1);
        seconds = try_share(s, point, share);
        spent += seconds;
        rate = fmax(seconds - before, 0) / (share - smaller);
    }
    return seconds + (1 - share) * rate;
}

static void add_memory(const struct plan *p, size_t tried, double *bytes)
{
    struct forecast f = { 0 };
    if (!p->study->forecast)
        return;
    p->study->forecast(p->point[tried].conf, &f);
    *bytes = fmax(*bytes, f.bytes);
}

/* What the results of all trials hold. */
static double results_bytes(const struct plan *p)
{
    const struct study *s = p->study;
    double trial = (double)(s->n_metrics * sizeof(double) + sizeof(struct verdict));
    return (double)p->n_points * (trial * p->replications + 64 * 1024.0);
}

/* The most that this process has held: the program, and one worker's worlds. */
static double resident_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : 1024.0 * (double)usage.ru_maxrss;
}

static void count(const struct stage *s, struct rehearsal *r, double one, double bytes)
{
    const struct plan *p = s->plan;
    double points = (double)p->n_points / r->jobs;
    r->wall_s = one * points * p->min_replications;
    r->wall_most_s = one * points * p->replications;
    r->events_per_s = s->seconds > 0 ? s->events / s->seconds : NAN;
    r->bytes = fmax(resident_bytes(), bytes) + bytes * (r->jobs - 1) + results_bytes(p);
}

int rehearse(const struct plan *p, unsigned jobs, const atomic_int *stop, struct rehearsal *r)
{
    struct stage s = { .plan = p, .stop = stop, .room = { .batches = p->head->run.batches } };
    const struct crew_options crew = { .jobs = jobs, .tasks = p->n_points * p->replications };
    size_t tried = p->n_points < POINTS_TRIED ? p->n_points : POINTS_TRIED;
    double sum = 0, bytes = 0;
    *r = (struct rehearsal){ .jobs = crew_size(&crew), .points = tried };
    int status = stage_init(&s);
    for (size_t i = 0; i < tried && !status; i++) {
        size_t point = tried > 1 ? i * (p->n_points - 1) / (tried - 1) : 0;
        sum += try_point(&s, point, REHEARSAL_S / (double)tried);
        add_memory(p, point, &bytes);
        if (stop && atomic_load(stop))
            status = 1;
    }
    count(&s, r, sum / (double)tried, bytes);
    stage_term(&s);
    return status ? status : isnan(sum) ? -1 : 0;
}
