/* floor: experiment */
#include "tests/suite.h"

#include "sim/experiment/ranks.h"
#include "sim/experiment/ranks_launch.h"
#include "sim/experiment/runner.h"
#include "tests/toy.h"

#define HEAD "herdsim: 1\nserver: {model: exponential}\n"
#define FIXED \
    HEAD "run: {duration: 1 h, replications: 9}\nsweep: {load: [0.2, 0.5, 1.2], customers: [50, 2000]}\n"
#define UNTIL \
    HEAD "run: {duration: 1 h, replications: {min: 3, max: 60, until: wait.mean, within: 10 %}}\n" \
         "sweep: {load: [0.2, 0.5]}\n"

/* Ranks of this test's own, in place of those of the floor: `SEATS` workers elsewhere, who run their trials
 * in serve(), the last seat first, and send them as bytes. */
#define SEATS 3u

static struct {
    bool here;        /* there are others */
    bool never_ready; /* and they do nothing */
    bool holds;       /* they end no trial from this replication on, unless it is stopped */
    uint32_t held;
    const char *refusal;
    const struct plan *plan;
    struct trial_room room;
    struct crew_post post;
    struct crew_seat seat[SEATS];
    unsigned busy;
    bool exhausted;
    struct arena arena;
    struct names names;
    struct trial made, arrived;
    unsigned given, finished, stopped;
} away;

/* Runs the trial of a seat and carries it over as bytes. */
static int carry(const struct task *task)
{
    const struct study *s = away.plan->study;
    const struct scenario_head *head = task->conf;
    void *worker = s->worker_new();
    struct bytes b = { 0 };
    trial_reset(&away.made, s, &away.room);
    trial_reset(&away.arrived, s, &away.room);
    int status = s->trial(worker, task->conf, head->run.seed, task->replication, &toy_stop, &away.made);
    if (status < 0)
        memcpy(away.arrived.error, away.made.error, sizeof away.arrived.error);
    if (!status) {
        CHECK_INT(trial_encode(s, &away.made, away.room.batches, &b), 0);
        CHECK_INT(trial_decode(s, b.at, b.n, away.room.batches, &away.names, &away.arrived), 0);
    }
    bytes_term(&b);
    s->worker_free(worker);
    return status;
}

static bool can_end(const struct crew_seat *s)
{
    return !away.holds || s->task.replication < away.held || atomic_load(&s->stop);
}

static void finish_one(struct crew *crew)
{
    for (size_t i = SEATS; i-- > 0;) {
        struct crew_seat *s = &away.seat[i];
        if (!s->busy || !can_end(s))
            continue;
        bool stopped = atomic_load(&s->stop);
        int status = stopped ? 1 : carry(&s->task);
        away.busy--;
        away.finished += status <= 0;
        away.stopped += stopped;
        crew_hand_in(crew, s, status, &away.arrived, 0.001);
        CHECK(!s->busy);
        return;
    }
}

static void give_seats(struct crew *crew)
{
    for (size_t i = 0; i < SEATS && !away.exhausted; i++) {
        if (away.seat[i].busy)
            continue;
        enum crew_answer answer = crew_take(crew, &away.seat[i]);
        CHECK(away.seat[i].busy == (answer == TASK_GIVEN));
        away.exhausted = answer == TASK_NO_MORE;
        away.busy += answer == TASK_GIVEN;
        away.given += answer == TASK_GIVEN;
    }
}

static enum crew_post_state serve(void *context, struct crew *crew)
{
    CHECK(context == &away);
    if (away.refusal)
        crew_halt(crew);
    if (away.never_ready)
        return POST_DONE;
    give_seats(crew);
    finish_one(crew);
    return away.busy || !away.exhausted ? POST_WAITING : POST_DONE;
}

int ranks_begin(const struct crew_post **post, const struct plan *p, const struct trial_room *room,
                unsigned jobs)
{
    CHECK_INT(jobs, 1);
    away.plan = p;
    away.room = *room;
    away.post = (struct crew_post){ &away, serve, away.seat, SEATS };
    memset(away.seat, 0, sizeof away.seat);
    CHECK_INT(trial_take_buffers(&away.made, p->study, room, &away.arena), 0);
    CHECK_INT(trial_take_buffers(&away.arrived, p->study, room, &away.arena), 0);
    *post = &away.post;
    return 0;
}

