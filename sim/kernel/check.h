/* check.h - assertions that say when and who, on in every build.
 *
 * SIM_ASSERT is for our own mistakes only; a user's mistake is a diagnostic, the world's a status. */
#ifndef SIM_KERNEL_CHECK_H
#define SIM_KERNEL_CHECK_H

#include <stdint.h>

#include "sim/kernel/simtime.h"

/* Where this thread's simulation stands, for the message of a failed assertion. */
struct sim_place {
    const char *scenario;
    uint32_t replication;
    simtime now;
    uint64_t what; /* the event in hand */
};
extern _Thread_local struct sim_place sim_place;

_Noreturn void sim_assert_failed(const char *expression, const char *file, int line);
/* Routes GSL's errors to sim_assert_failed; call once at start. */
void sim_install_gsl_handler(void);

#define SIM_ASSERT(e) (__builtin_expect(!(e), 0) ? sim_assert_failed(#e, __FILE__, __LINE__) : (void)0)
#ifdef NDEBUG
#define SIM_DEBUG_ASSERT(e) ((void)0)
#else
#define SIM_DEBUG_ASSERT(e) SIM_ASSERT(e)
#endif

#endif
