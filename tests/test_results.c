/* floor: experiment */
#include "tests/suite.h"

#include <jansson.h>

#include "sim/experiment/csv.h"
#include "sim/experiment/json_write.h"
#include "sim/experiment/number.h"
#include "sim/experiment/results_read.h"
#include "tests/toy_run.h"

static json_t *summary(const struct ran *r)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    CU_ASSERT_FATAL(to != NULL);
    CHECK_INT(results_print_json(&r->outcome, to), 0);
    fclose(to);
    json_error_t why;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        printf("\n%s in %s", why.text, text);
    CU_ASSERT_FATAL(root != NULL);
    free(text);
    return root;
}

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}
static double number_of(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}
static bool is_null(const json_t *o, const char *key) { return json_is_null(json_object_get(o, key)); }

static void check_head(const json_t *root)
{
    CHECK_TEXT(text_of(root, "herdsim"), HERDSIM_VERSION);
    CHECK_TEXT(text_of(root, "scenario"), "toy");
    CHECK_TEXT(text_of(root, "title"), "a \"toy\"");
    CHECK_NEAR(number_of(root, "seed"), 1, 0);
    CHECK_NEAR(number_of(root, "events"), 2 * 200 * 3 * 4, 0);
    CHECK(number_of(root, "wall_seconds") > 0);
    CHECK(json_is_true(json_object_get(root, "complete")));
    const json_t *host = json_object_get(root, "host");
    CHECK(strlen(text_of(host, "cpu")) > 0);
    CHECK(number_of(host, "cores") >= 1);
    CHECK(strlen(text_of(host, "kernel")) > 0);
    CHECK(number_of(host, "memory") > 1e6);
    CHECK_INT(json_array_size(json_object_get(root, "points")), 4);
    CHECK_INT(json_array_size(json_object_get(root, "comparisons")), 2);
}

static void contract_points(void)
{
    struct ran r;
    run(&r, SWEPT, 2);
    json_t *root = summary(&r);
    check_head(root);
    const json_t *p = json_array_get(json_object_get(root, "points"), 1),
                 *limit = json_object_get(p, "limit");
    CHECK_TEXT(text_of(p, "variant"), "threads, many");
    CHECK_NEAR(number_of(json_object_get(p, "parameters"), "load"), 2, 0);
    CHECK_NEAR(number_of(json_object_get(p, "parameters"), "service"), 1, 0);
    CHECK_NEAR(number_of(p, "replications"), 3, 0);
    CHECK_TEXT(text_of(p, "verdict"), "overloaded");
    CHECK_TEXT(text_of(limit, "name"), "cpu");
    CHECK_NEAR(number_of(limit, "at"), 10, 0);
    CHECK_NEAR(number_of(limit, "connections"), 200, 0);
    CHECK(is_null(json_array_get(json_object_get(root, "points"), 0), "limit"));
    const json_t *wait = json_object_get(json_object_get(p, "metrics"), "wait.mean");
    const struct estimate *e = &r.outcome.point[1].metric[TOY_WAIT];
    CHECK_NEAR(number_of(wait, "mean"), e->mean, 0);
    CHECK_NEAR(json_number_value(json_array_get(json_object_get(wait, "ci"), 0)), e->lo, 0);
    CHECK_NEAR(json_number_value(json_array_get(json_object_get(wait, "ci"), 1)), e->hi, 0);
    CHECK_NEAR(number_of(wait, "min"), e->min, 0);
    CHECK_NEAR(number_of(wait, "max"), e->max, 0);
    CHECK_TEXT(text_of(wait, "unit"), "s");
    CHECK(!json_object_get(wait, "at_least"));
    json_decref(root);
    ran_term(&r);
}

static void contract_comparisons(void)
{
    struct ran r;
    run(&r, SWEPT, 2);
    json_t *root = summary(&r);
    const json_t *c = json_array_get(json_object_get(root, "comparisons"), 1),
                 *d = json_object_get(c, "difference");
    CHECK_TEXT(text_of(c, "metric"), "wait.mean");
    CHECK_TEXT(text_of(c, "a"), "threads, many");
    CHECK_TEXT(text_of(c, "b"), "event loop");
    CHECK_NEAR(number_of(json_object_get(c, "parameters"), "load"), 2, 0);
    double mean = r.outcome.point[1].metric[TOY_WAIT].mean - r.outcome.point[3].metric[TOY_WAIT].mean;
    CHECK_NEAR(number_of(d, "mean"), mean, 1e-12);
    CHECK_INT(json_array_size(json_object_get(d, "ci")), 2);
    CHECK(number_of(json_object_get(c, "ratio"), "mean") > 0);
    json_decref(root);
    ran_term(&r);
}

