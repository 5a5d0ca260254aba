/* json_schema.c - the scenario format for editors: JSON Schema, draft 2020-12, from the rows that parse.
 *
 * Each record is one definition. Alternatives become a oneOf; for models the definition knows the keys of
 * all of them (a variant may switch the model) and an if/then per model holds what that model demands. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"
#include "sim/scenario/bind.h"
#include "sim/scenario/describe.h"
#include "sim/scenario/rows.h"
#include "sim/scenario/units.h"

#define RECORDS_MAX    128u
#define NUMBER_PATTERN "^\\+?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)? *"
#define NAME_PATTERN   "^[A-Za-z0-9_-]([A-Za-z0-9._ -]*[A-Za-z0-9_-])?$"

struct exporter {
    json_t *defs;
    const struct record *known[RECORDS_MAX];
    size_t n;
    bool failed; /* without memory, once: everything that follows is in vain */
};

/* object[key] = value; takes the value over. */
static void put(struct exporter *x, json_t *object, const char *key, json_t *value)
{
    if (!object || !value || json_object_set_new(object, key, value))
        x->failed = true;
}

static void add(struct exporter *x, json_t *array, json_t *value)
{
    if (!array || !value || json_array_append_new(array, value))
        x->failed = true;
}

static json_t *typed(struct exporter *x, const char *type)
{
    json_t *s = json_object();
    put(x, s, "type", json_string(type));
    return s;
}

static json_t *constant(struct exporter *x, const char *text, const char *doc)
{
    json_t *s = json_object();
    put(x, s, "const", json_string(text));
    if (doc)
        put(x, s, "description", json_string(doc));
    return s;
}

static json_t *constant_number(struct exporter *x, double number, const char *doc)
{
    json_t *s = json_object();
    put(x, s, "const", json_real(number));
    if (doc)
        put(x, s, "description", json_string(doc));
    return s;
}

/* {"anyOf": [a, b]} */
static json_t *either(struct exporter *x, json_t *a, json_t *b)
{
    json_t *s = json_object(), *choices = json_array();
    add(x, choices, a);
    add(x, choices, b);
    put(x, s, "anyOf", choices);
    return s;
}

static json_t *reference(const char *name) { return json_pack("{s:s+}", "$ref", "#/$defs/", name); }

/* Limits that JSON's numbers can state. */
static void put_range(struct exporter *x, json_t *s, const struct field *f, bool whole)
{
    bool limited = f->min != 0 || f->max != 0;
    if (f->flags & FIELD_ABOVE_MIN)
        put(x, s, "exclusiveMinimum", json_real(f->min));
    else if (limited || whole)
        put(x, s, "minimum", whole ? json_integer((json_int_t)f->min) : json_real(f->min));
    if (limited && isfinite(f->max) && f->max < 0x1p53 && f->max >= f->min)
        put(x, s, "maximum", whole ? json_integer((json_int_t)f->max) : json_real(f->max));
}

/* A number with a unit is text to YAML. */
static json_t *measure_text(struct exporter *x, enum unit_dim dim)
{
    char pattern[200];
    snprintf(pattern, sizeof pattern, NUMBER_PATTERN "%s$", unit_dims[dim].pattern);
    json_t *s = typed(x, "string");
    put(x, s, "pattern", json_string(pattern));
    return s;
}

/* A value in a dimension, without limits of its own. */
static json_t *measure(struct exporter *x, enum unit_dim dim)
{
    json_t *number = typed(x, "number");
    put(x, number, "minimum", json_integer(0));
    if (dim == UNIT_NONE)
        return number;
    if (!unit_dims[dim].bare_ok) {
        json_decref(number);
        return measure_text(x, dim);
    }
    return either(x, number, measure_text(x, dim));
}

static json_t *values(struct exporter *x, json_t *item, size_t least, size_t most)
{
    json_t *s = typed(x, "array");
    put(x, s, "items", item);
    put(x, s, "minItems", json_integer((json_int_t)least));
    if (most)
        put(x, s, "maxItems", json_integer((json_int_t)most));
    return s;
}

