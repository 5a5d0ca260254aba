/* herd_hooks.h - what the herd's study says of a scenario besides running it: before, and afterwards. */
#ifndef MODELS_HERD_HOOKS_H
#define MODELS_HERD_HOOKS_H

#include "models/server.h"
#include "sim/experiment/study.h"

/* What is asked of a server and what it can give, in reports per second. */
struct server_load {
    struct demand demand;
    double offered;  /* by fleets whose pace is their own */
    double thinking; /* by closed fleets at most: as if nothing ever waited */
    double capacity; /* INFINITY where nothing takes time */
    double reach;    /* the same, for what its pools and the backends behind them let pass */
};
struct server_load server_load(const struct herd_conf *c, uint32_t server);

/* Calls of a backend that one report at the server makes. */
double server_calls(const struct herd_conf *c, uint32_t server, uint32_t backend);
/* Calls per second that the backend, and a server's pool for it, can take at most; INFINITY: any number. */
double backend_capacity(const struct herd_conf *c, uint32_t backend);
double pool_capacity(const struct herd_conf *c, uint32_t server, uint32_t backend);

/* Reports per second that a fleet sends at its own pace; 0 for closed loops, traces and single reports. */
double fleet_offered(const struct fleet_conf *f);
/* The same of a closed loop, if its reports never waited for another's; 0 for other fleets, INFINITY where
 * neither thinking nor serving takes time. */
double fleet_thinking(const struct herd_conf *c, const struct fleet_conf *f);

/* Simulated seconds of a trial: with an automatic warm-up the pilot's as well, and a warm-up as short as it
 * can be. */
double herd_simulated(const struct herd_conf *c);

/* The hooks of struct study. */
void herd_foresee(const void *conf, struct mark at, struct diag *d);
void herd_forecast(const void *conf, struct forecast *f);
void herd_because(const void *conf, const double *value, const struct verdict *v, size_t metric, char *text,
                  size_t size);

bool herd_occurs(const void *conf, size_t i, struct occurrence *o);

#endif
