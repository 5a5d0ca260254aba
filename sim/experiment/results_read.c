#include "sim/experiment/results_read.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/experiment/number.h"

/* Reading goes on with empty values where something is missing; `wrong` keeps what it was. */
struct reader {
    struct arena *arena;
    const char *wrong; /* the first key that is missing or of the wrong type */
    bool no_memory;
};

static const char *keep(struct reader *r, const char *text)
{
    const char *copy = arena_text(r->arena, text);
    r->no_memory |= !copy;
    return copy ? copy : "";
}

static const char *text_at(struct reader *r, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    if (json_is_string(v))
        return keep(r, json_string_value(v));
    if (!json_is_null(v) && !r->wrong)
        r->wrong = key;
    return NULL;
}

/* NaN for null. */
static double number_at(struct reader *r, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    if (json_is_number(v))
        return json_number_value(v);
    if (!json_is_null(v) && !r->wrong)
        r->wrong = key;
    return NAN;
}

static uint64_t count_at(struct reader *r, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        return (uint64_t)json_integer_value(v);
    if (!r->wrong)
        r->wrong = key;
    return 0;
}

/* An array or object; an empty one where it is missing, whose size is 0. */
static const json_t *inside(struct reader *r, const json_t *object, const char *key, json_type type)
{
    const json_t *v = json_object_get(object, key);
    if (v && json_typeof(v) == type)
        return v;
    if (!r->wrong)
        r->wrong = key;
    return NULL;
}

static void *take(struct reader *r, size_t n, size_t size)
{
    void *piece = arena_take(r->arena, n, size);
    r->no_memory |= !piece;
    return piece;
}

static void read_metric(struct reader *r, struct result_metric *m, const char *name, const json_t *v)
{
    const json_t *ci = json_object_get(v, "ci"), *bound = json_object_get(v, "at_least");
    *m = (struct result_metric){ .name = keep(r, name), .unit = text_at(r, v, "unit") };
    m->mean = number_at(r, v, "mean");
    m->min = number_at(r, v, "min");
    m->max = number_at(r, v, "max");
    bool pair = json_array_size(ci) == 2;
    m->lo = pair ? json_number_value(json_array_get(ci, 0)) : NAN;
    m->hi = pair ? json_number_value(json_array_get(ci, 1)) : NAN;
    m->at_least = json_is_number(bound) ? json_number_value(bound) : NAN;
}

static void read_metrics(struct reader *r, struct result_point *p, json_t *v)
{
    const char *name;
    json_t *one;
    struct result_metric *metric = take(r, json_object_size(v), sizeof *metric);
    p->metric = metric;
    json_object_foreach(v, name, one)
    {
        if (metric)
            read_metric(r, &metric[p->n_metrics++], name, one);
    }
}

static void read_parameter(struct reader *r, struct result_parameter *p, const char *key, const json_t *v)
{
    char text[NUMBER_SIZE];
    *p = (struct result_parameter){ .key = key, .number = NAN, .text = "" };
    if (json_is_number(v)) {
        p->number = json_number_value(v);
        p->text = keep(r, number_text(p->number, text));
    } else if (json_is_string(v)) {
        p->text = keep(r, json_string_value(v));
    } else if (!r->wrong) {
        r->wrong = "parameters";
    }
}

/* Where nothing happens on purpose there is no such member. */
static void read_occurrences(struct reader *r, struct result_point *p, const json_t *list)
{
    struct result_occurrence *o = json_array_size(list) ? take(r, json_array_size(list), sizeof *o) : NULL;
    p->occurrence = o;
    for (size_t i = 0; o && i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        const char *name = text_at(r, v, "name");
        o[p->n_occurrences++] =
            (struct result_occurrence){ name ? name : "", number_at(r, v, "at"), number_at(r, v, "until") };
    }
}