static json_t *sample_form(struct exporter *x, enum unit_dim dim)
{
    json_t *bare = values(x, measure(x, UNIT_NONE), 1, 0);
    json_t *list = dim == UNIT_NONE ? bare : either(x, values(x, measure(x, dim), 1, 0), bare);
    return either(x, typed(x, "string"), list);
}

static json_t *first_form(struct exporter *x, const struct dist_type *t, enum unit_dim dim)
{
    switch (t->first) {
    case DIST_FIRST_MEAN:
        return measure(x, dim);
    case DIST_FIRST_RANGE:
        return values(x, measure(x, dim), 2, 2);
    case DIST_FIRST_LIST:
        return values(x, measure(x, dim), 1, 0);
    default:
        return sample_form(x, dim);
    }
}

static json_t *second_form(struct exporter *x, const struct dist_type *t, enum unit_dim dim)
{
    json_t *count;
    switch (t->second_kind) {
    case DIST_SECOND_SD:
        return measure(x, dim);
    case DIST_SECOND_LIST:
        return values(x, measure(x, UNIT_RATIO), 1, 0);
    case DIST_SECOND_COUNT:
        count = typed(x, "integer");
        put(x, count, "minimum", json_integer(1));
        return count;
    default:
        return measure(x, UNIT_RATIO);
    }
}

static json_t *distribution(struct exporter *x, const struct dist_type *t, enum unit_dim dim)
{
    json_t *s = typed(x, "object"), *keys = json_object(), *required = json_array();
    put(x, s, "description", json_string(t->doc));
    put(x, keys, t->name, first_form(x, t, dim));
    add(x, required, json_string(t->name));
    if (t->second) {
        put(x, keys, t->second, second_form(x, t, dim));
        if (!t->second_default)
            add(x, required, json_string(t->second));
    }
    put(x, s, "properties", keys);
    put(x, s, "required", required);
    put(x, s, "additionalProperties", json_false());
    return s;
}

/* A constant or any distribution, one definition per dimension. */
static json_t *distributions(struct exporter *x, enum unit_dim dim)
{
    char name[60];
    snprintf(name, sizeof name, "%s or distribution", unit_dims[dim].name + 2);
    if (json_object_get(x->defs, name))
        return reference(name);
    json_t *s = json_object(), *forms = json_array();
    add(x, forms, measure(x, dim));
    for (int k = 0; k < DIST_KINDS; k++)
        if (dist_types[k].name)
            add(x, forms, distribution(x, &dist_types[k], dim));
    put(x, s, "anyOf", forms);
    put(x, x->defs, name, s);
    return reference(name);
}

static json_t *words(struct exporter *x, const struct word *list)
{
    json_t *s = json_object(), *choices = json_array();
    for (const struct word *w = list; w->name; w++) {
        char *end;
        double number = strtod(w->name, &end);
        add(x, choices, constant(x, w->name, w->doc));
        if (!*end)
            add(x, choices, constant_number(x, number, w->doc)); /* as YAML reads it without quotes */
    }
    put(x, s, "oneOf", choices);
    return s;
}

/* Plain text may look like a number or a truth value to YAML. */
static json_t *any_text(struct exporter *x)
{
    json_t *s = json_object(), *types = json_array();
    add(x, types, json_string("string"));
    add(x, types, json_string("number"));
    add(x, types, json_string("boolean"));
    put(x, s, "type", types);
    return s;
}

static json_t *record_form(struct exporter *x, const struct record *rec);

static const struct field *shorthand_field(const struct record *rec)
{
    for (const struct field *f = rec->fields; rec->shorthand && f && f->kind != FIELD_END; f++)
        if (!strcmp(f->key, rec->shorthand))
            return f;
    for (const struct alternative *a = rec->alternatives; rec->shorthand && a && a->key; a++)
        if (!strcmp(a->key, rec->shorthand))
            return a->fields;
    return NULL;
}

static json_t *field_form(struct exporter *x, const struct field *f);

