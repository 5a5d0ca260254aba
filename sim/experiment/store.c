/* store.c - see store.h.
 *
 * What survives what: a commit writes to the write-ahead log, which the kernel has from then on, so SIGKILL
 * at any moment loses nothing that was committed. synchronous=NORMAL syncs at checkpoints only: after a power
 * failure the last seconds may be missing, and the file is whole (sqlite.org/wal.html). That is enough, for
 * a trial that is missing is run again to the same bits; FULL would wait for the disk four times a second.
 *
 * A new record is made under another name and takes its place when its tables are there. */
#include "sim/experiment/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/experiment/store_identity.h"
#include "sim/experiment/store_tables.h"

#define BUSY_MS 2000 /* somebody's sqlite3 may be reading */

struct store {
    const struct plan *plan;
    char *file, *shown; /* as SQLite must be given it, as the user knows it */
    char *identity;
    sqlite3 *db; /* NULL until there is a record that is ours to add to */
    sqlite3_stmt *add, *add_detail;
    struct bytes bytes;
    double committed;     /* when, seconds of the monotonic clock */
    bool marked_complete; /* as the file says */
    size_t recorded, dropped;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- complaints ---- */

static int complain(const struct store *s, const char *what, const char *why, char *error, size_t size)
{
    snprintf(error, size, "cannot %s %s: %s", what, s->shown, why);
    return STORE_FAILED;
}

/* What SQLite says, and what the system said to it. */
static int complain_sql(const struct store *s, sqlite3 *db, const char *what, char *error, size_t size)
{
    char why[320];
    int number = db ? sqlite3_system_errno(db) : 0;
    const char *text = db ? sqlite3_errmsg(db) : "not enough memory";
    bool io = db && (sqlite3_errcode(db) & 0xff) == SQLITE_IOERR;
    if (io && number)
        snprintf(why, sizeof why, "%s (%s)", text, strerror(number));
    else
        snprintf(why, sizeof why, "%s", text);
    return complain(s, what, why, error, size);
}

/* A record that cannot be used stands in nobody's way. */
static int complain_resume(const struct store *s, sqlite3 *db, char *error, size_t size)
{
    complain_sql(s, db, "resume from", error, size);
    size_t n = strlen(error);
    snprintf(error + n, size - n, "; run without --resume to start afresh");
    return STORE_FAILED;
}

/* ---- a record that stands there ---- */

/* A file of no bytes is what reading a record that is not there yet leaves: none. */
static bool exists(const char *path)
{
    struct stat st;
    return !stat(path, &st) && (!S_ISREG(st.st_mode) || st.st_size > 0);
}

static int open_file(const char *path, int flags, sqlite3 **db)
{
    int status = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (!status) {
        sqlite3_busy_timeout(*db, BUSY_MS);
        sqlite3_extended_result_codes(*db, 1);
    }
    return status;
}

/* The one number that a statement gives; -1 where it gives none. */
static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    int64_t number = -1;
    if (!sqlite3_prepare_v2(db, sql, -1, &s, NULL) && sqlite3_step(s) == SQLITE_ROW)
        number = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return number;
}

/* Whether what stands there belongs to the plan; otherwise why not. */
static int compare(const struct store *s, sqlite3 *db, char *error, size_t size)
{
    char difference[400];
    int64_t magic = ask(db, "PRAGMA application_id");
    if (magic < 0)
        return complain_resume(s, db, error, size);
    if (magic != STORE_MAGIC)
        return complain(s, "resume from", "herdsim did not write it", error, size);
    char *theirs = store_run_value(db, "identity");
    if (!theirs && sqlite3_errcode(db) != SQLITE_OK && sqlite3_errcode(db) != SQLITE_DONE)
        return complain_resume(s, db, error, size);
    if (!theirs)
        return complain(s, "resume from",
                        "it does not say what was run; run without --resume to start afresh", error, size);
    bool same = !strcmp(theirs, s->identity);
    if (!same)
        store_identity_differ(s->plan, theirs, difference, sizeof difference);
    free(theirs);
    if (same)
        return STORE_OK;
    snprintf(
        error, size,
        "cannot resume from %s: %s; run without --resume to start afresh, or name another folder with -o",
        s->shown, difference);
    return STORE_OTHER;
}

