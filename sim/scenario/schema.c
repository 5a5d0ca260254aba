/* schema.c - the walk over records: groups, maps of names, lists, alternatives and models. */
#include "sim/scenario/schema.h"

#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"
#include "sim/scenario/bind.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/rows.h"

const struct node *layers_get(struct layers l, const char *key)
{
    const struct node *value = node_get(l.over, key);
    return value ? value : node_get(l.under, key);
}

const char *article(const char *noun) { return strchr("aeiou", *noun) ? "an" : "a"; }

static void no_memory(struct binder *b) { diag_no_memory(b->diag); }

/* "; for example {bound: whole number | none}", with the first key that is not the shorthand; or "". */
static void show_form(const struct record *rec, const char *before, char *text, size_t size)
{
    char type[240];
    const struct field *f = rec->alternatives ? rec->alternatives[0].fields : rec->fields;
    while (f && f->kind != FIELD_END && rec->shorthand && !strcmp(f->key, rec->shorthand))
        f++;
    *text = '\0';
    if (!f || f->kind == FIELD_END || rec->models)
        return;
    row_type(f, type, sizeof type);
    snprintf(text, size, "%s{%s: %s}", before, f->key, type);
}

/* A record's mapping; a bare scalar becomes one where the record has a shorthand. NULL: not to be had. */
static const struct node *as_map(struct binder *b, const struct record *rec, const struct node *value)
{
    if (value->kind == NODE_MAP)
        return value;
    if (value->kind == NODE_SCALAR && rec->shorthand && !node_is_nothing(value)) {
        const struct pair pair = { node_scalar(b->arena, rec->shorthand, value->at), value };
        const struct node *map = pair.key ? node_map(b->arena, &pair, 1, value->at) : NULL;
        if (!map)
            no_memory(b);
        return map;
    }
    char form[300] = "";
    if (value->kind == NODE_SCALAR && !node_is_nothing(value))
        show_form(rec, "; for example ", form, sizeof form);
    diag_error(b->diag, value->at, "%s %s is a mapping of keys, not %s%s", article(rec->name), rec->name,
               node_kind_name(value), form);
    return NULL;
}

static const char *alternative_name(const void *alternatives, size_t i)
{
    return ((const struct alternative *)alternatives)[i].key;
}

static size_t count_alternatives(const struct record *rec)
{
    size_t n = 0;
    while (rec->alternatives[n].key)
        n++;
    return n;
}

/* The one alternative whose key stands in map; -1 where there is none, -2 where there are several. */
static int find_alternative(struct binder *b, const struct record *rec, const struct node *map)
{
    int found = -1;
    for (size_t i = 0; map && i < map->n; i++)
        for (int k = 0; rec->alternatives[k].key; k++) {
            if (strcmp(map->pair[i].key->text, rec->alternatives[k].key))
                continue;
            if (found != -1) {
                diag_error(b->diag, map->pair[i].key->at, "'%s' and '%s' exclude each other",
                           rec->alternatives[found].key, rec->alternatives[k].key);
                return -2;
            }
            found = k;
        }
    return found;
}

/* The index of the alternative chosen, kept at the record's tag_off; negative like find_alternative. */
static int pick_alternative(struct binder *b, const struct record *rec, const struct layers *l, void *item)
{
    int k = rec->alternatives ? find_alternative(b, rec, l->over) : -1;
    if (rec->alternatives && k == -1)
        k = find_alternative(b, rec, l->under);
    if (k >= 0)
        memcpy((char *)item + rec->tag_off, &k, sizeof k);
    return k;
}

/* Whether the absence of a key has been told already: as a misspelling, or as something unreadable. */
static bool is_told(const struct layers *l, const char *key)
{
    bool told = l->over->cut;
    for (size_t i = 0; i < l->misspelt.n; i++)
        told |= !strcmp(l->misspelt.key[i], key);
    return told;
}

static void blame_no_alternative(struct binder *b, const struct record *rec, const struct layers *l)
{
    for (const struct alternative *a = rec->alternatives; a->key; a++)
        if (is_told(l, a->key))
            return;
    diag_error(b->diag, l->over->at, "%s %s needs one of the keys: %s", article(rec->name), rec->name,
               diag_list(b->diag, alternative_name, rec->alternatives, count_alternatives(rec)));
}

static const char *model_name(const void *models, size_t i)
{
    return ((const struct model *const *)models)[i]->name;
}

static void blame_model(struct binder *b, const struct record *rec, const struct node *value)
{
    struct nearest n = nearest_to(value->text);
    size_t count = 0;
    for (; rec->models[count]; count++)
        nearest_try(&n, rec->models[count]->name);
    const char *known = diag_list(b->diag, model_name, rec->models, count);
    if (n.match)
        diag_error(b->diag, value->at, "unknown model '%s'; did you mean '%s'? (models: %s)",
                   diag_shown(b->diag, value->text), n.match, known);
    else
        diag_error(b->diag, value->at, "unknown model '%s'; models: %s", diag_shown(b->diag, value->text),
                   known);
}

