/* burn.h - work that takes a known CPU time: a counted chain of multiplications.
 *
 * The number of rounds in a nanosecond is measured once, by the thread's CPU clock on the core where the work
 * will be done. A burn is then so many rounds, as a real handler is so many instructions: where interrupts or
 * a slower core make it last longer, it lasts longer. How far it does is sampled (burn_asked, burn_took). */
#ifndef MODELS_LIVE_TWIN_BURN_H
#define MODELS_LIVE_TWIN_BURN_H

#include <stdint.h>

/* Measures the speed of this thread's core; takes about 60 ms of its time. Returns rounds in a microsecond.
 */
double burn_calibrate(void);
/* Burns so many nanoseconds of this thread's CPU time. burn_calibrate() has been called, by any thread. */
void burn(int64_t ns);
/* Sums over the burns that were sampled, of all threads: nanoseconds asked for, and nanoseconds of CPU time
 * that they took. */
int64_t burn_asked(void);
int64_t burn_took(void);

#endif