/* A record, or the bare scalar that stands for one of its keys. */
static json_t *record_or_shorthand(struct exporter *x, const struct record *rec)
{
    const struct field *f = shorthand_field(rec);
    json_t *form = record_form(x, rec);
    return f ? either(x, form, field_form(x, f)) : form;
}

static json_t *container(struct exporter *x, const struct field *f)
{
    bool may_be_empty = f->flags & FIELD_OPTIONAL || f->def;
    if (f->kind == FIELD_LIST)
        return values(x, record_or_shorthand(x, f->sub), !may_be_empty, 0);
    json_t *s = typed(x, "object"), *names = json_object();
    put(x, names, "pattern", json_string(NAME_PATTERN));
    put(x, s, "propertyNames", names);
    put(x, s, "additionalProperties", record_or_shorthand(x, f->sub));
    if (!may_be_empty)
        put(x, s, "minProperties", json_integer(1));
    return s;
}

static json_t *number_form(struct exporter *x, const struct field *f)
{
    bool whole = f->kind == FIELD_COUNT;
    json_t *s = typed(x, whole ? "integer" : "number");
    put_range(x, s, f, whole);
    return f->kind == FIELD_RATIO ? either(x, s, measure_text(x, UNIT_RATIO)) : s;
}

/* The value of a row, without its documentation. */
static json_t *bare_form(struct exporter *x, const struct field *f)
{
    switch (f->kind) {
    case FIELD_BOOL:
        return typed(x, "boolean");
    case FIELD_COUNT:
    case FIELD_NUMBER:
    case FIELD_RATIO:
        return number_form(x, f);
    case FIELD_TIME:
    case FIELD_SIZE:
    case FIELD_BITRATE:
        return measure_text(x, field_dim(f));
    case FIELD_ENUM:
        return words(x, f->words);
    case FIELD_DIST:
        return distributions(x, f->dim);
    case FIELD_SAMPLE:
        return sample_form(x, f->dim);
    case FIELD_GROUP:
        return record_or_shorthand(x, f->sub);
    case FIELD_MAP:
    case FIELD_LIST:
        return container(x, f);
    case FIELD_NODE:
        return json_object();
    default:
        return any_text(x);
    }
}

/* The default as a user would write it; distributions are left to the description. */
static void put_default(struct exporter *x, json_t *s, const struct field *f)
{
    uint64_t count;
    double number;
    const char *end;
    if (!f->def || strchr("{[", *f->def))
        return;
    if (f->kind == FIELD_BOOL)
        put(x, s, "default", json_boolean(!strcmp(f->def, "true")));
    else if (f->kind == FIELD_COUNT && !count_parse(f->def, &count) && count <= INT64_MAX)
        put(x, s, "default", json_integer((json_int_t)count));
    else if (f->kind == FIELD_NUMBER && !number_parse(f->def, true, &number, &end) && !*end)
        put(x, s, "default", json_real(number));
    else
        put(x, s, "default", json_string(f->def));
}

static json_t *field_form(struct exporter *x, const struct field *f)
{
    char range[120], doc[600];
    json_t *s = bare_form(x, f);
    if (field_none(f))
        s = either(x, s, constant(x, field_none(f), NULL));
    field_range(f, range, sizeof range);
    snprintf(doc, sizeof doc, "%s%s%s", f->doc, *range ? "; " : "", range);
    put(x, s, "description", json_string(doc));
    put_default(x, s, f);
    return s;
}

/* Adds rows to properties, and the keys that must be written to required. */
static void put_fields(struct exporter *x, json_t *keys, json_t *required, const struct field *fields)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++) {
        put(x, keys, f->key, field_form(x, f));
        if (required && row_is_needed(f))
            add(x, required, json_string(f->key));
    }
}

static json_t *object_form(struct exporter *x, const char *doc, json_t *keys, json_t *required)
{
    json_t *s = typed(x, "object");
    put(x, s, "description", json_string(doc));
    put(x, s, "properties", keys);
    if (json_array_size(required))
        put(x, s, "required", required);
    else
        json_decref(required);
    put(x, s, "additionalProperties", json_false());
    return s;
}