static void blame_no_model(struct binder *b, const struct record *rec, const struct layers *l)
{
    size_t count = 0;
    while (rec->models[count])
        count++;
    if (!is_told(l, "model"))
        diag_error(b->diag, l->over->at, "missing key 'model'; models: %s",
                   diag_list(b->diag, model_name, rec->models, count));
}

static const struct model *find_model(struct binder *b, const struct record *rec, const struct node *value)
{
    static const struct field row = { .key = "model" };
    if (!value || !bind_expect(b, &row, value, NODE_SCALAR))
        return NULL;
    for (size_t i = 0; rec->models[i]; i++)
        if (!strcmp(rec->models[i]->name, value->text))
            return rec->models[i];
    blame_model(b, rec, value);
    return NULL;
}

/* The model chosen, with room for its configuration at the record's chosen_off. */
static const struct model *pick_model(struct binder *b, const struct record *rec, struct layers l, void *item)
{
    const struct model *model = rec->models ? find_model(b, rec, layers_get(l, "model")) : NULL;
    if (!model)
        return NULL;
    struct chosen chosen = { .model = model };
    if (model->conf_size && !(chosen.conf = arena_take(b->arena, 1, model->conf_size))) {
        no_memory(b);
        return NULL;
    }
    memcpy((char *)item + rec->chosen_off, &chosen, sizeof chosen);
    return model;
}

/* A default as a node: plain words need no parser. `at` is blamed for what its values lead to. */
static const struct node *default_node(struct binder *b, const struct field *f, struct mark at)
{
    uint64_t before = b->diag->raised;
    const struct node *value = NULL;
    if (!strcmp(f->def, "{}"))
        value = node_map(b->arena, NULL, 0, at);
    else if (*f->def && strchr("{[\"'", *f->def))
        value = node_parse(b->arena, f->def, "a default", b->diag);
    else
        value = node_scalar(b->arena, f->def, at);
    if (!value && b->diag->raised == before)
        no_memory(b);
    return value;
}

/* What a wrong default may be blamed on: the user, where it depends on what else is written. */
static bool depends_on_user(const struct field *f)
{
    return f->kind == FIELD_NAME || f->kind == FIELD_GROUP || f->kind == FIELD_SAMPLE;
}

static void bind_default(struct binder *b, const struct field *f, struct mark at, void *member)
{
    uint64_t before = b->diag->raised;
    const struct node *value = default_node(b, f, at);
    if (value && f->kind == FIELD_TEXT && !*f->def)
        *(const char **)member = value->text; /* an empty text, which a user would have to quote */
    else if (value)
        bind_value(b, f, value, NULL, member);
    bool passes = b->diag->raised == before;
    if (passes || b->diag->out_of_memory || depends_on_user(f))
        return;
    diag_print(b->diag, stderr);
    SIM_ASSERT(passes && "a default must pass its own row");
}

static void bind_field(struct binder *b, const struct field *f, struct layers l, void *item)
{
    void *member = (char *)item + f->off;
    const struct node *value = node_get(l.over, f->key), *under = node_get(l.under, f->key);
    if (value || under)
        bind_value(b, f, value ? value : under, value ? under : NULL, member);
    else if (f->def)
        bind_default(b, f, l.over->at, member);
    else if (!(f->flags & FIELD_OPTIONAL) && !is_told(&l, f->key))
        diag_error(b->diag, l.over->at, "missing key '%s': %s", f->key, f->doc);
}

static void bind_fields(struct binder *b, const struct field *fields, struct layers l, void *item)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++)
        bind_field(b, f, l, item);
}

static void bind_rows(struct binder *b, const struct record *rec, struct layers l, void *item)
{
    int k = pick_alternative(b, rec, &l, item);
    const struct alternative *alt = k >= 0 ? &rec->alternatives[k] : NULL;
    const struct model *model = pick_model(b, rec, l, item);
    bind_check_keys(b, rec, alt, model, &l);
    if (rec->alternatives && k == -1)
        blame_no_alternative(b, rec, &l);
    if (rec->models && !layers_get(l, "model"))
        blame_no_model(b, rec, &l);
    bind_fields(b, rec->fields, l, item);
    if (alt)
        bind_fields(b, alt->fields, l, item);
    if (model) {
        struct chosen chosen;
        memcpy(&chosen, (char *)item + rec->chosen_off, sizeof chosen);
        bind_fields(b, model->fields, l, chosen.conf);
    }
}

