/* floor: scenario */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/csv.h"
#include "sim/scenario/inline.h"
#include "tests/scenario_rows.h"
#include "tests/suite.h"

/* Parses `yaml` and holds all complaints against `expected`. */
static void expect(const char *yaml, const char *expected)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, yaml, "y", &d);
    char *said = said_by(&d);
    CHECK_TEXT(said, expected);
    CU_ASSERT(*expected || doc);
    free(said);
    diag_term(&d);
    arena_term(&a);
}

/* The same, where libyaml words the complaint: only what must be in it. */
static void expect_part(const char *yaml, const char *part)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    CU_ASSERT(node_parse(&a, yaml, "y", &d) == NULL || d.errors);
    char *said = said_by(&d);
    if (!said || !strstr(said, part))
        printf("\nexpected '%s' in: %s", part, said ? said : "nothing");
    CU_ASSERT(said && strstr(said, part));
    free(said);
    diag_term(&d);
    arena_term(&a);
}

static void nodes_know_where_they_stood(void)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, "# remark\nkey: [one, 'two']\n\u00e9l: {x: 1}\n", "y", &d);
    const struct node *list = node_get(doc, "key");
    CHECK(list && list->kind == NODE_LIST && list->n == 2);
    CHECK_INT(list->item[1]->at.line, 2);
    CHECK_INT(list->item[1]->at.column, 12);
    CHECK(list->item[1]->quoted && !list->item[0]->quoted);
    CHECK_TEXT(list->item[1]->text, "two");
    /* Columns count characters, not bytes. */
    CHECK_INT(node_get(doc, "\u00e9l")->at.column, 5);
    CHECK_INT(node_key(doc, "key")->at.line, 2);
    CHECK(node_get(doc, "nothing") == NULL && node_get(NULL, "key") == NULL && node_get(list, "key") == NULL);
    diag_term(&d);
    arena_term(&a);
}

static void columns_count_in_the_option(void)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *v = node_parse(&a, "{x: 8}", "--set a.b={x: 8}", &d);
    CHECK_TEXT(v->at.source, "--set a.b={x: 8}");
    CHECK_INT(v->at.line, 1);
    CHECK_INT(v->at.column, 11);
    CHECK_INT(node_get(v, "x")->at.column, 15);
    diag_term(&d);
    arena_term(&a);
}

static void documents_that_are_none_are_refused(void)
{
    expect("", "y:1:1: error: nothing is written here\n");
    expect("# only a remark\n", "y:1:1: error: nothing is written here\n");
    expect("a: 1\n---\nb: 2\n", "y:2:1: error: a second document begins here; one is expected\n");
    expect("a: 1\n\tb: 2\n", "y:2:1: error: a tab can't indent in YAML; use spaces\n");
    expect("a: !!int 5\n", "y:1:4: error: tags have no use in a scenario ('tag:yaml.org,2002:int')\n");
    expect("[a, b]: 5\n", "y:1:1: error: a key must be a single word, not a list\n");
    expect(
        "<<: {a: 1}\n",
        "y:1:1: error: merge keys (<<) are not supported; write the keys out or override them in variants\n");
    expect("a: \"x\\0y\"\n", "y:1:4: error: text can't hold a NUL character\n");
    expect("%TAG !a! tag:x\n---\na: 1\n", "y:1:1: error: %TAG directives have no use in a scenario\n");
    expect("a: 1\n...\n%TAG !a! tag:x\n", "y:3:1: error: %TAG directives have no use in a scenario\n");
    expect("%YAML 1.1\n---\na: 1\n", "");
    expect_part("a: [1, 2\nb: 3\n",
                "not valid YAML: did not find expected ',' or ']' while parsing a flow sequence");
    expect_part("a: 'open\n", "not valid YAML");
    expect_part("\xff\xfe\xfa", "y:1:1: error: not valid text");
    expect_part("a: 1\nb: \xc3\x28\n", "y:2:5: error: not valid text");
    expect_part("*.x: 5\n", "text that begins with '*' must be quoted");
    expect_part("a: @x\n", "y:1:4: error: not valid YAML: found character that cannot start any token");
}

static void every_duplicate_key_is_told(void)
{
    expect("a: 1\nb: 2\na: 3\nc: {x: 1, x: 2, x: 3}\n",
           "y:3:1: error: duplicate key 'a' (first in line 1)\n"
           "y:4:11: error: duplicate key 'x' (first in line 4)\n"
           "y:4:17: error: duplicate key 'x' (first in line 4)\n");
}

