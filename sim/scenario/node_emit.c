/* node_emit.c - trees as YAML that is pleasant to read: blocks, and flow style for what fits on a line. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "sim/scenario/node.h"

#define WIDTH    100
#define FLOW_MAX 76u /* characters of a mapping or list that is written on one line */

struct writer {
    yaml_emitter_t emitter;
    char *text; /* from malloc */
    size_t n, room;
    bool failed;
};

static int append(void *data, unsigned char *bytes, size_t n)
{
    struct writer *w = data;
    if (w->n + n + 1 > w->room) {
        size_t room = 2 * (w->n + n) + 1024;
        char *bigger = realloc(w->text, room);
        if (!bigger)
            return 0;
        w->text = bigger;
        w->room = room;
    }
    memcpy(w->text + w->n, bytes, n);
    w->n += n;
    w->text[w->n] = '\0';
    return 1;
}

/* What a subtree takes up in flow style. */
struct extent {
    size_t characters;
    unsigned height; /* 0: a scalar */
};

static void add_extent(struct extent *whole, struct extent part)
{
    whole->characters += part.characters + 2;
    if (part.height + 1 > whole->height)
        whole->height = part.height + 1;
}

/* Looks no further than matters for a line. */
static struct extent extent_of(const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        return (struct extent){ strlen(node->text) + 2 * node->quoted, 0 };
    struct extent whole = { 2, 1 };
    for (size_t i = 0; i < node->n && whole.characters <= FLOW_MAX; i++) {
        if (node->kind == NODE_MAP)
            whole.characters += strlen(node->pair[i].key->text) + 2;
        add_extent(&whole, extent_of(node->kind == NODE_MAP ? node->pair[i].value : node->item[i]));
    }
    return whole;
}

static bool is_scalar_list(const struct node *node)
{
    for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
        if (node->item[i]->kind != NODE_SCALAR)
            return false;
    return node->kind == NODE_LIST;
}

/* Leaves anywhere below the root; deeper things only where they are details. */
static bool is_flow(const struct node *node, unsigned depth)
{
    if (!node->n || is_scalar_list(node))
        return true;
    struct extent e = extent_of(node);
    return e.characters <= FLOW_MAX && ((depth > 0 && e.height == 1) || (depth > 1 && e.height <= 3));
}

static void emit(struct writer *w, yaml_event_t *e)
{
    if (!yaml_emitter_emit(&w->emitter, e)) /* takes the event over in any case */
        w->failed = true;
}

/* Text that is no UTF-8 (from a command line) can't stand in YAML. */
static char *without_strange_bytes(const char *text)
{
    char *copy = strdup(text);
    for (char *p = copy; p && *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    return copy;
}

static int scalar_event(yaml_event_t *e, const char *text, bool quoted)
{
    yaml_scalar_style_t style = !quoted              ? YAML_PLAIN_SCALAR_STYLE
                                : strchr(text, '\n') ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                                     : YAML_SINGLE_QUOTED_SCALAR_STYLE;
    return yaml_scalar_event_initialize(e, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1,
                                        style);
}

static void emit_scalar(struct writer *w, const struct node *node)
{
    yaml_event_t e;
    /* Nothing at all would become an empty text in flow style. */
    const char *text = *node->text || node->quoted ? node->text : "null";
    /* What is long or has line ends would be folded; in double quotes it surely comes back unchanged. */
    if (scalar_event(&e, text, node->quoted || strchr(text, '\n'))) {
        emit(w, &e);
        return;
    }
    char *clean = without_strange_bytes(text);
    if (clean && scalar_event(&e, clean, true))
        emit(w, &e);
    else
        w->failed = true;
    free(clean);
}

static void emit_node(struct writer *w, const struct node *node, unsigned depth);

static void emit_map(struct writer *w, const struct node *map, unsigned depth)
{
    yaml_event_t e;
    yaml_mapping_style_t style = is_flow(map, depth) ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
    w->failed |= !yaml_mapping_start_event_initialize(&e, NULL, NULL, 1, style);
    if (!w->failed)
        emit(w, &e);
    for (size_t i = 0; i < map->n && !w->failed; i++) {
        emit_scalar(w, map->pair[i].key);
        emit_node(w, map->pair[i].value, depth + 1);
    }
    if (!w->failed && yaml_mapping_end_event_initialize(&e))
        emit(w, &e);
}

static void emit_list(struct writer *w, const struct node *list, unsigned depth)
{
    yaml_event_t e;
    yaml_sequence_style_t style = is_flow(list, depth) ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
    w->failed |= !yaml_sequence_start_event_initialize(&e, NULL, NULL, 1, style);
    if (!w->failed)
        emit(w, &e);
    for (size_t i = 0; i < list->n && !w->failed; i++)
        emit_node(w, list->item[i], depth + 1);
    if (!w->failed && yaml_sequence_end_event_initialize(&e))
        emit(w, &e);
}

static void emit_node(struct writer *w, const struct node *node, unsigned depth)
{
    if (w->failed)
        return;
    if (node->kind == NODE_MAP)
        emit_map(w, node, depth);
    else if (node->kind == NODE_LIST)
        emit_list(w, node, depth);
    else
        emit_scalar(w, node);
}

static void emit_stream(struct writer *w, const struct node *root)
{
    yaml_event_t e;
    if (!yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING)) {
        w->failed = true;
        return;
    }
    emit(w, &e);
    if (!w->failed && yaml_document_start_event_initialize(&e, NULL, NULL, NULL, 1))
        emit(w, &e);
    emit_node(w, root, 0);
    if (!w->failed && yaml_document_end_event_initialize(&e, 1))
        emit(w, &e);
    if (!w->failed && yaml_stream_end_event_initialize(&e))
        emit(w, &e);
}

char *node_emit(const struct node *root)
{
    struct writer w = { 0 };
    if (!yaml_emitter_initialize(&w.emitter))
        return NULL;
    yaml_emitter_set_output(&w.emitter, append, &w);
    yaml_emitter_set_unicode(&w.emitter, 1);
    yaml_emitter_set_width(&w.emitter, WIDTH);
    emit_stream(&w, root);
    yaml_emitter_delete(&w.emitter);
    if (!w.failed)
        return w.text;
    free(w.text);
    return NULL;
}