void bind_record(struct binder *b, const struct record *rec, struct layers l, void *item)
{
    uint64_t before = b->diag->raised;
    l.over = as_map(b, rec, l.over);
    if (l.under)
        l.under = as_map(b, rec, l.under);
    if (!l.over || b->diag->raised != before)
        return;
    if (rec->base && !l.under)
        l.under = rec->base(b, l.over);
    b->diag->raised += l.over->cut; /* fails without a further word */
    bind_rows(b, rec, l, item);
    if (rec->check && (b->diag->raised == before || rec->check_anyway))
        rec->check(b, l.over, item);
}

static bool is_name(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._ -";
    size_t n = strlen(text);
    return n && n <= 100 && !text[strspn(text, allowed)] && text[0] != ' ' && text[n - 1] != ' ' &&
           text[0] != '.' && text[n - 1] != '.';
}

/* More than anybody writes: every name may be compared with every other. */
#define ITEMS_MAX 10000u

/* Room for the items of a map or a list; NULL (after a complaint) where there are none. */
static char *new_items(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    if (!value->n && !(f->flags & FIELD_OPTIONAL) && !f->def && !value->cut)
        diag_error(b->diag, value->at, "%s: at least one %s is needed", f->key, f->sub->name);
    if (value->n > ITEMS_MAX)
        diag_error(b->diag, value->at, "%s: more than %u entries", f->key, ITEMS_MAX);
    b->diag->raised += value->cut; /* fails without a further word */
    if (!value->n || value->n > ITEMS_MAX)
        return NULL;
    struct items items = { .at = arena_take(b->arena, value->n, f->sub->size), .n = value->n };
    if (!items.at)
        no_memory(b);
    else
        *(struct items *)member = items;
    return items.at;
}

static void bind_map(struct binder *b, const struct field *f, const struct node *value,
                     const struct node *under, void *member)
{
    if (!bind_expect(b, f, value, NODE_MAP))
        return;
    char *item = new_items(b, f, value, member);
    for (size_t i = 0; item && i < value->n; i++, item += f->sub->size) {
        const struct pair *p = &value->pair[i];
        if (!is_name(p->key->text))
            diag_error(
                b->diag, p->key->at,
                "'%s' can't name %s %s: letters, digits, space . _ - only, and no space or dot at an end",
                diag_shown(b->diag, p->key->text), article(f->sub->name), f->sub->name);
        *(const char **)item = p->key->text;
        bind_record(b, f->sub, (struct layers){ .over = p->value, .under = node_get(under, p->key->text) },
                    item);
    }
}

static void bind_list(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    if (!bind_expect(b, f, value, NODE_LIST))
        return;
    char *item = new_items(b, f, value, member);
    for (size_t i = 0; item && i < value->n; i++, item += f->sub->size)
        bind_record(b, f->sub, (struct layers){ .over = value->item[i] }, item);
}

/* The row that a bare scalar is for. */
static const struct field *find_shorthand(const struct record *rec)
{
    for (const struct field *f = rec->fields; rec->shorthand && f && f->kind != FIELD_END; f++)
        if (!strcmp(f->key, rec->shorthand))
            return f;
    for (const struct alternative *a = rec->alternatives; rec->shorthand && a && a->key; a++)
        if (!strcmp(a->key, rec->shorthand))
            return a->fields;
    return NULL;
}

/* A scalar for a group is blamed under the name that the user wrote, not under that of the row it is for. */
static bool check_shorthand(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    uint64_t before = b->diag->raised;
    const struct field *row = find_shorthand(f->sub);
    if (row && value->kind == NODE_SCALAR && !node_is_nothing(value)) {
        struct field named = *row;
        char form[300];
        show_form(f->sub, ", ", form, sizeof form);
        named.key = f->key;
        named.form = form;
        bind_value(b, &named, value, NULL, (char *)member + row->off);
    }
    return b->diag->raised == before;
}

void bind_value(struct binder *b, const struct field *f, const struct node *value, const struct node *under,
                void *member)
{
    switch (f->kind) {
    case FIELD_GROUP:
        if (check_shorthand(b, f, value, member))
            bind_record(b, f->sub, (struct layers){ .over = value, .under = under }, member);
        break;
    case FIELD_MAP:
        bind_map(b, f, value, under, member);
        break;
    case FIELD_LIST:
        bind_list(b, f, value, member);
        break;
    case FIELD_DIST:
        bind_dist(b, f, value, member);
        break;
    case FIELD_SAMPLE:
        bind_sample(b, f, value, member);
        break;
    case FIELD_NODE:
        *(const struct node **)member = value;
        break;
    default:
        bind_scalar(b, f, value, member);
    }
}

int schema_bind(const struct record *rec, const struct node *doc, const char *folder, void *item,
                struct arena *a, struct diag *d)
{
    struct binder b = { .arena = a, .diag = d, .root = doc, .folder = folder, .item = item };
    uint64_t before = d->raised;
    bind_record(&b, rec, (struct layers){ .over = doc }, item);
    return d->raised == before ? 0 : -1;
}
