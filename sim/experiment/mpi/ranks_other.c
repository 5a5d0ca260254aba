/* ranks_other.c - a rank that works for rank 0: its crew's boss hands out what the post brings. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/experiment/mpi/post.h"
#include "sim/experiment/mpi/ranks_mpi.h"
#include "sim/experiment/ranks.h"
#include "sim/experiment/store_identity.h"
#include "sim/experiment/trial_codec.h"
#include "sim/kernel/check.h"

/* There are never more tasks or results here than workers. */
struct helper {
    const struct plan *plan;
    struct trial_room room;
    unsigned jobs;
    pthread_mutex_t lock; /* over both boxes and ended */
    struct task *in;      /* [n_in] */
    struct bytes *out;    /* [n_out], each a POST_RESULT */
    unsigned n_in, n_out;
    bool ended;
    struct bytes sending; /* the parcel that is under way */
    unsigned announced;   /* workers that rank 0 knows of */
    struct letter letter;
};

/* --- the boss of this rank's workers ---------------------------------------------------------------- */

static enum crew_answer next(void *context, struct task *task)
{
    struct helper *h = context;
    pthread_mutex_lock(&h->lock);
    enum crew_answer answer = h->n_in ? TASK_GIVEN : h->ended ? TASK_NO_MORE : TASK_NONE_NOW;
    if (h->n_in)
        *task = h->in[--h->n_in];
    pthread_mutex_unlock(&h->lock);
    return answer;
}

static void pack(struct bytes *b, const struct task *task, int status, double seconds, const char *failure)
{
    task_write(b, task);
    bytes_add_count(b, (uint64_t)(status + 1));
    bytes_add_real(b, seconds);
    bytes_add_text(b, failure);
}

/* Series and spans are shown of replication 0 only, and need not travel otherwise. */
static void pack_result(const struct helper *h, struct bytes *b, const struct task *task, int status,
                        const struct trial *t, double seconds)
{
    struct trial sent = *t;
    if (task->replication)
        sent.series.rows = sent.spans = 0;
    pack(b, task, status, seconds, status < 0 ? t->error : "");
    if (status || (!trial_encode(h->plan->study, &sent, h->room.batches, b) && !b->failed))
        return;
    b->n = 0;
    b->failed = false;
    pack(b, task, -1, seconds, "not enough memory to send the trial");
}

static enum crew_order done(void *context, const struct task *task, int status, const struct trial *t,
                            double seconds)
{
    struct helper *h = context;
    struct bytes parcel = { 0 };
    pack_result(h, &parcel, task, status, t, seconds);
    pthread_mutex_lock(&h->lock);
    h->out[h->n_out++] = parcel;
    pthread_mutex_unlock(&h->lock);
    return CREW_GO_ON;
}

/* --- the post --------------------------------------------------------------------------------------- */

static void put_in(struct helper *h, struct crew *crew, struct task *task)
{
    SIM_ASSERT(task->point < h->plan->n_points);
    task->conf = h->plan->point[task->point].conf;
    pthread_mutex_lock(&h->lock);
    SIM_ASSERT(h->n_in < h->jobs);
    h->in[h->n_in++] = *task;
    pthread_mutex_unlock(&h->lock);
    crew_wake(crew);
}

/* A task that nobody took yet goes straight back. */
static void cancel(struct helper *h, struct crew *crew, const struct task *task)
{
    bool waited = false;
    pthread_mutex_lock(&h->lock);
    for (unsigned i = 0; i < h->n_in && !waited; i++)
        if (h->in[i].point == task->point && h->in[i].replication == task->replication) {
            waited = true;
            h->in[i] = h->in[--h->n_in];
            pack(&h->out[h->n_out++], task, 1, 0, "");
        }
    pthread_mutex_unlock(&h->lock);
    if (!waited)
        crew_drop(crew, task->point, task->replication);
}

static void end(struct helper *h, struct crew *crew)
{
    pthread_mutex_lock(&h->lock);
    h->ended = true;
    pthread_mutex_unlock(&h->lock);
    crew_wake(crew);
}

static void open_letter(struct helper *h, struct crew *crew)
{
    struct bytes_reader r;
    struct task task;
    bytes_read(&r, h->letter.bytes.at, h->letter.bytes.n);
    task_read(&r, &task);
    switch (h->letter.tag) {
    case POST_TASK:
        put_in(h, crew, &task);
        break;
    case POST_CANCEL:
        cancel(h, crew, &task);
        break;
    case POST_END:
        end(h, crew);
        break;
    default:
        break;
    }
}

