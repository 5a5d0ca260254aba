/* process.h - the twin's process (models/live/twin): started, asked, ended. */
#ifndef MODELS_LIVE_PROCESS_H
#define MODELS_LIVE_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct herd_conf;
struct processors;

struct process {
    pid_t pid;    /* 0: none */
    int to, from; /* its input and output */
    char line[256];
    size_t have;
};

/* The twin's counts since it began, at `time` (ns, CLOCK_MONOTONIC). */
struct twin_snap {
    int64_t time, cpu; /* cpu: ns of all its threads */
    int64_t switches, faults, connections;
    int64_t asked, took; /* ns of sampled burns */
};

/* The program: beside this one, unless a path was set (tests; kept by reference). */
void process_program(const char *path);
/* What the twin of the scenario's server is told. `text` holds the words, argv ends with NULL. */
#define PROCESS_WORDS 16u
struct process_words {
    char text[PROCESS_WORDS][192];
    char *argv[PROCESS_WORDS + 2];
};
void process_words(struct process_words *w, const struct herd_conf *conf, const struct processors *p);
/* Bytes of a request and of a reply of the scenario. */
unsigned process_request_bytes(const struct herd_conf *conf);

/* Returns 0, or -1 with one sentence in error; process_end() is due either way. */
int process_start(struct process *p, const struct process_words *w, char *error, size_t size);
void process_tell(const struct process *p, const char *command);
/* Whether a line of its output is there, which is then in p->line; never waits. -1: it has ended. */
int process_line(struct process *p);
/* Asks again and again for such a line, until it is there (1), the twin has ended (-1), *stop is set or so
 * many seconds have passed (0). The caller's core is kept busy meanwhile, as it will be while measuring. */
int process_await(struct process *p, double seconds, const atomic_int *stop);
bool process_read_snap(const char *line, struct twin_snap *s);
/* Ends it, and waits until it is gone. */
void process_end(struct process *p);

#endif
