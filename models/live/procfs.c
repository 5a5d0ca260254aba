/* procfs.c - see procfs.h. */
#include "models/live/procfs.h"

#include <math.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static bool take_kb(const char *line, const char *name, double *bytes)
{
    size_t n = strlen(name);
    double kb;
    if (strncmp(line, name, n) || line[n] != ':' || sscanf(line + n + 1, "%lf", &kb) != 1)
        return false;
    *bytes = kb * 1024;
    return true;
}

double procfs_read_kb(FILE *from, const char *name)
{
    char line[256];
    double bytes;
    while (fgets(line, sizeof line, from))
        if (take_kb(line, name, &bytes))
            return bytes;
    return NAN;
}

bool procfs_read_status(FILE *from, struct proc_status *to)
{
    static const struct {
        const char *name;
        size_t at;
    } rows[] = { { "VmRSS", offsetof(struct proc_status, resident) },
                 { "VmHWM", offsetof(struct proc_status, resident_peak) },
                 { "VmSize", offsetof(struct proc_status, reserved) },
                 { "VmPTE", offsetof(struct proc_status, page_tables) },
                 { "Threads", offsetof(struct proc_status, threads) } };
    char line[256];
    unsigned found = 0;
    while (fgets(line, sizeof line, from))
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (take_kb(line, rows[i].name, (double *)((char *)to + rows[i].at)))
                found |= 1u << i;
    to->threads /= 1024; /* a count */
    return found == (1u << sizeof rows / sizeof *rows) - 1;
}

/* Which cache is part of what. The sizes are those of Linux 6.18 and stand for caches that are merged with
 * others of the same size, and so have another name in the file. */
static const struct slab_row {
    const char *cache;
    double bytes;
    size_t part_of;
} slab_rows[] = { { "TCP", 2368, offsetof(struct kernel_sizes, socket) },
                  { "sock_inode_cache", 832, offsetof(struct kernel_sizes, socket) },
                  { "filp", 192, offsetof(struct kernel_sizes, socket) },
                  { "dentry", 192, offsetof(struct kernel_sizes, socket) },
                  { "eventpoll_epi", 128, offsetof(struct kernel_sizes, poll_item) },
                  { "eventpoll_pwq", 64, offsetof(struct kernel_sizes, poll_item) },
                  { "ep_head", 16, offsetof(struct kernel_sizes, poll_item) },
                  { "task_struct", 5888, offsetof(struct kernel_sizes, task) },
                  { "pid", 192, offsetof(struct kernel_sizes, task) },
                  { "anon_vma", 104, offsetof(struct kernel_sizes, task) },
                  { "anon_vma_chain", 64, offsetof(struct kernel_sizes, task) },
                  { "vm_area_struct", 192, offsetof(struct kernel_sizes, map) } };
#define SLAB_ROWS (sizeof slab_rows / sizeof *slab_rows)
#define SLAB_PAGE 4096.0

bool procfs_read_slabs(FILE *from, struct kernel_sizes *to)
{
    char line[512], name[128];
    double size[SLAB_ROWS], bytes, each, pages;
    bool any = false;
    for (size_t i = 0; i < SLAB_ROWS; i++)
        size[i] = slab_rows[i].bytes;
    while (fgets(line, sizeof line, from)) {
        if (sscanf(line, "%127s %*u %*u %lf %lf %lf", name, &bytes, &each, &pages) != 4 || each <= 0)
            continue;
        for (size_t i = 0; i < SLAB_ROWS; i++)
            if (!strcmp(name, slab_rows[i].cache)) {
                size[i] = pages * SLAB_PAGE / each;
                any = true;
            }
    }
    *to = (struct kernel_sizes){ .kernel_stack = to->kernel_stack };
    for (size_t i = 0; i < SLAB_ROWS; i++)
        *(double *)((char *)to + slab_rows[i].part_of) += size[i];
    return any;
}

static double read_kb_of(const char *path, const char *name)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return NAN;
    double bytes = procfs_read_kb(f, name);
    fclose(f);
    return bytes;
}

/* "0.20 0.18 0.12 1/80 11206": the threads of the machine are the number after the slash (proc(5)). */
static double threads_of_machine(void)
{
    double n = NAN;
    FILE *f = fopen("/proc/loadavg", "re");
    if (f && fscanf(f, "%*f %*f %*f %*u/%lf", &n) != 1)
        n = NAN;
    if (f)
        fclose(f);
    return n;
}

/* Bytes of a thread's kernel stack: a power of two of pages. */
static double kernel_stack(void)
{
    double each = read_kb_of("/proc/meminfo", "KernelStack") / threads_of_machine();
    return each > 0 ? exp2(round(log2(each))) : NAN;
}

bool procfs_kernel_sizes(struct kernel_sizes *to)
{
    FILE *f = fopen("/proc/slabinfo", "re");
    if (!f)
        return false;
    to->kernel_stack = kernel_stack();
    bool good = procfs_read_slabs(f, to);
    fclose(f);
    return good && !isnan(to->kernel_stack);
}

bool procfs_status(pid_t pid, struct proc_status *to)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool good = procfs_read_status(f, to);
    fclose(f);
    return good;
}

double procfs_rollup(pid_t pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
    return read_kb_of(path, name);
}

double procfs_maps(pid_t pid)
{
    char path[64];
    double n = 0;
    snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return NAN;
    for (int c = getc(f); c != EOF; c = getc(f))
        n += c == '\n';
    fclose(f);
    return n;
}

double procfs_slab(void) { return read_kb_of("/proc/meminfo", "Slab"); }

/* "cpu1 user nice system idle iowait irq softirq steal ..." (proc(5)). */
double procfs_read_busy(FILE *from, unsigned first, unsigned n, double ticks)
{
    char line[512];
    double busy = 0, user, nice, system, idle, iowait, irq, softirq, steal;
    unsigned cpu, found = 0;
    while (fgets(line, sizeof line, from)) {
        if (sscanf(line, "cpu%u %lf %lf %lf %lf %lf %lf %lf %lf", &cpu, &user, &nice, &system, &idle, &iowait,
                   &irq, &softirq, &steal) != 9 ||
            cpu - first >= n)
            continue;
        busy += user + nice + system + irq + softirq + steal;
        found++;
    }
    return found == n ? busy / ticks : NAN;
}

double procfs_busy(unsigned first, unsigned n)
{
    FILE *f = fopen("/proc/stat", "re");
    if (!f)
        return NAN;
    double busy = procfs_read_busy(f, first, n, (double)sysconf(_SC_CLK_TCK));
    fclose(f);
    return busy;
}