int ranks_end(const struct crew_post *post, char *text, size_t size)
{
    CHECK(post == (away.here ? &away.post : NULL));
    CHECK_INT(away.busy, 0);
    if (away.refusal)
        snprintf(text, size, "%s", away.refusal);
    return away.refusal ? -1 : 0;
}

unsigned ranks_others(void) { return away.here ? 1 : 0; }
void ranks_serve(const struct study *study) { (void)study; }
void ranks_leave(void) {}
enum ranks_role ranks_join(const struct study *study, char *const *argv, char *text, size_t size)
{
    (void)study, (void)argv, (void)text, (void)size;
    return RANKS_FIRST;
}

static void forget(void)
{
    arena_term(&away.arena);
    names_term(&away.names);
    memset(&away, 0, sizeof away);
}

static void load(struct plan *p, const char *text)
{
    struct diag d = { 0 };
    int status = plan_load(p, &toy_study, toy_file(0, "toy.yaml", text), NULL, &d);
    if (status)
        diag_print(&d, stdout);
    diag_term(&d);
    CU_ASSERT_FATAL(status == PLAN_OK);
}

static int run_plan(struct outcome *o, const struct plan *p)
{
    struct runner_options opt = { .jobs = 1, .stop = &toy_stop, .spans = true, .ranks = away.here };
    atomic_store(&toy_stop, 0);
    return runner_run(o, p, &opt);
}

static bool same_bits(double a, double b) { return (isnan(a) && isnan(b)) || !memcmp(&a, &b, sizeof a); }

static void check_same(const struct outcome *a, const struct outcome *b)
{
    const struct plan *p = a->plan;
    CHECK_INT(a->events, b->events);
    CHECK(a->complete && b->complete);
    for (size_t i = 0; i < p->n_points; i++) {
        const struct point_summary *x = &a->point[i], *y = &b->point[i];
        CHECK_INT(x->done, y->done);
        for (size_t m = 0; m < TOY_METRICS; m++)
            CHECK(same_bits(x->metric[m].mean, y->metric[m].mean) &&
                  same_bits(x->metric[m].lo, y->metric[m].lo));
        CHECK_INT(x->spectrum[0].n, y->spectrum[0].n);
        CHECK(!memcmp(x->spectrum[0].step, y->spectrum[0].step,
                      x->spectrum[0].n * sizeof *x->spectrum[0].step));
        CHECK_INT(x->series.rows, y->series.rows);
        CHECK(!memcmp(x->series.cell, y->series.cell, x->series.rows * 2 * sizeof(double)));
        CHECK_INT(x->spans, y->spans);
    }
}

static void same_as_alone(void)
{
    static const char *const plans[] = { FIXED, UNTIL };
    for (size_t i = 0; i < 2; i++) {
        struct plan p;
        struct outcome alone, shared;
        load(&p, plans[i]);
        CHECK_INT(run_plan(&alone, &p), 0);
        away.here = true;
        CHECK_INT(run_plan(&shared, &p), 0);
        CHECK(away.finished > 0);
        CHECK_INT(away.given, away.finished + away.stopped);
        check_same(&alone, &shared);
        outcome_term(&alone);
        outcome_term(&shared);
        plan_term(&p);
        forget();
    }
}

static void nobody_is_waited_for(void)
{
    struct plan p;
    struct outcome o;
    load(&p, FIXED);
    away.here = away.never_ready = true;
    CHECK_INT(run_plan(&o, &p), 0);
    CHECK(o.complete);
    outcome_term(&o);
    plan_term(&p);
    forget();
}

/* The first replication from 8 on that is run here raises the flag while those elsewhere are at theirs,
 * whichever these are. */
