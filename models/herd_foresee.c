/* herd_foresee.c - what can be said of a scenario before it is run: who asks for more than there is. */
#include <math.h>

#include "models/backend.h"
#include "models/balancer.h"
#include "models/faults.h"
#include "models/herd_hooks.h"
#include "models/interpreter_lock.h"
#include "models/loop.h"
#include "models/machine.h"
#include "sim/scenario/units.h"

/* Reports per second that a fleet sends to its server; 0 where the server's own pace decides. */
double fleet_offered(const struct fleet_conf *f)
{
    const struct report_conf *r = &f->report;
    double n = (double)f->collars * (double)r->batch;
    switch (r->kind) {
    case REPORT_EVERY:
        return n / simtime_to_s(r->every);
    case REPORT_POISSON:
        return n / r->gap.mean;
    default:
        return 0;
    }
}

/* --- backends ----------------------------------------------------------------------------------------- */

double server_calls(const struct herd_conf *c, uint32_t server, uint32_t backend)
{
    const struct server_conf *s = conf_server(c, server);
    double n = 0;
    for (size_t i = 0; i < s->handler.n; i++)
        n += server_steps(s)[i].kind == STEP_CALL && server_steps(s)[i].backend_index == backend;
    return n;
}

static double at_most(uint64_t places, double each)
{
    return places == NO_LIMIT || each <= 0 ? INFINITY : (double)places / each;
}

double backend_capacity(const struct herd_conf *c, uint32_t backend)
{
    const struct backend_conf *b = conf_backend(c, backend);
    return at_most(b->concurrency, b->service.mean);
}

double pool_capacity(const struct herd_conf *c, uint32_t server, uint32_t backend)
{
    const struct backend_conf *b = conf_backend(c, backend);
    const struct pool_conf *p = conf_pool(conf_server(c, server), backend);
    return p ? (double)conf_server(c, server)->replicas *
                   at_most(p->connections, b->service.mean + 2 * b->latency.mean)
             : INFINITY;
}

/* Reports per second that get through all that the server calls, if nobody else called. */
static double reach_of(const struct herd_conf *c, uint32_t server)
{
    double least = INFINITY;
    for (uint32_t b = 0; b < c->backends.n; b++) {
        double calls = server_calls(c, server, b);
        if (calls > 0)
            least = fmin(least, fmin(backend_capacity(c, b), pool_capacity(c, server, b)) / calls);
    }
    return least;
}

/* --- servers ------------------------------------------------------------------------------------------ */

static void add_call(const struct herd_conf *c, struct demand *d, const struct step_conf *step,
                     const struct costs_conf *cost)
{
    const struct backend_conf *b = conf_backend(c, step->backend_index);
    d->pause_s += b->service.mean + 2 * b->latency.mean;
    d->overhead_s += simtime_to_s(cost->receive + cost->send);
}

static void add_step(const struct herd_conf *c, struct demand *d, const struct step_conf *step,
                     const struct costs_conf *cost)
{
    if (step->kind == STEP_CALL)
        add_call(c, d, step, cost);
    double mean = step->amount.mean;
    if (step->kind == STEP_CPU)
        d->cpu_s += mean;
    if (step->kind == STEP_WAIT || step->kind == STEP_BLOCK)
        d->pause_s += mean;
    if (step->kind == STEP_BLOCK)
        d->block_s += mean;
}

/* What the calls around the handler's stretches of work cost more. */
static simtime cold_calls(const struct server_conf *s, const struct machine_conf *m)
{
    simtime cold = 0, stretch = 0;
    for (size_t i = 0; i <= s->handler.n; i++) {
        const struct step_conf *step = i < s->handler.n ? &server_steps(s)[i] : NULL;
        if (step && step->kind == STEP_CPU)
            stretch += simtime_from_s(step->amount.mean);
        if (step && !step_pauses(step))
            continue;
        cold += stretch ? machine_cold_calls(m, stretch) : 0;
        stretch = 0;
    }
    return cold;
}

/* A coroutine is turned to when its request begins, and after each pause. */
static simtime task_switches(const struct server_conf *s, simtime each)
{
    const struct server_type *type = (const struct server_type *)s->model.model;
    simtime n = 1;
    for (size_t i = 0; i < s->handler.n; i++)
        n += step_pauses(&server_steps(s)[i]);
    bool tasks = type->request_holds & MEM_BIT(MEM_REQUEST_TASKS) || type->connection_tasks;
    return tasks ? n * each : 0;
}

