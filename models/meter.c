#include "models/meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/metrics.h"
#include "models/world.h"

const struct metric part_metric_rows[PART_METRICS] = {
    [PART_UTILISATION] = { "utilisation", "1", "busy",
                           "a server's CPU time / (all cores of its machine x window): one core in full of 4 "
                           "is 25 %; a backend's calls in service / its concurrency; a pool's connections in "
                           "use / all",
                           0 },
    [PART_THROUGHPUT] = { "throughput", "1/s", "throughput",
                          "replies of a server, calls of the others, per second", 0 },
    [PART_SOJOURN_MEAN] = { "sojourn.mean", "s", "mean sojourn",
                            "time at the server or the backend, waiting included", 0 },
    [PART_SOJOURN_P99] = { "sojourn.p99", "s", "p99 sojourn",
                           "its 99th percentile, of the requests replied to", 0 },
    [PART_WAIT_MEAN] = { "wait.mean", "s", "mean wait",
                         "time before a request is begun, a call is served, a connection of the pool is free",
                         0 },
    [PART_QUEUE_MEAN] = { "queue.mean", "1", "mean queue", "those that wait so, on average", 0 },
    [PART_CONNECTIONS_PEAK] = { "connections.peak", "1", "connections",
                                "most connections open, in a pool most in use, at a time", 0 },
    [PART_MEMORY_PEAK] = { "memory.peak", "B", "memory", "most memory of the process, kernel included", 0 },
};

/* --- names ---------------------------------------------------------------------------------------------- */

static size_t count_parts(const struct herd_conf *c)
{
    size_t n = c->processes + c->backends.n;
    for (uint32_t i = 0; i < c->servers.n; i++)
        n += conf_server(c, i)->replicas * conf_server(c, i)->pools.n;
    return n;
}

static const char *process_name(struct binder *b, const struct server_conf *s, uint32_t k)
{
    const char *text = s->replicas > 1 ? arena_printf(b->arena, "%s.%u", s->name, k + 1) : s->name;
    if (!text)
        diag_no_memory(b->diag);
    return text;
}

static struct part pool_part(struct binder *b, const char *process, const struct pool_conf *pool)
{
    const char *text = arena_printf(b->arena, "%s %s", process, pool->name);
    if (!text)
        diag_no_memory(b->diag);
    return (struct part){ "pool", text };
}

void conf_name_parts(struct binder *b, struct herd_conf *c)
{
    size_t n = count_parts(c);
    if (b->diag->errors || (c->processes < 2 && !c->backends.n))
        return;
    struct part *part = ARENA_ARRAY(b->arena, struct part, n), *pool = part + c->processes;
    if (!part) {
        diag_no_memory(b->diag);
        return;
    }
    c->parts = (struct items){ part, n < PARTS_MAX ? n : PARTS_MAX };
    for (uint32_t i = 0; i < c->servers.n; i++) {
        const struct server_conf *s = conf_server(c, i);
        for (uint32_t k = 0; k < s->replicas; k++) {
            *part = (struct part){ "server", process_name(b, s, k) };
            for (size_t p = 0; p < s->pools.n; p++)
                *pool++ = pool_part(b, part->name, (const struct pool_conf *)s->pools.at + p);
            part++;
        }
    }
    for (uint32_t i = 0; i < c->backends.n; i++)
        *pool++ = (struct part){ "backend", conf_backend(c, i)->name };
}

/* --- a trial ------------------------------------------------------------------------------------------ */

bool meters_start(struct world *w)
{
    free(w->meter);
    w->meter = NULL;
    if (!w->conf->parts.n)
        return true;
    w->meter = malloc(w->servers * sizeof *w->meter);
    if (!w->meter) {
        w->failed = "out of memory";
        return false;
    }
    for (uint32_t i = 0; i < w->servers; i++) {
        struct meter *m = &w->meter[i];
        memset(m, 0, sizeof *m);
        hist_reset(&m->sojourn);
    }
    return true;
}

void meters_warm(struct world *w)
{
    for (uint32_t i = 0; w->meter && i < w->servers; i++) {
        struct meter *m = &w->meter[i];
        station_window(&m->in_server, w->now);
        station_window(&m->waiting, w->now);
        m->cores_before = machine_core_time(w, &w->server[i]);
        m->replies = 0;
    }
}

void meter_memory(struct world *w, const struct server *s, int64_t bytes)
{
    struct meter *m = &w->meter[s->index];
    m->memory += bytes;
    if (m->memory > m->most_memory)
        m->most_memory = m->memory;
}

void meter_reply(struct world *w, const struct server *s, const struct request *q)
{
    struct meter *m = &w->meter[s->index];
    m->replies++;
    if (q->flags & REQ_MEASURED)
        hist_add(&m->sojourn, w->now - q->arrived);
}

/* --- reading off -------------------------------------------------------------------------------------- */

static double window(const struct world *w) { return simtime_to_s(w->end - w->warm); }

static double per_second(const struct world *w, uint64_t n)
{
    return w->end > w->warm ? (double)n / window(w) : NAN;
}

/* By Little's law: those that left within the window, and their stays in it. */
static double mean_stay(const struct station *s)
{
    return s->left ? (double)s->stayed / (double)s->left / NS_PER_S : NAN;
}

