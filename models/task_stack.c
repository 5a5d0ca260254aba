/* task_stack.c - stacks that begin small. */
#include "models/task_stack.h"

#define HOME_MASK 0x00ffffffu
#define DOUBLINGS 24 /* bits to the left */

const struct word task_stacks_words[] = {
    { "keep", "a task keeps the stack that it once needed" },
    { "shrink",
      "it is small again after each request (Go: the garbage collector halves what is little used)" },
    { NULL, NULL }
};

uint32_t task_home(const struct server *s, uint32_t conn)
{
    uint32_t number = conn_worker(s, conn);
    return number == NONE ? 0 : number & HOME_MASK;
}

static uint32_t doublings_of(const struct server *s, uint32_t conn)
{
    uint32_t number = conn_worker(s, conn);
    return number == NONE ? 0 : number >> DOUBLINGS;
}

void task_set_home(struct server *s, uint32_t conn, uint32_t home)
{
    conn_set_worker(s, conn, home | doublings_of(s, conn) << DOUBLINGS);
}

/* What a runtime's profile gives for a task was measured with its first stack. A machine's own figure may be
 * that of a coroutine without one: then it is less. */
static int64_t bytes_of_task(const struct server *s, const struct task_stacks *rules, uint32_t doublings)
{
    int64_t task = (int64_t)s->connection_task, stack = (int64_t)rules->first;
    bool with_stack = !task || task >= stack || s->conf->runtime.sizes.request_task != UINT64_MAX;
    int64_t small = with_stack ? task : task + stack;
    return small + (stack << doublings) - stack;
}

static void hold_task(struct server *s, const struct task_stacks *rules, uint32_t doublings, int sign)
{
    server_hold(s, MEM_REQUEST_TASKS, sign * bytes_of_task(s, rules, doublings));
}

static void resize(struct server *s, const struct task_stacks *rules, uint32_t conn, uint32_t doublings)
{
    hold_task(s, rules, doublings_of(s, conn), -1);
    hold_task(s, rules, doublings, 1);
    conn_set_worker(s, conn, task_home(s, conn) | doublings << DOUBLINGS);
}

void task_begins(struct server *s, const struct task_stacks *rules, uint32_t conn)
{
    hold_task(s, rules, doublings_of(s, conn), 1);
}

void task_ends(struct server *s, const struct task_stacks *rules, uint32_t conn)
{
    hold_task(s, rules, doublings_of(s, conn), -1);
}

simtime task_grow(struct server *s, const struct task_stacks *rules, uint32_t conn)
{
    int64_t depth = server_take_depth(s);
    uint32_t before = doublings_of(s, conn), now = before;
    while (((int64_t)rules->first << now) < depth && now < 40)
        now++;
    if (now == before)
        return 0;
    resize(s, rules, conn, now);
    return server_cost(s, CPU_TASKS, (now - before) * rules->copy);
}

void task_replied(struct server *s, const struct task_stacks *rules, uint32_t conn)
{
    if (rules->kept == STACKS_SHRINK && doublings_of(s, conn))
        resize(s, rules, conn, 0);
}
