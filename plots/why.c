/* why.c - components of memory, shared out among the connections. */
#include "plots/why.h"

#include <math.h>
#include <string.h>

#include "models/ledger.h"

#define PREFIX "memory.peak."

/* What the process touches in warm colours, what the kernel holds for it in cool ones, so that the two
 * families read as two; within a family dark and light alternate for the photocopier. */
static const char *const warm[] = { "#d55e00", "#f6c9a3", "#e69f00", "#f9e2b0", "#a65628",
                                    "#e8a9a0", "#7f3b08", "#fdd9c4", "#c4883a", "#f3d7d7" };
static const char *const cool[] = { "#0072b2", "#a9d3ee", "#3d9bd1", "#d5e9f5",
                                    "#00476f", "#8fa9c4", "#2a9d8f", "#b5ded7" };
#define UNDIVIDED "#b07aa1"
#define LENGTH(x) (sizeof(x) / sizeof *(x))

static bool is_base(const char *name)
{
    return !strcmp(name, PREFIX "base") || !strcmp(name, PREFIX "base_kernel");
}

/* A component that this program does not know (results of a later one) is grey. */
static void add_part(struct why *w, const struct frame_metric *m, double bytes)
{
    struct why_part *part = &w->part[w->n++];
    size_t users = 0, kernels = 0;
    *part = (struct why_part){ m->name + strlen(PREFIX), m->title, "#9a9a9a", bytes, false };
    for (size_t i = MEM_BASE_KERNEL + 1; i < MEM_COUNT; i++) {
        bool kernel = mem_rows[i].side == SIDE_KERNEL;
        const char *colour = kernel ? cool[kernels++ % LENGTH(cool)] : warm[users++ % LENGTH(warm)];
        if (strcmp(mem_rows[i].name, part->name) != 0)
            continue;
        part->title = mem_rows[i].title;
        part->colour = colour;
        part->kernel = kernel;
    }
}

static bool is_part(const struct frame_metric *m)
{
    return !strncmp(m->name, PREFIX, strlen(PREFIX)) && !is_base(m->name);
}

static bool is_kernel_part(const char *name)
{
    for (size_t i = 0; i < MEM_COUNT; i++)
        if (!strcmp(mem_rows[i].name, name + strlen(PREFIX)))
            return mem_rows[i].side == SIDE_KERNEL;
    return false;
}

/* Some point has it: then all have the part, be it empty, so that parts are the same ones everywhere. */
static bool is_known(const struct frame *f, size_t metric)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (f->point[i].value[metric].mean >= 0)
            return true;
    return false;
}

/* What the process has beyond the bare one, where nothing says what it is (a real one): else 0. */
static double undivided(const struct frame *f, const struct frame_point *p)
{
    for (size_t i = 0; i < f->n_metrics; i++)
        if (is_part(&f->metric[i]) && !is_kernel_part(f->metric[i].name) && p->value[i].mean >= 0)
            return 0;
    double bytes = frame_value(f, p, "memory.resident.peak").mean - frame_value(f, p, PREFIX "base").mean;
    return bytes > 0 ? bytes : 0;
}

static bool some_are_undivided(const struct frame *f)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (undivided(f, &f->point[i]) > 0)
            return true;
    return false;
}

/* The parts in bytes of the whole process, without the base; returns their sum. */
static double collect(const struct frame *f, struct why *w)
{
    double sum = 0;
    for (size_t i = 0; i < f->n_metrics && w->n < WHY_PARTS - 1; i++) {
        double bytes = w->point->value[i].mean;
        if (!is_part(&f->metric[i]) || !is_known(f, i))
            continue;
        add_part(w, &f->metric[i], bytes >= 0 ? bytes : 0);
        sum += bytes >= 0 ? bytes : 0;
    }
    if (some_are_undivided(f)) {
        double bytes = undivided(f, w->point);
        w->part[w->n++] = (struct why_part){ "undivided", "the process, undivided", UNDIVIDED, bytes, false };
        sum += bytes;
    }
    return sum;
}

/* The process's parts first, then the kernel's. */
static void group_parts(struct why *w)
{
    struct why_part part[WHY_PARTS];
    size_t n = 0;
    for (int kernel = 0; kernel < 2; kernel++)
        for (size_t i = 0; i < w->n; i++)
            if (w->part[i].kernel == kernel)
                part[n++] = w->part[i];
    memcpy(w->part, part, n * sizeof *part);
}

bool why_of_point(const struct frame *f, const struct frame_point *p, struct why *w)
{
    *w = (struct why){ .point = p };
    double sum = collect(f, w), each = frame_value(f, w->point, "memory.per_connection").mean;
    double peak = frame_value(f, w->point, "connections.peak").mean;
    w->connections = each > 0 ? sum / each : peak;
    if (!(sum > 0) || !(w->connections > 0))
        return false;
    group_parts(w);
    w->bytes = sum / w->connections;
    for (size_t i = 0; i < w->n; i++)
        w->part[i].bytes /= w->connections;
    /* Two peaks that belong together only where nothing was refused or killed in between. */
    double reserved = frame_value(f, w->point, "memory.reserved.peak").mean;
    w->reserved = w->point->stable ? reserved / peak : NAN;
    return true;
}
