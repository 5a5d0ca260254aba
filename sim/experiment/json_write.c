#include "sim/experiment/json_write.h"

#include <inttypes.h>
#include <math.h>

#include "sim/experiment/number.h"
#include "sim/kernel/check.h"

static void print_string(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(to, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(to, "\\u%04x", c);
        else
            fputc(c, to);
    }
    fputc('"', to);
}

/* The outer three levels stand on lines of their own, the inner ones within. */
static void break_line(struct json_write *j)
{
    if (j->depth < 3)
        fprintf(j->to, "\n%*s", (int)(2 * j->depth), "");
}

static void begin_value(struct json_write *j, const char *key)
{
    if (j->depth) {
        bool *begun = &j->begun[j->depth - 1];
        fputs(!*begun ? "" : j->depth < 3 ? "," : ", ", j->to);
        *begun = true;
        break_line(j);
    }
    if (key) {
        print_string(j->to, key);
        fputs(": ", j->to);
    }
}

void json_write_open(struct json_write *j, const char *key, char bracket)
{
    SIM_ASSERT(j->depth < JSON_WRITE_DEPTH);
    begin_value(j, key);
    fputc(bracket, j->to);
    j->closing[j->depth] = bracket == '{' ? '}' : ']';
    j->begun[j->depth++] = false;
}

void json_write_close(struct json_write *j)
{
    SIM_ASSERT(j->depth > 0);
    bool begun = j->begun[--j->depth];
    if (begun && j->depth < 2)
        break_line(j);
    fputc(j->closing[j->depth], j->to);
    if (!j->depth)
        fputc('\n', j->to);
}

void json_write_text(struct json_write *j, const char *key, const char *text)
{
    begin_value(j, key);
    if (text)
        print_string(j->to, text);
    else
        fputs("null", j->to);
}

void json_write_number(struct json_write *j, const char *key, double value)
{
    char text[NUMBER_SIZE];
    begin_value(j, key);
    fputs(isfinite(value) ? number_text(value, text) : "null", j->to);
}

void json_write_count(struct json_write *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    fprintf(j->to, "%" PRIu64, value);
}

void json_write_bool(struct json_write *j, const char *key, bool value)
{
    begin_value(j, key);
    fputs(value ? "true" : "false", j->to);
}
