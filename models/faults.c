/* faults.c - what goes wrong on purpose. */
#include "models/faults.h"

#include <stdlib.h>

#include "models/connection.h"
#include "models/world.h"

static const struct happening_conf *happening(const struct world *w, size_t i)
{
    return (const struct happening_conf *)w->conf->events.at + i;
}

static simtime beginning(const struct world *w, const struct happening_conf *h)
{
    return simtime_after(w->warm, h->at);
}

static simtime ending(const struct world *w, const struct happening_conf *h)
{
    return simtime_after(beginning(w, h), h->last);
}

const struct happening_conf *faults_span(const struct world *w, simtime *begin, simtime *end)
{
    const struct happening_conf *last = NULL;
    for (uint32_t i = 0; i < w->conf->events.n; i++) {
        const struct happening_conf *h = happening(w, i);
        if (beginning(w, h) < *begin)
            *begin = beginning(w, h);
        if (ending(w, h) <= *end)
            continue;
        *end = ending(w, h);
        last = h;
    }
    return last;
}

/* --- the way of a message ------------------------------------------------------------------------- */

static bool is_on_the_way(const struct fleet *f, uint32_t fleet, const struct happening_conf *h)
{
    bool link = h->kind == HAPPENS_OUTAGE || h->kind == HAPPENS_LATENCY;
    return link ? f->conf->link_index == h->index : h->kind == HAPPENS_COVERAGE && h->index == fleet;
}

static size_t add_spells(struct world *w, uint32_t fleet, size_t n)
{
    struct fleet *f = &w->fleet[fleet];
    f->spell = w->faults.spell + n;
    for (uint32_t i = 0; i < w->conf->events.n; i++) {
        const struct happening_conf *h = happening(w, i);
        if (is_on_the_way(f, fleet, h))
            f->spell[f->spells++] = (struct spell){ beginning(w, h), ending(w, h), h, i };
    }
    return n + f->spells;
}

bool faults_start(struct world *w)
{
    size_t need = w->fleets * w->conf->events.n, n = 0;
    if (need > w->faults.room) {
        struct spell *grown = realloc(w->faults.spell, need * sizeof *grown);
        if (!grown) {
            w->failed = "out of memory";
            return false;
        }
        w->faults = (struct faults){ grown, need };
    }
    for (uint32_t i = 0; need && i < w->fleets; i++)
        n = add_spells(w, i, n);
    for (uint32_t i = 0; i < w->conf->events.n; i++) {
        schedule(w, beginning(w, happening(w, i)), EV_FAULT, 0, i);
        schedule(w, ending(w, happening(w, i)), EV_FAULT, 1, i);
    }
    return true;
}

/* The collar is among those that the spell is about. */
static bool concerns(struct world *w, const struct spell *s, uint32_t collar)
{
    if (s->conf->kind != HAPPENS_COVERAGE || s->conf->share >= 1)
        return true;
    struct rng g = rng_stream(w->key, DRAW_COVERAGE, collar, s->number);
    return rng_uniform(&g) < s->conf->share;
}

/* Under way from `sent` to `there`, the transmission meets an outage. */
static bool is_cut_off(struct world *w, const struct fleet *f, uint32_t collar, simtime sent, simtime there)
{
    for (uint32_t i = 0; i < f->spells; i++) {
        const struct spell *s = &f->spell[i];
        bool meets = sent < s->until && (sent >= s->from || there > s->from);
        if (s->conf->kind != HAPPENS_LATENCY && meets && concerns(w, s, collar))
            return true;
    }
    return false;
}

static simtime slowed(const struct fleet *f, simtime sent, simtime latency)
{
    for (uint32_t i = 0; i < f->spells; i++) {
        const struct spell *s = &f->spell[i];
        if (s->conf->kind == HAPPENS_LATENCY && sent >= s->from && sent < s->until)
            latency = simtime_after(simtime_from_s(simtime_to_s(latency) * s->conf->times), s->conf->add);
    }
    return latency;
}

