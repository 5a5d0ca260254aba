#include "plots/tune_table.h"

#include <math.h>
#include <string.h>

#include "plots/figures.h"
#include "plots/fold.h"
#include "plots/grid.h"
#include "sim/experiment/host.h"

static const struct tune_key *key(const struct tune_result *r, size_t i) { return &r->plan->key[i]; }

/* "collars" of "fleets.amboseli.collars". */
static const char *last_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* A count is followed by what it counts; anything else says so by its unit. */
static void value_text(const struct tune_key *k, double value, char *text, size_t size)
{
    if (isnan(value))
        snprintf(text, size, "-");
    else
        figure_number(value, k->dim == UNIT_RATIO ? "%" : k->unit, text, size);
}

/* "threads", with the values of what else is swept. */
static size_t variant_text(const struct tune_result *r, const struct tune_answer *a, char *text, size_t size)
{
    const struct point *p = &r->plan->plan->point[r->plan->subject[a->subject]];
    size_t n = (size_t)snprintf(text, size, "%s", p->variant);
    for (size_t i = 0; i < p->n_parameters && n < size; i++)
        if (!tune_plan_seeks(r->plan, p->parameter[i].key))
            n += (size_t)snprintf(text + n, size - n, ", %s = %s", p->parameter[i].key, p->parameter[i].text);
    return n;
}

static void subject_text(const struct tune_result *r, const struct tune_answer *a, char *text, size_t size)
{
    size_t n = variant_text(r, a, text, size);
    if (!isnan(a->second) && n < size) {
        char second[48];
        value_text(key(r, 1), a->second, second, sizeof second);
        snprintf(text + n, size - n, ", %s = %s", last_name(key(r, 1)->text), second);
    }
}

/* "2,290 to 2,330", as far as it is known. */
static void interval_text(const struct tune_result *r, const struct tune_answer *a, char *text, size_t size)
{
    char lo[48], hi[48];
    value_text(key(r, 0), a->lo, lo, sizeof lo);
    value_text(key(r, 0), a->hi, hi, sizeof hi);
    if (isnan(a->lo) && isnan(a->hi))
        snprintf(text, size, "nothing is");
    else if (isnan(a->lo))
        snprintf(text, size, "%s at most", hi);
    else if (isnan(a->hi))
        snprintf(text, size, "%s at least", lo);
    else if (a->lo == a->hi)
        snprintf(text, size, "exactly");
    else
        snprintf(text, size, "%s to %s", lo, hi);
}

/* Where the interval is wider than it would be with neighbours that are settled: why, and what would help. */
static void print_gap(const struct tune_answer *a, FILE *to)
{
    const struct tune_search *s = &a->search;
    size_t lo = s->keeps == TUNE_NONE ? 0 : s->keeps + 1, hi = s->fails == TUNE_NONE ? a->grid.n : s->fails;
    if (!a->complete || isnan(a->best) || hi <= lo)
        return;
    bool spent = false;
    for (size_t i = 0; i < s->n; i++)
        spent |= s->candidate[i]->verdict == TUNE_OPEN && s->candidate[i]->n >= s->max;
    fprintf(to, "  %zu value%s in between cannot be settled", hi - lo, hi - lo == 1 ? "" : "s");
    if (spent)
        fprintf(to, " with %zu replications.\n", s->max);
    else
        fputs(": within the indifference zone, or undefined.\n", to);
}

