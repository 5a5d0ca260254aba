/* units.c - numbers with units, strictly: what is not understood is never guessed. */
#include "sim/scenario/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIB    1024.0
#define MINUTE 60.0
#define HOUR   3600.0
#define DAY    86400.0

static const struct unit bare_units[] = { { 0 } };
static const struct unit time_units[] = {
    { "ns", 1e-9, 0, false },
    { "us", 1e-6, 1e-6, false },
    { "\u00b5s", 1e-6, 0, true }, /* micro sign */
    { "\u03bcs", 1e-6, 0, true }, /* Greek mu */
    { "ms", 1e-3, 1e-3, false },
    { "s", 1, 1, false },
    { "min", MINUTE, 10 * MINUTE, false },
    { "h", HOUR, 3 * HOUR, false },
    { "d", DAY, 3 * DAY, false },
    { 0 },
};
static const struct unit size_units[] = {
    { "B", 1, 0, false },
    { "KiB", KIB, KIB, false },
    { "MiB", KIB *KIB, KIB *KIB, false },
    { "GiB", KIB *KIB *KIB, KIB *KIB *KIB, false },
    { "TiB", KIB *KIB *KIB *KIB, KIB *KIB *KIB *KIB, false },
    { "kB", 1e3, 0, true },
    { "MB", 1e6, 0, true },
    { "GB", 1e9, 0, true },
    { "TB", 1e12, 0, true },
    { 0 },
};
static const struct unit bitrate_units[] = {
    { "bit/s", 1, 0, false },
    { "kbit/s", 1e3, 1e3, false },
    { "Mbit/s", 1e6, 1e6, false },
    { "Gbit/s", 1e9, 1e9, false },
    { 0 },
};
static const struct unit ratio_units[] = { { "%", 0.01, 0, false }, { 0 } };
static const struct unit rate_units[] = {
    { "/h", 1 / HOUR, 0, false },
    { "/min", 1 / MINUTE, 0.1 / MINUTE, false },
    { "/s", 1, 0.1, false },
    { "/ms", 1e3, 0, true },
    { "/us", 1e6, 0, true },
    { "/d", 1 / DAY, 0, true },
    { 0 },
};
static const struct unit energy_units[] = {
    { "uJ", 1e-6, 0, false },  { "mJ", 1e-3, 1e-3, false }, { "J", 1, 1, false },
    { "kJ", 1e3, 1e3, false }, { "MJ", 1e6, 1e6, false },   { 0 },
};

const struct dimension unit_dims[] = {
    [UNIT_NONE] = { "a number", "1", "", bare_units, true, "" },
    [UNIT_TIME] = { "a time", "s", "s, ms, us, min", time_units, false,
                    "(ns|us|\u00b5s|\u03bcs|ms|s|min|h|d)" },
    [UNIT_SIZE] = { "a size", "B", "B, KiB, MiB, kB", size_units, false, "(B|[KMGT]iB|[kMGT]B)" },
    [UNIT_BITRATE] = { "a bit rate", "bit/s", "kbit/s, Mbit/s", bitrate_units, false, "[kMG]?bit/s" },
    [UNIT_RATIO] = { "a ratio", "%", "%", ratio_units, true, "%?" },
    [UNIT_RATE] = { "a rate", "1/s", "/s, /min, /h", rate_units, false, "/ *(us|ms|s|min|h|d)" },
};
#define DIMS (sizeof unit_dims / sizeof *unit_dims)

/* The sentence that says what is wrong with a number. One at a time is wanted, by one thread. */
static const char *complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *complain(const char *format, ...)
{
    static _Thread_local char text[320];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) < 0)
        text[0] = '\0';
    va_end(args);
    return text;
}

#define SHOWN "%.40s" /* enough of a user's text to recognise it */

static size_t span_digits(const char *p)
{
    size_t n = 0;
    while (isdigit((unsigned char)p[n]))
        n++;
    return n;
}

