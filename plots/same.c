/* same.c - distances between polylines, in pixels. */
#include "plots/same.h"

#define NEAR  2.0   /* pixels */
#define WIDTH 600.0 /* of a panel, about */

struct view {
    const struct axis *x, *y;
    double height;
};

struct pixel {
    double x, y;
};

static struct pixel pixel_of(const struct view *v, const struct dot *d)
{
    double value = isfinite(d->y) ? d->y : d->at_least;
    return (struct pixel){ axis_place(v->x, d->x) * WIDTH, axis_place(v->y, value) * v->height };
}

static bool is_near_segment(struct pixel p, struct pixel a, struct pixel b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(p.x - a.x - t * dx, p.y - a.y - t * dy) <= NEAR;
}

/* Whether each dot of a is near the line of b. The search goes on where the last one ended. */
static bool is_along(const struct view *v, const struct curve *a, const struct curve *b)
{
    size_t at = 0;
    for (size_t i = 0; i < a->n; i++) {
        struct pixel p = pixel_of(v, &a->dot[i]);
        size_t tried = 0;
        if (!isfinite(p.x) || !isfinite(p.y))
            continue;
        for (; tried < b->n; tried++, at = (at + 1) % b->n) {
            const struct dot *to = &b->dot[at + 1 < b->n ? at + 1 : at];
            if (is_near_segment(p, pixel_of(v, &b->dot[at]), pixel_of(v, to)))
                break;
        }
        if (tried == b->n)
            return false;
    }
    return true;
}

static bool is_near_value(const struct view *v, double a, double b)
{
    double apart = (axis_place(v->y, a) - axis_place(v->y, b)) * v->height;
    return isfinite(a) == isfinite(b) && (!isfinite(apart) || fabs(apart) <= NEAR);
}

static bool has_same_marks(const struct view *v, const struct curve *a, const struct curve *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        const struct dot *p = &a->dot[i], *q = &b->dot[i];
        if (!is_near_value(v, p->lo, q->lo) || !is_near_value(v, p->hi, q->hi) || p->ringed != q->ringed ||
            isfinite(p->at_least) != isfinite(q->at_least))
            return false;
    }
    return true;
}

bool curves_look_same(const struct curve *a, const struct curve *b, const struct axis *x,
                      const struct axis *y, double height)
{
    struct view v = { x, y, height };
    return a->n > 0 && b->n > 0 && has_same_marks(&v, a, b) && is_along(&v, a, b) && is_along(&v, b, a);
}
