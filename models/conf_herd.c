/* conf_herd.c - the root of a scenario. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/backend.h"
#include "models/balancer.h"
#include "models/meter.h"
#include "models/server.h"

static const struct field herd_fields[] = {
    SCENARIO_HEAD_FIELDS(struct herd_conf),
    F_GROUP(struct herd_conf, host, "machine", struct machine_conf, &machine_record,
            "what the servers run on"),
    { .kind = FIELD_MAP,
      .key = "machines",
      .sub = &machine_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct herd_conf, machines, struct items),
      .doc = "several machines instead of one; servers say which they run on" },
    { .kind = FIELD_MAP,
      .key = "links",
      .sub = &link_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct herd_conf, links, struct items),
      .doc = "how collars reach the servers" },
    { .kind = FIELD_MAP,
      .key = "backends",
      .sub = &backend_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct herd_conf, backends, struct items),
      .doc = "what handlers call" },
    F_MAP(struct herd_conf, servers, "servers", &server_record, "the servers"),
    { .kind = FIELD_MAP,
      .key = "balancers",
      .sub = &balancer_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct herd_conf, balancers, struct items),
      .doc = "several servers behind one name" },
    F_MAP(struct herd_conf, fleets, "fleets", &fleet_record, "the collars"),
    { .kind = FIELD_LIST,
      .key = "events",
      .sub = &happening_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct herd_conf, events, struct items),
      .doc = "what goes wrong, and when" },
    F_END
};

#define FLEETS_MAX   255u
#define BACKENDS_MAX 255u
#define COLLARS_MAX  100000000ull
#define AT_ONCE_MAX  20000000ull /* reports in batches: a report under way takes more memory than a collar */

static void find_indices(struct herd_conf *c, struct fleet_conf *f)
{
    f->link_index = NO_LINK;
    for (uint32_t i = 0; i < c->links.n && f->link; i++)
        if (!strcmp(conf_link(c, i)->name, f->link))
            f->link_index = i;
}

static void place_server(const struct herd_conf *c, struct server_conf *s)
{
    for (uint32_t i = 0; i < c->machines.n && s->on; i++)
        if (!strcmp(conf_machine(c, i)->name, s->on))
            s->machine_index = i;
}

static void check_machines(struct binder *b, const struct herd_conf *c, const struct node *map)
{
    const struct node *one = node_get(map, "machine"), *several = node_get(map, "machines");
    if (one && several)
        diag_error(b->diag, several->at, "machines: there is `machine` as well; expects one of the two");
    if (c->machines.n > FLEETS_MAX)
        diag_error(b->diag, several->at, "machines: expects 1 to %u machines", FLEETS_MAX);
}

/* The rank of a fleet's priority: how many different ones are more urgent. */
static void find_urgency(const struct herd_conf *c, struct fleet_conf *f)
{
    f->urgency = 0;
    for (uint32_t i = 0; i < c->fleets.n; i++) {
        const struct fleet_conf *other = conf_fleet(c, i);
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++)
            first = conf_fleet(c, j)->priority != other->priority;
        f->urgency += first && other->priority < f->priority;
    }
}

static bool is_free(const struct machine_conf *m)
{
    const struct costs_conf *c = &m->costs;
    const simtime cost[] = { c->context_switch, c->cache_refill, c->wakeup,      c->receive,
                             c->send,           c->accept,       c->close,       c->poll,
                             c->poll_event,     c->timer,        c->task_switch, c->thread_create,
                             c->thread_exit,    c->page_fault,   c->fork,        c->process_exit };
    for (size_t i = 0; i < sizeof cost / sizeof *cost; i++)
        if (cost[i])
            return false;
    return true;
}

static bool takes_no_time(const struct dist *d) { return dist_is_constant(d) && d->mean <= 0; }

