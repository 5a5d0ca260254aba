/* task_stack.h - the stacks of a runtime's tasks: one for each connection, small at first, copied to one of
 * twice the size whenever its work goes deeper (Go since 1.3: runtime/stack.go, newstack()).
 *
 * A connection's number (conn_worker()) is the processor where its task ran last, and how often its stack has
 * doubled. */
#ifndef MODELS_TASK_STACK_H
#define MODELS_TASK_STACK_H

#include "models/server.h"

struct task_stacks {
    uint64_t first; /* bytes */
    int kept;       /* enum task_stacks_kept */
    simtime copy;   /* CPU time of each doubling */
};
enum task_stacks_kept { STACKS_KEEP, STACKS_SHRINK };
extern const struct word task_stacks_words[];

/* The processor where the connection's task ran last; 0 at first. */
uint32_t task_home(const struct server *s, uint32_t conn);
void task_set_home(struct server *s, uint32_t conn, uint32_t home);
/* An accepted connection's task and its stack: taken, and given back. */
void task_begins(struct server *s, const struct task_stacks *rules, uint32_t conn);
void task_ends(struct server *s, const struct task_stacks *rules, uint32_t conn);
/* The stack grows until the work that server_advance() returned fits; returns the time of the copies. */
simtime task_grow(struct server *s, const struct task_stacks *rules, uint32_t conn);
/* A request is done: the stack is as small again as the rules want it. */
void task_replied(struct server *s, const struct task_stacks *rules, uint32_t conn);

#endif