/* The collar has no network now, and knows it. */
static bool is_off(struct world *w, const struct fleet *f, uint32_t collar)
{
    for (uint32_t i = 0; i < f->spells; i++) {
        const struct spell *s = &f->spell[i];
        if (s->conf->connections == CONNECTIONS_LOST && w->now >= s->from && w->now < s->until &&
            concerns(w, s, collar))
            return true;
    }
    return false;
}

simtime faults_arrival(struct world *w, const struct fleet *f, const struct sending *m, struct transport t,
                       simtime *given_up)
{
    simtime delay = m->delay;
    *given_up = w->now;
    if (m->connects && is_off(w, f, m->collar))
        return SIMTIME_MAX;
    for (;;) {
        simtime sent = simtime_after(w->now, delay), there = simtime_after(sent, slowed(f, sent, m->latency));
        if (!is_cut_off(w, f, m->collar, sent, there))
            return there;
        delay = simtime_after(delay, t.wait);
        t.wait = link_next_timeout(t.wait);
        if (++t.failed >= f->link_conf->attempts) {
            *given_up = simtime_after(w->now, delay);
            return SIMTIME_MAX;
        }
    }
}

bool faults_break(const struct world *w, uint32_t r)
{
    const struct conn *k = &w->conn[w->req[r].conn];
    return w->fleet[k->fleet].spells && !k->per_report && w->req[r].state == REQ_UP;
}

/* --- beginnings and ends -------------------------------------------------------------------------- */

static void surge(struct world *w, const struct happening_conf *h, bool over)
{
    struct fleet *f = &w->fleet[h->index];
    f->surge = over ? f->surge / h->reports : f->surge * h->reports;
}

/* Another event of the kind keeps the same thing down. */
static bool is_still_down(const struct world *w, const struct happening_conf *h)
{
    for (uint32_t i = 0; i < w->conf->events.n; i++) {
        const struct happening_conf *other = happening(w, i);
        bool same = other != h && other->kind == h->kind && other->index == h->index;
        if (same && w->now >= beginning(w, other) && w->now < ending(w, other))
            return true;
    }
    return false;
}

/* The process dies: its memory is free, and the kernel tells all who were connected. */
static void crash(struct world *w, const struct happening_conf *h, bool over)
{
    const struct server_conf *c = conf_server(w->conf, h->index);
    for (uint32_t i = c->first; i < c->first + c->replicas && i - c->first < h->replicas; i++) {
        struct server *s = &w->server[i];
        if (!over && !s->dead)
            server_kill(w, s);
        if (over && s->dead && !is_still_down(w, h))
            server_launch(w, s);
    }
}

/* Collars whose network is gone give their connections up; servers don't know. */
static void lose_connections(struct world *w, const struct happening_conf *h, bool over)
{
    if (over || h->connections != CONNECTIONS_LOST)
        return;
    for (uint32_t c = 0; c < w->conn_used; c++) {
        const struct conn *k = &w->conn[c];
        const struct fleet *f = &w->fleet[k->fleet];
        bool open = k->state != CONN_FREE && k->state != CONN_CLOSED && k->state != CONN_DONE;
        if (open && !k->per_report && !k->vanished && is_on_the_way(f, k->fleet, h) &&
            is_off(w, f, k->collar))
            conn_vanish(w, c);
    }
}

static void slow_down(struct world *w, const struct happening_conf *h, bool over)
{
    double speed = 1;
    (void)over;
    for (uint32_t i = 0; i < w->conf->events.n; i++) {
        const struct happening_conf *other = happening(w, i);
        if (other->kind == h->kind && other->index == h->index && w->now >= beginning(w, other) &&
            w->now < ending(w, other))
            speed /= other->times;
    }
    machine_set_speed(w, &w->machine[h->index], speed);
}

void faults_event(struct world *w, uint32_t number, bool over)
{
    static void (*const act[])(struct world *, const struct happening_conf *, bool) = {
        [HAPPENS_OUTAGE] = lose_connections,
        [HAPPENS_COVERAGE] = lose_connections,
        [HAPPENS_LOAD] = surge,
        [HAPPENS_CRASH] = crash,
        [HAPPENS_SLOW] = slow_down,
    };
    const struct happening_conf *h = happening(w, number);
    if (act[h->kind])
        act[h->kind](w, h, over);
}
