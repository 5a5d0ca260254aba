/* runner.c - the boss of the crew for a plan: hands out what the schedule says, puts what comes back into
 * the outcome. With adaptive replications results count in the order of their numbers, and those that come
 * early wait as bytes. */
#include "sim/experiment/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/crew.h"
#include "sim/experiment/gather.h"
#include "sim/experiment/progress.h"
#include "sim/experiment/ranks.h"
#include "sim/experiment/schedule.h"
#include "sim/experiment/store.h"
#include "sim/experiment/summary.h"
#include "sim/kernel/check.h"

/* A trial that came before its turn: its bytes, or why it could not be run. */
struct early {
    struct bytes bytes;
    char *failure;
};

struct run {
    const struct plan *plan;
    const struct runner_options *opt;
    struct outcome *outcome;
    struct schedule schedule;
    struct gather gather;
    struct progress progress;
    struct trial_room room;
    struct early *early;  /* per trial, adaptive plans only */
    struct trial decoded; /* buffers for one that waited; taken when first needed */
    double *column;       /* [replications]: the deciding metric of a point */
    size_t failed_trial;  /* trial of outcome->failure */
};

static size_t index_of(const struct run *r, size_t point, uint32_t rep)
{
    return point * r->plan->replications + rep;
}

static int no_memory(struct run *r)
{
    snprintf(r->outcome->error, sizeof r->outcome->error, "not enough memory for the results");
    return -1;
}

/* --- one trial into the outcome ------------------------------------------------------------------- */

/* Closes the point if it has enough: with fixed replications when all are in, be it as failures. */
static int decide(struct run *r, size_t point)
{
    const struct plan *p = r->plan;
    struct point_summary *s = &r->outcome->point[point];
    const double *value = r->outcome->value + index_of(r, point, 0) * p->study->n_metrics;
    if (p->until == PLAN_FIXED && s->done + s->failed == p->replications)
        schedule_close(&r->schedule, point);
    for (uint32_t i = 0; p->until != PLAN_FIXED && i < s->done; i++)
        r->column[i] = value[i * p->study->n_metrics + p->until];
    if (p->until != PLAN_FIXED)
        s->precise = schedule_decide(&r->schedule, point, r->column, s->done);
    s->closed = r->schedule.place[point].closed;
    return s->closed ? gather_close(&r->gather, point) : 0;
}

/* The point is left without metrics; of several failures the first trial's is told. */
static int count_failure(struct run *r, size_t point, uint32_t rep, const char *why)
{
    struct outcome *o = r->outcome;
    char label[256];
    o->trials_failed++;
    o->point[point].failed++;
    if (r->plan->until != PLAN_FIXED)
        schedule_close(&r->schedule, point);
    if (index_of(r, point, rep) < r->failed_trial) {
        r->failed_trial = index_of(r, point, rep);
        plan_label(r->plan, &r->plan->point[point], label, sizeof label);
        snprintf(o->failure, sizeof o->failure, "%s, replication %u: %s", label, rep, why);
    }
    return decide(r, point);
}

static int count_trial(struct run *r, size_t point, uint32_t rep, const struct trial *t)
{
    return gather_add(&r->gather, index_of(r, point, rep), t) || decide(r, point) ? -1 : 0;
}

/* --- adaptive plans: in the order of the replications --------------------------------------------- */

static int put_aside(struct run *r, size_t point, uint32_t rep, const struct trial *t, const char *failure)
{
    struct early *e = &r->early[index_of(r, point, rep)];
    struct trial kept = *t;
    if (failure)
        return (e->failure = strdup(failure)) ? 0 : -1;
    if (rep) /* only the first one's course is shown */
        kept.series.rows = kept.spans = 0;
    return trial_encode(r->plan->study, &kept, r->room.batches, &e->bytes);
}

