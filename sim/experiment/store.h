/* store.h - trials recorded as they finish, in FOLDER/trials.sqlite: a run that was killed goes on from
 * there, and people may ask it with sqlite3. store_tables.c has the tables.
 *
 * One writer at a time: whoever opens a store holds a lock on the folder (results.h). Not for several
 * threads at once. */
#ifndef SIM_EXPERIMENT_STORE_H
#define SIM_EXPERIMENT_STORE_H

#include "sim/experiment/plan.h"
#include "sim/experiment/trial_codec.h"

#define STORE_FILE       "trials.sqlite"
#define STORE_FILE_NEW   "trials.sqlite.new" /* until its tables are there */
#define STORE_COMMIT_S   0.25                /* no finished trial waits longer to be kept */
#define STORE_MAGIC      0x68657264          /* application_id of the file: "herd" */
#define STORE_ERROR_SIZE 640u

struct store;
enum {
    STORE_OK = 0,
    STORE_FAILED = -1, /* the file or the disk */
    STORE_OTHER = -2   /* it holds trials of another scenario, seed or version */
};

/* Opens the record in `folder`, which exists. resume: what is recorded stays if it belongs to this plan (the
 * number of replications may differ), otherwise STORE_OTHER. Not resume: the first trial recorded replaces an
 * earlier record. Nothing is changed before the first trial. Anything but STORE_OK leaves one sentence in
 * error and *s NULL. The plan must live as long as the store. */
int store_open(struct store **s, const char *folder, const struct plan *p, bool resume, char *error,
               size_t size);
/* Trials recorded, by earlier runs too. */
size_t store_recorded(const struct store *s);
/* Trials of an interrupted run of this very plan that will be lost because it was not to be resumed. */
size_t store_dropped(const struct store *s);

/* Records a finished trial that took so many seconds. Series and spans are kept of replication 0 only.
 * Returns 0, or -1 with a sentence in error; what was committed before stays whole. */
int store_add(struct store *s, size_t point, uint32_t replication, const struct trial *t, double seconds,
              char *error, size_t size);
/* Commits what has waited for STORE_COMMIT_S: to be called a few times a second. Likewise. */
int store_tend(struct store *s, char *error, size_t size);
/* Commits everything. Likewise. */
int store_sync(struct store *s, char *error, size_t size);

/* Returns 0 to go on, -1 to end. */
typedef int store_visit(void *context, size_t point, uint32_t replication, const struct trial *t,
                        double seconds);
/* Every recorded trial in order of point and replication, also of replications that the plan has no more.
 * They are read into `room`, which has buffers for everything that the plan's trials may have (and is not
 * NULL where anything is recorded); their texts live in names. Returns 0, or -1 with a sentence in error,
 * which is empty when it was the visitor who ended it. */
int store_each(struct store *s, struct trial *room, struct names *names, store_visit *visit, void *context,
               char *error, size_t size);

/* The run is over (complete: nothing is left to do): puts the record as one plain file into another folder
 * as well, by a link where that is possible. Nothing can be added or read any more. No record: nothing is
 * put there. Returns 0, or -1 with a sentence in error. */
int store_keep(struct store *s, const char *folder, bool complete, char *error, size_t size);
/* Commits what can be committed and closes; s may be NULL. */
void store_close(struct store *s);

#endif
