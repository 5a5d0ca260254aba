/* generator.c - see generator.h. */
#include "models/live/generator.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "models/draw.h"
#include "models/live/host.h"
#include "models/live/twin/twin.h"

#define NONE          UINT32_MAX
#define EVENTS        64
#define LOOK_EVERY    256u /* turns between looks at the stop flag */
#define PER_ADDRESS   10000u
#define REPORTS_MAX   4000000u
#define TIMERS_A_TURN 16         /* then replies are looked for, however much is due */
#define TWIN_SPEAKS   UINT64_MAX /* epoll: a line of the twin's */

/* Timers carry a collar's number, or a fleet whose connections are being opened. */
static void *of_collar(uint32_t i) { return (void *)(uintptr_t)(2 * (uint64_t)i); }
static void *of_fleet(uint32_t i) { return (void *)(uintptr_t)(2 * (uint64_t)i + 1); }

static simtime read_clock(const struct generator *g) { return twin_now() - g->began; }

static void at(struct generator *g, simtime when, void *what)
{
    if (when < g->end && !timers_add(&g->due, when, what))
        g->failed = "out of memory";
}

static const struct fleet_conf *fleet_of(const struct generator *g, const struct live_collar *c)
{
    return conf_fleet(g->conf, c->fleet);
}

/* --- reports -------------------------------------------------------------------------------------- */

static uint32_t take_report(struct generator *g)
{
    uint32_t r = g->report_free;
    if (r != NONE) {
        g->report_free = g->report[r].next;
        return r;
    }
    if (g->report_used == g->report_room) {
        uint32_t room = g->report_room ? 2 * g->report_room : 4096;
        struct live_report *grown = room <= REPORTS_MAX ? realloc(g->report, room * sizeof *grown) : NULL;
        if (!grown) {
            g->failed = "too many reports are under way at once";
            return NONE;
        }
        g->report = grown;
        g->report_room = room;
    }
    return g->report_used++;
}

static bool is_measured(const struct generator *g, simtime intended)
{
    return intended >= g->warm && intended < g->end;
}

static void closed_loop_goes_on(struct generator *g, uint32_t i)
{
    struct live_collar *c = &g->collar[i];
    const struct report_conf *r = &fleet_of(g, c)->report;
    if (r->kind == REPORT_THINK && !c->gone && c->awaited && !--c->awaited)
        at(g, simtime_after(g->now, draw_gap(g->key, r, i, c->number)), of_collar(i));
}

/* The first report of the collar is over. */
static void finish(struct generator *g, uint32_t i, uint64_t *counter)
{
    struct live_collar *c = &g->collar[i];
    uint32_t r = c->head;
    *counter += is_measured(g, g->report[r].intended);
    c->head = g->report[r].next;
    if (c->unsent == r)
        c->unsent = c->head;
    g->report[r].next = g->report_free;
    g->report_free = r;
    g->count.outstanding--;
    closed_loop_goes_on(g, i);
}

static void answered(struct generator *g, uint32_t i)
{
    simtime intended = g->report[g->collar[i].head].intended;
    if (g->now >= g->warm && g->now < g->end)
        g->count.replies++;
    if (is_measured(g, intended)) {
        hist_add(g->latency, g->now > intended ? g->now - intended : 0);
        g->last = g->now;
    }
    finish(g, i, &g->count.answered);
}

/* The connection is gone, or never came: nothing of its collar is answered any more. */
static void give_up(struct generator *g, uint32_t i, uint64_t *counter)
{
    struct live_collar *c = &g->collar[i];
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->stands = false;
    c->gone = true;
    while (c->head != NONE)
        finish(g, i, counter);
}

/* --- sending -------------------------------------------------------------------------------------- */

static void write_message(struct generator *g, uint32_t i, const struct live_report *r)
{
    const struct server_conf *s = conf_server(g->conf, 0);
    for (uint32_t step = 0; step < s->handler.n; step++) {
        int64_t ns = simtime_from_s(draw_step(g->key, &server_steps(s)[step], step, i, r->number));
        memcpy(g->message + step * sizeof ns, &ns, sizeof ns);
    }
}

static void want_room(struct generator *g, uint32_t i, bool wanted)
{
    struct epoll_event e = { .events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = { .u64 = i } };
    g->collar[i].full = wanted;
    epoll_ctl(g->ep, EPOLL_CTL_MOD, g->collar[i].fd, &e);
}

/* Sends what waits at the collar, as far as its socket takes it. */
static void flush(struct generator *g, uint32_t i)
{
    struct live_collar *c = &g->collar[i];
    while (c->unsent != NONE && c->fd >= 0) {
        write_message(g, i, &g->report[c->unsent]);
        ssize_t n = send(c->fd, g->message + c->sent, g->request - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!c->full)
                want_room(g, i, true);
            return;
        }
        if (n < 0) {
            give_up(g, i, &g->count.lost);
            return;
        }
        c->sent += (uint32_t)n;
        if (c->sent == g->request) {
            c->sent = 0;
            c->unsent = g->report[c->unsent].next;
        }
    }
    if (c->full)
        want_room(g, i, false);
}

