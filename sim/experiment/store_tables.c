#include "sim/experiment/store_tables.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/experiment/host.h"
#include "sim/experiment/store.h"

/* Columns of `trials` that every study has; a column for each metric follows. */
static const struct column {
    const char *name, *type;
} trial_columns[] = {
    { "point", "INTEGER NOT NULL" },
    { "replication", "INTEGER NOT NULL" },
    { "verdict", "TEXT NOT NULL" },
    { "limit", "TEXT" }, /* what was hit first */
    { "limit_at", "REAL" },
    { "limit_connections", "REAL" },
    { "events", "INTEGER NOT NULL" },
    { "seconds", "REAL" }, /* that the simulation took */
    { "audit", "TEXT" },   /* the numbers of a failed audit */
};
#define TRIAL_COLUMNS (sizeof trial_columns / sizeof *trial_columns)

/* ---- statements ---- */

static int execute(sqlite3 *db, sqlite3_str *text)
{
    char *sql = sqlite3_str_finish(text);
    int status = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return status;
}

static int prepare(sqlite3 *db, sqlite3_str *text, sqlite3_stmt **statement)
{
    char *sql = sqlite3_str_finish(text);
    int status = sql ? sqlite3_prepare_v2(db, sql, -1, statement, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return status;
}

int store_step(sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE || status == SQLITE_ROW ? SQLITE_OK : status;
}

static void bind_text(sqlite3_stmt *s, int column, const char *text)
{
    sqlite3_bind_text(s, column, text, -1, SQLITE_TRANSIENT); /* NULL binds NULL */
}

/* NaN binds NULL. */
static void bind_number(sqlite3_stmt *s, int column, double x) { sqlite3_bind_double(s, column, x); }

char *store_run_value(sqlite3 *db, const char *key)
{
    sqlite3_stmt *s = NULL;
    char *value = NULL;
    if (!sqlite3_prepare_v2(db, "SELECT value FROM run WHERE key = ?", -1, &s, NULL)) {
        bind_text(s, 1, key);
        if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
            value = strdup((const char *)sqlite3_column_text(s, 0));
    }
    sqlite3_finalize(s);
    return value;
}

/* ---- names of columns ---- */

static bool is_taken(const struct plan *p, char *const *name, size_t n, const char *wanted)
{
    bool taken = !sqlite3_stricmp(wanted, "variant");
    for (size_t i = 0; i < TRIAL_COLUMNS; i++)
        taken |= !sqlite3_stricmp(wanted, trial_columns[i].name);
    for (size_t i = 0; i < p->study->n_metrics; i++)
        taken |= !sqlite3_stricmp(wanted, p->study->metrics[i].name);
    for (size_t i = 0; i < n; i++)
        taken |= !sqlite3_stricmp(wanted, name[i]);
    return taken;
}

/* SQL tells columns apart without regard to case; a key whose name is taken gets an underscore behind. */
static char **name_keys(struct arena *a, const struct plan *p)
{
    char **name = ARENA_ARRAY(a, char *, p->n_keys + 1);
    for (size_t i = 0; name && i < p->n_keys; i++) {
        name[i] = arena_text(a, p->key[i].key);
        while (name[i] && is_taken(p, name, i, name[i]))
            name[i] = arena_printf(a, "%s_", name[i]);
        if (!name[i])
            return NULL;
    }
    return name;
}

/* ---- tables ---- */

static bool is_numeric(const struct plan *p, size_t key)
{
    for (size_t i = 0; i < p->n_points; i++)
        if (isnan(p->point[i].parameter[key].number))
            return false;
    return true;
}

static int make_points(sqlite3 *db, const struct plan *p, char *const *key)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE TABLE points(point INTEGER PRIMARY KEY, variant TEXT NOT NULL");
    for (size_t i = 0; i < p->n_keys; i++)
        sqlite3_str_appendf(sql, ", \"%w\" %s", key[i], is_numeric(p, i) ? "NUMERIC" : "TEXT");
    sqlite3_str_appendall(sql, ")");
    return execute(db, sql);
}

static int make_trials(sqlite3 *db, const struct plan *p)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE TABLE trials(");
    for (size_t i = 0; i < TRIAL_COLUMNS; i++)
        sqlite3_str_appendf(sql, "\"%w\" %s, ", trial_columns[i].name, trial_columns[i].type);
    for (size_t i = 0; i < p->study->n_metrics; i++)
        sqlite3_str_appendf(sql, "\"%w\" REAL, ", p->study->metrics[i].name);
    sqlite3_str_appendall(sql, "PRIMARY KEY(point, replication)) WITHOUT ROWID");
    return execute(db, sql);
}

static int make_view(sqlite3 *db, const struct plan *p, char *const *key)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE VIEW results AS SELECT variant");
    for (size_t i = 0; i < p->n_keys; i++)
        sqlite3_str_appendf(sql, ", points.\"%w\" AS \"%w\"", key[i], key[i]);
    sqlite3_str_appendall(sql, ", trials.* FROM trials JOIN points USING(point)");
    return execute(db, sql);
}

static int fill_points(sqlite3 *db, const struct plan *p)
{
    sqlite3_stmt *insert = NULL;
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "INSERT INTO points VALUES(?, ?");
    for (size_t i = 0; i < p->n_keys; i++)
        sqlite3_str_appendall(sql, ", ?");
    sqlite3_str_appendall(sql, ")");
    int status = prepare(db, sql, &insert);
    for (size_t i = 0; i < p->n_points && !status; i++) {
        const struct point *point = &p->point[i];
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)i);
        bind_text(insert, 2, point->variant);
        for (size_t k = 0; k < point->n_parameters; k++) {
            if (isnan(point->parameter[k].number))
                bind_text(insert, (int)k + 3, point->parameter[k].text);
            else
                bind_number(insert, (int)k + 3, point->parameter[k].number);
        }
        status = store_step(insert);
    }
    sqlite3_finalize(insert);
    return status;
}

