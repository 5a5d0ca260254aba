/* path.c - see path.h. */
#include "sim/scenario/path.h"

#include <ctype.h>
#include <string.h>

#include "sim/scenario/bind.h"

static bool is_word(const char *word, const char *text, size_t n)
{
    return strlen(word) == n && !memcmp(word, text, n);
}

static const struct field *find_row(const struct field *fields, const char *key, size_t n)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++)
        if (is_word(f->key, key, n))
            return f;
    return NULL;
}

bool path_find_key(const struct record *rec, const char *key, size_t n, const struct field **field)
{
    *field = find_row(rec->fields, key, n);
    if (*field || (rec->models && is_word("model", key, n)))
        return true;
    for (const struct alternative *a = rec->alternatives; !*field && a && a->key; a++)
        *field = find_row(a->fields, key, n);
    for (size_t i = 0; !*field && rec->models && rec->models[i]; i++)
        *field = find_row(rec->models[i]->fields, key, n);
    return *field != NULL;
}

static void try_rows(struct nearest *nearest, const struct field *fields)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++)
        nearest_try(nearest, f->key);
}

void path_try_keys(struct nearest *nearest, const struct record *rec)
{
    try_rows(nearest, rec->fields);
    if (rec->models)
        nearest_try(nearest, "model");
    for (const struct alternative *a = rec->alternatives; a && a->key; a++)
        try_rows(nearest, a->fields);
    for (size_t i = 0; rec->models && rec->models[i]; i++)
        try_rows(nearest, rec->models[i]->fields);
}

int path_dist_kind(const char *name, size_t n)
{
    for (int k = 0; k < DIST_KINDS; k++)
        if (dist_types[k].name && is_word(dist_types[k].name, name, n))
            return k;
    return -1;
}

bool path_is_dist_parameter(const char *name, size_t n)
{
    for (int k = 0; k < DIST_KINDS; k++)
        if (dist_types[k].second && is_word(dist_types[k].second, name, n))
            return true;
    return false;
}

static void fill_place(struct place *to, const struct field *f)
{
    bool numeric = (f->kind >= FIELD_COUNT && f->kind <= FIELD_BITRATE) || f->kind == FIELD_DIST;
    *to = (struct place){
        .field = f, .dim = field_dim(f), .numeric = numeric, .whole = f->kind == FIELD_COUNT
    };
}

/* "exponential" or "cv" below a distribution. */
static bool find_in_dist(const struct field *f, const char *path, struct place *to)
{
    size_t n = strlen(path);
    int k = path_dist_kind(path, n);
    if (k >= 0) {
        bool mean = dist_types[k].first == DIST_FIRST_MEAN;
        *to = (struct place){ .field = f, .dim = f->dim, .numeric = mean };
        return true;
    }
    for (k = 0; k < DIST_KINDS; k++) {
        const struct dist_type *t = &dist_types[k];
        if (!t->second || !is_word(t->second, path, n))
            continue;
        enum unit_dim dim = t->second_kind == DIST_SECOND_SD ? f->dim : UNIT_NONE;
        bool list = t->second_kind == DIST_SECOND_LIST;
        *to = (struct place){
            .field = f, .dim = dim, .numeric = !list, .whole = t->second_kind == DIST_SECOND_COUNT
        };
        return true;
    }
    return false;
}

static bool find_below(const struct field *f, const char *path, struct place *to);

/* Names may hold dots themselves, so each dot might be the one that ends the name. */
static bool find_below_name(const struct record *rec, const char *path, struct place *to)
{
    for (const char *dot = strchr(path, '.'); dot; dot = strchr(dot + 1, '.'))
        if (path_find(rec, dot + 1, to))
            return true;
    *to = (struct place){ .rec = rec };
    return !strchr(path, '.');
}

static bool find_below_index(const struct record *rec, const char *path, struct place *to)
{
    size_t n = strspn(path, "0123456789");
    *to = (struct place){ .rec = rec };
    return n && (!path[n] || (path[n] == '.' && path_find(rec, path + n + 1, to)));
}

static bool find_below(const struct field *f, const char *path, struct place *to)
{
    switch (f->kind) {
    case FIELD_GROUP:
        return path_find(f->sub, path, to);
    case FIELD_MAP:
        return find_below_name(f->sub, path, to);
    case FIELD_LIST:
        return find_below_index(f->sub, path, to);
    case FIELD_DIST:
        return find_in_dist(f, path, to);
    case FIELD_NODE:
        fill_place(to, f);
        return true;
    default:
        return false;
    }
}

bool path_find(const struct record *rec, const char *path, struct place *to)
{
    static const struct field model = { .kind = FIELD_TEXT, .key = "model", .doc = "Which model it is." };
    const struct field *f;
    size_t n = strcspn(path, ".");
    if (strlen(path) > PATH_MAX_LENGTH || !path_find_key(rec, path, n, &f))
        return false;
    if (path[n])
        return f && find_below(f, path + n + 1, to);
    fill_place(to, f ? f : &model);
    return true;
}
