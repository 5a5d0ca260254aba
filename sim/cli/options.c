/* options.c - one table of options: it parses, refuses, suggests and documents. An option means the same
 * in every subcommand; a subcommand only says which ones it takes. */
#include "sim/cli/cli.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/nearest.h"
#include "sim/scenario/schema.h"

#define REPLICATIONS_MAX 1000000u
#define JOBS_MAX         1024u

struct option_row {
    char letter; /* 0: none */
    const char *name;
    const char *value; /* what help calls its value; NULL: a flag */
    const char *doc;
    /* Takes the value; returns NULL, or what is wrong with it. NULL for a flag. */
    const char *(*accept)(struct options *o, const char *value);
};

static const char *accept_out(struct options *o, const char *value)
{
    o->out = value;
    return NULL;
}

static const char *accept_trace(struct options *o, const char *value)
{
    o->trace = value;
    return NULL;
}

static const char *accept_metric(struct options *o, const char *value)
{
    o->metric[o->n_metrics++] = value;
    return NULL;
}

/* [METRIC=][+|-]N %. */
static const char *accept_threshold(struct options *o, const char *value)
{
    struct compare_threshold t = { 0 };
    const char *equals = strrchr(value, '='), *share = equals ? equals + 1 : value;
    if (equals == value)
        return "there is no metric before '='";
    if (equals && !(t.pattern = arena_printf(&o->arena, "%.*s", (int)(equals - value), value)))
        return "out of memory";
    share += strspn(share, " ");
    t.direction = *share == '+' ? 1 : *share == '-' ? -1 : 0;
    if (!strchr(share, '%') || unit_parse(share + (t.direction != 0), UNIT_RATIO, &t.share))
        return "expected a share such as '5 %', '+5 %' (only an increase) or 'latency.p99=5 %'";
    o->threshold[o->n_thresholds++] = t;
    return NULL;
}

static const char *accept_pair(struct options *o, struct option_pair *list, size_t *n, const char *value)
{
    const char *equals = strchr(value, '=');
    if (!equals)
        return "expected KEY=VALUE: there is no '='";
    if (equals == value)
        return "expected KEY=VALUE: there is no key before '='";
    char *key = arena_text(&o->arena, value);
    if (!key)
        return "out of memory";
    key[equals - value] = '\0';
    list[(*n)++] = (struct option_pair){ key, equals + 1 };
    return NULL;
}

static const char *accept_set(struct options *o, const char *value)
{
    return accept_pair(o, o->set, &o->n_set, value);
}

static const char *accept_vary(struct options *o, const char *value)
{
    return accept_pair(o, o->vary, &o->n_vary, value);
}

