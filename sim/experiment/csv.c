#include "sim/experiment/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sim/experiment/number.h"

static void begin_cell(struct csv *c)
{
    if (c->begun)
        fputc(',', c->to);
    c->begun = true;
}

static bool needs_quotes(const char *text)
{
    size_t n = strlen(text);
    return text[strcspn(text, ",\"\r\n")] || (n && (text[0] == ' ' || text[n - 1] == ' '));
}

void csv_text(struct csv *c, const char *text)
{
    begin_cell(c);
    if (!text)
        return;
    if (!needs_quotes(text)) {
        fputs(text, c->to);
        return;
    }
    fputc('"', c->to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', c->to);
        fputc(*text, c->to);
    }
    fputc('"', c->to);
}

void csv_number(struct csv *c, double value)
{
    char text[NUMBER_SIZE];
    begin_cell(c);
    if (isfinite(value))
        fputs(number_text(value, text), c->to);
}

void csv_count(struct csv *c, uint64_t value)
{
    begin_cell(c);
    fprintf(c->to, "%" PRIu64, value);
}

void csv_end(struct csv *c)
{
    fputc('\n', c->to);
    c->begun = false;
}