static void read_point(struct reader *r, const struct result_set *set, struct result_point *p, json_t *v)
{
    const json_t *parameters = inside(r, v, "parameters", JSON_OBJECT), *limit = json_object_get(v, "limit");
    struct result_parameter *parameter = take(r, set->n_keys, sizeof *parameter);
    const char *variant = text_at(r, v, "variant");
    p->variant = variant ? variant : "";
    p->parameter = parameter;
    for (size_t i = 0; parameter && i < set->n_keys; i++)
        read_parameter(r, &parameter[i], set->key[i].key, json_object_get(parameters, set->key[i].key));
    p->replications = (uint32_t)count_at(r, v, "replications");
    p->verdict = text_at(r, v, "verdict");
    p->limit_at = p->limit_connections = NAN;
    if (json_is_object(limit)) {
        p->limit = text_at(r, limit, "name");
        p->limit_at = number_at(r, limit, "at");
        p->limit_connections = number_at(r, limit, "connections");
    }
    read_occurrences(r, p, json_object_get(v, "occurrences"));
    read_metrics(r, p, (json_t *)(uintptr_t)inside(r, v, "metrics", JSON_OBJECT));
}

static void read_keys(struct reader *r, struct result_set *set, const json_t *sweep)
{
    struct result_key *key = take(r, json_array_size(sweep), sizeof *key);
    set->key = key;
    for (size_t i = 0; key && i < json_array_size(sweep); i++) {
        const char *name = text_at(r, json_array_get(sweep, i), "key");
        const char *unit = text_at(r, json_array_get(sweep, i), "unit");
        key[set->n_keys++] = (struct result_key){ name ? name : "", unit ? unit : "1" };
    }
}

/* Names in order of first appearance; points of one variant stand together. */
static void read_variants(struct reader *r, struct result_set *set)
{
    const char **variant = take(r, set->n_points, sizeof *variant);
    set->variant = variant;
    for (size_t i = 0; variant && i < set->n_points; i++)
        if (!i || strcmp(set->point[i].variant, variant[set->n_variants - 1]))
            variant[set->n_variants++] = set->point[i].variant;
}

static void read_set(struct reader *r, struct result_set *set, const json_t *root)
{
    const json_t *points = inside(r, root, "points", JSON_ARRAY);
    set->version = text_at(r, root, "herdsim");
    set->scenario = text_at(r, root, "scenario");
    set->title = text_at(r, root, "title");
    set->seed = count_at(r, root, "seed");
    const json_t *precision = json_object_get(root, "precision");
    if (precision)
        set->fewest = (uint32_t)count_at(r, precision, "min");
    read_keys(r, set, inside(r, root, "sweep", JSON_ARRAY));
    struct result_point *point = take(r, json_array_size(points), sizeof *point);
    set->point = point;
    for (size_t i = 0; point && i < json_array_size(points); i++)
        read_point(r, set, &point[set->n_points++], json_array_get(points, i));
    read_variants(r, set);
}

static int read_file(struct result_set *set, const char *path, char *error, size_t size)
{
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    struct reader r = { .arena = &set->arena };
    if (!root) {
        if (why.line > 0)
            snprintf(error, size, "%s:%d:%d: %s", path, why.line, why.column, why.text);
        else
            snprintf(error, size, "cannot read %s: %s", path, why.text);
        return -1;
    }
    read_set(&r, set, root);
    json_decref(root);
    if (r.no_memory)
        snprintf(error, size, "not enough memory to read %s", path);
    else if (r.wrong)
        snprintf(error, size, "%s: '%s' is missing or of the wrong type; is this a result of herdsim?", path,
                 r.wrong);
    return r.no_memory || r.wrong ? -1 : 0;
}

int results_read(struct result_set *set, const char *folder, char *error, size_t size)
{
    *set = (struct result_set){ 0 };
    set->folder = arena_text(&set->arena, folder);
    char *path = arena_printf(&set->arena, "%s/summary.json", folder);
    int status = -1;
    if (!set->folder || !path)
        snprintf(error, size, "not enough memory to read %s", folder);
    else
        status = read_file(set, path, error, size);
    if (status)
        results_read_term(set);
    return status;
}

void results_read_term(struct result_set *set)
{
    arena_term(&set->arena);
    *set = (struct result_set){ 0 };
}

const struct result_metric *result_metric(const struct result_point *p, const char *name)
{
    for (size_t i = 0; i < p->n_metrics; i++)
        if (!strcmp(p->metric[i].name, name))
            return &p->metric[i];
    return NULL;
}