static bool step_is_instant(const struct herd_conf *c, const struct step_conf *step)
{
    if (step->kind != STEP_CALL)
        return step->kind == STEP_MEMORY || step->kind == STEP_STACK || takes_no_time(&step->amount);
    const struct backend_conf *b = conf_backend(c, step->backend_index);
    return takes_no_time(&b->service) && takes_no_time(&b->latency);
}

static bool is_instant(const struct herd_conf *c, const struct server_conf *s)
{
    for (size_t i = 0; i < s->handler.n; i++)
        if (!step_is_instant(c, &server_steps(s)[i]))
            return false;
    return true;
}

/* A closed loop in which nothing takes time would report for ever at one instant. */
static bool stands_still(const struct herd_conf *c, const struct fleet_conf *f)
{
    const struct link_conf *l = f->link_index == NO_LINK ? NULL : conf_link(c, f->link_index);
    bool instant = !l || (takes_no_time(&l->latency) && l->loss <= 0 && isinf(l->bandwidth));
    return f->report.kind == REPORT_THINK && takes_no_time(&f->report.gap) && instant &&
           is_free(conf_server_machine(c, f->server_index)) && is_instant(c, conf_server(c, f->server_index));
}

static void check_time_passes(struct binder *b, const struct herd_conf *c, const struct fleet_conf *f,
                              const struct node *fleets)
{
    const struct node *fleet = node_get(fleets, f->name), *report = fleet ? node_get(fleet, "report") : NULL;
    if (stands_still(c, f))
        diag_error(
            b->diag, (report ? report : fleets)->at,
            "report: nothing takes time, so that fleet '%s' would report for ever at one instant: expects "
            "a think time, or a handler with some work or a wait",
            f->name);
}

/* --- events --------------------------------------------------------------------------------------- */

/* The item of that name; each begins with it. */
static uint32_t index_of(const struct items *all, size_t size, const char *name)
{
    uint32_t i = 0;
    while (i < all->n && strcmp(*(const char *const *)((const char *)all->at + i * size), name) != 0)
        i++;
    return i;
}

static uint32_t find_target(const struct herd_conf *c, const struct happening_conf *h)
{
    switch (h->kind) {
    case HAPPENS_OUTAGE:
    case HAPPENS_LATENCY:
        return index_of(&c->links, sizeof(struct link_conf), h->target);
    case HAPPENS_CRASH:
        return index_of(&c->servers, sizeof(struct server_conf), h->target);
    case HAPPENS_SLOW:
        return c->machines.n ? index_of(&c->machines, sizeof(struct machine_conf), h->target)
                             : strcmp(h->target, "machine") != 0;
    default:
        return index_of(&c->fleets, sizeof(struct fleet_conf), h->target);
    }
}

/* "outage wifi" */
static const char *label_of(struct binder *b, const struct happening_conf *h)
{
    const char *kind = happening_record.alternatives[h->kind].key;
    size_t room = strlen(kind) + strlen(h->target) + 2;
    char *label = ARENA_ARRAY(b->arena, char, room);
    if (!label) {
        diag_no_memory(b->diag);
        return kind;
    }
    snprintf(label, room, "%s %s", kind, h->target);
    return label;
}

static void check_crash(struct binder *b, const struct herd_conf *c, const struct happening_conf *h,
                        const struct node *event)
{
    const struct server_conf *s = conf_server(c, h->index);
    const struct node *replicas = node_get(event, "replicas");
    if (replicas && h->replicas != NO_LIMIT && h->replicas > s->replicas)
        diag_error(b->diag, replicas->at, "replicas: server '%s' has %llu; expects at most so many, or all",
                   s->name, (unsigned long long)s->replicas);
}

