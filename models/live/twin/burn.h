/* burn.h - work that takes a known CPU time: a chain of multiplications, and the thread's CPU clock.
 *
 * The number of rounds in a nanosecond is measured once, by the thread's CPU clock on the core where the work
 * will be done. A burn makes rounds for 5 us, looks at that clock, and goes on until its time is over: a
 * step `cpu: D` is D of CPU time, whatever the processor's speed is just now, with the interrupts that the
 * kernel books to the thread meanwhile. What a burn takes too long, as the clock is read only now and then,
 * the thread's next ones take less (a tenth of each at most), so that they are right in the sum. */
#ifndef MODELS_LIVE_TWIN_BURN_H
#define MODELS_LIVE_TWIN_BURN_H

#include <stdint.h>

/* Measures the speed of this thread's core; takes about 60 ms of its time. Returns rounds in a microsecond.
 */
double burn_calibrate(void);
/* Burns so many nanoseconds of this thread's CPU time. burn_calibrate() has been called, by any thread. */
void burn(int64_t ns);
/* Sums over all burns of all threads: nanoseconds asked for, and nanoseconds of CPU time that they took. */
int64_t burn_asked(void);
int64_t burn_took(void);

#endif