static int count_early(struct run *r, size_t point, uint32_t rep)
{
    struct early *e = &r->early[index_of(r, point, rep)];
    const struct study *study = r->plan->study;
    struct outcome *o = r->outcome;
    if (e->failure)
        return count_failure(r, point, rep, e->failure);
    if (!r->decoded.value && trial_take_buffers(&r->decoded, study, &r->room, &o->arena))
        return -1;
    trial_reset(&r->decoded, study, &r->room);
    if (trial_decode(study, e->bytes.at, e->bytes.n, r->room.batches, &o->names, &r->decoded))
        return -1;
    bytes_term(&e->bytes);
    return count_trial(r, point, rep, &r->decoded);
}

/* Counts what was waiting for the one before it. */
static int catch_up(struct run *r, size_t point)
{
    const struct place *at = &r->schedule.place[point];
    int status = 0;
    while (!status && !at->closed && at->done < r->plan->replications) {
        const struct early *e = &r->early[index_of(r, point, at->done)];
        if (!e->bytes.n && !e->failure)
            break;
        status = count_early(r, point, at->done);
    }
    return status;
}

/* A trial is in: failure says why it could not be run, or is NULL. Returns 0, or -1 without memory. */
static int settle(struct run *r, size_t point, uint32_t rep, const struct trial *t, const char *failure)
{
    const struct place *at = &r->schedule.place[point];
    schedule_settle(&r->schedule, point, rep);
    if (r->plan->until != PLAN_FIXED) {
        if (at->closed)
            return 0;
        if (rep != at->done)
            return put_aside(r, point, rep, t, failure);
    }
    if (failure)
        return count_failure(r, point, rep, failure);
    if (count_trial(r, point, rep, t))
        return -1;
    return r->plan->until != PLAN_FIXED ? catch_up(r, point) : 0;
}

/* --- the boss --------------------------------------------------------------------------------------- */

static enum crew_answer next(void *context, struct task *task)
{
    static const enum crew_answer answers[] = {
        [SCHEDULE_GIVEN] = TASK_GIVEN, [SCHEDULE_NONE_NOW] = TASK_NONE_NOW, [SCHEDULE_NO_MORE] = TASK_NO_MORE
    };
    struct run *r = context;
    size_t point = 0;
    uint32_t rep = 0;
    int status = schedule_next(&r->schedule, &point, &rep);
    if (status == SCHEDULE_GIVEN)
        *task = (struct task){ r->plan->point[point].conf, point, rep };
    return answers[status];
}

/* A record that fails is given up; the simulation is not. */
static void record(struct run *r, const struct task *task, const struct trial *t, double seconds)
{
    struct outcome *o = r->outcome;
    if (r->opt->store && !*o->record)
        store_add(r->opt->store, task->point, task->replication, t, seconds, o->record, sizeof o->record);
}

static enum crew_order done(void *context, const struct task *task, int status, const struct trial *t,
                            double seconds)
{
    struct run *r = context;
    const char *failure = NULL;
    if (status > 0)
        return CREW_GO_ON;
    if (status < 0)
        failure = *t->error ? t->error : "the trial could not be run";
    else
        record(r, task, t, seconds);
    if (settle(r, task->point, task->replication, t, failure)) {
        no_memory(r);
        return CREW_HALT;
    }
    if (!failure)
        progress_add(&r->progress, task->point, t, seconds);
    return r->schedule.place[task->point].closed ? CREW_DROP_POINT : CREW_GO_ON;
}

static void look(void *context)
{
    struct run *r = context;
    struct outcome *o = r->outcome;
    if (r->opt->store && !*o->record)
        store_tend(r->opt->store, o->record, sizeof o->record);
    progress_show(&r->progress, o);
}

/* --- the record of an earlier run ------------------------------------------------------------------- */

static int recall(void *context, size_t point, uint32_t rep, const struct trial *t, double seconds)
{
    struct run *r = context;
    size_t before = r->outcome->trials_done;
    uint64_t events = r->outcome->events;
    if (rep >= r->plan->replications)
        return 0;
    if (settle(r, point, rep, t, NULL))
        return no_memory(r);
    r->outcome->trials_recorded += r->outcome->trials_done - before;
    r->outcome->events_recorded += r->outcome->events - events;
    progress_add(&r->progress, point, t, seconds);
    return 0;
}

