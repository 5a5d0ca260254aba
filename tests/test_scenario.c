/* floor: scenario */
#include "tests/scenario_rows.h"
#include "tests/suite.h"

/* Reads a harbour and holds all that is said against `expected`. */
static void expect(const char *yaml, const char *expected)
{
    struct reading r;
    read_harbour(&r, yaml);
    if (!r.said || strcmp(r.said, expected))
        printf("\n%s--- expected:\n%s--- but it said:\n%s", yaml, expected, r.said ? r.said : "(nothing)\n");
    CU_ASSERT(r.said && !strcmp(r.said, expected));
    CU_ASSERT((r.status == 0) == !strstr(expected, "error") || r.diag.errors);
    end_reading(&r);
}

/* One ship, with keys beside the required ones. */
#define SHIP(keys) PIERS "ships:\n  ark: {crew: 3, pier: east, calls: {every: 1 h}, " keys "}\n"

static void defaults_are_what_the_rows_say(void)
{
    struct reading r;
    read_harbour(&r, PIERS SHIPS);
    CHECK_TEXT(r.said, "");
    CHECK_INT(r.status, 0);
    const struct ship *ark = r.harbour.ships.at;
    CHECK_TEXT(r.harbour.title, "");
    CHECK_INT(r.harbour.ships.n, 1);
    CHECK_INT(r.harbour.piers.n, 2);
    CHECK_TEXT(ark->name, "ark");
    CHECK_TEXT(ark->pier, "east");
    CHECK_INT(ark->crew, 3);
    CHECK_INT(ark->load.kind, DIST_CONSTANT);
    CHECK_NEAR(ark->load.mean, 64, 0);
    CHECK_INT(ark->calls.tag, 0);
    CHECK_INT(ark->calls.every, 3600 * 1000000000LL);
    CHECK_INT(ark->calls.batch, 1);
    CHECK_INT(ark->patience, SIMTIME_MAX);
    CHECK_NEAR(ark->loss, 0.005, 0);
    CHECK_NEAR(ark->radio, 2e7, 0);
    CHECK(ark->flies_flag);
    const struct pier *pier = r.harbour.piers.at;
    CHECK_TEXT(pier[0].chosen.model->name, "ferry");
    CHECK_INT(((const struct ferry_conf *)pier[0].chosen.conf)->lanes, UINT64_MAX);
    CHECK_INT(((const struct cargo_conf *)pier[1].chosen.conf)->batch, 64);
    CHECK_INT(r.harbour.tide.kind, DIST_UNIFORM);
    CHECK_NEAR(r.harbour.tide.mean, 6.5 * 3600, 1e-6);
    CHECK(r.harbour.plan == NULL);
    end_reading(&r);
}

static void every_kind_is_read(void)
{
    struct reading r;
    read_harbour(&r,
                 "title: Old Harbour\ncrane: 4\nplan: [anything, {goes: here}]\n"
                 "piers:\n  east 1:\n    model: ferry\n    deck: 1 MiB\n"
                 "    jobs: [work: 3 s, wait: {exponential: 20 ms}, hold: 5 KiB]\n  mole.b: {model: mole}\n"
                 "ships: {ark: {crew: 1e3, pier: mole.b, calls: {poisson: 2 min, batch: 7}, patience: 3 s,\n"
                 "  loss: 0.25, tilt: -7.5, radio: '9600 bit/s', flag: false}}\n");
    CHECK_TEXT(r.said, "");
    const struct harbour *h = &r.harbour;
    CHECK_TEXT(h->title, "Old Harbour");
    CHECK_INT(h->crane.arms, 4);
    CHECK(h->plan && h->plan->n == 2);
    const struct pier *east = h->piers.at;
    const struct job *job = east->jobs.at;
    CHECK_TEXT(east->name, "east 1");
    CHECK_INT(east->jobs.n, 3);
    CHECK(job[0].tag == 0 && job[0].work.mean == 3);
    CHECK(job[1].tag == 1 && job[1].wait.kind == DIST_EXPONENTIAL && job[1].wait.mean == 0.02);
    CHECK(job[2].tag == 2 && job[2].hold == 5120);
    const struct ship *ark = h->ships.at;
    CHECK(ark->calls.tag == 1 && ark->calls.batch == 7 && ark->calls.poisson == 120 * 1000000000LL);
    CHECK(ark->tilt == -7.5 && ark->radio == 9600 && !ark->flies_flag && ark->loss == 0.25);
    end_reading(&r);
}

