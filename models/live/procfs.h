/* procfs.h - what Linux tells of a process and of its own structures, from /proc.
 *
 * What the kernel keeps for a process is counted: threads, maps, page tables, sockets, items of epoll, each
 * at what /proc/slabinfo says one takes, its share of the page included. Sums over whole slabs would hold
 * other processes' objects as well, and the collars' ends of the same connections. */
#ifndef MODELS_LIVE_PROCFS_H
#define MODELS_LIVE_PROCFS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* Bytes, and counts. */
struct proc_status {
    double resident, resident_peak, reserved, page_tables;
    double threads;
};

/* Bytes that one of each takes in the kernel. */
struct kernel_sizes {
    double socket;       /* a TCP socket with its inode, file and directory entry */
    double poll_item;    /* registered with epoll */
    double task;         /* a thread's structures, without stack and maps */
    double map;          /* a memory map */
    double kernel_stack; /* of a thread */
};

/* Of a text in the form of /proc/PID/status; false where a line is missing. */
bool procfs_read_status(FILE *from, struct proc_status *to);
/* Of a text in the form of /proc/slabinfo. */
bool procfs_read_slabs(FILE *from, struct kernel_sizes *to);
/* A figure in kB of a text in the form of /proc/meminfo or smaps_rollup, in bytes; NaN where it is missing.
 */
double procfs_read_kb(FILE *from, const char *name);

/* The same of this machine. Return false (NaN) with errno set where the file can't be read. */
bool procfs_status(pid_t pid, struct proc_status *to);
/* Needs root: /proc/slabinfo is for its eyes only. */
bool procfs_kernel_sizes(struct kernel_sizes *to);
/* A figure of /proc/PID/smaps_rollup in bytes ("Rss", "Pss"): exact, while the status is a few pages behind
 * on each processor. */
double procfs_rollup(pid_t pid, const char *name);
double procfs_maps(pid_t pid); /* number of memory maps */
double procfs_slab(void);      /* all slabs of the machine, in bytes */
/* Seconds since the start of the machine that n processors from `first` were not idle, be it for a program
 * here or one of the hypervisor's (steal); in ticks of 10 ms. NaN where that can't be read. */
double procfs_busy(unsigned first, unsigned n);
/* The same of a text in the form of /proc/stat, with so many ticks in a second. */
double procfs_read_busy(FILE *from, unsigned first, unsigned n, double ticks);

#endif