static void aliases_share_what_they_name(void)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, "a: &x {k: 1}\nb: *x\n", "y", &d);
    CHECK(doc && node_get(doc, "a") == node_get(doc, "b"));
    diag_term(&d);
    arena_term(&a);
    expect(
        "a: *x\n",
        "y:1:4: error: no anchor '&x' stands before this alias (text that begins with '*' must be quoted)\n");
    expect("a: &x [1, *x]\n", "y:1:11: error: alias '*x' stands inside what it names\n");
    expect("a: &x {b: &y {c: *x}}\n", "y:1:18: error: alias '*x' stands inside what it names\n");
    expect("a: &x 1\nb: &x 2\n", "y:2:4: error: anchor '&x' is defined twice\n");
}

static void alias_bombs_do_not_go_off(void)
{
    char bomb[4000];
    size_t n = (size_t)snprintf(bomb, sizeof bomb, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++)
        n += (size_t)snprintf(bomb + n, sizeof bomb - n,
                              "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
                              i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    expect_part(bomb, "too much: a document has at most 2000000 values, with aliases written out");
}

static char *repeated(const char *part, size_t times)
{
    size_t n = strlen(part);
    char *text = malloc(n * times + 1);
    if (!text)
        abort();
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * n, part, n);
    text[n * times] = '\0';
    return text;
}

static void depth_has_an_end(void)
{
    static const char *const parts[] = { "[", "{a: ", "- ", "? ", "[[[{x: " };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *deep = repeated(parts[i], 100000);
        expect_part(deep, "nested too deeply: at most 64 levels");
        free(deep);
    }
    /* By aliases, too: each stands on the one before. */
    char text[4000];
    size_t n = (size_t)snprintf(text, sizeof text, "a0: &a0 [x]\n");
    for (int i = 1; i < 80; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    expect_part(text, "nested too deeply: at most 64 levels");
}

static void large_documents_are_read_or_refused(void)
{
    char *scalar = repeated("x", 1u << 20);
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, scalar, "y", &d);
    CHECK(doc && strlen(doc->text) == 1u << 20);
    struct harbour h = { 0 };
    CHECK_INT(schema_bind(&harbour_record, doc, "", &h, &a, &d), -1);
    diag_term(&d);
    arena_term(&a);
    free(scalar);
    char *many = repeated("- \n", 2000001);
    expect_part(many, "too much");
    free(many);
    char *anchors = repeated("- &a x\n", 3000);
    for (size_t i = 0; i < 3000; i++)
        anchors[i * 7 + 3] = (char)('a' + i % 26);
    expect_part(anchors, "is defined twice");
    free(anchors);
}

/* Many wrong keys at once: neither slow nor endless to read. */
static void a_map_of_nonsense_is_told_quickly(void)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    for (int i = 0; i < 100000; i++)
        fprintf(to, "key%d: [\n]\n", i);
    fclose(to);
    struct reading r;
    read_harbour(&r, text);
    CHECK_INT(r.diag.errors, 100002);
    CHECK(r.said && strlen(r.said) < 20000 && strstr(r.said, "more errors"));
    end_reading(&r);
    free(text);
}

static bool equal(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->n != b->n)
        return false;
    if (a->kind == NODE_SCALAR)
        return node_is_nothing(a) ? node_is_nothing(b) : !strcmp(a->text, b->text);
    for (size_t i = 0; i < a->n; i++)
        if (a->kind == NODE_LIST
                ? !equal(a->item[i], b->item[i])
                : !equal(a->pair[i].key, b->pair[i].key) || !equal(a->pair[i].value, b->pair[i].value))
            return false;
    return true;
}

static void what_is_written_reads_back(void)
{
    static const char *const texts[] = {
        "a: 1\n",
        "[]\n",
        "{}\n",
        "x\n",
        "'':\n  - ~\n  - ''\n  -\n  - null\n",
        "a: {b: [{c: {d: [[[e]]]}}]}\n",
        "\"<<\": 'x: y'\n'a: b': '- c'\n'# d': '{e'\n'*f': '&g'\n",
        "text: \"tab\\t newline\\n bell\\a nbsp\\u00a0 snow\\u2603 end \"\n",
        "folded: >\n  one\n  two\n\n  three\n",
        "literal: |2\n   lead\n  less\n\n",
        "title: a text that is so long that it has to be folded somewhere in the middle of the line to stay "
        "within it\n",
        "\"quoted so long  that it has two spaces somewhere and is folded in the middle of the line to stay "
        "within it\": 1\n",
        "list: [aaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccccccccc, "
        "ddddddddddddddddddddd, 'e,f']\n",
        "no: yes\n'yes': 'no'\n1: 2\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena a = { 0 };
        struct diag d = { 0 };
        const struct node *doc = node_parse(&a, texts[i], "y", &d);
        char *text = doc && !d.errors ? node_emit(doc) : NULL;
        const struct node *again = text ? node_parse(&a, text, "z", &d) : NULL;
        bool same = again && !d.errors && equal(doc, again);
        if (!same)
            printf("\n%s became\n%s", texts[i], text ? text : "(nothing)");
        CU_ASSERT(same);
        free(text);
        diag_term(&d);
        arena_term(&a);
    }
}

