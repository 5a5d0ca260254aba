/* bind.h - the parts of the binder, for each other: schema_bind in schema.h is what others call. */
#ifndef SIM_SCENARIO_BIND_H
#define SIM_SCENARIO_BIND_H

#include "sim/scenario/schema.h"

/* Known keys that unknown ones were taken for: their absence is no second mistake. */
#define MISSPELT_MAX 8u
struct misspelt {
    const char *key[MISSPELT_MAX];
    size_t n;
};

/* A mapping and what lies under it (a profile), either of which may hold a key; under may be NULL. */
struct layers {
    const struct node *over, *under;
    struct misspelt misspelt;
};

/* The value of a key, from over first. */
const struct node *layers_get(struct layers l, const char *key);

/* Every function complains in b->diag; whether it failed shows in diag->raised. */
void bind_record(struct binder *b, const struct record *rec, struct layers l, void *item);
/* One row from its value. `under` is what lies below it (groups), or NULL. */
void bind_value(struct binder *b, const struct field *f, const struct node *value, const struct node *under,
                void *member);

/* Refuses keys that no row knows, and notes those that only some models know. Fills l->misspelt. */
void bind_check_keys(struct binder *b, const struct record *rec, const struct alternative *alt,
                     const struct model *model, struct layers *l);

/* Single values: BOOL ... NAME. */
void bind_scalar(struct binder *b, const struct field *f, const struct node *value, void *member);
void bind_dist(struct binder *b, const struct field *f, const struct node *value, struct dist *out);
void bind_sample(struct binder *b, const struct field *f, const struct node *value, struct sample *out);

/* False, with a complaint, where value is of another kind. */
bool bind_expect(struct binder *b, const struct field *f, const struct node *value, enum node_kind kind);
/* False, with a complaint that states the range, where v is outside the row's. */
bool bind_check_range(struct binder *b, const struct field *f, struct mark at, double v);
/* "1 to 10", "at least 1 ns", "above 0 s"; empty where all that can be written is allowed. */
void field_range(const struct field *f, char *text, size_t size);
/* The word that stands for no value ("none", "auto"), or NULL where a value is needed. */
const char *field_none(const struct field *f);
/* The base unit of a row, as unit_print takes it. */
const char *field_unit(const struct field *f);
/* The unit a row's values carry; UNIT_NONE where they are bare. */
enum unit_dim field_dim(const struct field *f);

/* "an" or "a". */
const char *article(const char *noun);

#endif
