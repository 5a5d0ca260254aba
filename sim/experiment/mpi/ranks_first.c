/* ranks_first.c - rank 0: what the workers of other ranks need, while its own crew works. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/mpi/post.h"
#include "sim/experiment/mpi/ranks_mpi.h"
#include "sim/experiment/ranks.h"
#include "sim/experiment/store_identity.h"
#include "sim/experiment/trial_codec.h"
#include "sim/kernel/check.h"

/* The seats of rank r are those from (r - 1) x jobs on; they are free as soon as r says so. */
struct desk {
    struct crew_post post;
    const struct study *study;
    struct trial_room room;
    unsigned jobs;
    bool *called_back; /* [seats]: the worker knows that its task is not needed any more */
    size_t *free;      /* [n_free]: seats of those who wait for a task, [seats] at most */
    size_t n_free, n_busy;
    unsigned *ready; /* [others]: seats that are or were free */
    bool exhausted;  /* there are no more tasks */
    struct arena arena;
    struct names names;
    struct trial trial; /* what came in */
    struct letter letter;
    struct bytes out;
    char refused[512];
};

static int seat_to_rank(const struct desk *d, size_t seat) { return (int)(seat / d->jobs) + 1; }

static void send_task(struct desk *d, size_t seat, enum post_tag tag)
{
    d->out.n = 0;
    task_write(&d->out, &d->post.seat[seat].task);
    post_send(seat_to_rank(d, seat), tag, &d->out);
}

static void give_tasks(struct desk *d, struct crew *crew)
{
    while (d->n_free && !d->exhausted) {
        size_t seat = d->free[d->n_free - 1];
        enum crew_answer answer = crew_take(crew, &d->post.seat[seat]);
        d->exhausted = answer == TASK_NO_MORE;
        if (answer != TASK_GIVEN)
            break;
        d->n_free--;
        d->n_busy++;
        d->called_back[seat] = false;
        send_task(d, seat, POST_TASK);
    }
}

static void call_back(struct desk *d)
{
    for (size_t i = 0; d->n_busy && i < d->post.seats; i++) {
        struct crew_seat *s = &d->post.seat[i];
        if (s->busy && !d->called_back[i] && atomic_load(&s->stop)) {
            d->called_back[i] = true;
            send_task(d, i, POST_CANCEL);
        }
    }
}

/* --- what comes in ---------------------------------------------------------------------------------- */

static void welcome(struct desk *d, int rank, struct bytes_reader *r)
{
    unsigned *ready = &d->ready[rank - 1];
    unsigned more = (unsigned)bytes_take_count_to(r, d->jobs - *ready);
    for (; more; more--, ++*ready)
        d->free[d->n_free++] = (size_t)(rank - 1) * d->jobs + *ready;
}

/* The seat of a rank that is at this task; SIZE_MAX: none. */
static size_t find_seat(const struct desk *d, int rank, const struct task *t)
{
    size_t first = (size_t)(rank - 1) * d->jobs;
    for (size_t i = first; i < first + d->jobs; i++) {
        const struct crew_seat *s = &d->post.seat[i];
        if (s->busy && s->task.point == t->point && s->task.replication == t->replication)
            return i;
    }
    return SIZE_MAX;
}

/* The trial behind its head. Returns its status. */
static int read_trial(struct desk *d, int rank, struct bytes_reader *r, double *seconds)
{
    struct trial *t = &d->trial;
    int status = (int)bytes_take_count_to(r, 2) - 1;
    *seconds = bytes_take_real(r);
    trial_reset(t, d->study, &d->room);
    bytes_take_text(r, t->error, sizeof t->error);
    size_t n = (size_t)(r->end - r->at);
    bool read = !r->failed && (status || !trial_decode(d->study, r->at, n, d->room.batches, &d->names, t));
    if (read)
        return status;
    trial_reset(t, d->study, &d->room);
    snprintf(t->error, sizeof t->error, "what rank %d sent cannot be read", rank);
    return -1;
}

