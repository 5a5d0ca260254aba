/* results.h - the result folder: written whole or not at all. DESIGN: summary.json and the CSV files are
 * contracts that people's scripts read. */
#ifndef SIM_EXPERIMENT_RESULTS_H
#define SIM_EXPERIMENT_RESULTS_H

#include <stdio.h>

#include "sim/experiment/runner.h"

/* A result folder being written: files go to a hidden sibling that takes the folder's place at commit. Until
 * then the folder itself is there for the record of the trials (store.h), and whatever stood in it stays. */
struct result_folder {
    char *path;  /* the folder asked for */
    char *fresh; /* where files are written until commit; NULL when there is nothing to remove */
    int lock;    /* descriptor that marks `fresh` as in use */
    int place;   /* descriptor that keeps other herdsims out of `path`; -1: none */
    bool made;   /* `path` was not there before */
};

/* Makes sure that `path` can be (re)placed: it does not exist, is empty, or is an earlier herdsim
 * result with nothing else in it; makes it if need be, locks it, creates the hidden sibling, and removes
 * siblings that crashed runs left. Returns 0, or -1 with one sentence in error. */
int results_open(struct result_folder *f, const char *path, char *error, size_t size);
/* scenario.yaml, summary.json, summary.csv, trials.csv, latency.csv, series.csv and, where there are
 * spans, timeline.csv; where there are parts, parts.csv; where enough was swept, effects.csv and
 * fits.csv. */
int results_write(struct result_folder *f, const struct outcome *o, char *error, size_t size);
/* One more document of the folder. write returns 0, or -1 (errno). Returns 0, or -1 with one sentence in
 * error. */
typedef int results_document(const void *content, FILE *to);
int results_put(struct result_folder *f, const char *name, results_document *write, const void *content,
                char *error, size_t size);
/* scenario.yaml: the scenario in its final form, which runs again to the same bits. Returns 0 or -1 (errno).
 */
int results_scenario(const struct plan *plan, FILE *to);
/* Puts the folder in its place atomically (renameat2 exchange where a result stood). What results_open
 * asked of `path` must still hold. What else belongs to the result (figures) is written into `fresh`
 * before. */
int results_commit(struct result_folder *f, char *error, size_t size);
/* Removes what was written, and the folder where it was made and is empty; safe after commit and on a zeroed
 * folder. */
void results_close(struct result_folder *f);

/* summary.json and summary.csv to a stream, for --format json and --format csv. Return 0 or -1 (errno). */
int results_print_json(const struct outcome *o, FILE *to);
int results_print_csv(const struct outcome *o, FILE *to);

#endif
