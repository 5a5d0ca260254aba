/* store_tables.h - the tables of trials.sqlite, made for people: one column for every swept key and every
 * metric, named like it. `select * from results` shows them all; undefined is NULL. */
#ifndef SIM_EXPERIMENT_STORE_TABLES_H
#define SIM_EXPERIMENT_STORE_TABLES_H

#include <sqlite3.h>

#include "sim/experiment/plan.h"

/* Makes and fills all tables but those of the trials. Returns an SQLite code. */
int store_tables_make(sqlite3 *db, const struct plan *p, const char *identity);
/* Prepares the insertion of a row into `trials`. Returns an SQLite code. */
int store_tables_prepare(sqlite3 *db, const struct plan *p, sqlite3_stmt **insert);
/* Binds and inserts one. Returns an SQLite code. */
int store_tables_add(sqlite3_stmt *insert, const struct plan *p, size_t point, uint32_t replication,
                     const struct trial *t, double seconds);
/* Runs a statement that was bound and makes it ready to be bound again. Returns an SQLite code. */
int store_step(sqlite3_stmt *statement);
/* The value of a row of the table `run`, from malloc; NULL where there is none. */
char *store_run_value(sqlite3 *db, const char *key);

#endif
