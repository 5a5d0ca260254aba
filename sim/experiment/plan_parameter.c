#include "sim/experiment/plan_parameter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 80u

static const struct {
    enum unit_dim dim;
    const char *unit;
} bases[] = {
    { UNIT_NONE, "1" },        { UNIT_TIME, "s" },  { UNIT_SIZE, "B" },
    { UNIT_BITRATE, "bit/s" }, { UNIT_RATIO, "1" }, { UNIT_RATE, "1/s" },
};

static void print_flow(FILE *to, const struct node *n);

static void print_map(FILE *to, const struct node *n)
{
    fputc('{', to);
    for (size_t i = 0; i < n->n; i++) {
        fprintf(to, "%s%s: ", i ? ", " : "", n->pair[i].key->text);
        print_flow(to, n->pair[i].value);
    }
    fputc('}', to);
}

/* A step of a list is one pair, which people write without braces: "[wait: 20 ms, cpu: 1 ms]". */
static void print_item(FILE *to, const struct node *n)
{
    if (n->kind == NODE_MAP && n->n == 1) {
        fprintf(to, "%s: ", n->pair[0].key->text);
        n = n->pair[0].value;
    }
    print_flow(to, n);
}

static void print_list(FILE *to, const struct node *n)
{
    fputc('[', to);
    for (size_t i = 0; i < n->n; i++) {
        fputs(i ? ", " : "", to);
        print_item(to, n->item[i]);
    }
    fputc(']', to);
}

/* On one line, as one writes a distribution: "{lognormal: 20 ms, cv: 0.5}". */
static void print_flow(FILE *to, const struct node *n)
{
    if (n->kind == NODE_MAP)
        print_map(to, n);
    else if (n->kind == NODE_LIST)
        print_list(to, n);
    else
        fputs(n->text, to);
}

static const char *flow_text(struct arena *a, const struct node *n)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    print_flow(to, n);
    bool whole = !ferror(to);
    whole &= !fclose(to);
    const char *kept = whole ? arena_text(a, text) : NULL;
    free(text);
    return kept;
}

/* A profile that was written into the scenario is a page long. */
static const char *heading(struct arena *a, const struct node *n, size_t nth)
{
    if (n->kind == NODE_SCALAR)
        return n->text;
    const char *text = flow_text(a, n);
    if (!text || strlen(text) <= TEXT_MAX)
        return text;
    const struct node *name = node_get(n, "name");
    if (name && name->kind == NODE_SCALAR && *name->text)
        return name->text;
    return arena_printf(a, "value %zu", nth);
}

int parameter_make(struct parameter *p, struct arena *a, const char *key, const struct node *value,
                   size_t nth)
{
    *p = (struct parameter){ .key = key, .value = value, .number = NAN, .unit = "1" };
    p->text = heading(a, value, nth);
    if (!p->text)
        return -1;
    for (size_t i = 0; i < sizeof(bases) / sizeof(*bases) && value->kind == NODE_SCALAR; i++) {
        double number;
        if (unit_parse(p->text, bases[i].dim, &number))
            continue;
        p->number = number;
        p->unit = bases[i].unit;
        break;
    }
    return 0;
}

void parameter_agree(struct parameter *p, size_t n)
{
    const char *unit = "1";
    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].unit, "1"))
            unit = p[i].unit;
    for (size_t i = 0; i < n; i++)
        p[i].unit = unit;
}
