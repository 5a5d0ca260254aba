/* override_values.c - the values of a swept key: listed, or a range with its steps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/override.h"
#include "sim/scenario/path.h"
#include "sim/scenario/units.h"

#define VALUES_MAX 10000u
#define DIGITS     6 /* significant, of the steps of a range */

/* Where a part of a scalar's text stands. */
static struct mark inside(const struct node *written, size_t offset)
{
    struct mark at = written->at.line ? written->at : mark_of_text(written->at.source, written->text);
    at.column += (uint32_t)offset + written->quoted;
    return at;
}

/* The length of the value at p, up to a comma outside brackets and quotes. */
static size_t span_value(const char *p)
{
    size_t n = 0;
    int depth = 0;
    char quote = 0;
    for (; p[n] && (p[n] != ',' || depth > 0 || quote); n++) {
        if (quote)
            quote = p[n] == quote ? 0 : quote;
        else if (p[n] == '\'' || p[n] == '"')
            quote = p[n];
        else
            depth += (p[n] == '[' || p[n] == '{') - (p[n] == ']' || p[n] == '}');
    }
    return n;
}

/* The value written in n characters at an offset of a scalar's text. */
static const struct node *parse_value(struct arena *a, const struct node *written, size_t offset, size_t n,
                                      struct diag *d)
{
    const char *p = written->text + offset;
    size_t blank = strspn(p, " ");
    struct mark at = inside(written, offset + (blank < n ? blank : 0));
    if (blank >= n) {
        diag_error(d, at, "a value is missing between commas");
        return NULL;
    }
    const char *text = arena_printf(a, "%.*s", (int)(n - blank), p + blank);
    if (!text)
        diag_no_memory(d);
    return text ? node_parse_at(a, text, at, d) : NULL;
}

const struct node *override_split(struct arena *a, const struct node *written, struct diag *d)
{
    size_t room = 1, n = 0;
    for (const char *p = written->text; *p; p++)
        room += *p == ',';
    if (room > VALUES_MAX) {
        diag_error(d, written->at, "more than %u values", VALUES_MAX);
        return NULL;
    }
    const struct node **item = ARENA_ARRAY(a, const struct node *, room);
    bool ok = item != NULL;
    size_t offset = 0;
    for (bool more = ok; more; offset++) {
        size_t length = span_value(written->text + offset);
        ok &= (item[n++] = parse_value(a, written, offset, length, d)) != NULL;
        offset += length;
        more = written->text[offset] == ',';
    }
    const struct node *list = ok ? node_list(a, item, n, written->at) : NULL;
    if (!item || (ok && !list))
        diag_no_memory(d);
    return list;
}

/* A..B, A..B:log or A..B:log:N in its parts. */
struct range {
    const struct node *written;
    struct place place;
    double from, to;
    bool log;
    bool stepped;
    size_t steps;
};

static bool blame_range(const struct range *r, struct diag *d, const char *why)
{
    diag_error(d, r->written->at, "'%s': %s", diag_shown(d, r->written->text), why);
    return false;
}

/* One end in base units; an end without a unit has that of the other one. */
static const char *parse_end(const char *text, const char *other, enum unit_dim dim, double *value)
{
    char joined[120];
    double number;
    const char *end, *unit;
    bool bare = !number_parse(text, false, &number, &end) && !*end;
    if (bare && !number_parse(other, false, &number, &unit) && *unit) {
        snprintf(joined, sizeof joined, "%.60s%.50s", text, unit);
        text = joined;
    }
    return unit_parse(text, dim, value);
}

/* ":log:7", ":log" or nothing. */
static bool parse_steps(struct range *r, const char *text)
{
    char *end;
    if (!*text)
        return true;
    if (strncmp(text, ":log", 4) && strncmp(text, ":lin", 4))
        return false;
    r->log = text[2] == 'o';
    text += 4;
    if (!*text)
        return true;
    r->stepped = true;
    r->steps = *text == ':' && strspn(text + 1, "0123456789") ? strtoul(text + 1, &end, 10) : 0;
    return r->steps && !*end;
}

static bool parse_ends(struct range *r, const char *dots, size_t second, struct diag *d)
{
    char from[100], to[100];
    const char *text = r->written->text;
    size_t first = (size_t)(dots - text);
    if (first >= sizeof from || second >= sizeof to)
        return blame_range(r, d, "what are the ends of this range?");
    snprintf(from, sizeof from, "%.*s", (int)first, text);
    snprintf(to, sizeof to, "%.*s", (int)second, dots + 2);
    const char *why = parse_end(from, to, r->place.dim, &r->from);
    if (!why)
        why = parse_end(to, from, r->place.dim, &r->to);
    return !why || blame_range(r, d, why);
}

static bool parse_range(struct range *r, struct diag *d)
{
    const char *text = r->written->text, *dots = strstr(text, ".."), *colon = strchr(dots, ':');
    size_t second = colon ? (size_t)(colon - dots) - 2 : strlen(dots) - 2;
    if (!parse_steps(r, colon ? colon : ""))
        return blame_range(r, d, "a range says its steps: 100..1000:log:5 or 100..1000:lin:5");
    if (!parse_ends(r, dots, second, d))
        return false;
    if (r->stepped && (r->steps < 2 || r->steps > VALUES_MAX))
        return blame_range(r, d, "a range has from 2 to 10000 steps");
    if (r->log && (r->from <= 0 || r->to <= 0))
        return blame_range(r, d, "logarithmic steps need ends above zero");
    return true;
}

