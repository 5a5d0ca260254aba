/* floor: scenario */
#include <jansson.h>

#include "sim/scenario/describe.h"
#include "tests/scenario_rows.h"
#include "tests/suite.h"

/* What describe_word prints; the caller frees it. */
static char *described(const char *word, size_t *found)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        abort();
    *found = describe_word(&harbour_record, word, to);
    fclose(to);
    return text;
}

static void expect(const char *word, size_t found, const char *expected)
{
    size_t n;
    char *text = described(word, &n);
    CHECK_INT(n, found);
    CHECK_TEXT(text, expected);
    free(text);
}

static void a_key_says_what_it_takes(void)
{
    expect("crew", 1, "ships.NAME.crew\n  whole number, needed; 1 to 1000000\n  how many sail\n");
    expect("rest", 1, "ships.NAME.rest\n  time = 1 s; above 0 s\n  time in port\n");
    expect("patience", 1, "ships.NAME.patience\n  time | none = none; 0 s to 100 s\n  how long it waits\n");
    expect("deck", 1,
           "piers.NAME.deck\n  size = 8 MiB; 4 KiB to 931.3 GiB\n  room on deck\n  goes with model ferry\n");
    expect("jitter", 1,
           "ships.NAME.calls.jitter\n  time = 0 s; 0 s to 1 d\n  up to so much later\n  goes with every\n");
    expect(
        "phase", 1,
        "ships.NAME.calls.phase\n  random | aligned = random\n  when the first call is\n  goes with every\n"
        "    random             anywhere\n    aligned            together\n");
    expect("log", 1,
           "ships.NAME.calls.log\n  list of values (time), or a CSV file (one of these); 0 s to 16.67 min\n"
           "  times of the calls\n");
}