static int recall_all(struct run *r)
{
    struct outcome *o = r->outcome;
    struct trial room;
    if (!r->opt->store || !store_recorded(r->opt->store))
        return 0;
    if (trial_take_buffers(&room, r->plan->study, &r->room, &o->arena))
        return no_memory(r);
    int status = store_each(r->opt->store, &room, &o->names, recall, r, o->error, sizeof o->error);
    if (status)
        snprintf(o->record, sizeof o->record, "it cannot be read");
    return status;
}

/* --- a run ------------------------------------------------------------------------------------------ */

static int run_init(struct run *r)
{
    struct outcome *o = r->outcome;
    const struct plan *p = r->plan;
    size_t trials = p->n_points * p->replications;
    r->column = ARENA_ARRAY(&o->arena, double, p->replications);
    r->early = p->until != PLAN_FIXED ? calloc(trials, sizeof *r->early) : NULL;
    if (gather_init(&r->gather, o) || schedule_init(&r->schedule, p, &o->arena) || !r->column ||
        (p->until != PLAN_FIXED && !r->early)) {
        snprintf(o->error, sizeof o->error, "not enough memory for the results of %zu trials", trials);
        return -1;
    }
    return 0;
}

static void run_term(struct run *r)
{
    size_t trials = r->plan->n_points * r->plan->replications;
    for (size_t i = 0; r->early && i < trials; i++) {
        bytes_term(&r->early[i].bytes);
        free(r->early[i].failure);
    }
    free(r->early);
    gather_term(&r->gather);
}

/* What the record has not. */
static int run_crew(struct run *r, struct crew_options *crew)
{
    struct outcome *o = r->outcome;
    const struct crew_boss boss = { .context = r, .next = next, .done = done, .look = look };
    if (r->opt->ranks && ranks_begin(&crew->post, r->plan, &r->room, crew->jobs))
        return no_memory(r);
    int status = crew_run(r->plan->study, &boss, crew, o->error, sizeof o->error);
    return ranks_end(crew->post, o->error, sizeof o->error) ? -1 : status;
}

static int work(struct run *r)
{
    struct outcome *o = r->outcome;
    unsigned others = r->opt->ranks ? ranks_others() : 0;
    struct crew_options crew = { .jobs = others && !r->opt->jobs ? 1 : r->opt->jobs,
                                 .tasks = r->plan->n_points * r->plan->replications,
                                 .name = r->plan->head->name,
                                 .room = r->room,
                                 .stop = r->opt->stop };
    progress_init(&r->progress, &r->schedule, crew_size(&crew) * (others + 1), r->opt->progress);
    int status = recall_all(r);
    if (!status)
        status = run_crew(r, &crew);
    progress_term(&r->progress);
    if (status || *o->error)
        return -1;
    if (r->opt->store && !*o->record)
        store_sync(r->opt->store, o->record, sizeof o->record);
    o->complete = !r->schedule.open && !o->trials_failed;
    o->interrupted = r->schedule.open > 0;
    return gather_finish(&r->gather) || summary_compute(o) ? no_memory(r) : 0;
}

int runner_run(struct outcome *o, const struct plan *plan, const struct runner_options *opt)
{
    struct run r = { .plan = plan,
                     .opt = opt,
                     .outcome = o,
                     .room = { .batches = plan->head->run.batches,
                               .spans = opt->spans && plan->n_points <= SPANS_POINTS_MAX },
                     .failed_trial = SIZE_MAX };
    double begun = monotonic_s();
    *o = (struct outcome){ .plan = plan };
    int status = run_init(&r);
    if (!status)
        status = work(&r);
    run_term(&r);
    o->wall_s = monotonic_s() - begun;
    return status;
}

void outcome_term(struct outcome *o)
{
    arena_term(&o->arena);
    names_term(&o->names);
    *o = (struct outcome){ 0 };
}
