/* conf_servers.c - the rows of `servers:`: the handler, and the model with its own rows. */
#include "models/conf.h"
#include "models/server.h"

#define STEP(k, u, lo, hi, t) \
    static const struct field k##_fields[] = { F_DIST(struct step_conf, amount, #k, u, NULL, lo, hi, t), \
                                               F_END }
STEP(cpu, UNIT_TIME, 0, 86400, "work: holds a core");
STEP(wait, UNIT_TIME, 0, 86400, "I/O that a thread sleeps through and an event loop awaits");
STEP(block, UNIT_TIME, 0, 86400, "a blocking call (time.sleep): in an event loop it stops the whole loop");
STEP(memory, UNIT_SIZE, 0, 0x1p40, "memory held until the reply");

static const struct alternative steps[] = {
    [STEP_CPU] = { "cpu", "work that holds a core", cpu_fields },
    [STEP_WAIT] = { "wait", "I/O that a thread sleeps through and an event loop awaits", wait_fields },
    [STEP_BLOCK] = { "block", "a blocking call: in an event loop it stops the whole loop", block_fields },
    [STEP_MEMORY] = { "memory", "memory held until the reply", memory_fields },
    { NULL, NULL, NULL }
};
static const struct record step_record = { .name = "step",
                                           .doc = "one step of a handler",
                                           .size = sizeof(struct step_conf),
                                           .alternatives = steps,
                                           .tag_off = FIELD_AT(struct step_conf, kind, int) };

static const struct field server_fields[] = {
    F_LIST(struct server_conf, handler, "handler", &step_record,
           "what each report needs, step by step: [cpu: 120 us, wait: 20 ms, cpu: 30 us]"),
    F_END
};

static void check_server(struct binder *b, const struct node *map, void *item)
{
    const struct server_conf *s = item;
    if (!s->handler.n || s->handler.n > STEPS_MAX)
        diag_error(b->diag, map->at, "handler: expects 1 to %u steps", STEPS_MAX);
}

const struct record server_record = { .name = "server",
                                      .doc = "a server process",
                                      .size = sizeof(struct server_conf),
                                      .fields = server_fields,
                                      .models = server_models,
                                      .chosen_off = FIELD_AT(struct server_conf, model, struct chosen),
                                      .check = check_server };