/* A whole number in plain digits, at most max. */
static bool whole_number(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t sum = 0;
    for (const char *c = text; *c; c++) {
        if (!isdigit((unsigned char)*c))
            return false;
        uint64_t digit = (uint64_t)(*c - '0');
        if (sum > (max - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return *text;
}

static void set_key(struct options *o, const char *key, const char *value)
{
    o->set[o->n_set++] = (struct option_pair){ key, value };
}

/* A count under `run:`, within the limits of its row. */
static const char *accept_run_count(struct options *o, const char *key, const char *value)
{
    const struct field *f = run_record.fields;
    while (strcmp(f->key, strchr(key, '.') + 1))
        f++;
    if (f->kind == FIELD_GROUP) /* a bare number is its first row */
        f = f->sub->fields;
    uint64_t n;
    if (!whole_number(value, (uint64_t)f->max, &n) || (double)n < f->min)
        return arena_printf(&o->arena, "expected a whole number from %.0f to %.0f", f->min, f->max);
    set_key(o, key, value);
    return NULL;
}

static const char *accept_replications(struct options *o, const char *value)
{
    return accept_run_count(o, "run.replications", value);
}

static const char *accept_jobs(struct options *o, const char *value)
{
    uint64_t n;
    if (!whole_number(value, JOBS_MAX, &n) || n == 0)
        return "expected a whole number from 1 to 1024 (without the option: one per core)";
    o->jobs = (unsigned)n;
    return NULL;
}

static const char *accept_seed(struct options *o, const char *value)
{
    return accept_run_count(o, "run.seed", value);
}

static const char *accept_duration(struct options *o, const char *value)
{
    double seconds;
    const char *why = unit_parse(value, UNIT_TIME, &seconds);
    if (why)
        return why;
    if (!(seconds > 0))
        return "expected a time above zero";
    set_key(o, "run.duration", value);
    return NULL;
}

static const char *accept_format(struct options *o, const char *value)
{
    static const char *const words[] = {
        [FORMAT_TABLE] = "table", [FORMAT_JSON] = "json", [FORMAT_CSV] = "csv"
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(value, words[i])) {
            o->format = (enum output_format)i;
            return NULL;
        }
    return "expected table, json or csv";
}

static const struct option_row rows[OPT_COUNT] = {
    [OPT_OUT] = { 'o', "out", "DIR",
                  "folder of the results (default results/NAME; several scenarios: DIR/NAME)", accept_out },
    [OPT_SET] = { 's', "set", "KEY=VALUE", "set a key of the scenario, e.g. machine.cores=4; repeatable",
                  accept_set },
    [OPT_VARY] = { 'v', "vary", "KEY=VALUES",
                   "sweep a key over V1,V2,... or A..B:log:N or A..B:lin:N (A..B in a design); repeatable",
                   accept_vary },
    [OPT_REPLICATIONS] = { 'r', "replications", "N", "independent replications of each point",
                           accept_replications },
    [OPT_JOBS] = { 'j', "jobs", "N",
                   "workers (default: one per core); under mpirun: of each rank (default: 1)", accept_jobs },
    [OPT_SEED] = { 0, "seed", "N", "seed of all random streams", accept_seed },
    [OPT_DURATION] = { 0, "duration", "T", "measured time, e.g. '10 min'; the warm-up comes on top",
                       accept_duration },
    [OPT_QUIET] = { 'q', "quiet", NULL, "nothing on standard error but errors", NULL },
    [OPT_FORMAT] = { 0, "format", "FORMAT", "what standard output carries: table, json or csv",
                     accept_format },
    [OPT_NO_PLOTS] = { 0, "no-plots", NULL, "write no plots", NULL },
    [OPT_DRY_RUN] = { 0, "dry-run", NULL, "print the points and stop before anything runs", NULL },
    [OPT_RESUME] = { 0, "resume", NULL, "go on where an interrupted run of the same scenario stopped", NULL },
    [OPT_TRACE] = { 0, "trace", "FILE", "who did what when in the first replication of every point, as CSV",
                    accept_trace },
    [OPT_METRIC] = { 0, "metric", "NAME", "compare this metric; a glob such as 'latency.*'; repeatable",
                     accept_metric },
    [OPT_THRESHOLD] = { 0, "threshold", "[METRIC=]SHARE",
                        "a change that fails: '5 %', '+5 %' (increase), '-5 %'; repeatable",
                        accept_threshold },
    [OPT_BEST] = { 0, "best", "METRIC", "rank the variants by this metric", accept_metric },
    [OPT_HELP] = { 'h', "help", NULL, "print this help", NULL },
    [OPT_VERSION] = { 0, "version", NULL, "print the version", NULL },
};

static enum option_id find_name(const char *name, size_t length)
{
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (strlen(rows[i].name) == length && !strncmp(rows[i].name, name, length))
            return (enum option_id)i;
    return OPT_COUNT;
}

static enum option_id find_letter(char letter)
{
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (rows[i].letter && rows[i].letter == letter)
            return (enum option_id)i;
    return OPT_COUNT;
}

#define TAKEN_ALWAYS (TAKES(HELP) | TAKES(VERSION))
static bool takes(const struct command *c, enum option_id id) { return (c->takes | TAKEN_ALWAYS) >> id & 1u; }

static int unknown_option(const struct command *c, const char *word, size_t length)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), word);
    struct nearest near = nearest_to(name);
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (takes(c, (enum option_id)i))
            nearest_try(&near, rows[i].name);
    if (near.match)
        complain("unknown option '--%s'; did you mean '--%s'?", name, near.match);
    else
        complain("unknown option '--%s'; 'herdsim %s --help' lists the options", name, c->name);
    return EXIT_WRONG;
}

/* What is being read: the words, and how far we are. */
struct reader {
    struct options *o;
    const struct command *c;
    int argc, at;
    char **argv;
};

/* The option itself is known; `value` is what was written together with it, or NULL. */
static int take_option(struct reader *r, enum option_id id, const char *shown, const char *value)
{
    const struct option_row *row = &rows[id];
    if (!takes(r->c, id)) {
        complain("'%s' does not take the option '%s'", r->c->name, shown);
        return EXIT_WRONG;
    }
    r->o->given |= 1u << id;
    if (!row->value) {
        if (value)
            complain("option '%s' takes no value", shown);
        return value ? EXIT_WRONG : EXIT_DONE;
    }
    if (!value && r->at < r->argc)
        value = r->argv[r->at++];
    if (!value || !*value) {
        complain("option '%s' needs a value: %s", shown, row->value);
        return EXIT_WRONG;
    }
    const char *why = row->accept(r->o, value);
    if (why)
        complain("%s '%s': %s", shown, value, why);
    return why ? EXIT_WRONG : EXIT_DONE;
}

static int long_option(struct reader *r, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    enum option_id id = find_name(word + 2, length - 2);
    if (id == OPT_COUNT)
        return unknown_option(r->c, word + 2, length - 2);
    char shown[32];
    snprintf(shown, sizeof shown, "--%s", rows[id].name);
    return take_option(r, id, shown, equals ? equals + 1 : NULL);
}

