/* figures.c - the table of figures and the table of experiments. */
#include <math.h>
#include <string.h>

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
    { "spin", probe_spin, ROUNDS_MAX, false },
    { "facts", probe_facts, 1, false },
    { "page faults", probe_faults, ROUNDS_MAX, false },
    { "wake-ups", probe_wakeups, ROUNDS_MAX, false },
    { "messages", probe_messages, ROUNDS_MAX, false },
    { "context switches", probe_switches, ROUNDS_MAX, false },
    { "connections", probe_connections, ROUNDS_MAX, false },
    { "polls", probe_polls, ROUNDS_MAX, false },
    { "replies", probe_replies, ROUNDS_MAX, true },
    { "cooling", probe_cooling, ROUNDS_MAX, true },
    { "cache refill", probe_refill, ROUNDS_MAX, true },
    { "timers", probe_timers, ROUNDS_MAX, false },
    { "threads", probe_threads, ROUNDS_MAX, false },
    { "processes", probe_processes, ROUNDS_MAX, false },
    { "memory of threads", probe_thread_memory, 5, false },
    { "memory of sockets", probe_socket_memory, 5, false },
    { "round trips", probe_round_trip, ROUNDS_MAX, true },
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
