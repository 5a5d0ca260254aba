/* axis.c - ticks at round values of the unit that reads best. */
#include "plots/axis.h"

#include <math.h>
#include <string.h>

#include "plots/style.h"

/* Units to show a base unit in, small to large; `from`: used when the axis reaches that many of them. */
struct scale {
    const char *base, *name;
    double factor, from;
    const double *steps; /* nice steps, ends with 0; NULL: 1, 2, 5 times a power of ten */
};

static const double sixty[] = { 1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 960, 0 };
static const double hours[] = { 1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 0 };
static const struct scale scales[] = {
    { "s", "ns", 1e-9, 0, NULL },
    { "s", "µs", 1e-6, 2, NULL },
    { "s", "ms", 1e-3, 2, NULL },
    { "s", "s", 1, 2, NULL },
    { "s", "min", 60, 3, sixty },
    { "s", "h", 3600, 3, hours },
    { "B", "B", 1, 0, NULL },
    { "B", "KiB", 1024.0, 2, NULL },
    { "B", "MiB", 1048576.0, 2, NULL },
    { "B", "GiB", 1073741824.0, 2, NULL },
    { "B", "TiB", 1099511627776.0, 2, NULL },
    { "%", "%", 0.01, 0, NULL },
    { "1/s", "per second", 1, 0, NULL },
    { "J", "J", 1, 0, NULL },
};
#define SCALES (sizeof scales / sizeof *scales)
static const struct scale plain = { "1", "", 1, 0, NULL };

static const struct scale *scale_for(const char *unit, double hi)
{
    const struct scale *found = &plain;
    for (size_t i = 0; i < SCALES; i++)
        if (!strcmp(scales[i].base, unit) && (found == &plain || hi / scales[i].factor >= scales[i].from))
            found = &scales[i];
    return found;
}

/* 12345.5 -> "12,345.5": no more digits than the step needs. */
static void number_text(double value, double step, char *text, size_t size)
{
    int decimals = step > 0 && step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
    char digits[64], *point;
    snprintf(digits, sizeof digits, "%.*f", decimals > 9 ? 9 : decimals, fabs(value));
    point = strchr(digits, '.');
    size_t whole = point ? (size_t)(point - digits) : strlen(digits), n = 0;
    if (value < 0 && n + 1 < size)
        text[n++] = '-';
    for (size_t i = 0; digits[i] && n + 2 < size; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            text[n++] = ',';
        text[n++] = digits[i];
    }
    text[n] = '\0';
}

static double nice_step(const struct scale *s, double span, double wanted)
{
    double rough = span / wanted;
    if (s->steps)
        for (const double *step = s->steps; *step > 0; step++)
            if (*step >= rough)
                return *step;
    double power = pow(10, floor(log10(rough)));
    for (double m = 1; m < 10; m = m < 2 ? 2 : m < 5 ? 5 : 10)
        if (m * power >= rough * 0.999)
            return m * power;
    return 10 * power;
}

double axis_scale(const struct axis *a, const char *unit)
{
    for (size_t i = 0; i < SCALES; i++)
        if (!strcmp(scales[i].base, unit) && !strcmp(scales[i].name, a->unit))
            return scales[i].factor;
    return 1;
}

void axis_bare(struct axis *a, double lo, double hi) { *a = (struct axis){ .lo = lo, .hi = hi }; }

void axis_tick(struct axis *a, double at, const char *text)
{
    if (a->n == AXIS_TICKS)
        return;
    a->tick[a->n].at = at;
    snprintf(a->tick[a->n].text, sizeof a->tick->text, "%s", text);
    a->n++;
}

static void fit_linear(struct axis *a, const char *unit, double lo, double hi)
{
    const struct scale *s = scale_for(unit, hi);
    if (lo > 0)
        lo = 0;
    if (!(hi > lo))
        hi = lo + s->factor;
    double step = nice_step(s, (hi - lo) / s->factor, 5), from = floor(lo / s->factor / step);
    *a = (struct axis){ .lo = from * step * s->factor, .hi = hi + 0.04 * (hi - lo) };
    snprintf(a->unit, sizeof a->unit, "%s", s->name);
    for (double k = from; k * step * s->factor <= a->hi * (1 + 1e-9) && a->n < 40; k++) {
        char text[28];
        number_text(k * step, step, text, sizeof text);
        axis_tick(a, k * step * s->factor, text);
    }
}

