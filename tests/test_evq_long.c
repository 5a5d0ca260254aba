/* floor: kernel label: slow */
#include "tests/evq_campaign.h"

/* Random campaigns on one queue each: patterns, delays and populations change without a reset. */
static void random_campaigns(void)
{
    enum { CAMPAIGNS = 60, LEGS = 4 };
    for (uint32_t seed = 1; seed <= CAMPAIGNS; seed++) {
        struct pair p;
        pair_init(&p, seed + 1000);
        for (int leg = 0; leg < LEGS; leg++) {
            delay_maker *delay = delays[below(&p, DELAYS)].delay;
            uint64_t n = UINT64_C(1) << below(&p, 18), operations = 100000 + below(&p, 200000);
            switch (below(&p, 3)) {
            case 0:
                hold(&p, delay, n, operations);
                break;
            case 1:
                waves(&p, delay, n, operations);
                break;
            default:
                branching(&p, n, operations);
            }
            if (below(&p, 4) == 0)
                pair_drain(&p);
            if (below(&p, 8) == 0)
                pair_reset(&p);
        }
        pair_drain(&p);
        if (p.differences)
            printf("\ncampaign %u", seed);
        CHECK_INT(p.differences, 0);
        pair_term(&p);
    }
}

static void a_million_pending(void)
{
    static delay_maker *const kinds[] = { fleet_mix, exponential_second, any_scale, smeared_tick };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct pair p;
        pair_init(&p, (uint32_t)i);
        hold(&p, kinds[i], 1000000, 2000000);
        pair_drain(&p);
        CHECK_INT(p.differences, 0);
        pair_term(&p);
    }
}

SUITE("event queue, long", { "random campaigns come out as from a heap", random_campaigns },
      { "a million pending events come out as from a heap", a_million_pending })
