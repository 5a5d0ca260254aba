/* plots_folder.h - a result folder made by hand, for suites that draw. */
#ifndef TESTS_PLOTS_FOLDER_H
#define TESTS_PLOTS_FOLDER_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/frame.h"
#include "plots/plots.h"
#include "tests/suite.h"

static char folder[64];

/* A path in the folder at hand, until the next call. */
static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/test_plots.XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    CHECK_INT(system(command), 0);
}

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    CU_ASSERT_FATAL(f != NULL);
    CHECK(fputs(text, f) >= 0);
    CHECK_INT(fclose(f), 0);
}

/* The whole of a file, to be freed; "" where there is none. */
static char *read_text(const char *name)
{
    FILE *f = fopen(in_folder(name), "r");
    char *text = NULL;
    size_t room = 0;
    if (!f || getdelim(&text, &room, '\0', f) < 0) {
        free(text);
        text = strdup("");
    }
    if (f)
        fclose(f);
    CU_ASSERT_FATAL(text != NULL);
    return text;
}

static bool exists(const char *name) { return access(in_folder(name), F_OK) == 0; }

static bool holds(const char *name, const char *needle)
{
    char *text = read_text(name);
    bool found = strstr(text, needle) != NULL;
    if (!found)
        printf("\n%s does not hold: %s", name, needle);
    free(text);
    return found;
}

/* One point of summary.json. */
struct given {
    const char *variant, *value; /* of the swept key, as JSON */
    double total, stacks, sockets, connections;
    const char *p99; /* JSON of its mean */
};

static void write_metric(FILE *f, const char *name, const char *mean, const char *unit, const char *rest)
{
    fprintf(f, "\"%s\":{\"mean\":%s,\"ci\":null,\"min\":null,\"max\":null,\"unit\":\"%s\"%s},", name, mean,
            unit, rest);
}

static void write_number(FILE *f, const char *name, double mean, const char *unit)
{
    char text[32];
    snprintf(text, sizeof text, "%.10g", mean);
    write_metric(f, name, text, unit, "");
}

static void write_given(FILE *f, const struct given *s, const char *key)
{
    bool unknown = !strcmp(s->p99, "null");
    fprintf(f, "{\"variant\":\"%s\",\"parameters\":{", s->variant);
    if (key)
        fprintf(f, "\"%s\":%s", key, s->value);
    fprintf(f, "},\"replications\":1,\"verdict\":\"%s\",\"limit\":null,\"metrics\":{",
            unknown ? "overloaded" : "stable");
    write_metric(f, "latency.p50", "0.01", "s", "");
    write_metric(f, "latency.p99", s->p99, "s", unknown ? ",\"at_least\":12.3" : "");
    fprintf(f, "\"warmup\":{\"mean\":12,\"ci\":null,\"min\":10,\"max\":15,\"unit\":\"s\"},");
    write_metric(f, "warmup.found", unknown ? "0" : "1", "1", "");
    write_number(f, "throughput", s->connections / 60, "1/s");
    write_number(f, "offered", s->connections / 60, "1/s");
    write_metric(f, "cpu.utilisation", "0.5", "1", "");
    write_number(f, "memory.total.peak", s->total, "B");
    write_number(f, "memory.resident.peak", s->total - s->sockets, "B");
    write_number(f, "memory.reserved.peak", 0, "B");
    write_number(f, "memory.peak.base", s->total - s->stacks - s->sockets, "B");
    write_number(f, "memory.peak.sockets", s->sockets, "B");
    write_number(f, "memory.peak.stacks", s->stacks, "B");
    write_number(f, "memory.per_connection", (s->stacks + s->sockets) / s->connections, "B");
    fprintf(f, "\"connections.peak\":{\"mean\":%g,\"ci\":null,\"min\":null,\"max\":null,\"unit\":\"1\"}}}",
            s->connections);
}

/* key may be NULL: nothing is swept. */
static void write_summary(const struct given *s, size_t n, const char *key, const char *unit,
                          const char *title)
{
    FILE *f = fopen(in_folder("summary.json"), "w");
    CU_ASSERT_FATAL(f != NULL);
    fprintf(f, "{\"herdsim\":\"0\",\"scenario\":\"s\",\"title\":\"%s\",\"seed\":1,\"sweep\":[", title);
    if (key)
        fprintf(f, "{\"key\":\"%s\",\"unit\":\"%s\"}", key, unit);
    fputs("],\"points\":[", f);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? "," : "", f);
        write_given(f, &s[i], key);
    }
    fputs("],\"comparisons\":[]}", f);
    CHECK_INT(fclose(f), 0);
}

static const struct given sweep[] = {
    { "threads", "100", 5e6, 8e5, 4e5, 100, "0.1" },
    { "threads", "10000", 2e8, 8e7, 4e7, 10000, "null" },
    { "event loop", "100", 2e6, 0, 4e5, 100, "0.1" },
    { "event loop", "10000", 5e7, 0, 4e7, 10000, "0.2" },
};
#define COLLARS "fleets.a.collars"

static void expect_written(void)
{
    char error[512] = "";
    CHECK_INT(plots_write(folder, error, sizeof error), 0);
    CHECK_TEXT(error, "");
}

#endif