/* The tick's own unit: 1,000,000 of base "s" is no prettier as "11.6 d", so logarithmic times stay in s. */
static void log_text(const char *unit, double value, char *text, size_t size)
{
    const struct scale *found = &plain;
    for (size_t i = 0; i < SCALES; i++)
        if (!strcmp(scales[i].base, unit) && scales[i].factor <= value * 1.0001 && !scales[i].steps)
            found = &scales[i];
    char digits[24];
    double shown = value / found->factor;
    number_text(shown, shown < 1 ? pow(10, floor(log10(shown) + 1e-9)) : 1, digits, sizeof digits);
    bool tied = found != &plain && strcmp(unit, "1/s") != 0;
    snprintf(text, size, "%s%s%s", digits, tied ? " " : "", tied ? found->name : "");
}

/* The largest 10^k (bytes: 10^k of a binary prefix, k < 3) not above value. */
static double decade_below(const char *unit, double value)
{
    if (strcmp(unit, "B") != 0)
        return pow(10, floor(log10(value) + 1e-9));
    double prefix = 1;
    while (prefix * 1024 <= value * 1.0001)
        prefix *= 1024;
    double power = pow(10, floor(log10(value / prefix) + 1e-9));
    return prefix * (power > 100 ? 100 : power < 1e-9 ? 1e-9 : power);
}

static double decade_after(const char *unit, double decade)
{
    double next = decade * 10;
    if (strcmp(unit, "B") != 0)
        return next;
    double below = decade_below(unit, next * 1.03);
    return below > decade * 1.5 ? below : next;
}

static size_t log_ticks(struct axis *a, const char *unit, bool halves, unsigned every)
{
    size_t labelled = 0;
    unsigned k = 0;
    a->n = 0;
    for (double d = decade_below(unit, a->lo); d <= a->hi; d = decade_after(unit, d), k++) {
        double next = decade_after(unit, d);
        for (int m = 1; m < 10; m++) {
            double at = d * m;
            if (at < a->lo * 0.9999 || at > a->hi * 1.0001 || at >= next * 0.9999)
                continue;
            char text[28] = "";
            if ((m == 1 && k % every == 0) || (halves && (m == 2 || m == 5)))
                log_text(unit, at, text, sizeof text);
            labelled += *text != '\0';
            axis_tick(a, at, text);
        }
    }
    return labelled;
}

static void fit_log(struct axis *a, const char *unit, double lo, double hi)
{
    double room = pow(hi / lo, 0.05);
    *a = (struct axis){ .log = true, .lo = lo / fmax(room, 1.08), .hi = hi * fmax(room, 1.08) };
    if (!strcmp(unit, "1/s") || !strcmp(unit, "%"))
        snprintf(a->unit, sizeof a->unit, "%s", scale_for(unit, hi)->name);
    size_t labelled = log_ticks(a, unit, false, 1);
    if (labelled < 3)
        log_ticks(a, unit, true, 1);
    else if (labelled > 7)
        log_ticks(a, unit, false, labelled > 14 ? 3 : 2);
}

void axis_fit(struct axis *a, const char *unit, double lo, double hi, bool log)
{
    if (!(lo <= hi) || isinf(lo) || isinf(hi))
        lo = hi = 0;
    /* Below a factor of four a logarithmic axis only hides the zero. */
    if (log && lo > 0 && hi >= 4 * lo)
        fit_log(a, unit, lo, hi);
    else
        fit_linear(a, unit, lo, hi);
}

double axis_place(const struct axis *a, double value)
{
    if (a->log)
        return value > 0 ? log(value / a->lo) / log(a->hi / a->lo) : 0;
    return (value - a->lo) / (a->hi - a->lo);
}

void axis_print(const struct axis *a, const char *name, bool texts, FILE *to)
{
    fprintf(to, "unset logscale %s\nset %srange [%.10g:%.10g] noextend\n", name, name, a->lo, a->hi);
    if (a->log)
        fprintf(to, "set logscale %s\n", name);
    fprintf(to, "set %stics noenhanced (", name);
    for (size_t i = 0; i < a->n; i++) {
        const struct tick *t = &a->tick[i];
        fputs(i == 0 ? "" : i % 6 == 0 ? ", \\\n  " : ", ", to);
        style_quote_tick(to, texts ? t->text : "");
        fprintf(to, " %.10g%s", t->at, *t->text ? "" : " 1");
    }
    fputs(")\n", to);
}

void range_add(struct range *r, double value)
{
    if (isfinite(value)) {
        r->lo = fmin(r->lo, value);
        r->hi = fmax(r->hi, value);
    }
}

void range_add_positive(struct range *r, double value)
{
    if (value > 0)
        range_add(r, value);
}

bool range_is_empty(const struct range *r) { return r->lo > r->hi; }
