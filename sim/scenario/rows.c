/* rows.c - see rows.h. */
#include "sim/scenario/rows.h"

#include <stdio.h>
#include <string.h>

#include "sim/scenario/bind.h"
#include "sim/scenario/units.h"

#define PATH_SIZE 400u
#define DEPTH_MAX 12u /* no format is deeper; records that contain themselves end here */

struct walk {
    void (*visit)(void *context, const struct row *row);
    void *context;
    char path[PATH_SIZE];
};

static void walk_record(struct walk *w, const struct record *rec, size_t n, unsigned depth);

/* Adds one part to a path of n characters, and returns its length then. */
static size_t enter(struct walk *w, size_t n, const char *part)
{
    int added = snprintf(w->path + n, sizeof w->path - n, "%s%s", n ? "." : "", part);
    size_t whole = n + (added > 0 ? (size_t)added : 0);
    return whole < sizeof w->path ? whole : sizeof w->path - 1;
}

static void walk_rows(struct walk *w, const struct field *fields, struct row row, size_t n)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++) {
        size_t end = enter(w, n, f->key);
        row.path = w->path;
        row.field = f;
        w->visit(w->context, &row);
        if (f->kind == FIELD_MAP)
            end = enter(w, end, "NAME");
        else if (f->kind == FIELD_LIST)
            end = enter(w, end, "N");
        if (f->sub)
            walk_record(w, f->sub, end, row.depth + 1);
        w->path[n] = '\0';
    }
}

/* Rows that stand beside an alternative's own key are shown below it. */
static void walk_alternative(struct walk *w, const struct alternative *a, struct row row, size_t n)
{
    const struct field own[] = { a->fields[0], { .kind = FIELD_END } };
    row.kind = a;
    walk_rows(w, own, row, n);
    row.depth++;
    walk_rows(w, a->fields + 1, row, n);
}

static void walk_models(struct walk *w, const struct record *rec, struct row row, size_t n)
{
    enter(w, n, "model");
    row.path = w->path;
    w->visit(w->context, &row);
    for (size_t i = 0; rec->models[i]; i++) {
        enter(w, n, "model");
        row.field = NULL;
        row.model = rec->models[i];
        row.depth++;
        w->visit(w->context, &row);
        w->path[n] = '\0';
        row.depth++;
        walk_rows(w, row.model->fields, row, n);
        row.depth -= 2;
    }
    w->path[n] = '\0';
}

static void walk_record(struct walk *w, const struct record *rec, size_t n, unsigned depth)
{
    struct row row = { .rec = rec, .depth = depth };
    if (depth > DEPTH_MAX)
        return;
    if (rec->models)
        walk_models(w, rec, row, n);
    walk_rows(w, rec->fields, row, n);
    for (const struct alternative *a = rec->alternatives; a && a->key; a++)
        walk_alternative(w, a, row, n);
}

void rows_walk(const struct record *root, void (*visit)(void *context, const struct row *row), void *context)
{
    struct walk w = { .visit = visit, .context = context };
    walk_record(&w, root, 0, 0);
}

/* What lies under a mapping (a profile) may hold what would be needed. */
static bool has_needed_key(const struct record *rec)
{
    if (rec->alternatives || rec->models)
        return true;
    bool needed = false;
    for (const struct field *f = rec->base ? NULL : rec->fields; f && f->kind != FIELD_END; f++)
        needed |= row_is_needed(f);
    return needed;
}

bool row_is_needed(const struct field *f)
{
    if (f->kind == FIELD_GROUP && f->def && !strcmp(f->def, "{}"))
        return has_needed_key(f->sub);
    return !f->def && !(f->flags & FIELD_OPTIONAL);
}

static void list_words(const struct word *words, char *text, size_t size)
{
    size_t n = 0;
    for (const struct word *w = words; w->name && n < size; w++) {
        int added = snprintf(text + n, size - n, "%s%s", w == words ? "" : " | ", w->name);
        n += added > 0 ? (size_t)added : 0;
    }
}

/* "a time" without its article. */
static const char *dim_name(enum unit_dim dim) { return unit_dims[dim].name + 2; }

void row_type(const struct field *f, char *text, size_t size)
{
    static const char *const names[] = {
        [FIELD_BOOL] = "true | false", [FIELD_COUNT] = "whole number", [FIELD_NUMBER] = "number",
        [FIELD_RATIO] = "ratio",       [FIELD_TIME] = "time",          [FIELD_SIZE] = "size",
        [FIELD_BITRATE] = "bit rate",  [FIELD_TEXT] = "text",          [FIELD_GROUP] = "keys",
        [FIELD_MAP] = "keys by name",  [FIELD_LIST] = "list",          [FIELD_NODE] = "free form",
    };
    char words[200];
    char none[32] = "";
    if (field_none(f))
        snprintf(none, sizeof none, " | %s", field_none(f));
    if (f->kind == FIELD_ENUM) {
        list_words(f->words, words, sizeof words);
        snprintf(text, size, "%s%s", words, none);
    } else if (f->kind == FIELD_NAME) {
        snprintf(text, size, "name from %s%s%s%s", f->target, f->or_target ? " or " : "",
                 f->or_target ? f->or_target : "", none);
    } else if (f->kind == FIELD_DIST) {
        snprintf(text, size, "%s or distribution%s", dim_name(f->dim), none);
    } else if (f->kind == FIELD_SAMPLE) {
        snprintf(text, size, "list of values (%s), or a CSV file", dim_name(f->dim));
    } else {
        const char *name = f->kind == FIELD_TEXT && f->flags & FIELD_FILE ? "file" : names[f->kind];
        snprintf(text, size, "%s%s", name ? name : "value", none);
    }
}
