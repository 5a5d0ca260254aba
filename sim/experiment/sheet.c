/* sheet.c - records into fields, in place. */
#include "sim/experiment/sheet.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct sheet *c, struct sheet_record *r, size_t n)
{
    if (n < r->room)
        return true;
    size_t more = r->room ? r->room * 2 : 256;
    char *fresh = realloc(r->text, more);
    c->no_memory |= !fresh;
    if (!fresh)
        return false;
    r->text = fresh;
    r->room = more;
    return true;
}

/* Reads one record, which ends at a line end outside quotes. */
static bool read_record(struct sheet *c, struct sheet_record *r)
{
    size_t n = 0;
    bool quoted = false;
    int next;
    while ((next = getc(c->from)) != EOF) {
        quoted ^= next == '"';
        if (!make_room(c, r, n + 1))
            return false;
        if (next == '\n' && !quoted)
            break;
        r->text[n++] = (char)next;
    }
    if (next == EOF && n == 0)
        return false;
    if (n > 0 && r->text[n - 1] == '\r')
        n--;
    r->text[n] = '\0';
    return true;
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

static bool add_field(struct sheet *c, struct sheet_record *r, const char *text)
{
    if (r->n == r->field_room) {
        size_t more = r->field_room ? r->field_room * 2 : 32;
        const char **fresh = realloc(r->field, more * sizeof *fresh);
        c->no_memory |= !fresh;
        if (!fresh)
            return false;
        r->field = fresh;
        r->field_room = more;
    }
    r->field[r->n++] = text;
    return true;
}

static bool cut(struct sheet *c, struct sheet_record *r)
{
    r->n = 0;
    for (char *at = r->text; at;) {
        if (!add_field(c, r, at))
            return false;
        if (*at == '"') {
            at = unquote(at);
            continue;
        }
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        at = comma ? comma + 1 : NULL;
    }
    return true;
}

int sheet_open(struct sheet *c, const char *path, char *error, size_t size)
{
    *c = (struct sheet){ .from = fopen(path, "r") };
    if (!c->from && errno == ENOENT)
        return 1;
    if (!c->from || !read_record(c, &c->header) || !cut(c, &c->header)) {
        const char *why = !c->from          ? strerror(errno)
                          : c->no_memory    ? "not enough memory to read it"
                          : sheet_failed(c) ? "cannot be read"
                                            : "has no header row";
        snprintf(error, size, "%s: %s", path, why);
        sheet_close(c);
        return -1;
    }
    c->line = 1;
    return 0;
}

bool sheet_next(struct sheet *c)
{
    if (!read_record(c, &c->row) || !cut(c, &c->row))
        return false;
    c->line++;
    return true;
}

bool sheet_failed(const struct sheet *c) { return c->no_memory || ferror(c->from); }

void sheet_close(struct sheet *c)
{
    if (c->from)
        fclose(c->from);
    free(c->header.text);
    free(c->header.field);
    free(c->row.text);
    free(c->row.field);
    *c = (struct sheet){ 0 };
}

size_t sheet_column(const struct sheet *c, const char *name)
{
    for (size_t i = 0; i < c->header.n; i++)
        if (!strcmp(c->header.field[i], name))
            return i;
    return SHEET_NONE;
}

const char *sheet_text(const struct sheet *c, size_t column)
{
    return column < c->row.n ? c->row.field[column] : "";
}

double sheet_number(const struct sheet *c, size_t column)
{
    const char *text = sheet_text(c, column);
    char *end;
    double value = strtod(text, &end);
    return end == text || *end ? NAN : value;
}