/* The length of the decimal number at p, or 0. */
static size_t span_number(const char *p, bool sign)
{
    size_t n = *p == '+' || (sign && *p == '-');
    size_t whole = span_digits(p + n), part = 0;
    n += whole;
    if (p[n] == '.') {
        part = span_digits(p + n + 1);
        n += part + 1;
    }
    if (!whole && !part)
        return 0;
    if (p[n] == 'e' || p[n] == 'E') {
        size_t at = n + 1 + (p[n + 1] == '+' || p[n + 1] == '-');
        size_t digits = span_digits(p + at);
        if (digits)
            n = at + digits;
    }
    return n;
}

const char *number_parse(const char *text, bool sign, double *value, const char **end)
{
    size_t n = span_number(text, sign);
    if (!n && *text == '-' && span_number(text, true))
        return complain("'" SHOWN "' is negative", text);
    if (!n)
        return complain("'" SHOWN "' is not a number", text);
    if (text[n] == ',' && isdigit((unsigned char)text[n + 1]))
        return complain("'" SHOWN "': write 0.5 with a point, and 10000 without separators", text);
    if (text[n] == '_' || (n == 1 && *text == '0' && tolower((unsigned char)text[1]) == 'x'))
        return complain("'" SHOWN "' is not a decimal number", text);
    *value = strtod(text, NULL);
    if (!isfinite(*value))
        return complain("'" SHOWN "' is too large", text);
    *end = text + n;
    return NULL;
}

const char *count_parse(const char *text, uint64_t *value)
{
    double number = 0;
    const char *end = text, *why = number_parse(text, false, &number, &end);
    if (why)
        return why;
    if (*end)
        return complain("'" SHOWN "' is not a whole number without a unit", text);
    if (!text[strspn(text, "+0123456789")]) {
        errno = 0;
        *value = strtoull(text, NULL, 10);
        return errno ? complain("'" SHOWN "' is too large", text) : NULL;
    }
    if (number != floor(number))
        return complain("'" SHOWN "' is not a whole number", text);
    if (number >= 0x1p64)
        return complain("'" SHOWN "' is too large", text);
    *value = (uint64_t)number;
    return NULL;
}

static const struct unit *find_unit(const struct unit *table, const char *name, bool exact)
{
    for (const struct unit *u = table; u->name; u++)
        if (!(exact ? strcmp(u->name, name) : strcasecmp(u->name, name)))
            return u;
    return NULL;
}

static const char *unknown_unit(const char *text, const char *name, const struct dimension *dim)
{
    const struct unit *close = find_unit(dim->units, name, false);
    if (close)
        return complain("'" SHOWN "': unknown unit '%.20s'; did you mean '%s'?", text, name, close->name);
    for (size_t i = 0; i < DIMS; i++)
        if (find_unit(unit_dims[i].units, name, true))
            return complain("'" SHOWN "' is %s, expected %s%s%s", text, unit_dims[i].name, dim->name,
                            *dim->example ? " in " : "", dim->example);
    if (!*dim->example)
        return complain("'" SHOWN "' is not a bare number", text);
    return complain("'" SHOWN "': unknown unit '%.20s'; known are %s and their like", text, name,
                    dim->example);
}

static const char *missing_unit(const char *text, const struct dimension *dim)
{
    char examples[120] = "";
    const char *number = strlen(text) <= 12 ? text : "...";
    size_t n = 0;
    for (const struct unit *u = dim->units; u->name && n < sizeof examples; u++)
        if (!u->written_only)
            n += (size_t)snprintf(examples + n, sizeof examples - n, "%s%s%s%s", n ? ", " : "", number,
                                  u->name[0] == '/' ? "" : " ", u->name);
    return complain("'" SHOWN "' needs a unit: %s", text, examples);
}

