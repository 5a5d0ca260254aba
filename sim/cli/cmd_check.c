/* cmd_check.c - `herdsim check`: loads scenarios, and nothing more. */
#include "sim/cli/scenarios.h"

int cmd_check(const struct options *o)
{
    struct scenarios s;
    int status = scenarios_load(&s, o);
    for (size_t i = 0; status == EXIT_DONE && i < s.n && !options_have(o, OPT_QUIET); i++) {
        char label[160];
        plan_shape(&s.plan[i], label, sizeof label);
        printf("%s: ok: %s\n", s.plan[i].path, label);
    }
    scenarios_term(&s);
    return status;
}
