#include "sim/experiment/plan.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sim/experiment/plan_build.h"
#include "sim/experiment/plan_fold.h"
#include "sim/scenario/inline.h"

static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_printf(a, "%.*s", slash == path ? 1 : (int)(slash - path), path) : ".";
}

/* The file's name without folders and .yaml. */
static char *stem_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    bool yaml = dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
    return arena_printf(a, "%.*s", (int)(yaml ? (size_t)(dot - base) : strlen(base)), base);
}

static bool is_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            return false;
    return *name && *name != '.';
}

/* The document with its name written out. NULL without memory. */
static const struct node *name_it(struct arena *a, const struct node *doc, const char *path, struct diag *d)
{
    const struct node *given = node_get(doc, "name");
    if (given && (given->kind != NODE_SCALAR || *given->text)) {
        if (given->kind == NODE_SCALAR && !is_name(given->text))
            diag_error(d, given->at,
                       "name: '%s': expected letters, digits, '.', '_' and '-', not beginning with a dot",
                       given->text);
        return doc;
    }
    const char *stem = stem_of(a, path);
    if (!stem)
        return NULL;
    if (!is_name(stem))
        diag_error(d, doc->at,
                   "the file's name makes no name for the scenario; give it one with 'name: ' of letters, "
                   "digits, '.', '_' and '-', not beginning with a dot");
    const struct node *key = node_scalar(a, "name", doc->at);
    const struct node *plain = node_scalar(a, stem, doc->at);
    struct node *name = ARENA_NEW(a, struct node);
    if (!key || !plain || !name)
        return NULL;
    *name = *plain;
    name->quoted = true; /* a file may be called null.yaml */
    return given ? node_with(a, doc, "name", name) : map_insert(a, doc, doc->n ? 1 : 0, key, name);
}

/* Warnings of the study, each with the point that it is about. */
static void foresee(const struct plan *p, struct diag *d)
{
    for (size_t i = 0; p->study->foresee && i < p->n_points; i++) {
        struct diag own = { 0 };
        char label[256];
        p->study->foresee(p->point[i].conf, p->resolved->at, &own);
        plan_label(p, &p->point[i], label, sizeof(label));
        for (size_t k = 0; k < own.n; k++) {
            const struct diag_entry *e = &own.entry[k];
            void (*say)(struct diag *, struct mark, const char *, ...) =
                e->kind == DIAG_ERROR ? diag_error : diag_warn;
            if (p->n_points > 1)
                say(d, e->at, "%s: %s", label, e->text);
            else
                say(d, e->at, "%s", e->text);
        }
        if (own.out_of_memory)
            diag_no_memory(d);
        diag_term(&own);
    }
}

/* False when memory is short. */
static bool load(struct plan *p, const struct node *doc, const struct plan_options *opt, struct diag *d)
{
    static const struct plan_options none;
    if (doc->kind != NODE_MAP) {
        diag_error(d, doc->at, "expected a scenario, a mapping that begins with 'herdsim: 1'");
        return true;
    }
    doc = plan_fold(&p->arena, p->study->root, doc, opt ? opt : &none, d);
    if (doc)
        doc = name_it(&p->arena, doc, p->path, d);
    const char *folder = folder_of(&p->arena, p->path);
    if (!doc || !folder)
        return false;
    const struct node *whole = doc;
    if (p->study->inliners)
        whole = inline_files(&p->arena, doc, folder, p->study->inliners, d);
    p->resolved = whole ? whole : doc; /* d says what is wrong, and there may be more to say */
    if (!plan_build(p, folder, d))
        return false;
    if (!d->errors)
        foresee(p, d);
    return true;
}

/* From a document that was read, or NULL after complaints. */
static int finish(struct plan *p, const struct node *doc, const struct plan_options *opt, bool io,
                  struct diag *d)
{
    if (doc && !load(p, doc, opt, d))
        diag_no_memory(d);
    if (doc && !d->errors && !d->out_of_memory)
        return PLAN_OK;
    plan_term(p);
    return io || d->out_of_memory ? PLAN_IO : PLAN_WRONG;
}

int plan_load(struct plan *p, const struct study *study, const char *path, const struct plan_options *opt,
              struct diag *d)
{
    *p = (struct plan){ .study = study, .path = path };
    bool io = false;
    const struct node *doc = node_load(&p->arena, path, d, &io);
    return finish(p, doc, opt, io, d);
}

int plan_parse(struct plan *p, const struct study *study, const char *text, const char *path, struct diag *d)
{
    *p = (struct plan){ .study = study, .path = path };
    return finish(p, node_parse(&p->arena, text, path, d), NULL, false, d);
}

void plan_term(struct plan *p)
{
    arena_term(&p->arena);
    *p = (struct plan){ 0 };
}

static bool is_among(const char *name, const char *const *variant, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, variant[i]))
            return true;
    return false;
}

int plan_keep(struct plan *p, const char *const *variant, size_t n)
{
    const char **kept = ARENA_ARRAY(&p->arena, const char *, p->n_variants);
    size_t n_kept = 0;
    if (!kept)
        return -1;
    for (size_t v = 0; v < p->n_variants; v++) {
        if (!is_among(p->variant[v], variant, n))
            continue;
        memmove(&p->point[n_kept * p->n_sweep], &p->point[v * p->n_sweep], p->n_sweep * sizeof *p->point);
        kept[n_kept++] = p->variant[v];
    }
    p->variant = kept;
    p->n_variants = n_kept;
    p->n_points = n_kept * p->n_sweep;
    p->head = (const struct scenario_head *)p->point[0].conf;
    return 0;
}

void plan_label(const struct plan *p, const struct point *point, char *text, size_t size)
{
    bool named = p->n_variants > 1 || !point->n_parameters;
    size_t used = 0;
    if (size)
        *text = '\0';
    for (size_t i = named ? 0 : 1; i <= point->n_parameters && used < size; i++) {
        const char *comma = used ? ", " : "";
        int n;
        if (i)
            n = snprintf(text + used, size - used, "%s%s = %s", comma, point->parameter[i - 1].key,
                         point->parameter[i - 1].text);
        else
            n = snprintf(text + used, size - used, "%s", point->variant);
        used += n > 0 ? (size_t)n : 0;
    }
}
