/* schema.h - one table of rows per struct: it parses, gives defaults, validates, documents, exports a
 * JSON Schema and takes overrides. Adding a key to the product is adding a row.
 *
 * Rows are plain data and the struct is written by hand; FIELD_AT makes a row of the wrong type a
 * compile error. Defaults are text and pass through the same parser as a user's value. */
#ifndef SIM_SCENARIO_SCHEMA_H
#define SIM_SCENARIO_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/arena.h"
#include "sim/kernel/dist.h"
#include "sim/kernel/simtime.h"
#include "sim/scenario/diag.h"
#include "sim/scenario/node.h"

enum field_kind {
    FIELD_END,
    FIELD_BOOL,    /* bool: true | false */
    FIELD_COUNT,   /* uint64_t: a whole number, bare (10000, 10k is not accepted, 1e6 is) */
    FIELD_NUMBER,  /* double, bare */
    FIELD_RATIO,   /* double: 0.5 % or 0.005 */
    FIELD_TIME,    /* simtime: needs a unit */
    FIELD_SIZE,    /* uint64_t bytes: needs a unit */
    FIELD_BITRATE, /* double bits per second: needs a unit (20 Mbit/s) */
    FIELD_TEXT,    /* const char * */
    FIELD_ENUM,    /* int: one of words[] */
    FIELD_NAME,    /* const char *: a name defined in the map `target` (or `or_target`) of the root */
    FIELD_DIST,    /* struct dist, its values in the unit `dim` */
    FIELD_GROUP,   /* a nested struct of record `sub` */
    FIELD_MAP,     /* struct items: a map of names; each item begins with const char *name */
    FIELD_LIST,    /* struct items: a list of `sub` */
    FIELD_SAMPLE,  /* struct sample: a list of values, or a CSV file with one column of them */
    FIELD_NODE     /* const struct node *: kept as written, for another reader (variants, sweep) */
};

/* Units a number may carry. */
enum unit_dim { UNIT_NONE, UNIT_TIME, UNIT_SIZE, UNIT_BITRATE, UNIT_RATIO, UNIT_RATE };

enum field_flags {
    FIELD_OPTIONAL = 1,  /* absent, and no default: the member stays zeroed; a MAP or LIST may be empty */
    FIELD_NONE_OK = 2,   /* `none` is a value: UINT64_MAX, SIMTIME_MAX, INFINITY or (TEXT, NAME) NULL */
    FIELD_ABOVE_MIN = 4, /* the minimum itself is excluded */
    FIELD_FILE = 8       /* TEXT: a file beside the scenario */
};

struct word {
    const char *name; /* NULL ends the list; its index is the value */
    const char *doc;
};

struct items {
    void *at;
    size_t n;
};

/* Values in base units; in a file, and in a list without units, they are bare numbers in base units. */
struct sample {
    double *value;
    size_t n;
};

struct record;
struct field {
    enum field_kind kind;
    const char *key;
    const char *doc; /* one sentence; the source of a default stands here */
    const char *def; /* as a user would write it; NULL: required unless FIELD_OPTIONAL */
    double min, max; /* inclusive, in base units; both 0: not limited */
    size_t off;
    unsigned flags;
    enum unit_dim dim;        /* DIST, SAMPLE */
    const struct word *words; /* ENUM */
    const char *target;       /* NAME */
    const char *or_target;    /* NAME: a second map where it may be defined; NULL: none */
    const struct record *sub; /* GROUP, MAP, LIST */
    const char *form;         /* ENUM: a mapping that would do, too, for messages; or NULL */
    const char *none;         /* FIELD_NONE_OK: the word for it where that is not "none" ("auto") */
};

/* A registered choice for the key "model": its own rows join those of the record that chooses. */
struct model {
    const char *name;
    const char *doc;
    const struct field *fields;
    size_t conf_size;
};

/* What a record with models binds at chosen_off. */
struct chosen {
    const struct model *model;
    void *conf;
};

/* One of several keys of which a mapping has exactly one (report: every | poisson | ...). */
struct alternative {
    const char *key;
    const char *doc;
    const struct field *fields; /* fields[0] is the key itself; the rest may stand beside it */
};

struct binder;
struct record {
    const char *name; /* what one is called: "fleet" */
    const char *doc;
    size_t size;
    const struct field *fields;             /* may be NULL with alternatives */
    const struct alternative *alternatives; /* ends with a NULL key */
    size_t tag_off;                         /* int: index of the alternative */
    const struct model *const *models;      /* ends with NULL; chosen by the key "model" */
    size_t chosen_off;                      /* struct chosen */
    const char *shorthand;                  /* key that a bare scalar stands for, or NULL */
    /* Keys that lie under the written ones (a machine profile): a map or NULL. May be NULL. */
    const struct node *(*base)(struct binder *b, const struct node *map);
    /* Checks across fields once all are bound; may be NULL. */
    void (*check)(struct binder *b, const struct node *map, void *item);
    bool check_anyway; /* also where some field could not be bound, and is zero then */
};

/* The state of one binding, handed to base and check. */
struct binder {
    struct arena *arena;
    struct diag *diag;
    const struct node *root;
    const char *folder; /* relative files are looked for here */
    void *item;         /* the root struct being filled */
};

/* Compile error where member m of S is not a T. */
#define FIELD_AT(S, m, T) _Generic(&((S *)0)->m, T * : offsetof(S, m))

/* A row of member m, of type T, of S: key k, documentation t. */
#define F_ROW(KIND, S, m, T, k, t, ...) \
    { \
        .kind = KIND, .key = k, .doc = t, .off = FIELD_AT(S, m, T), __VA_ARGS__ \
    }
