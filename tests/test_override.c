/* floor: scenario */
#include "tests/scenario_rows.h"
#include "tests/suite.h"

static const char document[] = "crane: 4\n"
                               "piers:\n"
                               "  east: {model: ferry, jobs: [work: 1 s, wait: {exponential: 2 s}]}\n"
                               "  east.2: {model: cargo}\n"
                               "ships:\n"
                               "  ark: {crew: 3, pier: east, load: {lognormal: 1 KiB, cv: 0.5},\n"
                               "        calls: {every: 1 h, jitter: 1 s, batch: 2}}\n"
                               "  boat: {crew: 1, pier: east, calls: {poisson: 1 h}}\n"
                               "plan: {vary: {a.b: 1}}\n";

/* Sets a key; the subtree at `show` (two keys down) must then be `expected`, or the complaint must. */
static void expect(const char *path, const char *value, const char *group, const char *name,
                   const char *expected)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    char option[300];
    snprintf(option, sizeof option, "--set %s=%s", path, value);
    const struct node *doc = node_parse(&a, document, "h", &d), *v = node_parse(&a, value, option, &d);
    const struct node *fresh =
        override_apply(&a, &harbour_record, doc, path, (struct mark){ option, 1, 7 }, v, &d);
    const struct node *part = fresh && group ? node_get(fresh, group) : fresh;
    part = part && name ? node_get(part, name) : part;
    char *text = part ? node_emit(part) : said_by(&d);
    CHECK_TEXT(text, expected);
    free(text);
    diag_term(&d);
    arena_term(&a);
}

static void keys_are_set_and_added(void)
{
    expect("ships.boat.crew", "7", "ships", "boat", "crew: 7\npier: east\ncalls: {poisson: 1 h}\n");
    expect("ships.boat.load", "5 B", "ships", "boat",
           "crew: 1\npier: east\ncalls: {poisson: 1 h}\nload: 5 B\n");
    expect("title", "new", "title", NULL, "new\n");
    expect("crane.costs.lift", "3 s", "crane", NULL, "arms: 4\ncosts: {lift: 3 s}\n");
    expect("crane", "{arms: 9}", "crane", NULL, "arms: 9\n");
    expect("piers.east.jobs.0.work", "9 s", "piers", "east",
           "model: ferry\njobs:\n- {work: 9 s}\n- {wait: {exponential: 2 s}}\n");
    expect("piers.east.deck", "1 MiB", "piers", "east",
           "model: ferry\njobs:\n- {work: 1 s}\n- {wait: {exponential: 2 s}}\ndeck: 1 MiB\n");
    expect("plan.vary.a.b", "2", "plan", "vary", "a.b: 2\n");
}

static void names_may_hold_dots(void)
{
    expect("piers.east.2.model", "mole", "piers", "east.2", "model: mole\n");
    expect("piers.east.2.batch", "9", "piers", "east.2", "model: cargo\nbatch: 9\n");
}

static void a_star_is_every_name(void)
{
    expect("ships.*.crew", "9", "ships", NULL,
           "ark:\n  crew: 9\n  pier: east\n  load: {lognormal: 1 KiB, cv: 0.5}\n  calls: {every: 1 h, "
           "jitter: 1 s, batch: 2}\n"
           "boat:\n  crew: 9\n  pier: east\n  calls: {poisson: 1 h}\n");
    expect(
        "ships.*.crow", "9", NULL, NULL,
        "--set ships.*.crow=9:1:7: error: 'ships.*.crow': a ship has no key 'crow'; did you mean 'crew'?\n");
}

static void what_excludes_another_takes_its_place(void)
{
    expect("ships.ark.calls.poisson", "2 h", "ships", "ark",
           "crew: 3\npier: east\nload: {lognormal: 1 KiB, cv: 0.5}\ncalls: {batch: 2, poisson: 2 h}\n");
    expect("ships.ark.calls.every", "2 h", "ships", "ark",
           "crew: 3\npier: east\nload: {lognormal: 1 KiB, cv: 0.5}\ncalls: {every: 2 h, jitter: 1 s, batch: "
           "2}\n");
    expect("ships.ark.load.exponential", "2 KiB", "ships", "ark",
           "crew: 3\npier: east\nload: {exponential: 2 KiB}\ncalls: {every: 1 h, jitter: 1 s, batch: 2}\n");
    expect(
        "ships.ark.load.gamma", "2 KiB", "ships", "ark",
        "crew: 3\npier: east\nload: {cv: 0.5, gamma: 2 KiB}\ncalls: {every: 1 h, jitter: 1 s, batch: 2}\n");
    expect(
        "ships.ark.load.cv", "2", "ships", "ark",
        "crew: 3\npier: east\nload: {lognormal: 1 KiB, cv: 2}\ncalls: {every: 1 h, jitter: 1 s, batch: 2}\n");
    expect("ships.boat.load.uniform", "[1 B, 2 B]", "ships", "boat",
           "crew: 1\npier: east\ncalls: {poisson: 1 h}\nload:\n  uniform: [1 B, 2 B]\n");
}

