/* floor: models */
#include <unistd.h>

#include "models/live/procfs.h"
#include "tests/suite.h"

static FILE *text_of(char *text) { return fmemopen(text, strlen(text), "r"); }

static char status_text[] =
    "Name:\therdsim-twin\nVmPeak:\t    9000 kB\nVmSize:\t    8192 kB\nVmHWM:\t     640 kB\n"
    "VmRSS:\t     512 kB\nVmPTE:\t      48 kB\nThreads:\t101\nvoluntary_ctxt_switches:\t7\n";

static void status_is_read_in_bytes(void)
{
    struct proc_status s;
    FILE *f = text_of(status_text);
    CHECK(procfs_read_status(f, &s));
    fclose(f);
    CHECK_NEAR(s.resident, 512 * 1024, 0);
    CHECK_NEAR(s.resident_peak, 640 * 1024, 0);
    CHECK_NEAR(s.reserved, 8192 * 1024, 0);
    CHECK_NEAR(s.page_tables, 48 * 1024, 0);
    CHECK_NEAR(s.threads, 101, 0);
}

static void a_status_without_memory_is_refused(void)
{
    char kernel_thread[] = "Name:\tkthreadd\nThreads:\t1\n";
    struct proc_status s;
    FILE *f = text_of(kernel_thread);
    CHECK(!procfs_read_status(f, &s));
    fclose(f);
}

/* 13 objects in 8 pages are 2520.6 bytes each, 39 in 8 pages 840.2, 21 in one page 195.0 twice. */
static void an_object_takes_its_share_of_the_page(void)
{
    char text[] = "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize>\n"
                  "TCP                   79    130   2368   13    8 : tunables    0    0    0\n"
                  "sock_inode_cache     269    399    832   39    8 : tunables    0    0    0\n"
                  "filp                4318   4431    192   21    1 : tunables    0    0    0\n"
                  "dentry            124583 124782    192   21    1 : tunables    0    0    0\n";
    struct kernel_sizes k = { .kernel_stack = 16384 };
    FILE *f = text_of(text);
    CHECK(procfs_read_slabs(f, &k));
    fclose(f);
    CHECK_NEAR(k.socket, 8 * 4096.0 / 13 + 8 * 4096.0 / 39 + 2 * 4096.0 / 21, 1e-6);
    CHECK_NEAR(k.poll_item, 128 + 64 + 16, 0); /* caches that are not listed: merged with others */
    CHECK_NEAR(k.kernel_stack, 16384, 0);
}

/* Idle and waiting for disks is not busy; 100 ticks are a second. */
static void processors_are_busy_for_whomever(void)
{
    char text[] = "cpu  999 999 999 999 999 999 999 999 0 0\ncpu0 100 20 30 5000 70 1 2 3 0 0\n"
                  "cpu1 200 0 0 9000 0 0 0 0 0 0\ncpu10 7 7 7 7 7 7 7 7 0 0\nintr 12345\n";
    FILE *f = text_of(text);
    CHECK_NEAR(procfs_read_busy(f, 0, 2, 100), 3.56, 1e-9);
    rewind(f);
    CHECK_NEAR(procfs_read_busy(f, 1, 1, 100), 2, 1e-9);
    rewind(f);
    CHECK(isnan(procfs_read_busy(f, 1, 2, 100))); /* there is no processor 2 */
    fclose(f);
    CHECK(procfs_busy(0, 1) > 0);
}

static void this_process_is_found(void)
{
    struct proc_status s;
    CHECK(procfs_status(getpid(), &s));
    CHECK(s.resident > 4096 && s.resident <= s.resident_peak && s.resident_peak <= s.reserved);
    CHECK_NEAR(s.threads, 1, 0);
    CHECK(procfs_maps(getpid()) > 5);
    double resident = procfs_rollup(getpid(), "Rss"), shared = procfs_rollup(getpid(), "Pss");
    CHECK(shared > 0 && shared <= resident && resident <= s.reserved);
    CHECK(procfs_slab() > 0);
}

static void a_process_that_is_gone_is_no_process(void)
{
    struct proc_status s;
    CHECK(!procfs_status(0x3fffffff, &s));
    CHECK(isnan(procfs_maps(0x3fffffff)));
    CHECK(isnan(procfs_rollup(0x3fffffff, "Rss")));
}

SUITE("procfs", { "a process's status is read in bytes", status_is_read_in_bytes },
      { "a status without memory is refused", a_status_without_memory_is_refused },
      { "a kernel object takes its share of the page", an_object_takes_its_share_of_the_page },
      { "processors are busy for whomever they work", processors_are_busy_for_whomever },
      { "this process is found", this_process_is_found },
      { "a process that is gone is no process", a_process_that_is_gone_is_no_process })
