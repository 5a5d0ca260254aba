/* floor: models */
/* The run queue: who runs next, what switches cost, and machines that are slow or become so. */
#include "models/world.h"
#include "tests/by_hand.h"

#define BY_HAND_WITHIN 3e-9

/* --- the fair queue ------------------------------------------------------------------------------- */

static void equals_take_turns(void)
{
    /* slices of 1 s: A 0-1, B 1-2, A 2-3, B 3-3.5, A 3.5-4 */
    BY_HAND("scheduler: {slice: 1 s}", { 0, 2.5, 4 }, { 0.4, 1.5, 3.1 });
    BY_HAND("scheduler: {slice: 1 s}", { 0, 2, 4 }, { 0, 2, 5 }, { 0, 2, 6 });
    BY_HAND("scheduler: {slice: 1 s}", { 0, 1, 1 }, { 0, 1, 2 }, { 0, 1, 3 });
    /* one that was alone goes on to the end of its fourth slice */
    BY_HAND("scheduler: {slice: 1 s}", { 0, 10, 11 }, { 3.5, 1, 1.5 });
}

/* A never stops; B runs 1-1.2, sleeps, owed 0.2 s of its share, and wakes at 1.7; C comes at 1.5. */
static void check_sleeper(const char *scheduler, double b, double c)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal, scheduler: {slice: 1 s, %s}}\n"
               "servers: {a: {model: thread_per_connection, handler: [cpu: 200 s]},\n"
               "  b: {model: thread_per_connection, handler: [cpu: 200 ms, wait: 500 ms, cpu: 200 ms]},\n"
               "  c: {model: thread_per_connection, handler: [cpu: 200 ms]}}\n"
               "fleets: {a: {collars: 1, report: {trace: [0]}, server: a},\n"
               "  b: {collars: 1, report: {trace: [0.4]}, server: b},\n"
               "  c: {collars: 1, report: {trace: [1.5]}, server: c}}\n",
               scheduler);
    CHECK_NEAR(herd_report_time(&h, 1, 0), b, BY_HAND_WITHIN);
    CHECK_NEAR(herd_report_time(&h, 2, 0), c, BY_HAND_WITHIN);
    herd_close(&h);
}

/* A has been alone since 1.2 and is ahead of the average of all when B wakes, which is before C. */
static void woken_threads_take_the_core(void)
{
    check_sleeper("wakeup_preemption: true", 1.5, 0.6);
    check_sleeper("wakeup_preemption: false", 2.0, 1.1);
}

/* When C wakes A has had more than the average of all three; at the waking of B, alone, it had not. But then
 * it is B's turn, not C's: Linux lets A go on to the end of its slice, and until 6.5 it did not. */
static void woken_threads_wait_for_those_before_them(void)
{
    BY_HAND("scheduler: {slice: 1 s}", { 0, 2, 2.4 }, { 0.4, 0.2, 0.8 }, { 0.6, 0.2, 0.8 });
    BY_HAND("scheduler: {slice: 1 s, wakeup_preemption: false}", { 0, 2, 2.4 }, { 0.4, 0.2, 0.8 },
            { 0.6, 0.2, 0.8 });
    BY_HAND("scheduler: {slice: 1 s, wakeup_preemption: 300 ms}", { 0, 2, 2.4 }, { 0.4, 0.2, 0.8 },
            { 0.6, 0.2, 0.8 });
    BY_HAND("scheduler: {slice: 1 s, wakeup_preemption: 10 ms}", { 0, 2, 2.4 }, { 0.4, 0.2, 0.4 },
            { 0.6, 0.2, 0.4 });
}

/* A and C share the first core; when B ends, its core takes the one of them that waits. */
static void idle_cores_take_threads(void)
{
    BY_HAND("cores: 2, scheduler: {slice: 1 s}", { 0, 2, 3 }, { 0, 2, 2 }, { 0, 2, 3 });
    BY_HAND("cores: 3, scheduler: {slice: 1 s}", { 0, 5, 5 }, { 0, 2, 2 }, { 0, 3, 3 });
    BY_HAND("cores: 2, scheduler: {slice: 1 s}", { 0, 5, 5 }, { 0.5, 1, 1 }, { 2.2, 1, 1 });
}

/* A thread that wakes every 10 ms for 1 ms of work hardly waits, however many others never stop. */
static void sleepers_are_let_in(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 1 s, duration: 20 s}\n"
                   "machine: {profile: ideal, scheduler: {slice: 3 ms}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 ms]},\n"
                   "  t: {model: thread_per_connection, handler: [cpu: 1000 s]}}\n"
                   "fleets: {f: {collars: 1, report: {think: 50 ms}, server: s},\n"
                   "  g: {collars: 4, report: {once: true}, server: t}}\n");
    CHECK(herd_value(&h, "sojourn.max") <= 0.013 + 1e-9); /* a slice of each of the others, and its own */
    CHECK(herd_value(&h, "sojourn.mean") < 0.010);
    herd_close(&h);
}

