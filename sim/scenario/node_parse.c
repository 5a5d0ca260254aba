/* node_parse.c - from libyaml's events to a tree, refusing what a scenario has no use for.
 *
 * libyaml's own loader is not used: events let us stop at a depth and a size, and blame what it would
 * accept (duplicate keys, tags, merge keys). An aliased node is shared, not copied; its size is counted
 * each time all the same, since every walk over the tree will meet it each time. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "sim/scenario/node.h"
#include "sim/scenario/source.h"

#define ANCHORS_MAX 1000u

struct anchor {
    const char *name;
    const struct node *node; /* NULL while it is being read */
    size_t count;
    unsigned height;
};

/* A finished subtree: its nodes, and the levels below its root. */
struct built {
    const struct node *node;
    size_t count;
    unsigned height;
    bool cut; /* a child of it could not be read */
};

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct diag *diag;
    const char *source, *text;
    size_t bytes;
    struct mark begin; /* where the text begins in its source */
    struct anchor anchor[ANCHORS_MAX];
    size_t anchors;
    const struct node **pending; /* children of all open nodes */
    size_t n, room;
    size_t count;
    bool stop; /* no sense in reading on */
};

static struct mark mark_at(const struct reader *r, yaml_mark_t m)
{
    uint32_t line = m.line < UINT32_MAX / 2 ? (uint32_t)m.line : UINT32_MAX / 2;
    uint32_t column = m.column < UINT32_MAX / 2 ? (uint32_t)m.column : UINT32_MAX / 2;
    return (struct mark){ r->source, line + r->begin.line, line ? column + 1 : column + r->begin.column };
}

static void no_memory(struct reader *r)
{
    diag_no_memory(r->diag);
    r->stop = true;
}

/* What libyaml says about encodings comes with a byte offset instead of a mark. */
static struct mark mark_of_byte(const struct reader *r, size_t offset)
{
    yaml_mark_t m = { 0 };
    for (size_t i = 0; i < offset && i < r->bytes; i++) {
        unsigned char c = (unsigned char)r->text[i];
        m.column += (c & 0xC0) != 0x80;
        if (c == '\n') {
            m.line++;
            m.column = 0;
        }
    }
    return mark_at(r, m);
}

static bool is_tab(const struct reader *r, yaml_mark_t m)
{
    const char *p = r->text;
    for (size_t line = 0; p && line < m.line; line++)
        if ((p = strchr(p, '\n')))
            p++;
    for (size_t i = 0; p && *p && i < m.column; i++)
        p++;
    return p && *p == '\t';
}

/* libyaml's words, and ours for the slips that people make most. */
static void blame_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "unknown error";
    r->stop = true;
    if (p->error == YAML_MEMORY_ERROR)
        no_memory(r);
    else if (p->error == YAML_READER_ERROR)
        diag_error(r->diag, mark_of_byte(r, p->problem_offset), "not valid text: %s", problem);
    else if (is_tab(r, p->problem_mark))
        diag_error(r->diag, mark_at(r, p->problem_mark), "a tab can't indent in YAML; use spaces");
    else if (p->context && strstr(p->context, "scanning an alias"))
        diag_error(r->diag, mark_at(r, p->problem_mark), "text that begins with '*' must be quoted");
    else if (p->context)
        diag_error(r->diag, mark_at(r, p->problem_mark), "not valid YAML: %s %s (begun in line %zu)", problem,
                   p->context, p->context_mark.line + 1);
    else
        diag_error(r->diag, mark_at(r, p->problem_mark), "not valid YAML: %s", problem);
}

static bool next_event(struct reader *r, yaml_event_t *e)
{
    if (!r->stop && yaml_parser_parse(&r->parser, e))
        return true;
    if (!r->stop)
        blame_syntax(r);
    *e = (yaml_event_t){ 0 };
    return false;
}