static void undefined_is_null(void)
{
    struct ran r;
    run(&r,
        "herdsim: 1\nrun: {duration: 1 h, replications: 1}\nserver: {model: exponential}\ncustomers: 4000\n"
        "sweep: {server.model: [exponential]}\n",
        2);
    json_t *root = summary(&r);
    const json_t *p = json_array_get(json_object_get(root, "points"), 0), *m = json_object_get(p, "metrics");
    const json_t *p99 = json_object_get(m, "wait.p99"), *never = json_object_get(m, "never");
    CHECK(is_null(p99, "mean") && is_null(p99, "ci") && is_null(p99, "min") && is_null(p99, "max"));
    CHECK_NEAR(number_of(p99, "at_least"), 3600, 0);
    CHECK(is_null(never, "mean"));
    CHECK(!json_object_get(never, "at_least"));
    CHECK(is_null(json_object_get(m, "wait.mean"), "ci"));
    CHECK_TEXT(text_of(json_object_get(p, "parameters"), "server.model"), "exponential");
    json_decref(root);
    ran_term(&r);
}

static void interrupted(void)
{
    struct ran r;
    run(&r, HEAD "sweep: {load: [0.5, 0.6]}\ntrouble: {stop: 1}\n", 1);
    json_t *root = summary(&r);
    const json_t *points = json_object_get(root, "points");
    CHECK(json_is_false(json_object_get(root, "complete")));
    CHECK_NEAR(number_of(json_array_get(points, 0), "replications"), 2, 0);
    CHECK_NEAR(number_of(json_array_get(points, 1), "replications"), 0, 0);
    CHECK(is_null(json_array_get(points, 1), "verdict"));
    json_decref(root);
    CHECK_INT(write_to(&r, in(0, "cut")), 0);
    char *trials = content(in(0, "cut"), "trials.csv");
    int lines = 0;
    for (const char *c = trials; *c; c++)
        lines += *c == '\n';
    CHECK_INT(lines, 3);
    free(trials);
    ran_term(&r);
}

