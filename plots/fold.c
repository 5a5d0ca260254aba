/* fold.c - greedy line breaks. */
#include "plots/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 40u /* characters, for a column that continues */

FILE *fold_open(struct fold *f, size_t width, FILE *to)
{
    *f = (struct fold){ .to = to, .width = width };
    f->from = width ? open_memstream(&f->text, &f->size) : NULL;
    return f->from ? f->from : to;
}

/* The end of the character, or of the escape sequence "\033[...m" without width, at c. */
static const char *step(const char *c, const char *end, size_t *width)
{
    if (*c == '\033') {
        while (c < end && *c != 'm')
            c++;
        return c < end ? c + 1 : c;
    }
    *width += 1;
    for (c++; c < end && ((unsigned char)*c & 0xc0u) == 0x80u;)
        c++;
    return c;
}

/* Where a line that begins at `from` and has room for so many characters ends. */
static const char *line_end(const char *from, const char *end, size_t room)
{
    const char *space = NULL, *c = from;
    size_t width = 0;
    bool word = false;
    while (c < end) {
        const char *next = step(c, end, &width);
        if (width > room && *c != ' ')
            return space ? space : end;
        if (*c == ' ' && word && width <= room + 1 && c[-1] != ' ')
            space = c;
        word |= *c != ' ';
        c = next;
    }
    return end;
}

/* Where the lines that follow begin: under the last column, as long as that leaves room enough, else two more
 * than an indented line. */
static size_t hang_of(const char *from, const char *end, size_t width)
{
    size_t indent = 0, column = 0, at = 0;
    while (from + indent < end && from[indent] == ' ')
        indent++;
    for (const char *c = from + indent; c < end; c = step(c, end, &at))
        column = c - from >= 2 && *c != ' ' && c[-1] == ' ' && c[-2] == ' ' ? indent + at : column;
    if (column > indent && column + ROOM <= width)
        return column;
    return indent && indent + 2 + ROOM / 4 <= width ? indent + 2 : 0;
}

static void fold_line(const char *from, const char *end, size_t width, FILE *to)
{
    while (end > from && end[-1] == ' ')
        end--;
    size_t hang = hang_of(from, end, width);
    for (size_t room = width; from < end; room = width - hang) {
        const char *stop = line_end(from, end, room);
        fwrite(from, 1, (size_t)(stop - from), to);
        for (from = stop; from < end && *from == ' ';)
            from++;
        if (from < end)
            fprintf(to, "\n%*s", (int)hang, "");
    }
}

void fold_close(struct fold *f)
{
    if (!f->from)
        return;
    if (fclose(f->from) != 0 || !f->text) {
        fputs("not enough memory for the text\n", f->to);
    } else {
        for (const char *line = f->text; *line;) {
            const char *end = line + strcspn(line, "\n");
            fold_line(line, end, f->width, f->to);
            fputs(*end ? "\n" : "", f->to);
            line = end + (*end != '\0');
        }
    }
    free(f->text);
    *f = (struct fold){ .to = f->to };
}
