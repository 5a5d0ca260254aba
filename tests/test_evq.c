/* floor: kernel */
#include "tests/evq_campaign.h"

static void every_delay_in_every_pattern(void)
{
    static const uint64_t populations[] = { 1, 20, 70, 700, 7000 };
    for (size_t d = 0; d < DELAYS; d++)
        for (size_t i = 0; i < sizeof populations / sizeof *populations; i++) {
            struct pair p;
            pair_init(&p, (uint32_t)(100 * d + i));
            hold(&p, delays[d].delay, populations[i], 20000);
            pair_drain(&p);
            pair_reset(&p);
            waves(&p, delays[d].delay, populations[i], 20000);
            pair_drain(&p);
            if (p.differences)
                printf("\n%s, population %d", delays[d].name, (int)populations[i]);
            CHECK_INT(p.differences, 0);
            CHECK_INT(evq_count(p.evq), 0);
            pair_term(&p);
        }
}

SUITE("event queue", { "the queue gives what the reference heap gives", every_delay_in_every_pattern })
