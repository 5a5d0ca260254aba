/* trace.c - the spans of an outcome as CSV. */
#include "sim/cli/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(struct trace *t, const char *path, char *error, size_t size)
{
    snprintf(error, size, "cannot write the trace '%s': %s", path, strerror(errno));
    trace_close(t);
    return -1;
}

int trace_open(struct trace *t, const char *path, char *error, size_t size)
{
    *t = (struct trace){ .path = path };
    if (!path)
        return 0;
    struct stat there;
    bool direct = stat(path, &there) == 0 && !S_ISREG(there.st_mode);
    if (!direct && asprintf(&t->fresh, "%s.%ld.part", path, (long)getpid()) < 0)
        t->fresh = NULL;
    if (!direct && !t->fresh)
        return failed(t, path, error, size);
    t->to = fopen(direct ? path : t->fresh, "we");
    return t->to ? 0 : failed(t, path, error, size);
}

/* RFC 4180: quoted where it must be. */
static void write_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            fputc('"', to);
        fputc(*c, to);
    }
    fputc('"', to);
}

static void write_head(FILE *to, const struct plan *p)
{
    fputs("variant", to);
    for (size_t i = 0; i < p->n_keys; i++) {
        fputc(',', to);
        write_text(to, p->key[i].key);
    }
    fputs(",lane,index,activity,from,to\n", to);
}

static void write_span(FILE *to, const struct point *p, const struct span *s)
{
    write_text(to, p->variant);
    for (size_t i = 0; i < p->n_parameters; i++) {
        fputc(',', to);
        write_text(to, p->parameter[i].text);
    }
    fprintf(to, ",%s,%u,%s,%.9f,%.9f\n", s->lane, (unsigned)s->lane_index, s->activity, s->from, s->to);
}

void trace_write(struct trace *t, const struct outcome *o, size_t *left_out)
{
    *left_out = 0;
    if (!t->to)
        return;
    write_head(t->to, o->plan);
    for (size_t i = 0; i < o->plan->n_points; i++) {
        const struct point_summary *summary = &o->point[i];
        *left_out += summary->done > 0 && !summary->span;
        for (size_t k = 0; summary->span && k < summary->spans; k++)
            write_span(t->to, &o->plan->point[i], &summary->span[k]);
    }
}

int trace_commit(struct trace *t, char *error, size_t size)
{
    if (!t->to)
        return 0;
    errno = 0;
    bool complete = !fflush(t->to) && !ferror(t->to) && (!t->fresh || !fsync(fileno(t->to)));
    complete = !fclose(t->to) && complete;
    t->to = NULL;
    if (!complete || (t->fresh && rename(t->fresh, t->path)))
        return failed(t, t->path, error, size);
    free(t->fresh);
    t->fresh = NULL;
    return 0;
}

void trace_close(struct trace *t)
{
    if (t->to)
        fclose(t->to);
    if (t->fresh)
        unlink(t->fresh);
    free(t->fresh);
    *t = (struct trace){ 0 };
}