#define QUEUE(cores, policy, work, every) \
    "herdsim: 1\nrun: {warmup: 5 s, duration: 200 s}\n" \
    "machine: {profile: ideal, cores: " cores ", scheduler: {policy: " policy "}}\n" \
    "servers: {s: {model: thread_per_connection, handler: [cpu: {" work "}]}}\n" \
    "fleets: {f: {collars: 1, report: {poisson: " every "}, connection: per_report, server: s}}\n"

static double mean_sojourn(const char *yaml)
{
    struct herd h;
    herd_start(&h, "%s", yaml);
    double mean = herd_value(&h, "sojourn.mean");
    herd_close(&h);
    return mean;
}

/* Nobody knows how long an exponential burst still lasts: whoever runs, the number in the system goes on in
 * the same way, and with it the mean stay. With other laws it does not: nearly processor sharing for small
 * slices. */
static void mean_of_the_textbooks(void)
{
    /* M/M/1 at 0.8: 5 ms; M/M/4 at 0.8: Erlang's C is 0.5964, so 1 + C / (4 - 3.2) = 1.7455 ms */
    CHECK_NEAR(mean_sojourn(QUEUE("1", "fair, slice: 0.5 ms", "exponential: 1 ms", "1.25 ms")), 0.005,
               0.0005);
    CHECK_NEAR(mean_sojourn(QUEUE("4", "fair, slice: 0.5 ms", "exponential: 1 ms", "312.5 us")), 0.0017455,
               0.00008);
    /* M/G/1 at 0.6, cv 3: E[S]/(1 - rho) = 2.5 ms by sharing, 8.5 ms one after the other */
    CHECK_NEAR(
        mean_sojourn(QUEUE("1", "fair, slice: 20 us", "hyperexponential: 1 ms, cv: 3", "1.66666667 ms")),
        0.0025, 0.0002);
}

/* --- switches ------------------------------------------------------------------------------------- */

#define COLD "sizes: {working_set: 1 MiB, cache: 1 KiB, shared_cache: 1 KiB}"
#define WARM "sizes: {working_set: 1 KiB, cache: 1 TiB, shared_cache: 1 TiB}"
#define HALF "sizes: {working_set: 1 MiB, cache: 1 KiB, shared_cache: 1024 TiB}"

/* New threads find what their creation brought; after that another one has used the cache. */
static void caches_are_filled_again(void)
{
    static const char *const policy[] = { "fair", "round_robin" };
    for (int i = 0; i < 2; i++) {
        char machine[300];
#define REFILL(sizes) \
    snprintf(machine, sizeof machine, \
             "scheduler: {policy: %s, slice: 1 s}, costs: {cache_refill: 100 ms}, %s", policy[i], sizes)
        REFILL(COLD);
        BY_HAND(machine, { 0, 1.5, 2.6 }, { 0, 1.5, 3.2 });
        REFILL(WARM);
        BY_HAND(machine, { 0, 1.5, 2.5 }, { 0, 1.5, 3.0 });
        REFILL(HALF);
        BY_HAND(machine, { 0, 1.5, 2.55 }, { 0, 1.5, 3.1 });
#undef REFILL
    }
}

/* Threads that wake in turn, as in the measurements of the profile. */
static double switch_cost(unsigned threads)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {warmup: 20 s, duration: 10 s}\nmachine: {costs: {idle_cold: 0 s, "
               "cold_calls: 0 s}}\n"
               "servers: {s: {model: thread_per_connection, handler: [cpu: 1 us]}}\n"
               "fleets: {f: {collars: %u, report: {every: 1 s, phase: spread}, server: s}}\n",
               threads);
    double busy = herd_value(&h, "cpu.utilisation");
    double cost =
        busy * (herd_value(&h, "cpu.overhead.context_switch") + herd_value(&h, "cpu.overhead.cache_refill")) /
        herd_value(&h, "cpu.context_switches");
    herd_close(&h);
    return cost;
}

static void switches_cost_what_was_measured(void)
{
    double warm = 0.544e-6, refill = 9.26e-6; /* of the profile */
    CHECK_NEAR(switch_cost(2), warm, 0.05e-6);
    CHECK_NEAR(switch_cost(1000), warm + 0.51 * refill,
               0.1e-6); /* all of the own caches, 2 % of the shared one */
    CHECK_NEAR(switch_cost(10000), warm + 0.61 * refill, 0.1e-6);
}

/* Processor sharing rounds each departure to a nanosecond, half of them up: with bursts of odd lengths in
 * step on two cores that is most of a nanosecond for each. The audits know of it. */
