/* floor: experiment - any bytes as a recorded trial: refused, or read, written and read again to the same.
 *
 * The first byte says how many batches are expected. */
#include <string.h>

#include "sim/experiment/trial_codec.h"
#include "tests/trial_box.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reading into memory that is exactly as long lets the sanitizer see a step too far. */
static int decode(const struct bytes *from, uint64_t batches, struct names *names, struct trial *t)
{
    return trial_decode(&toy_study, from->at, from->n, batches, names, t);
}

static void write_and_read(const struct trial *t, uint64_t batches, struct names *names)
{
    struct trial_box *again = box_new();
    struct bytes once = { 0 }, twice = { 0 };
    SIM_ASSERT(!trial_encode(&toy_study, t, batches, &once));
    SIM_ASSERT(!decode(&once, batches, names, &again->trial));
    SIM_ASSERT(!trial_encode(&toy_study, &again->trial, batches, &twice));
    SIM_ASSERT(once.n == twice.n && !memcmp(once.at, twice.at, once.n));
    bytes_term(&once);
    bytes_term(&twice);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    uint64_t batches = data[0] % (BOX_BATCHES + 1);
    uint8_t *exact = malloc(size - 1 ? size - 1 : 1);
    SIM_ASSERT(exact != NULL);
    memcpy(exact, data + 1, size - 1);
    struct names names = { 0 };
    struct trial_box *box = box_new();
    if (!trial_decode(&toy_study, exact, size - 1, batches, &names, &box->trial))
        write_and_read(&box->trial, batches, &names);
    names_term(&names);
    free(box);
    free(exact);
    return 0;
}
