/* conf_balancers.c - the rows of `balancers:`, and which process a fleet's connections may lead to. */
#include <string.h>

#include "models/balancer.h"

#define PROCESSES_MAX 255u

const struct word balance_policies[] = {
    { "round_robin", "one after the other" },
    { "least_connections", "the server with the fewest open connections, in turn among several" },
    { "random", "any, with equal chances" },
    { "power_of_two", "two at random, and of these the one with fewer open connections (Mitzenmacher 2001)" },
    { "consistent_hash", "always the same for a collar, as long as that server lives; if it dies its share "
                         "alone moves (Karger et al. 1997)" },
    { NULL, NULL }
};

static const struct field member_fields[] = { F_NAME(struct member_conf, server, "server", NULL, "servers",
                                                     "a server; with replicas, all of them"),
                                              F_END };
static const struct record member_record = { .name = "member",
                                             .doc = "a server behind a balancer",
                                             .size = sizeof(struct member_conf),
                                             .fields = member_fields,
                                             .shorthand = "server" };

#define POINTS_DEFAULT 160

static const struct field balancer_fields[] = {
    F_ENUM(struct balancer_conf, policy, "policy", "round_robin", balance_policies,
           "which server a new connection leads to"),
    F_LIST(struct balancer_conf, servers, "servers", &member_record, "the servers behind it: [a, b, c]"),
    F_TIME(struct balancer_conf, health_check, "health_check", "0 s", 0, 86400,
           "how long a dead server still gets connections, which it refuses; with HAProxy's defaults up to "
           "6 s (`inter 2s fall 3`)"),
    F_COUNT(struct balancer_conf, points, "points", "160", 1, 1000,
            "with consistent_hash: places of each server on the ring (libketama: 160)"),
    F_END
};
const struct record balancer_record = { .name = "balancer",
                                        .doc = "shares connections among servers",
                                        .size = sizeof(struct balancer_conf),
                                        .fields = balancer_fields };

/* --- processes ---------------------------------------------------------------------------------------- */

static uint32_t find_server(const struct herd_conf *c, const char *name)
{
    uint32_t i = 0;
    while (i + 1 < c->servers.n && strcmp(conf_server(c, i)->name, name))
        i++;
    return i;
}

static bool number_processes(struct binder *b, const struct node *root, struct herd_conf *c)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < c->servers.n; i++) {
        struct server_conf *s = (struct server_conf *)c->servers.at + i;
        s->first = (uint32_t)n;
        n += s->replicas;
    }
    c->processes = (uint32_t)n;
    const struct node *servers = node_get(root, "servers");
    if (n > PROCESSES_MAX)
        diag_error(b->diag, servers ? servers->at : root->at,
                   "servers: %llu processes in all, replicas included; at most %u can be simulated",
                   (unsigned long long)n, PROCESSES_MAX);
    return n <= PROCESSES_MAX;
}

/* The processes of the servers named, one after the other. */
static void list_members(struct binder *b, const struct herd_conf *c, struct balancer_conf *lb)
{
    const struct member_conf *m = lb->servers.at;
    uint32_t n = 0;
    for (size_t i = 0; i < lb->servers.n; i++)
        n += (uint32_t)conf_server(c, find_server(c, m[i].server))->replicas;
    uint8_t *member = ARENA_ARRAY(b->arena, uint8_t, n ? n : 1);
    if (!member) {
        diag_no_memory(b->diag);
        return;
    }
    lb->member = member;
    lb->members = n;
    for (size_t i = 0; i < lb->servers.n; i++) {
        const struct server_conf *s = conf_server(c, find_server(c, m[i].server));
        for (uint32_t k = 0; k < s->replicas; k++)
            *member++ = (uint8_t)(s->first + k);
    }
}

static void check_members(struct binder *b, const struct node *at, const struct herd_conf *c,
                          const struct balancer_conf *lb)
{
    const struct member_conf *m = lb->servers.at;
    for (size_t i = 0; i < lb->servers.n; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(m[i].server, m[k].server))
                diag_error(b->diag, at->at, "balancers: '%s' names server '%s' twice", lb->name, m[i].server);
    for (uint32_t i = 0; i < c->servers.n; i++)
        if (!strcmp(conf_server(c, i)->name, lb->name))
            diag_error(b->diag, at->at, "balancers: '%s' is a server's name as well", lb->name);
}

/* The balancers, and one for each server with replicas. */
static bool make_routes(struct binder *b, const struct node *root, struct herd_conf *c)
{
    const struct balancer_conf *named = c->balancers.at;
    size_t n = c->balancers.n;
    struct balancer_conf *route = ARENA_ARRAY(b->arena, struct balancer_conf, n + c->servers.n);
    if (!route) {
        diag_no_memory(b->diag);
        return false;
    }
    c->routes.at = route;
    for (size_t i = 0; i < n; i++) {
        const struct node *at = node_key(node_get(root, "balancers"), named[i].name);
        route[i] = named[i];
        check_members(b, at ? at : root, c, &named[i]);
    }
    for (uint32_t i = 0; i < c->servers.n; i++) {
        const struct server_conf *s = conf_server(c, i);
        struct member_conf *m = s->replicas > 1 ? ARENA_NEW(b->arena, struct member_conf) : NULL;
        if (!m)
            continue;
        m->server = s->name;
        route[n++] = (struct balancer_conf){
            .name = s->name, .policy = s->balance, .servers = { m, 1 }, .points = POINTS_DEFAULT
        };
    }
    c->routes.n = n;
    for (size_t i = 0; i < n; i++)
        list_members(b, c, &route[i]);
    return true;
}

static void find_route(const struct herd_conf *c, struct fleet_conf *f)
{
    f->route = NO_ROUTE;
    for (uint32_t i = 0; i < c->routes.n && f->route == NO_ROUTE; i++)
        if (!strcmp(conf_route(c, i)->name, f->server))
            f->route = i;
    const struct member_conf *first =
        f->route == NO_ROUTE ? NULL : (const struct member_conf *)conf_route(c, f->route)->servers.at;
    f->server_index = find_server(c, first ? first->server : f->server);
}

void conf_find_servers(struct binder *b, const struct node *root, struct herd_conf *c)
{
    if (b->diag->errors || !number_processes(b, root, c) || !make_routes(b, root, c))
        return;
    for (size_t i = 0; i < c->fleets.n; i++)
        find_route(c, (struct fleet_conf *)c->fleets.at + i);
}

double conf_fleet_share(const struct herd_conf *c, const struct fleet_conf *f, uint32_t server)
{
    if (f->route == NO_ROUTE)
        return f->server_index == server;
    const struct balancer_conf *lb = conf_route(c, f->route);
    const struct server_conf *s = conf_server(c, server);
    double n = 0;
    for (uint32_t i = 0; i < lb->members; i++)
        n += lb->member[i] >= s->first && lb->member[i] < s->first + s->replicas;
    return lb->members ? n / lb->members : 0;
}