static void rounded_departures_are_accounted_for(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 200 ms, duration: 1500 ms}\n"
                   "machine: {profile: linux-x86_64, cores: 2, scheduler: {policy: processor_sharing}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [wait: 1 ms]},\n"
                   "  t: {model: thread_per_connection, handler: [wait: 1 ms]}}\n"
                   "fleets: {f: {collars: 200, report: {think: 10 ms}, connection: per_report, server: s},\n"
                   "  g: {collars: 20, report: {poisson: 50 ms}, server: t}}\n");
    CHECK(!h.trial.audit_failed);
    CHECK(herd_value(&h, "reports.answered") > 10000);
    herd_close(&h);
}

/* --- speed ---------------------------------------------------------------------------------------- */

static const char *const policies[] = { "fair", "round_robin", "fifo", "processor_sharing" };

static void slow_machines(void)
{
    for (int i = 0; i < 4; i++) {
        char machine[200];
        snprintf(machine, sizeof machine, "speed: 0.5, cores: 2, scheduler: {policy: %s}", policies[i]);
        BY_HAND(machine, { 0, 1, 2 }, { 0, 3, 6 });
    }
}

/* A thread per connection on a machine whose speed changes whenever a burst ends. */
static const struct server_type *steady;
static struct server_type unsteady;
static const double *speeds;
static size_t n_speeds, changes;

static void change_speed(struct server *s, uint32_t thread)
{
    steady->ran(s, thread);
    machine_set_speed(s->world, s->machine, speeds[changes++ % n_speeds]);
}

static void run_unsteady(struct herd *h, const char *yaml, const double *speed, size_t n)
{
    herd_open(h, yaml);
    CU_ASSERT_FATAL(h->conf != NULL);
    for (size_t i = 0; i < h->conf->servers.n; i++) {
        struct server_conf *s = (struct server_conf *)h->conf->servers.at + i;
        steady = (const struct server_type *)s->model.model;
        unsteady = *steady;
        unsteady.ran = change_speed;
        s->model.model = &unsteady.model;
    }
    speeds = speed;
    n_speeds = n;
    changes = 0;
    CHECK_INT(herd_run(h, 0), 0);
    CHECK_TEXT(h->trial.audit, "");
}

/* B ends after a second: of the three of A two are left, and take four. */
static void machines_become_slow(void)
{
    static const double half[] = { 0.5 };
    for (int i = 0; i < 4; i++) {
        char yaml[900];
        struct herd h;
        snprintf(
            yaml, sizeof yaml,
            "herdsim: 1\nrun: {duration: 100 s}\n"
            "machine: {profile: ideal, cores: 2, scheduler: {policy: %s}}\nservers:\n"
            "  a: {model: thread_per_connection, handler: [cpu: 3 s]}\n"
            "  b: {model: thread_per_connection, handler: [cpu: 1 s]}\n"
            "fleets: {f: {collars: 1, report: {trace: [0]}, server: a}, g: {collars: 1, report: {trace: [0, "
            "50]}, server: b}}\n",
            policies[i]);
        run_unsteady(&h, yaml, half, 1);
        CHECK_NEAR(herd_value(&h, "latency.max"), 5, 1e-8);
        CHECK_NEAR(herd_value(&h, "cpu.utilisation"), (1 + 5 + 2) / 200.0, 1e-9);
        herd_close(&h);
    }
}

/* However the speed changes, what was booked is what the cores did, and all of it is work. */
static void unsteady_machines(void)
{
    static const double wild[] = { 0.3, 1.7, 1, 0.11, 5, 0.9999 };
    for (int i = 0; i < 4; i++) {
        char yaml[900];
        struct herd h;
        snprintf(yaml, sizeof yaml,
                 "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                 "machine: {profile: ideal, cores: 3, scheduler: {policy: %s, slice: 1 ms}}\nservers:\n"
                 "  a: {model: thread_per_connection, handler: [cpu: {exponential: 3 ms}, wait: 2 ms, cpu: 1 "
                 "ms]}\n"
                 "fleets: {f: {collars: 60, report: {think: 30 ms}, server: a}}\n",
                 policies[i]);
        run_unsteady(&h, yaml, wild, sizeof wild / sizeof *wild);
        CHECK(herd_value(&h, "reports.answered") > 1000);
        CHECK_NEAR(herd_value(&h, "cpu.overhead"), 0, 1e-6);
        herd_close(&h);
    }
}

SUITE("run queues", { "threads that never stop take turns", equals_take_turns },
      { "woken threads take the core from one that is ahead", woken_threads_take_the_core },
      { "woken threads wait for those that are before them", woken_threads_wait_for_those_before_them },
      { "idle cores take threads that wait elsewhere", idle_cores_take_threads },
      { "one that sleeps much waits little", sleepers_are_let_in },
      { "mean stays are those of the textbooks", mean_of_the_textbooks },
      { "caches that others have used are filled again", caches_are_filled_again },
      { "the rounding of departures is accounted for", rounded_departures_are_accounted_for },
      { "switches cost what was measured", switches_cost_what_was_measured },
      { "on a slow machine all takes longer", slow_machines },
      { "a machine becomes slow", machines_become_slow },
      { "nothing is lost on unsteady machines", unsteady_machines })
