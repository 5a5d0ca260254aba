/* floor: scenario - any bytes as a harbour and an override of it: parsed, bound, written and read again.
 *
 * What follows a line "--set PATH=VALUE" at the end of the input is the override. */
#include <stdint.h>

#include "sim/kernel/check.h"
#include "sim/scenario/inline.h"
#include "tests/scenario_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool equal(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->n != b->n)
        return false;
    if (a->kind == NODE_SCALAR)
        return node_is_nothing(a) ? node_is_nothing(b) : !strcmp(a->text, b->text);
    for (size_t i = 0; i < a->n; i++) {
        if (a->kind == NODE_LIST && !equal(a->item[i], b->item[i]))
            return false;
        if (a->kind == NODE_MAP &&
            (!equal(a->pair[i].key, b->pair[i].key) || !equal(a->pair[i].value, b->pair[i].value)))
            return false;
    }
    return true;
}

/* What is written reads back as the same tree. */
static void write_and_read(struct arena *a, const struct node *doc)
{
    struct diag d = { 0 };
    char *text = node_emit(doc);
    SIM_ASSERT(text != NULL);
    const struct node *again = node_parse(a, text, "again", &d);
    SIM_ASSERT(again && !d.errors && equal(doc, again));
    free(text);
    diag_term(&d);
}

/* Binds, and holds that whatever failed was told. */
static void bind(struct arena *a, const struct node *doc, struct diag *d)
{
    struct harbour h = { 0 };
    size_t before = d->errors;
    int status = schema_bind(&harbour_record, doc, "", &h, a, d);
    SIM_ASSERT(status == 0 || d->errors > before || d->errors > 0);
    diag_settle_effects(d);
}

static const struct node *nothing(struct arena *a, const char *folder, const char *file, struct mark at,
                                  struct diag *d)
{
    (void)folder;
    (void)file;
    (void)d;
    return node_scalar(a, "inlined", at);
}

static void apply(struct arena *a, const struct node *doc, char *option, struct diag *d)
{
    static const struct inliner inliners[] = { { "log", nothing }, { "empirical", nothing }, { 0 } };
    char *equals = strchr(option, '=');
    const char *path = option + strlen("--set ");
    if (!equals)
        return;
    const struct node *text = node_scalar(a, equals + 1, (struct mark){ "--vary", 1, 1 });
    const struct node *value = node_parse(a, equals + 1, option, d);
    *equals = '\0';
    struct mark at = { "--set", 1, 1 };
    override_values(a, &harbour_record, path, text, d);
    const struct node *fresh = value ? override_apply(a, &harbour_record, doc, path, at, value, d) : NULL;
    if (fresh && (fresh = inline_files(a, fresh, "", inliners, d)))
        bind(a, fresh, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    char *text = calloc(size + 1, 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    char *option = strstr(text, "\n--set ");
    if (option)
        *option++ = '\0';
    const struct node *doc = node_parse(&a, text, "fuzz", &d);
    SIM_ASSERT(doc || d.errors);
    if (doc && !d.errors)
        write_and_read(&a, doc);
    if (doc)
        bind(&a, doc, &d);
    if (doc && option)
        apply(&a, doc, option, &d);
    free(said_by(&d));
    diag_term(&d);
    arena_term(&a);
    free(text);
    return 0;
}
