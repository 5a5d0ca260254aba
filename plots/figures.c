/* figures.c - the figures against what was swept, as a table; and the words that all figures share. */
#include "plots/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/keys.h"
#include "plots/sweep.h"

#define BYTES "B"
#define KEYS  64u /* more keep their whole names */
#define TWO   2u  /* keys of a design that a subtitle has room for */

static const struct sweep_figure memory = {
    .file = "memory",
    .about = "memory against what was swept: total, resident and reserved",
    .subject = "Memory at its peak. Total: the process's resident pages and what the kernel holds for it. "
               "Reserved: address space",
    .panel = { { "memory",
                 BYTES,
                 true,
                 400,
                 { { "memory.total.peak", "total", false },
                   { "memory.resident.peak", "resident", false },
                   { "memory.reserved.peak", "reserved", false } } } },
};

static const struct sweep_figure latency = {
    .file = "latency",
    .about = "latency percentiles against what was swept",
    .subject = "Latency from the intended send to the reply, by percentile",
    .panel = { { "latency",
                 "s",
                 true,
                 400,
                 { { "latency.p50", "p50", false },
                   { "latency.p99", "p99", false },
                   { "latency.p99.9", "p99.9", false } } } },
};

static const struct sweep_figure throughput = {
    .file = "throughput",
    .about = "replies per second and CPU utilisation against what was swept",
    .subject = "Replies per second, and the share of the processors' time that was busy",
    .panel = { { "throughput",
                 "1/s",
                 true,
                 240,
                 { { "offered", "offered", true }, { "throughput", "throughput", false } } },
               { "CPU utilisation", "%", false, 170, { { "cpu.utilisation", "utilisation", false } } } },
};

int figure_memory(const struct drawing *d) { return sweep_draw(&memory, d); }
int figure_latency(const struct drawing *d) { return sweep_draw(&latency, d); }

/* Three reports in ten seconds are no rate. */
int figure_throughput(const struct drawing *d)
{
    return frame_ends_early(d->frame) ? FIGURE_SKIPPED : sweep_draw(&throughput, d);
}

int figure_open_sheet(const struct drawing *d, const struct frame_source *source, const char *name,
                      struct sheet *t)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", source->folder, name) >= (int)sizeof path) {
        snprintf(d->error, d->size, "%s: the path is too long", source->folder);
        return FIGURE_FAILED;
    }
    int opened = sheet_open(t, path, d->error, d->size);
    return opened == 0 ? FIGURE_DRAWN : opened > 0 ? FIGURE_SKIPPED : FIGURE_FAILED;
}

/* ---- words ---- */

const char *figure_without_reply(const struct frame *f)
{
    bool failed = false, in_flight = false;
    for (size_t i = 0; i < f->n_points; i++) {
        failed |= frame_value(f, &f->point[i], "reports.failed.ratio").mean > 0;
        in_flight |= frame_value(f, &f->point[i], "reports.in_flight.ratio").mean > 0;
    }
    return failed && in_flight ? "failed or were unanswered at the end"
           : failed            ? "failed"
           : in_flight         ? "were unanswered at the end of the run"
                               : "had no reply";
}

const char *figure_title(const struct frame *f) { return *f->title ? f->title : f->name; }

