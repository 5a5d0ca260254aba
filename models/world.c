/* world.c - one trial from its beginning to its end. */
#include <stdlib.h>
#include <string.h>

#include "models/connection.h"
#include "models/listen.h"
#include "models/receive_buffer.h"
#include "models/request.h"

#define POOL_FIRST  1024u
#define POLL_EVENTS 16384u /* how often the stop flag is looked at */

#define PREFETCH_DISTANCE 4
/* So many collars with their connections take 900 KiB: the second-level cache of a server keeps them. */
#define CACHED_COLLARS 16384u

/* More than so many events at one instant, and ten for each report that may be under way, are a loop without
 * delay, not a herd. */
#define STILL_EVENTS 10000000ull

bool pool_grow(struct world *w, void *at, uint32_t *room, uint32_t used, size_t size)
{
    void *old, *grown = NULL;
    memcpy(&old, at, sizeof old);
    uint32_t wanted = used < POOL_FIRST ? POOL_FIRST : used < NONE / 2 ? used + used / 2 : 0;
    if (wanted)
        grown = realloc(old, (size_t)wanted * size);
    if (!grown) {
        w->failed = "out of memory: too many connections, requests or threads at once";
        return false;
    }
    memcpy(at, &grown, sizeof grown);
    *room = wanted;
    return true;
}

/* --- setting up --------------------------------------------------------------------------------- */

static void *renew(struct world *w, void *old, size_t n, size_t size)
{
    void *p = realloc(old, (n ? n : 1) * size);
    if (!p) {
        w->failed = "out of memory";
        return old;
    }
    memset(p, 0, n * size);
    return p;
}

static void start_fleets(struct world *w)
{
    uint64_t collars = 0;
    w->outstanding_max = OUTSTANDING_SPARE;
    w->fleets = (uint32_t)w->conf->fleets.n;
    w->links = (uint32_t)w->conf->links.n;
    w->fleet = renew(w, w->fleet, w->fleets, sizeof *w->fleet);
    w->link = renew(w, w->link, w->links, sizeof *w->link);
    for (uint32_t i = 0; i < w->fleets && !w->failed; i++) {
        const struct fleet_conf *c = conf_fleet(w->conf, i);
        bool linked = c->link_index != NO_LINK;
        w->fleet[i] =
            (struct fleet){ .conf = c,
                            .link_conf = linked ? conf_link(w->conf, c->link_index) : NULL,
                            .link = linked ? &w->link[c->link_index] : NULL,
                            .airtime =
                                linked ? link_airtime(conf_link(w->conf, c->link_index), c->payload) : 0,
                            .first = (uint32_t)collars,
                            .n = (uint32_t)c->collars,
                            .surge = 1,
                            .server = conf_server(w->conf, c->server_index)->first,
                            .balancer = c->route };
        collars += c->collars;
        w->large = w->large || c->payload > SMALL_MESSAGE;
        w->outstanding_max += 2 * c->collars * (c->report.batch ? c->report.batch : 1);
    }
    w->collars = collars;
    if (!w->failed && collars > w->collar_room) {
        struct collar *grown = realloc(w->collar, collars * sizeof *w->collar);
        w->failed = grown ? NULL : "out of memory for so many collars";
        w->collar = grown ? grown : w->collar;
        w->collar_room = grown ? collars : w->collar_room;
    }
}

static size_t aligned(size_t n) { return (n + 63) / 64 * 64; }

static size_t state_of(const struct server_conf *c, const struct machine_conf *m)
{
    const struct server_type *type = (const struct server_type *)c->model.model;
    return type->state_size + (type->worker_state ? workers_of(c, m->cores) * type->worker_state : 0);
}

static bool make_room_for_states(struct world *w)
{
    size_t need = 0;
    for (uint32_t i = 0; i < w->conf->servers.n; i++) {
        const struct server_conf *c = conf_server(w->conf, i);
        need += c->replicas * aligned(state_of(c, w->machine[c->machine_index].conf));
    }
    if (need <= w->state_room)
        return true;
    char *grown = realloc(w->state_memory, need);
    if (!grown) {
        w->failed = "out of memory";
        return false;
    }
    w->state_memory = grown;
    w->state_room = need;
    return true;
}

