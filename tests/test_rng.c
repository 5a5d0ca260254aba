/* floor: kernel */
#include "sim/kernel/rng.h"
#include "tests/suite.h"

static void known_answers(void)
{
    static const struct {
        uint32_t key[2], ctr[4], out[4];
    } cases[] = {
        { { 0, 0 }, { 0, 0, 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0xa4093822, 0x299f31d0 },
          { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t out[4];
        rng_philox4x32(cases[i].key, cases[i].ctr, out);
        for (int w = 0; w < 4; w++)
            CHECK_INT(out[w], cases[i].out[w]);
    }
}

SUITE("random streams", { "the bijection gives the published known answers", known_answers })