static json_t *alternatives_form(struct exporter *x, const struct record *rec)
{
    json_t *s = json_object(), *forms = json_array();
    put(x, s, "description", json_string(rec->doc));
    for (const struct alternative *a = rec->alternatives; a->key; a++) {
        json_t *keys = json_object(), *required = json_array();
        put_fields(x, keys, required, a->fields);
        put_fields(x, keys, required, rec->fields);
        add(x, forms, object_form(x, a->doc, keys, required));
    }
    put(x, s, "oneOf", forms);
    return s;
}

/* What one model demands of a mapping that chooses it. */
static json_t *model_rule(struct exporter *x, const struct model *m)
{
    json_t *rule = json_object(), *then = json_object(), *keys = json_object(), *required = json_array();
    put(x, rule, "if",
        json_pack("{s:{s:{s:s}},s:[s]}", "properties", "model", "const", m->name, "required", "model"));
    put_fields(x, keys, required, m->fields);
    put(x, then, "properties", keys);
    put(x, then, "required", required);
    put(x, rule, "then", then);
    return rule;
}

static json_t *model_choice(struct exporter *x, const struct record *rec)
{
    json_t *s = json_object(), *choices = json_array();
    for (size_t i = 0; rec->models[i]; i++)
        add(x, choices, constant(x, rec->models[i]->name, rec->models[i]->doc));
    put(x, s, "description", json_string("which model; each adds keys of its own"));
    put(x, s, "oneOf", choices);
    return s;
}

static json_t *models_form(struct exporter *x, const struct record *rec, json_t *keys, json_t *required)
{
    json_t *rules = json_array();
    put(x, keys, "model", model_choice(x, rec));
    add(x, required, json_string("model"));
    for (size_t i = 0; rec->models[i]; i++) {
        for (const struct field *f = rec->models[i]->fields; f && f->kind != FIELD_END; f++)
            if (!json_object_get(keys, f->key))
                put(x, keys, f->key, json_true());
        add(x, rules, model_rule(x, rec->models[i]));
    }
    json_t *s = object_form(x, rec->doc, keys, required);
    put(x, s, "allOf", rules);
    return s;
}

static json_t *definition(struct exporter *x, const struct record *rec)
{
    if (rec->alternatives)
        return alternatives_form(x, rec);
    json_t *keys = json_object(), *required = json_array();
    /* What lies under a mapping (a profile) may hold what would be needed. */
    put_fields(x, keys, rec->base ? NULL : required, rec->fields);
    return rec->models ? models_form(x, rec, keys, required) : object_form(x, rec->doc, keys, required);
}

/* A reference to a record's definition, which is made when it is first met. */
static json_t *record_form(struct exporter *x, const struct record *rec)
{
    size_t i = 0;
    char name[120];
    while (i < x->n && x->known[i] != rec)
        i++;
    size_t same = 0;
    for (size_t k = 0; k < i; k++)
        same += !strcmp(x->known[k]->name, rec->name);
    snprintf(name, sizeof name, same ? "%s %zu" : "%s", rec->name, same + 1);
    if (i == x->n) {
        SIM_ASSERT(x->n < RECORDS_MAX);
        x->known[x->n++] = rec;
        put(x, x->defs, name, definition(x, rec));
    }
    return reference(name);
}

static char *text_of(const json_t *schema)
{
    char *text = json_dumps(schema, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    char *ended = NULL;
    if (text && asprintf(&ended, "%s\n", text) < 0)
        ended = NULL;
    free(text);
    return ended;
}

char *describe_json_schema(const struct record *root)
{
    struct exporter x = { .defs = json_object() };
    json_t *schema = json_object();
    put(&x, schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    put(&x, schema, "title", json_string(root->name));
    json_t *whole = record_form(&x, root);
    put(&x, schema, "$ref", json_copy(json_object_get(whole, "$ref")));
    json_decref(whole);
    put(&x, schema, "$defs", x.defs);
    char *text = x.failed ? NULL : text_of(schema);
    json_decref(schema);
    return text;
}
