/* conf_backends.c - the rows of `backends:` and of a server's `pools:`. */
#include <string.h>

#include "models/backend.h"
#include "sim/scenario/nearest.h"

static const struct field backend_fields[] = {
    F_DIST(struct backend_conf, service, "service", UNIT_TIME, NULL, 0, 86400,
           "time that the backend works on a call"),
    F_COUNT_NONE(struct backend_conf, concurrency, "concurrency", "none", 1, 1e9,
                 "calls that it works on at a time; the others wait, first come first served"),
    F_COUNT_NONE(struct backend_conf, queue, "queue", "none", 0, 1e9,
                 "calls that may wait; one more fails at once, and its report is answered with an error: it "
                 "counts as refused"),
    F_DIST(struct backend_conf, latency, "latency", UNIT_TIME, "0 ms", 0, 86400,
           "one-way delay between a server and the backend; applies each way, drawn for every call"),
    F_END
};

static const char *limit_name(struct binder *b, const char *what, const char *name)
{
    const char *text = arena_printf(b->arena, "%s %s", what, name);
    if (!text)
        diag_no_memory(b->diag);
    return text;
}

static void check_backend(struct binder *b, const struct node *map, void *item)
{
    struct backend_conf *c = item;
    (void)map;
    c->limit = limit_name(b, "backend", c->name);
}

const struct record backend_record = { .name = "backend",
                                       .doc = "what handlers call: a database, another service",
                                       .size = sizeof(struct backend_conf),
                                       .fields = backend_fields,
                                       .check = check_backend };

static const struct field pool_fields[] = {
    F_COUNT_NONE(struct pool_conf, connections, "connections", NULL, 1, 1e9,
                 "connections to the backend, each for one call at a time; a call waits until one is free "
                 "(HikariCP: 10; Go's database/sql: none)"),
    F_END
};

static void check_pool(struct binder *b, const struct node *map, void *item)
{
    struct pool_conf *c = item;
    (void)map;
    c->limit = limit_name(b, "pool", c->name);
}

const struct record pool_record = { .name = "pool",
                                    .doc = "a server's connections to a backend",
                                    .size = sizeof(struct pool_conf),
                                    .fields = pool_fields,
                                    .shorthand = "connections",
                                    .check = check_pool };

const struct pool_conf *conf_pool(const struct server_conf *s, uint32_t backend)
{
    const struct pool_conf *pool = s->pools.at;
    for (size_t i = 0; i < s->pools.n; i++)
        if (pool[i].backend == backend)
            return &pool[i];
    return NULL;
}

/* --- names ---------------------------------------------------------------------------------------------- */

static uint32_t find_backend(const struct herd_conf *c, const char *name)
{
    uint32_t i = 0;
    while (i < c->backends.n && strcmp(conf_backend(c, i)->name, name))
        i++;
    return i;
}

static const char *backend_name(const void *conf, size_t i) { return conf_backend(conf, (uint32_t)i)->name; }

static void blame_pool(struct binder *b, const struct herd_conf *c, struct mark at, const char *name)
{
    const char *shown = diag_shown(b->diag, name);
    struct nearest n = nearest_to(name);
    for (uint32_t i = 0; i < c->backends.n; i++)
        nearest_try(&n, conf_backend(c, i)->name);
    if (!c->backends.n)
        diag_error(b->diag, at, "pools: '%s' names nothing: there are no backends", shown);
    else if (n.match)
        diag_error(b->diag, at, "pools: '%s' is not among the backends; did you mean '%s'?", shown, n.match);
    else
        diag_error(b->diag, at, "pools: '%s' is not among the backends: %s", shown,
                   diag_list(b->diag, backend_name, c, c->backends.n));
}

static void find_pools(struct binder *b, const struct node *root, const struct herd_conf *c,
                       struct server_conf *s)
{
    const struct node *server = node_get(node_get(root, "servers"), s->name);
    const struct node *pools = server ? node_get(server, "pools") : NULL;
    struct pool_conf *pool = s->pools.at;
    for (size_t i = 0; i < s->pools.n; i++) {
        const struct node *key = node_key(pools, pool[i].name);
        pool[i].backend = find_backend(c, pool[i].name);
        if (pool[i].backend == c->backends.n)
            blame_pool(b, c, key ? key->at : root->at, pool[i].name);
    }
}

void conf_find_backends(struct binder *b, const struct node *root, struct herd_conf *c)
{
    for (size_t i = 0; i < c->servers.n; i++) {
        struct server_conf *s = (struct server_conf *)c->servers.at + i;
        struct step_conf *step = s->handler.at;
        find_pools(b, root, c, s);
        for (size_t k = 0; k < s->handler.n; k++)
            if (step[k].kind == STEP_CALL && step[k].backend)
                step[k].backend_index = find_backend(c, step[k].backend);
    }
}