/* Without the two things that may differ. */
static char *comparable(const struct ran *r)
{
    json_t *root = summary(r);
    json_object_del(root, "host");
    json_object_del(root, "wall_seconds");
    char *text = json_dumps(root, JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

static void check_same_files(const char *a, const char *b)
{
    static const char *const name[] = { "scenario.yaml", "summary.csv", "trials.csv",
                                        "latency.csv",   "series.csv",  "timeline.csv" };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        char *x = content(a, name[i]), *y = content(b, name[i]);
        CHECK(!strcmp(x, y));
        CHECK(strlen(x) > 100);
        free(x);
        free(y);
    }
}

static void identical_runs(void)
{
    struct ran one, three;
    run(&one, SWEPT, 1);
    run(&three, SWEPT, 3);
    char *a = comparable(&one), *b = comparable(&three);
    CHECK(a && b && !strcmp(a, b));
    CHECK_INT(write_to(&one, in(0, "one")), 0);
    CHECK_INT(write_to(&three, in(1, "three")), 0);
    check_same_files(in(0, "one"), in(1, "three"));
    free(a);
    free(b);
    ran_term(&one);
    ran_term(&three);
}

static void runs_again(void)
{
    struct ran first, again;
    char path[600];
    run(&first, SWEPT, 2);
    CHECK_INT(write_to(&first, in(0, "first")), 0);
    snprintf(path, sizeof path, "%s/scenario.yaml", in(0, "first"));
    run_file(&again, path, 2);
    char *a = comparable(&first), *b = comparable(&again);
    CHECK(a && b && !strcmp(a, b));
    CHECK_INT(write_to(&again, in(1, "again")), 0);
    check_same_files(in(0, "first"), in(1, "again"));
    free(a);
    free(b);
    ran_term(&first);
    ran_term(&again);
}

static void reads_back(void)
{
    struct ran r;
    struct result_set s;
    run(&r, SWEPT, 2);
    CHECK_INT(write_to(&r, in(0, "back")), 0);
    CU_ASSERT_FATAL(!results_read(&s, in(0, "back"), error, sizeof error));
    CHECK_TEXT(s.scenario, "toy");
    CHECK_TEXT(s.title, "a \"toy\"");
    CHECK_INT(s.n_variants, 2);
    CHECK_TEXT(s.variant[1], "event loop");
    CHECK_INT(s.n_keys, 2);
    CHECK_TEXT(s.key[1].key, "service");
    CHECK_TEXT(s.key[1].unit, "s");
    CHECK_INT(s.n_points, 4);
    for (size_t i = 0; i < s.n_points; i++) {
        const struct estimate *e = &r.outcome.point[i].metric[TOY_WAIT];
        const struct result_metric *m = result_metric(&s.point[i], "wait.mean");
        CHECK_TEXT(s.point[i].variant, r.plan.point[i].variant);
        CHECK_NEAR(s.point[i].parameter[0].number, i % 2 ? 2 : 0.5, 0);
        CHECK_TEXT(s.point[i].verdict, i % 2 ? "overloaded" : "stable");
        CHECK(!s.point[i].limit == !(i % 2));
        CHECK(m && m->mean == e->mean && m->lo == e->lo && m->hi == e->hi && m->max == e->max);
        CHECK(m && !strcmp(m->unit, "s"));
        CHECK(isnan(result_metric(&s.point[i], "never")->mean));
    }
    CHECK(!result_metric(&s.point[0], "wait"));
    results_read_term(&s);
    ran_term(&r);
}

static void reads_no_rubbish(void)
{
    static const char half_a_point[] =
        "{\"herdsim\": \"0\", \"scenario\": \"x\", \"title\": \"\", \"seed\": 1,"
        " \"sweep\": [], \"points\": [{\"variant\": 3}]}";
    static const char *const rubbish[] = {
        "", "[]", "{", "{\"herdsim\": 1}", "{\"herdsim\": \"0\", \"points\": [3]}", half_a_point
    };
    struct result_set s;
    CHECK_INT(mkdir(in(0, "rubbish"), 0777), 0);
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        toy_file(0, "rubbish/summary.json", rubbish[i]);
        *error = '\0';
        CHECK_INT(results_read(&s, in(0, "rubbish"), error, sizeof error), -1);
        CHECK(strstr(error, "rubbish/summary.json") != NULL);
    }
    CHECK_INT(results_read(&s, in(0, "nowhere"), error, sizeof error), -1);
}

static void tables(void)
{
    struct ran r;
    run(&r, SWEPT, 2);
    CHECK_INT(write_to(&r, in(0, "tables")), 0);
    static const char *const starts[][2] = {
        { "summary.csv",
          "variant,load,service,replications,verdict,limit,limit_at,limit_connections,wait.mean,"
          "wait.mean.lo,wait.mean.hi,wait.p99,wait.p99.lo,wait.p99.hi,served,served.lo,served.hi,"
          "never,never.lo,never.hi\n\"threads, many\",0.5,1,3,stable,,,," },
        { "trials.csv",
          "point,variant,load,service,replication,verdict,limit,limit_at,limit_connections,wait.mean,"
          "wait.p99,served,never\n0,\"threads, many\",0.5,1,0,stable,,,," },
        { "latency.csv",
          "point,variant,load,service,histogram,lo,hi,count,above\n0,\"threads, many\",0.5,1,wait,0,1e-09," },
        { "series.csv", "point,variant,load,service,time,waiting\n0,\"threads, many\",0.5,1,0,0\n" },
        { "timeline.csv", "point,variant,load,service,lane,lane_index,activity,from,to\n"
                          "0,\"threads, many\",0.5,1,customer,0,work,0," },
        { "scenario.yaml", "# As herdsim " HERDSIM_VERSION " ran it" },
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char *text = content(in(0, "tables"), starts[i][0]);
        if (strncmp(text, starts[i][1], strlen(starts[i][1])))
            printf("\n%.400s", text);
        CHECK(!strncmp(text, starts[i][1], strlen(starts[i][1])));
        CHECK(!strstr(text, "nan"));
        free(text);
    }
    CHECK_INT(entries(in(0, "tables"), ""), 7);
    ran_term(&r);
}