static void place_servers(struct world *w)
{
    w->servers = w->conf->processes;
    w->server = renew(w, w->server, w->servers, sizeof *w->server);
    if (w->failed || !make_room_for_states(w))
        return;
    char *state = w->state_memory;
    const struct server_conf *c = conf_server(w->conf, 0);
    for (uint32_t i = 0; i < w->servers; i++) {
        c += i == c->first + c->replicas;
        const struct server_type *type = (const struct server_type *)c->model.model;
        w->server[i] = (struct server){ .type = type,
                                        .conf = c,
                                        .own = c->model.conf,
                                        .state = state,
                                        .world = w,
                                        .machine = &w->machine[c->machine_index],
                                        .index = i,
                                        .costs = w->machine[c->machine_index].conf->costs,
                                        .sizes = w->machine[c->machine_index].conf->sizes,
                                        .accept_head = NONE,
                                        .accept_tail = NONE,
                                        .put_off = NONE };
        runtime_apply(&c->runtime, &w->server[i].costs, &w->server[i].sizes);
        if (w->server[i].sizes.unread_next == NO_LIMIT)
            w->server[i].sizes.unread_next = w->server[i].sizes.unread_message;
        if (!(type->request_holds & MEM_BIT(MEM_REQUEST_TASKS)) && !type->connection_tasks)
            w->server[i].costs.task_switch = 0; /* no task but a thread's own */
        if (type->connection_tasks) {           /* a request has none besides */
            w->server[i].connection_task = w->server[i].sizes.request_task;
            w->server[i].sizes.request_task = 0;
        }
        size_t size = state_of(c, w->machine[c->machine_index].conf);
        w->server[i].state_size = size;
        state += aligned(size);
    }
}

static void start_servers(struct world *w)
{
    for (uint32_t i = 0; i < w->servers && !w->failed; i++)
        server_launch(w, &w->server[i]);
}

/* What stays from trial to trial: memory, never values. */
static void clear(struct world *w)
{
    struct world kept = { .q = w->q,
                          .fleet = w->fleet,
                          .link = w->link,
                          .server = w->server,
                          .collar = w->collar,
                          .conn = w->conn,
                          .req = w->req,
                          .thread = w->thread,
                          .faults = w->faults,
                          .reconnects = { .at = w->reconnects.at, .room = w->reconnects.room },
                          .reports = { .at = w->reports.at, .room = w->reports.room, .free = NONE },
                          .conn_room = w->conn_room,
                          .times = w->times,
                          .times_room = w->times_room,
                          .req_room = w->req_room,
                          .thread_room = w->thread_room,
                          .collar_room = w->collar_room,
                          .gave_up = w->gave_up,
                          .sample = w->sample,
                          .state_memory = w->state_memory,
                          .state_room = w->state_room,
                          .pilot = w->pilot,
                          .batches = w->batches,
                          .backends = w->backends,
                          .balancer = w->balancer,
                          .balancers = w->balancers,
                          .meter = w->meter,
                          .locks = w->locks,
                          .machine = w->machine,
                          .machine_room = w->machine_room };
    *w = kept;
    w->batches.n = 0;
    w->conn_free = w->req_free = w->thread_free = NONE;
    w->first_intended = SIMTIME_MAX;
    w->ledger.connections = &w->connections.level;
    evq_reset(w->q);
    hist_reset(w->gave_up);
}

void world_start(struct world *w, const struct herd_conf *conf, struct rng_key key, simtime warm, simtime end,
                 struct trial *out)
{
    clear(w);
    w->conf = conf;
    w->key = key;
    w->warm = warm;
    w->end = end;
    w->woken_at = NEVER;
    w->opening = opening_span(conf);
    w->warmed = conf->head.run.warmup > 0;
    w->timed = idle_matters(conf);
    w->out = out;
    for (int h = 0; h < TRIAL_HISTS; h++)
        w->hist[h] = out->hist[h];
    if (!machines_start(w))
        return;
    place_servers(w);
    if (!w->failed && locks_start(w) && backends_start(w) && balancers_start(w) && meters_start(w))
        start_fleets(w);
    if (!w->failed)
        faults_start(w);
    schedule(w, w->warm, EV_WARM, 0, 0);
    schedule(w, 0, EV_SAMPLE, 0, 0);
    if (!w->failed)
        start_servers(w);
    if (!w->failed)
        fleet_start(w);
    noise_start(w);
}

/* --- running ------------------------------------------------------------------------------------ */

static void sample(struct world *w)
{
    measure_sample(w);
    simtime step = w->end / SAMPLES;
    schedule(w, simtime_after(w->now, step ? step : 1), EV_SAMPLE, 0, 0);
}

static void connection_event(struct world *w, unsigned kind, uint32_t gen, uint32_t c)
{
    if ((w->conn[c].gen & EVENT_GEN_MASK) != gen)
        return;
    if (kind == EV_WINDOW)
        receive_buffer_opens(w, c);
    else if (kind == EV_SYN)
        conn_syn(w, c);
    else if (kind == EV_ACK)
        conn_ack(w, c);
    else if (kind == EV_FIN)
        conn_finished(w, c);
    else if (kind == EV_IDLE)
        idle_at_server(w, c);
    else if (kind == EV_BEAT)
        idle_beat(w, c);
    else if (kind == EV_LINGER)
        idle_at_collar(w, c);
    else if (kind == EV_OPEN)
        conn_opened(w, c);
    else
        conn_unreachable(w, c);
}