static void take_result(struct desk *d, struct crew *crew, int rank)
{
    struct bytes_reader r;
    struct task task;
    double seconds;
    if (parcel_open(&r, &d->letter.bytes))
        post_die("a trial was damaged on its way to rank 0");
    task_read(&r, &task);
    size_t seat = find_seat(d, rank, &task);
    SIM_ASSERT(seat != SIZE_MAX);
    int status = read_trial(d, rank, &r, &seconds);
    d->n_busy--;
    d->free[d->n_free++] = seat;
    crew_hand_in(crew, &d->post.seat[seat], status, &d->trial, seconds);
}

static void be_refused(struct desk *d, struct crew *crew, int rank, struct bytes_reader *r)
{
    char why[400];
    bytes_take_text(r, why, sizeof why);
    snprintf(d->refused, sizeof d->refused, "rank %d cannot work for this scenario: %s", rank, why);
    crew_halt(crew);
}

static void open_letter(struct desk *d, struct crew *crew)
{
    struct bytes_reader r;
    bytes_read(&r, d->letter.bytes.at, d->letter.bytes.n);
    switch (d->letter.tag) {
    case POST_FREE:
        welcome(d, d->letter.from, &r);
        break;
    case POST_RESULT:
        take_result(d, crew, d->letter.from);
        break;
    case POST_REFUSED:
        be_refused(d, crew, d->letter.from, &r);
        break;
    default:
        break;
    }
}

static enum crew_post_state serve(void *context, struct crew *crew)
{
    struct desk *d = context;
    bool came = post_take(&d->letter);
    if (came)
        open_letter(d, crew);
    give_tasks(d, crew);
    call_back(d);
    if (came)
        return POST_BUSY;
    return d->n_busy || (d->n_free && !d->exhausted) ? POST_WAITING : POST_DONE;
}

/* --- a plan ----------------------------------------------------------------------------------------- */

static void desk_free(struct desk *d)
{
    if (!d)
        return;
    arena_term(&d->arena);
    names_term(&d->names);
    bytes_term(&d->letter.bytes);
    bytes_term(&d->out);
    free(d);
}

static struct desk *desk_new(const struct study *study, const struct trial_room *room, unsigned jobs)
{
    struct desk *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    *d = (struct desk){ .study = study, .room = *room, .jobs = jobs };
    size_t seats = (size_t)ranks_others() * jobs;
    struct crew_seat *seat = ARENA_ARRAY(&d->arena, struct crew_seat, seats);
    d->post = (struct crew_post){ d, serve, seat, seats };
    d->called_back = ARENA_ARRAY(&d->arena, bool, seats);
    d->free = ARENA_ARRAY(&d->arena, size_t, seats);
    d->ready = ARENA_ARRAY(&d->arena, unsigned, ranks_others());
    if (seat && d->called_back && d->free && d->ready &&
        !trial_take_buffers(&d->trial, study, room, &d->arena))
        return d;
    desk_free(d);
    return NULL;
}

/* Nothing was sent where it fails. */
static int send_order(const struct plan *p, bool spans, unsigned jobs)
{
    char *identity = store_identity(p), *scenario = node_emit(p->resolved);
    struct bytes b = { 0 };
    if (identity && scenario) {
        const struct order order = { jobs, spans, p->path, identity, scenario };
        order_write(&b, &order);
    }
    bool whole = b.n && !b.failed;
    if (whole)
        post_broadcast(&b);
    bytes_term(&b);
    free(identity);
    free(scenario);
    return whole ? 0 : -1;
}

int ranks_begin(const struct crew_post **post, const struct plan *p, const struct trial_room *room,
                unsigned jobs)
{
    *post = NULL;
    if (!ranks_others())
        return 0;
    struct desk *d = desk_new(p->study, room, jobs);
    if (d && !send_order(p, room->spans, jobs)) {
        *post = &d->post;
        return 0;
    }
    desk_free(d);
    return -1;
}

int ranks_end(const struct crew_post *post, char *error, size_t size)
{
    if (!post)
        return 0;
    struct desk *d = post->context;
    int others = (int)ranks_others(), status = *d->refused ? -1 : 0;
    for (int i = 1; i <= others; i++)
        post_send(i, POST_END, NULL);
    for (int left = others; left; left -= d->letter.tag == POST_BYE)
        post_wait(&d->letter);
    if (status)
        snprintf(error, size, "%s", d->refused);
    desk_free(d);
    return status;
}