static void a_path_with_names_finds_its_key(void)
{
    static const char *const paths[] = { "ships.ark.crew", "ships.*.crew", "ships.NAME.crew", "NAME.crew" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        expect(paths[i], 1, "ships.NAME.crew\n  whole number, needed; 1 to 1000000\n  how many sail\n");
    expect("piers.east.jobs.0.hold", 1,
           "piers.NAME.jobs.N.hold\n  size (one of these); 1 B to 931.3 GiB\n"
           "  room that is taken until the ship leaves\n");
    expect("piers.ark.crew", 0, "");
    expect("ark", 0, "");
    expect("NAME", 0, "");
    expect("", 0, "");
    expect(".", 0, "");
    expect("..crew", 0, "");
}

static void groups_and_models_show_what_is_in_them(void)
{
    expect("ferry", 1,
           "piers.NAME.model: ferry\n  model of a pier\n  Takes cars.\n"
           "  deck                         size = 8 MiB                     room on deck\n"
           "  lanes                        whole number | none = none       lanes side by side\n");
    expect("costs", 1,
           "crane.costs\n  keys\n  what it costs\n"
           "  lift                         time = 0 s                       time to lift\n"
           "  turn                         time = 0 s                       time to turn\n");
    expect("model", 1,
           "piers.NAME.model\n  which model; each adds keys of its own\n    ferry              Takes cars.\n"
           "    cargo              Takes containers.\n    mole               Takes nothing.\n");
}

static void words_and_distributions_are_known(void)
{
    expect("aligned", 1, "ships.NAME.calls.phase: aligned\n  together\n");
    size_t n;
    char *text = described("lognormal", &n);
    CHECK_INT(n, 1);
    CHECK(!strncmp(text, "{lognormal: MEAN, cv: NUMBER}\n  distribution\n", 45));
    free(text);
    free(described("cv", &n));
    CHECK_INT(n, 3);
}

static void the_outline_names_everything(void)
{
    static const char *const words[] = { "title", "crane", "lift",   "ferry", "deck",   "batch",
                                         "jobs",  "hold",  "jitter", "tide",  "erlang", "µs" };
    size_t n;
    char *text = described(NULL, &n);
    CHECK(n > 30);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK(strstr(text, words[i]) != NULL);
    free(text);
}

static void a_slip_finds_the_nearest_word(void)
{
    CHECK_TEXT(describe_nearest(&harbour_record, "jiter"), "jitter");
    CHECK_TEXT(describe_nearest(&harbour_record, "ships.ark.crwe"), "crew");
    CHECK_TEXT(describe_nearest(&harbour_record, "lognormall"), "lognormal");
    CHECK_TEXT(describe_nearest(&harbour_record, "feryr"), "ferry");
    CHECK(describe_nearest(&harbour_record, "zebra") == NULL);
    CHECK(describe_nearest(&harbour_record, "") == NULL);
}

static json_t *schema_of(char **text)
{
    json_error_t error;
    *text = describe_json_schema(&harbour_record);
    return *text ? json_loads(*text, JSON_REJECT_DUPLICATES, &error) : NULL;
}

static const json_t *at(const json_t *root, const char *a, const char *b, const char *c)
{
    const json_t *v = json_object_get(json_object_get(root, a), b);
    return c ? json_object_get(v, c) : v;
}

static void the_schema_is_json_and_stays_the_same(void)
{
    char *text, *again = describe_json_schema(&harbour_record);
    json_t *s = schema_of(&text);
    CHECK(s != NULL);
    CHECK_TEXT(text, again);
    CHECK_TEXT(json_string_value(json_object_get(s, "$schema")),
               "https://json-schema.org/draft/2020-12/schema");
    CHECK_TEXT(json_string_value(json_object_get(s, "$ref")), "#/$defs/harbour");
    json_decref(s);
    free(text);
    free(again);
}

/* Every reference leads to a definition, and every mapping of known keys is closed. */
static void check_references(const json_t *root, const json_t *part)
{
    const char *key, *ref = json_string_value(json_object_get(part, "$ref"));
    if (ref)
        CHECK(!strncmp(ref, "#/$defs/", 8) && at(root, "$defs", ref + 8, NULL));
    const json_t *value;
    json_object_foreach((json_t *)part, key, value) check_references(root, value);
    for (size_t i = 0; i < json_array_size(part); i++)
        check_references(root, json_array_get(part, i));
}

static void the_schema_says_what_the_rows_say(void)
{
    char *text;
    json_t *s = schema_of(&text);
    check_references(s, s);
    const json_t *ship = at(s, "$defs", "ship", NULL), *crew = at(ship, "properties", "crew", NULL);
    CHECK(json_is_false(json_object_get(ship, "additionalProperties")));
    CHECK_INT(json_array_size(json_object_get(ship, "required")), 3);
    CHECK_TEXT(json_string_value(json_object_get(crew, "type")), "integer");
    CHECK_INT(json_integer_value(json_object_get(crew, "minimum")), 1);
    CHECK_INT(json_integer_value(json_object_get(crew, "maximum")), 1000000);
    CHECK_TEXT(json_string_value(at(ship, "properties", "radio", "default")), "20 Mbit/s");
    const json_t *calls = at(s, "$defs", "call pattern", "oneOf");
    CHECK_INT(json_array_size(calls), 3);
    CHECK(at(json_array_get(calls, 0), "properties", "jitter", NULL) != NULL);
    CHECK(at(json_array_get(calls, 1), "properties", "jitter", NULL) == NULL);
    CHECK(at(json_array_get(calls, 1), "properties", "batch", NULL) != NULL);
    const json_t *pier = at(s, "$defs", "pier", NULL), *rules = json_object_get(pier, "allOf");
    CHECK_INT(json_array_size(rules), 3);
    CHECK(json_is_true(at(pier, "properties", "batch", NULL)));
    CHECK(at(json_array_get(rules, 0), "then", "properties", "deck") != NULL);
    CHECK_INT(json_array_size(at(s, "$defs", "size or distribution", "anyOf")), DIST_KINDS);
    /* A profile may hold what the crane needs; a bare number stands for its arms. */
    CHECK(at(s, "$defs", "crane", "required") == NULL);
    CHECK_INT(json_array_size(
                  json_object_get(at(at(s, "$defs", "harbour", NULL), "properties", "crane", NULL), "anyOf")),
              2);
    json_decref(s);
    free(text);
}

SUITE("describe", { "a key says what it takes", a_key_says_what_it_takes },
      { "a path with names finds its key", a_path_with_names_finds_its_key },
      { "groups and models show what is in them", groups_and_models_show_what_is_in_them },
      { "words and distributions are known", words_and_distributions_are_known },
      { "the outline names everything", the_outline_names_everything },
      { "a slip finds the nearest word", a_slip_finds_the_nearest_word },
      { "the schema is JSON and stays the same", the_schema_is_json_and_stays_the_same },
      { "the schema says what the rows say", the_schema_says_what_the_rows_say })
