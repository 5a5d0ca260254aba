/* floor: experiment */
#include "tests/suite.h"

#include "sim/experiment/plan_key.h"
#include "sim/scenario/inline.h"
#include "tests/toy_plan.h"

static void alone(void)
{
    struct plan p;
    CHECK_LOADS(load(&p, HEAD, NULL));
    CHECK_INT(p.n_points, 1);
    CHECK_INT(p.n_variants, 1);
    CHECK_INT(p.n_sweep, 1);
    CHECK_INT(p.n_keys, 0);
    CHECK_TEXT(p.point[0].variant, "base");
    CHECK_TEXT(p.head->name, "toy");
    CHECK_INT(p.replications, 5);
    CHECK_INT(p.head->run.seed, 1);
    CHECK_INT(p.head->run.warmup, 0);
    CHECK_INT(p.head->run.duration, 60000000000);
    plan_term(&p);
}

static void empty_variants(void)
{
    struct plan p;
    CHECK_LOADS(load(&p, HEAD "variants: {}\nsweep: {}\n", NULL));
    CHECK_INT(p.n_points, 1);
    CHECK_TEXT(p.point[0].variant, "base");
    plan_term(&p);
}

static void product(void)
{
    static const char *const text = HEAD "variants:\n  threads: {service: 2 s}\n  event loop: {}\n"
                                         "sweep: {load: [0.1, 0.2], customers: [10, 20, 30]}\n";
    struct plan p;
    CHECK_LOADS(load(&p, text, NULL));
    CHECK_INT(p.n_points, 12);
    CHECK_INT(p.n_sweep, 6);
    CHECK_INT(p.n_keys, 2);
    for (size_t i = 0; i < p.n_points; i++) {
        CHECK_TEXT(p.point[i].variant, i < 6 ? "threads" : "event loop");
        CHECK_INT(conf(&p, i)->service, i < 6 ? 2000000000 : 1000000000);
        CHECK_NEAR(conf(&p, i)->load, i % 6 < 3 ? 0.1 : 0.2, 0);
        CHECK_INT(conf(&p, i)->customers, 10 + 10 * (i % 3));
        CHECK_INT(p.point[i].n_parameters, 2);
        CHECK_TEXT(p.point[i].parameter[0].key, "load");
        CHECK_NEAR(p.point[i].parameter[1].number, 10 + 10 * (i % 3), 0);
    }
    char label[100];
    plan_label(&p, &p.point[4], label, sizeof label);
    CHECK_TEXT(label, "threads, load = 0.2, customers = 20");
    plan_term(&p);
}

static void sweep_over_variant(void)
{
    struct plan p;
    CHECK_LOADS(
        load(&p, HEAD "customers: 7\nvariants: {a: {customers: 8}}\nsweep: {customers: [9]}\n", NULL));
    CHECK_INT(conf(&p, 0)->customers, 9);
    plan_term(&p);
}

static void set_over_all(void)
{
    static const char *const text = HEAD "customers: 7\nvariants: {a: {customers: 8, load: 0.3}, b: {}}\n"
                                         "sweep: {customers: [9, 10], service: [1 s, 2 s]}\n";
    struct plan p;
    CHECK_LOADS(load_set(&p, text, "customers", "11"));
    CHECK_INT(p.n_points, 4);
    CHECK_INT(p.n_keys, 1);
    for (size_t i = 0; i < p.n_points; i++)
        CHECK_INT(conf(&p, i)->customers, 11);
    CHECK_NEAR(conf(&p, 0)->load, 0.3, 0);
    CHECK_NEAR(conf(&p, 2)->load, 0.5, 0);
    plan_term(&p);
    CHECK_LOADS(load_set(&p, text, "sweep", "{}"));
    CHECK_INT(p.n_points, 2);
    plan_term(&p);
}