/* Objectives may allow what a verdict calls by its name: collars that nobody serves, say. */
static void print_verdict(const struct tune_result *r, const struct tune_answer *a, FILE *to)
{
    const struct verdict *v = tune_verdict_of(a);
    char at[48], connections[48], text[200];
    if (!v || !v->limit)
        return;
    figure_short(v->at, "s", at, sizeof at);
    figure_number(v->connections, "1", connections, sizeof connections);
    snprintf(text, sizeof text, "%s: %s at %s, %s connections", r->plan->plan->study->verdicts[v->rank],
             v->limit, at, connections);
    for (char *c = text; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    fprintf(to, "  The objectives hold there although it is %s.\n", text);
}

static void print_sentence(const struct tune_result *r, const struct tune_answer *a, FILE *to)
{
    const struct tune_key *k = key(r, 0);
    char subject[256], value[48], sure[120], lo[48], hi[48];
    const char *name = last_name(k->text);
    subject_text(r, a, subject, sizeof subject);
    value_text(k, a->best, value, sizeof value);
    value_text(k, k->lo, lo, sizeof lo);
    value_text(k, k->hi, hi, sizeof hi);
    interval_text(r, a, sure, sizeof sure);
    fprintf(to, "%s: ", subject);
    if (!a->complete && isnan(a->best))
        fprintf(to, "nothing is known yet");
    else if (isnan(a->best) && a->search.fails != 0)
        fprintf(to, "no %s from %s to %s is known to hold", name, lo, hi);
    else if (isnan(a->best) && k->whole)
        fprintf(to, "none from %s to %s %s holds", lo, hi, name);
    else if (isnan(a->best))
        fprintf(to, "no %s from %s to %s holds", name, lo, hi);
    else if (k->whole)
        fprintf(to, "%s %s hold", value, name);
    else
        fprintf(to, "%s = %s holds", name, value);
    if (a->bounded)
        fprintf(to, ", the end of the range");
    if (!isnan(a->best) && !(a->bounded && a->search.exact))
        fprintf(to, " (%.4g %% sure: %s)", 100 * r->plan->conf->confidence, sure);
    if (a->binds)
        fprintf(to, "; %s binds", a->binds);
    if (a->because)
        fprintf(to, "%s %s", a->binds ? ":" : ";", a->because);
    fprintf(to, "%s\n", a->complete ? "" : " (interrupted)");
    print_gap(a, to);
    print_verdict(r, a, to);
    if (a->search.contradictory)
        fprintf(to, "  Not so simple: some %s short of that fails; see tune.csv.\n", name);
}

/* ---- what was measured ---- */

enum { COLUMN_SUBJECT, COLUMN_VALUE, COLUMN_FIRST };

/* What is open is so because of its interval; what is known of something undefined is how large at least. */
static void add_half(const struct tune_standing *standing, const struct tune_candidate *c,
                     const struct tune_objective *o, bool share, char *text, size_t size)
{
    char half[48];
    size_t n = strlen(text);
    const struct limit_bounds *b = &standing->bounds;
    bool undefined = isnan(b->mean) && isfinite(b->lo) && b->lo > 0 && !c->broken;
    double width = undefined ? b->lo : fmax(b->hi - b->mean, b->mean - b->lo);
    if (!undefined && (standing->verdict != TUNE_OPEN || !isfinite(width)))
        return;
    if (share)
        snprintf(half, sizeof half, "%.2g %%", 100 * width);
    else
        figure_short(width, o->unit, half, sizeof half);
    snprintf(undefined ? text : text + n, undefined ? size : size - n, undefined ? "> %s" : " ± %s", half);
}

static void set_mean(struct grid *g, struct grid_row *row, size_t column, const struct tune_objective *o,
                     const struct tune_candidate *c, size_t j)
{
    char text[64];
    double mean = c->standing[j].bounds.mean;
    bool share = !strcmp(o->unit, "1") && strchr(o->text, '%');
    if (c->broken || isnan(mean))
        snprintf(text, sizeof text, "-");
    else if (share)
        snprintf(text, sizeof text, "%.3g %%", 100 * mean);
    else
        figure_short(mean, o->unit, text, sizeof text);
    add_half(&c->standing[j], c, o, share, text, sizeof text);
    grid_set(g, row, column, text);
}

static const char *word(const struct tune_candidate *c)
{
    if (c->verdict != TUNE_OPEN)
        return c->verdict == TUNE_KEEPS ? "holds" : "fails";
    if (c->blind)
        return "undefined";
    return c->likely ? "seems to hold" : "seems to fail";
}

static void add_row(struct grid *g, const struct tune_result *r, const struct tune_answer *a,
                    const struct tune_candidate *c, bool first)
{
    char text[256];
    struct grid_row *row = grid_row(g);
    size_t n = r->plan->n_objectives;
    subject_text(r, a, text, sizeof text);
    if (first)
        grid_set(g, row, COLUMN_SUBJECT, text);
    value_text(key(r, 0), tune_grid_value(&a->grid, c->index), text, sizeof text);
    grid_set(g, row, COLUMN_VALUE, text);
    for (size_t j = 0; j < n && COLUMN_FIRST + j < GRID_COLUMNS - 2; j++)
        set_mean(g, row, COLUMN_FIRST + j, &r->plan->objective[j], c, j);
    snprintf(text, sizeof text, "%zu", c->n);
    grid_set(g, row, COLUMN_FIRST + n, text);
    grid_set(g, row, COLUMN_FIRST + n + 1, word(c));
}

/* The answer, and the next value tried beyond it. */
static void add_answer(struct grid *g, const struct tune_result *r, const struct tune_answer *a)
{
    const struct tune_search *s = &a->search;
    bool first = true;
    for (size_t i = 0; i < s->n; i++) {
        bool at = s->candidate[i]->index == s->best;
        bool beyond = s->best == TUNE_NONE ? i == 0 : i > 0 && s->candidate[i - 1]->index == s->best;
        if (!at && !beyond)
            continue;
        add_row(g, r, a, s->candidate[i], first);
        first = false;
    }
}

static void print_measured(const struct tune_result *r, bool bold, FILE *to)
{
    struct grid g = { 0 };
    size_t n = r->plan->n_objectives;
    grid_row(&g);
    grid_row(&g);
    for (size_t i = 0; i < r->n; i++)
        add_answer(&g, r, &r->answer[i]);
    grid_title(&g, COLUMN_SUBJECT, "variant");
    grid_title(&g, COLUMN_VALUE, last_name(key(r, 0)->text));
    for (size_t j = 0; j < n && COLUMN_FIRST + j < GRID_COLUMNS - 2; j++)
        grid_title(&g, COLUMN_FIRST + j, r->plan->objective[j].metric);
    grid_title(&g, COLUMN_FIRST + n, "replications");
    grid_title(&g, COLUMN_FIRST + n + 1, "");
    g.left[COLUMN_SUBJECT] = g.left[COLUMN_FIRST + n + 1] = true;
    grid_print(&g, 0, bold, to);
    grid_term(&g);
}

/* ---- a frontier: the second key down, the variants across ---- */

static void set_answer(struct grid *g, struct grid_row *row, size_t column, const struct tune_result *r,
                       const struct tune_answer *a)
{
    char best[48], sure[120], text[240];
    value_text(key(r, 0), a->best, best, sizeof best);
    interval_text(r, a, sure, sizeof sure);
    bool known = !isnan(a->best), plain = !known || a->search.exact || (isnan(a->lo) && isnan(a->hi));
    snprintf(text, sizeof text, "%s%s%s%s%s%s",
             known         ? best
             : a->complete ? "none"
                           : "?",
             a->bounded ? " at least" : "", plain ? "" : " (", plain ? "" : sure, plain ? "" : ")",
             a->complete ? "" : ", interrupted");
    grid_set(g, row, column, text);
}

static void print_grid(const struct tune_result *r, bool bold, FILE *to)
{
    struct grid g = { 0 };
    char text[256];
    grid_row(&g);
    grid_row(&g);
    for (size_t i = 0; i < r->n_points && i < r->n; i++) {
        struct grid_row *row = grid_row(&g);
        value_text(key(r, 1), r->answer[i].second, text, sizeof text);
        grid_set(&g, row, 0, text);
        for (size_t k = i; k < r->n; k += r->n_points)
            set_answer(&g, row, 1 + k / r->n_points, r, &r->answer[k]);
    }
    grid_title(&g, 0, last_name(key(r, 1)->text));
    for (size_t k = 0; k < r->n; k += r->n_points) {
        variant_text(r, &r->answer[k], text, sizeof text);
        grid_title(&g, 1 + k / r->n_points, text);
    }
    grid_print(&g, 0, bold, to);
    grid_term(&g);
}

static bool is_same(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

/* What binds along the frontier, once for each stretch. */
static void print_binding(const struct tune_result *r, FILE *to)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct tune_answer *a = &r->answer[i], *before = i % r->n_points ? a - 1 : NULL;
        char text[256], second[48];
        bool same =
            before && is_same(before->binds, a->binds) && (a->binds || is_same(before->because, a->because));
        if (same || (!a->binds && !a->because))
            continue;
        variant_text(r, a, text, sizeof text);
        value_text(key(r, 1), a->second, second, sizeof second);
        fprintf(to, "%s, from %s = %s on: %s%s%s%s\n", text, last_name(key(r, 1)->text), second,
                a->binds ? a->binds : "", a->binds ? " binds" : "", a->binds && a->because ? ": " : "",
                a->because ? a->because : "");
    }
}