void figure_number(double value, const char *unit, char *text, size_t size)
{
    char digits[64];
    bool count = !strcmp(unit, "1") && value == floor(value) && fabs(value) < 1e15;
    if (!count || fabs(value) < 1000) {
        unit_print(value, unit, text, size);
        return;
    }
    int n = snprintf(digits, sizeof digits, "%.0f", fabs(value));
    size_t at = 0;
    if (value < 0 && at + 1 < size)
        text[at++] = '-';
    for (int i = 0; i < n && at + 2 < size; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

void figure_short(double value, const char *unit, char *text, size_t size)
{
    char full[64], *rest;
    figure_number(value, unit, full, sizeof full);
    double number = strtod(full, &rest);
    if (rest != full && fabs(number) < 999.5 && *rest != ',')
        snprintf(text, size, "%.3g%s", number, rest);
    else if (rest != full && fabs(number) < 1000 && *rest != ',') /* %.3g would print 1e+03 */
        snprintf(text, size, "%s1,000%s", number < 0 ? "-" : "", rest);
    else
        snprintf(text, size, "%s", full);
}

void figure_parameter(const struct frame_parameter *p, char *text, size_t size)
{
    if (isfinite(p->number) && !strcmp(p->unit, "1"))
        figure_number(p->number, "1", text, size);
    else
        snprintf(text, size, "%s", p->text);
}

void figure_key(const struct frame_point *p, size_t which, char *text, size_t size)
{
    const char *keys[KEYS];
    size_t n = p->n_parameters < KEYS ? p->n_parameters : KEYS;
    for (size_t k = 0; k < n; k++)
        keys[k] = p->parameter[k].key;
    if (which < n)
        key_name(keys, n, which, text, size);
    else
        snprintf(text, size, "%s", p->parameter[which].key);
}

/* The short name of the key along x. */
static void x_name(const struct frame *f, char *text, size_t size)
{
    const struct frame_point *p = &f->point[0];
    size_t k = 0;
    while (k < p->n_parameters && strcmp(p->parameter[k].key, f->x_key) != 0)
        k++;
    if (k < p->n_parameters)
        figure_key(p, k, text, size);
    else
        key_name(&f->x_key, 1, 0, text, size);
}

void figure_x_label(const struct frame *f, const char *unit, char *text, size_t size)
{
    char last[120];
    x_name(f, last, sizeof last);
    snprintf(text, size, *unit ? "%s in %s" : "%s%s", last, unit);
    size_t n = strlen(text);
    if (strcmp(last, f->x_key) != 0 && n < size)
        snprintf(text + n, size - n, "  (%s)", f->x_key);
}

/* The values of a point of a design, as many as there is room for. */
static void at_all(const struct frame_point *p, char *text, size_t size)
{
    size_t n = 0, shown = p->n_parameters <= TWO + 1 ? p->n_parameters : TWO;
    for (size_t k = 0; k < shown && n < size; k++) {
        char key[120], value[64];
        figure_key(p, k, key, sizeof key);
        figure_parameter(&p->parameter[k], value, sizeof value);
        n += (size_t)snprintf(text + n, size - n, "%s%s = %s", k ? ", " : ", at ", key, value);
    }
    if (shown < p->n_parameters && n < size)
        snprintf(text + n, size - n, " and %zu more", p->n_parameters - shown);
}

void figure_at(const struct frame *f, const struct frame_point *p, char *text, size_t size)
{
    const char *value = "";
    char key[120], number[48];
    *text = '\0';
    if (f->scattered) {
        at_all(p, text, size);
        return;
    }
    if (f->axis == FRAME_NO_AXIS || f->n_categories > 1)
        return;
    for (size_t k = 0; k < p->n_parameters; k++)
        if (!strcmp(p->parameter[k].key, f->x_key))
            value = p->parameter[k].text;
    if (f->axis == FRAME_NUMBERS && !strcmp(f->x_unit, "1")) {
        figure_number(p->x, "1", number, sizeof number);
        value = number;
    }
    x_name(f, key, sizeof key);
    snprintf(text, size, ", at %s = %s%s%s", key, value, *f->held ? ", " : "", f->held);
}

void figure_at_largest(const struct frame *f, char *text, size_t size)
{
    bool same = true;
    char key[120];
    *text = '\0';
    for (size_t i = 1; i < f->n_shown; i++)
        same &= f->shown[i].point->x == f->shown[0].point->x;
    if (same && f->n_shown > 0)
        figure_at(f, f->shown[0].point, text, size);
    else if (f->n_categories == 1 && f->n_shown > 0) {
        x_name(f, key, sizeof key);
        snprintf(text, size, ", each at its last %s%s%s", key, *f->held ? ", " : "", f->held);
    }
}