static void read_server(struct world *w, uint32_t i, double *v)
{
    struct meter *m = &w->meter[i];
    const struct server *s = &w->server[i];
    double all = (double)s->machine->cores * (double)(w->end - w->warm);
    v[PART_UTILISATION] = all > 0 ? (machine_core_time(w, s) - m->cores_before) / all : NAN;
    v[PART_THROUGHPUT] = per_second(w, m->replies);
    v[PART_SOJOURN_MEAN] = mean_stay(&m->in_server);
    v[PART_SOJOURN_P99] = hist_quantile(&m->sojourn, 0.99, 0) / NS_PER_S;
    v[PART_WAIT_MEAN] = mean_stay(&m->waiting);
    v[PART_QUEUE_MEAN] = gauge_mean(&m->waiting.number, w->end);
    v[PART_CONNECTIONS_PEAK] =
        (double)(m->most_files > s->type->own_files ? m->most_files - s->type->own_files : 0);
    v[PART_MEMORY_PEAK] = (double)m->most_memory;
}

static double use_of(const struct world *w, const struct gauge *used, uint64_t of)
{
    return of == NO_LIMIT ? NAN : gauge_mean(used, w->end) / (double)of;
}

static void read_pool(const struct world *w, const struct pool *p, double *v)
{
    v[PART_UTILISATION] = use_of(w, &p->used, p->connections);
    v[PART_THROUGHPUT] = per_second(w, p->calls);
    v[PART_WAIT_MEAN] = p->calls ? (double)p->queue.waiting.stayed / (double)p->calls / NS_PER_S : NAN;
    v[PART_QUEUE_MEAN] = gauge_mean(&p->queue.waiting.number, w->end);
    v[PART_CONNECTIONS_PEAK] = (double)p->used.peak;
}

static void read_backend(const struct world *w, const struct backend *b, double *v)
{
    uint64_t served = b->busy.left;
    v[PART_UTILISATION] = use_of(w, &b->busy.number, b->conf->concurrency);
    v[PART_THROUGHPUT] = per_second(w, served);
    v[PART_WAIT_MEAN] = served ? (double)b->queue.waiting.stayed / (double)served / NS_PER_S : NAN;
    v[PART_SOJOURN_MEAN] = served ? v[PART_WAIT_MEAN] + mean_stay(&b->busy) : NAN;
    v[PART_QUEUE_MEAN] = gauge_mean(&b->queue.waiting.number, w->end);
}

void meters_read(struct world *w, struct trial *out)
{
    const struct herd_conf *c = w->conf;
    size_t n = c->parts.n, at = 0;
    double *v = out->part_value;
    out->parts = n;
    if (!n)
        return;
    memcpy(out->part, c->parts.at, n * sizeof *out->part);
    for (size_t i = 0; i < n * PART_METRICS; i++)
        v[i] = NAN;
    for (uint32_t s = 0; s < w->servers && at < n; s++)
        read_server(w, s, v + at++ * PART_METRICS);
    for (uint32_t s = 0; s < w->servers; s++) {
        const struct items *pools = &w->server[s].conf->pools;
        for (size_t p = 0; p < pools->n && at < n; p++)
            read_pool(w, server_pool(w, s, ((const struct pool_conf *)pools->at)[p].backend),
                      v + at++ * PART_METRICS);
    }
    for (uint32_t i = 0; i < w->backends.n && at < n; i++)
        read_backend(w, &w->backends.backend[i], v + at++ * PART_METRICS);
}

/* Of calls: how many, how long they wait where, and the fullest of the places. */
static void summarise_calls(const struct world *w, double *value)
{
    const struct backends *b = &w->backends;
    gauge_area pooled = 0, queued = 0;
    uint64_t served = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        served += b->backend[i].busy.left;
        queued += b->backend[i].queue.waiting.stayed;
        value[M_BACKEND_UTILISATION] =
            fmax(value[M_BACKEND_UTILISATION],
                 use_of(w, &b->backend[i].busy.number, b->backend[i].conf->concurrency));
    }
    for (uint32_t i = 0; i < b->n * w->servers; i++) {
        pooled += b->pool[i].queue.waiting.stayed;
        value[M_POOL_UTILISATION] =
            fmax(value[M_POOL_UTILISATION], use_of(w, &b->pool[i].used, b->pool[i].connections));
    }
    value[M_CALLS_RATE] = b->n ? per_second(w, served) : NAN;
    value[M_POOL_WAIT_MEAN] = served ? (double)pooled / (double)served / NS_PER_S : NAN;
    value[M_BACKEND_WAIT_MEAN] = served ? (double)queued / (double)served / NS_PER_S : NAN;
}

void meters_summarise(const struct world *w, double *value)
{
    double most = 0, sum = 0;
    summarise_calls(w, value);
    for (uint32_t i = 0; w->meter && i < w->servers; i++) {
        double replies = (double)w->meter[i].replies;
        most = fmax(most, replies);
        sum += replies;
    }
    value[M_IMBALANCE] = w->servers > 1 && sum > 0 ? most * w->servers / sum : NAN;
}
