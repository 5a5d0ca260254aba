/* check.c - what a twin can't do: every key of the scenario that asks for it, all at once. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/herd_hooks.h"
#include "models/live/host.h"
#include "models/live/live.h"
#include "models/live/own.h"
#include "models/server.h"
#include "sim/scenario/node.h"

struct checking {
    const struct plan *plan;
    struct diag *diag;
};

/* --- where a key stands --------------------------------------------------------------------------- */

/* The node at a dotted path below map, as far as it is there; *rest: what of the path is not. */
static const struct node *walk(const struct node *map, const char *path, const char **rest)
{
    char name[256];
    for (*rest = path; *path; *rest = path) {
        size_t n = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)n, path);
        const struct node *key = node_key(map, name), *value = node_get(map, name);
        if (!key || !value)
            break;
        map = value;
        path += n + (path[n] == '.');
    }
    return map;
}

/* The part of path behind a key that is the path or the beginning of it; NULL: it is neither. */
static const char *behind(const char *key, const char *path)
{
    size_t n = strlen(key);
    return !strncmp(key, path, n) && (!path[n] || path[n] == '.') ? path + n + (path[n] == '.') : NULL;
}

/* Among the overrides of variants and the swept keys: where the path is set. */
static const struct node *find_override(const struct node *overrides, const char *path)
{
    const char *rest;
    for (size_t i = 0; overrides && overrides->kind == NODE_MAP && i < overrides->n; i++) {
        const char *below = behind(overrides->pair[i].key->text, path);
        const struct node *at = below ? walk(overrides->pair[i].value, below, &rest) : NULL;
        if (at && !*rest)
            return at;
    }
    return NULL;
}

static struct mark place_of(const struct plan *p, const char *path)
{
    const char *rest;
    const struct node *variants = node_get(p->resolved, "variants");
    const struct node *at = walk(p->resolved, path, &rest), *found = NULL;
    if (!*rest)
        return at->at;
    for (size_t i = 0; !found && variants && variants->kind == NODE_MAP && i < variants->n; i++)
        found = find_override(variants->pair[i].value, path);
    if (!found)
        found = find_override(node_get(p->resolved, "sweep"), path);
    return found ? found->at : at->at;
}

/* One complaint about a key: "servers.cloud.tls: the twin ...". */
static void refuse(struct checking *c, bool refused, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void refuse(struct checking *c, bool refused, const char *what, const char *format, ...)
{
    char path[512];
    va_list args;
    if (!refused)
        return;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    diag_error(c->diag, place_of(c->plan, path), "%s: the real twin %s", path, what);
}

/* --- what it can do ------------------------------------------------------------------------------- */

static bool is_known(const struct server_conf *s)
{
    static const char *const known[] = { "iterative",  "thread_per_connection", "thread_pool",
                                         "event_loop", "event_loop_pool",       "multi_loop" };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(s->model.model->name, known[i]))
            return true;
    return false;
}

static bool has_step(const struct server_conf *s, int kind)
{
    for (size_t i = 0; i < s->handler.n; i++)
        if (server_steps(s)[i].kind == kind)
            return true;
    return false;
}

static bool has_queue(const struct server_conf *s)
{
    return s->queue.bound != NO_LIMIT || s->queue.discipline != QUEUE_FIFO;
}

static bool has_lock(const struct server_conf *s)
{
    simtime interval = s->lock.switch_interval ? s->lock.switch_interval : s->runtime.lock.switch_interval;
    return interval != SIMTIME_MAX && interval != 0;
}

static void check_handler(struct checking *c, const struct server_conf *s)
{
    refuse(c, has_step(s, STEP_CALL), "has no backends to `call`", "servers.%s.handler", s->name);
    refuse(c, has_step(s, STEP_MEMORY), "takes no `memory` steps", "servers.%s.handler", s->name);
    refuse(c, has_step(s, STEP_STACK), "takes no `stack` steps", "servers.%s.handler", s->name);
}

static void check_server(struct checking *c, const struct server_conf *s)
{
    const char *n = s->name;
    refuse(c, !is_known(s),
           "knows iterative, thread_per_connection, thread_pool, event_loop, event_loop_pool and multi_loop",
           "servers.%s.model", n);
    refuse(c, s->replicas > 1, "is one process", "servers.%s.replicas", n);
    refuse(c, s->tls.version != TLS_NONE, "speaks no TLS", "servers.%s.tls", n);
    refuse(c, s->idle_timeout != SIMTIME_MAX, "closes no idle connections", "servers.%s.idle_timeout", n);
    refuse(c, s->runtime.language && s->runtime.language->text && strcmp(s->runtime.language->text, "c"),
           "is written in C", "servers.%s.runtime", n);
    refuse(c, has_lock(s), "has no interpreter lock", "servers.%s.interpreter_lock", n);
    refuse(c, has_queue(s), "has a queue without bound, first come first served", "servers.%s.queue", n);
    refuse(c, s->abandoned != ABANDONED_SERVE, "serves whatever comes", "servers.%s.abandoned", n);
    refuse(c, s->connection_memory > 0, "keeps no protocol state", "servers.%s.connection_memory", n);
    refuse(c, own_word_is_not(s, "poll", "sleep"), "sleeps in its poll calls", "servers.%s.poll", n);
    refuse(c, own_word_is_not(s, "share", "hash") && own_word_is_not(s, "share", "round_robin"),
           "shares connections by hash or round_robin", "servers.%s.share", n);
    refuse(c, own_time_is_given(s, "offload.cpu_above"), "does all CPU work on the loop",
           "servers.%s.offload.cpu_above", n);
    check_handler(c, s);
}