static void print_frontier(const struct tune_result *r, bool bold, FILE *to)
{
    print_grid(r, bold, to);
    fputc('\n', to);
    print_binding(r, to);
    for (size_t i = 0; i < r->n; i++)
        if (r->answer[i].search.contradictory) {
            fprintf(to, "Not so simple: some %s short of an answer fails; see tune.csv.\n",
                    last_name(key(r, 0)->text));
            break;
        }
}

static void print_all(const struct tune_result *r, bool bold, FILE *to)
{
    const struct tune_plan *t = r->plan;
    const struct scenario_head *head = t->plan->head;
    fprintf(to, "%s\nthe %s %s that keeps ", *head->title ? head->title : head->name,
            t->conf->goal == TUNE_SMALLEST ? "smallest" : "largest", t->key[0].text);
    for (size_t j = 0; j < t->n_objectives; j++)
        fprintf(to, "%s%s", j ? ", " : "", t->objective[j].text);
    fputc('\n', to);
    if (t->n_keys > 1 && t->n_subjects < GRID_COLUMNS) {
        print_frontier(r, bold, to);
        return;
    }
    fputc('\n', to);
    for (size_t i = 0; i < r->n; i++)
        print_sentence(r, &r->answer[i], to);
    print_measured(r, bold, to);
}

void tune_table_print(const struct tune_result *r, FILE *to)
{
    struct fold folded;
    FILE *out = fold_open(&folded, host_terminal_width(fileno(to)), to);
    print_all(r, host_is_terminal(fileno(to)), out);
    fold_close(&folded);
}