static void request_event(struct world *w, unsigned kind, uint32_t gen, uint32_t r)
{
    if ((w->req[r].gen & EVENT_GEN_MASK) != gen)
        return;
    struct server *s;
    switch (kind) {
    case EV_ARRIVE:
        request_arrive(w, r);
        break;
    case EV_RESUME:
        s = conn_server(w, w->req[r].conn);
        s->paused--;
        s->type->resumed(s, r);
        break;
    case EV_REPLY:
        request_delivered(w, r);
        break;
    case EV_LOST:
        request_given_up(w, r, OUTCOME_LOST);
        break;
    default:
        request_given_up(w, r, OUTCOME_TIMED_OUT);
    }
}

static void thread_event(struct world *w, uint32_t gen, uint32_t t)
{
    struct thread *th = &w->thread[t];
    if ((th->gen & EVENT_GEN_MASK) != gen)
        return;
    th->state = THREAD_IDLE;
    struct server *s = &w->server[th->server];
    s->paused--;
    s->type->woke(s, t);
}

static void measuring_event(struct world *w, unsigned kind)
{
    if (kind == EV_WARM)
        measure_warm(w);
    else if (kind == EV_SLICE)
        pilot_slice(w);
    else if (kind == EV_BATCH)
        batches_end_one(w);
    else
        sample(w);
}

static void handle(struct world *w, uint64_t what)
{
    unsigned kind = event_kind(what);
    uint32_t gen = event_gen(what), who = event_who(what);
    switch (kind) {
    case EV_WAKE:
        fleet_wake(w, who);
        break;
    case EV_ARRIVE:
    case EV_RESUME:
    case EV_REPLY:
    case EV_LOST:
    case EV_TIMEOUT:
        request_event(w, kind, gen, who);
        break;
    case EV_RETRY:
        retry_due(w, who, gen);
        break;
    case EV_RECONNECT:
        reconnect_due(w, who, gen);
        break;
    case EV_CORE:
        machine_core_event(w, who, gen);
        break;
    case EV_SHARED:
        shared_event(w, who, gen);
        break;
    case EV_LOCK:
        lock_event(w, who, gen);
        break;
    case EV_THREAD:
        thread_event(w, gen, who);
        break;
    case EV_CALL:
        if ((w->backends.call[who].gen & EVENT_GEN_MASK) == gen)
            call_event(w, who);
        break;
    case EV_ACCEPT:
        listen_again(w, who);
        break;
    case EV_OPENING:
        fleet_open_next(w, who);
        break;
    case EV_FAULT:
        faults_event(w, who, gen != 0);
        break;
    case EV_NOISE:
        noise_event(w, who);
        break;
    case EV_WARM:
    case EV_SLICE:
    case EV_BATCH:
    case EV_SAMPLE:
        measuring_event(w, kind);
        break;
    default:
        connection_event(w, kind, gen, who);
    }
}

static void advance_clock(struct world *w, simtime to)
{
    if (to != w->now) {
        w->still = 0;
        w->now = sim_place.now = to;
    } else if (++w->still > STILL_EVENTS + 10 * w->outstanding_max) {
        w->failed = "time stands still: a closed loop without any delay";
    }
}

/* Asks the memory early for the collar that wakes a few events from now: a large fleet does not fit into any
 * cache, and everything else that is touched is young. Persistent connections of the first fleets stand at
 * the index of their collar; elsewhere the guess costs nothing. */
static inline void prefetch(const struct world *w)
{
    if (w->collars <= CACHED_COLLARS)
        return;
    struct event soon;
    if (!evq_glance(w->q, PREFETCH_DISTANCE, &soon) || event_kind(soon.what) != EV_WAKE)
        return;
    uint32_t collar = event_who(soon.what);
    __builtin_prefetch(&w->collar[collar]);
    if (collar < w->conn_used)
        __builtin_prefetch(&w->conn[collar]);
}

/* The window closes now, be it still empty. */
static void end_here(struct world *w)
{
    w->end = w->now;
    if (!w->measuring) {
        w->warm = w->now;
        measure_warm(w);
    }
}

bool world_run(struct world *w, const atomic_int *stop)
{
    struct event e;
    sim_place.now = w->now;
    while (!w->failed && !w->cut && evq_pop(w->q, &e)) {
        advance_clock(w, e.time);
        sim_place.what = e.what;
        prefetch(w);
        handle(w, e.what);
        if (w->ledger.over)
            check_memory(w);
        if (++w->events % POLL_EVENTS == 0 && stop && atomic_load_explicit(stop, memory_order_relaxed))
            return false;
    }
    if (evq_failed(w->q))
        w->failed = "out of memory for pending events";
    if (w->cut)
        end_here(w);
    w->now = w->end;
    return true;
}