static bool is_marked_complete(sqlite3 *db)
{
    char *complete = store_run_value(db, "complete");
    bool is = complete && !strcmp(complete, "1");
    free(complete);
    return is;
}

/* Makes the open file ready for more. */
static int begin(struct store *s, sqlite3 *db)
{
    sqlite3_stmt *mode = NULL;
    int status = sqlite3_prepare_v2(db, "PRAGMA journal_mode=WAL", -1, &mode, NULL);
    bool has_log = !status && sqlite3_step(mode) == SQLITE_ROW && sqlite3_column_text(mode, 0) &&
                   !strcmp((const char *)sqlite3_column_text(mode, 0), "wal");
    sqlite3_finalize(mode);
    /* File systems without shared memory have no such log: then every commit must reach the disk. */
    status =
        sqlite3_exec(db, has_log ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL", NULL, NULL, NULL);
    status = status ? status : store_tables_prepare(db, s->plan, &s->add);
    status = status ? status
                    : sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO detail VALUES(?, ?, ?)", -1,
                                         &s->add_detail, NULL);
    return status;
}

static int resume(struct store *s, char *error, size_t size)
{
    sqlite3 *db = NULL;
    if (!exists(s->file))
        return STORE_OK;
    int status = STORE_OK;
    if (open_file(s->file, SQLITE_OPEN_READWRITE, &db))
        status = complain_resume(s, db, error, size);
    else
        status = compare(s, db, error, size);
    if (!status && begin(s, db))
        status = complain_resume(s, db, error, size);
    int64_t n = status ? 0 : ask(db, "SELECT count(*) FROM trials");
    if (!status && n < 0)
        status = complain_resume(s, db, error, size);
    if (status) {
        sqlite3_finalize(s->add);
        sqlite3_finalize(s->add_detail);
        s->add = s->add_detail = NULL;
        sqlite3_close(db);
        return status;
    }
    s->db = db;
    s->recorded = (size_t)n;
    s->marked_complete = is_marked_complete(db);
    return STORE_OK;
}

/* What an interrupted run of the same plan left, which is about to be lost. */
static size_t count_left_over(const struct store *s)
{
    char ignored[STORE_ERROR_SIZE];
    sqlite3 *db = NULL;
    int64_t n = 0;
    if (exists(s->file) && !open_file(s->file, SQLITE_OPEN_READWRITE, &db) &&
        compare(s, db, ignored, sizeof ignored) == STORE_OK && !is_marked_complete(db))
        n = ask(db, "SELECT count(*) FROM trials");
    sqlite3_close(db);
    return n > 0 ? (size_t)n : 0;
}

/* ---- a new record ---- */

static void remove_with(const char *file, const char *ending)
{
    char *path;
    if (asprintf(&path, "%s%s", file, ending) < 0)
        return;
    (void)unlink(path);
    free(path);
}

/* Tables in a file of its own. Without a journal: until it is renamed, half of it is worth nothing. */
static int make_file(const struct store *s, const char *path, char *error, size_t size)
{
    char magic[64];
    sqlite3 *db = NULL;
    (void)unlink(path);
    snprintf(magic, sizeof magic, "PRAGMA journal_mode=OFF; PRAGMA application_id=%d", STORE_MAGIC);
    int status = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &db);
    status = status ? status : sqlite3_exec(db, magic, NULL, NULL, NULL);
    status = status ? status : store_tables_make(db, s->plan, s->identity);
    if (status) {
        complain_sql(s, db, "record trials in", error, size);
        (void)unlink(path);
    }
    sqlite3_close(db);
    return status ? STORE_FAILED : STORE_OK;
}

/* A log belongs to the file that it stands beside: an old one must be gone before a new file comes. */
static int replace_file(const struct store *s, const char *path, char *error, size_t size)
{
    remove_with(s->file, "-wal");
    remove_with(s->file, "-shm");
    remove_with(s->file, "-journal");
    if (!rename(path, s->file))
        return STORE_OK;
    complain(s, "record trials in", strerror(errno), error, size);
    (void)unlink(path);
    return STORE_FAILED;
}