static int add_unit(sqlite3_stmt *insert, const char *name, const char *unit, const char *meaning)
{
    bind_text(insert, 1, name);
    bind_text(insert, 2, unit);
    bind_text(insert, 3, meaning);
    return store_step(insert);
}

static int fill_units(sqlite3 *db, const struct plan *p, char *const *key)
{
    sqlite3_stmt *insert = NULL;
    int status = sqlite3_prepare_v2(db, "INSERT INTO units VALUES(?, ?, ?)", -1, &insert, NULL);
    for (size_t i = 0; i < p->study->n_metrics && !status; i++) {
        const struct metric *m = &p->study->metrics[i];
        status = add_unit(insert, m->name, m->unit, m->doc);
    }
    for (size_t i = 0; i < p->n_keys && !status; i++)
        status = add_unit(insert, key[i], p->key[i].unit, NULL);
    sqlite3_finalize(insert);
    return status;
}

static int add_fact(sqlite3 *db, const char *key, const char *value)
{
    sqlite3_stmt *insert = NULL;
    int status = sqlite3_prepare_v2(db, "INSERT INTO run VALUES(?, ?)", -1, &insert, NULL);
    if (!status) {
        bind_text(insert, 1, key);
        bind_text(insert, 2, value);
        status = store_step(insert);
    }
    sqlite3_finalize(insert);
    return status;
}

static int fill_run(sqlite3 *db, const struct plan *p, const char *identity)
{
    char hash[17], seed[24], started[32] = "", host[512];
    time_t now = time(NULL);
    struct tm utc;
    struct host h;
    host_read(&h);
    snprintf(hash, sizeof hash, "%016" PRIx64, bytes_hash(identity, strlen(identity)));
    snprintf(seed, sizeof seed, "%" PRIu64, p->head->run.seed);
    snprintf(host, sizeof host, "%s, %u cores, %s", h.cpu, h.cores, h.kernel);
    if (gmtime_r(&now, &utc))
        strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    char *scenario = node_emit(p->resolved);
    const char *const fact[][2] = {
        { "herdsim", HERDSIM_VERSION },
        { "scenario", p->head->name },
        { "title", p->head->title },
        { "seed", seed },
        { "host", host },
        { "started", started },
        { "complete", "0" },
        { "hash", hash },
        { "identity", identity },
        { "yaml", scenario },
    };
    int status = scenario ? SQLITE_OK : SQLITE_NOMEM;
    for (size_t i = 0; i < sizeof fact / sizeof *fact && !status; i++)
        status = add_fact(db, fact[i][0], fact[i][1]);
    free(scenario);
    return status;
}

static int make_all(sqlite3 *db, const struct plan *p, char *const *key, const char *identity)
{
    int status = sqlite3_exec(db,
                              "CREATE TABLE run(key TEXT PRIMARY KEY, value TEXT);"
                              "CREATE TABLE units(metric TEXT PRIMARY KEY, unit TEXT, meaning TEXT);"
                              "CREATE TABLE detail(point INTEGER, replication INTEGER, bytes BLOB NOT NULL, "
                              "PRIMARY KEY(point, replication))",
                              NULL, NULL, NULL);
    status = status ? status : make_points(db, p, key);
    status = status ? status : make_trials(db, p);
    status = status ? status : make_view(db, p, key);
    status = status ? status : fill_points(db, p);
    status = status ? status : fill_units(db, p, key);
    return status ? status : fill_run(db, p, identity);
}

int store_tables_make(sqlite3 *db, const struct plan *p, const char *identity)
{
    struct arena names = { 0 };
    char **key = name_keys(&names, p);
    int status = key ? sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) : SQLITE_NOMEM;
    status = status ? status : make_all(db, p, key, identity);
    status = status ? status : sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    arena_term(&names);
    return status;
}

/* ---- trials ---- */

int store_tables_prepare(sqlite3 *db, const struct plan *p, sqlite3_stmt **insert)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "INSERT OR REPLACE INTO trials VALUES(?");
    for (size_t i = 1; i < TRIAL_COLUMNS + p->study->n_metrics; i++)
        sqlite3_str_appendall(sql, ", ?");
    sqlite3_str_appendall(sql, ")");
    return prepare(db, sql, insert);
}

int store_tables_add(sqlite3_stmt *insert, const struct plan *p, size_t point, uint32_t replication,
                     const struct trial *t, double seconds)
{
    const struct verdict *v = &t->verdict;
    sqlite3_bind_int64(insert, 1, (sqlite3_int64)point);
    sqlite3_bind_int64(insert, 2, replication);
    bind_text(insert, 3, p->study->verdicts[v->rank]);
    bind_text(insert, 4, v->limit);
    bind_number(insert, 5, v->limit ? v->at : NAN);
    bind_number(insert, 6, v->limit ? v->connections : NAN);
    sqlite3_bind_int64(insert, 7, (sqlite3_int64)t->events);
    bind_number(insert, 8, seconds);
    bind_text(insert, 9, t->audit_failed ? t->audit : NULL);
    for (size_t i = 0; i < p->study->n_metrics; i++)
        bind_number(insert, (int)(TRIAL_COLUMNS + i + 1), t->value[i]);
    return store_step(insert);
}
