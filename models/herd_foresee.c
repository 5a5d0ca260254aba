/* herd_foresee.c - what can be said of a scenario before it is run: who asks for more than there is. */
#include "models/herd_hooks.h"

#include <math.h>

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

static void add_step(struct demand *d, const struct step_conf *step)
{
    double mean = step->amount.mean;
    if (step->kind == STEP_CPU)
        d->cpu_s += mean;
    if (step->kind == STEP_WAIT || step->kind == STEP_BLOCK)
        d->pause_s += mean;
    if (step->kind == STEP_BLOCK)
        d->block_s += mean;
}

static struct demand demand_of(const struct herd_conf *c, uint32_t server, bool per_report)
{
    const struct machine_conf *m = conf_server_machine(c, server);
    const struct costs_conf *cost = &m->costs;
    const struct server_conf *s = conf_server(c, server);
    uint64_t workers = workers_of(s, m->cores);
    struct demand d = { .cores = (double)m->cores,
                        .workers = workers == WORKERS_AUTO ? INFINITY : (double)workers,
                        .overhead_s = simtime_to_s(cost->receive + cost->send) };
    for (size_t i = 0; i < s->handler.n; i++)
        add_step(&d, &server_steps(s)[i]);
    if (per_report)
        d.overhead_s += simtime_to_s(cost->accept + cost->close);
    return d;
}

double fleet_thinking(const struct herd_conf *c, const struct fleet_conf *f)
{
    if (f->report.kind != REPORT_THINK)
        return 0;
    bool per_report = f->connection == CONNECTION_PER_REPORT;
    struct demand d = demand_of(c, f->server_index, per_report);
    double link = f->link_index == NO_LINK ? 0 : conf_link(c, f->link_index)->latency.mean;
    double cycle = f->report.gap.mean + d.cpu_s + d.pause_s + d.overhead_s + (per_report ? 4 : 2) * link;
    return (double)f->collars * (double)f->report.batch / cycle;
}

struct server_load server_load(const struct herd_conf *c, uint32_t server)
{
    const struct server_type *type = (const struct server_type *)conf_server(c, server)->model.model;
    struct server_load l = { .offered = 0 };
    bool per_report = false;
    for (uint32_t i = 0; i < c->fleets.n; i++) {
        const struct fleet_conf *f = conf_fleet(c, i);
        if (f->server_index != server)
            continue;
        l.offered += fleet_offered(f);
        l.thinking += fleet_thinking(c, f);
        per_report = per_report || f->connection == CONNECTION_PER_REPORT;
    }
    l.demand = demand_of(c, server, per_report);
    l.capacity = type->capacity(&l.demand);
    return l;
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
}