static void only_above(void)
{
    struct ran r;
    run(&r, HEAD "load: 0.0001\ncustomers: 2\n", 1); /* the second customer comes after hours */
    CHECK_INT(write_to(&r, in(0, "above")), 0);
    char *text = content(in(0, "above"), "latency.csv");
    CHECK_TEXT(text, "point,variant,histogram,lo,hi,count,above\n0,base,wait,0,1e-09,3,3\n");
    free(text);
    ran_term(&r);
}

static void full_stream(void)
{
    struct ran r;
    run(&r, SWEPT, 2);
    FILE *full = fopen("/dev/full", "w");
    CU_ASSERT_FATAL(full != NULL);
    CHECK_INT(results_print_json(&r.outcome, full), -1);
    CHECK_INT(errno, ENOSPC);
    fclose(full);
    full = fopen("/dev/full", "w");
    CU_ASSERT_FATAL(full != NULL);
    CHECK_INT(results_print_csv(&r.outcome, full), -1);
    CHECK_INT(errno, ENOSPC);
    fclose(full);
    ran_term(&r);
}

static void quoting(void)
{
    char text[256] = "";
    FILE *to = fmemopen(text, sizeof text, "w");
    CU_ASSERT_FATAL(to != NULL);
    struct csv c = { .to = to };
    csv_text(&c, "plain words");
    csv_text(&c, "a,b");
    csv_text(&c, "say \"x\"");
    csv_text(&c, "two\nlines");
    csv_text(&c, "");
    csv_text(&c, NULL);
    csv_number(&c, NAN);
    csv_number(&c, 0.1);
    csv_count(&c, UINT64_MAX);
    csv_end(&c);
    csv_text(&c, NULL);
    csv_text(&c, " x");
    csv_end(&c);
    fclose(to);
    CHECK_TEXT(text,
               "plain words,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",,,,0.1,18446744073709551615\n,\" x\"\n");
}

static void escapes(void)
{
    char text[256] = "";
    FILE *to = fmemopen(text, sizeof text, "w");
    CU_ASSERT_FATAL(to != NULL);
    struct json_write j = { .to = to };
    json_write_open(&j, NULL, '{');
    json_write_text(&j, "a\"b", "c\\d\n\x01\xc3\xa9");
    json_write_number(&j, "inf", INFINITY);
    json_write_open(&j, "none", '[');
    json_write_close(&j);
    json_write_close(&j);
    fclose(to);
    CHECK_TEXT(text,
               "{\n  \"a\\\"b\": \"c\\\\d\\u000a\\u0001\xc3\xa9\",\n  \"inf\": null,\n  \"none\": []\n}\n");
}

static void short_numbers(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = { { 0, "0" },
                  { 0.1, "0.1" },
                  { 10000, "10000" },
                  { 1.0 / 3, "0.3333333333333333" },
                  { 65536, "65536" },
                  { -0.0, "-0" },
                  { 999999999999999, "999999999999999" },
                  { 1e15, "1e+15" },
                  { 0.0001, "0.0001" },
                  { 0.000064, "6.4e-05" },
                  { 12.000000001, "12.000000001" },
                  { -12.5, "-12.5" },
                  { 0.0021000000000000003, "0.0021000000000000003" },
                  { 5e-324, "4.94065645841247e-324" },
                  { 0.1 + 0.2, "0.30000000000000004" },
                  { 1.7976931348623157e308, "1.7976931348623157e+308" } };
    char text[NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_TEXT(number_text(cases[i].value, text), cases[i].text);
        CHECK_NEAR(strtod(text, NULL), cases[i].value, 0);
    }
}

static void clean(void) { toy_clean(); }

SUITE("results", { "numbers are as short as reads back to the same bits", short_numbers },
      { "cells are quoted where they must be", quoting },
      { "JSON text is escaped and infinity is null", escapes },
      { "summary.json says of every point what the contract says", contract_points },
      { "variants are compared at equal parameters", contract_comparisons },
      { "what is undefined is null, with a bound where one is known", undefined_is_null },
      { "an interrupted run says how many replications it has", interrupted },
      { "identical runs differ in host and wall time only, whatever the workers", identical_runs },
      { "scenario.yaml runs again to the same bits", runs_again },
      { "a result folder is read back", reads_back }, { "rubbish is no result", reads_no_rubbish },
      { "tables have the columns of the contract", tables },
      { "waits that are only known to be long are counted beside the histogram", only_above },
      { "a full stream is told", full_stream }, { "the test leaves nothing behind", clean })
