/* store_box.h - plans of the toy study, records of their trials, and questions to them. */
#ifndef TESTS_STORE_BOX_H
#define TESTS_STORE_BOX_H

#include <dirent.h>
#include <sqlite3.h>

#include "sim/experiment/store.h"
#include "tests/trial_box.h"

#define HEAD  "herdsim: 1\ntitle: a toy\nrun: {duration: 1 h, seed: 5}\nserver: {model: exponential}\n"
#define PLAIN HEAD "load: 0.5\n"
#define SWEPT HEAD "sweep: {load: [0.5, 2]}\n"

/* What went wrong last. */
static char error[STORE_ERROR_SIZE];

static inline void load_with(struct plan *p, const char *text, const struct plan_options *opt)
{
    struct diag d = { 0 };
    int status = plan_load(p, &toy_study, toy_file(0, "toy.yaml", text), opt, &d);
    if (status)
        diag_print(&d, stdout);
    diag_term(&d);
    CU_ASSERT_FATAL(status == PLAN_OK);
}

static inline void load(struct plan *p, const char *text) { load_with(p, text, NULL); }

/* An empty folder, another one at every call. */
static inline const char *fresh_folder(void)
{
    static char path[4][256];
    static unsigned n;
    char *at = path[n % 4];
    snprintf(at, sizeof path[0], "%s/folder-%u", toy_folder(), n++);
    CU_ASSERT_FATAL(!mkdir(at, 0777));
    return at;
}

static inline struct trial_box *simulate(const struct plan *p, size_t point, uint32_t replication)
{
    struct trial_box *b = box_new();
    char worker;
    const struct scenario_head *head = p->point[point].conf;
    const atomic_int stop = 0;
    CHECK_INT(toy_trial(&worker, head, head->run.seed, replication, &stop, &b->trial), 0);
    return b;
}

static inline struct store *open_store(const char *folder, const struct plan *p, bool resume)
{
    struct store *s;
    int status = store_open(&s, folder, p, resume, error, sizeof error);
    if (status)
        printf("\n%s", error);
    CU_ASSERT_FATAL(status == STORE_OK);
    return s;
}

static inline int add(struct store *s, const struct plan *p, size_t point, uint32_t replication)
{
    struct trial_box *b = simulate(p, point, replication);
    int status = store_add(s, point, replication, &b->trial, 0.5 + replication, error, sizeof error);
    free(b);
    return status;
}

/* A folder in which a run of so many replications of every point was recorded, and which was left without
 * the end of a run. */
static inline const char *recorded(const struct plan *p, uint32_t replications)
{
    const char *folder = fresh_folder();
    struct store *s = open_store(folder, p, false);
    for (size_t i = 0; i < p->n_points; i++)
        for (uint32_t k = 0; k < replications; k++)
            CHECK_INT(add(s, p, i, k), 0);
    store_close(s);
    return folder;
}

static inline const char *file_in(const char *folder, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline int entries(const char *folder)
{
    int n = 0;
    DIR *dir = opendir(folder);
    CU_ASSERT_FATAL(dir != NULL);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir))
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    closedir(dir);
    return n;
}

/* The first column of the first row, as somebody with sqlite3 would see it. */
static inline const char *ask(const char *folder, const char *sql)
{
    static char answer[512];
    sqlite3 *db;
    sqlite3_stmt *s = NULL;
    CU_ASSERT_FATAL(!sqlite3_open_v2(file_in(folder, STORE_FILE), &db, SQLITE_OPEN_READWRITE, NULL));
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL))
        printf("\n%s", sqlite3_errmsg(db));
    const char *text =
        s && sqlite3_step(s) == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "no row";
    snprintf(answer, sizeof answer, "%s", text ? text : "NULL");
    sqlite3_finalize(s);
    sqlite3_close(db);
    return answer;
}

/* What store_each shows, compared with simulating it again. */
struct seen {
    const struct plan *plan;
    size_t n, last_point;
    uint32_t last_replication;
};

static inline int check_trial(void *context, size_t point, uint32_t replication, const struct trial *t,
                              double seconds)
{
    struct seen *seen = context;
    struct trial_box *b = simulate(seen->plan, point, replication);
    CHECK(!seen->n || point > seen->last_point ||
          (point == seen->last_point && replication > seen->last_replication));
    for (size_t i = 0; i < TOY_METRICS; i++) {
        CHECK(!memcmp(&t->value[i], &b->value[i], sizeof(double)));
        CHECK(!memcmp(&t->at_least[i], &b->at_least[i], sizeof(double)));
    }
    CHECK_INT(t->hist[0]->count, b->wait.count);
    CHECK_INT(t->above[0], b->above[0]);
    CHECK_INT(t->series.rows, replication ? 0 : b->trial.series.rows);
    CHECK(!memcmp(t->series.cell, b->cell, t->series.rows * 2 * sizeof(double)));
    CHECK_INT(t->spans, replication ? 0 : b->trial.spans);
    CHECK_INT(t->verdict.rank, b->trial.verdict.rank);
    CHECK_INT(t->events, b->trial.events);
    CHECK_NEAR(seconds, 0.5 + replication, 0);
    *seen = (struct seen){ seen->plan, seen->n + 1, point, replication };
    free(b);
    return 0;
}

static inline void check_all(struct store *s, const struct plan *p, size_t n)
{
    struct names names = { 0 };
    struct trial_box *room = box_new();
    struct seen seen = { .plan = p };
    CHECK_INT(store_each(s, &room->trial, &names, check_trial, &seen, error, sizeof error), 0);
    CHECK_INT(seen.n, n);
    CHECK_INT(store_recorded(s), n);
    free(room);
    names_term(&names);
}

/* What the store says when `text`, changed by an override, is to go on in folder. */
static inline int resume_as(const char *folder, const char *text, const char *key, const char *value)
{
    struct plan p;
    struct store *s;
    const struct option_pair set = { key, value };
    load_with(&p, text, &(struct plan_options){ .set = &set, .n_set = 1 });
    int status = store_open(&s, folder, &p, true, error, sizeof error);
    CHECK((status == STORE_OK) == (s != NULL));
    store_close(s);
    plan_term(&p);
    return status;
}

static inline bool says(const char *part)
{
    if (!strstr(error, part))
        printf("\n'%s' does not say '%s'", error, part);
    return strstr(error, part);
}

static inline int read_on(void *context, size_t point, uint32_t replication, const struct trial *t,
                          double seconds)
{
    (void)point;
    (void)replication;
    (void)t;
    (void)seconds;
    return --*(int *)context ? 0 : -1;
}

#endif
