/* scenario_rows.h - rows of every kind, about a harbour, for the suites of the scenario floor. */
#ifndef TESTS_SCENARIO_ROWS_H
#define TESTS_SCENARIO_ROWS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/override.h"
#include "sim/scenario/schema.h"

/* A step of work at a pier: exactly one of work, wait and hold. */
struct job {
    int tag;
    struct dist work, wait;
    uint64_t hold;
};
static const struct field job_work[] = {
    F_DIST(struct job, work, "work", UNIT_TIME, NULL, 0, 3600, "time with a crane"),
    F_END,
};
static const struct field job_wait[] = {
    F_DIST(struct job, wait, "wait", UNIT_TIME, NULL, 0, 86400, "time without one"),
    F_END,
};
static const struct field job_hold[] = {
    F_SIZE(struct job, hold, "hold", NULL, 1, 1e12, "room that is taken until the ship leaves"),
    F_END,
};
static const struct alternative job_kinds[] = {
    { "work", "Work with a crane.", job_work },
    { "wait", "Waiting.", job_wait },
    { "hold", "Taking room.", job_hold },
    { 0 },
};
static const struct record job_record = {
    .name = "job",
    .doc = "One step of unloading.",
    .size = sizeof(struct job),
    .alternatives = job_kinds,
    .tag_off = offsetof(struct job, tag),
};

struct ferry_conf {
    uint64_t deck;
    uint64_t lanes;
};
static const struct field ferry_fields[] = {
    F_SIZE(struct ferry_conf, deck, "deck", "8 MiB", 4096, 1e12, "room on deck"),
    F_COUNT_NONE(struct ferry_conf, lanes, "lanes", "none", 1, 1e6, "lanes side by side"),
    F_END,
};
static const struct model ferry_model = { "ferry", "Takes cars.", ferry_fields, sizeof(struct ferry_conf) };

struct cargo_conf {
    uint64_t batch;
};
static const struct field cargo_fields[] = {
    F_COUNT(struct cargo_conf, batch, "batch", "64", 1, 65536, "containers in one go"),
    F_END,
};
static const struct model cargo_model = { "cargo", "Takes containers.", cargo_fields,
                                          sizeof(struct cargo_conf) };
static const struct model mole_model = { "mole", "Takes nothing.", NULL, 0 };
static const struct model *const pier_models[] = { &ferry_model, &cargo_model, &mole_model, NULL };

struct pier {
    const char *name;
    struct items jobs;
    struct chosen chosen;
};
static const struct field pier_fields[] = {
    { .kind = FIELD_LIST,
      .key = "jobs",
      .doc = "what is done with a ship, in order",
      .off = FIELD_AT(struct pier, jobs, struct items),
      .sub = &job_record,
      .flags = FIELD_OPTIONAL },
    F_END,
};
static const struct record pier_record = {
    .name = "pier",
    .doc = "Where ships land.",
    .size = sizeof(struct pier),
    .fields = pier_fields,
    .models = pier_models,
    .chosen_off = offsetof(struct pier, chosen),
};

/* When a ship calls: exactly one of every, poisson and log; in batches with each. */
struct calls {
    int tag;
    simtime every, jitter, poisson;
    uint64_t batch;
    int phase;
    struct sample log;
};
static const struct word phases[] = { { "random", "anywhere" }, { "aligned", "together" }, { NULL, NULL } };
static const struct field calls_every[] = {
    F_TIME(struct calls, every, "every", NULL, 1e-9, 86400, "time between calls"),
    F_TIME(struct calls, jitter, "jitter", "0 s", 0, 86400, "up to so much later"),
    F_ENUM(struct calls, phase, "phase", "random", phases, "when the first call is"),
    F_END,
};
static const struct field calls_poisson[] = {
    F_TIME(struct calls, poisson, "poisson", NULL, 1e-9, 86400, "mean time between calls"),
    F_END,
};
static const struct field calls_log[] = {
    F_SAMPLE(struct calls, log, "log", UNIT_TIME, 0, 1000, "times of the calls"),
    F_END,
};
static const struct field calls_fields[] = {
    F_COUNT(struct calls, batch, "batch", "1", 1, 1000, "ships at once"),
    F_END,
};
static const struct alternative calls_kinds[] = {
    { "every", "Regular calls.", calls_every },
    { "poisson", "Calls at random.", calls_poisson },
    { "log", "Calls that were written down.", calls_log },
    { 0 },
};
static const struct record calls_record = {
    .name = "call pattern",
    .doc = "When ships call.",
    .size = sizeof(struct calls),
    .fields = calls_fields,
    .alternatives = calls_kinds,
    .tag_off = offsetof(struct calls, tag),
};