static void push(struct reader *r, const struct node *child)
{
    if (r->n == r->room) {
        size_t room = r->room ? r->room * 2 : 256;
        void *bigger = reallocarray(r->pending, room, sizeof *r->pending);
        if (!bigger) {
            no_memory(r);
            return;
        }
        r->pending = bigger;
        r->room = room;
    }
    r->pending[r->n++] = child;
}

/* Counts nodes as a walk will meet them. */
static bool count_nodes(struct reader *r, size_t more, struct mark at)
{
    r->count += more;
    if (r->count <= NODE_COUNT_MAX)
        return true;
    diag_error(r->diag, at, "too much: a document has at most %u values, with aliases written out",
               NODE_COUNT_MAX);
    r->stop = true;
    return false;
}

static bool check_depth(struct reader *r, unsigned depth, struct mark at)
{
    if (depth <= NODE_DEPTH_MAX)
        return true;
    diag_error(r->diag, at, "nested too deeply: at most %u levels", NODE_DEPTH_MAX);
    r->stop = true;
    return false;
}

static struct anchor *find_anchor(struct reader *r, const char *name)
{
    for (size_t i = 0; i < r->anchors; i++)
        if (!strcmp(r->anchor[i].name, name))
            return &r->anchor[i];
    return NULL;
}

/* Opens the anchor of a node that begins; NULL where it has none. */
static struct anchor *open_anchor(struct reader *r, const yaml_char_t *name, struct mark at)
{
    if (!name)
        return NULL;
    const char *text = (const char *)name;
    if (find_anchor(r, text)) {
        diag_error(r->diag, at, "anchor '&%s' is defined twice", diag_shown(r->diag, text));
        return NULL;
    }
    if (r->anchors == ANCHORS_MAX) {
        diag_error(r->diag, at, "too many anchors: at most %u", ANCHORS_MAX);
        r->stop = true;
        return NULL;
    }
    struct anchor *a = &r->anchor[r->anchors];
    *a = (struct anchor){ .name = arena_text(r->arena, text) };
    if (!a->name) {
        no_memory(r);
        return NULL;
    }
    r->anchors++;
    return a;
}

static struct built resolve_alias(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    struct mark at = mark_at(r, e->start_mark);
    const char *name = (const char *)e->data.alias.anchor;
    const struct anchor *a = find_anchor(r, name);
    if (!a)
        diag_error(r->diag, at,
                   "no anchor '&%s' stands before this alias (text that begins with '*' must be quoted)",
                   diag_shown(r->diag, name));
    else if (!a->node)
        diag_error(r->diag, at, "alias '*%s' stands inside what it names", diag_shown(r->diag, name));
    else if (check_depth(r, depth + a->height, at) && count_nodes(r, a->count, at))
        return (struct built){ .node = a->node, .count = a->count, .height = a->height };
    return (struct built){ 0 };
}

static void refuse_tag(struct reader *r, const yaml_char_t *tag, struct mark at)
{
    if (tag)
        diag_error(r->diag, at, "tags have no use in a scenario ('%s')",
                   diag_shown(r->diag, (const char *)tag));
}

static struct built read_scalar(struct reader *r, const yaml_event_t *e)
{
    struct mark at = mark_at(r, e->start_mark);
    refuse_tag(r, e->data.scalar.tag, at);
    const char *text = (const char *)e->data.scalar.value;
    if (strlen(text) != e->data.scalar.length)
        diag_error(r->diag, at, "text can't hold a NUL character");
    struct node *node = (struct node *)node_scalar(r->arena, text, at);
    if (!node) {
        no_memory(r);
        return (struct built){ 0 };
    }
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return (struct built){ .node = node, .count = 1 };
}

struct keyed {
    const struct node *key;
    size_t order;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    int c = strcmp(x->key->text, y->key->text);
    return c ? c : x->order < y->order ? -1 : x->order > y->order;
}