static void append(struct generator *g, uint32_t i, simtime intended)
{
    struct live_collar *c = &g->collar[i];
    uint32_t r = take_report(g);
    if (r == NONE)
        return;
    g->report[r] = (struct live_report){ intended, c->number++, NONE };
    if (c->head == NONE)
        c->head = r;
    else
        g->report[c->tail].next = r;
    c->tail = r;
    if (c->unsent == NONE)
        c->unsent = r;
    g->count.outstanding++;
    if (!is_measured(g, intended))
        return;
    g->count.sent++;
    g->first = intended < g->first ? intended : g->first;
    hist_add(g->late, g->now > intended ? g->now - intended : 0);
}

/* --- connecting ----------------------------------------------------------------------------------- */

/* A source address for so many collars, as each has no more than some 28,000 ports. */
static int bind_source(int fd, uint32_t i)
{
    int on = 1;
    const struct sockaddr_in here = { .sin_family = AF_INET,
                                      .sin_addr = { htonl(INADDR_LOOPBACK + 1 + i / PER_ADDRESS) } };
    return setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) ||
                   bind(fd, (const struct sockaddr *)&here, sizeof here)
               ? -1
               : 0;
}

static void open_connection(struct generator *g, uint32_t i)
{
    struct live_collar *c = &g->collar[i];
    const struct linger reset = { .l_onoff = 1 }; /* no TIME_WAIT left behind */
    const struct sockaddr_in there = { .sin_family = AF_INET,
                                       .sin_port = htons(g->port),
                                       .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data = { .u64 = i } };
    c->fd = fd;
    c->full = true; /* until it stands */
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) ||
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) || bind_source(fd, i) ||
        (connect(fd, (const struct sockaddr *)&there, sizeof there) && errno != EINPROGRESS) ||
        epoll_ctl(g->ep, EPOLL_CTL_ADD, fd, &e))
        give_up(g, i, &g->count.refused);
}

/* --- what falls due ------------------------------------------------------------------------------- */

static void wake(struct generator *g, uint32_t i, simtime due)
{
    struct live_collar *c = &g->collar[i];
    const struct fleet_conf *f = fleet_of(g, c);
    uint64_t batch = f->report.kind == REPORT_TRACE ? 1 : f->report.batch;
    if (f->report.kind == REPORT_THINK)
        c->awaited = (uint32_t)batch;
    for (uint64_t n = 0; n < batch && !g->failed; n++)
        append(g, i, due);
    at(g, draw_next(g->key, f, g->first_of[c->fleet], c->i, c->number, due, &c->base), of_collar(i));
    if (c->gone)
        give_up(g, i, &g->count.refused);
    else if (c->fd < 0)
        open_connection(g, i);
    else if (c->stands && !c->full)
        flush(g, i);
}

static simtime opening_of(const struct generator *g, uint32_t fleet, uint32_t i)
{
    return (simtime)((double)g->warm / 2 * i / (double)conf_fleet(g->conf, fleet)->collars);
}

static void open_next(struct generator *g, uint32_t fleet)
{
    uint64_t n = conf_fleet(g->conf, fleet)->collars;
    uint32_t i = g->first_of[fleet] + g->opening[fleet];
    if (g->collar[i].fd < 0 && !g->collar[i].gone) /* else a report has opened it */
        open_connection(g, i);
    if (++g->opening[fleet] < n)
        at(g, opening_of(g, fleet, g->opening[fleet]), of_fleet(fleet));
}

/* --- what comes back ------------------------------------------------------------------------------ */

static void readable(struct generator *g, uint32_t i)
{
    struct live_collar *c = &g->collar[i];
    char buffer[16384];
    ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        give_up(g, i, c->stands ? &g->count.lost : &g->count.refused);
        return;
    }
    for (c->got += (uint32_t)n; c->got >= g->reply && c->head != NONE; c->got -= g->reply)
        answered(g, i);
}

static void twin_speaks(struct generator *g)
{
    int got = process_line(g->twin);
    if (got < 0)
        g->failed = "the server ended before the trial did";
    else if (got && !process_read_snap(g->twin->line, &g->at_warm))
        g->failed = "the server says what is not understood";
}

