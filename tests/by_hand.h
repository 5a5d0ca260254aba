/* by_hand.h - jobs whose schedule was done by hand. */
#ifndef TESTS_BY_HAND_H
#define TESTS_BY_HAND_H

#include "tests/herd.h"

struct job {
    double at, work, sojourn;
};

/* Jobs by hand on some machine: each has a server and a thread of its own. BY_HAND_WITHIN: seconds. */
static inline void schedule_by_hand(const char *machine, const struct job *job, unsigned n, double within)
{
    struct text yaml = { 0 };
    struct herd h;
    text_add(&yaml, "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal, %s}\nservers:\n", machine);
    for (unsigned i = 0; i < n; i++)
        text_add(&yaml, "  s%u: {model: thread_per_connection, handler: [cpu: %.9f s]}\n", i, job[i].work);
    text_add(&yaml, "fleets:\n");
    for (unsigned i = 0; i < n; i++)
        text_add(&yaml, "  f%u: {collars: 1, report: {trace: [%.9f]}, server: s%u}\n", i, job[i].at, i);
    herd_start(&h, "%s", yaml.at);
    for (unsigned i = 0; i < n; i++) {
        if (fabs(herd_report_time(&h, i, 0) - job[i].sojourn) > within)
            printf("\n%s, job %u", machine, i);
        CHECK_NEAR(herd_report_time(&h, i, 0), job[i].sojourn, within);
    }
    herd_close(&h);
    text_term(&yaml);
}
#define BY_HAND(machine, ...) \
    schedule_by_hand(machine, (const struct job[]){ __VA_ARGS__ }, \
                     sizeof((const struct job[]){ __VA_ARGS__ }) / sizeof(struct job), BY_HAND_WITHIN)

#endif