/* By sorting, since comparing all with all would let a large file hang us. */
static void refuse_duplicates(struct reader *r, const struct pair *pair, size_t n)
{
    struct keyed *keyed = n > 1 ? calloc(n, sizeof *keyed) : NULL;
    if (n > 1 && !keyed)
        no_memory(r);
    if (!keyed)
        return;
    for (size_t i = 0; i < n; i++)
        keyed[i] = (struct keyed){ pair[i].key, i };
    qsort(keyed, n, sizeof *keyed, compare_keyed);
    const struct node *first = keyed[0].key;
    for (size_t i = 1; i < n; i++) {
        if (strcmp(first->text, keyed[i].key->text))
            first = keyed[i].key;
        else
            diag_error(r->diag, keyed[i].key->at, "duplicate key '%s' (first in line %u)",
                       diag_shown(r->diag, first->text), first->at.line);
    }
    free(keyed);
}

/* Takes the children from position `first` on. */
static const struct node *close_list(struct reader *r, size_t first, struct mark at, bool cut)
{
    struct node *list =
        (struct node *)node_list(r->arena, r->pending ? r->pending + first : NULL, r->n - first, at);
    if (list)
        list->cut = cut;
    else
        no_memory(r);
    return list;
}

static const struct node *close_map(struct reader *r, size_t first, struct mark at, bool cut)
{
    size_t n = (r->n - first) / 2;
    struct pair *pair = n ? ARENA_ARRAY(r->arena, struct pair, n) : NULL;
    struct node *map = ARENA_NEW(r->arena, struct node);
    if (!map || (n && !pair)) {
        no_memory(r);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        pair[i] = (struct pair){ r->pending[first + 2 * i], r->pending[first + 2 * i + 1] };
    refuse_duplicates(r, pair, n);
    *map = (struct node){ .kind = NODE_MAP, .cut = cut, .at = at, .n = n, .pair = pair };
    return map;
}

static bool is_good_key(struct reader *r, const struct node *key)
{
    if (key->kind != NODE_SCALAR)
        diag_error(r->diag, key->at, "a key must be a single word, not %s", node_kind_name(key));
    else if (!key->quoted && !strcmp(key->text, "<<"))
        diag_error(r->diag, key->at,
                   "merge keys (<<) are not supported; write the keys out or override them in variants");
    else
        return true;
    return false;
}

static struct built read_node(struct reader *r, const yaml_event_t *e, unsigned depth);

/* The children of the collection that has just begun, pushed on pending. */
static void read_children(struct reader *r, bool is_map, unsigned depth, struct built *whole)
{
    const struct node *key = NULL;
    for (size_t i = 0; !r->stop; i++) {
        yaml_event_t e;
        if (!next_event(r, &e))
            return;
        bool end = e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT;
        struct built child = end ? (struct built){ 0 } : read_node(r, &e, depth + 1);
        yaml_event_delete(&e);
        if (end)
            return;
        whole->count += child.count;
        if (child.node && child.height + 1 > whole->height)
            whole->height = child.height + 1;
        if (is_map && i % 2 == 0) {
            key = child.node && is_good_key(r, child.node) ? child.node : NULL;
        } else if (!is_map && child.node) {
            push(r, child.node);
        } else if (key && child.node) {
            push(r, key);
            push(r, child.node);
        } else {
            whole->cut = true;
        }
    }
}

static struct built read_collection(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    struct mark at = mark_at(r, e->start_mark);
    bool is_map = e->type == YAML_MAPPING_START_EVENT;
    refuse_tag(r, is_map ? e->data.mapping_start.tag : e->data.sequence_start.tag, at);
    struct built whole = { .count = 1 };
    if (!check_depth(r, depth, at))
        return whole;
    size_t first = r->n;
    read_children(r, is_map, depth, &whole);
    if (!r->stop)
        whole.node = is_map ? close_map(r, first, at, whole.cut) : close_list(r, first, at, whole.cut);
    r->n = first;
    return whole;
}

static const yaml_char_t *anchor_of(const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return e->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return e->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return e->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

/* The node that begins with event e, at `depth` levels below the document. */
static struct built read_node(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    if (e->type == YAML_ALIAS_EVENT)
        return resolve_alias(r, e, depth);
    struct mark at = mark_at(r, e->start_mark);
    if (!count_nodes(r, 1, at))
        return (struct built){ 0 };
    struct anchor *anchor = open_anchor(r, anchor_of(e), at);
    struct built b = e->type == YAML_SCALAR_EVENT ? read_scalar(r, e) : read_collection(r, e, depth);
    if (anchor) {
        anchor->node = b.node;
        anchor->count = b.count;
        anchor->height = b.height;
    }
    return b;
}

/* The one document of a stream; more than one is an error. */
static const struct node *read_stream(struct reader *r)
{
    const struct node *root = NULL;
    bool has_document = false, end = false;
    yaml_event_t e;
    while (!end && next_event(r, &e)) {
        end = e.type == YAML_STREAM_END_EVENT;
        if (e.type == YAML_DOCUMENT_START_EVENT && has_document) {
            diag_error(r->diag, mark_at(r, e.start_mark), "a second document begins here; one is expected");
            r->stop = true;
        }
        has_document |= e.type == YAML_DOCUMENT_START_EVENT;
        if (e.type == YAML_SCALAR_EVENT || e.type == YAML_SEQUENCE_START_EVENT ||
            e.type == YAML_MAPPING_START_EVENT || e.type == YAML_ALIAS_EVENT)
            root = read_node(r, &e, 1).node;
        yaml_event_delete(&e);
    }
    if (end && !has_document)
        diag_error(r->diag, mark_at(r, (yaml_mark_t){ 0 }), "nothing is written here");
    return r->stop ? NULL : root;
}

/* libyaml compares each tag directive with all others, and would be kept busy for hours. Nobody needs
 * one: tags are refused as well. */
static bool has_tag_directive(const char *text, struct mark at, struct diag *d)
{
    const char *found = strncmp(text, "%TAG", 4) ? strstr(text, "\n%TAG") : text;
    if (!found)
        return false;
    for (const char *p = text; p <= found && *found == '\n'; p++)
        at.line += *p == '\n';
    at.column = 1;
    diag_error(d, at, "%%TAG directives have no use in a scenario");
    return true;
}

const struct node *node_parse_at(struct arena *a, const char *text, struct mark at, struct diag *d)
{
    if (has_tag_directive(text, at, d))
        return NULL;
    struct reader *r = calloc(1, sizeof *r);
    if (!r || !(r->source = arena_text(a, at.source)) || !yaml_parser_initialize(&r->parser)) {
        diag_no_memory(d);
        free(r);
        return NULL;
    }
    r->arena = a;
    r->diag = d;
    r->text = text;
    r->bytes = strlen(text);
    r->begin = at;
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text, r->bytes);
    const struct node *root = read_stream(r);
    yaml_parser_delete(&r->parser);
    free(r->pending);
    free(r);
    return root;
}

struct mark mark_of_text(const char *source, const char *text)
{
    size_t whole = strlen(source), tail = strlen(text);
    struct mark at = { source, 1, 1 };
    if (tail && whole > tail && whole < UINT32_MAX / 2 && !strcmp(source + whole - tail, text))
        at.column += (uint32_t)(whole - tail);
    return at;
}

const struct node *node_parse(struct arena *a, const char *text, const char *source, struct diag *d)
{
    return node_parse_at(a, text, mark_of_text(source, text), d);
}

const struct node *node_load(struct arena *a, const char *path, struct diag *d, bool *io)
{
    return node_load_from(a, path, (struct mark){ .source = path }, d, io);
}

const struct node *node_load_from(struct arena *a, const char *path, struct mark named, struct diag *d,
                                  bool *io)
{
    struct source s;
    if (source_read(&s, path, named, d, io))
        return NULL;
    const struct node *root = node_parse_at(a, s.text, (struct mark){ path, 1, 1 }, d);
    source_term(&s);
    return root;
}
