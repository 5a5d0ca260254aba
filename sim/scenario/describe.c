/* describe.c - help about every word of the format, from the rows that parse it. */
#include "sim/scenario/describe.h"

#include <string.h>

#include "sim/scenario/bind.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/rows.h"
#include "sim/scenario/units.h"

#define KEY_WIDTH  30 /* columns of the outline */
#define TYPE_WIDTH 32

struct describe {
    const char *word;
    FILE *to;
    size_t found;
    unsigned below; /* children of a group are outlined below it: the group's depth + 1; 0: none */
};

/* " = 8 MiB", ", needed", " (one of these)" for an alternative, or nothing. */
static void print_default(const struct row *row, char *text, size_t size)
{
    const struct field *f = row->field;
    if (row->kind && !strcmp(row->kind->key, f->key))
        snprintf(text, size, " (one of these)");
    else if (f->def && *f->def && strcmp(f->def, "{}"))
        snprintf(text, size, " = %s", f->def);
    else if (row_is_needed(f))
        snprintf(text, size, ", needed");
    else
        *text = '\0';
}

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

static void print_line(FILE *to, unsigned depth, const char *key, const char *type, const char *doc)
{
    int indent = 2 * (int)depth + 2;
    int width = KEY_WIDTH - indent > 4 ? KEY_WIDTH - indent : 4;
    fprintf(to, "%*s%-*s %-*s %s\n", indent, "", width, key, TYPE_WIDTH, type, doc);
}

/* One line about a row, a model or the choice among models. */
static void outline(FILE *to, const struct row *row, unsigned depth)
{
    char type[240], def[120], both[400];
    if (row->field) {
        row_type(row->field, type, sizeof type);
        print_default(row, def, sizeof def);
        snprintf(both, sizeof both, "%s%s", type, def);
        print_line(to, depth, row->field->key, both, row->field->doc);
    } else if (row->model) {
        print_line(to, depth, row->model->name, "", row->model->doc);
    } else {
        print_line(to, depth, "model", "one of those below, needed", "and the keys that each of them adds");
    }
}

static void outline_row(void *context, const struct row *row)
{
    struct describe *d = context;
    outline(d->to, row, row->depth);
    d->found++;
}

/* How a distribution is written. */
static void print_form(FILE *to, const struct dist_type *t)
{
    static const char *const firsts[] = { [DIST_FIRST_MEAN] = "MEAN",
                                          [DIST_FIRST_RANGE] = "[LOWEST, HIGHEST]",
                                          [DIST_FIRST_LIST] = "[VALUE, ...]",
                                          [DIST_FIRST_FILE] = "FILE.csv or [VALUE, ...]" };
    static const char *const seconds[] = { [DIST_SECOND_NONE] = "",
                                           [DIST_SECOND_SD] = "VALUE",
                                           [DIST_SECOND_RATIO] = "NUMBER",
                                           [DIST_SECOND_COUNT] = "WHOLE NUMBER",
                                           [DIST_SECOND_LIST] = "[NUMBER, ...]" };
    fprintf(to, "{%s: %s", t->name, firsts[t->first]);
    if (t->second)
        fprintf(to, ", %s: %s", t->second, seconds[t->second_kind]);
    fputc('}', to);
    if (t->second_default)
        fprintf(to, " (%s: %s where left out)", t->second, t->second_default);
}

static void outline_distributions(FILE *to)
{
    fputs("\nDistributions (where a value may vary)\n", to);
    for (int k = 0; k < DIST_KINDS; k++) {
        if (!dist_types[k].name)
            continue;
        fputs("  ", to);
        print_form(to, &dist_types[k]);
        fprintf(to, "\n      %s\n", dist_types[k].doc);
    }
}

void describe_units(FILE *to)
{
    fputs("Units\n", to);
    for (enum unit_dim dim = UNIT_TIME; dim <= UNIT_RATE; dim++) {
        fprintf(to, "  %-12s", unit_dims[dim].name + 2);
        for (const struct unit *u = unit_dims[dim].units; u->name; u++)
            fprintf(to, " %s", u->name);
        fputs(unit_dims[dim].bare_ok ? " or a bare number\n" : "\n", to);
    }
}

/* Whether `part` of a pattern and of what the user wrote agree; NAME and N stand for anything. */
static bool same_part(const char *pattern, size_t n, const char *part, size_t m)
{
    bool any = (n == 4 && !memcmp(pattern, "NAME", 4)) || (n == 1 && *pattern == 'N');
    return any || (n == m && !memcmp(pattern, part, n));
}

static size_t part_before(const char *path, size_t end)
{
    while (end && path[end - 1] != '.')
        end--;
    return end;
}