static void what_is_written_is_pleasant(void)
{
    static const char pleasant[] = "herdsim: 1\n"
                                   "title: 10,000 collars, one core\n"
                                   "run: {duration: 10 min, warmup: 60 s}\n"
                                   "links:\n"
                                   "  wifi: {latency: {lognormal: 8 ms, cv: 0.5}, loss: 0.5 %}\n"
                                   "servers:\n"
                                   "  cloud:\n"
                                   "    model: event_loop\n"
                                   "    handler: [{cpu: 120 us}, {wait: {exponential: 20 ms}}]\n"
                                   "sweep:\n"
                                   "  fleets.*.collars: [100, 500, 1000]\n";
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, pleasant, "y", &d);
    char *text = doc ? node_emit(doc) : NULL;
    CHECK_TEXT(text, pleasant);
    free(text);
    diag_term(&d);
    arena_term(&a);
}

static void text_from_elsewhere_is_written_somehow(void)
{
    struct arena a = { 0 };
    const struct node *map = node_with(&a, NULL, "title", node_scalar(&a, "caf\xe9", (struct mark){ 0 }));
    char *text = node_emit(map);
    CHECK_TEXT(text, "title: 'caf?'\n");
    free(text);
    arena_term(&a);
}

static void node_with_shares_and_replaces(void)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, "a: 1\nb: [2]\n", "y", &d);
    const struct node *more = node_with(&a, doc, "c", node_scalar(&a, "3", doc->at));
    const struct node *other = node_with(&a, more, "a", node_scalar(&a, "4", doc->at));
    CHECK_INT(doc->n, 2);
    CHECK_INT(more->n, 3);
    CHECK_TEXT(node_get(doc, "a")->text, "1");
    CHECK_TEXT(node_get(other, "a")->text, "4");
    CHECK(node_get(other, "b") == node_get(doc, "b"));
    diag_term(&d);
    arena_term(&a);
}

/* A file of the test's own, removed by the caller. */
static const char *write_file(const char *name, const char *text)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", BUILD_DIR, name);
    FILE *to = fopen(path, "w");
    if (!to || fputs(text, to) < 0 || fclose(to))
        abort();
    return path;
}

static void load_and_expect(const char *path, bool world, const char *part)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    bool io = false;
    CHECK(node_load(&a, path, &d, &io) == NULL);
    CHECK_INT(io, world);
    char *said = said_by(&d);
    CHECK(said && strstr(said, part));
    free(said);
    diag_term(&d);
    arena_term(&a);
}

static void files_that_are_none_are_the_worlds_fault(void)
{
    load_and_expect("/nowhere/x.yaml", true,
                    "/nowhere/x.yaml: error: can't read '/nowhere/x.yaml': No such file");
    load_and_expect("/", true, "it is a folder");
    load_and_expect("/dev/zero", true, "it is not a regular file");
    char fifo[4096];
    snprintf(fifo, sizeof fifo, "%s/test_node.fifo", BUILD_DIR);
    unlink(fifo);
    CHECK_INT(mkfifo(fifo, 0600), 0);
    load_and_expect(fifo, true, "it is not a regular file");
    unlink(fifo);
    const char *path = write_file("test_node_large.yaml", "a: 1\n");
    CHECK_INT(truncate(path, (64 << 20) + 1), 0);
    load_and_expect(path, false, "is larger than 64 MiB");
    CHECK_INT(truncate(path, 100), 0);
    load_and_expect(path, false, "holds a NUL byte (at byte 6)");
    unlink(path);
}

/* Reads a column of a file with this text. */
static int read_csv(const char *text, size_t column, const char *expected, double **values, size_t *n,
                    struct arena *a)
{
    struct diag d = { 0 };
    const char *path = write_file("test_node.csv", text);
    int status =
        csv_read_column(a, BUILD_DIR, "test_node.csv", column, values, n, (struct mark){ "y", 3, 4 }, &d);
    char *said = said_by(&d), wanted[2000];
    snprintf(wanted, sizeof wanted, expected, path, path);
    CHECK_TEXT(said, wanted);
    free(said);
    diag_term(&d);
    unlink(path);
    return status;
}

