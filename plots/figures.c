/* figures.c - the figures against what was swept, as a table; and the words that all figures share. */
#include "plots/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/sweep.h"

#define BYTES "B"

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
int figure_throughput(const struct drawing *d) { return sweep_draw(&throughput, d); }

/* ---- words ---- */

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
    if (rest != full && fabs(number) < 1000 && *rest != ',')
        snprintf(text, size, "%.3g%s", number, rest);
    else
        snprintf(text, size, "%s", full);
}

static const char *short_key(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

void figure_x_label(const struct frame *f, const char *unit, char *text, size_t size)
{
    const char *last = short_key(f->x_key);
    snprintf(text, size, *unit ? "%s in %s" : "%s%s", last, unit);
    size_t n = strlen(text);
    if (last != f->x_key && n < size)
        snprintf(text + n, size - n, "  (%s)", f->x_key);
}

void figure_at(const struct frame *f, const struct frame_point *p, char *text, size_t size)
{
    const char *value = "";
    char number[48];
    *text = '\0';
    if (f->axis == FRAME_NO_AXIS)
        return;
    for (size_t k = 0; k < p->n_parameters; k++)
        if (!strcmp(p->parameter[k].key, f->x_key))
            value = p->parameter[k].text;
    if (f->axis == FRAME_NUMBERS && !strcmp(f->x_unit, "1")) {
        figure_number(p->x, "1", number, sizeof number);
        value = number;
    }
    snprintf(text, size, ", at %s = %s%s%s", short_key(f->x_key), value, *f->held ? ", " : "", f->held);
}

void figure_at_largest(const struct frame *f, char *text, size_t size)
{
    const struct frame_point *largest = NULL;
    for (size_t s = 0; s < f->n_series; s++) {
        const struct frame_point *p = frame_largest(f, s);
        if (p && (!largest || p->x > largest->x))
            largest = p;
    }
    *text = '\0';
    if (largest)
        figure_at(f, largest, text, size);
}