static void set_again(void)
{
    struct option_pair set[] = { { "customers", "11" }, { "customers", "12" }, { "title", "" } };
    struct plan_options opt = { .set = set, .n_set = COUNT(set) };
    struct plan p;
    CHECK_LOADS(load(&p, HEAD "title: old\n", &opt));
    CHECK_INT(conf(&p, 0)->customers, 12);
    CHECK_TEXT(p.head->title, "");
    plan_term(&p);
}

static void vary(void)
{
    struct plan p;
    CHECK_LOADS(load_vary(&p, HEAD "sweep: {load: [0.1, 0.2]}\n", "customers", "10,20,30"));
    CHECK_INT(p.n_points, 6);
    CHECK_INT(conf(&p, 1)->customers, 20);
    plan_term(&p);
    CHECK_LOADS(load_vary(&p, HEAD "sweep: {load: [0.1, 0.2]}\n", "load", "[0.4]"));
    CHECK_INT(p.n_points, 1);
    CHECK_NEAR(conf(&p, 0)->load, 0.4, 0);
    plan_term(&p);
    CHECK_LOADS(load_vary(&p, HEAD, "customers", "1..1000:log:4"));
    CHECK_INT(p.n_points, 4);
    CHECK_INT(conf(&p, 2)->customers, 100);
    CHECK_TEXT(p.point[2].parameter[0].text, "100");
    plan_term(&p);
}

static uint64_t collars(const struct plan *p, size_t point, size_t herd)
{
    return ((const struct toy_herd *)conf(p, point)->herds.at)[herd].collars;
}

static void wildcard(void)
{
    struct plan p;
    CHECK_LOADS(load(&p, HERDS "sweep: {'herds.*.collars': [10, 20]}\n", NULL));
    CHECK_INT(p.n_points, 2);
    CHECK_INT(collars(&p, 1, 0), 20);
    CHECK_INT(collars(&p, 1, 1), 20);
    plan_term(&p);
}

static void set_covers(void)
{
    struct plan p;
    CHECK_LOADS(load_set(&p, HERDS "sweep: {herds.tsavo.collars: [10, 20]}\n", "herds.*.collars", "5"));
    CHECK_INT(p.n_points, 1);
    CHECK_INT(collars(&p, 0, 1), 5);
    plan_term(&p);
}

static void set_within(void)
{
    struct plan p;
    CHECK_LOADS(
        load_set(&p, HERDS "sweep: {'herds.*.collars': [10, 20]}\nvariants: {a: {'herds.*.collars': 3}}\n",
                 "herds.tsavo.collars", "5"));
    CHECK_INT(p.n_points, 2);
    CHECK_INT(p.n_keys, 2);
    CHECK_INT(collars(&p, 1, 0), 20);
    CHECK_INT(collars(&p, 1, 1), 5);
    plan_term(&p);
}

static void check_same_plan(const struct plan *a, const struct plan *b)
{
    CHECK_INT(a->n_points, b->n_points);
    CHECK_TEXT(a->head->name, b->head->name);
    CHECK_INT(a->replications, b->replications);
    CHECK_INT(a->head->run.seed, b->head->run.seed);
    for (size_t i = 0; i < a->n_points && i < b->n_points; i++) {
        CHECK_TEXT(a->point[i].variant, b->point[i].variant);
        CHECK_INT(a->point[i].n_parameters, b->point[i].n_parameters);
        for (size_t k = 0; k < a->point[i].n_parameters; k++) {
            CHECK_TEXT(a->point[i].parameter[k].key, b->point[i].parameter[k].key);
            CHECK_TEXT(a->point[i].parameter[k].text, b->point[i].parameter[k].text);
        }
        CHECK_INT(conf(a, i)->customers, conf(b, i)->customers);
        CHECK_INT(conf(a, i)->service, conf(b, i)->service);
        CHECK_NEAR(conf(a, i)->load, conf(b, i)->load, 0);
        CHECK_INT(collars(a, i, 0), collars(b, i, 0));
        CHECK_INT(collars(a, i, 1), collars(b, i, 1));
    }
}