struct ship {
    const char *name;
    uint64_t crew;
    struct dist load;
    struct calls calls;
    const char *pier;
    simtime patience, rest;
    double loss, tilt, radio;
    bool flies_flag;
};
static const struct field ship_fields[] = {
    F_COUNT(struct ship, crew, "crew", NULL, 1, 1e6, "how many sail"),
    F_DIST(struct ship, load, "load", UNIT_SIZE, "64 B", 1, 1e12, "what it carries"),
    F_GROUP(struct ship, calls, "calls", struct calls, &calls_record, "when it calls"),
    F_NAME(struct ship, pier, "pier", NULL, "piers", "where it lands"),
    F_ROW(FIELD_TIME, struct ship, patience, simtime, "patience", "how long it waits", .def = "none",
          .max = 100, .flags = FIELD_NONE_OK),
    F_ROW(FIELD_TIME, struct ship, rest, simtime, "rest", "time in port", .def = "1 s", .max = INFINITY,
          .flags = FIELD_ABOVE_MIN),
    F_RATIO(struct ship, loss, "loss", "0.5 %", 0, 1, "part of the load that is lost"),
    F_NUMBER(struct ship, tilt, "tilt", "0", -90, 90, "degrees from upright"),
    F_BITRATE(struct ship, radio, "radio", "20 Mbit/s", 1, 1e12, "its radio"),
    F_BOOL(struct ship, flies_flag, "flag", "true", "whether it flies a flag"),
    F_END,
};
static const struct record ship_record = {
    .name = "ship",
    .doc = "What sails.",
    .size = sizeof(struct ship),
    .fields = ship_fields,
};

struct costs {
    simtime lift, turn;
};
static const struct field costs_fields[] = {
    F_TIME(struct costs, lift, "lift", "0 s", 0, 3600, "time to lift"),
    F_TIME(struct costs, turn, "turn", "0 s", 0, 3600, "time to turn"),
    F_END,
};
static const struct record costs_record = {
    .name = "cost table", .doc = "What a crane costs.", .size = sizeof(struct costs), .fields = costs_fields
};

struct crane {
    const char *profile;
    uint64_t arms;
    struct costs costs;
};
static const struct field crane_fields[] = {
    F_TEXT(struct crane, profile, "profile", "plain", "kind of crane"),
    F_COUNT(struct crane, arms, "arms", "1", 1, 64, "how many arms"),
    F_GROUP(struct crane, costs, "costs", struct costs, &costs_record, "what it costs"),
    F_END,
};

/* The profile "large" lies under what is written. */
static const struct node *crane_base(struct binder *b, const struct node *map)
{
    const struct node *profile = node_get(map, "profile");
    if (!profile || profile->kind != NODE_SCALAR || strcmp(profile->text, "large"))
        return NULL;
    return node_parse(b->arena, "{arms: 8, costs: {lift: 5 s, turn: 7 s}}", "large.yaml", b->diag);
}

static void crane_check(struct binder *b, const struct node *map, void *item)
{
    const struct crane *c = item;
    if (c->costs.lift > c->costs.turn && c->costs.turn)
        diag_error(b->diag, map->at, "a crane that lifts slower than it turns topples");
}

static const struct record crane_record = {
    .name = "crane",
    .doc = "What lifts.",
    .size = sizeof(struct crane),
    .fields = crane_fields,
    .shorthand = "arms",
    .base = crane_base,
    .check = crane_check,
};

struct harbour {
    const char *title;
    struct crane crane;
    struct items piers, ships;
    const struct node *plan;
    struct dist tide;
};
static const struct field harbour_fields[] = {
    F_TEXT(struct harbour, title, "title", "", "its name"),
    F_GROUP(struct harbour, crane, "crane", struct crane, &crane_record, "the crane"),
    F_MAP(struct harbour, piers, "piers", &pier_record, "where ships land"),
    F_MAP(struct harbour, ships, "ships", &ship_record, "what sails"),
    F_NODE(struct harbour, plan, "plan", "what somebody else reads"),
    F_DIST(struct harbour, tide, "tide", UNIT_TIME, "{uniform: [6 h, 7 h]}", 0, 1e6, "time to the next tide"),
    F_END,
};
static const struct record harbour_record = {
    .name = "harbour",
    .doc = "Piers and the ships that land there.",
    .size = sizeof(struct harbour),
    .fields = harbour_fields,
};

/* One reading of a harbour. */
struct reading {
    struct arena arena;
    struct diag diag;
    const struct node *doc;
    struct harbour harbour;
    int status;
    char *said; /* what diag_print says */
};

static inline char *said_by(const struct diag *d)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (to) {
        diag_print(d, to);
        fclose(to);
    }
    return text;
}

/* Parses and binds; the source is called "h". */
static inline void read_harbour(struct reading *r, const char *yaml)
{
    *r = (struct reading){ .status = -1 };
    r->doc = node_parse(&r->arena, yaml, "h", &r->diag);
    if (r->doc)
        r->status = schema_bind(&harbour_record, r->doc, BUILD_DIR, &r->harbour, &r->arena, &r->diag);
    if (r->diag.errors)
        r->status = -1;
    diag_settle_effects(&r->diag);
    r->said = said_by(&r->diag);
}

static inline void end_reading(struct reading *r)
{
    free(r->said);
    diag_term(&r->diag);
    arena_term(&r->arena);
}

#define PIERS "piers: {east: {model: ferry}, west: {model: cargo}}\n"
#define SHIPS "ships: {ark: {crew: 3, pier: east, calls: {every: 1 h}}}\n"

#endif