/* -q, -j4, -j 4, -qj4. */
static int short_options(struct reader *r, const char *word)
{
    int status = EXIT_DONE;
    for (const char *c = word + 1; *c && status == EXIT_DONE; c++) {
        enum option_id id = find_letter(*c);
        if (id == OPT_COUNT) {
            complain("unknown option '-%c'; 'herdsim %s --help' lists the options", *c, r->c->name);
            return EXIT_WRONG;
        }
        bool has_value = rows[id].value && c[1];
        status = take_option(r, id, (char[]){ '-', *c, '\0' }, has_value ? c + 1 : NULL);
        if (has_value)
            break;
    }
    return status;
}

static int check_arguments(const struct options *o, const struct command *c)
{
    if (options_have(o, OPT_HELP) || options_have(o, OPT_VERSION))
        return EXIT_DONE;
    if (o->n_arguments < c->min_arguments) {
        complain("'%s' needs %s; see 'herdsim %s --help'", c->name, c->arguments, c->name);
        return EXIT_WRONG;
    }
    if (o->n_arguments > c->max_arguments) {
        complain("'%s' does not expect '%s'", c->name, o->argument[c->max_arguments]);
        return EXIT_WRONG;
    }
    return EXIT_DONE;
}

/* No line has more pairs than words, so the arrays never grow. */
static bool make_room(struct options *o, int argc)
{
    size_t words = (size_t)argc + 1;
    o->set = ARENA_ARRAY(&o->arena, struct option_pair, words);
    o->vary = ARENA_ARRAY(&o->arena, struct option_pair, words);
    o->argument = ARENA_ARRAY(&o->arena, const char *, words);
    o->metric = ARENA_ARRAY(&o->arena, const char *, words);
    o->threshold = ARENA_ARRAY(&o->arena, struct compare_threshold, words);
    return o->set && o->vary && o->argument && o->metric && o->threshold;
}

int options_parse(struct options *o, const struct command *c, int argc, char **argv)
{
    *o = (struct options){ 0 };
    if (!make_room(o, argc)) {
        complain("out of memory");
        return EXIT_SYSTEM;
    }
    struct reader r = { .o = o, .c = c, .argc = argc, .argv = argv };
    bool only_arguments = false;
    int status = EXIT_DONE;
    while (r.at < argc && status == EXIT_DONE) {
        const char *word = argv[r.at++];
        if (only_arguments || word[0] != '-' || !word[1])
            o->argument[o->n_arguments++] = word;
        else if (!strcmp(word, "--"))
            only_arguments = true;
        else
            status = word[1] == '-' ? long_option(&r, word) : short_options(&r, word);
    }
    return status == EXIT_DONE ? check_arguments(o, c) : status;
}

void options_term(struct options *o)
{
    arena_term(&o->arena);
    *o = (struct options){ 0 };
}

#define HELP_COLUMN 30 /* the longest option and its value */

static void help_option(const struct option_row *row, FILE *to)
{
    char left[64];
    char letter[8] = "    ";
    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, row->name, row->value ? " " : "",
             row->value ? row->value : "");
    fprintf(to, "  %-*s %s\n", HELP_COLUMN, left, row->doc);
}

static void help_command(const struct command *c, FILE *to)
{
    fprintf(to, "usage: herdsim %s %s%s\n\n%s\n", c->name, c->takes ? "[OPTION...] " : "", c->arguments,
            c->doc);
    if (c->more)
        fprintf(to, "\n%s\n", c->more);
    fprintf(to, "\nOptions:\n");
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (takes(c, (enum option_id)i))
            help_option(&rows[i], to);
}

void help_print(const struct command *c, FILE *to)
{
    if (c) {
        help_command(c, to);
        return;
    }
    fprintf(to,
            "herdsim %s - thousands of elephant collars against one server: what threads cost, what an\n"
            "event loop costs, where each breaks, and why.\n\n"
            "usage: herdsim COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n",
            HERDSIM_VERSION);
    for (const struct command *each = commands; each->name; each++) {
        char left[40];
        snprintf(left, sizeof left, "%s %s", each->name, each->arguments);
        fprintf(to, "  %-19s %s\n", left, each->doc);
    }
    fprintf(to, "\nOptions (where a command takes them):\n");
    for (unsigned i = 0; i < OPT_COUNT; i++)
        help_option(&rows[i], to);
    fprintf(
        to,
        "\n'herdsim COMMAND --help' says more. In the source tree, './herdsim test' runs every test and\n"
        "'./herdsim bench' the benchmarks.\n"
        "Exit status: 0 done; 1 a self-audit failed, no value met the objectives (tune), or a change is "
        "beyond\n"
        "its threshold (compare); 2 the command line or a scenario is wrong; 3 a file or the system failed;\n"
        "130 interrupted (what was finished is kept).\n");
}