static void resolved(void)
{
    static const char *const text =
        HERDS "variants: {a: {customers: 8, 'herds.*.collars': 3}, 'b, \"c\"': {}}\n"
              "sweep: {'herds.*.collars': [10, 20], load: [0.1]}\n";
    struct option_pair set[] = { { "herds.tsavo.collars", "5" },
                                 { "run.seed", "9" },
                                 { "run.replications", "2" } };
    struct option_pair more = { "service", "1 s, 2 s" };
    struct plan_options opt = { .set = set, .n_set = COUNT(set), .vary = &more, .n_vary = 1 };
    struct plan p, again;
    CHECK_LOADS(load(&p, text, &opt));
    char *copy = node_emit(p.resolved);
    CU_ASSERT_FATAL(copy != NULL);
    CHECK_LOADS(load_as(&again, "scenario.yaml", copy, NULL));
    check_same_plan(&p, &again);
    CHECK_INT(again.n_points, 8);
    CHECK_TEXT(again.head->name, "toy");
    plan_term(&again);
    plan_term(&p);
    free(copy);
}

static void units(void)
{
    struct plan p;
    CHECK_LOADS(load(
        &p, HEAD "sweep: {run.warmup: [0 s, 250 ms], load: [5 %], server.model: [exponential]}\n", NULL));
    const struct parameter *k = p.point[1].parameter;
    CHECK_NEAR(k[0].number, 0.25, 1e-15);
    CHECK_TEXT(k[0].unit, "s");
    CHECK_TEXT(k[0].text, "250 ms");
    CHECK_NEAR(k[1].number, 0.05, 1e-15);
    CHECK(isnan(k[2].number));
    CHECK_TEXT(k[2].text, "exponential");
    CHECK_TEXT(p.key[0].key, "run.warmup");
    CHECK_TEXT(p.key[0].unit, "s");
    plan_term(&p);
}

/* A name stands for what its file holds. */
static const struct node *read_whole(struct arena *a, const char *folder, const char *file, struct mark at,
                                     struct diag *d)
{
    char path[512];
    (void)at;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return node_load(a, path, d, NULL);
}

static void inlined(void)
{
    static const struct inliner table[] = { { "amboseli", read_whole }, { NULL, NULL } };
    struct study study = toy_study;
    struct diag d = { 0 };
    struct plan p;
    study.inliners = table;
    toy_file(1, "herd.yaml", "{collars: 7}\n");
    const char *path = toy_file(0, "toy.yaml", HEAD "herds: {amboseli: herd.yaml}\n");
    CU_ASSERT_FATAL(plan_load(&p, &study, path, NULL, &d) == PLAN_OK);
    CHECK_TEXT(node_get(node_get(node_get(p.resolved, "herds"), "amboseli"), "collars")->text, "7");
    CHECK_INT(collars(&p, 0, 0), 7);
    plan_term(&p);
    diag_term(&d);
}

static void long_values(void)
{
    struct plan p;
    CHECK_LOADS(load(&p,
                     HEAD "sweep: {server: [{model: constant, grain: 1}, {model: exponential}], herds: "
                          "[{a: {collars: 1}}, {long-named-herd-of-amboseli: {collars: 1}, "
                          "herd-of-tsavo-that-makes-the-heading-too-long: {collars: 2}}]}\n",
                     NULL));
    CHECK_TEXT(p.point[0].parameter[0].text, "{model: constant, grain: 1}");
    CHECK(isnan(p.point[0].parameter[0].number));
    CHECK_TEXT(p.point[2].parameter[0].text, "{model: exponential}");
    CHECK_TEXT(p.point[0].parameter[1].text, "{a: {collars: 1}}");
    CHECK_TEXT(p.point[1].parameter[1].text, "value 2");
    plan_term(&p);
}