static int start(struct store *s, char *error, size_t size)
{
    char *path;
    sqlite3 *db = NULL;
    if (asprintf(&path, "%s.new", s->file) < 0)
        return complain(s, "record trials in", strerror(ENOMEM), error, size);
    int status = make_file(s, path, error, size);
    status = status ? status : replace_file(s, path, error, size);
    free(path);
    if (status)
        return status;
    if (open_file(s->file, SQLITE_OPEN_READWRITE, &db) || begin(s, db)) {
        complain_sql(s, db, "record trials in", error, size);
        sqlite3_finalize(s->add);
        sqlite3_finalize(s->add_detail);
        s->add = s->add_detail = NULL;
        sqlite3_close(db);
        return STORE_FAILED;
    }
    s->db = db;
    return STORE_OK;
}

/* ---- opening and closing ---- */

static struct store *store_new(const char *folder, const struct plan *p)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->plan = p;
    s->committed = now_s();
    s->identity = store_identity(p);
    if (asprintf(&s->shown, "%s/" STORE_FILE, folder) < 0)
        s->shown = NULL;
    /* A relative name could mean something else to SQLite: "file:x", ":memory:". */
    if (asprintf(&s->file, "%s%s/" STORE_FILE, *folder == '/' ? "" : "./", folder) < 0)
        s->file = NULL;
    if (s->shown && s->file && s->identity)
        return s;
    store_close(s);
    return NULL;
}

int store_open(struct store **out, const char *folder, const struct plan *p, bool go_on, char *error,
               size_t size)
{
    struct store *s = *out = store_new(folder, p);
    int status = STORE_OK;
    if (!s) {
        snprintf(error, size, "not enough memory to record trials in %s", folder);
        return STORE_FAILED;
    }
    if (access(folder, W_OK | X_OK))
        status = complain(s, "record trials in", strerror(errno), error, size);
    else if (go_on)
        status = resume(s, error, size);
    else
        s->dropped = count_left_over(s);
    if (status) {
        store_close(s);
        *out = NULL;
    }
    return status;
}

/* A transaction is open; after some errors SQLite has ended it. */
static bool is_pending(const struct store *s) { return s->db && !sqlite3_get_autocommit(s->db); }

static int commit(struct store *s)
{
    int status = is_pending(s) ? sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) : SQLITE_OK;
    s->committed = now_s();
    return status;
}

static void close_file(struct store *s)
{
    sqlite3_finalize(s->add);
    sqlite3_finalize(s->add_detail);
    sqlite3_close(s->db);
    s->add = s->add_detail = NULL;
    s->db = NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    (void)commit(s);
    close_file(s);
    bytes_term(&s->bytes);
    free(s->identity);
    free(s->file);
    free(s->shown);
    free(s);
}

size_t store_recorded(const struct store *s) { return s->recorded; }
size_t store_dropped(const struct store *s) { return s->dropped; }

/* ---- writing ---- */

static int add_detail(struct store *s, size_t point, uint32_t replication, const struct trial *t)
{
    struct trial kept = *t;
    const struct scenario_head *head = s->plan->point[point].conf;
    if (replication > 0) {
        kept.series.rows = 0;
        kept.span = NULL;
    }
    s->bytes.n = 0;
    if (trial_encode(s->plan->study, &kept, head->run.batches, &s->bytes))
        return SQLITE_NOMEM;
    sqlite3_bind_int64(s->add_detail, 1, (sqlite3_int64)point);
    sqlite3_bind_int64(s->add_detail, 2, replication);
    sqlite3_bind_blob64(s->add_detail, 3, s->bytes.at, s->bytes.n, SQLITE_STATIC);
    return store_step(s->add_detail);
}

static int begin_transaction(struct store *s)
{
    if (is_pending(s))
        return SQLITE_OK;
    int status = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (!status && s->marked_complete) {
        status = sqlite3_exec(s->db, "UPDATE run SET value = '0' WHERE key = 'complete'", NULL, NULL, NULL);
        s->marked_complete = status;
    }
    return status;
}

int store_add(struct store *s, size_t point, uint32_t replication, const struct trial *t, double seconds,
              char *error, size_t size)
{
    if (!s->db && start(s, error, size))
        return -1;
    int status = begin_transaction(s);
    status = status ? status : add_detail(s, point, replication, t);
    status = status ? status : store_tables_add(s->add, s->plan, point, replication, t, seconds);
    if (status == SQLITE_NOMEM)
        return complain(s, "record trials in", "not enough memory", error, size);
    if (status)
        return complain_sql(s, s->db, "record trials in", error, size);
    s->recorded++;
    return store_tend(s, error, size);
}

