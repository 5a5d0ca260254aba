#include "sim/experiment/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/experiment/folder.h"
#include "sim/experiment/parts.h"
#include "sim/experiment/results_tables.h"

#define COMMIT_TRIES  16u
#define HOLD_WAITS    20u /* of 50 ms */
#define HOLD_PAUSE_NS 50000000

/* The scenario in its final form, with every option and file folded in. */
int results_scenario(const struct plan *plan, FILE *to)
{
    char *text = node_emit(plan->resolved);
    if (!text)
        return -1;
    fprintf(to,
            "# As herdsim " HERDSIM_VERSION " ran it, options included: it runs again to the same bits.\n%s",
            text);
    free(text);
    return 0;
}

static int write_scenario(const struct outcome *o, FILE *to) { return results_scenario(o->plan, to); }

static const struct document {
    const char *name;
    int (*write)(const struct outcome *o, FILE *to);
    bool (*wanted)(const struct outcome *o); /* NULL: always */
} documents[] = {
    { "scenario.yaml", write_scenario, NULL },
    { "summary.json", results_summary_json, NULL },
    { "summary.csv", results_summary_csv, NULL },
    { "trials.csv", results_trials_csv, NULL },
    { "latency.csv", results_latency_csv, NULL },
    { "series.csv", results_series_csv, NULL },
    { "effects.csv", results_effects_csv, results_has_sweep },
    { "fits.csv", results_fits_csv, results_has_sweep },
    { "parts.csv", parts_csv, parts_any },
    { "timeline.csv", results_timeline_csv, results_has_timeline },
    { "warmup.csv", results_warmup_csv, results_has_warmup },
};

/* Makes the folder if need be and locks it; again where another run's results took its place in between, and
 * for a while where the lock is held: a run that was killed just now keeps it until the kernel has cleared
 * up. */
static int take_hold(struct result_folder *f)
{
    static const struct timespec pause = { .tv_nsec = HOLD_PAUSE_NS };
    unsigned tries = 0, waits = 0;
    errno = ESTALE;
    while (f->place < 0 && tries < COMMIT_TRIES && waits < HOLD_WAITS) {
        if (errno == EWOULDBLOCK && ++waits)
            nanosleep(&pause, NULL);
        else if (errno != ESTALE && errno != ENOENT)
            break;
        else
            tries++;
        f->made = !mkdir(f->path, 0777);
        if (f->made || errno == EEXIST)
            f->place = folder_lock(f->path);
    }
    return f->place < 0 ? -1 : 0;
}

static int prepare(struct result_folder *f)
{
    if (folder_make_parents(f->path) || take_hold(f))
        return -1;
    folder_clean_siblings(f->path);
    f->fresh = folder_make_sibling(f->path, &f->lock);
    return f->fresh ? 0 : -1;
}

int results_open(struct result_folder *f, const char *path, char *error, size_t size)
{
    *f = (struct result_folder){ .place = -1 };
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    f->path = strndup(path, n);
    if (!f->path) {
        snprintf(error, size, "cannot write results to %s: %s", path, strerror(errno));
        return -1;
    }
    bool refused = folder_inspect(f->path, error, size) == FOLDER_REFUSED;
    if (!refused && !prepare(f))
        return 0;
    if (!refused)
        snprintf(
            error, size, "cannot write results to %s: %s", f->path,
            errno == EWOULDBLOCK
                ? "another herdsim is writing there; wait until it has ended, or name another folder with -o"
                : strerror(errno));
    results_close(f);
    return -1;
}

/* Pushes a stream's content to disk. Returns 0, or -1 (errno). */
static int settle(FILE *to)
{
    if (ferror(to) || fflush(to) || fsync(fileno(to)))
        return -1;
    return 0;
}

static int write_file(const struct result_folder *f, const char *document, results_document *write,
                      const void *content)
{
    char *name;
    if (asprintf(&name, "%s/%s", f->fresh, document) < 0)
        return -1;
    FILE *to = fopen(name, "we");
    free(name);
    if (!to)
        return -1;
    errno = 0;
    int status = write(content, to) || settle(to) ? -1 : 0;
    int why = errno ? errno : EIO;
    if (fclose(to) && !status) {
        status = -1;
        why = errno;
    }
    errno = why;
    return status;
}

int results_put(struct result_folder *f, const char *name, results_document *write, const void *content,
                char *error, size_t size)
{
    if (!write_file(f, name, write, content))
        return 0;
    snprintf(error, size, "cannot write %s/%s: %s", f->path, name, strerror(errno));
    return -1;
}

/* A document of an outcome, as results_put() takes them. */
struct of_outcome {
    const struct document *document;
    const struct outcome *outcome;
};

static int write_of_outcome(const void *content, FILE *to)
{
    const struct of_outcome *c = content;
    return c->document->write(c->outcome, to);
}

int results_write(struct result_folder *f, const struct outcome *o, char *error, size_t size)
{
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        const struct of_outcome content = { &documents[i], o };
        if (documents[i].wanted && !documents[i].wanted(o))
            continue;
        if (results_put(f, documents[i].name, write_of_outcome, &content, error, size))
            return -1;
    }
    return 0;
}

/* Looks what stands there and replaces it; again where another run was quicker in between. */
static int take_place(const struct result_folder *f, char *error, size_t size)
{
    for (unsigned i = 0; i < COMMIT_TRIES; i++) {
        enum folder_state state = folder_inspect(f->path, error, size);
        if (state == FOLDER_REFUSED)
            return -1;
        if (!folder_replace(f->path, f->fresh, state))
            return 0;
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOENT)
            break;
    }
    snprintf(error, size, "cannot put the results at %s: %s", f->path, strerror(errno));
    return -1;
}

int results_commit(struct result_folder *f, char *error, size_t size)
{
    folder_sync(f->fresh);
    if (take_place(f, error, size))
        return -1;
    const char *slash = strrchr(f->path, '/');
    char *parent = slash ? strndup(f->path, (size_t)(slash - f->path) + 1) : strdup(".");
    if (parent)
        folder_sync(parent);
    free(parent);
    free(f->fresh);
    f->fresh = NULL;
    f->made = false;
    close(f->lock);
    return 0;
}

void results_close(struct result_folder *f)
{
    if (f->fresh) {
        folder_remove(f->fresh);
        close(f->lock);
    }
    if (f->made && f->place >= 0) /* another may have been quicker to lock what we made */
        (void)rmdir(f->path);     /* where it is empty */
    if (f->path && f->place >= 0)
        close(f->place);
    free(f->fresh);
    free(f->path);
    *f = (struct result_folder){ 0 };
}

static int print(int (*write)(const struct outcome *, FILE *), const struct outcome *o, FILE *to)
{
    errno = 0;
    if (write(o, to) || fflush(to) || ferror(to)) {
        errno = errno ? errno : EIO;
        return -1;
    }
    return 0;
}

int results_print_json(const struct outcome *o, FILE *to) { return print(results_summary_json, o, to); }

int results_print_csv(const struct outcome *o, FILE *to) { return print(results_summary_csv, o, to); }