static void stopped_everywhere(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "run: {duration: 1 h, replications: 40}\ntrouble: {stop: 8}\n");
    away.here = away.holds = true;
    CHECK_INT(run_plan(&o, &p), 0);
    CHECK(o.interrupted);
    CHECK_INT(away.stopped, away.given);
    outcome_term(&o);
    plan_term(&p);
    forget();
}

/* What others are still at when a point has enough is called back. */
static void dropped_elsewhere(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "run: {duration: 1 h, replications: {min: 2, max: 60, until: served, within: 1 %}}\n");
    away.here = away.holds = true;
    away.held = 2;
    CHECK_INT(run_plan(&o, &p), 0);
    CHECK(o.complete);
    CHECK_INT(away.given, away.finished + away.stopped);
    outcome_term(&o);
    plan_term(&p);
    forget();
}

static void failure_is_told(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "run: {duration: 1 h, replications: 6}\ntrouble: {fail: 3}\n");
    away.here = true;
    CHECK_INT(run_plan(&o, &p), 0);
    CHECK_INT(o.trials_failed, 1);
    CHECK(strstr(o.failure, "replication 3: no memory for elephants") != NULL);
    outcome_term(&o);
    plan_term(&p);
    forget();
}

static void refusal_ends_the_run(void)
{
    struct plan p;
    struct outcome o;
    load(&p, FIXED);
    away.here = true;
    away.refusal = "rank 1 cannot work for this scenario: it has no elephants";
    CHECK_INT(run_plan(&o, &p), -1);
    CHECK_TEXT(o.error, away.refusal);
    outcome_term(&o);
    plan_term(&p);
    forget();
}

static void text_makes_the_same_plan(void)
{
    struct plan p, q;
    struct diag d = { 0 };
    load(&p, UNTIL);
    char *text = node_emit(p.resolved);
    CHECK_INT(plan_parse(&q, &toy_study, text, "elsewhere/toy.yaml", &d), PLAN_OK);
    CHECK_INT(q.n_points, p.n_points);
    CHECK_TEXT(q.head->name, "toy");
    plan_term(&q);
    CHECK_INT(plan_parse(&q, &toy_study, "herdsim: 1\nlaod: 1\n", "toy.yaml", &d), PLAN_WRONG);
    CHECK(d.errors > 0);
    diag_term(&d);
    free(text);
    plan_term(&p);
}

static void check_launch(const char *size_name, const char *size, const char *rank_name, const char *rank,
                         struct launch expected)
{
    if (size)
        setenv(size_name, size, 1);
    if (rank)
        setenv(rank_name, rank, 1);
    struct launch l = launch_read();
    CHECK_INT(l.size, expected.size);
    CHECK_INT(l.rank, expected.rank);
    unsetenv(size_name);
    unsetenv(rank_name);
}

static void launchers_are_known(void)
{
    static const char *const names[][2] = { { "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK" },
                                            { "PMI_SIZE", "PMI_RANK" },
                                            { "SLURM_STEP_NUM_TASKS", "PMIX_RANK" } };
    for (size_t i = 0; i < 3; i++) {
        check_launch(names[i][0], "64", names[i][1], "63", (struct launch){ 64, 63 });
        check_launch(names[i][0], "64", names[i][1], NULL, (struct launch){ 1, 0 });
        check_launch(names[i][0], "many", names[i][1], "1", (struct launch){ 1, 0 });
        check_launch(names[i][0], "", names[i][1], "", (struct launch){ 1, 0 });
    }
}

static void clean(void)
{
    toy_clean();
    CHECK_INT(atomic_load(&toy_workers), 0);
}

SUITE("ranks", { "trials run elsewhere lead to the same bits", same_as_alone },
      { "nobody waits for others who are not ready", nobody_is_waited_for },
      { "a signal stops those elsewhere too", stopped_everywhere },
      { "what a point does not need any more is called back", dropped_elsewhere },
      { "a trial that fails elsewhere is told", failure_is_told },
      { "a rank that cannot follow ends the run with a reason", refusal_ends_the_run },
      { "a resolved scenario makes the same plan without its file", text_makes_the_same_plan },
      { "the launchers of MPI jobs are known by what they set", launchers_are_known },
      { "the test leaves nothing behind", clean })
