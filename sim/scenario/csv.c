/* csv.c - see csv.h. */
#include "sim/scenario/csv.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/source.h"
#include "sim/scenario/units.h"

struct csv {
    struct diag *diag;
    struct mark at; /* of the line in hand */
    size_t column;
    double *value; /* room for every line */
    size_t n;
    bool headed; /* a heading can't come any more */
};

static bool is_separator(char c) { return c == ',' || c == ';' || c == '\t'; }

/* The text of the wanted column, trimmed and ended with NUL in place; NULL where the line is too short. */
static char *cell_of(struct csv *c, char *line)
{
    for (size_t i = 0; i < c->column; i++) {
        while (*line && !is_separator(*line))
            line++;
        if (!*line)
            return NULL;
        line++;
    }
    line += strspn(line, " ");
    size_t n = 0;
    while (line[n] && !is_separator(line[n]))
        n++;
    while (n && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
    return line;
}

static void read_line(struct csv *c, char *line)
{
    const char *begin = line, *end;
    char *cell = cell_of(c, line);
    bool heading = !c->headed;
    c->headed = true;
    if (!cell) {
        diag_error(c->diag, c->at, "the line has no column %zu", c->column + 1);
        return;
    }
    c->at.column = (uint32_t)(cell - begin) + 1;
    const char *why = number_parse(cell, false, &c->value[c->n], &end);
    if (!why && !*end)
        c->n++;
    else if (!heading || *cell == '-')
        diag_error(c->diag, c->at, "%s",
                   why ? why : "more than a number stands here; units have no place in a file");
}

/* Ends the line at p with NUL and returns where the next one begins, or NULL at the end. */
static char *cut_line(char *p)
{
    char *end = strchr(p, '\n');
    if (end)
        *end = '\0';
    size_t n = strlen(p);
    if (n && p[n - 1] == '\r')
        p[n - 1] = '\0';
    return end ? end + 1 : NULL;
}

static void read_lines(struct csv *c, char *text)
{
    if (!strncmp(text, "\xEF\xBB\xBF", 3)) /* the mark that spreadsheets put first */
        text += 3;
    for (char *line = text, *next; line && c->n < CSV_VALUES_MAX; line = next) {
        next = cut_line(line);
        c->at.line++;
        c->at.column = 1;
        if (line[strspn(line, " ")] && *line != '#')
            read_line(c, line);
    }
}

static size_t count_lines(const char *text)
{
    size_t n = 1;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

static int read_text(struct arena *a, struct source *s, struct csv *c, const char *path, struct mark at)
{
    size_t lines = count_lines(s->text);
    uint64_t before = c->diag->raised;
    if (lines > CSV_VALUES_MAX) {
        diag_error(c->diag, at, "'%s' has more than %u lines", diag_shown(c->diag, path), CSV_VALUES_MAX);
        return -1;
    }
    if (!(c->value = ARENA_ARRAY(a, double, lines))) {
        diag_no_memory(c->diag);
        return -1;
    }
    read_lines(c, s->text);
    if (!c->n && c->diag->raised == before)
        diag_error(c->diag, at, "'%s' holds no numbers", diag_shown(c->diag, path));
    return c->diag->raised == before ? 0 : -1;
}

int csv_read_column(struct arena *a, const char *folder, const char *file, size_t column, double **values,
                    size_t *n, struct mark at, struct diag *d)
{
    struct source s;
    const char *path = source_path(a, folder, file);
    if (!path) {
        diag_no_memory(d);
        return -1;
    }
    if (source_read(&s, path, at, d, NULL))
        return -1;
    struct csv c = { .diag = d, .at = { .source = path }, .column = column };
    int status = read_text(a, &s, &c, path, at);
    source_term(&s);
    *values = c.value;
    *n = status ? 0 : c.n;
    return status;
}

const struct node *csv_read_list(struct arena *a, const char *folder, const char *file, struct mark at,
                                 struct diag *d)
{
    double *value;
    size_t n;
    if (csv_read_column(a, folder, file, 0, &value, &n, at, d))
        return NULL;
    const struct node **item = ARENA_ARRAY(a, const struct node *, n);
    bool ok = item != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        char text[40];
        snprintf(text, sizeof text, "%.17g", value[i]);
        ok = (item[i] = node_scalar(a, text, at)) != NULL;
    }
    const struct node *list = ok ? node_list(a, item, n, at) : NULL;
    if (!list)
        diag_no_memory(d);
    return list;
}