static void check_fleet(struct checking *c, const struct herd_conf *conf, const struct fleet_conf *f)
{
    const char *n = f->name;
    refuse(c, f->link_index != NO_LINK, "is on loopback and has no links (link: none)", "fleets.%s.link", n);
    refuse(c, f->connection.kind != CONNECTION_PERSISTENT || f->connection.keep_alive != SIMTIME_MAX,
           "knows persistent connections only", "fleets.%s.connection", n);
    refuse(c, f->heartbeat != SIMTIME_MAX, "sends no heartbeats", "fleets.%s.heartbeat", n);
    refuse(c, f->timeout != SIMTIME_MAX, "has patient collars without time-outs", "fleets.%s.timeout", n);
    refuse(c, f->retry.backoff != BACKOFF_NONE, "sends every report once", "fleets.%s.retry", n);
    refuse(c, f->route != NO_ROUTE && conf->balancers.n > 0, "has no balancers", "fleets.%s.server", n);
    refuse(c, f->payload != conf_fleet(conf, 0)->payload, "has messages of one size", "fleets.%s.payload", n);
    refuse(c, f->payload > LIVE_PAYLOAD_MAX, "has messages of up to 16 KiB", "fleets.%s.payload", n);
}

static void check_machine(struct checking *c, const struct machine_conf *m)
{
    unsigned have = host_processors();
    char what[160];
    struct processors p;
    snprintf(what, sizeof what, "has %u processor%s of this machine's %u, one is the collars'",
             have > 1 ? have - 1 : 1, have > 2 ? "s" : "", have);
    refuse(c, host_choose(m->cores, &p) != 0, what, "machine.cores");
    refuse(c, m->speed < 1 || m->speed > 1, "runs at this machine's own speed (1)", "machine.speed");
    refuse(c, m->scheduler.policy != SCHED_FAIR, "is scheduled by Linux (policy: fair)",
           "machine.scheduler.policy");
}

static void check_size(struct checking *c, const struct herd_conf *conf)
{
    const struct run_conf *run = &conf->head.run;
    double rate = 0;
    for (uint32_t i = 0; i < conf->fleets.n; i++)
        rate += fleet_offered(conf_fleet(conf, i));
    refuse(c, live_collars(conf) > LIVE_COLLARS_MAX, "takes up to 20,000 collars in all", "fleets");
    refuse(c, rate > LIVE_RATE_MAX, "takes up to 200,000 reports per second", "fleets");
    refuse(c, run->warmup == WARMUP_AUTO, "needs a warm-up that is said", "run.warmup");
    refuse(c, run->warmup != WARMUP_AUTO && simtime_to_s(run->warmup + run->duration) > LIVE_TRIAL_MAX,
           "measures in real time, up to 10 min with the warm-up (--duration, or -s run.duration=5s)",
           "run.duration");
    refuse(c, run->replications.min > LIVE_REPLICATIONS_MAX, "takes up to 1,000 replications",
           "run.replications");
    refuse(c, run->batches > 0, "has replications, no batches", "run.batches");
}

static void check_point(struct checking *c, const struct herd_conf *conf)
{
    refuse(c, conf->machines.n > 1, "is on one machine", "machines");
    refuse(c, conf->servers.n > 1, "has one server", "servers");
    refuse(c, conf->balancers.n > 0, "has no balancers", "balancers");
    refuse(c, conf->events.n > 0, "lets nothing go wrong", "events");
    check_size(c, conf);
    for (uint32_t i = 0; i < conf->servers.n; i++)
        check_server(c, conf_server(conf, i));
    for (uint32_t i = 0; i < conf->fleets.n; i++)
        check_fleet(c, conf, conf_fleet(conf, i));
    check_machine(c, conf_server_machine(conf, 0));
}

void live_check(const struct plan *p, struct diag *d)
{
    struct checking c = { .plan = p, .diag = d };
    for (size_t i = 0; i < p->n_points && !diag_is_full(d); i++)
        check_point(&c, p->point[i].conf);
    if (!d->errors && live_seconds(p) > LIVE_ALL_MAX)
        refuse(&c, true,
               "would take more than 4 hours: fewer points or replications (-r), or a shorter --duration",
               "run.duration");
}
