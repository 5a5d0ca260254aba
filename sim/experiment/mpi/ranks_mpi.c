/* ranks_mpi.c - joining and leaving an MPI job, and the form of what its ranks tell each other. */
#include "sim/experiment/mpi/ranks_mpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/experiment/mpi/post.h"
#include "sim/experiment/ranks.h"
#include "sim/experiment/ranks_launch.h"
#include "sim/experiment/store_identity.h"

static int rank, ranks = 1;
static bool joined;

/* What must be the same in all ranks, so that they mean the same by a plan and by a trial. */
struct card {
    char version[32], host[64];
    uint64_t meaning;
};

static void add_names(struct bytes *b, const char *const *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes_add_text(b, name[i]);
}

static uint64_t hash_study(const struct study *s)
{
    struct bytes b = { 0 };
    bytes_add_text(&b, trial_sources);
    for (size_t i = 0; i < s->n_metrics; i++)
        bytes_add_text(&b, s->metrics[i].name);
    add_names(&b, s->hists, s->n_hists);
    add_names(&b, s->columns, s->n_columns);
    add_names(&b, s->verdicts, s->n_verdicts);
    if (b.failed)
        post_die("not enough memory to begin");
    uint64_t hash = bytes_hash(b.at, b.n);
    bytes_term(&b);
    return hash;
}

/* In rank 0: whether all have the same herdsim, in words. */
static void compare_cards(const struct card *card, char *error, size_t size)
{
    for (int i = 1; i < ranks && !*error; i++)
        if (strcmp(card[i].version, card->version) || card[i].meaning != card->meaning)
            snprintf(error, size,
                     "rank %d on %s is herdsim %s, rank 0 on %s is %s, and not the same program: install the "
                     "same one on every machine",
                     i, card[i].host, card[i].version, card->host, card->version);
}

/* The same answer in every rank: true when all are alike. */
static bool are_alike(const struct study *study, char *error, size_t size)
{
    struct card mine = { .version = HERDSIM_VERSION, .meaning = hash_study(study) };
    struct card *all = rank ? NULL : calloc((size_t)ranks, sizeof *all);
    struct bytes answer = { 0 };
    gethostname(mine.host, sizeof mine.host - 1);
    if (!rank && !all)
        post_die("not enough memory for what the ranks say");
    post_gather(&mine, all, sizeof mine);
    if (all)
        compare_cards(all, error, size);
    bytes_add(&answer, error, strlen(error));
    post_broadcast(&answer);
    bool alike = !answer.n;
    bytes_term(&answer);
    free(all);
    return alike;
}

enum ranks_role ranks_join(const struct study *study, char *const *argv, char *error, size_t size)
{
    struct launch launch = launch_read();
    (void)argv;
    *error = '\0';
    if (launch.size == 1)
        return RANKS_ALONE;
    if (post_open(&rank, &ranks))
        snprintf(error, size, "this MPI cannot be used by programs with threads");
    else if (ranks != launch.size)
        snprintf(error, size, "herdsim was built for another MPI than the one that started it");
    setenv("TERM", "dumb", 1); /* what looks like a terminal is a pipe of the launcher's */
    joined = !*error && are_alike(study, error, size);
    if (joined)
        return rank ? RANKS_OTHER : RANKS_FIRST;
    if (launch.rank)
        *error = '\0';
    post_close();
    return RANKS_WRONG;
}

void ranks_leave(void)
{
    struct bytes nothing = { 0 };
    if (joined && !rank)
        post_broadcast(&nothing);
    if (joined)
        post_close();
    joined = false;
}

unsigned ranks_others(void) { return joined && !rank ? (unsigned)ranks - 1 : 0; }

/* With its zero, to be used in its place. */
static void write_text(struct bytes *b, const char *text)
{
    size_t n = strlen(text) + 1;
    bytes_add_count(b, n);
    bytes_add(b, text, n);
}

static const char *read_text(struct bytes_reader *r)
{
    size_t n = (size_t)bytes_take_count_to(r, (uint64_t)(r->end - r->at));
    const char *text = bytes_take(r, n);
    r->failed |= !n || !text || text[n - 1];
    return r->failed ? NULL : text;
}

void order_write(struct bytes *b, const struct order *o)
{
    bytes_add_count(b, o->jobs);
    bytes_add_count(b, o->spans);
    write_text(b, o->path);
    write_text(b, o->identity);
    write_text(b, o->scenario);
}

int order_read(struct order *o, const struct bytes *b)
{
    struct bytes_reader r;
    bytes_read(&r, b->at, b->n);
    o->jobs = (unsigned)bytes_take_count_to(&r, 1u << 16);
    o->spans = bytes_take_count_to(&r, 1);
    o->path = read_text(&r);
    o->identity = read_text(&r);
    o->scenario = read_text(&r);
    return r.failed ? -1 : 0;
}

void task_write(struct bytes *b, const struct task *t)
{
    bytes_add_count(b, t->point);
    bytes_add_count(b, t->replication);
}

void task_read(struct bytes_reader *r, struct task *t)
{
    t->conf = NULL;
    t->point = (size_t)bytes_take_count_to(r, SIZE_MAX);
    t->replication = (uint32_t)bytes_take_count_to(r, UINT32_MAX);
}

void parcel_seal(struct bytes *b)
{
    uint64_t hash = bytes_hash(b->at, b->n);
    bytes_add(b, &hash, sizeof hash);
}

int parcel_open(struct bytes_reader *r, const struct bytes *b)
{
    uint64_t hash = 0;
    size_t n = b->n < sizeof hash ? 0 : b->n - sizeof hash;
    bytes_read(r, b->at, n);
    if (n)
        memcpy(&hash, b->at + n, sizeof hash);
    return n && hash == bytes_hash(b->at, n) ? 0 : -1;
}
