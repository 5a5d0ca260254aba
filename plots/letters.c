/* letters.c - values by the order of their first appearance. */
#include "plots/letters.h"

#include <string.h>

#include "plots/figures.h"
#include "plots/style.h"

#define LETTERS 26u /* more values keep their texts */

/* Whether a point is the first with its value. */
static bool is_first(const struct frame *f, size_t point, size_t k)
{
    for (size_t i = 0; i < point; i++)
        if (!strcmp(f->point[i].parameter[k].text, f->point[point].parameter[k].text))
            return false;
    return true;
}

static bool has_letters(const struct frame *f, size_t k)
{
    bool any = false;
    size_t values = 0;
    for (size_t i = 0; i < f->n_points && values <= LETTERS; i++) {
        any |= style_characters(f->point[i].parameter[k].text) > LETTERS_LONG;
        values += is_first(f, i, k);
    }
    return any && values <= LETTERS;
}

/* "A" for the first value of the key; "" where no point has it. */
static void letter_of(const struct frame *f, const char *value, size_t k, char letter[2])
{
    char next = 'A';
    for (size_t i = 0; i < f->n_points; i++) {
        if (!strcmp(f->point[i].parameter[k].text, value)) {
            memcpy(letter, (char[2]){ next }, 2);
            return;
        }
        next = (char)(next + is_first(f, i, k));
    }
    *letter = '\0';
}

void letters_value(const struct frame *f, const struct frame_point *p, size_t k, char *text, size_t size)
{
    char letter[2] = "";
    if (has_letters(f, k))
        letter_of(f, p->parameter[k].text, k, letter);
    if (*letter)
        snprintf(text, size, "%s", letter);
    else
        figure_parameter(&p->parameter[k], text, size);
}

void letters_name(const struct frame *f, size_t shown, char *text, size_t size)
{
    const struct frame_point *p = f->shown[shown].point;
    const char *series = f->series[p->series];
    size_t k = 0;
    snprintf(text, size, "%s", f->shown[shown].name);
    while (k < p->n_parameters && strcmp(p->parameter[k].key, f->x_key ? f->x_key : "") != 0)
        k++;
    if (f->n_categories < 2 || k == p->n_parameters || !has_letters(f, k))
        return;
    char value[64];
    letters_value(f, p, k, value, sizeof value);
    snprintf(text, size, "%s%s%s", series, *series ? ", " : "", value);
}

void letters_print(const struct frame *f, FILE *to)
{
    for (size_t k = 0; f->n_points > 0 && k < f->point[0].n_parameters; k++) {
        char key[128], letter[2];
        if (!has_letters(f, k))
            continue;
        figure_key(&f->point[0], k, key, sizeof key);
        fprintf(to, "\n%s:\n", key);
        for (size_t i = 0; i < f->n_points; i++) {
            if (!is_first(f, i, k))
                continue;
            letter_of(f, f->point[i].parameter[k].text, k, letter);
            fprintf(to, "  %s  %s\n", letter, f->point[i].parameter[k].text);
        }
    }
}