static void paths_that_lead_nowhere_are_told(void)
{
    static const struct {
        const char *path, *why;
    } cases[] = {
        { "shps.ark.crew", "a harbour has no key 'shps'; did you mean 'ships'?" },
        { "ships.arc.crew", "no ship is named 'arc'; did you mean 'ark'? (ark, boat)" },
        { "ships.titanic.crew", "no ship is named 'titanic'; known: ark, boat" },
        { "ships.ark.crew.x", "the path goes on below a single value" },
        { "ships.ark.load.cw", "no such distribution or parameter" },
        { "ships.boat.load.cv", "what stands there is a constant, which has no parameters" },
        { "piers.east.jobs.2.work", "'jobs' has 2 entries, and '2' is none of them (the first is 0)" },
        { "piers.east.jobs.work", "'jobs' has 2 entries, and 'work' is none of them (the first is 0)" },
        { "piers.east.jobs.*.work", "'jobs' has 2 entries, and '*' is none of them (the first is 0)" },
        { "piers.east.jobs.99999999999.work",
          "'jobs' has 2 entries, and '99999999999' is none of them (the first is 0)" },
        { "piers.east.model.x", "the path goes on below a single value" },
        { "*.ark", "a harbour has no key '*'" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[500];
        snprintf(expected, sizeof expected, "--set %s=1:1:7: error: '%s': %s\n", cases[i].path, cases[i].path,
                 cases[i].why);
        expect(cases[i].path, "1", NULL, NULL, expected);
    }
    expect("a..b", "1", NULL, NULL,
           "--set a..b=1:1:7: error: 'a..b' is no key; keys are written like fleets.NAME.KEY\n");
    expect(".", "1", NULL, NULL,
           "--set .=1:1:7: error: '.' is no key; keys are written like fleets.NAME.KEY\n");
}

static void errors_in_overrides_point_into_the_option(void)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    struct harbour h = { 0 };
    const char *option = "--set ships.boat.load=5";
    const struct node *doc = node_parse(&a, document, "h", &d), *v = node_parse(&a, "5", option, &d);
    doc = override_apply(&a, &harbour_record, doc, "ships.boat.load", (struct mark){ option, 1, 7 }, v, &d);
    option = "--set piers.east.batch=5";
    v = node_parse(&a, "5", option, &d);
    doc = override_apply(&a, &harbour_record, doc, "piers.east.batch", (struct mark){ option, 1, 7 }, v, &d);
    CHECK_INT(schema_bind(&harbour_record, doc, "", &h, &a, &d), -1);
    diag_settle_effects(&d);
    char *said = said_by(&d);
    CHECK_TEXT(
        said,
        "--set ships.boat.load=5:1:23: error: load: '5' needs a unit: 5 B, 5 KiB, 5 MiB, 5 GiB, 5 TiB\n"
        "--set piers.east.batch=5:1:7: error: 'batch' has no effect with model 'ferry' (cargo has it)\n");
    free(said);
    diag_term(&d);
    arena_term(&a);
}

static void the_old_tree_stays_as_it_was(void)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, document, "h", &d);
    char *before = node_emit(doc);
    const struct node *v = node_scalar(&a, "9", doc->at);
    const struct node *fresh = override_apply(&a, &harbour_record, doc, "ships.*.crew", doc->at, v, &d);
    char *after = node_emit(doc);
    CHECK(fresh != doc && node_get(fresh, "piers") == node_get(doc, "piers"));
    CHECK_TEXT(after, before);
    free(before);
    free(after);
    diag_term(&d);
    arena_term(&a);
}

/* The values of `text` for a key, as a list on one line, or the complaint. */
static void expect_values(const char *path, const char *text, const char *expected)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    char option[300];
    snprintf(option, sizeof option, "--vary %s=%s", path, text);
    const struct node *written = *text == '[' ? node_parse(&a, text, option, &d)
                                              : node_scalar(&a, text, (struct mark){ .source = option });
    const struct node *list = written ? override_values(&a, &harbour_record, path, written, &d) : NULL;
    char *found = list ? node_emit(list) : said_by(&d);
    CHECK_TEXT(found, expected);
    free(found);
    diag_term(&d);
    arena_term(&a);
}