static void told_once(void)
{
    struct plan p;
    CHECK_WRONG(
        load(&p, HEAD "custommers: 5\nsweep: {load: [0.1, 0.2, 0.3]}\nvariants: {a: {}, b: {}}\n", NULL),
        "custommers");
}

static void all_at_once(void)
{
    struct plan p;
    CHECK_INT(load(&p,
                   HEAD "customers: many\nname: a/b\nvariants: {'': {}, b: {lod: 1}}\nsweep: {wrong: [1]}\n",
                   NULL),
              PLAN_WRONG);
    CHECK_INT(times("error: "), 5);
    CHECK_INT(times("many"), 1);
    CHECK_INT(times("a/b"), 1);
    CHECK_INT(times("empty"), 1);
    CHECK_INT(times("error: 'lod'"), 1);
    CHECK_INT(times("error: 'wrong'"), 1);
}

static void effects(void)
{
    static const char *const text =
        "herdsim: 1\nrun: {duration: 1 min}\nserver: {model: exponential, grain: 3}\n";
    char both[300];
    struct plan p;
    snprintf(both, sizeof both, "%svariants: {a: {}, b: {server.model: constant}}\n", text);
    CHECK_LOADS(load(&p, both, NULL));
    plan_term(&p);
    CHECK_WRONG(load(&p, text, NULL), "grain");
}

static void too_many(void)
{
    struct plan p;
    CHECK_WRONG(load_vary(&p, HEAD "sweep: {load: 0.1..0.9:lin:400}\n", "customers", "1..1000:lin:500"),
                "200000 points");
    CHECK_WRONG(load_set(&p, HEAD "sweep: {customers: 1..1000:lin:1000}\n", "run.replications", "2000"),
                "2000000 trials");
}

static void names(void)
{
    struct plan p;
    CHECK_LOADS(load_as(&p, "my-herd_2.yaml", HEAD, NULL));
    CHECK_TEXT(p.head->name, "my-herd_2");
    plan_term(&p);
    CHECK_WRONG(load_as(&p, "my herd.yaml", HEAD, NULL), "the file's name");
    CHECK_WRONG(load(&p, HEAD "name: .hidden\n", NULL), ".hidden");
    CHECK_LOADS(load_set(&p, HEAD "name: .hidden\n", "name", "seen"));
    CHECK_TEXT(p.head->name, "seen");
    plan_term(&p);
}