/* d: default, or NULL; lo, hi: range */
#define F_BOOL(S, m, k, d, t) F_ROW(FIELD_BOOL, S, m, bool, k, t, .def = d)
#define F_COUNT(S, m, k, d, lo, hi, t) \
    F_ROW(FIELD_COUNT, S, m, uint64_t, k, t, .def = d, .min = lo, .max = hi)
#define F_COUNT_NONE(S, m, k, d, lo, hi, t) \
    F_ROW(FIELD_COUNT, S, m, uint64_t, k, t, .def = d, .min = lo, .max = hi, .flags = FIELD_NONE_OK)
/* As F_COUNT, F_TIME, F_SIZE, F_RATIO; the value may be the word "auto", which is bound as "none" is. */
#define F_COUNT_AUTO(S, m, k, d, lo, hi, t) F_WITH_AUTO(FIELD_COUNT, S, m, uint64_t, k, d, lo, hi, t)
#define F_TIME_AUTO(S, m, k, d, lo, hi, t)  F_WITH_AUTO(FIELD_TIME, S, m, simtime, k, d, lo, hi, t)
#define F_SIZE_AUTO(S, m, k, d, lo, hi, t)  F_WITH_AUTO(FIELD_SIZE, S, m, uint64_t, k, d, lo, hi, t)
#define F_RATIO_AUTO(S, m, k, d, lo, hi, t) F_WITH_AUTO(FIELD_RATIO, S, m, double, k, d, lo, hi, t)
#define F_WITH_AUTO(KIND, S, m, T, k, d, lo, hi, t) \
    F_ROW(KIND, S, m, T, k, t, .def = d, .min = lo, .max = hi, .flags = FIELD_NONE_OK, .none = "auto")
#define F_NUMBER(S, m, k, d, lo, hi, t) \
    F_ROW(FIELD_NUMBER, S, m, double, k, t, .def = d, .min = lo, .max = hi)
#define F_RATIO(S, m, k, d, lo, hi, t) F_ROW(FIELD_RATIO, S, m, double, k, t, .def = d, .min = lo, .max = hi)
#define F_TIME(S, m, k, d, lo, hi, t)  F_ROW(FIELD_TIME, S, m, simtime, k, t, .def = d, .min = lo, .max = hi)
#define F_TIME_NONE(S, m, k, d, lo, hi, t) \
    F_ROW(FIELD_TIME, S, m, simtime, k, t, .def = d, .min = lo, .max = hi, .flags = FIELD_NONE_OK)
#define F_SIZE(S, m, k, d, lo, hi, t) F_ROW(FIELD_SIZE, S, m, uint64_t, k, t, .def = d, .min = lo, .max = hi)
#define F_SIZE_NONE(S, m, k, d, lo, hi, t) \
    F_ROW(FIELD_SIZE, S, m, uint64_t, k, t, .def = d, .min = lo, .max = hi, .flags = FIELD_NONE_OK)
#define F_BITRATE(S, m, k, d, lo, hi, t) \
    F_ROW(FIELD_BITRATE, S, m, double, k, t, .def = d, .min = lo, .max = hi)
#define F_TEXT(S, m, k, d, t)      F_ROW(FIELD_TEXT, S, m, const char *, k, t, .def = d)
#define F_ENUM(S, m, k, d, w, t)   F_ROW(FIELD_ENUM, S, m, int, k, t, .def = d, .words = w)
#define F_NAME(S, m, k, d, map, t) F_ROW(FIELD_NAME, S, m, const char *, k, t, .def = d, .target = map)
#define F_DIST(S, m, k, u, d, lo, hi, t) \
    F_ROW(FIELD_DIST, S, m, struct dist, k, t, .def = d, .min = lo, .max = hi, .dim = u)
#define F_SAMPLE(S, m, k, u, lo, hi, t) \
    F_ROW(FIELD_SAMPLE, S, m, struct sample, k, t, .min = lo, .max = hi, .dim = u)
#define F_GROUP(S, m, k, T, r, t) F_ROW(FIELD_GROUP, S, m, T, k, t, .def = "{}", .sub = r)
#define F_MAP(S, m, k, r, t)      F_ROW(FIELD_MAP, S, m, struct items, k, t, .sub = r)
#define F_LIST(S, m, k, r, t)     F_ROW(FIELD_LIST, S, m, struct items, k, t, .sub = r)
#define F_NODE(S, m, k, t)        F_ROW(FIELD_NODE, S, m, const struct node *, k, t, .flags = FIELD_OPTIONAL)
#define F_END \
    { \
        .kind = FIELD_END \
    }

/* Fills item (zeroed by the caller, rec->size bytes) from doc. Everything it needs is taken from a.
 * Complaints go to d; returns 0, or -1 when there were errors. */
int schema_bind(const struct record *rec, const struct node *doc, const char *folder, void *item,
                struct arena *a, struct diag *d);

/* A number with its unit: "250 ms" -> 0.25. Returns NULL, or a sentence that says what is wrong (valid
 * until the next call in this thread). Negative numbers are always wrong. */
const char *unit_parse(const char *text, enum unit_dim dim, double *value);
/* A value in the unit that reads best, three to four significant digits: 0.25 -> "250 ms". `unit` is a
 * base unit as metrics carry it: "s", "B", "bit/s", "1/s", "1" (whole numbers in full), "J"; "%" shows a
 * ratio in per cent (0.005 -> "0.5 %"). NaN is "-", infinity "none". Writes at most size bytes. */
void unit_print(double value, const char *unit, char *text, size_t size);

#endif
