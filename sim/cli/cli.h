/* cli.h - the frame of the `herdsim` command: a table of subcommands, a table of options that mean the
 * same everywhere, and what the subcommands share. No logic of a simulation lives here. */
#ifndef SIM_CLI_CLI_H
#define SIM_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/experiment/compare.h"
#include "sim/experiment/plan.h"
#include "sim/kernel/arena.h"

/* Exit status, a contract with people's scripts. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_AUDIT = 1,        /* done, and a self-audit failed, or a change is beyond its threshold */
    EXIT_WRONG = 2,        /* the command line or a scenario is wrong; nothing was written */
    EXIT_SYSTEM = 3,       /* a file or the system failed */
    EXIT_INTERRUPTED = 130 /* what was finished is kept */
};

enum option_id {
    OPT_OUT,
    OPT_SET,
    OPT_VARY,
    OPT_REPLICATIONS,
    OPT_JOBS,
    OPT_SEED,
    OPT_DURATION,
    OPT_QUIET,
    OPT_FORMAT,
    OPT_NO_PLOTS,
    OPT_DRY_RUN,
    OPT_RESUME,
    OPT_TRACE,
    OPT_METRIC,
    OPT_THRESHOLD,
    OPT_BEST,
    OPT_HELP,
    OPT_VERSION,
    OPT_COUNT
};
#define TAKES(option) (1u << OPT_##option)

enum output_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };

/* A command line, read and checked. --replications, --seed and --duration are further pairs in set. */
struct options {
    struct arena arena;
    const char *out, *trace;
    struct option_pair *set, *vary;
    size_t n_set, n_vary;
    unsigned jobs; /* 0: one per core */
    enum output_format format;
    uint32_t given; /* options met, as TAKES() bits */
    const char **argument;
    size_t n_arguments;
    const char **metric; /* names and globs of --metric; --best is one more */
    size_t n_metrics;
    struct compare_threshold *threshold;
    size_t n_thresholds;
};

static inline bool options_have(const struct options *o, enum option_id id) { return o->given >> id & 1u; }

struct command {
    const char *name;
    const char *arguments; /* as help shows them: "SCENARIO..." */
    const char *doc;
    const char *more; /* a paragraph for its own help, or NULL */
    size_t min_arguments, max_arguments;
    uint32_t takes; /* options it takes beside --help */
    int (*run)(const struct options *o);
};

/* By name; the last one's name is NULL. */
extern const struct command commands[];

int cmd_run(const struct options *o);
int cmd_compare(const struct options *o);
int cmd_tune(const struct options *o);
int cmd_plot(const struct options *o);
int cmd_check(const struct options *o);
int cmd_describe(const struct options *o);
int cmd_schema(const struct options *o);
int cmd_new(const struct options *o);
int cmd_calibrate(const struct options *o);
int cmd_live(const struct options *o);

/* Reads the words after the command's name. Returns EXIT_DONE; anything else was explained on standard
 * error. o must be given back with options_term either way. */
int options_parse(struct options *o, const struct command *c, int argc, char **argv);
void options_term(struct options *o);

/* The program's help (c NULL) or a command's, from the tables. */
void help_print(const struct command *c, FILE *to);

/* One sentence to standard error: "herdsim: ...". */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Sends what was printed on its way, so that it stands before what standard error says next. */
void answer_flush(void);
/* The worse of two exit statuses: above all, that something could not be kept. */
static inline int worse(int a, int b)
{
    if (a == EXIT_SYSTEM || b == EXIT_SYSTEM)
        return EXIT_SYSTEM;
    return a > b ? a : b;
}
static inline const char *plural(size_t n) { return n == 1 ? "" : "s"; }

#endif
