/* diag.h - what is wrong with a scenario: every complaint at once, each with its place and remedy. */
#ifndef SIM_SCENARIO_DIAG_H
#define SIM_SCENARIO_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/kernel/arena.h"

/* A place in a source: a file name as the user gave it, or the option it came from. */
struct mark {
    const char *source;
    uint32_t line, column; /* from 1; 0: no such place */
};

enum diag_kind { DIAG_ERROR, DIAG_WARNING, DIAG_KINDS };

struct diag_entry {
    enum diag_kind kind;
    struct mark at;
    const char *text;
};

/* A key that only some models know, met at `at`: whether the chosen model knew it, and what to say if
 * no point of the plan makes use of it. */
struct diag_effect {
    struct mark at;
    bool has_effect;
    const char *text;
};

/* Everything is copied in, so that a diag outlives the sources it speaks of. */
struct diag {
    struct arena arena;
    struct diag_entry *entry;
    size_t n, room, errors;
    size_t kept[DIAG_KINDS], left_out[DIAG_KINDS]; /* past a few hundred, complaints are only counted */
    uint64_t raised; /* every call of diag_error, also for a complaint that is known: did this part fail? */
    struct diag_effect *effect;
    size_t effects, effects_room, last_effect;
    bool out_of_memory;
    char shown[16][64]; /* texts for the message that is being made: no complaint costs memory until kept */
    unsigned next_shown;
    char list[1000];
};

/* A zeroed diag is ready for use. */
void diag_term(struct diag *d);
/* The same complaint at the same place is kept once. */
void diag_error(struct diag *d, struct mark at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_warn(struct diag *d, struct mark at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Memory ran out: diag_print says so, and it counts as an error. */
void diag_no_memory(struct diag *d);
/* Notes for one place are one note, and one effect anywhere is enough. text may be NULL with an effect. */
void diag_note_effect(struct diag *d, struct mark at, bool has_effect, const char *text);
/* Turns every noted key that had an effect nowhere into an error. */
void diag_settle_effects(struct diag *d);
/* A user's text short enough for a message, cut between characters; good for the next few calls. */
const char *diag_shown(struct diag *d, const char *text);
/* "a, b, c and 12 more" of n names that name(context, i) gives; good until the next call. */
const char *diag_list(struct diag *d, const char *(*name)(const void *context, size_t i), const void *context,
                      size_t n);
/* Further errors are only counted, so there is no need to word them well. */
bool diag_is_full(const struct diag *d);
/* Prints everything in order of place: "file:line:column: error: text". */
void diag_print(const struct diag *d, FILE *to);

#endif