static double step_of(const struct range *r, size_t i)
{
    double part = (double)i / (double)(r->steps - 1);
    if (i == 0 || i == r->steps - 1)
        return i ? r->to : r->from;
    return r->log ? r->from * pow(r->to / r->from, part) : r->from + (r->to - r->from) * part;
}

static const char *unit_of(const struct range *r)
{
    return r->place.dim == UNIT_RATIO ? "1" : unit_dims[r->place.dim].base;
}

/* The steps as a person would write them; those that fall together are one. */
static const struct node *make_range(struct arena *a, const struct range *r, struct diag *d)
{
    const struct node **item = ARENA_ARRAY(a, const struct node *, r->steps);
    const char *unit = unit_of(r);
    size_t n = 0;
    bool ok = item != NULL;
    for (size_t i = 0; ok && i < r->steps; i++) {
        char text[48];
        double v = r->place.whole ? round(step_of(r, i)) : step_of(r, i);
        unit_print_digits(v, unit, DIGITS, text, sizeof text);
        if (n && !strcmp(item[n - 1]->text, text))
            continue;
        ok = (item[n++] = node_scalar(a, text, r->written->at)) != NULL;
    }
    const struct node *list = ok ? node_list(a, item, n, r->written->at) : NULL;
    if (!list)
        diag_no_memory(d);
    return list;
}

static bool is_range(const struct node *written, const struct place *place)
{
    const char *dots = strstr(written->text, "..");
    if (!dots || !place->numeric)
        return false;
    double number;
    const char *end;
    return strspn(written->text, "{[\"'") == 0 && !number_parse(written->text, false, &number, &end);
}

static const struct node *check_list(const struct node *list, struct diag *d)
{
    if (list->n && list->n <= VALUES_MAX)
        return list;
    diag_error(d, list->at, list->n ? "more than %u values" : "the list of values is empty", VALUES_MAX);
    return NULL;
}

/* The list of values, if it is one; otherwise r is a range. False after complaints. */
static bool read_values(struct arena *a, const struct record *rec, const char *path, struct range *r,
                        const struct node **list, struct diag *d)
{
    *list = NULL;
    if (!path_find(rec, path, &r->place))
        r->place = (struct place){ 0 }; /* override_apply blames the key, which stands elsewhere */
    if (r->written->kind == NODE_LIST)
        return (*list = check_list(r->written, d)) != NULL;
    if (r->written->kind == NODE_MAP || node_is_nothing(r->written)) {
        diag_error(d, r->written->at, "expects a list of values or a range such as 100..1000:log:5, found %s",
                   node_kind_name(r->written));
        return false;
    }
    if (!is_range(r->written, &r->place))
        return (*list = override_split(a, r->written, d)) != NULL;
    if (!parse_range(r, d))
        return false;
    return !r->stepped || (*list = make_range(a, r, d)) != NULL;
}

const struct node *override_values(struct arena *a, const struct record *rec, const char *path,
                                   const struct node *written, struct diag *d)
{
    struct range r = { .written = written };
    const struct node *list;
    if (read_values(a, rec, path, &r, &list, d) && !list)
        blame_range(&r, d,
                    "a range needs its steps here, such as 100..1000:log:5 or 100..1000:lin:5; without them "
                    "it is for a design that chooses values within it: 'design: {sobol: 64}', or --set "
                    "design.sobol=64");
    return list;
}

bool override_is_range(const struct record *rec, const char *path, const struct node *written)
{
    struct place place;
    return written->kind == NODE_SCALAR && path_find(rec, path, &place) && is_range(written, &place);
}

bool override_extent(struct arena *a, const struct record *rec, const char *path, const struct node *written,
                     struct extent *to, struct diag *d)
{
    struct range r = { .written = written };
    *to = (struct extent){ .at = written->at };
    if (!read_values(a, rec, path, &r, &to->list, d))
        return false;
    to->from = r.from;
    to->to = r.to;
    to->unit = unit_of(&r);
    to->log = r.log;
    to->whole = r.place.whole;
    return true;
}

/* Every whole number is the middle of what is rounded to it, the ends included. */
static double value_at(const struct extent *e, double u)
{
    double half = !e->whole ? 0 : e->from <= e->to ? 0.5 : -0.5;
    double from = e->from - half, to = e->to + half;
    double v = e->log ? from * pow(to / from, u) : from + (to - from) * u;
    if (e->whole)
        v = round(v);
    return fmin(fmax(v, fmin(e->from, e->to)), fmax(e->from, e->to));
}

/* Enough significant digits to tell n values between the ends from each other. */
static int digits_for(const struct extent *e, size_t n)
{
    double width = e->log ? fabs(log(e->to / e->from)) : fabs(e->to - e->from) / fmax(e->from, e->to);
    double digits = width > 0 ? ceil(log10(10 * (double)n / width)) : 4;
    return (int)fmin(fmax(digits, 4), 15);
}

const struct node *extent_value(struct arena *a, const struct extent *e, double u, size_t n)
{
    char text[48];
    if (e->list) {
        size_t i = (size_t)(u * (double)e->list->n);
        return e->list->item[i < e->list->n ? i : e->list->n - 1];
    }
    unit_print_digits(value_at(e, u), e->unit, digits_for(e, n), text, sizeof text);
    return node_scalar(a, text, e->at);
}
