/* sheet.c - records into fields, in place. */
#include "plots/sheet.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Reads one record, which ends at a line end outside quotes. */
static bool read_record(FILE *from, char **text, size_t *room)
{
    size_t n = 0;
    bool quoted = false;
    int c;
    while ((c = getc(from)) != EOF) {
        if (n + 2 > *room) {
            size_t more = *room ? *room * 2 : 256;
            char *fresh = realloc(*text, more);
            if (!fresh)
                return false;
            *text = fresh;
            *room = more;
        }
        quoted ^= c == '"';
        if (c == '\n' && !quoted)
            break;
        (*text)[n++] = (char)c;
    }
    if (c == EOF && n == 0)
        return false;
    if (n > 0 && (*text)[n - 1] == '\r')
        n--;
    if (*text)
        (*text)[n] = '\0';
    return *text != NULL;
}

/* Takes the quotes off a field that begins at `at`; returns where it ended. */
static char *unquote(char *at)
{
    char *to = at, *from = at + 1;
    while (*from && !(from[0] == '"' && from[1] != '"')) {
        from += *from == '"';
        *to++ = *from++;
    }
    if (*from)
        from++;
    char *end = from + strcspn(from, ",");
    bool more = *end == ',';
    *to = '\0';
    return more ? end + 1 : NULL;
}

static size_t cut(char *record, const char **field)
{
    size_t n = 0;
    for (char *at = record; at && n < SHEET_COLUMNS;) {
        field[n++] = at;
        if (*at == '"') {
            at = unquote(at);
            continue;
        }
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        at = comma ? comma + 1 : NULL;
    }
    return n;
}

int sheet_open(struct sheet *c, const char *path, char *error, size_t size)
{
    *c = (struct sheet){ .from = fopen(path, "r") };
    if (!c->from && errno == ENOENT)
        return 1;
    if (!c->from || !read_record(c->from, &c->header, &c->header_room)) {
        snprintf(error, size, "%s: %s", path, c->from ? "has no header row" : strerror(errno));
        sheet_close(c);
        return -1;
    }
    c->columns = cut(c->header, c->name);
    c->line = 1;
    return 0;
}

bool sheet_next(struct sheet *c)
{
    if (!read_record(c->from, &c->row, &c->row_room))
        return false;
    c->fields = cut(c->row, c->field);
    c->line++;
    return true;
}

void sheet_close(struct sheet *c)
{
    if (c->from)
        fclose(c->from);
    free(c->header);
    free(c->row);
    *c = (struct sheet){ 0 };
}

size_t sheet_column(const struct sheet *c, const char *name)
{
    for (size_t i = 0; i < c->columns; i++)
        if (!strcmp(c->name[i], name))
            return i;
    return SHEET_NONE;
}

const char *sheet_text(const struct sheet *c, size_t column)
{
    return column < c->fields ? c->field[column] : "";
}

double sheet_number(const struct sheet *c, size_t column)
{
    const char *text = sheet_text(c, column);
    char *end;
    double value = strtod(text, &end);
    return end == text || *end ? NAN : value;
}
