/* stop.h - signals that ask the program to finish. */
#ifndef SIM_CLI_STOP_H
#define SIM_CLI_STOP_H

#include <stdatomic.h>

/* Catches SIGINT, SIGTERM and SIGHUP from now on. Returns the flag that the first of them sets, for those
 * who work long to poll; another one, half a second later or more, ends the program at once. */
const atomic_int *stop_on_signals(void);

#endif