int store_sync(struct store *s, char *error, size_t size)
{
    return commit(s) ? complain_sql(s, s->db, "record trials in", error, size) : 0;
}

int store_tend(struct store *s, char *error, size_t size)
{
    return is_pending(s) && now_s() - s->committed >= STORE_COMMIT_S ? store_sync(s, error, size) : 0;
}

/* ---- reading ---- */

/* One row: trial, and how long it took. */
static int read_row(struct store *s, sqlite3_stmt *row, struct trial *room, struct names *names,
                    store_visit *visit, void *context, char *error, size_t size)
{
    int64_t point = sqlite3_column_int64(row, 0), replication = sqlite3_column_int64(row, 1);
    const void *bytes = sqlite3_column_blob(row, 2);
    size_t n = (size_t)sqlite3_column_bytes(row, 2);
    bool known =
        point >= 0 && (uint64_t)point < s->plan->n_points && replication >= 0 && replication < UINT32_MAX;
    const struct scenario_head *head = known ? s->plan->point[point].conf : NULL;
    if (known && !trial_decode(s->plan->study, bytes, n, head->run.batches, names, room))
        return visit(context, (size_t)point, (uint32_t)replication, room, sqlite3_column_double(row, 3));
    snprintf(
        error, size,
        "%s is damaged: point %lld, replication %lld cannot be read; run without --resume to start afresh",
        s->shown, (long long)point, (long long)replication);
    return -1;
}

int store_each(struct store *s, struct trial *room, struct names *names, store_visit *visit, void *context,
               char *error, size_t size)
{
    sqlite3_stmt *rows = NULL;
    *error = '\0';
    if (!s->db)
        return 0;
    int status = sqlite3_prepare_v2(s->db,
                                    "SELECT point, replication, bytes, seconds FROM detail JOIN trials "
                                    "USING(point, replication) ORDER BY point, replication",
                                    -1, &rows, NULL);
    int seen = 0;
    while (!status && !seen && (status = sqlite3_step(rows)) == SQLITE_ROW) {
        seen = read_row(s, rows, room, names, visit, context, error, size);
        status = SQLITE_OK;
    }
    if (!seen && status != SQLITE_DONE)
        seen = complain_sql(s, s->db, "read", error, size);
    sqlite3_finalize(rows);
    return seen ? -1 : 0;
}

/* ---- the end ---- */

static int mark_complete(struct store *s)
{
    int status = sqlite3_exec(s->db, "UPDATE run SET value = '1' WHERE key = 'complete'", NULL, NULL, NULL);
    s->marked_complete = !status;
    return status;
}

/* Everything in the one file, which then needs no log to be read. Fails while others read it. */
static bool fold_log(struct store *s)
{
    sqlite3_stmt *mode = NULL;
    bool folded = !sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=DELETE", -1, &mode, NULL) &&
                  sqlite3_step(mode) == SQLITE_ROW && sqlite3_column_text(mode, 0) &&
                  !strcmp((const char *)sqlite3_column_text(mode, 0), "delete");
    sqlite3_finalize(mode);
    return folded;
}

static int copy_into(struct store *s, const char *to, char *error, size_t size)
{
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", to);
    int status = sql ? sqlite3_exec(s->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return status ? complain_sql(s, s->db, "copy", error, size) : 0;
}

int store_keep(struct store *s, const char *folder, bool complete, char *error, size_t size)
{
    char *to;
    if (!s->db)
        return 0;
    if (commit(s) || (complete && !s->marked_complete && mark_complete(s)))
        return complain_sql(s, s->db, "record trials in", error, size);
    if (asprintf(&to, "%s%s/" STORE_FILE, *folder == '/' ? "" : "./", folder) < 0)
        return complain(s, "copy", strerror(ENOMEM), error, size);
    int status = 0;
    if (!fold_log(s) || link(s->file, to))
        status = copy_into(s, to, error, size);
    free(to);
    close_file(s);
    return status;
}