static struct demand demand_of(const struct herd_conf *c, uint32_t server, bool per_report)
{
    const struct machine_conf *m = conf_server_machine(c, server);
    struct costs_conf cost = m->costs;
    struct sizes_conf sizes = m->sizes;
    const struct server_conf *s = conf_server(c, server);
    runtime_apply(&s->runtime, &cost, &sizes);
    uint64_t workers = workers_of(s, m->cores);
    struct demand d = { .cores = (double)m->cores,
                        .own = s->model.conf,
                        .workers = workers == WORKERS_AUTO ? INFINITY : (double)workers,
                        .overhead_s = simtime_to_s(cost.receive + cost.send +
                                                   task_switches(s, cost.task_switch) + cold_calls(s, m)) };
    for (size_t i = 0; i < s->handler.n; i++)
        add_step(c, &d, &server_steps(s)[i], &cost);
    if (lock_interval(s) != SIMTIME_MAX)
        d.locked_s = d.cpu_s + simtime_to_s(task_switches(s, cost.task_switch));
    if (per_report)
        d.overhead_s += simtime_to_s(cost.accept + cost.close);
    double speed = m->speed * (1 - machine_noise(m));
    d.cpu_s /= speed;
    d.overhead_s /= speed;
    return d;
}

double fleet_thinking(const struct herd_conf *c, const struct fleet_conf *f)
{
    if (f->report.kind != REPORT_THINK)
        return 0;
    bool per_report = f->connection.kind == CONNECTION_PER_REPORT;
    struct demand d = demand_of(c, f->server_index, per_report);
    double link = f->link_index == NO_LINK ? 0 : conf_link(c, f->link_index)->latency.mean;
    double cycle = f->report.gap.mean + d.cpu_s + d.pause_s + d.overhead_s + (per_report ? 4 : 2) * link;
    return (double)f->collars * (double)f->report.batch / cycle;
}

/* Reports per second of n alike processes, which share the cores. */
static double together(double each, double n, const struct demand *d)
{
    return n > 1 ? fmin(n * each, fmax(each, d->cores / (d->cpu_s + d->overhead_s))) : each;
}

struct server_load server_load(const struct herd_conf *c, uint32_t server)
{
    const struct server_type *type = (const struct server_type *)conf_server(c, server)->model.model;
    struct server_load l = { .offered = 0 };
    bool per_report = false;
    for (uint32_t i = 0; i < c->fleets.n; i++) {
        const struct fleet_conf *f = conf_fleet(c, i);
        double share = conf_fleet_share(c, f, server);
        if (share <= 0)
            continue;
        l.offered += share * fleet_offered(f);
        l.thinking += share * fleet_thinking(c, f);
        per_report = per_report || f->connection.kind == CONNECTION_PER_REPORT;
    }
    l.demand = demand_of(c, server, per_report);
    double alone = type->capacity(&l.demand);
    if (l.demand.locked_s > 0)
        alone = fmin(alone, 1 / l.demand.locked_s);
    l.capacity = together(alone, (double)conf_server(c, server)->replicas, &l.demand);
    l.reach = reach_of(c, server);
    return l;
}

/* A pool is not told of where its backend is the narrower. */
static void foresee_calls(const struct herd_conf *c, uint32_t b, struct mark at, struct diag *d)
{
    const struct backend_conf *backend = conf_backend(c, b);
    double all = 0, most = backend_capacity(c, b);
    for (uint32_t s = 0; s < c->servers.n; s++) {
        double calls = server_load(c, s).offered * server_calls(c, s, b), pool = pool_capacity(c, s, b);
        all += calls;
        if (calls > pool && pool < most)
            diag_warn(d, at,
                      "server '%s': %.4g calls/s of %s are asked for, but its pool lets at most %.4g/s pass",
                      conf_server(c, s)->name, calls, backend->name, pool);
    }
    if (all > most)
        diag_warn(d, at, "backend '%s': %.4g calls/s are asked for, but it can serve at most %.4g/s",
                  backend->name, all, most);
}

