/* diag.c - keeping complaints, and saying each once, in order of place. */
#include "sim/scenario/diag.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Nobody reads more, and a hostile file must not make a search among a million complaints. */
#define KEPT_MAX    200u
#define EFFECTS_MAX 10000u
#define TEXT_SIZE   2048u
#define SHOWN_MAX   60u
#define NAMES_MAX   12u /* of a list */

void diag_term(struct diag *d)
{
    arena_term(&d->arena);
    free(d->entry);
    free(d->effect);
    *d = (struct diag){ 0 };
}

void diag_no_memory(struct diag *d)
{
    d->raised++;
    d->errors += !d->out_of_memory;
    d->out_of_memory = true;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

static bool same_place(struct mark a, struct mark b)
{
    return a.line == b.line && a.column == b.column && same_text(a.source, b.source);
}

/* A place that lives as long as d. Sources repeat, so the one copied last is tried first. */
static struct mark keep_mark(struct diag *d, struct mark at)
{
    if (!at.source)
        return at;
    for (size_t i = d->n; i-- > 0;)
        if (same_text(d->entry[i].at.source, at.source)) {
            at.source = d->entry[i].at.source;
            return at;
        }
    at.source = arena_text(&d->arena, at.source);
    return at;
}

/* Makes room for one more element in an array from malloc. */
static bool grow(struct diag *d, void **array, size_t *room, size_t n, size_t size)
{
    if (n < *room)
        return true;
    size_t wanted = *room ? *room * 2 : 16;
    void *bigger = reallocarray(*array, wanted, size);
    if (!bigger) {
        diag_no_memory(d);
        return false;
    }
    *array = bigger;
    *room = wanted;
    return true;
}

static bool is_known(const struct diag *d, const struct diag_entry *e)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->entry[i].kind == e->kind && same_place(d->entry[i].at, e->at) &&
            !strcmp(d->entry[i].text, e->text))
            return true;
    return false;
}

static void add(struct diag *d, enum diag_kind kind, struct mark at, const char *format, va_list args)
{
    char text[TEXT_SIZE];
    if (vsnprintf(text, sizeof text, format, args) < 0)
        snprintf(text, sizeof text, "%s", format);
    struct diag_entry e = { .kind = kind, .at = at, .text = text };
    if (is_known(d, &e))
        return;
    d->errors += kind == DIAG_ERROR;
    if (d->kept[kind] >= KEPT_MAX) {
        d->left_out[kind]++;
        return;
    }
    e.at = keep_mark(d, at);
    e.text = arena_text(&d->arena, text);
    if (!e.text || (at.source && !e.at.source)) {
        diag_no_memory(d);
        return;
    }
    void *array = d->entry;
    if (!grow(d, &array, &d->room, d->n, sizeof *d->entry))
        return;
    d->entry = array;
    d->entry[d->n++] = e;
    d->kept[kind]++;
}

void diag_error(struct diag *d, struct mark at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    d->raised++;
    add(d, DIAG_ERROR, at, format, args);
    va_end(args);
}

void diag_warn(struct diag *d, struct mark at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(d, DIAG_WARNING, at, format, args);
    va_end(args);
}

/* Each point of a plan notes the same places in the same order: the one after the last is tried first. */
static struct diag_effect *find_effect(struct diag *d, struct mark at)
{
    for (size_t i = 1; i <= d->effects; i++) {
        size_t k = (d->last_effect + i) % d->effects;
        if (same_place(d->effect[k].at, at)) {
            d->last_effect = k;
            return &d->effect[k];
        }
    }
    return NULL;
}

static struct diag_effect *new_effect(struct diag *d, struct mark at)
{
    void *array = d->effect;
    if (d->effects >= EFFECTS_MAX || !grow(d, &array, &d->effects_room, d->effects, sizeof *d->effect))
        return NULL;
    d->effect = array;
    /* The last note's source is nearly always this one's. */
    const char *before = d->effects ? d->effect[d->effects - 1].at.source : NULL;
    at.source = same_text(before, at.source) ? before : arena_text(&d->arena, at.source);
    if (!at.source) {
        diag_no_memory(d);
        return NULL;
    }
    d->last_effect = d->effects++;
    d->effect[d->last_effect] = (struct diag_effect){ .at = at };
    return &d->effect[d->last_effect];
}

