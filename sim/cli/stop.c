/* stop.c - see stop.h. */
#include "sim/cli/stop.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* What follows this soon belongs to the first: a key held down, `timeout` and a shell that both tell us. */
#define SAME_NS 500000000

/* Set by a signal handler, polled by whoever works long. */
static atomic_int stop;
static atomic_int_fast64_t first_ns;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The first signal asks to finish, a later one is carried out as if nobody had caught it. */
static void on_signal(int number)
{
    int64_t now = now_ns();
    if (!atomic_exchange(&stop, 1)) {
        atomic_store(&first_ns, now);
    } else if (now - atomic_load(&first_ns) > SAME_NS) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

/* What the caller had ignored (nohup) stays ignored. */
const atomic_int *stop_on_signals(void)
{
    static const int caught[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
        struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, old;
        sigemptyset(&act.sa_mask);
        if (!sigaction(caught[i], NULL, &old) && old.sa_handler != SIG_IGN)
            sigaction(caught[i], &act, NULL);
    }
    return &stop;
}