static void what_is_missing_is_blamed_on_its_mapping(void)
{
    expect("title: x\n", "h:1:1: error: missing key 'piers': where ships land\n"
                         "h:1:1: error: missing key 'ships': what sails\n");
    expect(PIERS "ships:\n  ark:\n    pier: east\n",
           "h:4:5: error: missing key 'crew': how many sail\n"
           "h:4:5: error: a call pattern needs one of the keys: every, poisson, log\n");
    expect("piers: {}\nships: {}\n", "h:1:8: error: piers: at least one pier is needed\n"
                                     "h:2:8: error: ships: at least one ship is needed\n");
    expect("piers: {east: {deck: 1 MiB}}\n" SHIPS,
           "h:1:15: error: missing key 'model'; models: ferry, cargo, mole\n");
}

static void unknown_words_get_the_nearest_known_one(void)
{
    expect(SHIP("lod: 3 B"), "h:3:51: error: unknown key 'lod'; did you mean 'load'?\n");
    expect(SHIP("LOAD: 3 B"), "h:3:51: error: unknown key 'LOAD'; did you mean 'load'?\n");
    expect(SHIP("colour: red"), "h:3:51: error: unknown key 'colour' in a ship\n");
    expect("piers: {east: {model: fery}}\n" SHIPS,
           "h:1:23: error: unknown model 'fery'; did you mean 'ferry'? (models: ferry, cargo, mole)\n");
    expect("piers: {east: {model: airport, deck: 2 MiB}}\n" SHIPS,
           "h:1:23: error: unknown model 'airport'; models: ferry, cargo, mole\n");
    expect(PIERS "ships: {ark: {crew: 3, pier: eats, calls: {every: 1 h}}}\n",
           "h:2:30: error: pier: 'eats' is not among the piers; did you mean 'east'? (east, west)\n");
    expect(PIERS "ships: {ark: {crew: 3, pier: moon, calls: {every: 1 h, phase: alinged}}}\n",
           "h:2:30: error: pier: 'moon' is not among the piers: east, west\n"
           "h:2:63: error: phase: 'alinged' is not one of: random, aligned; did you mean 'aligned'?\n");
    expect(SHIPS, "h:1:1: error: missing key 'piers': where ships land\n"
                  "h:1:30: error: pier: 'east' names nothing: there are no piers\n");
}

static void one_mistake_is_told_once(void)
{
    /* What was misspelt, or could not be read, is not missing besides. */
    expect(PIERS "ships: {ark: {crw: 3, pier: east, calls: {evry: 1 h}}}\n",
           "h:2:15: error: unknown key 'crw'; did you mean 'crew'?\n"
           "h:2:43: error: unknown key 'evry'; did you mean 'every'?\n");
    expect("piers: {east: {modle: ferry}}\n" SHIPS,
           "h:1:16: error: unknown key 'modle'; did you mean 'model'?\n");
    expect(
        "piers: *p\n" SHIPS,
        "h:1:8: error: no anchor '&p' stands before this alias (text that begins with '*' must be quoted)\n");
    expect("piers: {north: {model: ferry}, <<: {east: {}}}\n" SHIPS,
           "h:1:32: error: merge keys (<<) are not supported; write the keys out or override them in "
           "variants\n");
    expect(
        PIERS "ships: {ark: {crew: *c, pier: east, calls: {every: *c}}}\n",
        "h:2:21: error: no anchor '&c' stands before this alias (text that begins with '*' must be quoted)\n"
        "h:2:52: error: no anchor '&c' stands before this alias (text that begins with '*' must be "
        "quoted)\n");
}