static void run_rows(void)
{
    struct plan p;
    CHECK_LOADS(load_set(&p, HEAD, "run.warmup", "1 h"));
    plan_term(&p);
    static const char *const wrong[][2] = {
        { "run.duration", "0 s" },     { "run.duration", "-1 s" },  { "run.warmup", "-1 s" },
        { "run.duration", "60" },      { "run.replications", "0" }, { "run.replications", "100001" },
        { "run.replications", "2.5" }, { "run.seed", "-1" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int status = load_set(&p, HEAD, wrong[i][0], wrong[i][1]);
        CHECK_INT(status, PLAN_WRONG);
        CHECK_INT(times("error:"), 1);
        CHECK_INT(times("--set"), 1);
        if (status == PLAN_OK)
            plan_term(&p);
    }
    CHECK_WRONG(load(&p, "herdsim: 1\nserver: {model: exponential}\n", NULL), "duration");
}

static void replications_differ(void)
{
    struct plan p;
    CHECK_WRONG(load(&p, HEAD "variants: {a: {run.replications: 2}, b: {}}\n", NULL), "must be the same");
}

static void fixed_keys(void)
{
    struct plan p;
    CHECK_WRONG(load(&p, HEAD "variants: {a: {name: x}}\n", NULL), "'name' belongs to the whole scenario");
    CHECK_WRONG(load(&p, HEAD "sweep: {title: [x, y]}\n", NULL), "'title' belongs to the whole scenario");
    CHECK_WRONG(load(&p, HEAD "sweep: {customers: [1, 2, 1]}\n", NULL), "swept twice");
    CHECK_WRONG(load(&p, HEAD "variants: [a, b]\n", NULL), "variants: expected");
    CHECK_WRONG(load(&p, HEAD "variants: {a: 3}\n", NULL), "variant 'a'");
    CHECK_WRONG(load(&p, HEAD "sweep: [a, b]\n", NULL), "sweep: expected");
    CHECK_WRONG(load(&p, "- a\n- b\n", NULL), "herdsim: 1");
}

static void unreadable(void)
{
    struct diag d = { 0 };
    struct plan p;
    CHECK_INT(plan_load(&p, &toy_study, "/nonexistent/toy.yaml", NULL, &d), PLAN_IO);
    CHECK_INT(d.errors, 1);
    diag_term(&d);
}

static void foresight(void)
{
    struct plan p;
    CHECK_LOADS(load(&p, HEAD "variants: {a: {}, b: {}}\nsweep: {load: [0.5, 1.5]}\n", NULL));
    CHECK_INT(times("warning: "), 2);
    CHECK_INT(times("a, load = 1.5: the load is 1.5"), 1);
    CHECK_INT(times("b, load = 1.5: the load is 1.5"), 1);
    plan_term(&p);
}

static void keys(void)
{
    CHECK(key_covers("a.b", "a.b"));
    CHECK(key_covers("a", "a.b"));
    CHECK(key_covers("a.*", "a.b.c"));
    CHECK(!key_covers("a.b", "a.*"));
    CHECK(!key_covers("a.b", "a"));
    CHECK(!key_covers("a.b", "a.bc"));
    CHECK(!key_covers("a.bc", "a.b"));
    CHECK(key_meets("a.b", "a.*.c"));
    CHECK(key_meets("a.*.c", "a.b.*"));
    CHECK(key_meets("a.b.c", "a"));
    CHECK(!key_meets("a.b.c", "a.*.d"));
    CHECK(!key_meets("ab", "a"));
    CHECK(key_begins("sweep.x", "sweep"));
    CHECK(!key_begins("sweeper", "sweep"));
}

static void clean(void) { toy_clean(); }

SUITE("plan", { "keys by dotted path cover and meet each other segment by segment", keys },
      { "a scenario without variants and sweep has one point, called base", alone },
      { "empty variants and an empty sweep are as none", empty_variants },
      { "variants times swept values give points, the last key varying fastest", product },
      { "the sweep wins over a variant", sweep_over_variant },
      { "--set wins over file, variant and sweep, and takes the key from the sweep", set_over_all },
      { "the last --set of a key counts, and text can be set to nothing", set_again },
      { "--vary adds a key to the sweep or replaces its values", vary },
      { "a key with * reaches every name at its place", wildcard },
      { "--set with * replaces the sweep of one of its names", set_covers },
      { "--set inside a broader swept key has the last word there", set_within },
      { "the resolved copy gives the same plan without options", resolved },
      { "a swept value is known as text and as a number in base units", units },
      { "the resolved copy holds what the files beside it held", inlined },
      { "a swept mapping is shown on one line, or numbered where it is too long", long_values },
      { "a mistake is told once, however many points share it", told_once },
      { "all mistakes are told at once", all_at_once },
      { "a key that has an effect at one point is fine, and one that has it nowhere is not", effects },
      { "more points or trials than can be run are refused", too_many },
      { "a scenario is named by its file unless it says otherwise", names },
      { "duration is positive, warm-up not negative, replications are a count", run_rows },
      { "replications cannot differ between points", replications_differ },
      { "variants and sweep are refused what makes no sense in them", fixed_keys },
      { "a file that cannot be read is the world's fault", unreadable },
      { "what the study foresees is told with the point it is about", foresight },
      { "the test leaves nothing behind", clean })