void diag_note_effect(struct diag *d, struct mark at, bool has_effect, const char *text)
{
    if (!at.source)
        at.source = "";
    struct diag_effect *e = find_effect(d, at);
    if (!e)
        e = new_effect(d, at);
    if (!e)
        return;
    e->has_effect |= has_effect;
    if (!e->text && text && !(e->text = arena_text(&d->arena, text)))
        diag_no_memory(d);
}

void diag_settle_effects(struct diag *d)
{
    for (size_t i = 0; i < d->effects; i++)
        if (!d->effect[i].has_effect && d->effect[i].text)
            diag_error(d, d->effect[i].at, "%s", d->effect[i].text);
    d->effects = 0;
}

const char *diag_shown(struct diag *d, const char *text)
{
    size_t n = strnlen(text, SHOWN_MAX + 1);
    if (n <= SHOWN_MAX)
        return text;
    n = SHOWN_MAX - 3;
    while (n && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    char *shown = d->shown[d->next_shown++ % (sizeof d->shown / sizeof *d->shown)];
    snprintf(shown, sizeof d->shown[0], "%.*s...", (int)n, text);
    return shown;
}

const char *diag_list(struct diag *d, const char *(*name)(const void *context, size_t i), const void *context,
                      size_t n)
{
    size_t used = 0, i = 0;
    d->list[0] = '\0';
    for (; i < n && i < NAMES_MAX && used < sizeof d->list; i++) {
        int more = snprintf(d->list + used, sizeof d->list - used, "%s%s", i ? ", " : "",
                            diag_shown(d, name(context, i)));
        used += more > 0 ? (size_t)more : 0;
    }
    if (i < n && used < sizeof d->list)
        snprintf(d->list + used, sizeof d->list - used, " and %zu more", n - i);
    return d->list;
}

bool diag_is_full(const struct diag *d) { return d->kept[DIAG_ERROR] >= KEPT_MAX; }

/* The order of printing: sources as they were first met, then places, then the order of complaint. */
struct ranked {
    const struct diag_entry *entry;
    size_t source, order;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->entry->at.line != y->entry->at.line)
        return x->entry->at.line < y->entry->at.line ? -1 : 1;
    if (x->entry->at.column != y->entry->at.column)
        return x->entry->at.column < y->entry->at.column ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static size_t first_with_source(const struct diag *d, const char *source)
{
    size_t i = 0;
    while (i < d->n && !same_text(d->entry[i].at.source, source))
        i++;
    return i;
}

/* A user's text may hold anything: what would steer a terminal is shown as an escape. */
static void print_safely(const char *text, FILE *to)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            fprintf(to, "\\x%02x", (unsigned char)*text);
        else
            fputc(*text, to);
}

static void print_entry(const struct diag_entry *e, FILE *to)
{
    static const char *const kinds[DIAG_KINDS] = { [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning" };
    if (e->at.source && *e->at.source) {
        print_safely(e->at.source, to);
        if (e->at.line)
            fprintf(to, ":%u:%u", e->at.line, e->at.column);
        fputs(": ", to);
    }
    fprintf(to, "%s: ", kinds[e->kind]);
    print_safely(e->text, to);
    fputc('\n', to);
}

static void print_left_out(const struct diag *d, FILE *to)
{
    if (d->left_out[DIAG_ERROR])
        fprintf(to, "... and %zu more errors\n", d->left_out[DIAG_ERROR]);
    if (d->left_out[DIAG_WARNING])
        fprintf(to, "... and %zu more warnings\n", d->left_out[DIAG_WARNING]);
    if (d->out_of_memory)
        fputs("error: not enough memory to read the scenario\n", to);
}

void diag_print(const struct diag *d, FILE *to)
{
    struct ranked *order = d->n ? calloc(d->n, sizeof *order) : NULL;
    for (size_t i = 0; order && i < d->n; i++)
        order[i] = (struct ranked){ &d->entry[i], first_with_source(d, d->entry[i].at.source), i };
    if (order)
        qsort(order, d->n, sizeof *order, compare_ranked);
    for (size_t i = 0; i < d->n; i++)
        print_entry(order ? order[i].entry : &d->entry[i], to);
    free(order);
    print_left_out(d, to);
}