static void wrong_kinds_are_told(void)
{
    expect("[1, 2]\n", "h:1:1: error: a harbour is a mapping of keys, not a list\n");
    expect("~\n", "h:1:1: error: a harbour is a mapping of keys, not nothing\n");
    expect("piers: [east]\n" SHIPS, "h:1:8: error: piers: expects a mapping, found a list\n"
                                    "h:2:30: error: pier: 'east' names nothing: there are no piers\n");
    expect("piers: {east: {model: ferry, jobs: {work: 1 s}}}\n" SHIPS,
           "h:1:36: error: jobs: expects a list, found a mapping\n");
    expect("piers: {east: {model: [ferry]}}\n" SHIPS,
           "h:1:23: error: model: expects a single value, found a list\n");
    expect(SHIP("loss: [1]"), "h:3:57: error: loss: expects a single value, found a list\n");
    expect(SHIP("loss: "), "h:3:57: error: loss: expects a single value, found nothing\n");
    expect(
        SHIP("load: [1 B]"),
        "h:3:57: error: load: expects a value or a distribution such as {uniform: [lo, hi]}, found a list\n");
    expect(SHIP("flag: yes"), "h:3:57: error: flag: 'yes' is neither true nor false\n");
    expect("crane: [4]\n" PIERS SHIPS, "h:1:8: error: a crane is a mapping of keys, not a list\n");
    expect(PIERS "ships: {ark: }\n", "h:2:14: error: a ship is a mapping of keys, not nothing\n");
    expect(PIERS "ships: {a/b: {crew: 1, pier: east, calls: {every: 1 s}}}\n",
           "h:2:9: error: 'a/b' can't name a ship: letters, digits, space . _ - only, and no space or dot at "
           "an end\n");
}

static void ranges_are_stated_in_the_unit(void)
{
    expect(PIERS "ships: {ark: {crew: 0, pier: east, calls: {every: 0 s}}}\n",
           "h:2:21: error: crew: 0 is out of range, expected 1 to 1000000\n"
           "h:2:51: error: every: 0 s is out of range, expected 1 ns to 1 d\n");
    expect(SHIP("loss: 150 %"), "h:3:57: error: loss: 150 % is out of range, expected 0 % to 100 %\n");
    expect(SHIP("rest: 0 s"), "h:3:57: error: rest: 0 s is out of range, expected above 0 s\n");
    expect(SHIP("load: 0 B"), "h:3:57: error: load: 0 B is out of range, expected 1 B to 931.3 GiB\n");
    expect(SHIP("tilt: -91"), "h:3:57: error: tilt: -91 is out of range, expected -90 to 90\n");
    expect(SHIP("rest: 0.1 ns"),
           "h:3:57: error: rest: time goes by whole nanoseconds, and this is less than one\n");
    expect(SHIP("rest: 300000 d"), "h:3:57: error: rest: longer than 292 years\n");
    expect(SHIP("patience: 2 min"),
           "h:3:61: error: patience: 2 min is out of range, expected 0 s to 100 s\n");
    expect(SHIP("rest: none"), "h:3:57: error: rest: 'none' is not a number\n");
}

static void exactly_one_alternative_is_taken(void)
{
    expect(PIERS "ships: {ark: {crew: 1, pier: east, calls: {every: 1 s, poisson: 2 s}}}\n",
           "h:2:56: error: 'every' and 'poisson' exclude each other\n");
    expect(PIERS "ships: {ark: {crew: 1, pier: east, calls: {poisson: 2 s, jitter: 1 s}}}\n",
           "h:2:58: error: 'jitter' goes with 'every', not with 'poisson'\n");
    expect("piers: {east: {model: ferry, jobs: [{}, work]}}\n" SHIPS,
           "h:1:37: error: a job needs one of the keys: work, wait, hold\n"
           "h:1:41: error: a job is a mapping of keys, not a single value; for example {work: time or "
           "distribution}\n");
}

