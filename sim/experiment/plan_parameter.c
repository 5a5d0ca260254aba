#include "sim/experiment/plan_parameter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void print_list(FILE *to, const struct node *n)
{
    fputc('[', to);
    for (size_t i = 0; i < n->n; i++) {
        fputs(i ? ", " : "", to);
        print_flow(to, n->item[i]);
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

int parameter_make(struct parameter *p, struct arena *a, const char *key, const struct node *value)
{
    *p = (struct parameter){ .key = key, .value = value, .number = NAN, .unit = "1" };
    p->text = value->kind == NODE_SCALAR ? value->text : flow_text(a, value);
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
