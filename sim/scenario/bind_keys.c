/* bind_keys.c - every key of a mapping must be known by somebody. */
#include <string.h>

#include "sim/scenario/bind.h"
#include "sim/scenario/nearest.h"

static bool knows(const struct field *fields, const char *key)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++)
        if (!strcmp(f->key, key))
            return true;
    return false;
}

static void try_all(struct nearest *n, const struct field *fields)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++)
        nearest_try(n, f->key);
}

/* What a mapping's keys are held against. */
struct keys {
    const struct record *rec;
    const struct alternative *alt;
    const struct model *model;
    struct misspelt *misspelt;
};

static const struct alternative *other_alternative(const struct keys *k, const char *key)
{
    for (const struct alternative *a = k->rec->alternatives; a && a->key; a++)
        if (knows(a->fields, key))
            return a;
    return NULL;
}

static const struct model *other_model(const struct keys *k, const char *key)
{
    for (size_t i = 0; k->rec->models && k->rec->models[i]; i++)
        if (knows(k->rec->models[i]->fields, key))
            return k->rec->models[i];
    return NULL;
}

static void blame_unknown(struct binder *b, const struct keys *k, const struct node *key)
{
    struct nearest n = nearest_to(diag_is_full(b->diag) ? "" : key->text);
    try_all(&n, k->rec->fields);
    if (k->rec->models)
        nearest_try(&n, "model");
    if (k->model)
        try_all(&n, k->model->fields);
    if (k->alt)
        try_all(&n, k->alt->fields);
    for (const struct alternative *a = k->rec->alternatives; !k->alt && a && a->key; a++)
        nearest_try(&n, a->key);
    const char *shown = diag_shown(b->diag, key->text);
    if (n.match && k->misspelt->n < MISSPELT_MAX)
        k->misspelt->key[k->misspelt->n++] = n.match;
    if (n.match)
        diag_error(b->diag, key->at, "unknown key '%s'; did you mean '%s'?", shown, n.match);
    else
        diag_error(b->diag, key->at, "unknown key '%s' in %s %s", shown, article(k->rec->name), k->rec->name);
}

/* Whether a key of another model is a mistake shows only when all points of the plan are known. */
static void note_no_effect(struct binder *b, const struct keys *k, const struct node *key,
                           const struct model *other)
{
    if (!k->model)
        return; /* the model itself is wrong, which has been said */
    char text[300];
    snprintf(text, sizeof text, "'%s' has no effect with model '%s' (%s has it)", key->text, k->model->name,
             other->name);
    diag_note_effect(b->diag, key->at, false, text);
}

static void check_key(struct binder *b, const struct keys *k, const struct node *key)
{
    const struct alternative *alt = other_alternative(k, key->text);
    const struct model *model = other_model(k, key->text);
    if (knows(k->rec->fields, key->text) || (k->rec->models && !strcmp(key->text, "model")))
        return;
    if (k->alt && knows(k->alt->fields, key->text))
        return;
    if (k->model && knows(k->model->fields, key->text))
        diag_note_effect(b->diag, key->at, true, NULL);
    else if (model)
        note_no_effect(b, k, key, model);
    else if (alt && k->alt)
        diag_error(b->diag, key->at, "'%s' goes with '%s', not with '%s'", key->text, alt->key, k->alt->key);
    else if (!alt)
        blame_unknown(b, k, key);
}

void bind_check_keys(struct binder *b, const struct record *rec, const struct alternative *alt,
                     const struct model *model, struct layers *l)
{
    const struct keys k = { rec, alt, model, &l->misspelt };
    for (size_t i = 0; i < l->over->n; i++)
        check_key(b, &k, l->over->pair[i].key);
    for (size_t i = 0; l->under && i < l->under->n; i++)
        check_key(b, &k, l->under->pair[i].key);
}