/* Whether the path ends as the word does, part by part: "every", "report.every", "fleets.a.report". */
static bool path_fits(const char *path, const char *word)
{
    size_t n = strlen(path), m = strlen(word);
    while (m) {
        size_t p = part_before(path, n), w = part_before(word, m);
        if (!n || !same_part(path + p, n - p, word + w, m - w))
            return false;
        n = p ? p - 1 : 0;
        m = w ? w - 1 : 0;
        if (w && !m)
            return false;
    }
    /* A word alone is a key, never a name. */
    return strchr(word, '.') || !strcmp(last_part(path), word);
}

static void describe_words(const struct describe *d, const struct field *f)
{
    for (const struct word *w = f->words; w && w->name; w++)
        fprintf(d->to, "    %-18s %s\n", w->name, w->doc ? w->doc : "");
}

static void describe_row(struct describe *d, const struct row *row)
{
    const struct field *f = row->field;
    char type[240], def[120], range[120];
    row_type(f, type, sizeof type);
    print_default(row, def, sizeof def);
    field_range(f, range, sizeof range);
    fprintf(d->to, "%s\n  %s%s%s%s\n", row->path, type, def, *range ? "; " : "", range);
    fprintf(d->to, "  %s\n", f->doc);
    if (row->model)
        fprintf(d->to, "  goes with model %s\n", row->model->name);
    if (row->kind && strcmp(row->kind->key, f->key))
        fprintf(d->to, "  goes with %s\n", row->kind->key);
    describe_words(d, f);
}

static void describe_choice(struct describe *d, const struct row *row)
{
    fprintf(d->to, "%s\n  which model; each adds keys of its own\n", row->path);
    for (size_t i = 0; row->rec->models[i]; i++)
        fprintf(d->to, "    %-18s %s\n", row->rec->models[i]->name, row->rec->models[i]->doc);
}

/* What belongs to a group or model that has just been described is outlined below it. */
static bool is_below(struct describe *d, const struct row *row)
{
    if (!d->below || row->depth < d->below) {
        d->below = 0;
        return false;
    }
    return true;
}

static void begin_group(struct describe *d, const struct row *row)
{
    bool is_group = !row->field || row->field->sub || (row->kind && !strcmp(row->kind->key, row->field->key));
    d->below = is_group ? row->depth + 1 : 0;
}

static bool row_fits(const struct describe *d, const struct row *row)
{
    if (row->model && !row->field)
        return !strcmp(row->model->name, d->word);
    return path_fits(row->path, d->word);
}

static void match_row(void *context, const struct row *row)
{
    struct describe *d = context;
    if (is_below(d, row)) {
        outline(d->to, row, row->depth - d->below);
        return;
    }
    if (!row_fits(d, row))
        return;
    d->found++;
    if (row->field)
        describe_row(d, row);
    else if (row->model)
        fprintf(d->to, "%s: %s\n  model of %s %s\n  %s\n", row->path, row->model->name,
                article(row->rec->name), row->rec->name, row->model->doc);
    else
        describe_choice(d, row);
    begin_group(d, row);
    if (!row->field && !row->model)
        d->below = 0; /* the models have been listed */
}

/* A word of some key's list of words. */
static void match_word(void *context, const struct row *row)
{
    struct describe *d = context;
    for (const struct word *w = row->field ? row->field->words : NULL; w && w->name; w++) {
        if (strcmp(w->name, d->word))
            continue;
        fprintf(d->to, "%s: %s\n  %s\n", row->path, w->name, w->doc ? w->doc : row->field->doc);
        d->found++;
    }
}

static void match_distributions(struct describe *d)
{
    for (int k = 0; k < DIST_KINDS; k++) {
        const struct dist_type *t = &dist_types[k];
        bool named = t->name && !strcmp(t->name, d->word);
        if (!named && !(t->second && !strcmp(t->second, d->word)))
            continue;
        print_form(d->to, t);
        fprintf(d->to, "\n  distribution\n  %s\n", t->doc);
        d->found++;
    }
}

size_t describe_word(const struct record *root, const char *word, FILE *to)
{
    struct describe d = { .word = word, .to = to };
    if (!word) {
        fprintf(to, "Keys of a %s\n", root->name);
        rows_walk(root, outline_row, &d);
        outline_distributions(to);
        fputc('\n', to);
        describe_units(to);
        return d.found;
    }
    rows_walk(root, match_row, &d);
    rows_walk(root, match_word, &d);
    match_distributions(&d);
    return d.found;
}

static void try_row(void *context, const struct row *row)
{
    struct nearest *n = context;
    if (row->field) {
        nearest_try(n, row->field->key);
        for (const struct word *w = row->field->words; w && w->name; w++)
            nearest_try(n, w->name);
    } else {
        nearest_try(n, row->model ? row->model->name : "model");
    }
}

const char *describe_nearest(const struct record *root, const char *word)
{
    struct nearest n = nearest_to(last_part(word));
    rows_walk(root, try_row, &n);
    for (int k = 0; k < DIST_KINDS; k++)
        if (dist_types[k].name)
            nearest_try(&n, dist_types[k].name);
    return n.match;
}
