/* stop.c - see stop.h. */
#include "sim/cli/stop.h"

#include <signal.h>
#include <stddef.h>

/* Set by a signal handler, polled by whoever works long. */
static atomic_int stop;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&stop, 1);
}

/* The first signal asks to finish; the disposition is then the default again, so a second one kills.
 * What the caller had ignored (nohup) stays ignored. */
const atomic_int *stop_on_signals(void)
{
    static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
        struct sigaction act = { .sa_handler = on_signal, .sa_flags = (int)(SA_RESTART | SA_RESETHAND) }, old;
        sigemptyset(&act.sa_mask);
        if (!sigaction(caught[i], NULL, &old) && old.sa_handler != SIG_IGN)
            sigaction(caught[i], &act, NULL);
    }
    return &stop;
}