static void announce(struct helper *h, unsigned workers)
{
    struct bytes b = { 0 };
    if (workers == h->announced)
        return;
    bytes_add_count(&b, workers - h->announced);
    post_send(0, POST_FREE, &b);
    bytes_term(&b);
    h->announced = workers;
}

/* One parcel at a time, while letters are opened. False while there is one. */
static bool send_results(struct helper *h)
{
    if (!post_is_sent())
        return false;
    pthread_mutex_lock(&h->lock);
    bool more = h->n_out > 0;
    bytes_term(&h->sending);
    if (more) {
        h->sending = h->out[--h->n_out];
        h->out[h->n_out] = (struct bytes){ 0 };
    }
    pthread_mutex_unlock(&h->lock);
    if (more) {
        parcel_seal(&h->sending);
        if (h->sending.failed)
            post_die("not enough memory to send a trial");
        post_start(0, POST_RESULT, &h->sending);
    }
    return !more;
}

static enum crew_post_state serve(void *context, struct crew *crew)
{
    struct helper *h = context;
    bool came = post_take(&h->letter), sent = send_results(h);
    if (came)
        open_letter(h, crew);
    announce(h, crew_equipped(crew));
    if (came)
        return POST_BUSY;
    return h->ended && sent ? POST_DONE : POST_WAITING;
}

/* --- a plan ----------------------------------------------------------------------------------------- */

static void work(struct helper *h)
{
    const struct crew_boss boss = { .context = h, .next = next, .done = done };
    const struct crew_post post = { .context = h, .serve = serve };
    const struct crew_options opt = {
        .jobs = h->jobs, .tasks = h->jobs, .name = h->plan->head->name, .room = h->room, .post = &post
    };
    char error[256], host[64] = "";
    if (!crew_run(h->plan->study, &boss, &opt, error, sizeof error))
        return;
    gethostname(host, sizeof host - 1);
    fprintf(stderr, "herdsim: a rank on %s could not help: %s\n", host, error);
}

static void refuse(const char *why)
{
    struct bytes b = { 0 };
    struct letter l = { 0 };
    bytes_add_text(&b, why);
    post_send(0, POST_REFUSED, &b);
    while (l.tag != POST_END)
        post_wait(&l);
    bytes_term(&b);
    bytes_term(&l.bytes);
}

/* Makes the plan that rank 0 has. Anything but PLAN_OK leaves a sentence in why. */
static int make_plan(struct plan *p, const struct study *study, const struct order *o, char *why, size_t size)
{
    struct diag d = { 0 };
    int status = plan_parse(p, study, o->scenario, o->path, &d);
    diag_term(&d);
    snprintf(why, size, "it cannot be read there");
    if (status != PLAN_OK)
        return status;
    store_identity_differ(p, o->identity, why, size);
    if (!*why)
        return PLAN_OK;
    plan_term(p);
    return PLAN_WRONG;
}

static void help_with(const struct plan *p, const struct order *o)
{
    struct helper h = { .plan = p,
                        .room = { .batches = p->head->run.batches, .spans = o->spans },
                        .jobs = o->jobs,
                        .in = calloc(o->jobs, sizeof *h.in),
                        .out = calloc(o->jobs, sizeof *h.out) };
    pthread_mutex_init(&h.lock, NULL);
    if (h.in && h.out)
        work(&h);
    else
        refuse("not enough memory");
    pthread_mutex_destroy(&h.lock);
    bytes_term(&h.letter.bytes);
    bytes_term(&h.sending);
    free(h.in);
    free(h.out);
}

static void follow(const struct study *study, const struct bytes *order)
{
    struct order o;
    struct plan p;
    char why[320] = "its order cannot be read";
    if (order_read(&o, order) || make_plan(&p, study, &o, why, sizeof why) != PLAN_OK) {
        refuse(why);
    } else {
        help_with(&p, &o);
        plan_term(&p);
    }
    post_send(0, POST_BYE, NULL);
}

void ranks_serve(const struct study *study)
{
    static const int asked[] = { SIGINT, SIGTERM, SIGHUP };
    struct bytes order = { 0 };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        signal(asked[i], SIG_IGN);
    for (post_broadcast(&order); order.n; post_broadcast(&order)) {
        follow(study, &order);
        order.n = 0;
    }
    bytes_term(&order);
}