static void keys_of_other_models_are_settled_over_all_points(void)
{
    expect("piers: {east: {model: ferry, batch: 3}}\n" SHIPS,
           "h:1:30: error: 'batch' has no effect with model 'ferry' (cargo has it)\n");
    /* Two points of one plan: the key has its effect in the second one. */
    struct reading r;
    read_harbour(&r, PIERS SHIPS);
    const struct node *doc =
        node_parse(&r.arena, "piers: {east: {model: ferry, batch: 3}}\n" SHIPS, "p", &r.diag);
    const struct node *model = node_scalar(&r.arena, "cargo", (struct mark){ "v", 1, 1 });
    const struct node *other =
        override_apply(&r.arena, &harbour_record, doc, "piers.east.model", model->at, model, &r.diag);
    CHECK_INT(schema_bind(&harbour_record, doc, "", &r.harbour, &r.arena, &r.diag), 0);
    CHECK_INT(schema_bind(&harbour_record, other, "", &r.harbour, &r.arena, &r.diag), 0);
    diag_settle_effects(&r.diag);
    CHECK_INT(r.diag.errors, 0);
    end_reading(&r);
}

static void a_profile_lies_under_what_is_written(void)
{
    struct reading r;
    read_harbour(&r, "crane: {profile: large, costs: {turn: 9 s}}\n" PIERS SHIPS);
    CHECK_TEXT(r.said, "");
    CHECK_INT(r.harbour.crane.arms, 8);
    CHECK_INT(r.harbour.crane.costs.lift, 5 * 1000000000LL);
    CHECK_INT(r.harbour.crane.costs.turn, 9 * 1000000000LL);
    end_reading(&r);
}

static void checks_run_on_what_is_sound(void)
{
    expect("crane: {costs: {lift: 3 s, turn: 2 s}}\n" PIERS SHIPS,
           "h:1:8: error: a crane that lifts slower than it turns topples\n");
    expect("crane: {arms: 0, costs: {lift: 3 s, turn: 2 s}}\n" PIERS SHIPS,
           "h:1:15: error: arms: 0 is out of range, expected 1 to 64\n");
}

static void complaints_are_kept_once(void)
{
    struct reading r;
    read_harbour(&r, SHIP("lod: 3 B"));
    size_t errors = r.diag.errors;
    CHECK_INT(schema_bind(&harbour_record, r.doc, "", &r.harbour, &r.arena, &r.diag), -1);
    CHECK_INT(r.diag.errors, errors);
    end_reading(&r);
}