static void take_event(struct generator *g, const struct epoll_event *e)
{
    if (e->data.u64 == TWIN_SPEAKS) {
        twin_speaks(g);
        return;
    }
    uint32_t i = (uint32_t)e->data.u64;
    struct live_collar *c = &g->collar[i];
    if (c->fd >= 0 && e->events & EPOLLOUT && !(e->events & EPOLLERR)) {
        c->stands = true;
        flush(g, i);
        if (c->fd >= 0 && c->full && c->unsent == NONE)
            want_room(g, i, false);
    }
    if (c->fd >= 0 && e->events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        readable(g, i);
}

/* --- turns ---------------------------------------------------------------------------------------- */

static bool run_timers(struct generator *g)
{
    struct timer t;
    int n = 0;
    while (n < TIMERS_A_TURN && !g->failed && timers_take(&g->due, g->now, &t)) {
        uint64_t what = (uint64_t)(uintptr_t)t.what;
        n++;
        if (what & 1)
            open_next(g, (uint32_t)(what / 2));
        else
            wake(g, (uint32_t)(what / 2), t.due);
        g->now = read_clock(g);
    }
    return n > 0;
}

static int poll_events(const struct generator *g, struct epoll_event *e)
{
    simtime wait = g->spins ? 0 : timers_next(&g->due) - read_clock(g);
    wait = wait > 1000000 ? 1000000 : wait; /* also to look at the clock and the stop flag */
    struct timespec limit = { .tv_nsec = wait > 0 ? wait : 0 };
    return epoll_pwait2(g->ep, e, EVENTS, &limit, NULL);
}

static int64_t thread_cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void open_window(struct generator *g)
{
    g->warmed = true;
    g->cpu = -thread_cpu();
    process_tell(g->twin, "s");
    if (g->at_window)
        g->at_window(g->context);
}

static void turn(struct generator *g)
{
    struct epoll_event e[EVENTS];
    simtime begun = g->now;
    if (!g->warmed && g->now >= g->warm)
        open_window(g);
    if (!g->halved && g->now >= g->warm + (g->end - g->warm) / 2) {
        g->halved = true;
        g->count.half_way = g->count.outstanding;
    }
    bool any = run_timers(g);
    int n = poll_events(g, e);
    g->now = read_clock(g);
    for (int k = 0; k < n && !g->failed; k++)
        take_event(g, &e[k]);
    if (n > 0)
        g->now = read_clock(g);
    if ((any || n > 0) && g->warmed && g->spins)
        g->busy += g->now - begun;
}

int generator_run(struct generator *g)
{
    const struct herd_conf *conf = g->conf;
    g->began = twin_now();
    for (uint32_t f = 0; f < conf->fleets.n; f++)
        at(g, 0, of_fleet(f));
    for (uint32_t i = 0; i < g->collars; i++) {
        struct live_collar *c = &g->collar[i];
        at(g,
           draw_first(g->key, fleet_of(g, c), g->first_of[c->fleet], c->i, g->warm, conf->head.run.warmup > 0,
                      &c->base),
           of_collar(i));
    }
    for (uint32_t turns = 0; g->now < g->end && !g->failed; turns++) {
        turn(g);
        if (turns % LOOK_EVERY == 0 && g->stop && atomic_load_explicit(g->stop, memory_order_relaxed))
            return 1;
    }
    g->cpu += thread_cpu();
    if (!g->warmed && !g->failed)
        g->failed =
            "other programs had the collars' processor for the whole window: a longer --duration, or less "
            "other work";
    return g->failed ? -1 : 0;
}

/* --- beginning and end ---------------------------------------------------------------------------- */

static bool make_room(struct generator *g)
{
    g->collar = calloc(g->collars, sizeof *g->collar);
    g->first_of = calloc(g->conf->fleets.n, sizeof *g->first_of);
    g->opening = calloc(g->conf->fleets.n, sizeof *g->opening);
    g->message = calloc(1, g->request);
    return g->collar && g->first_of && g->opening && g->message;
}

static void place_collars(struct generator *g)
{
    uint32_t i = 0;
    for (uint32_t f = 0; f < g->conf->fleets.n; f++) {
        g->first_of[f] = i;
        for (uint32_t k = 0; k < conf_fleet(g->conf, f)->collars; k++, i++)
            g->collar[i] = (struct live_collar){
                .fd = -1, .fleet = f, .i = k, .head = NONE, .tail = NONE, .unsent = NONE
            };
    }
}

int generator_init(struct generator *g)
{
    struct epoll_event e = { .events = EPOLLIN, .data = { .u64 = TWIN_SPEAKS } };
    uint64_t payload = conf_fleet(g->conf, 0)->payload;
    g->request = process_request_bytes(g->conf);
    g->reply = payload ? (uint32_t)payload : 1;
    g->collars = (uint32_t)live_collars(g->conf);
    g->report_free = NONE;
    g->first = SIMTIME_MAX;
    g->ep = epoll_create1(EPOLL_CLOEXEC);
    if (g->ep < 0 || !make_room(g) || epoll_ctl(g->ep, EPOLL_CTL_ADD, g->twin->from, &e)) {
        g->failed = strerror(errno);
        return -1;
    }
    place_collars(g);
    return 0;
}

void generator_term(struct generator *g)
{
    for (uint32_t i = 0; g->collar && i < g->collars; i++)
        if (g->collar[i].fd >= 0)
            close(g->collar[i].fd);
    if (g->ep >= 0)
        close(g->ep);
    timers_term(&g->due);
    void *const pieces[] = { g->collar, g->first_of, g->opening, g->report, g->message };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        free(pieces[i]);
}
