/* balancer.h - several server processes behind one name: which of them a connection leads to.
 *
 * A balancer shares connections, not reports (layer 4): it decides when a connection is opened, and a
 * persistent connection stays where it is until it breaks. Every policy sees the connections open through any
 * balancer, and leaves out servers that it knows to be dead. */
#ifndef MODELS_BALANCER_H
#define MODELS_BALANCER_H

#include "models/conf.h"

struct world;

enum balance_policy {
    BALANCE_ROUND_ROBIN,
    BALANCE_LEAST_CONNECTIONS,
    BALANCE_RANDOM,
    BALANCE_POWER_OF_TWO,
    BALANCE_CONSISTENT_HASH
};
extern const struct word balance_policies[];

struct member_conf {
    const char *server;
};

struct balancer_conf {
    const char *name;     /* the server's where it stands for one with replicas */
    int policy;           /* enum balance_policy */
    struct items servers; /* of struct member_conf */
    simtime health_check;
    uint64_t points;
    const uint8_t *member; /* processes, resolved by the root's check */
    uint32_t members;
};

extern const struct record balancer_record;

/* Numbers the server processes, finds what balancers and fleets name, and complains about what is not there.
 */
void conf_find_servers(struct binder *b, const struct node *root, struct herd_conf *c);
/* The share of a fleet's connections that a server's processes get, where all are alike. */
double conf_fleet_share(const struct herd_conf *c, const struct fleet_conf *f, uint32_t server);

static inline const struct balancer_conf *conf_route(const struct herd_conf *c, uint32_t i)
{
    return (const struct balancer_conf *)c->routes.at + i;
}

/* --- a trial's ---------------------------------------------------------------------------------------- */

struct hash_point {
    uint64_t at;
    uint8_t server;
};

struct balancer {
    const struct balancer_conf *conf;
    uint32_t next;           /* whose turn it is, among the members */
    uint32_t draws;          /* so far */
    struct hash_point *ring; /* ascending; NULL: another policy */
    uint32_t points;
};

/* Makes ready for a trial; false without memory (noted in w->failed). */
bool balancers_start(struct world *w);
void balancers_free(struct world *w);
/* The server process for a connection that opens now. Where all are dead it is one of these. */
uint8_t balancer_choose(struct world *w, uint32_t balancer, uint32_t collar);

#endif