static void values_are_listed(void)
{
    expect_values("ships.*.crew", "[1, 2, 5]", "[1, 2, 5]\n");
    expect_values("ships.ark.crew", "100,500, 1e3", "[100, 500, 1e3]\n");
    expect_values("ships.ark.crew", "100", "[100]\n");
    expect_values("piers.east.model", "ferry,cargo", "[ferry, cargo]\n");
    expect_values("ships.ark.load", "1 KiB,{uniform: [1 B, 2 B]},'3 B'",
                  "- 1 KiB\n- uniform: [1 B, 2 B]\n- '3 B'\n");
    expect_values("title", "../a.csv,..b", "[../a.csv, ..b]\n");
}

static void ranges_are_divided(void)
{
    expect_values("ships.ark.crew", "100..100000:log:7", "[100, 316, 1000, 3162, 10000, 31623, 100000]\n");
    expect_values("ships.ark.crew", "1..10:lin:4", "[1, 4, 7, 10]\n");
    expect_values("ships.ark.crew", "1..3:lin:9", "[1, 2, 3]\n");
    expect_values("ships.ark.crew", "10..1:lin:4", "[10, 7, 4, 1]\n");
    expect_values("ships.ark.crew", "1000000..4000000:lin:2", "[1000000, 4000000]\n");
    expect_values("ships.ark.rest", "1 ms..1 s:log:4", "[1 ms, 10 ms, 100 ms, 1 s]\n");
    expect_values("ships.ark.rest", "1..2 s:lin:3", "[1 s, 1.5 s, 2 s]\n");
    expect_values("ships.ark.load", "64..1024 KiB:lin:4", "[64 KiB, 384 KiB, 704 KiB, 1 MiB]\n");
    expect_values("ships.ark.load.lognormal", "1 KiB..4 KiB:log:3", "[1 KiB, 2 KiB, 4 KiB]\n");
    expect_values("ships.ark.load.cv", "0.5..2:log:3", "[0.5, 1, 2]\n");
    expect_values("ships.ark.load.k", "1..9:log:3", "[1, 3, 9]\n");
    expect_values("ships.ark.loss", "0..1 %:lin:3", "[0, 0.005, 0.01]\n");
    expect_values("ships.ark.radio", "1..4 Mbit/s:log:3", "[1 Mbit/s, 2 Mbit/s, 4 Mbit/s]\n");
    expect_values("piers.east.2.batch", "1..64:log:4", "[1, 4, 16, 64]\n");
    expect_values("piers.east.jobs.0.work", "1 s..3 s:lin:3", "[1 s, 2 s, 3 s]\n");
}

/* The value of a range at u, or the complaint. */
static void expect_extent(const char *path, const char *text, double u, size_t n, const char *expected)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    struct extent e;
    char option[300];
    snprintf(option, sizeof option, "--vary %s=%s", path, text);
    const struct node *written = node_scalar(&a, text, (struct mark){ .source = option });
    bool read = override_extent(&a, &harbour_record, path, written, &e, &d);
    char *found = read ? node_emit(extent_value(&a, &e, u, n)) : said_by(&d);
    found[strcspn(found, "\n")] = '\0';
    CHECK_TEXT(found, expected);
    free(found);
    diag_term(&d);
    arena_term(&a);
}

static void designs_choose_within_ranges(void)
{
    expect_extent("ships.ark.rest", "1..5 s", 0, 10, "1 s");
    expect_extent("ships.ark.rest", "1..5 s:lin", 0.5, 10, "3 s");
    expect_extent("ships.ark.rest", "5..1 s", 0.25, 10, "4 s");
    expect_extent("ships.ark.rest", "1 ms..1 s:log", 0.5, 10, "31.62 ms");
    expect_extent("ships.ark.loss", "0..1 %", 0.5, 10, "0.005");
    expect_extent("ships.ark.crew", "3,1,{x: 1}", 0.34, 10, "1");
    expect_extent("ships.ark.crew", "1..9:lin:3", 0.99, 10, "9");
    expect_extent(
        "ships.ark.crew", "0..10:log", 0, 10,
        "--vary ships.ark.crew=0..10:log: error: '0..10:log': logarithmic steps need ends above zero");
}