static void check_events(struct binder *b, const struct herd_conf *c, const struct node *list)
{
    for (size_t i = 0; i < c->events.n; i++) {
        struct happening_conf *h = (struct happening_conf *)c->events.at + i;
        h->index = find_target(c, h);
        if (h->kind == HAPPENS_SLOW && h->index >= conf_machines(c))
            diag_error(b->diag, list->item[i]->at, "slow: no machine is named '%s'; expects %s",
                       diag_shown(b->diag, h->target),
                       c->machines.n ? "a name from `machines`" : "`machine`, as there is but one");
        if (h->kind == HAPPENS_CRASH)
            check_crash(b, c, h, list->item[i]);
        h->label = label_of(b, h);
        if (h->kind == HAPPENS_COVERAGE && conf_fleet(c, h->index)->link_index == NO_LINK)
            diag_error(b->diag, list->item[i]->at, "coverage: fleet '%s' has no link that it could lose",
                       h->target);
    }
}

/* Threads that the server's processes begin with where its model has a pool of them. */
static double workers_in_all(const struct herd_conf *c, const struct server_conf *s)
{
    const struct server_type *type = (const struct server_type *)s->model.model;
    const struct machine_conf *m = conf_machine(c, s->machine_index);
    return type->workers ? (double)s->replicas * (double)workers_of(s, m->cores) : 0;
}

static void check_workers(struct binder *b, const struct herd_conf *c, const struct node *servers)
{
    double sum = 0;
    for (uint32_t i = 0; i < c->servers.n && sum <= (double)THREADS_MOST; i++) {
        const struct server_conf *s = conf_server(c, i);
        const struct node *map = node_get(servers, s->name), *key = map ? node_get(map, "workers") : NULL;
        sum += workers_in_all(c, s);
        if (sum > (double)THREADS_MOST)
            diag_error(
                b->diag,
                key   ? key->at
                : map ? map->at
                      : servers->at,
                "workers: server '%s' makes it %.0f threads in all (workers x replicas of all servers); "
                "Linux has at most %llu (PID_MAX_LIMIT)",
                s->name, sum, THREADS_MOST);
    }
}

static void check_herd(struct binder *b, const struct node *map, void *item)
{
    struct herd_conf *c = item;
    uint64_t collars = 0, at_once = 0;
    bool sound = b->diag->errors == 0;
    const struct node *fleets = node_get(map, "fleets"), *servers = node_get(map, "servers");
    if (!c->fleets.n || c->fleets.n > FLEETS_MAX)
        diag_error(b->diag, fleets ? fleets->at : map->at, "fleets: expects 1 to %u fleets", FLEETS_MAX);
    if (!c->servers.n || c->servers.n > FLEETS_MAX)
        diag_error(b->diag, servers ? servers->at : map->at, "servers: expects 1 to %u servers", FLEETS_MAX);
    check_machines(b, c, map);
    for (size_t i = 0; i < c->servers.n; i++)
        place_server(c, (struct server_conf *)c->servers.at + i);
    if (c->backends.n > BACKENDS_MAX)
        diag_error(b->diag, map->at, "backends: expects at most %u", BACKENDS_MAX);
    conf_find_backends(b, map, c);
    conf_find_servers(b, map, c);
    conf_name_parts(b, c);
    for (size_t i = 0; i < c->fleets.n; i++) {
        struct fleet_conf *f = (struct fleet_conf *)c->fleets.at + i;
        collars += f->collars;
        at_once += f->collars * (f->report.batch ? f->report.batch : 1);
        find_indices(c, f);
        find_urgency(c, f);
        if (sound)
            check_time_passes(b, c, f, fleets);
    }
    if (sound) {
        check_events(b, c, node_get(map, "events"));
        check_workers(b, c, servers);
    }
    if (collars > COLLARS_MAX)
        diag_error(b->diag, fleets->at, "fleets: %llu collars in all; at most %llu can be simulated",
                   (unsigned long long)collars, COLLARS_MAX);
    else if (at_once > collars && at_once > AT_ONCE_MAX)
        diag_error(b->diag, fleets->at,
                   "fleets: collars x batch makes %llu reports at once; at most %llu can be simulated",
                   (unsigned long long)at_once, AT_ONCE_MAX);
}

const struct record herd_record = { .name = "scenario",
                                    .doc = "a scenario",
                                    .size = sizeof(struct herd_conf),
                                    .fields = herd_fields,
                                    .check = check_herd };
