#include "sim/experiment/tune_progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/experiment/progress.h"

#define EVERY_S 0.2

void tune_progress_init(struct tune_progress *p, const struct tune_result *r, bool wanted)
{
    const char *term = getenv("TERM");
    *p = (struct tune_progress){ .result = r, .begun = monotonic_s() };
    p->next = p->begun + EVERY_S;
    p->on = wanted && isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
}

void tune_progress_begin(struct tune_progress *p, size_t answer) { p->at = answer; }

/* The ends of the bracket as far as they are known. */
static void print_bracket(const struct tune_answer *a, char *text, size_t size)
{
    const struct tune_search *s = &a->search;
    size_t kept = 0, failed = s->grid->n - 1;
    for (size_t i = 0; i < s->n; i++)
        if (s->candidate[i]->verdict == TUNE_KEEPS)
            kept = s->candidate[i]->index;
    for (size_t i = s->n; i-- > 0;)
        if (s->candidate[i]->verdict == TUNE_FAILS && s->candidate[i]->index > kept)
            failed = s->candidate[i]->index;
    double x = tune_grid_value(s->grid, kept), y = tune_grid_value(s->grid, failed);
    snprintf(text, size, "%.6g and %.6g", x < y ? x : y, x < y ? y : x);
}

void tune_progress_show(struct tune_progress *p, const struct tune_answer *a, size_t trials)
{
    const struct tune_plan *t = p->result->plan;
    char bracket[80];
    double now = monotonic_s();
    if (!p->on || now < p->next)
        return;
    p->next = now + EVERY_S;
    p->shown = true;
    print_bracket(a, bracket, sizeof bracket);
    fprintf(stderr, "\r\033[K%s (%zu of %zu): between %s, %zu values tried, %zu trials, %.2g M events/s",

            t->plan->point[t->subject[a->subject]].variant, p->at + 1, t->n_subjects * p->result->n_points,
            bracket, a->search.n, trials, (double)p->result->events / 1e6 / (now - p->begun));
    fflush(stderr);
}

void tune_progress_term(struct tune_progress *p)
{
    if (p->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