static void whole_numbers_are_equally_likely(void)
{
    expect_extent("ships.ark.crew", "1..4", 0, 10, "1");
    expect_extent("ships.ark.crew", "1..4", 0.249, 10, "1");
    expect_extent("ships.ark.crew", "1..4", 0.251, 10, "2");
    expect_extent("ships.ark.crew", "1..4", 0.751, 10, "4");
    expect_extent("ships.ark.crew", "1..4", 0.999999, 10, "4");
    expect_extent("ships.ark.crew", "4..1", 0.249, 10, "4");
    expect_extent("ships.ark.crew", "0..1", 0, 10, "0");
    expect_extent("ships.ark.crew", "10..100000:log", 0.5, 10, "975");
    expect_extent("ships.ark.crew", "7..7", 0.3, 10, "7");
}

static void values_have_the_digits_that_tell_them_apart(void)
{
    expect_extent("ships.ark.rest", "1..5 s", 1 / 3.0, 10, "2.333 s");
    expect_extent("ships.ark.rest", "1..5 s", 1 / 3.0, 100000, "2.333333 s");
    expect_extent("ships.ark.rest", "10..10.1 s", 1 / 3.0, 64, "10.033 s");
    expect_extent("ships.ark.rest", "5..5 s", 1 / 3.0, 64, "5 s");
}

static void wrong_values_are_told(void)
{
    expect_values("ships.ark.crew", "1..5",
                  "--vary ships.ark.crew=1..5: error: '1..5': a range needs its steps here, such as "
                  "100..1000:log:5 or 100..1000:lin:5; without them it is for a design that chooses values "
                  "within it: 'design: {sobol: 64}', or --set design.sobol=64\n");
    expect_values("ships.ark.crew", "1..5:log:",
                  "--vary ships.ark.crew=1..5:log:: error: '1..5:log:': a range says its steps: "
                  "100..1000:log:5 or 100..1000:lin:5\n");
    expect_values("ships.ark.crew", "1..5:cubic:3",
                  "--vary ships.ark.crew=1..5:cubic:3: error: '1..5:cubic:3': a range "
                  "says its steps: 100..1000:log:5 or 100..1000:lin:5\n");
    expect_values(
        "ships.ark.crew", "0..5:log:3",
        "--vary ships.ark.crew=0..5:log:3: error: '0..5:log:3': logarithmic steps need ends above zero\n");
    expect_values(
        "ships.ark.crew", "1..5:lin:1",
        "--vary ships.ark.crew=1..5:lin:1: error: '1..5:lin:1': a range has from 2 to 10000 steps\n");
    expect_values("ships.ark.rest", "1..5:lin:2",
                  "--vary ships.ark.rest=1..5:lin:2: error: '1..5:lin:2': '1' needs a unit: "
                  "1 ns, 1 us, 1 ms, 1 s, 1 min, 1 h, 1 d\n");
    expect_values("ships.ark.rest", "1 s..5 B:lin:2",
                  "--vary ships.ark.rest=1 s..5 B:lin:2: error: '1 s..5 B:lin:2': '5 B' is a size, expected "
                  "a time in s, "
                  "ms, us, min\n");
    expect_values("ships.ark.crew", "1,,2",
                  "--vary ships.ark.crew=1,,2:1:25: error: a value is missing between commas\n");
    expect_values("ships.ark.crew", "[]",
                  "--vary ships.ark.crew=[]:1:23: error: the list of values is empty\n");
    expect_values("ships.ark.crew", "1,]",
                  "--vary ships.ark.crew=1,]:1:25: error: not valid YAML: did not find expected "
                  "node content while parsing a block node (begun in line 1)\n");
}

SUITE("override", { "keys are set, and added where they are new", keys_are_set_and_added },
      { "names may hold dots", names_may_hold_dots }, { "a star is every name", a_star_is_every_name },
      { "what excludes another key takes its place", what_excludes_another_takes_its_place },
      { "paths that lead nowhere are told", paths_that_lead_nowhere_are_told },
      { "errors in overrides point into the option", errors_in_overrides_point_into_the_option },
      { "the old tree stays as it was", the_old_tree_stays_as_it_was },
      { "values are listed", values_are_listed }, { "ranges are divided", ranges_are_divided },
      { "designs choose within ranges", designs_choose_within_ranges },
      { "whole numbers are equally likely, those at the ends too", whole_numbers_are_equally_likely },
      { "values of a range have the digits that tell them apart",
        values_have_the_digits_that_tell_them_apart },
      { "wrong values are told", wrong_values_are_told })
