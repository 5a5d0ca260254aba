/* main.c - the `herdsim` command: finds the subcommand, reads its options, runs it, and makes sure that
 * what went to standard output arrived. */
#include "sim/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "models/herd_study.h"
#include "sim/experiment/ranks.h"
#include "sim/kernel/check.h"
#include "sim/scenario/nearest.h"

#define TAKES_CHANGES (TAKES(SET) | TAKES(VARY) | TAKES(REPLICATIONS) | TAKES(SEED) | TAKES(DURATION))

const struct command commands[] = {
    { "run", "SCENARIO...", "simulate every point, print the comparison, write results/NAME/",
      "All scenarios are checked before anything is written. Every trial is recorded as it finishes, in\n"
      "results/NAME/trials.sqlite. Ctrl-C keeps what is finished; a second one stops at once. --resume goes "
      "on\n"
      "from the record, also after a crash, and leads to the same results as a run that was left alone.",
      1, SIZE_MAX,
      TAKES_CHANGES | TAKES(OUT) | TAKES(JOBS) | TAKES(QUIET) | TAKES(FORMAT) | TAKES(NO_PLOTS) |
          TAKES(DRY_RUN) | TAKES(RESUME) | TAKES(TRACE),
      cmd_run },
    { "compare", "A [B]", "two variants, scenarios or result folders: what differs, how surely",
      "A and B are result folders or scenarios, each followed by ':VARIANT' where only one is meant;\n"
      "'compare A VARIANT VARIANT' compares two of the same. Scenarios are simulated, and nothing is "
      "written.\n"
      "One operand alone is ranked: which of its variants is --best? The exit status is 1 where a change is\n"
      "significant and beyond its --threshold, or where the verdict of a point changed.",
      1, 3,
      TAKES_CHANGES | TAKES(JOBS) | TAKES(QUIET) | TAKES(FORMAT) | TAKES(METRIC) | TAKES(THRESHOLD) |
          TAKES(BEST),
      cmd_compare },
    { "tune", "SCENARIO", "find the largest value of a key that keeps all objectives, per variant",
      "The scenario's section 'tune' says which key, between which values, and the objectives; --set changes "
      "it\n"
      "(tune.between='[10, 1000]'). Other swept keys are held: each combination gets an answer of its own. "
      "-r N\n"
      "is the most replications that a value may take. The exit status is 1 where no value keeps the "
      "objectives.",
      1, 1,
      TAKES_CHANGES | TAKES(OUT) | TAKES(JOBS) | TAKES(QUIET) | TAKES(FORMAT) | TAKES(NO_PLOTS) |
          TAKES(DRY_RUN),
      cmd_tune },
    { "plot", "RESULTS...", "write the gnuplot scripts again from results, and render them",
      "What several folders hold is drawn into the same figures, in results/overlay or the folder of -o.\n"
      "Another format is a change to one line of a script.",
      1, SIZE_MAX, TAKES(OUT) | TAKES(QUIET), cmd_plot },
    { "check", "SCENARIO...", "check scenarios only", NULL, 1, SIZE_MAX, TAKES_CHANGES | TAKES(QUIET),
      cmd_check },
    { "describe", "[WORD]", "what a key, model, distribution, metric or verdict means",
      "Without a word: everything in outline. A key may be given by its dotted path; 'metrics', 'verdicts'\n"
      "and 'distributions' list what there is.",
      0, 1, 0, cmd_describe },
    { "schema", "", "print the JSON Schema of the scenario format, for editors", NULL, 0, 0, 0, cmd_schema },
    { "new", "NAME", "write NAME.yaml, a commented scenario to start from",
      "NAME may carry a folder. An existing file is never overwritten.", 1, 1, TAKES(QUIET), cmd_new },
    { "calibrate", "", "measure this machine, write its profile for machine.profile",
      "The profile goes to the file of -o, or to standard output. A figure is the median of up to 40 rounds, "
      "about a\n"
      "minute in all; -r N makes exactly so many. It needs no root: with it, memory in the kernel is told "
      "apart by\n"
      "kind. Let nothing else run meanwhile. An earlier profile is replaced, nothing else is.",
      0, 0, TAKES(OUT) | TAKES(REPLICATIONS) | TAKES(QUIET), cmd_calibrate },
    { "live", "SCENARIO", "run the scenario for real on loopback: measurement beside prediction",
      "Collars with real sockets send to a real server with real threads or epoll, in real time, with the "
      "same\n"
      "reports and the same work as in the simulation. For errors that mean something, measure this machine\n"
      "first: 'herdsim calibrate -o here.yaml', then 'herdsim live SCENARIO -s "
      "machine.profile=$PWD/here.yaml'.\n"
      "results/NAME-live/ gets live.json, live.csv, measured/, predicted/ and plots/. Ctrl-C keeps what is\n"
      "measured.",
      1, 1, TAKES_CHANGES | TAKES(OUT) | TAKES(QUIET) | TAKES(FORMAT) | TAKES(NO_PLOTS), cmd_live },
    { .name = NULL }
};

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("herdsim: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

/* A descriptor that was closed by the caller would be taken by the first file we open, and our answer
 * would be written into it. /dev/null is opened the wrong way round, so that using it is an error. */
static bool occupy_standard_files(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

static const struct command *find_command(const char *name)
{
    struct nearest near = nearest_to(name);
    for (const struct command *c = commands; c->name; c++) {
        if (!strcmp(c->name, name))
            return c;
        nearest_try(&near, c->name);
    }
    if (near.match)
        complain("unknown command '%s'; did you mean '%s'?", name, near.match);
    else
        complain("unknown command '%s'; 'herdsim --help' lists the commands", name);
    return NULL;
}

static void print_version(void) { printf("herdsim %s\n", HERDSIM_VERSION); }

/* What comes before a command: --help and --version. */
static int before_command(const char *word)
{
    if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
        help_print(NULL, stdout);
        return EXIT_DONE;
    }
    if (!strcmp(word, "--version")) {
        print_version();
        return EXIT_DONE;
    }
    complain("'%s' stands before a command; expected: herdsim COMMAND [OPTION...]", word);
    return EXIT_WRONG;
}

static int run_command(int argc, char **argv)
{
    if (argc < 2) {
        help_print(NULL, stderr);
        return EXIT_WRONG;
    }
    if (argv[1][0] == '-')
        return before_command(argv[1]);
    const struct command *c = find_command(argv[1]);
    if (!c)
        return EXIT_WRONG;
    struct options o;
    int status = options_parse(&o, c, argc - 2, argv + 2);
    if (status == EXIT_DONE && options_have(&o, OPT_HELP))
        help_print(c, stdout);
    else if (status == EXIT_DONE && options_have(&o, OPT_VERSION))
        print_version();
    else if (status == EXIT_DONE)
        status = c->run(&o);
    options_term(&o);
    return status;
}

/* Why standard output failed, as far as it is known: the stream itself does not remember. */
static int answer_error;

void answer_flush(void)
{
    errno = 0;
    if (fflush(stdout) && !answer_error)
        answer_error = errno;
}

/* A full disk or a closed pipe shows here at the latest. */
static bool answer_arrived(void)
{
    answer_flush();
    if (!ferror(stdout) && !answer_error)
        return true;
    complain("cannot write to standard output: %s", answer_error ? strerror(answer_error) : "write error");
    return false;
}

/* Of several ranks the first is the program, and the others work for it. */
static int run_in_rank(int argc, char **argv)
{
    char error[512] = "";
    int status = EXIT_WRONG;
    switch (ranks_join(&herd_study, argv, error, sizeof error)) {
    case RANKS_WRONG:
        if (*error)
            complain("%s", error);
        return EXIT_WRONG;
    case RANKS_OTHER:
        ranks_serve(&herd_study);
        status = EXIT_DONE;
        break;
    default:
        status = run_command(argc, argv);
        status = answer_arrived() ? status : worse(status, EXIT_SYSTEM);
    }
    ranks_leave();
    return status;
}

int main(int argc, char **argv)
{
    if (!occupy_standard_files())
        return EXIT_SYSTEM;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe and a file that grows too large are errors, not deaths */
    signal(SIGXFSZ, SIG_IGN);
    sim_install_gsl_handler();
    return run_in_rank(argc, argv);
}
