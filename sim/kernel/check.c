#include "sim/kernel/check.h"

#include <gsl/gsl_errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/kernel/evq.h"

_Thread_local struct sim_place sim_place;

/* The message names everything that is needed to meet the same moment again in a debugger. */
static _Noreturn void fail(const char *what, const char *file, int line)
{
    const struct sim_place *p = &sim_place;
    fprintf(stderr,
            "\n%s:%d: %s\n"
            "  scenario %s, replication %" PRIu32 ", simulated time %.9f s,"
            " event kind %u of entity %" PRIu32 " (generation %" PRIu32 ")\n",
            file, line, what, p->scenario ? p->scenario : "(none)", p->replication, simtime_to_s(p->now),
            event_kind(p->what), event_who(p->what), event_gen(p->what));
    fflush(NULL);
    abort();
}

_Noreturn void sim_assert_failed(const char *expression, const char *file, int line)
{
    char what[512];
    snprintf(what, sizeof what, "assertion failed: %s", expression);
    fail(what, file, line);
}

static void gsl_failed(const char *reason, const char *file, int line, int gsl_errno)
{
    char what[512];
    snprintf(what, sizeof what, "GSL: %s (%s)", reason, gsl_strerror(gsl_errno));
    fail(what, file, line);
}

void sim_install_gsl_handler(void) { gsl_set_error_handler(gsl_failed); }
