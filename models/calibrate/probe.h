/* probe.h - what an experiment of the calibration is made of: stopwatch, blocks of repetitions, reports.
 *
 * A block is some dozens of repetitions timed together, so that reading the clock counts for little. Blocks
 * in which another program took the core are set aside; the typical block is the median of the others. Times
 * are of CLOCK_MONOTONIC, as the processor time of threads leaves interrupts out on some kernels. */
#ifndef MODELS_CALIBRATE_PROBE_H
#define MODELS_CALIBRATE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "models/calibrate/calibrate.h"

/* What an experiment sees; it runs in a child process. */
struct probe {
    const struct calibration *so_far; /* earlier experiments, this round's included */
    int report;                       /* pipe to the parent */
    size_t server_cpu, client_cpu;    /* two cores that it may use, the same where there is but one */
    unsigned rounds;                  /* that the calibration may have */
};

/* One experiment, in its own process: what it allocates, opens and starts ends with it. */
struct experiment {
    const char *name;
    void (*run)(struct probe *p);
    unsigned rounds_max; /* it is left out after so many rounds: its figures hardly vary */
    bool two_cores;      /* it is left out where there is but one */
    bool settles;        /* the kernel is given time to clear away what others have left */
};
/* The last one's name is NULL. Later ones rely on figures of earlier ones. */
extern const struct experiment experiments[];

/* A value measured in this round. */
void probe_report(struct probe *p, enum figure_id figure, double value);
/* Single values of a figure: they are kept beside the medians. */
void probe_samples(struct probe *p, enum sampled_figure figure, const double *value, unsigned n);
/* Ends the child: the figure, and all that the experiment would have measured after it, cannot be; "what:
 * errno". */
_Noreturn void probe_fail(struct probe *p, enum figure_id figure, const char *what);
/* The median so far; where there is none the child ends with a complaint about `wanted`. */
double probe_known(struct probe *p, enum figure_id figure, enum figure_id wanted);

/* Binds the calling thread to a core. */
void probe_bind(size_t cpu);
/* The same, and makes it one that does not take the core from another as it wakes
 * up (SCHED_BATCH): who runs when is then up to who blocks. */
void probe_pin(size_t cpu);

int64_t mono_ns(void);
int64_t thread_cpu_ns(void);
int64_t process_cpu_ns(void);
void pause_us(long us);

struct stopwatch {
    int64_t since;
    long preempted, slept; /* of the calling thread, by getrusage */
};
void watch_start(struct stopwatch *w);
/* Seconds since the start; *w then holds how often the thread was preempted, and slept, in between. */
double watch_stop(struct stopwatch *w);

#define BLOCKS_MAX 1024u
struct blocks {
    double calm[BLOCKS_MAX], any[BLOCKS_MAX];
    unsigned n_calm, n;
};
void blocks_add(struct blocks *b, double seconds, bool disturbed);
#define CALM_ENOUGH 8u
/* The median of the undisturbed blocks, if there are enough or a quarter of all is; otherwise of all. NaN
 * without blocks. */
double blocks_typical(struct blocks *b);
/* The typical time of a block that is timed as a whole: `blocks` times. */
double time_blocks(void (*block)(void *arg), void *arg, unsigned blocks);
/* What a stopwatch shows of its own. */
double time_nothing(void);

/* Median of values, which are sorted; NaN without any. */
double median_of(double *value, unsigned n);

/* --- sockets: pairs of TCP connections over the loopback interface, without Nagle's delay ------------------
 */
#define MESSAGE 64u /* bytes */

struct tcp_pairs {
    int listener;
    unsigned n;
    int *client, *server;
};
/* Raises the limit of open files as far as it may, and returns it. */
unsigned long files_limit(void);
/* Opens n pairs, or ends the child. */
void pairs_open(struct probe *p, struct tcp_pairs *t, unsigned n, enum figure_id figure);
int pairs_connect(const struct tcp_pairs *t);
/* An epoll instance with n sockets, each by its place, or ends the child. */
int epoll_of(struct probe *p, const int *fd, unsigned n, enum figure_id figure);
/* Bytes 0 to 63: a message, whole or an error. */
void message_send(struct probe *p, int fd, enum figure_id figure);
void message_receive(struct probe *p, int fd, enum figure_id figure);

/* sizes.working_set of the template: with it and the caches' sizes goes costs.cache_refill. */
#define CALIBRATION_WORKING_SET 12288u

/* What keeps a core from its thread for so long is noise: other programs, or the host. */
#define NOISE_S 400e-6

/* --- experiments --------------------------------------------------------------------------------------- */
void probe_spin(struct probe *p);
void probe_facts(struct probe *p);
void probe_faults(struct probe *p);
void probe_wakeups(struct probe *p);
void probe_switches(struct probe *p);
void probe_replies(struct probe *p);
void probe_cooling(struct probe *p);
void probe_refill(struct probe *p);
void probe_messages(struct probe *p);
void probe_connections(struct probe *p);
void probe_polls(struct probe *p);
void probe_timers(struct probe *p);
void probe_threads(struct probe *p);
void probe_processes(struct probe *p);
void probe_thread_memory(struct probe *p);
void probe_object_memory(struct probe *p);
void probe_socket_memory(struct probe *p);
void probe_round_trip(struct probe *p);
void probe_noise(struct probe *p);

#endif
