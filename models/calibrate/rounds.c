/* rounds.c - round after round, each experiment in a child process: what it starts, opens and takes ends with
 * it, whatever happens to it. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "models/calibrate/probe.h"

#define PATIENCE_S \
    30.0 /* an experiment takes well below a second; 50 programs on two cores make it several */
#define SETTLE_US 50000
#define LOOK_MS   50 /* how soon an interruption is noticed */

/* What a child says: a value, or why there is none. Written at once, as it is smaller than PIPE_BUF. */
struct report {
    int figure;
    bool sample;
    double value;
    char why_not[sizeof((struct figure_rounds *)0)->why_not];
};

void probe_report(struct probe *p, enum figure_id figure, double value)
{
    struct report r = { .figure = (int)figure, .value = value };
    if (write(p->report, &r, sizeof r) != (ssize_t)sizeof r)
        _exit(1);
}

void probe_samples(struct probe *p, enum sampled_figure figure, const double *value, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct report r = { .figure = (int)figure, .sample = true, .value = value[i] };
        if (write(p->report, &r, sizeof r) != (ssize_t)sizeof r)
            _exit(1);
    }
}

void probe_fail(struct probe *p, enum figure_id figure, const char *what)
{
    struct report r = { .figure = (int)figure, .value = NAN };
    snprintf(r.why_not, sizeof r.why_not, "%s%s%s", what, errno ? ": " : "", errno ? strerror(errno) : "");
    (void)!write(p->report, &r, sizeof r);
    _exit(1);
}

double probe_known(struct probe *p, enum figure_id figure, enum figure_id wanted)
{
    struct figure_summary s = figure_summary(&p->so_far->figure[figure]);
    if (s.rounds)
        return s.median;
    char why[100];
    snprintf(why, sizeof why, "it takes %s, which could not be measured", figures[figure].key);
    errno = 0;
    probe_fail(p, wanted, why);
}

struct figure_summary figure_summary(const struct figure_rounds *f)
{
    double sorted[ROUNDS_MAX];
    if (!f->n)
        return (struct figure_summary){ 0 };
    memcpy(sorted, f->value, f->n * sizeof *sorted);
    gsl_sort(sorted, 1, f->n);
    return (struct figure_summary){ gsl_stats_median_from_sorted_data(sorted, 1, f->n),
                                    gsl_stats_quantile_from_sorted_data(sorted, 1, f->n, 0.25),
                                    gsl_stats_quantile_from_sorted_data(sorted, 1, f->n, 0.75), f->n };
}

/* The first and the last core that we may use: interrupts mostly go to the first, so the server has the last.
 */
static void choose_cores(struct probe *p)
{
    cpu_set_t set;
    p->server_cpu = p->client_cpu = 0;
    if (sched_getaffinity(0, sizeof set, &set))
        return;
    bool found = false;
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set)) {
            p->client_cpu = found ? p->client_cpu : i;
            p->server_cpu = i;
            found = true;
        }
}

static void take(struct calibration *c, const struct report *r)
{
    if (r->figure < 0 || r->figure >= (r->sample ? (int)SAMPLED_FIGURES : (int)FIGURES))
        return;
    if (r->sample) {
        struct figure_samples *s = &c->samples[r->figure];
        if (isfinite(r->value) && s->n < SAMPLES_MAX)
            s->value[s->n++] = r->value;
        return;
    }
    struct figure_rounds *f = &c->figure[r->figure];
    if (isfinite(r->value) && f->n < ROUNDS_MAX)
        f->value[f->n++] = r->value;
    else
        memcpy(f->why_not, r->why_not, sizeof f->why_not);
}

/* Reads what the child says until it is gone; false: interrupted, or it takes too long. */
static bool listen_to(struct calibration *c, int from, const atomic_int *stop)
{
    struct report r;
    size_t have = 0;
    int64_t until = mono_ns() + (int64_t)(PATIENCE_S * 1e9);
    while (!atomic_load(stop) && mono_ns() < until) {
        struct pollfd wait = { .fd = from, .events = POLLIN };
        if (poll(&wait, 1, LOOK_MS) <= 0)
            continue;
        ssize_t n = read(from, (char *)&r + have, sizeof r - have);
        if (n == 0 || (n < 0 && errno != EINTR))
            return true;
        have += n > 0 ? (size_t)n : 0;
        if (have == sizeof r) {
            take(c, &r);
            have = 0;
        }
    }
    return false;
}

/* The child neither outlives the parent nor answers to the terminal. */
static _Noreturn void be_child(struct calibration *c, const struct experiment *e, unsigned rounds, int report,
                               pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (getppid() != parent)
        _exit(1);
    struct probe p = { .so_far = c, .report = report, .rounds = rounds };
    choose_cores(&p);
    e->run(&p);
    _exit(0);
}

/* Returns 0, or -1 with errno where there can be no child. */
static int carry_out(struct calibration *c, const struct experiment *e, unsigned rounds,
                     const atomic_int *stop)
{
    int pipes[2];
    pid_t parent = getpid();
    if (pipe(pipes))
        return -1;
    pid_t child = fork();
    if (child == 0) {
        close(pipes[0]);
        be_child(c, e, rounds, pipes[1], parent);
    }
    int why = errno;
    close(pipes[1]);
    if (child > 0 && !listen_to(c, pipes[0], stop))
        kill(child, SIGKILL);
    close(pipes[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    errno = why;
    return child < 0 ? -1 : 0;
}

enum calibrate_status calibrate(struct calibration *c, unsigned rounds, double seconds,
                                const atomic_int *stop, calibrate_progress *progress)
{
    int64_t begun = mono_ns();
    memset(c, 0, sizeof *c);
    machine_facts(&c->facts);
    while (c->rounds < rounds && (c->rounds < ROUNDS_MIN || c->seconds < seconds)) {
        for (const struct experiment *e = experiments; e->name; e++) {
            if (c->rounds >= e->rounds_max || (e->two_cores && c->facts.cores < 2))
                continue;
            if (progress)
                progress(c->rounds, rounds, e->name);
            if (e->settles)
                pause_us(SETTLE_US);
            int failed = carry_out(c, e, rounds, stop);
            if (atomic_load(stop))
                return CALIBRATE_INTERRUPTED;
            if (failed)
                return CALIBRATE_FAILED;
        }
        c->rounds++;
        c->seconds = (double)(mono_ns() - begun) * 1e-9;
    }
    return CALIBRATE_DONE;
}