static void distributions_are_read_by_their_rows(void)
{
    static const struct {
        const char *text;
        enum dist_kind kind;
        double mean, cv;
    } cases[] = {
        { "2 KiB", DIST_CONSTANT, 2048, 0 },
        { "{uniform: [1 KiB, 3 KiB]}", DIST_UNIFORM, 2048, 0.28867513459481287 },
        { "{exponential: 2 KiB}", DIST_EXPONENTIAL, 2048, 1 },
        { "{lognormal: 2 KiB, cv: 0.5}", DIST_LOGNORMAL, 2048, 0.5 },
        { "{cv: 50 %, gamma: 2 KiB}", DIST_GAMMA, 2048, 0.5 },
        { "{erlang: 2 KiB, k: 4}", DIST_ERLANG, 2048, 0.5 },
        { "{hyperexponential: 2 KiB, cv: 2}", DIST_HYPEREXPONENTIAL, 2048, 2 },
        { "{weibull: 2 KiB, shape: 1}", DIST_WEIBULL, 2048, 1 },
        { "{choice: [1 KiB, 3 KiB]}", DIST_CHOICE, 2048, 0.5 },
        { "{choice: [1 KiB, 5 KiB], weights: [3, 1]}", DIST_CHOICE, 2048, 0.8660254037844386 },
        { "{empirical: [1024, 3072]}", DIST_EMPIRICAL, 2048, 0.5 },
        { "{empirical: [1 KiB, 3 KiB]}", DIST_EMPIRICAL, 2048, 0.5 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading r;
        char yaml[400];
        snprintf(yaml, sizeof yaml, "%sships: {ark: {crew: 3, pier: east, calls: {every: 1 h}, load: %s}}\n",
                 PIERS, cases[i].text);
        read_harbour(&r, yaml);
        CHECK_TEXT(r.said, "");
        const struct ship *ark = r.harbour.ships.at;
        if (ark) {
            CHECK_INT(ark->load.kind, cases[i].kind);
            CHECK_NEAR(ark->load.mean, cases[i].mean, 1e-6);
            CHECK_NEAR(ark->load.cv, cases[i].cv, 1e-9);
        }
        end_reading(&r);
    }
}

static void wrong_distributions_are_told(void)
{
    expect(SHIP("load: {exponental: 3 B}"),
           "h:3:58: error: load: unknown distribution 'exponental'; did you mean 'exponential'?\n");
    expect(SHIP("load: {}"),
           "h:3:57: error: load: names no distribution; expected one of: uniform, exponential, normal, "
           "lognormal, gamma, erlang, hyperexponential, weibull, pareto, bounded_pareto, choice, "
           "empirical\n");
    expect(SHIP("load: {lognormal: 3 B}"), "h:3:57: error: load: 'lognormal' needs 'cv' beside it\n");
    expect(SHIP("load: {lognormal: 3 B, sd: 1 B}"),
           "h:3:57: error: load: 'lognormal' needs 'cv' beside it\n"
           "h:3:74: error: load: 'sd' is no parameter of 'lognormal', which takes 'cv'\n");
    expect(SHIP("load: {gamma: 3 B, erlang: 4 B}"),
           "h:3:70: error: load: 'gamma' and 'erlang' exclude each other\n");
    expect(SHIP("load: {uniform: [1 B, 2 B, 3 B]}"),
           "h:3:67: error: uniform: expects two values, [lowest, highest]\n");
    expect(SHIP("load: {uniform: 3 B}"), "h:3:67: error: uniform: expects a list, found a single value\n");
    expect(SHIP("load: {uniform: [1, 3]}"),
           "h:3:68: error: uniform: '1' needs a unit: 1 B, 1 KiB, 1 MiB, 1 GiB, 1 TiB\n"
           "h:3:71: error: uniform: '3' needs a unit: 3 B, 3 KiB, 3 MiB, 3 GiB, 3 TiB\n");
    expect(SHIP("load: {erlang: 3 B, k: 1.5}"), "h:3:74: error: k: '1.5' is not a whole number from 1 on\n");
    expect(SHIP("load: {choice: [1 B, 2 B], weights: [1]}"),
           "h:3:87: error: weights: 1 weights for 2 values\n");
    expect(SHIP("load: {choice: []}"), "h:3:66: error: choice: the list is empty\n");
    expect(SHIP("load: {exponential: 0 B}"),
           "h:3:57: error: load (mean): 0 B is out of range, expected 1 B to 931.3 GiB\n");
    expect(SHIP("load: {pareto: 3 B, shape: 1}"),
           "h:3:66: error: pareto: a Lomax (pareto) distribution with shape <= 1 has no mean\n");
}

#define LOGGED(log) PIERS "ships:\n  ark: {crew: 3, pier: east, calls: {log: " log "}}\n"

static void samples_are_lists_or_files(void)
{
    static const char *const same[] = { LOGGED("[500 ms, 2 s]"), LOGGED("[0.5, 2]"),
                                        LOGGED("test_scenario.csv") };
    FILE *to = fopen(BUILD_DIR "/test_scenario.csv", "w");
    CHECK(to && fputs("seconds\n0.5\n2\n", to) >= 0 && !fclose(to));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct reading r;
        read_harbour(&r, same[i]);
        CHECK_TEXT(r.said, "");
        const struct ship *ark = r.harbour.ships.at;
        CHECK(ark && ark->calls.tag == 2 && ark->calls.log.n == 2);
        CHECK(ark && ark->calls.log.n == 2 && ark->calls.log.value[0] == 0.5 && ark->calls.log.value[1] == 2);
        end_reading(&r);
    }
    remove(BUILD_DIR "/test_scenario.csv");
    /* Units are on all values or on none. */
    expect(LOGGED("[500 ms, 2]"),
           "h:3:52: error: log: '2' needs a unit: 2 ns, 2 us, 2 ms, 2 s, 2 min, 2 h, 2 d\n");
    expect(LOGGED("[1 s, 2000 s]"),
           "h:3:49: error: log: 33.33 min is out of range, expected 0 s to 16.67 min\n");
    expect(LOGGED("{a: b}"),
           "h:3:43: error: log: expects a list of values or the name of a CSV file, found a mapping\n");
    expect(LOGGED("/nowhere.csv"), "h:3:43: error: can't read '/nowhere.csv': No such file or directory\n");
}

