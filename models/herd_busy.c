#include "models/herd_busy.h"

#include <math.h>
#include <stdio.h>

#include "models/backend.h"
#include "models/herd_hooks.h"
#include "models/metrics.h"

double known_value(const double *value, int metric) { return isfinite(value[metric]) ? value[metric] : 0; }

static void take_busier(struct resource *best, double busy, const char *what, const char *name)
{
    if (!(busy > best->busy))
        return;
    best->busy = busy;
    snprintf(best->name, sizeof best->name, "%s%s%s", what, *name ? " " : "", name);
}

/* What all servers are asked for. */
static struct server_load total_load(const struct herd_conf *c)
{
    struct server_load all = { .offered = 0 };
    for (uint32_t s = 0; s < c->servers.n; s++) {
        struct server_load l = server_load(c, s);
        all.offered += l.offered;
        all.thinking += l.thinking;
    }
    return all;
}

/* Reports per second of one server; closed fleets share what is left of the load that was measured. */
static double pace(const struct server_load *l, const struct server_load *all, double measured)
{
    double closed = fmax(measured - all->offered, 0);
    bool shared = all->thinking > 0 && isfinite(all->thinking);
    return l->offered + (shared ? closed * l->thinking / all->thinking : 0);
}

/* What a server has but one of, beside the cores: its loop, its only worker. */
static void busiest_server(const struct herd_conf *c, const double *value, struct resource *best)
{
    struct server_load all = total_load(c);
    for (uint32_t s = 0; s < c->servers.n; s++) {
        const struct server_conf *conf = conf_server(c, s);
        const struct server_type *type = (const struct server_type *)conf->model.model;
        struct server_load l = server_load(c, s);
        const char *what = type->binds ? type->binds(&l.demand) : type->bottleneck;
        double rate = pace(&l, &all, known_value(value, M_OFFERED));
        char name[64] = "";
        if (c->servers.n > 1)
            snprintf(name, sizeof name, "of %.48s", conf->name);
        if (what)
            take_busier(best, rate / l.capacity, what, name);
        take_busier(best, rate * l.demand.locked_s / (double)conf->replicas, "interpreter lock", name);
    }
}

/* Share of the time that the cores of a machine work for its servers. */
static double machine_load(const struct herd_conf *c, const struct server_load *all, const double *value,
                           uint32_t machine)
{
    double busy = 0;
    for (uint32_t s = 0; s < c->servers.n; s++) {
        struct server_load l = server_load(c, s);
        if (conf_server(c, s)->machine_index == machine)
            busy += pace(&l, all, known_value(value, M_OFFERED)) * (l.demand.cpu_s + l.demand.overhead_s);
    }
    return busy / (double)conf_machine(c, machine)->cores;
}

struct resource busiest_cores(const struct herd_conf *c, const double *value)
{
    struct resource cpu = { .busy = known_value(value, M_CPU_UTILISATION), .name = "cpu" };
    struct server_load all = total_load(c);
    for (uint32_t i = 0; i < c->machines.n && c->machines.n > 1; i++)
        take_busier(&cpu, machine_load(c, &all, value, i), "cpu of", conf_machine(c, i)->name);
    return cpu;
}

/* Backends, and the pools of connections to them. */
static void busiest_call(const struct herd_conf *c, const double *value, struct resource *best)
{
    struct server_load all = total_load(c);
    for (uint32_t b = 0; b < c->backends.n; b++) {
        double calls = 0;
        for (uint32_t s = 0; s < c->servers.n; s++) {
            struct server_load l = server_load(c, s);
            double own = pace(&l, &all, known_value(value, M_OFFERED)) * server_calls(c, s, b);
            take_busier(best, own / pool_capacity(c, s, b), "pool", conf_backend(c, b)->name);
            calls += own;
        }
        take_busier(best, calls / backend_capacity(c, b), "backend", conf_backend(c, b)->name);
    }
}

/* Each direction of a link carries a message of every report. */
void busiest_link(const struct herd_conf *c, const double *value, struct resource *best)
{
    for (uint32_t i = 0; i < c->links.n; i++) {
        const struct link_conf *l = conf_link(c, i);
        double bits = 0;
        for (uint32_t f = 0; f < c->fleets.n; f++) {
            const struct fleet_conf *fleet = conf_fleet(c, f);
            double own = fleet_offered(fleet), rate = own > 0 ? own : known_value(value, M_OFFERED);
            if (fleet->link_index == i)
                bits += rate * link_message_bits(fleet->payload);
        }
        take_busier(best, bits / l->bandwidth, "link", l->name);
    }
}

/* A loop that fills the only core is that core, unless it is clearly busier: it also stands still when
 * blocked. */
struct resource busiest_resource(const struct herd_conf *c, const double *value)
{
    struct resource cpu = busiest_cores(c, value);
    struct resource other = { .busy = 0 };
    busiest_server(c, value, &other);
    busiest_link(c, value, &other);
    busiest_call(c, value, &other);
    return other.busy > 1.05 * cpu.busy ? other : cpu;
}
