/* looks.c - home colours first, then what is left. */
#include "plots/looks.h"

#include <string.h>

#include "plots/style.h"

/* A variant that one or several series show. */
struct family {
    const char *kind, *model;
    size_t members, colour;
};

/* A point of each series. */
static const struct frame_point **list_points(struct frame *f)
{
    const struct frame_point **point = ARENA_ARRAY(&f->arena, const struct frame_point *, f->n_series + 1);
    for (size_t i = f->n_points; point && i-- > 0;)
        if (f->point[i].series != FRAME_NONE)
            point[f->point[i].series] = &f->point[i];
    return point;
}

static bool is_same(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

/* Gathers series into families; family_of[s] is the one of series s. Returns how many there are. */
static size_t gather(const struct frame *f, const struct frame_point *const *point, struct family *family,
                     size_t *family_of, bool apart)
{
    size_t n = 0;
    for (size_t s = 0; s < f->n_series; s++) {
        const struct frame_point *p = point[s];
        size_t k = apart ? n : 0;
        while (k < n && !(is_same(family[k].kind, p->kind) && is_same(family[k].model, p->model)))
            k++;
        if (k == n)
            family[n++] = (struct family){ p->kind, p->model, 0, STYLE_SERIES };
        family[k].members++;
        family_of[s] = k;
    }
    return n;
}

/* Tones tell members apart only where they are few, and where there is something else to compare with. */
static bool has_tones(const struct family *family, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (family[k].members > STYLE_TONES)
            return false;
    return n > 1;
}

/* Threads and event loop keep their colours to themselves as long as there are others. */
static const size_t in_order[STYLE_SERIES] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
static const size_t reserved_last[STYLE_SERIES] = { 2, 3, 4, 5, 7, 8, 6, 1, 0 };

static void choose_colours(struct family *family, size_t n)
{
    size_t used[STYLE_SERIES] = { 0 };
    const size_t *order = in_order;
    for (size_t k = 0; k < n; k++) {
        size_t home = style_of_model(family[k].model);
        if (home == STYLE_SERIES)
            continue;
        order = reserved_last;
        if (used[home]++ == 0)
            family[k].colour = home;
    }
    for (size_t k = 0; k < n; k++) {
        size_t least = order[0];
        for (size_t i = 1; i < STYLE_SERIES; i++)
            least = used[order[i]] < used[least] ? order[i] : least;
        if (family[k].colour == STYLE_SERIES) {
            family[k].colour = least;
            used[least]++;
        }
    }
}

int looks_choose(struct frame *f)
{
    size_t room = f->n_series + 1;
    struct family *family = ARENA_ARRAY(&f->arena, struct family, room);
    size_t *family_of = ARENA_ARRAY(&f->arena, size_t, room);
    const struct frame_point **point = list_points(f);
    f->look = ARENA_ARRAY(&f->arena, size_t, room);
    if (!point || !family || !family_of || !f->look)
        return -1;
    size_t n = gather(f, point, family, family_of, false);
    if (!has_tones(family, n))
        n = gather(f, point, family, family_of, true);
    choose_colours(family, n);
    for (size_t k = 0; k < n; k++)
        family[k].members = 0;
    for (size_t s = 0; s < f->n_series; s++) {
        struct family *mine = &family[family_of[s]];
        f->look[s] = mine->colour + STYLE_TONE * mine->members++;
    }
    return 0;
}
