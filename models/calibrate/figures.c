/* figures.c - the table of figures and the table of experiments. */
#include <math.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "models/calibrate/probe.h"
#include "sim/scenario/schema.h"
#include "sim/scenario/units.h"

const struct figure figures[FIGURES] = {
#define FIGURE(id, key, kind, method) { key, KIND_##kind, method },
#include "models/calibrate/figures.inc"
#undef FIGURE
};

/* In the order of their dependence: a switch is what remains of a ping-pong without its wake-up. */
const struct experiment experiments[] = {
    { "noise", probe_noise, 1, false, false },
    { "spin", probe_spin, ROUNDS_MAX, false, false },
    { "facts", probe_facts, 1, false, false },
    { "page faults", probe_faults, ROUNDS_MAX, false, false },
    { "wake-ups", probe_wakeups, ROUNDS_MAX, false, false },
    { "messages", probe_messages, ROUNDS_MAX, false, false },
    { "context switches", probe_switches, ROUNDS_MAX, false, false },
    { "connections", probe_connections, ROUNDS_MAX, false, false },
    { "polls", probe_polls, ROUNDS_MAX, false, false },
    { "replies", probe_replies, ROUNDS_MAX, true, false },
    { "cooling", probe_cooling, ROUNDS_MAX, true, false },
    { "cache refill", probe_refill, ROUNDS_MAX, true, false },
    { "timers", probe_timers, ROUNDS_MAX, false, false },
    { "threads", probe_threads, ROUNDS_MAX, false, false },
    { "processes", probe_processes, ROUNDS_MAX, false, false },
    { "memory of threads", probe_thread_memory, 5, false, false },
    { "memory of objects", probe_object_memory, 1, false, false },
    { "memory of sockets", probe_socket_memory, 5, false, false },
    { "round trips", probe_round_trip, ROUNDS_MAX, true, true },
    { .name = NULL },
};

enum figure_id figure_of_key(const char *section, const char *key, size_t length)
{
    size_t before = strlen(section);
    for (unsigned i = 0; i < FIGURES; i++) {
        const char *full = figures[i].key;
        if (before && (strncmp(full, section, before) || full[before] != '.'))
            continue;
        const char *rest = before ? full + before + 1 : full;
        if (strlen(rest) == length && !strncmp(rest, key, length))
            return (enum figure_id)i;
    }
    return FIGURES;
}

/* A distribution as `choice`: the means of the samples between these shares of them, as it is the tail that
 * delays a report in a hundred. */
static void choice_text(const struct figure_samples *s, char *text, size_t size)
{
    static const double upto[] = { 0,    0.1,  0.25,  0.5,   0.75,  0.9,    0.95,
                                   0.98, 0.99, 0.995, 0.998, 0.999, 0.9997, 1 };
    static double sorted[SAMPLES_MAX];
    char weights[200] = "";
    size_t used = (size_t)snprintf(text, size, "{choice: ["), weighed = 0;
    memcpy(sorted, s->value, s->n * sizeof *sorted);
    gsl_sort(sorted, 1, s->n);
    for (size_t i = 0; i + 1 < sizeof upto / sizeof *upto; i++) {
        size_t from = (size_t)(upto[i] * s->n), n = (size_t)(upto[i + 1] * s->n) - from;
        char value[40];
        if (!n || used >= size || weighed >= sizeof weights)
            continue;
        figure_print(KIND_TIME, gsl_stats_mean(sorted + from, 1, n), value, sizeof value);
        const char *comma = weighed ? ", " : "";
        used += (size_t)snprintf(text + used, size - used, "%s%s", comma, value);
        weighed += (size_t)snprintf(weights + weighed, sizeof weights - weighed, "%s%zu", comma, n);
    }
    if (used < size)
        snprintf(text + used, size - used, "], weights: [%s]}", weights);
}

void figure_value(const struct calibration *c, enum figure_id i, char *text, size_t size)
{
    static const struct {
        enum figure_id figure;
        unsigned enough; /* samples; with fewer the median serves */
    } sampled[SAMPLED_FIGURES] = {
        [SAMPLED_IDLE_EXIT] = { FIGURE_IDLE_EXIT, 200 }, [SAMPLED_NOISE_FOR] = { FIGURE_NOISE_FOR, 2 }
    };
    double median = figure_summary(&c->figure[i]).median;
    for (size_t k = 0; k < SAMPLED_FIGURES; k++)
        if (sampled[k].figure == i && c->samples[k].n >= sampled[k].enough) {
            choice_text(&c->samples[k], text, size);
            return;
        }
    char mean[40];
    figure_print(figures[i].kind, median > 0 ? median : 0, mean, sizeof mean);
    snprintf(text, size, i == FIGURE_NOISE_EVERY ? "{exponential: %s}" : "%s", mean);
}

void figure_print(enum figure_kind kind, double value, char *text, size_t size)
{
    switch (kind) {
    case KIND_TIME:
        unit_print_digits(value, "s", 3, text, size);
        break;
    case KIND_SECONDS:
        snprintf(text, size, "%.6g s", value);
        break;
    case KIND_SHARE:
        snprintf(text, size, "%.2g %%", 100 * value);
        break;
    case KIND_SIZE:
        if (value >= 1024 && fmod(value, 1024) == 0)
            unit_print_digits(value, "B", 6, text, size);
        else
            snprintf(text, size, "%.0f B", value);
        break;
    case KIND_COUNT:
        snprintf(text, size, "%.0f", value);
        break;
    }
}
