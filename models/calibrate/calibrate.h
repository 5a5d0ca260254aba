/* calibrate.h - measures what this machine asks for each operation that the machine model charges, and
 * writes it as a machine profile.
 *
 * Experiments (probe.h) measure figures. Each experiment runs in a child process of its own, round after
 * round so that a disturbance meets all alike; a figure is the median over the rounds, its spread their
 * quartiles. The built-in profile linux-x86_64 is the template: figures that were not measured stay as they
 * stand there. */
#ifndef MODELS_CALIBRATE_CALIBRATE_H
#define MODELS_CALIBRATE_CALIBRATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum figure_id {
#define FIGURE(id, key, kind, method) FIGURE_##id,
#include "models/calibrate/figures.inc"
#undef FIGURE
    FIGURES
};

enum figure_kind { KIND_TIME, KIND_SECONDS, KIND_SIZE, KIND_COUNT, KIND_SHARE };

struct figure {
    const char *key; /* of the profile ("costs.receive"); evidence has none there, and a name with a space */
    enum figure_kind kind; /* of its values: seconds (fractions or whole), bytes, a number, a share of 1 */
    const char *method;    /* one sentence, for the profile */
};
extern const struct figure figures[FIGURES];

static inline bool figure_is_evidence(const struct figure *f)
{
    for (const char *c = f->key; *c; c++)
        if (*c == ' ')
            return true;
    return false;
}

#define ROUNDS_MAX 200u
#define ROUNDS_MIN 5u

/* A figure's value in each round in which it could be measured. */
struct figure_rounds {
    double value[ROUNDS_MAX];
    unsigned n;
    char why_not[160]; /* what an experiment said that could not measure it; "" otherwise */
};

/* The median over the rounds, and their quartiles; all 0 without rounds. */
struct figure_summary {
    double median, low, high;
    unsigned rounds;
};

/* The machine by name. */
struct machine_facts {
    char cpu[128], kernel[128], date[32]; /* date: UTC, "2026-11-29" */
    unsigned cores;                       /* that this process may use */
    double memory;                        /* bytes; 0: unknown */
    bool root;
};

/* Single values of a figure, of all rounds together, where the profile wants their distribution. */
#define SAMPLES_MAX 20000u
enum sampled_figure { SAMPLED_IDLE_EXIT, SAMPLED_NOISE_FOR, SAMPLED_FIGURES };
struct figure_samples {
    double value[SAMPLES_MAX];
    unsigned n;
};

struct calibration {
    struct machine_facts facts;
    unsigned rounds; /* that were carried out */
    double seconds;
    struct figure_rounds figure[FIGURES];
    struct figure_samples samples[SAMPLED_FIGURES]; /* seconds */
};

enum calibrate_status { CALIBRATE_DONE, CALIBRATE_FAILED, CALIBRATE_INTERRUPTED };

/* What is being done, for a progress line; may be NULL. */
typedef void calibrate_progress(unsigned round, unsigned rounds, const char *experiment);

/* Measures in so many rounds (1 to ROUNDS_MAX), or fewer, but ROUNDS_MIN, where that takes longer than so
 * many seconds (INFINITY: it may). A child that is at work is killed when *stop becomes true; none is left on
 * return. CALIBRATE_FAILED: the system refuses even children, errno says why. */
enum calibrate_status calibrate(struct calibration *c, unsigned rounds, double seconds,
                                const atomic_int *stop, calibrate_progress *progress);

struct figure_summary figure_summary(const struct figure_rounds *f);
/* Measured in fewer than half of the rounds that it should be: the machine was too busy. */
bool figure_is_rare(const struct calibration *c, enum figure_id i);
/* A profile's value for a figure: "1.33 us", or a distribution where there are samples enough. */
void figure_value(const struct calibration *c, enum figure_id i, char *text, size_t size);
void machine_facts(struct machine_facts *f);
/* "1.33 us", "3800 B", "32768", "2.1 %". */
void figure_print(enum figure_kind kind, double value, char *text, size_t size);

/* Writes the profile of that name from the template, a profile's text: for a key that was measured its line
 * and the comment that belongs to it are replaced, everything else is kept, and said to be assumed where it
 * is a cost or a size. Errors are left in the stream. */
void profile_write(const struct calibration *c, const char *name, const char *template_text, FILE *to);
/* The figure that is measured for a key of the profile in a section ("" at the top), or FIGURES. */
enum figure_id figure_of_key(const char *section, const char *key, size_t length);

/* Where a profile goes: a file that appears when it is complete, or (path NULL) standard output. */
struct profile_file {
    const char *path;
    char *fresh; /* written until commit */
    FILE *to;
};
/* Opens before anything is measured, so that an unwritable place is known early. Refuses to replace what is
 * no machine profile. Returns 0, or -1 with a sentence in error. */
int profile_file_open(struct profile_file *f, const char *path, char *error, size_t size);
/* Writes the profile after linux-x86_64 as built in, named after the file, and puts it in its place. Returns
 * 0, or -1 with a sentence in error. */
int profile_file_commit(struct profile_file *f, const struct calibration *c, char *error, size_t size);
/* Removes what was not committed. */
void profile_file_close(struct profile_file *f);

/* A table of the figures, what could not be measured, and how noisy the machine was. */
void calibration_print(const struct calibration *c, FILE *to);

#endif