/* Here rather than in the root's check: --duration and sweeps change when a run ends. */
static void foresee_events(const struct herd_conf *c, struct mark at, struct diag *d)
{
    char begin[48], end[48];
    unit_print(simtime_to_s(c->head.run.duration), "s", end, sizeof end);
    for (size_t i = 0; i < c->events.n; i++) {
        const struct happening_conf *h = (const struct happening_conf *)c->events.at + i;
        unit_print(simtime_to_s(h->at), "s", begin, sizeof begin);
        if (h->at >= c->head.run.duration)
            diag_warn(d, at, "event '%s' at %s never happens: the run ends at %s (run.duration)", h->label,
                      begin, end);
    }
}

/* --- how long it will take ---------------------------------------------------------------------------- */

/* So many messages or poll calls take minutes, at some hundred thousand a second. */
#define MANY 1e8

/* A ping goes where no report went: as many as there are intervals without one. */
static double pings(const struct fleet_conf *f)
{
    if (f->heartbeat == SIMTIME_MAX || f->connection.kind != CONNECTION_PERSISTENT)
        return 0;
    return fmax((double)f->collars / simtime_to_s(f->heartbeat) - fleet_offered(f), 0);
}

/* Poll calls per second of loops that spin, as far as there are cores for them; of a single one those that
 * find nothing cost next to nothing (server_undisturbed()). */
static double polls(const struct herd_conf *c, uint32_t server)
{
    const struct server_conf *s = conf_server(c, server);
    const struct machine_conf *m = conf_server_machine(c, server);
    struct costs_conf cost = m->costs;
    struct sizes_conf sizes = m->sizes;
    runtime_apply(&s->runtime, &cost, &sizes);
    if (!loop_spins(&s->model) || !cost.poll)
        return 0;
    const struct server_type *type = (const struct server_type *)s->model.model;
    double loops = type->worker_state ? (double)workers_of(s, m->cores) : 1;
    loops *= (double)s->replicas;
    bool skips = loops < 2 && c->servers.n == 1 && m->speed >= 1 && m->speed <= 1 &&
                 m->scheduler.policy != SCHED_PROCESSOR_SHARING && lock_interval(s) == SIMTIME_MAX;
    return skips ? 0 : fmin(loops, (double)m->cores) * m->speed / simtime_to_s(cost.poll);
}

static void warn_of_many(struct diag *d, struct mark at, const char *kind, const char *name, const char *key,
                         const char *what, double n)
{
    if (n > MANY)
        diag_warn(d, at,
                  "%s '%s': %s: about %.2g %s in each trial, each of them an event or more: `run --dry-run` "
                  "says how long that takes",
                  kind, name, key, n, what);
}

static void foresee_length(const struct herd_conf *c, struct mark at, struct diag *d)
{
    double seconds = herd_simulated(c);
    for (uint32_t i = 0; i < c->fleets.n; i++) {
        const struct fleet_conf *f = conf_fleet(c, i);
        warn_of_many(d, at, "fleet", f->name, "report", "reports", seconds * fleet_offered(f));
        warn_of_many(d, at, "fleet", f->name, "heartbeat", "pings", seconds * pings(f));
    }
    for (uint32_t i = 0; i < conf_machines(c); i++) {
        const struct machine_conf *m = conf_machine(c, i);
        double gaps = machine_noise(m) > 0 ? (double)m->cores * seconds / m->scheduler.noise_every.mean : 0;
        warn_of_many(d, at, "machine", m->name ? m->name : "machine", "scheduler.noise_every", "gaps", gaps);
    }
    for (uint32_t i = 0; i < c->servers.n; i++)
        warn_of_many(d, at, "server", conf_server(c, i)->name, "poll: spin", "poll calls",
                     seconds * polls(c, i));
}

void herd_foresee(const void *conf, struct mark at, struct diag *d)
{
    const struct herd_conf *c = conf;
    for (uint32_t s = 0; s < c->servers.n; s++) {
        struct server_load l = server_load(c, s);
        if (l.offered > l.capacity)
            diag_warn(d, at,
                      "server '%s' (%s): %.4g reports/s are offered, but it can serve at most %.4g/s: its "
                      "queue will grow without end",
                      conf_server(c, s)->name, conf_server(c, s)->model.model->name, l.offered, l.capacity);
    }
    for (uint32_t b = 0; b < c->backends.n; b++)
        foresee_calls(c, b, at, d);
    foresee_events(c, at, d);
    foresee_length(c, at, d);
}
