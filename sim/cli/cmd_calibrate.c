/* cmd_calibrate.c - `herdsim calibrate`: measures this machine and writes its profile. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/calibrate/calibrate.h"
#include "sim/cli/cli.h"
#include "sim/cli/stop.h"

#define ROUNDS  40u  /* unless -r says how many: a round takes a second, */
#define SECONDS 75.0 /* and several on a machine that does other things, too */

/* The number behind --replications, which was checked as it was read. */
static unsigned rounds_wanted(const struct options *o)
{
    unsigned long rounds = ROUNDS;
    for (size_t i = 0; i < o->n_set; i++)
        rounds = strtoul(o->set[i].value, NULL, 10);
    return rounds > ROUNDS_MAX ? 0 : (unsigned)rounds;
}

static void show(unsigned round, unsigned rounds, const char *experiment)
{
    fprintf(stderr, "\r\033[Kround %u of %u: %s", round + 1, rounds, experiment);
}

static void clear_line(void) { fputs("\r\033[K", stderr); }

static int keep(struct profile_file *f, const struct calibration *c, const struct options *o)
{
    char error[512];
    if (profile_file_commit(f, c, error, sizeof error)) {
        complain("%s", error);
        return EXIT_SYSTEM;
    }
    if (o->out)
        calibration_print(c, stdout);
    else if (!options_have(o, OPT_QUIET)) {
        answer_flush();
        calibration_print(c, stderr);
    }
    return EXIT_DONE;
}

static int measure(struct profile_file *f, const struct options *o, unsigned rounds)
{
    bool progress = !options_have(o, OPT_QUIET) && isatty(STDERR_FILENO);
    struct calibration *c = malloc(sizeof *c);
    if (!c) {
        complain("out of memory");
        return EXIT_SYSTEM;
    }
    double seconds = options_have(o, OPT_REPLICATIONS) ? INFINITY : SECONDS;
    enum calibrate_status status = calibrate(c, rounds, seconds, stop_on_signals(), progress ? show : NULL);
    int why = errno, exit_status = EXIT_INTERRUPTED;
    if (progress)
        clear_line();
    if (status == CALIBRATE_DONE) {
        exit_status = keep(f, c, o);
    } else if (status == CALIBRATE_FAILED) {
        complain("cannot measure in a process of its own: %s", strerror(why));
        exit_status = EXIT_SYSTEM;
    } else {
        complain("interrupted; nothing was written");
    }
    free(c);
    return exit_status;
}

int cmd_calibrate(const struct options *o)
{
    struct profile_file f;
    char error[512];
    unsigned rounds = rounds_wanted(o);
    size_t n = o->out ? strlen(o->out) : 0;
    if (!rounds) {
        complain("--replications: at most %u rounds", ROUNDS_MAX);
        return EXIT_WRONG;
    }
    if (o->out && (n < 6 || strcmp(o->out + n - 5, ".yaml"))) {
        complain("'%s': a profile's name ends in .yaml, as machine.profile wants it", o->out);
        return EXIT_WRONG;
    }
    if (profile_file_open(&f, o->out, error, sizeof error)) {
        complain("%s", error);
        return EXIT_SYSTEM;
    }
    int status = measure(&f, o, rounds);
    profile_file_close(&f);
    return status;
}
