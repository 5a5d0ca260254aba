/* host.h - the machine that a simulation ran on, for the record: it changes wall times, never results. */
#ifndef SIM_EXPERIMENT_HOST_H
#define SIM_EXPERIMENT_HOST_H

#include <stdbool.h>
#include <stdint.h>

struct host {
    char cpu[128];
    char kernel[256];      /* "Linux 6.1.0" */
    char architecture[65]; /* "x86_64" */
    unsigned cores;        /* online */
    uint64_t memory;       /* bytes; 0: unknown */
};

void host_read(struct host *h);
/* Whether a file is a terminal that knows more than plain text. */
bool host_is_terminal(int fd);
/* Characters in a line of a terminal: COLUMNS of the environment, or what the terminal says. 0: the file is
 * no terminal, or nobody knows. */
unsigned host_terminal_width(int fd);

#endif
