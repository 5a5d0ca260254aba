/* print.c - the figures for people. */
#include <math.h>

#include "models/calibrate/calibrate.h"

/* Beyond these the machine is called noisy: on an idle one both are well below 1 %. */
#define NOISY_SPREAD 0.02
#define NOISY_STOLEN 0.05
#define WIDE_SPREAD  0.25 /* of a figure: where the rounds do not agree */
#define PARTS_WITHIN 0.25

static double median(const struct calibration *c, enum figure_id i)
{
    return figure_summary(&c->figure[i]).median;
}

static void print_figure(const struct figure *f, const struct figure_summary *s, FILE *to)
{
    char value[40], low[40], high[40];
    figure_print(f->kind, s->median, value, sizeof value);
    if (s->rounds < 2) {
        fprintf(to, "%-24s %12s\n", f->key, value);
        return;
    }
    figure_print(f->kind, s->low, low, sizeof low);
    figure_print(f->kind, s->high, high, sizeof high);
    fprintf(to, "%-24s %12s   %10s to %-10s %3u\n", f->key, value, low, high, s->rounds);
}

bool figure_is_rare(const struct calibration *c, enum figure_id i)
{
    bool varies = i >= FIGURE_CPU_WARM && i <= FIGURE_IDLE_COOLS;
    return varies && c->figure[i].n && 2 * c->figure[i].n < c->rounds;
}

static void print_sum(const struct calibration *c, FILE *to)
{
    char sum[40], whole[40];
    double parts = median(c, FIGURE_POLL_EVENT) + median(c, FIGURE_RECEIVE) + median(c, FIGURE_SEND);
    if (!c->figure[FIGURE_REPLY_0].n)
        return;
    figure_print(KIND_TIME, parts, sum, sizeof sum);
    figure_print(KIND_TIME, median(c, FIGURE_REPLY_0), whole, sizeof whole);
    bool fits = fabs(parts / median(c, FIGURE_REPLY_0) - 1) <= PARTS_WITHIN;
    fprintf(to,
            "The parts %s: poll_event + receive + send are %s, a reply of a busy event loop that computes "
            "nothing took %s.\n",
            fits ? "add up" : "do NOT add up", sum, whole);
}

/* The figures of the profile that were not the same in all rounds, by name. */
static void print_wide(const struct calibration *c, FILE *to)
{
    const char *join = "Far from the same in all rounds, and not to be trusted without a look:";
    for (unsigned i = 0; i < FIGURES; i++) {
        struct figure_summary s = figure_summary(&c->figure[i]);
        bool wide = s.high - s.low > WIDE_SPREAD * fabs(s.median);
        bool rare = figure_is_rare(c, (enum figure_id)i);
        if (!s.rounds || figure_is_evidence(&figures[i]) || !(wide || rare))
            continue;
        fprintf(to, "%s\n  %-24s ", join, figures[i].key);
        if (rare)
            fprintf(to, "could be measured in %u of %u rounds", s.rounds, c->rounds);
        else
            fprintf(to, "half of the rounds differ by %.0f %% of the median",
                    100 * (s.high - s.low) / fabs(s.median));
        join = ";";
    }
    if (*join == ';')
        fputs(".\n", to);
}

static void print_noise(const struct calibration *c, FILE *to)
{
    struct figure_summary spin = figure_summary(&c->figure[FIGURE_SPIN]);
    double stolen = median(c, FIGURE_STOLEN);
    double spread = spin.median > 0 ? (spin.high - spin.low) / spin.median : 0;
    bool noisy = spread > NOISY_SPREAD || stolen > NOISY_STOLEN;
    if (!spin.rounds)
        return;
    fprintf(to, "%s: others took %.1f %% of a core that was kept busy",
            noisy ? "A noisy machine" : "A quiet machine", 100 * stolen);
    if (spin.rounds > 1)
        fprintf(to, ", and the same loop varied by %.1f %% between rounds", 100 * spread);
    fputs(noisy ? ";\nfigures may be too high: repeat it when nothing else runs.\n" : ".\n", to);
}

void calibration_print(const struct calibration *c, FILE *to)
{
    const struct machine_facts *m = &c->facts;
    fprintf(to, "%s, %u core%s, %.1f GiB, %s\n\n%-24s %12s   %24s %s\n", m->cpu, m->cores,
            m->cores == 1 ? "" : "s", m->memory / 0x1p30, m->kernel, "figure", "median", "half of the rounds",
            "rounds");
    for (unsigned i = 0; i < FIGURES; i++) {
        struct figure_summary s = figure_summary(&c->figure[i]);
        if (s.rounds)
            print_figure(&figures[i], &s, to);
    }
    fputc('\n', to);
    for (unsigned i = 0; i < FIGURES; i++)
        if (!c->figure[i].n)
            fprintf(to, "%s: not measured%s%s%s\n", figures[i].key, c->figure[i].why_not[0] ? ": " : "",
                    c->figure[i].why_not, m->cores < 2 ? " (some figures take two cores)" : "");
    if (!m->root)
        fputs("Without root, kernel memory is all that the slab has grown by, for whatever program.\n", to);
    print_sum(c, to);
    print_wide(c, to);
    print_noise(c, to);
}