static void noise_on_a_terminal_is_escaped(void)
{
    struct diag d = { 0 };
    diag_error(&d, (struct mark){ "a\033[1mb", 1, 2 }, "key '%s'", "\033]0;x\a");
    char *said = said_by(&d);
    CHECK_TEXT(said, "a\\x1b[1mb:1:2: error: key '\\x1b]0;x\\x07'\n");
    free(said);
    diag_term(&d);
}

static void complaints_come_in_order_of_place(void)
{
    struct diag d = { 0 };
    diag_error(&d, (struct mark){ "b", 2, 1 }, "third");
    diag_warn(&d, (struct mark){ "b", 1, 9 }, "second");
    diag_error(&d, (struct mark){ "b", 1, 2 }, "first");
    diag_error(&d, (struct mark){ "a", 1, 1 }, "from elsewhere");
    diag_error(&d, (struct mark){ 0 }, "from nowhere");
    diag_error(&d, (struct mark){ "b", 2, 1 }, "third");
    char *said = said_by(&d);
    CHECK_TEXT(
        said,
        "b:1:2: error: first\nb:1:9: warning: second\nb:2:1: error: third\na:1:1: error: from elsewhere\n"
        "error: from nowhere\n");
    CHECK_INT(d.errors, 4);
    free(said);
    diag_term(&d);
}

static void a_flood_of_complaints_is_cut(void)
{
    struct diag d = { 0 };
    for (uint32_t i = 1; i <= 5000; i++)
        diag_error(&d, (struct mark){ "f", i, 1 }, "wrong");
    diag_warn(&d, (struct mark){ "f", 1, 1 }, "still told");
    char *said = said_by(&d);
    CHECK_INT(d.errors, 5000);
    CHECK(said && strstr(said, "f:200:1: error: wrong\n") && !strstr(said, "f:201:1:"));
    CHECK(said && strstr(said, "... and 4800 more errors\n") && strstr(said, "f:1:1: warning: still told\n"));
    free(said);
    diag_term(&d);
}

SUITE("scenario", { "defaults are what the rows say", defaults_are_what_the_rows_say },
      { "every kind of row is read", every_kind_is_read },
      { "what is missing is blamed on its mapping", what_is_missing_is_blamed_on_its_mapping },
      { "unknown words get the nearest known one", unknown_words_get_the_nearest_known_one },
      { "one mistake is told once", one_mistake_is_told_once },
      { "wrong kinds of values are told", wrong_kinds_are_told },
      { "ranges are stated in the unit", ranges_are_stated_in_the_unit },
      { "exactly one alternative is taken", exactly_one_alternative_is_taken },
      { "keys of other models are settled over all points",
        keys_of_other_models_are_settled_over_all_points },
      { "a profile lies under what is written", a_profile_lies_under_what_is_written },
      { "checks run only on what is sound", checks_run_on_what_is_sound },
      { "a complaint is kept once, and fails each time", complaints_are_kept_once },
      { "distributions are read by their rows", distributions_are_read_by_their_rows },
      { "wrong distributions are told", wrong_distributions_are_told },
      { "samples are lists or files", samples_are_lists_or_files },
      { "a user's control characters do not reach the terminal", noise_on_a_terminal_is_escaped },
      { "complaints come in order of place", complaints_come_in_order_of_place },
      { "a flood of complaints is cut, and counted", a_flood_of_complaints_is_cut })