/* Closes the gap that people may leave in "20 / s". */
static void squeeze(const char *from, char *to, size_t size)
{
    size_t n = 0;
    for (; *from && n + 1 < size; from++)
        if (*from != ' ' && *from != '\t')
            to[n++] = *from;
    to[n] = '\0';
}

const char *unit_parse(const char *text, enum unit_dim which, double *value)
{
    const struct dimension *dim = &unit_dims[which];
    double number = 0;
    const char *end = text, *why = number_parse(text, false, &number, &end);
    if (why)
        return why;
    end += strspn(end, " \t");
    char squeezed[24];
    squeeze(end, squeezed, sizeof squeezed);
    const char *name = which == UNIT_RATE ? squeezed : end;
    if (!*name && !dim->bare_ok)
        return missing_unit(text, dim);
    const struct unit *u = *name ? find_unit(dim->units, name, true) : NULL;
    if (*name && !u)
        return unknown_unit(text, name, dim);
    /* Percents divide: 0.1 % is 0.1 / 100, the nearest double to 0.001, and so is 5 ms to 0.005. */
    number = !u ? number : u->factor < 1 ? number / round(1 / u->factor) : number * u->factor;
    if (!isfinite(number))
        return complain("'" SHOWN "' is too large", text);
    *value = number;
    return NULL;
}

/* So many significant digits, and never an exponent for what a person would write out. */
static void print_number(double v, int digits, char *text, size_t size)
{
    double whole = pow(10, digits - 1);
    if (fabs(v) >= whole - 0.05 && fabs(v) < 1e18)
        snprintf(text, size, "%.0f", v);
    else
        snprintf(text, size, "%.*g", digits, v);
}

/* What the digits leave of a value, so that 0.99999 s is 1 s and not 1000 ms. */
static double rounded(double v, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*g", digits, v);
    return strtod(text, NULL);
}

static const struct unit *readable_unit(const struct unit *table, double v)
{
    const struct unit *best = NULL;
    for (const struct unit *u = table; u->name; u++) {
        bool fits = v >= u->from || (v >= u->factor && fmod(v, u->factor) == 0);
        if (!u->written_only && (!best || (fits && u->factor > best->factor)))
            best = u;
    }
    return best;
}

static const struct unit *base_unit(const struct unit *table)
{
    for (const struct unit *u = table; u->name; u++)
        if (u->factor == 1)
            return u;
    return table;
}

static const struct unit *units_of(const char *base)
{
    if (!strcmp(base, "J"))
        return energy_units;
    for (size_t i = UNIT_TIME; i < DIMS; i++)
        if (!strcmp(unit_dims[i].base, base))
            return unit_dims[i].units;
    return NULL;
}

/* Whole numbers are counts, and shown in full. */
static void print_plain(double value, const char *unit, int digits, char *text, size_t size)
{
    char number[40];
    bool whole = value == floor(value) && fabs(value) < 1e18;
    print_number(value, whole ? 16 : digits, number, sizeof number);
    bool bare = !*unit || !strcmp(unit, "1");
    snprintf(text, size, "%s%s%s", number, bare ? "" : " ", bare ? "" : unit);
}

void unit_print_digits(double value, const char *unit, int digits, char *text, size_t size)
{
    if (isnan(value) || isinf(value)) {
        snprintf(text, size, "%s", isnan(value) ? "-" : value > 0 ? "none" : "-none");
        return;
    }
    const struct unit *table = units_of(unit);
    if (!table) {
        print_plain(value, unit, digits, text, size);
        return;
    }
    double v = rounded(fabs(value), digits);
    const struct unit *u = v == 0 ? base_unit(table) : readable_unit(table, v);
    char number[40];
    print_number(value / u->factor, digits, number, sizeof number);
    snprintf(text, size, "%s%s%s", number, u->name[0] == '/' ? "" : " ", u->name);
}

void unit_print(double value, const char *unit, char *text, size_t size)
{
    unit_print_digits(value, unit, 4, text, size);
}