static void columns_of_numbers_are_read(void)
{
    struct arena a = { 0 };
    double *v = NULL;
    size_t n = 0;
    CHECK_INT(read_csv("\xEF\xBB\xBF# remark\nseconds;bytes\r\n\n0.5; 64\r\n1e-3;65 \r\n", 1, "", &v, &n, &a),
              0);
    CHECK(n == 2 && v[0] == 64 && v[1] == 65);
    CHECK_INT(read_csv("1\n2\n3", 0, "", &v, &n, &a), 0);
    CHECK(n == 3 && v[2] == 3);
    CHECK_INT(read_csv("1\nx\n-4\n5;6\n", 0,
                       "%s:2:1: error: 'x' is not a number\n"
                       "%s:3:1: error: '-4' is negative\n",
                       &v, &n, &a),
              -1);
    CHECK_INT(read_csv("1;2\n3\n", 1, "%s:2:1: error: the line has no column 2\n", &v, &n, &a), -1);
    CHECK_INT(read_csv("3 ms\n3 ms\n", 0,
                       "%s:2:1: error: more than a number stands here; units have no place in a file\n", &v,
                       &n, &a),
              -1);
    CHECK_INT(read_csv("heading\n", 0, "y:3:4: error: '%s' holds no numbers\n", &v, &n, &a), -1);
    arena_term(&a);
}

static const struct node *load_upper(struct arena *a, const char *folder, const char *file, struct mark at,
                                     struct diag *d)
{
    (void)folder;
    if (!strcmp(file, "builtin"))
        return NULL;
    if (strcmp(file, "missing"))
        return node_with(a, NULL, "from", node_scalar(a, file, at));
    diag_error(d, at, "no such file");
    return NULL;
}

static const struct inliner inliners[] = { { "profile", load_upper }, { "empirical", load_upper }, { 0 } };

static void files_are_written_into_the_tree(void)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        { "m: {profile: f}\n", "m:\n  profile: {from: f}\n" },
        { "m: {profile: builtin, other: f}\n", "m: {profile: builtin, other: f}\n" },
        { "v: {a: {m.profile: f}}\n", "v:\n  a: {m.profile: {from: f}}\n" },
        { "s: [{cpu: {empirical: f}}]\n", "s: [{cpu: {empirical: {from: f}}}]\n" },
        { "s: {empirical: [1 ms, 2 ms]}\n", "s:\n  empirical: [1 ms, 2 ms]\n" },
        { "sweep: {m.profile: [f, builtin]}\n", "sweep:\n  m.profile: [{from: f}, builtin]\n" },
        { "sweep: {m.profile: 'f,g'}\n", "sweep:\n  m.profile: [{from: f}, {from: g}]\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = { 0 };
        struct diag d = { 0 };
        const struct node *doc = node_parse(&a, cases[i].before, "y", &d);
        const struct node *whole = inline_files(&a, doc, "", inliners, &d);
        char *text = whole ? node_emit(whole) : NULL, *wanted = NULL;
        const struct node *after = node_parse(&a, cases[i].after, "z", &d);
        wanted = node_emit(after);
        CHECK_TEXT(text, wanted);
        free(text);
        free(wanted);
        diag_term(&d);
        arena_term(&a);
    }
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, "m: {profile: missing}\n", "y", &d);
    CHECK(inline_files(&a, doc, "", inliners, &d) == NULL);
    CHECK_INT(d.errors, 1);
    diag_term(&d);
    arena_term(&a);
}

SUITE("node", { "nodes know where they stood", nodes_know_where_they_stood },
      { "columns of an option's value count in the option", columns_count_in_the_option },
      { "documents that are none are refused", documents_that_are_none_are_refused },
      { "every duplicate key is told", every_duplicate_key_is_told },
      { "aliases share what they name", aliases_share_what_they_name },
      { "alias bombs do not go off", alias_bombs_do_not_go_off }, { "depth has an end", depth_has_an_end },
      { "large documents are read or refused", large_documents_are_read_or_refused },
      { "a map of nonsense is told quickly", a_map_of_nonsense_is_told_quickly },
      { "what is written reads back", what_is_written_reads_back },
      { "what is written is pleasant", what_is_written_is_pleasant },
      { "text that is no UTF-8 is written somehow", text_from_elsewhere_is_written_somehow },
      { "node_with shares and replaces", node_with_shares_and_replaces },
      { "files that are none are the world's fault", files_that_are_none_are_the_worlds_fault },
      { "columns of numbers are read", columns_of_numbers_are_read },
      { "files are written into the tree", files_are_written_into_the_tree })
